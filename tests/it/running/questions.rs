//! What only the catalog shows about a statement, checked right before it is sent; and a file that mixes everything.

use super::{before_the_last, before_the_last_timescale, value, with};
use crate::support::{Sandbox, test_name};

const TABLES: (&str, &str) = (
    "001_tables",
    "CREATE EXTENSION IF NOT EXISTS timescaledb;\nCREATE TABLE events (time timestamptz NOT NULL, value int);\n\
     SELECT create_hypertable('events', 'time');\nINSERT INTO events VALUES ('2020-01-01', 1);\n",
);

#[test]
fn a_hypertable_that_the_same_file_creates_is_clustered_alone() {
    let cluster = (
        "002_cluster",
        "CREATE TABLE later (time timestamptz NOT NULL, value int);\nSELECT create_hypertable('later', 'time');\n\
         INSERT INTO later VALUES ('2020-01-01', 1), ('2021-01-01', 2);\n\nCLUSTER later USING later_time_idx;\n",
    );
    let Some(project) =
        before_the_last_timescale(test_name!(), "CLUSTER of a hypertable", &[TABLES, cluster])
    else {
        return;
    };
    insta::assert_snapshot!("dry_run_of_cluster", project.run("migrate --dry-run"));
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    let mut client = project.own_database().client();
    let clustered = "SELECT count(*) FROM pg_index WHERE indisclustered";
    assert_ne!(value(&mut client, clustered), "0");
}

#[test]
fn a_procedure_that_commits_is_called_alone() {
    let numbers = (
        "001_tables",
        "CREATE TABLE events (time timestamptz NOT NULL, value int);\n",
    );
    let call = (
        "002_call",
        "CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN\n    FOR n IN 1..3 LOOP INSERT INTO events VALUES (now(), n); COMMIT; END LOOP;\nEND $$;\n\nCALL fill();\n",
    );
    let Some(project) = before_the_last(test_name!(), &[numbers, call]) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    let mut client = project.own_database().client();
    let transactions = "SELECT count(DISTINCT xmin::text) FROM events WHERE time > '2022-01-01'";
    assert_eq!(value(&mut client, transactions), "3");
}

#[test]
fn an_index_of_a_hypertable_that_cannot_be_built_concurrently_is_refused_before_it_is_sent() {
    let index = (
        "002_index",
        "CREATE TABLE before ();\n\nCREATE INDEX CONCURRENTLY events_value ON events (value);\n",
    );
    let Some(project) =
        before_the_last_timescale(test_name!(), "an index of a hypertable", &[TABLES, index])
    else {
        return;
    };
    insta::assert_snapshot!(
        "dry_run_of_a_refused_statement",
        project.run("migrate --dry-run")
    );
    insta::assert_snapshot!(
        "dry_run_of_a_refused_statement_as_a_document",
        project.run("migrate --dry-run --json")
    );
    insta::assert_snapshot!(
        project.run("migrate --no-snapshot --allow concurrently-on-hypertable")
    );
    let mut client = project.own_database().client();
    let begun = "SELECT count(*) FROM schema_migrations WHERE step_started_at IS NOT NULL";
    assert_eq!(value(&mut client, begun), "0");
    // The suggested statement works.
    let text = index.1.replace(" CONCURRENTLY", "").replace(
        "(value);",
        "(value) WITH (timescaledb.transaction_per_chunk);",
    );
    project.write("migrations/002_index.sql", text);
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

/// Everything that the server only runs alone, between what shares transactions.
const MIXED: &str = "CREATE TABLE devices (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO devices VALUES (1, 'one');

CREATE MATERIALIZED VIEW events_daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', time) AS day, count(*) AS events
    FROM events
    GROUP BY 1
WITH DATA;

COMMENT ON VIEW events_daily IS 'Events by day.';
INSERT INTO events VALUES ('2020-02-01', 2);

CALL refresh_continuous_aggregate('events_daily', NULL, NULL);

CREATE INDEX CONCURRENTLY devices_name ON devices (name);

DO $$
BEGIN
    INSERT INTO devices SELECT n, 'device ' || n FROM generate_series(2, 9) n;
END
$$;
";

#[test]
fn a_file_that_mixes_everything_is_planned_and_applied_by_one_command() {
    let mixed = ("002_mixed", MIXED);
    let Some(project) = before_the_last_timescale(
        test_name!(),
        "what it refuses in a transaction",
        &[TABLES, mixed],
    ) else {
        return;
    };
    insta::assert_snapshot!("dry_run_of_a_mixed_file", project.run("migrate --dry-run"));
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    let mut client = project.own_database().client();
    let done = "SELECT (SELECT sum(events) FROM events_daily) || ' ' || (SELECT count(*) FROM devices) || ' ' \
                || (SELECT indisvalid FROM pg_index WHERE indexrelid = 'devices_name'::regclass)";
    assert_eq!(value(&mut client, done), "2 9 true");
}

#[testkit::test(
    |test| Sandbox::analytics().needs_timescaledb_for("what it refuses in a transaction").url(test)
)]
fn the_dry_run_of_this_repository_s_aggregates_says_what_runs_alone(project: Sandbox) {
    let screen = project.run("migrate --no-snapshot --to 2");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    insta::assert_snapshot!(project.run("migrate --dry-run --only 3"));
}

