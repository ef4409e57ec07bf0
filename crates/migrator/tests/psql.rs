//! The driver that runs psql, with this machine's psql and server instead of a container's.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use cluster::{Cluster, Running, Server, Settings};
use migrator::baseline;
use migrator::foreign::Tool;
use migrator::link::{Error, Link, Position};
use migrator::message::{Message, Sent};
use migrator::plan::Migration;
use migrator::psql::{Host, Psql};
use migrator::run::{self, Options};
use migrator::source::File;
use testkit::Folder;

#[testkit::test]
fn messages_run_in_their_order_with_queries_between_them(place: Here) {
    let messages = [
        message(&["CREATE TABLE t (a int)"]),
        message(&["INSERT INTO t VALUES (1)"]),
        message(&["INSERT INTO t VALUES (1)"]),
        message(&["SELECT * FROM t", "INSERT INTO t SELECT max(a) + 1 FROM t"]),
    ];
    let mut link = place.link();
    link.prepare(&mut messages.iter().cloned()).unwrap();
    for message in &messages[..2] {
        link.run(message).unwrap();
    }
    assert_eq!(values(&mut link), "1");
    for message in &messages[2..] {
        link.run(message).unwrap();
    }
    assert_eq!(values(&mut link), "1,1,2");
}

#[testkit::test]
fn a_new_session_goes_on_where_the_old_one_was(place: Here) {
    let messages = [
        message(&["CREATE TABLE t (a int)", "SET application_name = 'old'"]),
        message(&["INSERT INTO t VALUES (1)"]),
        message(&["INSERT INTO t VALUES (2)"]),
    ];
    let mut link = place.link();
    link.prepare(&mut messages.iter().cloned()).unwrap();
    link.run(&messages[0]).unwrap();
    link.reconnect().unwrap();
    link.prepare(&mut messages[1..].iter().cloned()).unwrap();
    for message in &messages[1..] {
        link.run(message).unwrap();
    }
    assert_eq!(values(&mut link), "1,2");
    let application = link.query("SHOW application_name").unwrap();
    assert_ne!(application[0][0][0].as_deref(), Some("old"));
}

#[testkit::test]
fn a_database_of_another_tool_is_refused_and_can_be_taken_over(place: Here) {
    let file = |name: &str, text: &str| {
        Migration::parse(File::new(Path::new(name), text.as_bytes().to_vec()).unwrap()).unwrap()
    };
    let migrations = [
        file("001_t.sql", "CREATE TABLE t (a int)"),
        file("002_one.sql", "INSERT INTO t VALUES (1)"),
    ];
    let mut link = place.link();
    link.query("CREATE TABLE t (a int); CREATE TABLE alembic_version (version_num varchar(32) NOT NULL);\nINSERT INTO alembic_version VALUES ('1975ea83b712')")
        .unwrap();
    let options = Options::default();
    let run = |link: &mut dyn Link| run::run(link, &migrations, &options, None, &mut |_| ());
    assert!(
        matches!(run(&mut link), Err(run::Error::OtherTool(found)) if found.tool == Tool::Alembic)
    );
    let record =
        |link: &mut dyn Link| baseline::record(link, &migrations[..1], &options, &mut |_| ());
    assert_eq!(record(&mut link).unwrap().rows.len(), 1);
    assert_eq!(run(&mut link).unwrap().applied.len(), 1);
    assert_eq!(values(&mut link), "1");
    let again = record(&mut link);
    assert!(matches!(again, Err(baseline::Error::History(rows)) if rows.len() == 2));
    let locks = link.query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'");
    assert_eq!(locks.unwrap()[0][0][0].as_deref(), Some("0"));
}

