//! What the server refuses in a transaction block, one statement a line: our reading of each, and whether a server agrees.
//!
//! The lines follow PostgreSQL's documentation of each command and its callers of `PreventInTransactionBlock`; those of TimescaleDB its
//! process utility hook and the functions and procedures that commit.
#![cfg(all(unix, feature = "postgres"))]

use cluster::{Cluster, Running, Settings};
use migrator::question::{self, Answer};
use postgres::{Client, NoTls, SimpleQueryMessage};
use sql::statement::{self, Kind, Reason, Refusal};

/// Made before the lines of PostgreSQL itself.
const OBJECTS: &str = "
    CREATE TABLE t (a int PRIMARY KEY, b int);
    CREATE INDEX t_b ON t (b);
    CREATE INDEX t_b2 ON t (b);
    CREATE TABLE parted (a int, b int) PARTITION BY RANGE (a);
    CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10);
    CREATE TABLE part2 PARTITION OF parted FOR VALUES FROM (10) TO (20);
    CREATE INDEX parted_b ON parted (b);
    CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;
    CREATE UNIQUE INDEX v_a ON v (a);
    CREATE TYPE colour AS ENUM ('red');
    CREATE PUBLICATION p FOR TABLE t;
    CREATE SUBSCRIPTION s CONNECTION 'host=/nowhere' PUBLICATION p, p2 WITH (connect = false);
    ALTER SUBSCRIPTION s ENABLE;
    CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
    CREATE PROCEDURE calls_commits() LANGUAGE plpgsql AS $$ BEGIN CALL commits(); END $$;
    CREATE PROCEDURE works() LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
    CREATE PROCEDURE calls_works() LANGUAGE plpgsql AS $$ BEGIN CALL works(); END $$;
    CREATE PROCEDURE defined() LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN COMMIT; END $$;
    CREATE PROCEDURE configured() LANGUAGE plpgsql SET work_mem = '1MB' AS $$ BEGIN COMMIT; END $$;
    CREATE SCHEMA later;
    CREATE PROCEDURE later.works() LANGUAGE plpgsql AS $$ BEGIN ROLLBACK; END $$;
";

/// Refused in a transaction block, whatever the database holds.
const ALONE: &[&str] = &[
    "CREATE DATABASE d",
    "DROP DATABASE IF EXISTS d",
    "CREATE TABLESPACE ts LOCATION '/nowhere'",
    "DROP TABLESPACE IF EXISTS ts",
    "ALTER DATABASE postgres SET TABLESPACE pg_default",
    "ALTER SYSTEM SET work_mem = '5MB'",
    "ALTER SYSTEM RESET work_mem",
    "VACUUM",
    "VACUUM t",
    "VACUUM (FULL) t",
    "VACUUM (ANALYZE, VERBOSE false) t",
    "DISCARD ALL",
    "CREATE INDEX CONCURRENTLY ON t (b)",
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
    "DROP INDEX CONCURRENTLY t_b2",
    "DROP INDEX CONCURRENTLY IF EXISTS t_b2, i",
    "REINDEX TABLE CONCURRENTLY t",
    "REINDEX INDEX CONCURRENTLY t_b",
    "REINDEX (CONCURRENTLY) TABLE t",
    "REINDEX (VERBOSE, CONCURRENTLY true) INDEX t_b",
    "REINDEX (CONCURRENTLY) SCHEMA public",
    "REINDEX DATABASE refused",
    "REINDEX SCHEMA public",
    "REINDEX (VERBOSE false) SYSTEM refused",
    "CLUSTER",
    "CLUSTER VERBOSE",
    "ALTER TABLE parted DETACH PARTITION part CONCURRENTLY",
    "ALTER TABLE ONLY parted DETACH PARTITION part2 CONCURRENTLY",
    "CREATE SUBSCRIPTION s2 CONNECTION 'host=/nowhere' PUBLICATION p",
    "CREATE SUBSCRIPTION s2 CONNECTION 'host=/nowhere' PUBLICATION p WITH (enabled = false)",
    "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
    "ALTER SUBSCRIPTION s SET PUBLICATION p",
    "ALTER SUBSCRIPTION s ADD PUBLICATION p3",
    "ALTER SUBSCRIPTION s DROP PUBLICATION p2 WITH (copy_data = false)",
    "DROP SUBSCRIPTION s",
    "COMMIT PREPARED 'x'",
    "ROLLBACK PREPARED 'x'",
    "DO $$ BEGIN COMMIT; END $$",
    "DO $$ BEGIN INSERT INTO t VALUES (1); ROLLBACK AND CHAIN; END $$",
    "DO LANGUAGE 'plpgsql' 'BEGIN IF true THEN COMMIT; END IF; END'",
];