#[test]
fn an_update_to_a_version_that_the_server_has_no_files_of_is_not_begun() {
    let update = (
        "002_update",
        "SELECT 1;\nALTER EXTENSION timescaledb UPDATE TO '9.9';\n",
    );
    let Some(project) = before_the_last_timescale(test_name!(), "its update", &[TABLES, update])
    else {
        return;
    };
    let screen = project.run("migrate --no-snapshot");
    let version = regex::Regex::new(r"TimescaleDB \[version\] to").unwrap();
    assert!(version.is_match(&screen), "{screen}");
    insta::assert_snapshot!(screen);
    let mut client = project.own_database().client();
    let row = "SELECT steps_done || ' ' || (step_started_at IS NULL) FROM schema_migrations WHERE version = 2";
    assert_eq!(value(&mut client, row), "1 true");
    let installed = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'";
    let installed = value(&mut client, installed);
    let text = update.1.replace("9.9", &installed);
    project.write("migrations/002_update.sql", text);
    let screen = project.run("migrate --no-snapshot");
    insta::assert_snapshot!(
        "an_update_to_the_version_that_is_installed",
        screen.replace(&installed, "[version]")
    );
}

/// The history as the first version made it.
const OLD: &str = "CREATE TABLE schema_migrations (version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, \
                   steps integer NOT NULL, steps_done integer NOT NULL, started_at timestamptz NOT NULL, applied_at timestamptz, \
                   duration_ms bigint, applied_by text NOT NULL, mode text NOT NULL)";

#[test]
fn a_history_of_the_first_version_is_read_and_completed_by_the_next_run_that_has_something_to_do() {
    let files = [
        ("001_a", "CREATE TABLE a ();\n"),
        ("002_b", "CREATE TABLE b ();\nVACUUM b;\n"),
    ];
    let Some(project) = with(&files).plain(test_name!()) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot --to 1");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let mut client = project.own_database().client();
    let rewrite = format!(
        "ALTER TABLE schema_migrations RENAME TO newer; {OLD}; INSERT INTO schema_migrations SELECT version, name, checksum, steps, \
         steps_done, started_at, applied_at, duration_ms, applied_by, mode FROM newer; DROP TABLE newer"
    );
    client.batch_execute(&rewrite).unwrap();
    let columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'schema_migrations'::regclass AND attnum > 0";
    insta::assert_snapshot!("status_of_an_old_history", project.run("status"));
    let screen = project.run("migrate --no-snapshot --to 1");
    assert!(
        screen.contains("nothing to do: 1 migration applied"),
        "{screen}"
    );
    assert_eq!(value(&mut client, columns), "10");
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.contains("applied 1 migration"), "{screen}");
    assert_eq!(value(&mut client, columns), "13");
}
