//! A statement that is started and killed, and its outcome.

use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, Running, Settings};
use migrator::link::Rows;
use migrator::recovery::{self, Journal, Recovery, Verdict};
use postgres::{Client, NoTls, SimpleQueryMessage};

/// Holds what every trial starts from.
const BASE: &str = "base";

/// The database that a statement under trial may make.
pub const MADE: &str = "made";

const HISTORY: &str = "
    CREATE TABLE public.schema_migrations (version int PRIMARY KEY, steps_done int);
    INSERT INTO public.schema_migrations VALUES (1, 0), (2, 0);
";

const JOURNAL: Journal<'_> = Journal {
    table: "\"public\".\"schema_migrations\"",
    version: 1,
};

/// Everything that a half-done statement could leave behind, by names that do not depend on how often something was tried.
const STATE: &str = "
    SELECT 'index', i.indisvalid::text, CASE WHEN n.nspname LIKE '\\_timescaledb%' OR n.nspname = 'pg_toast' THEN n.nspname ELSE pg_get_indexdef(c.oid) END, count(*)::text
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname NOT IN ('pg_catalog', '_timescaledb_catalog') GROUP BY 1, 2, 3
    UNION ALL SELECT 'relation', c.relkind::text, n.nspname, CASE WHEN n.nspname = '_timescaledb_internal' THEN '' ELSE c.relname END
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_temp%'
    UNION ALL SELECT 'partition', inhrelid::regclass::text, inhparent::regclass::text, inhdetachpending::text
      FROM pg_inherits WHERE inhparent::regclass::text NOT LIKE '\\_timescaledb%' AND inhrelid::regclass::text NOT LIKE '\\_timescaledb%'
    UNION ALL SELECT 'check', conrelid::regclass::text, pg_get_constraintdef(oid), '' FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace
    UNION ALL SELECT 'database', replace(datname, current_database(), 'self'), datconnlimit::text, '' FROM pg_database WHERE datname NOT LIKE 'trial%' OR datname = current_database()
    UNION ALL SELECT 'tablespace', spcname, '', '' FROM pg_tablespace
    UNION ALL SELECT 'subscription', subname, subpublications::text, '' FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid AND datname = current_database()
    UNION ALL SELECT 'prepared', gid, '', '' FROM pg_prepared_xacts
    ORDER BY 1, 2, 3, 4";

/// A server with a database to copy for each trial.
pub struct Ground {
    running: Running,
    trials: u32,
}

impl Ground {
    /// `None`, and the test's name is printed, if there is no server, or no TimescaleDB and `setup` needs it.
    pub fn new(test: &str, setup: &str) -> Option<Ground> {
        let server = testkit::server(test)?;
        let settings = Settings::throwaway()
            .option("max_prepared_transactions", "2")
            .option("max_logical_replication_workers", "0")
            .option("allow_in_place_tablespaces", "on");
        let running = Cluster::temporary(&server, settings).unwrap();
        let mut client = connect(&running, "postgres");
        let available = "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'";
        if setup.contains("timescaledb") && client.query(available, &[]).unwrap().is_empty() {
            testkit::skip(
                test,
                "the server has no TimescaleDB, whose statements are cut here",
            );
            return None;
        }
        client
            .batch_execute(&format!("CREATE DATABASE {BASE}"))
            .unwrap();
        connect(&running, BASE)
            .batch_execute(&format!("{HISTORY} {setup}"))
            .unwrap();
        Some(Ground { running, trials: 0 })
    }

    /// A copy of the base.
    pub fn trial(&mut self) -> Trial<'_> {
        self.trials += 1;
        let database = format!("trial{}", self.trials);
        connect(&self.running, "postgres")
            .batch_execute(&format!("CREATE DATABASE {database} TEMPLATE {BASE}"))
            .unwrap();
        Trial {
            client: connect(&self.running, &database),
            running: &self.running,
            database,
        }
    }

    /// Runs `statement` to its end, then kills it at each point, finishes it as the verdict says, and compares what is there. `content`
    /// is a query whose rows are compared, too.
    pub fn cut(&mut self, statement: &str, content: &str, points: &[(&str, &str)]) {
        let mut clean = self.trial();
        clean.client.batch_execute(statement).unwrap();
        let expected = clean.state(content);
        clean.leave();
        for (lock, verdict) in points {
            let mut trial = self.trial();
            trial.journal();
            trial.cut(statement, lock);
            let found = trial.verdict(statement);
            assert_eq!(shown(&found), *verdict, "{statement}\ncut at {lock}");
            trial.carry_out(statement, &found);
            assert_eq!(trial.state(content), expected, "{statement}\ncut at {lock}");
            trial.leave();
        }
    }

    /// Kills `statement` some milliseconds after it was started, wherever it then is, if it is not done; else as [`Ground::cut`].
    pub fn cut_at_times(&mut self, statement: &str, content: &str) {
        let mut clean = self.trial();
        clean.client.batch_execute(statement).unwrap();
        let expected = clean.state(content);
        clean.leave();
        for milliseconds in [0, 2, 5, 12] {
            let mut trial = self.trial();
            trial.journal();
            trial.cut_after(statement, Duration::from_millis(milliseconds));
            let found = trial.verdict(statement);
            let case = format!(
                "{statement}\ncut after {milliseconds} ms: {}",
                shown(&found)
            );
            assert_ne!(found, Verdict::Ask, "{case}");
            trial.carry_out(statement, &found);
            assert_eq!(trial.state(content), expected, "{case}");
            trial.leave();
        }
    }

    /// Runs `statement` to its end and looks for the verdict; then carries that out, too, which may change nothing.
    pub fn complete(&mut self, statement: &str, content: &str, verdict: &str) {
        let mut trial = self.trial();
        trial.journal();
        trial.client.batch_execute(statement).unwrap();
        let expected = trial.state(content);
        let found = trial.verdict(statement);
        assert_eq!(shown(&found), verdict, "{statement}");
        trial.carry_out(statement, &found);
        assert_eq!(trial.state(content), expected, "{statement}");
        trial.leave();
    }
}