/// Not refused, however much they look like the ones above.
const ORDINARY: &[&str] = &[
    "ALTER DATABASE refused SET work_mem = '5MB'",
    "ANALYZE t",
    "DISCARD PLANS",
    "DISCARD TEMP",
    "CREATE INDEX concurrently_not ON t (a)",
    "CREATE TABLE \"concurrently\" (a int)",
    "DROP INDEX t_b",
    "REINDEX TABLE t",
    "REINDEX INDEX t_b",
    "REINDEX (CONCURRENTLY false) TABLE t",
    "REINDEX (VERBOSE) INDEX t_b",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
    "CLUSTER t USING t_b",
    "CLUSTER VERBOSE t USING t_b",
    "ALTER TABLE parted DETACH PARTITION part",
    "CREATE SUBSCRIPTION s2 CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect = false)",
    "ALTER SUBSCRIPTION s DISABLE",
    "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
    "ALTER SUBSCRIPTION s SET (binary = true)",
    "ALTER SUBSCRIPTION s CONNECTION 'host=/elsewhere'",
    "ALTER TYPE colour ADD VALUE 'green'",
    "ALTER TABLE t SET TABLESPACE pg_default",
    "LOCK TABLE t",
    "SET LOCAL lock_timeout = '1s'",
    "SET CONSTRAINTS ALL IMMEDIATE",
    "SAVEPOINT a",
    "PREPARE transaction_not AS SELECT 1",
    "COMMENT ON TABLE t IS 'VACUUM; COMMIT; CREATE DATABASE d'",
    "DO $$ BEGIN RAISE DEBUG 'COMMIT;'; END $$",
    "DO $$ DECLARE commit int; BEGIN commit := 1; END $$",
    "CALL works()",
    "CALL calls_works()",
    "DO $$ BEGIN CALL works(); END $$",
    "COPY (SELECT 1 AS stdin) TO '/dev/null'",
    "CHECKPOINT",
    "NOTIFY a",
];

/// Refused because of the database's content, which the words do not show: a partitioned table, a procedure that commits. The catalog shows
/// it; without a catalog, `-- migrate: alone` precedes them in a file.
const UNKNOWABLE: &[(&str, Reason)] = &[
    ("CLUSTER parted USING parted_b", Reason::Partitioned),
    ("REINDEX TABLE parted", Reason::Partitioned),
    ("REINDEX INDEX parted_b", Reason::Partitioned),
    ("CALL commits()", Reason::ProcedureCommits),
    ("CALL public.calls_commits()", Reason::ProcedureCommits),
    ("CALL later.works()", Reason::ProcedureCommits),
    (
        "DO $$ BEGIN CALL calls_commits(); END $$",
        Reason::ProcedureCommits,
    ),
];

/// Procedures that may never commit, so running them alone would not help.
const NEVER_COMMIT: &[&str] = &["CALL defined()", "CALL configured()"];

const TIMESCALEDB_OBJECTS: &str = "
    CREATE EXTENSION timescaledb;
    CREATE TABLE h (time timestamptz NOT NULL, v int);
    SELECT create_hypertable('h', 'time', chunk_time_interval => INTERVAL '1 day');
    CREATE INDEX h_v ON h (v);
    INSERT INTO h SELECT '2024-01-01'::timestamptz + i * INTERVAL '6 hours', i FROM generate_series(0, 40) i;
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, count(*) FROM h GROUP BY 1 WITH NO DATA;
    SELECT add_continuous_aggregate_policy('c', NULL, INTERVAL '1 day', INTERVAL '1 day');
    CREATE TABLE later (time timestamptz NOT NULL, v int);
    CREATE TABLE old (time timestamptz NOT NULL, v int);
    SELECT create_hypertable('old', 'time', chunk_time_interval => INTERVAL '1 day');
    INSERT INTO old SELECT '2024-01-01'::timestamptz + i * INTERVAL '6 hours', i FROM generate_series(0, 40) i;
    ALTER TABLE old SET (timescaledb.compress, timescaledb.compress_segmentby = 'v');
    SELECT add_compression_policy('old', INTERVAL '1 day');
    CREATE TABLE empty (time timestamptz NOT NULL, v int);
    SELECT create_hypertable('empty', 'time');
    CREATE INDEX empty_v ON empty (v);
