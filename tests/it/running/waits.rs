//! Locks that others hold: who is named, how long anybody waits, and what remains when the patience is over.

use std::time::{Duration, Instant};

use postgres::Client;

use super::{before_the_last, value, with};
use crate::support::{Database, Sandbox, eventually, test_name};

const DEVICES: (&str, &str) = (
    "001_devices",
    "CREATE TABLE devices (id int PRIMARY KEY, name text);\nINSERT INTO devices SELECT n, 'device ' || n FROM generate_series(1, 9) n;\n",
);

const ALTER: (&str, &str) = (
    "002_rooms",
    "CREATE TABLE rooms (id int);\nALTER TABLE devices ADD COLUMN room int;\n",
);

/// A session that calls itself `dashboards` and has done this in a transaction that is still open.
fn reader(project: &Sandbox, sql: &str) -> Client {
    let mut client = project.own_database().client();
    client
        .batch_execute("SET application_name = 'dashboards'; BEGIN")
        .unwrap();
    client.batch_execute(sql).unwrap();
    client
}

/// Waits until a session waits for the table.
fn somebody_waits(project: &Sandbox, table: &str) {
    let mut client = project.own_database().client();
    let sql = format!(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
    );
    eventually("somebody waits", || value(&mut client, &sql) == "1");
}