/// One copy of the base.
pub struct Trial<'a> {
    pub client: Client,
    running: &'a Running,
    database: String,
}

impl Trial<'_> {
    /// Updates the migration's row, as the engine does before a statement that runs alone.
    pub fn journal(&mut self) {
        self.client
            .batch_execute(
                "UPDATE schema_migrations SET steps_done = steps_done + 1 WHERE version = 1",
            )
            .unwrap();
    }

    /// Sends the statement on another connection and ends that one's backend as soon as it waits for what `lock` holds.
    pub fn cut(&mut self, statement: &str, lock: &str) {
        let mut blocker = connect(self.running, &self.database);
        // Before the lock: after a query with parameters a session keeps a snapshot.
        let blocker_pid = blocker.query_one("SELECT pg_backend_pid()", &[]).unwrap();
        let blocker_pid: i32 = blocker_pid.get(0);
        blocker.batch_execute(lock).unwrap();
        let (pid, victim) = self.begin(statement);
        // For no other session: a concurrent build also waits for autovacuum's tables.
        self.wait_for(
            &format!("SELECT WHERE {blocker_pid} = ANY (pg_blocking_pids($1))"),
            pid,
            true,
        );
        self.terminate(pid);
        assert!(victim.join().unwrap(), "{statement} went through");
    }

    fn cut_after(&mut self, statement: &str, time: Duration) {
        let (pid, victim) = self.begin(statement);
        thread::sleep(time);
        self.terminate(pid);
        // It may have gone through before.
        victim.join().unwrap();
    }

    /// Sends the statement on another connection; the process that runs it there, and whether it failed.
    fn begin(&self, statement: &str) -> (i32, thread::JoinHandle<bool>) {
        let mut victim = connect(self.running, &self.database);
        let pid = victim.query_one("SELECT pg_backend_pid()", &[]).unwrap();
        let statement = statement.to_owned();
        let thread = thread::spawn(move || victim.batch_execute(&statement).is_err());
        (pid.get(0), thread)
    }

    fn terminate(&mut self, pid: i32) {
        self.client
            .execute("SELECT pg_terminate_backend($1)", &[&pid])
            .unwrap();
        self.wait_for("SELECT FROM pg_stat_activity WHERE pid = $1", pid, false);
    }

    fn wait_for(&mut self, query: &str, pid: i32, wanted: bool) {
        let started = Instant::now();
        while self.client.query(query, &[&pid]).unwrap().is_empty() == wanted {
            assert!(started.elapsed() < Duration::from_secs(20), "{query}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn verdict(&mut self, statement: &str) -> Verdict {
        match recovery::of(statement, &JOURNAL) {
            Recovery::Redo => Verdict::Redo { repairs: vec![] },
            Recovery::Ask => Verdict::Ask,
            Recovery::Check(query) => Verdict::parse(&self.rows(&query)),
        }
    }

    pub fn carry_out(&mut self, statement: &str, verdict: &Verdict) {
        let statements: Vec<&str> = match verdict {
            Verdict::Done | Verdict::Ask => vec![],
            Verdict::Finish { statements } => statements.iter().map(String::as_str).collect(),
            Verdict::Redo { repairs } => {
                let repairs = repairs.iter().map(String::as_str);
                repairs.chain([statement]).collect()
            }
        };
        for sql in statements {
            self.client
                .batch_execute(sql)
                .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }
    }

    pub fn rows(&mut self, query: &str) -> Rows {
        let messages = self.client.simple_query(query);
        let messages = messages.unwrap_or_else(|error| panic!("{query}: {error:?}"));
        let row = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => Some(
                (0..row.len())
                    .map(|at| row.get(at).map(str::to_owned))
                    .collect(),
            ),
            _ => None,
        };
        messages.into_iter().filter_map(row).collect()
    }

    fn state(&mut self, content: &str) -> Rows {
        let mut rows = self.rows(STATE);
        rows.extend(self.rows(content));
        rows
    }

    /// Drops the database, and one that the statement made, so that the next trial does not see its traces.
    pub fn leave(self) {
        drop(self.client);
        let mut client = connect(self.running, "postgres");
        for database in [self.database.as_str(), MADE] {
            client
                .batch_execute(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
                .unwrap();
        }
    }
}

/// A verdict on one line.
pub fn shown(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Done => "done".to_owned(),
        Verdict::Ask => "ask".to_owned(),
        Verdict::Redo { repairs } if repairs.is_empty() => "redo".to_owned(),
        Verdict::Redo { repairs } => format!("redo after {}", repairs.join("; ")),
        Verdict::Finish { statements } => format!("finish by {}", statements.join("; ")),
    }
}

fn connect(running: &Running, database: &str) -> Client {
    Client::connect(&running.url(database), NoTls).unwrap()
}
