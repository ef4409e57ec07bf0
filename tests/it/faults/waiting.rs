//! Runs that wait: for each other, and for those who use a table.

use std::thread;
use std::time::Duration;

use super::cases;
use super::halfway::waiting;
use super::plan::Plan;
use super::program::Program;
use super::proxy::{Deed, Fault, Moment, Proxy};
use super::state::State;
use super::target::{CaseDatabase, Target};
use crate::support::{Database, PATIENCE, eventually};

const TABLES: (&str, &str) = (
    "001_tables.sql",
    "CREATE TABLE done (step text NOT NULL);\nCREATE TABLE devices (id int PRIMARY KEY, name text);\n",
);

const INDEX: &[(&str, &str)] = &[
    TABLES,
    (
        "002_index.sql",
        "INSERT INTO done VALUES ('before');\nCREATE INDEX CONCURRENTLY devices_name ON devices (name);\nINSERT INTO done VALUES ('behind');",
    ),
];

const ALTER: &[(&str, &str)] = &[
    TABLES,
    (
        "002_alter.sql",
        "INSERT INTO done VALUES ('alter');\nALTER TABLE devices ADD COLUMN room text;",
    ),
];

#[testkit::test]
fn an_index_is_built_concurrently_while_other_runners_wait_for_the_lock(database: Database) {
    let target = Target::by_url(&database.url(), Plan::of(INDEX));
    let (clean, _) = cases::clean_run(&target);
    let place = target.place();
    cases::run_to(&place, 1);
    let mut writer = place.client();
    let write = "BEGIN; UPDATE devices SET name = 'held' WHERE id = 0";
    writer.batch_execute(write).unwrap();
    let mut runners = vec![cases::start(&place)];
    waiting(&place);
    runners.extend((0..4).map(|_| cases::start(&place)));
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'migrate'";
    let mut client = place.client();
    eventually("all runners are there", || {
        client.query_one(sql, &[]).unwrap().get::<_, i64>(0) == 5
    });
    // Some polls of each.
    thread::sleep(Duration::from_millis(300));
    writer.batch_execute("COMMIT").unwrap();
    drop((writer, client));
    for runner in &runners {
        cases::finish(runner, &place);
    }
    assert_eq!(State::read(&place).differences(&clean), []);
}

#[testkit::test]
fn a_run_that_is_in_the_dark_holds_the_lock_until_the_server_learns_of_it(database: Database) {
    let target = Target::by_url(&database.url(), Plan::of(ALTER));
    let (clean, messages) = cases::clean_run(&target);
    let place = target.place();
    let program = Program::default();
    let fault = Fault {
        at: messages / 2,
        moment: Moment::Unanswered,
        deed: Deed::SwallowAll,
    };
    let proxy = Proxy::start(target.server(), &program, Some(fault));
    program.start(&mut place.migrate(Some(proxy.port())), &place.output());
    eventually("the run is in the dark", || proxy.fired());
    program.kill();
    let second = Program::default();
    let mut command = place.migrate(None);
    command.args(["--patience", "1"]);
    second.start(&mut command, &place.output());
    let status = second.wait(PATIENCE).unwrap();
    let screen = std::fs::read_to_string(place.output()).unwrap();
    assert_eq!(status.code(), Some(5), "{screen}");
    assert!(screen.contains("pid "), "{screen}");
    drop(proxy);
    assert_eq!(cases::rerun(&place, &clean), []);
}

/// A run of the second migration that waits for a reader, who is returned too.
fn behind_a_reader(place: &CaseDatabase<'_>) -> (Program, postgres::Client) {
    cases::run_to(place, 1);
    let mut reader = place.client();
    let read = "BEGIN; SELECT count(*) FROM devices";
    reader.batch_execute(read).unwrap();
    let run = cases::start(place);
    let mut client = place.client();
    let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'devices'::regclass";
    eventually("the run waits", || {
        client.query_one(sql, &[]).unwrap().get::<_, i64>(0) == 1
    });
    (run, reader)
}

#[testkit::test]
fn a_run_that_waits_for_a_long_reader_succeeds_when_it_ends(database: Database) {
    let target = Target::by_url(&database.url(), Plan::of(ALTER));
    let (clean, _) = cases::clean_run(&target);
    let place = target.place();
    let (run, mut reader) = behind_a_reader(&place);
    thread::sleep(Duration::from_millis(500));
    assert!(run.ended().is_none(), "it must not give up so soon");
    reader.batch_execute("COMMIT").unwrap();
    drop(reader);
    cases::finish(&run, &place);
    assert_eq!(State::read(&place).differences(&clean), []);
}

#[testkit::test]
fn readers_do_not_queue_behind_a_run_for_longer_than_its_lock_timeout(database: Database) {
    let target = Target::by_url(&database.url(), Plan::of(ALTER));
    let place = target.place();
    let (run, mut reader) = behind_a_reader(&place);
    // The lock timeout is 5 s.
    let sql = "SET statement_timeout = '7s'; SELECT count(*) FROM devices";
    let read = place.client().batch_execute(sql);
    reader.batch_execute("COMMIT").unwrap();
    drop(reader);
    cases::finish(&run, &place);
    assert!(read.is_ok(), "a reader waited for 7 s: {read:?}");
}
