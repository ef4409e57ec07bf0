//! The engine against a fake server.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sql::qualified::assert_qualified;

use super::facts::{INSUFFICIENT_PRIVILEGE, NO_HISTORY};
use super::*;
use crate::baseline;
use crate::link::Beside;
use crate::message::Message;
use crate::source::File;

/// Answers queries from a list, and records the queries. Refuses migration statements with error codes from another list.
struct Fake {
    answers: VecDeque<Result<Vec<Rows>, link::Error>>,
    codes: VecDeque<&'static str>,
    asked: Vec<String>,
}

impl Fake {
    fn new(answers: impl IntoIterator<Item = Result<Vec<Rows>, link::Error>>) -> Self {
        let answers = answers.into_iter().collect();
        Self {
            answers,
            codes: VecDeque::new(),
            asked: Vec::new(),
        }
    }
}

impl Link for Fake {
    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, link::Error> {
        assert_qualified(sql);
        self.asked.push(sql.to_owned());
        self.answers.pop_front().unwrap_or_else(|| Ok(Vec::new()))
    }

    fn run(&mut self, _: &Message) -> Result<(), link::Error> {
        Err(refusal(self.codes.pop_front().unwrap_or("42601")))
    }

    fn reconnect(&mut self) -> Result<(), link::Error> {
        Ok(())
    }
}

fn run_quietly(link: &mut Fake, migrations: &[Migration]) -> Result<Report, Error> {
    run(link, migrations, &Options::default(), None, &mut |_| ())
}

fn refusal(code: &str) -> link::Error {
    link::Error::Server(Box::new(ServerError {
        code: code.to_owned(),
        message: "no".to_owned(),
        ..ServerError::default()
    }))
}

/// The facts about a server of this version.
fn facts(version: &str, number: &str) -> Rows {
    let values = ["d", "u", version, number, "", "", "", "public"];
    vec![values.map(|value| Some(value.to_owned())).to_vec()]
}

#[test]
fn a_server_that_is_too_old_is_told_so() {
    let mut link = Fake::new([Err(refusal(NO_HISTORY)), Ok(vec![facts("12.22", "120022")])]);
    let error = read(&mut link, &HistoryTable::default(), None).unwrap_err();
    insta::assert_snapshot!(error, @"PostgreSQL 12.22 is too old: 13 is the oldest that works");
}

#[test]
fn a_refusal_that_is_not_about_the_history_is_the_server_s() {
    let mut link = Fake::new([Err(refusal("42883")), Err(refusal("42883"))]);
    assert!(matches!(
        read(&mut link, &HistoryTable::default(), None),
        Err(Error::Link(_))
    ));
    let mut link = Fake::new([Err(refusal(INSUFFICIENT_PRIVILEGE))]);
    assert!(matches!(
        read(&mut link, &HistoryTable::default(), None),
        Err(Error::Link(_))
    ));
}

#[test]
fn a_failed_run_leaves_neither_transaction_nor_setting_nor_lock() {
    let file = File::new(Path::new("001_a.sql"), b"SELECT 1".to_vec()).unwrap();
    let migrations = [Migration::parse(file).unwrap()];
    let locked = vec![vec![
        ["t", "1"].map(|value| Some(value.to_owned())).to_vec(),
    ]];
    let mut link = Fake::new([
        Err(refusal(NO_HISTORY)),
        Ok(vec![facts("15.1", "150001")]),
        Ok(locked),
        Ok(vec![Rows::new()]),
    ]);
    let outcome = run_quietly(&mut link, &migrations);
    assert!(matches!(outcome, Err(Error::Statement(_))));
    let last = link.asked.last().unwrap();
    assert!(last.starts_with("ROLLBACK;\nRESET"), "{last}");
    assert!(last.contains("pg_advisory_unlock"), "{last}");
}

