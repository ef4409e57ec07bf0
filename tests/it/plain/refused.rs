//! What plain mode, or its server, refuses, and where in the file it says that it stands.

use super::{HYPERTABLE, one, value};
use crate::support::test_name;

#[test]
fn an_error_in_a_rewritten_statement_names_its_place() {
    let text = format!(
        "{HYPERTABLE}\nCREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, sum(wrong)\nFROM t\nGROUP BY 1;\n"
    );
    let Some(project) = one(test_name!(), &text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
}

#[test]
fn a_syntax_error_in_a_rewritten_statement_names_its_place() {
    let aggregate = format!(
        "{HYPERTABLE}\nCREATE MATERIALIZED VIEW IF NOT EXISTS v\nWITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, 'é', sum(v) AS sum, sum(v + ) AS sum\nFROM t\nGROUP BY 1;\n"
    );
    let table = "CREATE TABLE w (time timestamptz NOT NULL, v int, (v))\nWITH (tsdb.hypertable);\n"
        .to_owned();
    let altered = format!(
        "{HYPERTABLE}ALTER TABLE t SET (tsdb.compress),\n  ADD COLUMN w int DEFAULT (1 + ),\n  SET (tsdb.orderby = 'v');\n"
    );
    for (name, text) in [
        ("a_syntax_error_in_an_aggregate", aggregate),
        ("a_syntax_error_in_a_hypertable", table),
        ("an_error_beside_options", altered),
    ] {
        let Some(project) = one(test_name!(), &text) else {
            return;
        };
        insta::assert_snapshot!(name, project.run("migrate --plain --no-snapshot"));
    }
}

#[test]
fn what_stands_in_a_string_or_a_function_is_said_not_to_be_seen() {
    let aggregate = "CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n  \
         SELECT time_bucket('1 day', time) AS day, sum(v) FROM t GROUP BY 1 WITH NO DATA;\n";
    for (name, text) in [
        (
            "a_string_is_not_seen_into",
            format!("DO $$\nBEGIN\n  EXECUTE $sql$\n{aggregate}$sql$;\nEND\n$$;\n"),
        ),
        (
            "a_function_is_not_seen_into",
            format!(
                "CREATE PROCEDURE p() LANGUAGE sql AS $$ {aggregate} $$;\nSELECT 1;\nCALL p();\n"
            ),
        ),
        (
            "an_aggregate_is_a_view_in_a_string",
            format!("{aggregate}DO $$ BEGIN DROP MATERIALIZED VIEW v; END $$;\n"),
        ),
    ] {
        let Some(project) = one(test_name!(), &format!("{HYPERTABLE}{text}")) else {
            return;
        };
        insta::assert_snapshot!(name, project.run("migrate --plain --no-snapshot"));
    }
    let text = "DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS timescaledb; END $$;\n";
    let Some(project) = one(test_name!(), text) else {
        return;
    };
    let screen = project.run("migrate --plain --no-snapshot");
    assert!(
        screen.contains("does not support CREATE EXTENSION IF NOT EXISTS timescaledb"),
        "{screen}"
    );
    // What the server would say to everybody is no matter of plain mode.
    let text = "DO $$ BEGIN EXECUTE 'SELECT nothing'; DROP VIEW v; END $$;\n";
    let Some(project) = one(test_name!(), &format!("{HYPERTABLE}{text}")) else {
        return;
    };
    let screen = project.run("migrate --plain --no-snapshot");
    assert!(
        screen.contains("42703") && !screen.contains("plain mode"),
        "{screen}"
    );
}

/// The server is asked, not the check before it.
const UNCHECKED: &str = "migrate --plain --no-snapshot --allow unique-without-time-column";

#[test]
fn an_error_of_the_stand_in_names_its_place() {
    let text = "CREATE TABLE t (time timestamptz NOT NULL, id int PRIMARY KEY);\n\
                SELECT\n  create_hypertable('t', by_range('time'));\n";
    let Some(project) = one(test_name!(), text) else {
        return;
    };
    insta::assert_snapshot!(project.run(UNCHECKED));
}

#[test]
fn a_unique_index_that_no_hypertable_can_have_is_refused_like_by_timescaledb() {
    let text = format!("{HYPERTABLE}CREATE UNIQUE INDEX u ON t (v);\n");
    let Some(project) = one(test_name!(), &text) else {
        return;
    };
    insta::assert_snapshot!(project.run(UNCHECKED));
    project.write(
        "migrations/001_a.sql",
        format!("{HYPERTABLE}ALTER TABLE t ADD UNIQUE (v, time);\n"),
    );
    assert!(
        project
            .run("migrate --plain --no-snapshot")
            .starts_with("exit 0\n")
    );
}

#[test]
fn the_columnstore_follows_a_column_that_is_renamed_and_one_that_it_needs_is_not_dropped() {
    let text = "CREATE EXTENSION IF NOT EXISTS timescaledb;
        CREATE TABLE h (time timestamptz NOT NULL, device text, v int);
        SELECT create_hypertable('h', by_range('time'));
        ALTER TABLE h SET (tsdb.segmentby = 'device', tsdb.orderby = 'time');
        ALTER TABLE h RENAME COLUMN device TO name;\n";
    let Some(project) = one(test_name!(), text) else {
        return;
    };
    let screen = project.run("migrate --plain --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let settings = "SELECT segmentby FROM timescaledb_information.hypertable_columnstore_settings";
    assert_eq!(value(&project, settings), "name");
    project.write(
        "migrations/002_b.sql",
        "ALTER TABLE h ADD COLUMN w int,\n    DROP COLUMN name;\n",
    );
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
    // It is needed when it is dropped, whatever happens to the columnstore in the same step.
    for change in ["RESET (tsdb.segmentby)", "SET (tsdb.columnstore = false)"] {
        let text = format!("ALTER TABLE h DROP COLUMN name;\nALTER TABLE h {change};\n");
        project.write("migrations/002_b.sql", text);
        let screen = project.run("migrate --plain --no-snapshot");
        assert!(
            screen.contains("error[0A000]: cannot drop orderby or segmentby column"),
            "{screen}"
        );
    }
}

#[test]
fn what_a_hypertable_cannot_become_is_refused_like_by_timescaledb() {
    for (alter, cause) in [
        (
            "ALTER COLUMN time TYPE text",
            "error[42P16]: cannot change data type of hypertable column \"time\"",
        ),
        (
            "DROP COLUMN time",
            "error[42P16]: cannot drop column named in partition key",
        ),
        (
            "ALTER COLUMN time DROP NOT NULL",
            "error[TS101]: cannot drop not-null constraint from a time-partitioned column",
        ),
    ] {
        let text = format!("{HYPERTABLE}ALTER TABLE t {alter};\n");
        let Some(project) = one(test_name!(), &text) else {
            return;
        };
        let screen = project.run("migrate --plain --no-snapshot");
        assert!(screen.contains(cause), "{screen}");
    }
}

#[test]
fn what_is_not_supported_is_named_and_nothing_is_run() {
    let text = format!("{HYPERTABLE}\nCALL\n    merge_chunks('a', 'b');\n");
    let Some(project) = one(test_name!(), &text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
    assert_eq!(
        value(&project, "SELECT to_regclass('schema_migrations')::text"),
        ""
    );
}

/// Writes to a continuous aggregate that are not rewritten.
#[test]
fn a_write_that_is_not_rewritten_is_refused_before_anything_runs() {
    let aggregate = "CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n  \
         SELECT time_bucket('1 day', time) AS day, sum(v) FROM t GROUP BY 1 WITH NO DATA;\n";
    let mut screens = String::new();
    for (name, text) in [
        (
            "prepared",
            "PREPARE p AS\n  INSERT INTO v VALUES (now(), 1);\nEXECUTE p;\n",
        ),
        ("do", "DO $$\nBEGIN\n  UPDATE v SET sum = 1;\nEND\n$$;\n"),
        (
            "function",
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\n  DELETE FROM public.v\n$$;\n",
        ),
    ] {
        let project = one(
            &format!("{}_{name}", test_name!()),
            &format!("{HYPERTABLE}{aggregate}{text}"),
        );
        let Some(project) = project else {
            return;
        };
        screens += &project.run("migrate --plain --no-snapshot");
        let made =
            "SELECT count(*)::text FROM pg_class WHERE relname IN ('t', 'schema_migrations')";
        assert_eq!(value(&project, made), "0", "{name}");
    }
    insta::assert_snapshot!(screens);
}

#[test]
fn what_is_applied_is_not_refused_any_more() {
    let Some(project) = one(test_name!(), HYPERTABLE) else {
        return;
    };
    project.run("migrate --plain --no-snapshot");
    let aggregate = "CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n  \
         SELECT time_bucket('1 day', time) AS day, sum(v) FROM t GROUP BY 1 WITH NO DATA;\n";
    project.write("migrations/002_aggregate.sql", aggregate);
    let body = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM public.v';\n";
    project.write("migrations/003_function.sql", body);
    project.write("migrations/004_more.sql", "SELECT 1;\n");
    assert!(
        project
            .run("migrate --plain --no-snapshot")
            .contains("003_function.sql:1:")
    );
    // As an earlier version left it.
    project.write("migrations/003_function.sql", "SELECT 1;\n");
    project.run("migrate --plain --no-snapshot --to 3");
    let mut client = project.own_database().client();
    let checksum = "UPDATE schema_migrations SET checksum = encode(sha256(convert_to($1, 'UTF8')), 'hex') WHERE version = 3";
    client.execute(checksum, &[&body]).unwrap();
    project.write("migrations/003_function.sql", body);
    let screen = project.run("migrate --plain --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(screen.contains("004 more"), "{screen}");
}

/// Of TimescaleDB 2.29, which the stand-in does not say that it is.
#[test]
fn direct_compress_is_taken_where_it_is_off() {
    let off = "CREATE TABLE w (time timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.direct_compress = false, \
               tsdb.direct_compress_schedule_interval = '1 hour');\n\
               ALTER TABLE t SET (timescaledb.direct_compress = off);\n";
    let Some(project) = one(test_name!(), &format!("{HYPERTABLE}{off}")) else {
        return;
    };
    let screen = project.run("migrate --plain --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let stored =
        "SELECT count(*)::text FROM timescaledb_information.hypertables WHERE compression_enabled";
    assert_eq!(value(&project, stored), "2");
    for (text, said) in [
        (
            "ALTER TABLE t SET (tsdb.direct_compress);\n",
            "plain mode cannot turn direct_compress on",
        ),
        (
            "ALTER TABLE t SET (tsdb.direct_compress_schedule_interval = '1 hour');\n",
            "requires \"direct_compress\" to be set in the same clause",
        ),
    ] {
        project.write("migrations/002_more.sql", text);
        let screen = project.run("migrate --plain --no-snapshot");
        assert!(screen.starts_with("exit 1\n"), "{screen}");
        assert!(screen.contains(said), "{screen}");
        assert!(screen.contains("002_more.sql:1:"), "{screen}");
    }
}