#[testkit::test(|test| before_the_last(test, &[DEVICES, ALTER]))]
fn a_long_reader_is_named_and_the_run_succeeds_when_it_ends(project: Sandbox) {
    let long = "SELECT count(*) AS a_name_that_makes_the_query_long_enough_to_be_cut, max(id), min(id) FROM devices";
    let mut reader = reader(&project, long);
    let mut run = project.start("migrate --no-snapshot --lock-timeout 1");
    run.says("trying again");
    run.says("dashboards");
    reader.batch_execute("COMMIT").unwrap();
    let screen = run.screen();
    let blocker = "     pid [pid]  postgres, \"dashboards\", idle in transaction for [time]: \
                   SELECT count(*) AS a_name_that_makes_the_query_long_enough_to_be_cut, max(id), …";
    assert!(screen.contains(blocker), "{screen}");
    assert!(
        screen.contains("002 rooms: waiting for a lock on devices, [time] of [time] at most\n"),
        "{screen}"
    );
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[testkit::test(|test| before_the_last(test, &[DEVICES, ALTER]))]
fn other_readers_never_queue_behind_a_run_for_longer_than_its_lock_timeout(project: Sandbox) {
    let mut first = reader(&project, "SELECT FROM devices");
    let mut second = project.own_database().client();
    let run = project.start("migrate --no-snapshot --lock-timeout 1");
    somebody_waits(&project, "devices");
    let asked = Instant::now();
    second.batch_execute("SELECT FROM devices").unwrap();
    let waited = asked.elapsed();
    first.batch_execute("COMMIT").unwrap();
    assert!(waited < Duration::from_millis(1500), "waited {waited:?}");
    assert!(
        waited > Duration::from_millis(100),
        "it did not queue up: {waited:?}"
    );
    let screen = run.screen();
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[testkit::test(|test| before_the_last(test, &[DEVICES, ALTER]))]
fn a_run_whose_patience_is_over_names_who_is_in_the_way_and_leaves_nothing(project: Sandbox) {
    let mut reader = reader(&project, "SELECT FROM devices");
    let pid = value(&mut reader, "SELECT pg_backend_pid()");
    let run = project.start("migrate --no-snapshot --lock-timeout 1 --patience 1.2");
    let (status, said) = run.end();
    assert_eq!(status.code(), Some(1), "{said}");
    let (_, error) = said.split_once("error").unwrap();
    insta::assert_snapshot!(project.stable(&format!("error{error}")));
    let command = error
        .split('(')
        .find(|part| part.starts_with("SELECT pg_terminate"));
    assert!(
        command.is_some() && error.contains(&format!("pg_terminate_backend({pid})")),
        "{error}"
    );
    let rooms = value(&mut reader, "SELECT to_regclass('rooms')");
    assert_eq!(rooms, "");
    // The suggestion works.
    let mut admin = project.own_database().client();
    admin
        .batch_execute(&format!("SELECT pg_terminate_backend({pid})"))
        .unwrap();
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[testkit::test(Database::working)]
fn a_prepared_transaction_in_the_way_is_named_with_what_ends_it(database: Database) {
    let project = with(&[DEVICES, ALTER]).on(database);
    let screen = project.run("migrate --no-snapshot --to 1");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let mut client = project.own_database().client();
    let prepare = |name: &str, sql: &str| format!("BEGIN; {sql}; PREPARE TRANSACTION '{name}'");
    let theirs = prepare("transfer ''7''", "SELECT FROM devices");
    client.batch_execute(&theirs).unwrap();
    let another = prepare("another", "CREATE TABLE elsewhere ()");
    client.batch_execute(&another).unwrap();
    let run = project.start("migrate --no-snapshot --lock-timeout 1 --patience 1");
    let (status, said) = run.end();
    assert_eq!(status.code(), Some(1), "{said}");
    insta::assert_snapshot!(project.stable(&said));
    for end in [
        "COMMIT PREPARED 'transfer ''7'''",
        "ROLLBACK PREPARED 'another'",
    ] {
        client.batch_execute(end).unwrap();
    }
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[testkit::test(|test| before_the_last(test, &[DEVICES, ALTER]))]
fn a_patience_shorter_than_the_lock_timeout_is_kept(project: Sandbox) {
    let _reader = reader(&project, "SELECT FROM devices");
    let started = Instant::now();
    let screen = project.run("migrate --no-snapshot --patience 0.4");
    let took = started.elapsed();
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    assert!(screen.contains("\"dashboards\""), "{screen}");
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn an_index_that_is_built_concurrently_waits_for_as_long_as_the_patience_lasts() {
    let index = (
        "002_index",
        "CREATE INDEX CONCURRENTLY devices_name ON devices (name);\n",
    );
    let Some(project) = before_the_last(test_name!(), &[DEVICES, index]) else {
        return;
    };
    let mut writer = reader(&project, "UPDATE devices SET name = 'held' WHERE id = 1");
    let mut run = project.start("migrate --no-snapshot --lock-timeout 0.2");
    run.says("waiting for a lock of a transaction that is still open");
    assert!(!run.said().contains("trying again"), "{}", run.said());
    writer.batch_execute("COMMIT").unwrap();
    let screen = run.screen();
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[test]
fn a_concurrent_index_whose_patience_is_over_is_left_for_the_next_run() {
    let index = (
        "002_index",
        "CREATE INDEX CONCURRENTLY devices_name ON devices (name);\nCREATE TABLE behind ();\n",
    );
    let Some(project) = before_the_last(test_name!(), &[DEVICES, index]) else {
        return;
    };
    let mut writer = reader(&project, "UPDATE devices SET name = 'held' WHERE id = 1");
    let run = project.start("migrate --no-snapshot --lock-timeout 0.5 --patience 1");
    let (status, said) = run.end();
    assert_eq!(status.code(), Some(1), "{said}");
    let (_, error) = said.split_once("error").unwrap();
    insta::assert_snapshot!(project.stable(&format!("error{error}")));
    writer.batch_execute("COMMIT").unwrap();
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let sql = "SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ', ' ORDER BY 1) FROM pg_index WHERE indrelid = 'devices'::regclass AND NOT indisprimary";
    assert_eq!(value(&mut writer, sql), "devices_name true");
}

#[test]
fn the_lock_timeout_of_a_file_stays() {
    let own = (
        "002_own",
        "SET lock_timeout = '100ms';\nALTER TABLE devices ADD COLUMN room int;\n",
    );
    let Some(project) = before_the_last(test_name!(), &[DEVICES, own]) else {
        return;
    };
    let mut first = reader(&project, "SELECT FROM devices");
    let mut run = project.start("migrate --no-snapshot --lock-timeout 30");
    run.says("trying again");
    first.batch_execute("COMMIT").unwrap();
    let screen = run.screen();
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[test]
fn a_deadlock_with_another_session_is_tried_again() {
    let both = (
        "002_both",
        "UPDATE devices SET name = 'ours' WHERE id = 1;\nSELECT pg_sleep(0.6);\nUPDATE devices SET name = 'ours' WHERE id = 2;\n",
    );
    let Some(project) = before_the_last(test_name!(), &[DEVICES, both]) else {
        return;
    };
    // The one whose deadlock_timeout is over first is the victim.
    let set = format!(
        "ALTER DATABASE {} SET deadlock_timeout = '200ms'",
        project.own_database().name()
    );
    project.own_database().client().batch_execute(&set).unwrap();
    let sql = "SET LOCAL deadlock_timeout = '30s'; UPDATE devices SET name = 'theirs' WHERE id = 2";
    let mut other = reader(&project, sql);
    let mut run = project.start("migrate --no-snapshot");
    eventually("the run has the first row", || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
        value(&mut project.own_database().client(), sql) == "1"
    });
    // It waits for the run, which then waits for it.
    other
        .batch_execute("UPDATE devices SET name = 'theirs' WHERE id = 1; COMMIT")
        .unwrap();
    run.says("deadlock detected; trying again");
    let screen = run.screen();
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let sql = "SELECT string_agg(name, ', ') FROM devices WHERE id < 3";
    assert_eq!(value(&mut other, sql), "ours, ours");
}

#[test]
fn a_statement_that_takes_longer_than_it_may_is_rolled_back() {
    let slow = ("002_slow", "CREATE TABLE slow ();\nSELECT pg_sleep(30);\n");
    let Some(project) = before_the_last(test_name!(), &[DEVICES, slow]) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot --statement-timeout 0.2"));
    let mut client = project.own_database().client();
    assert_eq!(value(&mut client, "SELECT to_regclass('slow')"), "");
}

#[test]
fn seconds_that_are_none_are_wrong_usage() {
    let project = with(&[DEVICES]);
    let mut screens = String::new();
    for arguments in [
        "--lock-timeout=0",
        "--lock-timeout=-1",
        "--lock-timeout -1",
        "--patience=1e300",
        "--patience=NaN",
        "--patience=inf",
        "--patience=soon",
        "--statement-timeout=0",
        "--statement-timeout=1e9",
        "--statement-timeout=",
    ] {
        let screen = project.run(&format!("migrate {arguments}"));
        assert!(screen.starts_with("exit 2\n"), "{arguments}: {screen}");
        let error = screen.lines().find(|line| line.starts_with("error"));
        screens += &format!("{}\n", error.unwrap_or(&screen));
    }
    insta::assert_snapshot!(screens);
}

#[testkit::test(|test| before_the_last(test, &[DEVICES, ALTER]))]
fn seconds_at_the_edge_are_taken(project: Sandbox) {
    let arguments = "--lock-timeout 1e-9 --patience 0 --statement-timeout 2147483";
    let screen = project.run(&format!("migrate --no-snapshot --to 1 {arguments}"));
    assert!(screen.contains("nothing to do"), "{screen}");
    let screen = project.run(&format!("migrate --no-snapshot {arguments}"));
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[testkit::test(|test| before_the_last(test, &[DEVICES, ALTER]))]
fn another_runner_is_waited_for_as_long_as_the_patience_lasts(project: Sandbox) {
    let _reader = reader(&project, "SELECT FROM devices");
    let _first = project.start("migrate --no-snapshot --patience 30");
    somebody_waits(&project, "devices");
    insta::assert_snapshot!(project.run("migrate --no-snapshot --patience 0.3"));
}
