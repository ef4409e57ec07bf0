//! The check of each kind of statement, and how its answer is read. `tests/recovery` proves that the checks are right.

use sql::qualified::assert_qualified;

use super::*;

const JOURNAL: Journal<'_> = Journal {
    table: "\"public\".\"schema_migrations\"",
    version: 7,
};

#[test]
fn each_kind_of_statement_has_its_check() {
    let statements = [
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"we;ird \"\"na'me\" ON ONLY S.\"T\" USING btree (a)",
        "CREATE INDEX CONCURRENTLY ON t (a)",
        "CREATE INDEX i ON t (a) WITH (fillfactor = 90, tsdb.transaction_per_chunk)",
        "CREATE INDEX i ON ONLY parted (a)",
        "DROP INDEX CONCURRENTLY IF EXISTS i, s.j CASCADE",
        "REINDEX INDEX CONCURRENTLY i",
        "REINDEX (VERBOSE, CONCURRENTLY) TABLE s.t",
        "REINDEX SCHEMA CONCURRENTLY S",
        "REINDEX DATABASE CONCURRENTLY d",
        "ALTER TABLE IF EXISTS ONLY t * DETACH PARTITION s.p CONCURRENTLY",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS s.c WITH (timescaledb.continuous) AS SELECT 1",
        "CREATE DATABASE D",
        "CREATE TABLESPACE ts LOCATION '/srv'",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
        "ALTER SUBSCRIPTION s ADD PUBLICATION p, \"Q\"",
        "ALTER SUBSCRIPTION s DROP PUBLICATION p WITH (refresh = true)",
        "DROP DATABASE IF EXISTS \"D\" WITH (FORCE)",
        "DROP TABLESPACE ts",
        "DROP SUBSCRIPTION s",
        "COMMIT PREPARED E'it\\'s'",
        "CALL run_job(1000)",
        "CALL merge_chunks_concurrently(ARRAY['a', 'b']::regclass[])",
        "CALL merge_chunks(chunk1 => 'a', chunk2 => 'b', concurrently => 'true')",
    ];
    let checks: Vec<String> = statements
        .iter()
        .map(|statement| match of(statement, &JOURNAL) {
            Recovery::Check(query) => {
                assert_qualified(&query);
                format!("-- {statement}\n{query}\n")
            }
            other => panic!("{statement}: {other:?}"),
        })
        .collect();
    insta::assert_snapshot!(checks.join("\n"));
}

#[test]
fn what_can_be_sent_twice_is() {
    let statements = [
        "CALL refresh_continuous_aggregate('c', NULL, NULL)",
        "CALL _timescaledb_functions.policy_compression(1000, '{}')",
        "VACUUM (FULL) t",
        "CLUSTER t USING i",
        "REINDEX TABLE t",
        "REINDEX (CONCURRENTLY false) SCHEMA s",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "DISCARD ALL",
        "ALTER DATABASE d SET TABLESPACE ts",
        "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
        "ALTER SUBSCRIPTION s SET PUBLICATION p",
        "ALTER EXTENSION timescaledb UPDATE TO '2.28.3'",
        "SELECT reorder_chunk('c', 'i')",
        "SELECT public.\"move_chunk\"(chunk => c, destination_tablespace => 't') FROM show_chunks('h') AS c WHERE c::text IN ('x')",
        "EXPLAIN (ANALYZE) SELECT reorder_chunk('c', 'i')",
    ];
    for statement in statements {
        assert_eq!(of(statement, &JOURNAL), Recovery::Redo, "{statement}");
    }
}

#[test]
fn what_no_catalog_tells_is_asked() {
    let statements = [
        "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$",
        "CALL mine()",
        "CALL cagg_migrate('c')",
        "CALL run_job((SELECT 1000))",
        "CALL merge_chunks('a', f('b'), true)",
        "INSERT INTO t SELECT 1 FROM (SELECT reorder_chunk('c', 'i')) AS done",
        "WITH done AS (INSERT INTO t VALUES (1) RETURNING a) SELECT reorder_chunk('c', 'i') FROM done",
        "SELECT reorder_chunk('c', 'i'), mine()",
        "SELECT mine()",
        "ALTER TABLE t DETACH PARTITION p",
        "ALTER SUBSCRIPTION s DISABLE",
        "CREATE INDEX CONCURRENTLY U&\"d!0061\" UESCAPE '!' ON t (a)",
        "CREATE TABLE t (a int)",
        "CREATE MATERIALIZED VIEW v AS SELECT 1",
        "INSERT INTO t VALUES (1)",
        "COMMIT",
        "",
        "'",
    ];
    for statement in statements {
        assert_eq!(of(statement, &JOURNAL), Recovery::Ask, "{statement}");
    }
}

#[test]
fn rows_are_read_as_a_verdict() {
    let row = |word: &str, statement: Option<&str>| {
        vec![Some(word.to_owned()), statement.map(str::to_owned)]
    };
    let repairs = |repairs: &[&str]| Verdict::Redo {
        repairs: repairs.iter().map(|&sql| sql.to_owned()).collect(),
    };
    let cases = [
        (vec![], repairs(&[])),
        (vec![row("redo", None)], repairs(&[])),
        (
            vec![
                row("redo", Some("DROP INDEX a")),
                row("redo", Some("DROP INDEX b")),
            ],
            repairs(&["DROP INDEX a", "DROP INDEX b"]),
        ),
        (vec![row("done", None), row("done", None)], Verdict::Done),
        (
            vec![row("done", None), row("done", Some("DROP INDEX b"))],
            Verdict::Finish {
                statements: vec!["DROP INDEX b".to_owned()],
            },
        ),
        (vec![row("ask", None)], Verdict::Ask),
        (vec![row("done", None), row("ask", None)], Verdict::Ask),
        (vec![row("whatever", None)], Verdict::Ask),
        (vec![vec![None, None]], Verdict::Ask),
        (vec![vec![]], Verdict::Ask),
    ];
    for (rows, verdict) in cases {
        assert_eq!(Verdict::parse(&rows), verdict, "{rows:?}");
    }
}

#[test]
fn the_same_statement_may_be_written_in_another_way() {
    let index = "CREATE INDEX CONCURRENTLY i ON t (a)";
    for (other, is_the_same) in [
        ("create index  concurrently i /* why */ on T(a);", true),
        ("CREATE INDEX CONCURRENTLY \"i\" ON t (a)", false),
        ("CREATE INDEX CONCURRENTLY j ON t (a)", false),
        ("CREATE INDEX CONCURRENTLY i ON t (a); SELECT 1", false),
        ("", false),
    ] {
        assert_eq!(is_same(index, other), is_the_same, "{other}");
    }
    assert!(!is_same("SELECT 'a'", "SELECT 'A'"));
}

#[test]
fn what_may_hold_a_password_is_not_kept() {
    for (statement, is_kept) in [
        ("CREATE INDEX CONCURRENTLY i ON t (a)", true),
        ("VACUUM t", true),
        (
            "CREATE SUBSCRIPTION s CONNECTION 'password=x' PUBLICATION p",
            false,
        ),
        ("DO $$ BEGIN COMMIT; END $$", false),
        (&format!("VACUUM t{}", " ".repeat(LONGEST_KEPT)), false),
    ] {
        assert_eq!(
            outlives_its_file(statement, &JOURNAL),
            is_kept,
            "{statement:.40}"
        );
    }
}