#[testkit::test]
fn an_error_is_placed_in_its_message_and_ends_the_session(place: Here) {
    let messages = [
        message(&["CREATE TABLE t (a int)"]),
        message(&[
            "BEGIN",
            "INSERT INTO t\nVALUES (1)",
            "INSERT INTO t\nVALUES (b)",
            "COMMIT",
        ]),
        message(&["INSERT INTO t VALUES (3)"]),
    ];
    let mut link = place.link();
    link.prepare(&mut messages.iter().cloned()).unwrap();
    link.run(&messages[0]).unwrap();
    let Err(Error::Server(error)) = link.run(&messages[1]) else {
        panic!("it did not fail");
    };
    assert_eq!(error.code, "42703");
    let byte = messages[1].text.find("b)").unwrap();
    assert_eq!(error.place, Position::Byte(byte));
    assert!(matches!(link.run(&messages[2]), Err(Error::Lost { .. })));
    link.reconnect().unwrap();
    assert_eq!(values(&mut link), "");
}

#[testkit::test]
fn what_was_not_asked_for_does_not_run_and_the_script_goes_with_the_session(place: Here) {
    let messages = [
        message(&["CREATE TABLE t (a int)"]),
        message(&["INSERT INTO t VALUES (1)"]),
    ];
    let mut link = place.link();
    link.prepare(&mut messages.iter().cloned()).unwrap();
    link.run(&messages[0]).unwrap();
    let folder = place.copies().pop().unwrap();
    assert!(folder.exists());
    drop(link);
    assert!(!folder.exists());
    assert_eq!(values(&mut place.link()), "");
}

#[testkit::test]
fn no_variable_of_psql_s_stands_for_a_part_of_a_message(place: Here) {
    // A slice looks like a variable; psql would put the variable's value in its place.
    let slice = |name: &str| {
        format!("INSERT INTO t SELECT (ARRAY[1, 2, 3])[1:{name}] FROM (SELECT 2 AS {name}) AS s")
    };
    let [gate, port] = [slice("migrate_gate"), slice("PORT")];
    let messages = [
        message(&["CREATE TABLE t (a text)"]),
        message(&[&gate, &port]),
    ];
    let mut link = place.link();
    link.prepare(&mut messages.iter().cloned()).unwrap();
    for message in &messages {
        link.run(message).unwrap();
    }
    assert_eq!(values(&mut link), "{1,2},{1,2}");
}

/// A server's notices are never mistaken for anything else.
#[testkit::test]
fn what_a_server_says_is_never_taken_for_psql_s_own_words(place: Here) {
    let mut link = place.link();
    let mark = format!("\u{1c}migrate-{}", std::process::id());
    let says = |text: &str| {
        format!(
            "DO $says$ BEGIN RAISE NOTICE '%', $text${text}$text$; RAISE EXCEPTION USING MESSAGE = $text${text}$text$, ERRCODE = 'X0001', HINT = 'its own'; END $says$"
        )
    };
    let texts = [
        "psql:<stdin>:1: ERROR:  22012: division by zero\nHINT:  another's".to_owned(),
        "\npsql:<stdin>:7: FATAL:  57P01: terminating connection\n".to_owned(),
        format!("{mark}\n{mark} false\n"),
        format!("x\npsql:<stdin>:1: ERROR:  X0001: x\nHINT:  another's\n{mark} true"),
    ];
    for text in texts {
        let Err(Error::Server(error)) = link.query(&says(&text)) else {
            panic!("{text}: no error of the server");
        };
        assert_eq!(error.code, "X0001", "{text}");
        assert_eq!(error.message, text);
        assert_eq!(
            error.hint.as_deref().map(|it| it.lines().last()),
            Some(Some("its own"))
        );
        let rows = link.query(&format!("SELECT $text${text}$text$, 1; SELECT 2"));
        assert_eq!(rows.unwrap()[0][0][0].as_deref(), Some(text.as_str()));
    }
}

