//! What start-up reports to `tracing`. Alone in its process: `tracing` remembers for the whole process which events have no listener.

#[path = "support/empty.rs"]
mod empty;
#[path = "support/runners.rs"]
mod runners;

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use analytics_schema::{Config, SCHEMA};
use empty::{Empty, empty_database, migrate};
use migrator::history::Mode;
use runners::{ADDITIONS, hold_lock, start_later_version, start_with};
use testkit::skip;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Remembers each event of the thread as a line, with what differs between runs left out.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<String>>);

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("timeschema")
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (level, target) = (event.metadata().level(), event.metadata().target());
        let line = format!("{level} {target}: {}{}", fields.message, fields.others);
        writeln!(self.0.lock().unwrap(), "{line}").unwrap();
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name @ ("pid" | "since" | "elapsed_ms") => write!(self.others, " {name}=…").unwrap(),
            name => write!(self.others, " {name}={value:?}").unwrap(),
        }
    }
}

#[testkit::test(empty_database)]
fn who_stands_in_the_way_is_told_to_tracing((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    let mut reader = config.client().unwrap();
    for sql in [
        "DELETE FROM schema_migrations WHERE version = 2",
        "DELETE FROM schema_migrations WHERE version = 3",
        "BEGIN; LOCK TABLE funnels",
    ] {
        reader.batch_execute(sql).unwrap();
    }
    let end = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(1_500));
        reader.batch_execute("ROLLBACK").unwrap();
    });
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), || migrate(&config, database.mode())).ok();
    end.join().unwrap();
    let lines = lines.0.lock().unwrap();
    let waiting = lines
        .lines()
        .find(|line| line.contains("waiting for a lock"));
    insta::assert_snapshot!(waiting.unwrap_or(&lines));
}

/// What `tracing` receives while the database is migrated, found migrated, and found ahead.
fn told(config: &Config, mode: Mode) -> String {
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), || {
        let holder = hold_lock(config, Duration::from_millis(300));
        migrate(config, mode).unwrap();
        holder.join().unwrap();
        migrate(config, mode).unwrap();
        start_later_version(config, mode, &ADDITIONS);
        migrate(config, mode).unwrap();
    });
    let lines = lines.0.lock().unwrap();
    lines.clone()
}

#[test]
fn what_happens_is_told_to_tracing() {
    let test = "what_happens_is_told_to_tracing";
    let Some((database, config)) = empty_database(test) else {
        return;
    };
    if database.mode() != Mode::TimescaleDb {
        return skip(
            test,
            "the notices are those of TimescaleDB, which the installed PostgreSQL lacks",
        );
    }
    insta::assert_snapshot!(told(&config, Mode::TimescaleDb));
}

#[testkit::test(empty_database)]
fn what_happens_in_plain_mode_is_told_to_tracing((_database, config): Empty) {
    insta::assert_snapshot!(told(&config, Mode::Plain));
}

/// As on a server that TimescaleDB was installed on after the first start.
#[testkit::test(empty_database)]
fn a_service_goes_on_in_the_mode_that_its_database_has((_database, config): Empty) {
    start_with(&config, Mode::Plain, &SCHEMA.migrations()[..2]);
    let lines = Lines::default();
    let report = tracing::subscriber::with_default(lines.clone(), || {
        analytics_schema::migrate(&config).unwrap()
    });
    assert_eq!(report.applied.len(), SCHEMA.migrations().len() - 2);
    let lines = lines.0.lock().unwrap().clone();
    let database = &report.facts.database;
    insta::assert_snapshot!(lines.replace(database, "[database]"));
    let mut client = config.client().unwrap();
    let modes = "SELECT string_agg(DISTINCT mode, ', ') FROM schema_migrations";
    let modes = client.query_one(modes, &[]).unwrap();
    assert_eq!(modes.get::<_, String>(0), "plain");
    analytics_schema::verify(&mut client).unwrap();
}
