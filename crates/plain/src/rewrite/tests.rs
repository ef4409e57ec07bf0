use std::fmt::Write as _;

use super::rewrite;

/// Statements that are rewritten or refused, one a line.
const STATEMENTS: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS timescaledb CASCADE",
    "CREATE EXTENSION timescaledb_toolkit",
    "ALTER EXTENSION timescaledb UPDATE TO '2.28.3'",
    "DROP EXTENSION IF EXISTS timescaledb CASCADE",
    "COMMENT ON EXTENSION timescaledb IS 'why'",
    "ALTER TABLE IF EXISTS t ADD COLUMN a int NOT NULL, ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE t SET (tsdb.compress), ADD a numeric(4, 2) DEFAULT random() NOT NULL",
    "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS SELECT 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS s.\"C\" (day, n)\nWITH (tsdb.continuous, tsdb.materialized_only = false) AS\nSELECT '$plain$', 'a' -- why\nFROM h WITH DATA",
    "CREATE MATERIALIZED VIEW c TABLESPACE fast WITH (timescaledb.continuous) AS SELECT 1",
    "CREATE MATERIALIZED VIEW c -- why\nWITH (timescaledb.continuous) AS SELECT 1",
    "CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous = false) AS SELECT 1",
    "create materialized view c with (\"timescaledb\".continuous = 'on', fillfactor = 70) as select 1",
    "ALTER TABLE IF EXISTS ONLY s.t SET (timescaledb.compress, timescaledb.compress_segmentby = 'a, \"B\"', tsdb.compress_orderby = E't\\ndesc')",
    "ALTER TABLE t SET (tsdb.chunk_interval = '1 day', fillfactor = 70)",
    "ALTER TABLE t ADD COLUMN a int, SET (timescaledb.compress)",
    "ALTER TABLE t RESET (timescaledb.compress_orderby)",
    "ALTER TABLE t SET (tsdb.compress), ADD COLUMN a numeric(1, 2), SET (tsdb.orderby = 'a', fillfactor = 70), DROP b , RESET (tsdb.orderby), SET (tsdb.compress)",
    "ALTER TABLE t SET (tsdb.compress), RESET (tsdb.orderby, tsdb.segmentby)",
    "ALTER TABLE t RESET (tsdb.orderby, fillfactor)",
    "ALTER MATERIALIZED VIEW c SET (timescaledb.materialized_only = true)",
    "ALTER MATERIALIZED VIEW IF EXISTS c RENAME TO d",
    "ALTER MATERIALIZED VIEW c ADD COLUMN x int GENERATED ALWAYS AS (sum(v)) STORED",
    "ALTER MATERIALIZED VIEW c ADD \"X y\" numeric(4, 2) GENERATED ALWAYS AS (max(v) FILTER (WHERE v > 0)) STORED NOT NULL, ADD z int",
    "ALTER MATERIALIZED VIEW c SET (tsdb.compress, fillfactor = 70), OWNER TO CURRENT_USER, SET TABLESPACE fast, CLUSTER ON i",
    "ALTER VIEW IF EXISTS s.v RENAME TO w",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY s.v WITH DATA",
    "DROP MATERIALIZED VIEW IF EXISTS a, s.b CASCADE",
    "DROP VIEW IF EXISTS v, w RESTRICT",
    "CREATE TABLE t (time timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'time', tsdb.columnstore = false)",
    "CREATE UNLOGGED TABLE IF NOT EXISTS t (v numeric(1, 2)) WITH (fillfactor = 70, timescaledb.hypertable, autovacuum_enabled = off) TABLESPACE x",
    "CREATE TABLE t (at timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = At, tsdb.segmentby = \"Q\"\"a\", tsdb.orderby = 'a,' -- and\n 'b', tsdb.chunk_interval = $q$1 day$q$)",
    "DROP VIEW v$plain",
    "CREATE INDEX i ON t (a) WITH (timescaledb.transaction_per_chunk)",
    "CREATE INDEX i ON t (a) WITH (fillfactor = 70, tsdb.transaction_per_chunk = true) WHERE a > 1",
    "CREATE INDEX i ON t (a) /* why */ -- why\n WITH (timescaledb.transaction_per_chunk)",
    "SELECT reorder_chunk(c, 'i') FROM show_chunks('t') c",
    "CALL public.merge_chunks('a', 'b')",
    "SELECT create_distributed_hypertable('t', 'time')",
    "CALL public.\"cagg_migrate\"('c')",
    "SET timescaledb.enable_direct_compress_copy = on",
];

/// Statements that PostgreSQL understands as they are.
const UNCHANGED: &[&str] = &[
    "CREATE EXTENSION pg_trgm",
    "CREATE MATERIALIZED VIEW v AS SELECT 'timescaledb.continuous' AS a",
    "CREATE MATERIALIZED VIEW v AS SELECT 1 FROM t WITH (timescaledb.continuous)",
    "CREATE TABLE t (a int) WITH (fillfactor = 70)",
    "CREATE INDEX i ON t (a) WITH (fillfactor = 70)",
    "ALTER TABLE t SET (fillfactor = 70)",
    "ALTER TABLE t RESET (timescaledb.compress = true)",
    "ALTER TABLE t RENAME TO timescaledb",
    "ALTER VIEW v RENAME COLUMN a TO b",
    "ALTER VIEW v RENAME a TO b",
    "DROP TABLE merge_chunks",
    "SELECT create_hypertable('t', 'time')",
    "SELECT 'merge_chunks(1)'",
    "SET timescaledb.enable_direct_compress_copy = off",
    "INSERT INTO t VALUES ('reorder_chunk(1)')",
    "INSERT INTO move_chunk (a) VALUES (1)",
    "SELECT mine.split_chunk(1), split_chunk(1, 2) FROM mine.move_chunk(1)",
    "WITH move_chunk (a) AS (SELECT 1) SELECT * FROM move_chunk",
    "",
];

#[test]
fn each_statement_becomes_what_postgresql_understands() {
    let mut shown = String::new();
    for statement in STATEMENTS {
        let _ = writeln!(shown, "{statement}");
        match rewrite(statement) {
            Ok(rewriting) => {
                let _ = writeln!(shown, "→ {}", rewriting.text);
                for edit in &rewriting.edits {
                    let before = &statement[edit.range.clone()];
                    let _ = writeln!(shown, "  {:?} {before:?}: {}", edit.range, edit.reason);
                }
            }
            Err(error) => {
                let _ = writeln!(shown, "✗ {error}, at {:?}", &statement[error.range.clone()]);
            }
        }
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_postgresql_understands_stays_as_it_is() {
    for statement in UNCHANGED {
        let rewriting = rewrite(statement).unwrap();
        assert_eq!(rewriting.text, *statement);
        assert_eq!(rewriting.edits, []);
    }
}

#[test]
fn the_edits_are_all_that_changes() {
    for rewriting in STATEMENTS
        .iter()
        .filter_map(|text| Some((text, rewrite(text).ok()?)))
    {
        let (statement, rewriting) = rewriting;
        let mut text = (*statement).to_owned();
        for edit in rewriting.edits.iter().rev() {
            text.replace_range(edit.range.clone(), &edit.replacement);
        }
        assert_eq!(text, rewriting.text);
    }
}