";

const TIMESCALEDB_ALONE: &[&str] = &[
    "CREATE MATERIALIZED VIEW c2 WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), count(*) FROM h GROUP BY 1",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS c WITH (tsdb.continuous) AS SELECT time_bucket('1 day', time), count(*) FROM h GROUP BY 1 WITH DATA",
    "CREATE MATERIALIZED VIEW c3 (day, n) WITH (timescaledb.materialized_only = false, \"timescaledb\".continuous = 'on') AS SELECT time_bucket('1 day', time), count(*) FROM h GROUP BY 1",
    "CALL refresh_continuous_aggregate('c', NULL, NULL)",
    "CALL public.refresh_continuous_aggregate('c', '2024-01-01', '2024-01-03', force => true)",
    "DO $$ BEGIN CALL refresh_continuous_aggregate('c', NULL, NULL); END $$",
    "CREATE INDEX ON h (v) WITH (timescaledb.transaction_per_chunk)",
    "CREATE INDEX ON h (v, time) WITH (fillfactor = 90, tsdb.transaction_per_chunk = true)",
    "SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk', 'h_v')",
    "SELECT public.\"reorder_chunk\"(chunk, 'h_v') FROM show_chunks('h') chunk",
    "WITH chunks AS (SELECT show_chunks('h') AS chunk) SELECT reorder_chunk(chunk, 'h_v') FROM chunks",
    "EXPLAIN ANALYZE SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk', 'h_v')",
    "INSERT INTO t SELECT 1 FROM (SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk', 'h_v')) done",
    "DO $$ BEGIN PERFORM reorder_chunk('_timescaledb_internal._hyper_1_1_chunk', 'h_v'); END $$",
    "SELECT move_chunk('_timescaledb_internal._hyper_1_1_chunk', 'pg_default', 'pg_default', 'h_v')",
    "SELECT move_chunk(chunk => '_timescaledb_internal._hyper_1_1_chunk', destination_tablespace => 'pg_default', index_destination_tablespace => 'pg_default')",
    "CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_2_chunk', concurrently => true)",
    "CALL merge_chunks('_timescaledb_internal._hyper_1_3_chunk', '_timescaledb_internal._hyper_1_4_chunk', true)",
    "CALL merge_chunks_concurrently(ARRAY['_timescaledb_internal._hyper_1_5_chunk', '_timescaledb_internal._hyper_1_6_chunk']::regclass[])",
    "CALL run_job(1000)",
    "CALL run_job(1001)",
    "CREATE INDEX CONCURRENTLY ON _timescaledb_internal._hyper_1_10_chunk (v)",
    "DROP INDEX CONCURRENTLY empty_v",
    "CALL _timescaledb_functions.policy_refresh_continuous_aggregate(1000, '{\"mat_hypertable_id\": 2, \"start_offset\": null, \"end_offset\": \"1 day\"}')",
];

const TIMESCALEDB_ORDINARY: &[&str] = &[
    "CREATE MATERIALIZED VIEW c2 WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), count(*) FROM h GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW c4 AS SELECT 'timescaledb.continuous' AS a",
    "REFRESH MATERIALIZED VIEW v",
    "SELECT create_hypertable('later', by_range('time'))",
    "CREATE TABLE later2 (time timestamptz NOT NULL, v int) WITH (tsdb.hypertable, tsdb.partition_column = 'time')",
    "CREATE INDEX ON h (v) WITH (timescaledb.transaction_per_chunk = false)",
    "CREATE INDEX ON h (v) WITH (fillfactor = 90)",
    "SELECT add_retention_policy('h', INTERVAL '1 year')",
    "SELECT add_reorder_policy('h', 'h_v')",
    "SELECT add_compression_policy('old', INTERVAL '1 day', if_not_exists => true)",
    "REINDEX TABLE h",
    "SELECT add_continuous_aggregate_policy('c', NULL, INTERVAL '1 day', INTERVAL '1 day', if_not_exists => true)",
    "ALTER TABLE h SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'v'); CALL add_columnstore_policy('h', after => INTERVAL '7 days'); SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk'); CALL convert_to_columnstore('_timescaledb_internal._hyper_1_2_chunk'); CALL convert_to_rowstore('_timescaledb_internal._hyper_1_2_chunk')",
    "ALTER MATERIALIZED VIEW c SET (timescaledb.materialized_only = false)",
    "CALL merge_chunks('_timescaledb_internal._hyper_1_7_chunk', '_timescaledb_internal._hyper_1_8_chunk')",
    "CALL merge_chunks('_timescaledb_internal._hyper_1_7_chunk', '_timescaledb_internal._hyper_1_8_chunk', concurrently => false)",
    "CALL merge_chunks('_timescaledb_internal._hyper_1_7_chunk', '_timescaledb_internal._hyper_1_8_chunk', false)",
    "CALL split_chunk('_timescaledb_internal._hyper_1_9_chunk')",
    "CALL detach_chunk('_timescaledb_internal._hyper_1_9_chunk')",
    "SELECT drop_chunks('h', older_than => '2024-01-02'::timestamptz)",
    "SELECT set_chunk_time_interval('h', INTERVAL '2 days')",
    "SELECT 'reorder_chunk(1)' AS reorder_chunk",
    "CLUSTER _timescaledb_internal._hyper_1_9_chunk USING _hyper_1_9_chunk_h_v",
    "VALUES ('CALL run_job(1000)')",
];