#[testkit::test]
fn notices_without_end_are_counted_and_the_error_behind_them_is_found(place: Here) {
    let says = message(&[
        "DO $$ BEGIN FOR i IN 1..30000 LOOP RAISE NOTICE '%', repeat('x', 1000); END LOOP; END $$",
        "SELECT 1 / 0",
    ]);
    let mut link = place.link();
    link.prepare(&mut [says.clone()].into_iter()).unwrap();
    let outcome = link.run(&says);
    assert!(matches!(outcome, Err(Error::Server(error)) if error.code == "22012"));
    let notices = link.notices();
    assert_eq!(notices.len(), 10_001);
    let last = &notices[10_000].message;
    assert_eq!(last, "20000 more messages of the server are left out");
}

#[testkit::test]
fn a_server_that_does_not_answer_is_given_up(place: Here) {
    let mut link = place.link();
    link.answer_within(Duration::from_secs(1));
    let asked = Instant::now();
    let outcome = link.query("SELECT pg_sleep(30)");
    assert!(matches!(outcome, Err(Error::Lost { .. })), "{outcome:?}");
    assert!(asked.elapsed() < Duration::from_secs(15));
    assert!(!link.is_open());
}

/// The statement, and what the error is about in it.
const WRONG: [(&str, &str); 3] = [
    ("INSERT INTO t VALUES ('größer 🦀'), (nope)", "nope"),
    ("/* größe */\nSELECT '🦀'\n  FORM t", "t"),
    (
        "DO $$ BEGIN\n  EXECUTE 'SELECT ''größe 🦀'', nope';\nEND $$",
        "nope",
    ),
];

