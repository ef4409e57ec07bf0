//! One line of SQL for each rule. Whether a server agrees is asked in `tests/refused.rs`.

use super::*;

fn kinds(sql: &str) -> Vec<Kind> {
    read(sql)
        .unwrap()
        .into_iter()
        .map(|statement| statement.kind)
        .collect()
}

#[test]
fn what_the_server_refuses_in_a_transaction_runs_alone() {
    let alone = [
        "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS SELECT 1",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS s.c WITH (timescaledb.continuous = true) AS SELECT 1 WITH DATA",
        "create materialized view c with (timescaledb.materialized_only=false, \"timescaledb\".continuous) as select 1",
        "CALL refresh_continuous_aggregate('c', NULL, NULL)",
        "CALL public.refresh_continuous_aggregate('c', NULL, NULL)",
        "CALL run_job(1000)",
        "CALL merge_chunks('a', 'b', concurrently => true)",
        "CALL merge_chunks_concurrently(ARRAY['a', 'b'])",
        "SELECT reorder_chunk('c', 'i')",
        "SELECT move_chunk(chunk => 'c', destination_tablespace => 't')",
        "CREATE INDEX ON t (a) WITH (timescaledb.transaction_per_chunk)",
        "CREATE DATABASE d",
        "DROP DATABASE d",
        "CREATE TABLESPACE t LOCATION '/x'",
        "DROP TABLESPACE t",
        "ALTER DATABASE d SET TABLESPACE t",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "VACUUM",
        "VACUUM (ANALYZE) t",
        "DISCARD ALL",
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX INDEX CONCURRENTLY i",
        "REINDEX (VERBOSE) TABLE CONCURRENTLY t",
        "REINDEX (CONCURRENTLY) TABLE t",
        "REINDEX DATABASE d",
        "REINDEX (VERBOSE) SCHEMA s",
        "REINDEX SYSTEM d",
        "CLUSTER",
        "CLUSTER VERBOSE",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
        "DROP SUBSCRIPTION s",
        "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
        "COMMIT PREPARED 'x'",
        "ROLLBACK PREPARED 'x'",
        "DO $$ BEGIN CALL refresh_continuous_aggregate('c', NULL, NULL); END $$",
        "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$",
        "-- migrate: alone\nCALL my_procedure_that_commits()",
    ];
    for sql in alone {
        assert!(
            matches!(kinds(sql)[..], [Kind::Alone(_)]),
            "{sql}: {:?}",
            kinds(sql)
        );
    }
}

#[test]
fn everything_else_shares_a_transaction() {
    let ordinary = [
        "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS SELECT 1 WITH NO DATA",
        "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous = false) AS SELECT 1",
        "CREATE MATERIALIZED VIEW c AS SELECT 'timescaledb.continuous'",
        "SELECT create_hypertable('t', by_range('time'))",
        "SELECT add_retention_policy('t', INTERVAL '1 day')",
        "CALL add_columnstore_policy('t', after => INTERVAL '1 day')",
        "CALL merge_chunks('a', 'b')",
        "SELECT compress_chunk('c')",
        "CREATE INDEX concurrently_i ON t (a)",
        "CREATE INDEX ON t (a) WITH (timescaledb.transaction_per_chunk = false)",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (enabled = false, create_slot = of)",
        "ALTER DATABASE d SET work_mem = '1MB'",
        "ALTER TYPE e ADD VALUE 'x'",
        "REINDEX TABLE t",
        "CLUSTER t USING i",
        "DISCARD TEMP",
        "ANALYZE t",
        "COMMENT ON TABLE t IS 'VACUUM; COMMIT'",
        "DO $$ BEGIN RAISE NOTICE 'commit'; END $$",
        "SET LOCAL lock_timeout = '1s'",
        "SET CONSTRAINTS ALL DEFERRED",
        "ROLLBACK TO SAVEPOINT s",
        "SAVEPOINT s",
        "COPY t FROM '/srv/t.csv'",
        "INSERT INTO t SELECT 1",
        "whatever this is",
        "\"VACUUM\"",
        "-- migrate: alone\n\nCALL p()",
    ];
    for sql in ordinary {
        assert_eq!(kinds(sql), [Kind::Ordinary], "{sql}");
    }
}