/// On a hypertable; on a table they are ordinary.
const TIMESCALEDB_UNKNOWABLE: &[(&str, Reason)] = &[
    ("CLUSTER h USING h_v", Reason::CommitsByItself),
    (
        "CLUSTER (VERBOSE) public.\"h\" USING h_v",
        Reason::CommitsByItself,
    ),
];

/// On a hypertable these are refused alone, too.
const NEVER_ON_A_HYPERTABLE: &[(&str, Refusal)] = &[
    (
        "CREATE INDEX CONCURRENTLY ON h (v)",
        Refusal::HypertableIndexConcurrently,
    ),
    (
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY c (count)",
        Refusal::HypertableIndexConcurrently,
    ),
    (
        "CREATE UNIQUE INDEX CONCURRENTLY i ON h (v, time)",
        Refusal::HypertableUniqueConcurrently,
    ),
    (
        "DROP INDEX CONCURRENTLY h_v",
        Refusal::HypertableDropConcurrently,
    ),
    (
        "REINDEX TABLE CONCURRENTLY h",
        Refusal::HypertableReindexConcurrently,
    ),
    (
        "REINDEX (CONCURRENTLY) INDEX h_v",
        Refusal::HypertableReindexIndex,
    ),
    ("REINDEX INDEX h_v", Refusal::HypertableReindexIndex),
];

/// Refused anywhere, and the words say so.
const NEVER: &[(&str, Refusal)] = &[(
    "CREATE UNIQUE INDEX ON h (v, time) WITH (timescaledb.transaction_per_chunk)",
    Refusal::UniqueByChunk,
)];

#[test]
fn each_statement_is_read_as_its_line_says() {
    for sql in ALONE.iter().chain(TIMESCALEDB_ALONE) {
        assert!(matches!(kinds(sql)[..], [Kind::Alone(_)]), "{sql}");
    }
    for (sql, _) in UNKNOWABLE.iter().chain(TIMESCALEDB_UNKNOWABLE) {
        assert_eq!(kinds(sql), [Kind::Ordinary], "{sql}");
        let annotated = format!("-- migrate: alone\n{sql}");
        assert_eq!(kinds(&annotated), [Kind::Alone(Reason::Annotated)], "{sql}");
    }
    for (sql, refusal) in NEVER {
        assert_eq!(kinds(sql), [Kind::Refused(*refusal)], "{sql}");
    }
    for sql in ORDINARY.iter().chain(TIMESCALEDB_ORDINARY) {
        assert!(
            kinds(sql).iter().all(|kind| *kind == Kind::Ordinary),
            "{sql}"
        );
    }
}

#[testkit::test(Refusing::start)]
fn postgres_agrees_with_each_line(mut server: Refusing) {
    server.client.batch_execute(OBJECTS).unwrap();
    server.accepts(ORDINARY);
    server.refuses_after_a_question(UNKNOWABLE);
    for sql in NEVER_COMMIT {
        assert_eq!(server.answer(sql), Answer::AsRead, "{sql}");
        assert_eq!(server.alone(sql).as_deref(), Some("2D000"), "{sql}");
    }
    server.refuses(ALONE);
}