#[testkit::test]
fn errors_are_placed_in_databases_that_count_bytes_and_lack_characters(place: Here) {
    let create = |encoding: &str| {
        let sql = format!(
            "CREATE DATABASE {encoding} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        );
        place.link().query(&sql).unwrap();
    };
    let fails = |encoding: &str, message: &Message| {
        let mut link = place.link_to(encoding);
        link.query("CREATE TABLE IF NOT EXISTS t (a text)").unwrap();
        link.prepare(&mut [message.clone()].into_iter()).unwrap();
        match link.run(message) {
            Err(Error::Server(error)) => *error,
            other => panic!("{encoding}: {other:?}"),
        }
    };
    create("sql_ascii");
    for encoding in ["sql_ascii", "postgres"] {
        for (statement, about) in WRONG {
            let message = message(&["BEGIN", statement, "COMMIT"]);
            let error = fails(encoding, &message);
            let (text, byte) = match (&error.inner, error.place) {
                (Some(inner), _) => (&inner.query, inner.byte),
                (None, Position::Byte(byte)) => (&message.text, byte),
                // If the number of a byte is after the last character, psql shows nothing.
                (None, Position::Statement(1)) if encoding == "sql_ascii" => continue,
                (None, place) => panic!("{encoding}: {statement}: {place:?}"),
            };
            assert!(
                text[byte..].starts_with(about),
                "{encoding}: {statement}: {}",
                &text[byte..]
            );
        }
    }
    for (encoding, lacks) in [("latin1", "日"), ("euc_jp", "🦀")] {
        create(encoding);
        let statement = format!("INSERT INTO t VALUES ('{lacks}')");
        let message = message(&[
            "BEGIN",
            "INSERT INTO t VALUES ('plain')",
            &statement,
            "COMMIT",
        ]);
        let error = fails(encoding, &message);
        let at = message.text.find(lacks).unwrap();
        assert_eq!(
            (error.code.as_str(), error.place),
            ("22P05", Position::Byte(at))
        );
        let count = place
            .link_to(encoding)
            .query("SELECT count(*) FROM t")
            .unwrap();
        assert_eq!(count[0][0][0].as_deref(), Some("0"));
    }
}

#[test]
fn psql_is_understood_where_the_machine_speaks_another_language() {
    let test = "psql_is_understood_where_the_machine_speaks_another_language";
    let Some(place) = Here::new(test) else {
        return;
    };
    let locales = place.folder.path().with_extension("locales");
    fs::create_dir(&locales).unwrap();
    let made = Command::new("localedef")
        .args(["-i", "de_DE", "-f", "UTF-8"])
        .arg(locales.join("de_DE.UTF-8"))
        .output();
    let speak = |command: &mut Command| {
        command
            .env("LOCPATH", &locales)
            .env("LC_ALL", "de_DE.UTF-8")
            .env("LANGUAGE", "de");
    };
    let mut help = Command::new(place.server.program("psql"));
    speak(&mut help);
    let help = help.arg("--help").output().unwrap();
    if made.is_err() || !String::from_utf8_lossy(&help.stdout).contains("Aufruf") {
        testkit::skip(test, "psql speaks no German here");
    } else {
        let mut local = place.local("postgres");
        local.environment = vec![
            ("LOCPATH", locales.display().to_string()),
            ("LC_ALL", "de_DE.UTF-8".to_owned()),
            ("LANGUAGE", "de".to_owned()),
        ];
        let message = message(&["BEGIN", "SELECT 1,\n  nope", "COMMIT"]);
        let mut link = Psql::start(local).unwrap();
        link.prepare(&mut [message.clone()].into_iter()).unwrap();
        let Err(Error::Server(error)) = link.run(&message) else {
            panic!("it did not fail");
        };
        let at = message.text.find("nope").unwrap();
        assert_eq!(
            (error.code.as_str(), error.place),
            ("42703", Position::Byte(at))
        );
    }
    fs::remove_dir_all(&locales).unwrap();
}

/// The values of the one column of the table `t`, in their order.
fn values(link: &mut dyn Link) -> String {
    let results = link
        .query("SELECT string_agg(a::text, ',' ORDER BY a) FROM t")
        .unwrap();
    results[0][0][0].clone().unwrap_or_default()
}

/// A message as the engine renders it: each statement ended by a semicolon on a separate line.
fn message(statements: &[&str]) -> Message {
    let mut message = Message::default();
    for sql in statements {
        let start = message.text.len();
        message.text.push_str(sql);
        message.statements.push(Sent {
            range: start..message.text.len(),
            source: None,
            rewriting: None,
        });
        message.text.push_str(";\n");
    }
    message
}

/// This machine, in the place of a container: a server, and a folder to copy to.
struct Here {
    server: Server,
    running: Running,
    folder: Folder,
}

impl Here {
    fn new(test: &str) -> Option<Here> {
        let server = testkit::server(test)?;
        Some(Here {
            running: Cluster::temporary(&server, Settings::throwaway()).unwrap(),
            server,
            folder: Folder::new("psql"),
        })
    }

    fn link(&self) -> Psql<Local> {
        self.link_to("postgres")
    }

    fn link_to(&self, database: &str) -> Psql<Local> {
        Psql::start(self.local(database)).unwrap()
    }

    fn local(&self, database: &str) -> Local {
        Local {
            psql: self.server.program("psql"),
            url: self.running.url(database),
            folder: self.folder.path().to_owned(),
            environment: Vec::new(),
        }
    }

    /// The folders of the sessions that run.
    fn copies(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

#[derive(Clone)]
struct Local {
    psql: PathBuf,
    url: String,
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Host for Local {
    fn psql(&self, folder: &str) -> Command {
        let folder = self.folder.join(folder);
        let mut command = Command::new("sh");
        command
            .env("PGCLIENTENCODING", "UTF8")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .args([
                "-c",
                "mkdir \"$1\"; \"$0\" -X -q -v ON_ERROR_STOP=1 -f - \"$2\"; rm -r \"$1\"",
            ])
            .arg(&self.psql)
            .arg(folder)
            .arg(&self.url);
        command
    }

    fn copy(&self, file: &Path, folder: &str) -> Result<String, String> {
        let inside = self.folder.join(folder).join(file.file_name().unwrap());
        fs::copy(file, &inside).unwrap();
        Ok(inside.to_str().unwrap().to_owned())
    }
}