#[test]
fn the_rest_is_told_apart() {
    let cases = [
        ("BEGIN", Kind::Begin),
        ("BEGIN ISOLATION LEVEL SERIALIZABLE", Kind::Begin),
        ("START TRANSACTION", Kind::Begin),
        ("COMMIT", Kind::Commit),
        ("END TRANSACTION", Kind::Commit),
        ("COMMIT AND NO CHAIN", Kind::Commit),
        ("COMMIT AND CHAIN", Kind::Refused(Refusal::Chain)),
        ("ROLLBACK", Kind::Refused(Refusal::Rollback)),
        ("ABORT", Kind::Refused(Refusal::Rollback)),
        ("PREPARE TRANSACTION 'x'", Kind::Refused(Refusal::TwoPhase)),
        (
            "COPY t (a) FROM STDIN",
            Kind::Refused(Refusal::CopyFromStdin),
        ),
        (
            "COPY t FROM stdout WITH (FORMAT csv)",
            Kind::Refused(Refusal::CopyFromStdin),
        ),
        ("COPY (SELECT 1 FROM stdin) TO '/x'", Kind::Ordinary),
        ("COPY t TO stdout", Kind::Refused(Refusal::CopyToStdout)),
        (
            "CREATE UNIQUE INDEX ON t (a) WITH (timescaledb.transaction_per_chunk)",
            Kind::Refused(Refusal::UniqueByChunk),
        ),
        ("SET search_path = x", Kind::Set),
        ("RESET ALL", Kind::Set),
        ("SET SESSION standard_conforming_strings TO on", Kind::Set),
        (
            "SET standard_conforming_strings = off",
            Kind::Refused(Refusal::StandardStrings),
        ),
        (
            "SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false)",
            Kind::Refused(Refusal::StandardStrings),
        ),
        ("SELECT set_config('search_path', 'off', false)", Kind::Set),
        (
            "SELECT pg_catalog.set_config('search_path', '', false)",
            Kind::Set,
        ),
        ("SELECT set_config('search_path', '', true)", Kind::Ordinary),
        (
            "SELECT set_config('search_path', '', false), f()",
            Kind::Ordinary,
        ),
        (
            "set local \"standard_conforming_strings\" to 'false'",
            Kind::Refused(Refusal::StandardStrings),
        ),
        ("ALTER EXTENSION timescaledb UPDATE", Kind::FreshSession),
        (
            "ALTER EXTENSION timescaledb UPDATE TO '2.28.3'",
            Kind::FreshSession,
        ),
    ];
    for (sql, kind) in cases {
        assert_eq!(is_setting(sql), kind == Kind::Set, "{sql}");
        assert_eq!(kinds(sql), [kind], "{sql}");
    }
}

#[test]
fn parameters_of_qualified_names_are_found_wherever_a_text_sets_them() {
    let cases: [(&str, &[&str]); 5] = [
        (
            "SET my.flag = 'on'; set local a.b TO 1",
            &["a.b", "my.flag"],
        ),
        (
            "SELECT pg_catalog.SET_CONFIG('my.flag', 'on', false)",
            &["my.flag"],
        ),
        ("DO $$ BEGIN SET SESSION my.flag = 1; END $$", &["my.flag"]),
        (
            "SET search_path = app; SELECT set_config('search_path', '', false)",
            &[],
        ),
        ("SELECT a.b FROM a; UPDATE a.b SET c = 1", &[]),
    ];
    for (text, expected) in cases {
        let found: Vec<_> = qualified_parameters(text).into_iter().collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn temporary_relations_are_found_by_their_names() {
    let cases = [
        ("CREATE TEMP TABLE tmp (id int)", Some("tmp")),
        (
            "create local temporary table if not exists \"A b\" ()",
            Some("A b"),
        ),
        ("CREATE TEMPORARY TABLE pg_temp.t AS SELECT 1", Some("t")),
        (
            "CREATE OR REPLACE TEMP RECURSIVE VIEW v (n) AS SELECT 1",
            Some("v"),
        ),
        ("CREATE TEMP SEQUENCE s", Some("s")),
        ("CREATE TABLE temp (id int)", None),
        ("SELECT 1", None),
    ];
    for (text, expected) in cases {
        assert_eq!(temporary(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_new_value_of_an_enum_is_known_by_its_words() {
    assert!(adds_enum_value(
        "ALTER TYPE app.mood ADD VALUE IF NOT EXISTS 'bad' BEFORE 'ok'"
    ));
    assert!(!adds_enum_value(
        "ALTER TYPE mood RENAME VALUE 'bad' TO 'add value'"
    ));
    assert!(!adds_enum_value("ALTER TABLE t ADD value int"));
}