#[test]
fn timescaledb_agrees_with_each_line() {
    const TEST: &str = "timescaledb_agrees_with_each_line";
    let Some(mut server) = Refusing::start(TEST) else {
        return;
    };
    let available = "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'";
    if server.client.query(available, &[]).unwrap().is_empty() {
        return testkit::skip(TEST, "the server has no TimescaleDB to agree");
    }
    server.client.batch_execute(OBJECTS).unwrap();
    server.client.batch_execute(TIMESCALEDB_OBJECTS).unwrap();
    server.accepts(TIMESCALEDB_ORDINARY);
    server.refuses_after_a_question(TIMESCALEDB_UNKNOWABLE);
    for (sql, refusal) in NEVER_ON_A_HYPERTABLE {
        assert_eq!(server.answer(sql), Answer::Never(*refusal), "{sql}");
        assert_eq!(server.alone(sql).as_deref(), Some("0A000"), "{sql}");
    }
    for (sql, _) in NEVER {
        assert_eq!(server.alone(sql).as_deref(), Some("0A000"), "{sql}");
    }
    server.refuses(TIMESCALEDB_ALONE);
    let update = "ALTER EXTENSION timescaledb UPDATE";
    assert_eq!(kinds(update), [Kind::FreshSession]);
    assert_eq!(server.alone(update).as_deref(), Some("0A000"));
    server.client = server.connect();
    assert_eq!(server.alone(update), None);
}

fn kinds(sql: &str) -> Vec<Kind> {
    let statements = statement::read(sql).unwrap();
    statements
        .into_iter()
        .map(|statement| statement.kind)
        .collect()
}

/// A private server that is asked for its opinion.
struct Refusing {
    client: Client,
    // After the client, so that it is stopped when no client is connected any longer.
    running: Running,
}

impl Refusing {
    fn start(test: &str) -> Option<Self> {
        let server = testkit::server(test)?;
        let settings = Settings::throwaway()
            .option("max_prepared_transactions", "2")
            .option("max_logical_replication_workers", "0");
        let running = Cluster::temporary(&server, settings).unwrap();
        let connect = |database| Client::connect(&running.url(database), NoTls).unwrap();
        connect("postgres")
            .batch_execute("CREATE DATABASE refused")
            .unwrap();
        let client = connect("refused");
        Some(Refusing { client, running })
    }

    fn connect(&self) -> Client {
        Client::connect(&self.running.url("refused"), NoTls).unwrap()
    }

    /// The catalog's answer for a statement; its words are enough if there is no question.
    fn answer(&mut self, sql: &str) -> Answer {
        let Some(question) = question::of(sql) else {
            return Answer::AsRead;
        };
        let messages = self.client.simple_query(&question.query()).unwrap();
        let values = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                let values = (0..row.len()).map(|at| row.get(at).map(str::to_owned));
                Some(values.collect())
            }
            _ => None,
        };
        question.answer(&messages.into_iter().filter_map(values).collect())
    }

    /// The server's SQLSTATE for a statement that is sent alone; `None` for success.
    fn alone(&mut self, sql: &str) -> Option<String> {
        let error = self.client.batch_execute(sql).err()?;
        let code = error.code().unwrap_or_else(|| panic!("{sql}: {error}"));
        Some(code.code().to_owned())
    }

    /// The same after a BEGIN; what it did is rolled back.
    fn in_transaction(&mut self, sql: &str) -> Option<String> {
        self.client.batch_execute("BEGIN").unwrap();
        let answer = self.alone(sql);
        self.client.batch_execute("ROLLBACK").unwrap();
        answer
    }

    fn accepts(&mut self, lines: &[&str]) {
        for sql in lines {
            assert_eq!(self.answer(sql), Answer::AsRead, "{sql}");
            assert_eq!(self.in_transaction(sql), None, "{sql}");
        }
    }

    /// After a BEGIN each line starts a second transaction, or tries to end one that it did not start; alone it does not.
    fn refuses(&mut self, lines: &[&str]) {
        for sql in lines {
            assert_eq!(self.answer(sql), Answer::AsRead, "{sql}");
            self.refuses_inside(sql);
        }
    }

    fn refuses_after_a_question(&mut self, lines: &[(&str, Reason)]) {
        for (sql, reason) in lines {
            assert_eq!(self.answer(sql), Answer::Alone(*reason), "{sql}");
            self.refuses_inside(sql);
        }
    }

    fn refuses_inside(&mut self, sql: &str) {
        let inside = self.in_transaction(sql);
        assert!(is_refusal(inside.as_deref()), "{sql}: {inside:?}");
        let alone = self.alone(sql);
        assert!(!is_refusal(alone.as_deref()), "{sql}: {alone:?}");
    }
}

fn is_refusal(code: Option<&str>) -> bool {
    matches!(code, Some("25001" | "2D000"))
}