#[test]
fn a_connection_that_breaks_between_two_attempts_is_made_again() {
    let file = File::new(Path::new("001_a.sql"), b"SELECT 1".to_vec()).unwrap();
    let migrations = [Migration::parse(file).unwrap()];
    let row = |values: [&str; 2]| vec![values.map(|value| Some(value.to_owned())).to_vec()];
    let (locked, lost) = (vec![row(["t", "1"])], || {
        Err(link::Error::Lost {
            message: "gone".to_owned(),
            code: None,
        })
    });
    let no_history = || Ok(vec![vec![vec![Some("f".to_owned()), None]], Rows::new()]);
    let mut link = Fake::new([
        Err(refusal(NO_HISTORY)),
        Ok(vec![facts("15.1", "150001")]),
        Ok(locked.clone()),
        no_history(),
        // The first attempt has waited for a lock. The connection is lost at its rollback, and again when the old session is ended.
        lost(),
        lost(),
        // The next message is lost, too.
        lost(),
        Ok(Vec::new()),
        Ok(locked),
        no_history(),
    ]);
    link.codes = VecDeque::from(["55P03"]);
    let outcome = run_quietly(&mut link, &migrations);
    let Err(Error::Statement(failure)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(failure.error.code, "42601");
    let ended = link
        .asked
        .iter()
        .filter(|sql| sql.contains("pg_terminate_backend"));
    assert_eq!(ended.count(), 2);
}

/// A second session on a slow server: how many requests it received, and how many it has answered.
#[derive(Clone, Default)]
struct Slow(Arc<(AtomicUsize, AtomicUsize)>);

impl Beside for Slow {
    fn open(&self) -> Result<Box<dyn Link>, link::Error> {
        Ok(Box::new(self.clone()))
    }

    fn sever(&self) {}
}

impl Link for Slow {
    fn query(&mut self, _: &str) -> Result<Vec<Rows>, link::Error> {
        self.0.0.fetch_add(1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(100));
        self.0.1.fetch_add(1, Ordering::SeqCst);
        Ok(Vec::new())
    }

    fn run(&mut self, _: &Message) -> Result<(), link::Error> {
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), link::Error> {
        Ok(())
    }
}

#[test]
fn what_a_run_puts_back_waits_for_a_cancel_request_that_is_on_its_way() {
    let slow = Slow::default();
    let options = Options::default();
    let mut observe = |_: Event<'_>| ();
    let watch = Watch::new(&mut observe, &options);
    let (asked, answered) = &*slow.0;
    watch.during(Some(Box::new(slow.clone())), || {
        watch.begin("001 a", "1");
        options.interrupt.flag().store(2, Ordering::SeqCst);
        while asked.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        watch.end();
        watch.stop_cancelling();
        assert_eq!(answered.load(Ordering::SeqCst), 1);
        watch.begin("", "1");
        thread::sleep(Duration::from_millis(100));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    });
}

/// The server's answer to the search for other tools' histories: it has one of sqlx.
fn sqlx() -> Rows {
    let row = |column: &str, ty: &str| {
        let values = ["public", "_sqlx_migrations", "t", "t", column, ty];
        values.map(|value| Some(value.to_owned())).to_vec()
    };
    vec![
        row("version", "int8"),
        row("success", "bool"),
        row("checksum", "bytea"),
    ]
}

#[test]
fn other_tools_are_looked_for_only_where_there_is_no_history() {
    let mut link = Fake::new([Ok(vec![facts("15.1", "150001"), Rows::new()])]);
    assert_eq!(
        read(&mut link, &HistoryTable::default(), None)
            .unwrap()
            .foreign,
        None
    );
    assert_eq!(link.asked.len(), 1);

    // No further message is sent unless there is something to ask.
    let mut link = Fake::new([
        Err(refusal(NO_HISTORY)),
        Ok(vec![Rows::new(), facts("15.1", "150001")]),
    ]);
    assert_eq!(
        read(&mut link, &HistoryTable::default(), None)
            .unwrap()
            .foreign,
        None
    );
    assert_eq!(link.asked.len(), 2);
}

/// The server's answer about tables with the history's name: an ordinary table with this owner.
fn table(owner_is_trusted: &str) -> Rows {
    let row = ["schema_migrations", "r", "mallory", owner_is_trusted];
    vec![row.map(|value| Some(value.to_owned())).to_vec()]
}

#[test]
fn a_table_that_is_not_to_be_trusted_is_not_read() {
    let found = vec![
        Rows::new(),
        table("f"),
        Rows::new(),
        facts("15.1", "150001"),
    ];
    let mut link = Fake::new([Err(refusal(NO_HISTORY)), Ok(found)]);
    let error = read(&mut link, &HistoryTable::default(), None).unwrap_err();
    insta::assert_snapshot!(error, @"public.schema_migrations, owned by mallory, is not used as the history: its owner is neither this role, nor the database's owner, nor a superuser");
    assert_eq!(link.asked.len(), 2);
    let is_guarded =
        link.asked[0].find("no history to read") < link.asked[0].find("FROM \"schema_migrations\"");
    assert!(is_guarded, "{}", link.asked[0]);
    assert!(!link.asked[1].contains("FROM \"schema_migrations\""));
}

#[test]
fn a_history_whose_bare_name_stands_for_another_table_is_read_by_its_whole_name() {
    let found = vec![
        Rows::new(),
        table("t"),
        Rows::new(),
        facts("15.1", "150001"),
    ];
    let row = ["1", "a", "sum", "1", "1", "", "me", "", "", "timescaledb"];
    let rows = vec![
        row.map(|value| Some(value.to_owned()).filter(|it| !it.is_empty()))
            .to_vec(),
    ];
    let mut link = Fake::new([
        Err(refusal(NO_HISTORY)),
        Ok(found),
        Ok(vec![Rows::new(), rows]),
    ]);
    let report = read(&mut link, &HistoryTable::default(), None).unwrap();
    assert_eq!(report.history.rows.len(), 1);
    assert!(link.asked[2].contains("FROM \"public\".\"schema_migrations\""));
}

#[test]
fn nothing_is_run_where_another_history_records_the_same_files() {
    let file = File::new(Path::new("001_a.sql"), b"SELECT 1".to_vec()).unwrap();
    let migrations = [Migration::parse(file).unwrap()];
    let row = |values: &[&str]| {
        values
            .iter()
            .map(|it| Some((*it).to_owned()))
            .collect::<Vec<_>>()
    };
    let sum = &*migrations[0].file.checksum;
    let place = row(&["old", "schema_migrations", "deploy", "t", "f"]);
    let mut link = Fake::new([
        Err(refusal(NO_HISTORY)),
        Ok(vec![
            Rows::new(),
            Rows::new(),
            vec![place],
            facts("15.1", "150001"),
        ]),
        Ok(vec![vec![row(&["0", "1", "a", sum, "1", "t"])]]),
    ]);
    let error = run_quietly(&mut link, &migrations).unwrap_err();
    insta::assert_snapshot!(error, @"old.schema_migrations records 001_a.sql, and there is no public.schema_migrations");
    assert_eq!(link.asked.len(), 3);
}

#[test]
fn nothing_is_run_where_another_tool_has_applied_something() {
    let file = File::new(Path::new("001_a.sql"), b"SELECT 1".to_vec()).unwrap();
    let migrations = [Migration::parse(file).unwrap()];
    let held = ["2", "7", "f"].map(|value| Some(value.to_owned())).to_vec();
    let mut link = Fake::new([
        Err(refusal(NO_HISTORY)),
        Ok(vec![
            sqlx(),
            Rows::new(),
            Rows::new(),
            facts("15.1", "150001"),
        ]),
        Ok(vec![vec![held]]),
    ]);
    let options = Options::default();
    let error = run(&mut link, &migrations, &options, None, &mut |_| ()).unwrap_err();
    let expected = "public._sqlx_migrations is the history of sqlx: 2 migrations are applied, the last 7; \
                    `cargo xtask migrate --baseline NNN` takes the database over";
    assert_eq!(error.to_string(), expected);
    assert_eq!(link.asked.len(), 3);
}

/// A server behind a transaction-mode pooler.
struct Pooled(Fake);

impl Link for Pooled {
    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, link::Error> {
        self.0.query(sql)
    }

    fn run(&mut self, message: &Message) -> Result<(), link::Error> {
        self.0.run(message)
    }

    fn reconnect(&mut self) -> Result<(), link::Error> {
        self.0.reconnect()
    }

    fn pooling(&mut self, _: &str) -> Result<Pooling, link::Error> {
        Ok(Pooling::Transaction)
    }
}

#[test]
fn nothing_is_taken_over_and_no_lock_taken_behind_a_transaction_pooler() {
    let file = File::new(Path::new("001_a.sql"), b"SELECT 1".to_vec()).unwrap();
    let migrations = [Migration::parse(file).unwrap()];
    let mut link = Pooled(Fake::new([Ok(vec![facts("15.1", "150001"), Rows::new()])]));
    let options = Options::default();
    let outcome = baseline::record(&mut link, &migrations, &options, &mut |_| ());
    assert!(matches!(outcome, Err(baseline::Error::Run(Error::Pooled))));
    assert_eq!(link.0.asked.len(), 1);
}

#[test]
fn our_own_queries_leave_nothing_to_the_search_path() {
    let others = [
        crate::foreign::query(),
        crate::history::read(crate::history::TABLE),
    ];
    for query in own_queries().iter().chain(&others) {
        // The database's encoding may lack any other character.
        assert!(query.is_ascii(), "{query}");
        assert_qualified(query);
    }
}
