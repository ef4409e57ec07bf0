//! Statements of TimescaleDB.

use crate::trial::{Ground, shown};

const SETUP: &str = r#"
    CREATE EXTENSION timescaledb;
    CREATE TABLE h (time timestamptz NOT NULL, v int);
    SELECT create_hypertable('h', 'time', chunk_time_interval => INTERVAL '1 day');
    INSERT INTO h SELECT '2024-01-01 UTC'::timestamptz + i * INTERVAL '1 hour', i FROM generate_series(0, 200) i;
    CREATE INDEX h_v ON h (v);
    CREATE FUNCTION slow(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    BEGIN IF i > 100 THEN PERFORM pg_advisory_xact_lock_shared(77); END IF; RETURN i; END $$;
    CREATE MATERIALIZED VIEW "C" WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM h GROUP BY 1 WITH NO DATA;
    SELECT add_continuous_aggregate_policy('"C"', NULL, INTERVAL '1 day', INTERVAL '1 day');
    CREATE PROCEDURE mine(job_id int, config jsonb) LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
    SELECT add_job('mine', INTERVAL '1 day');
"#;

const ROWS: &str = "SELECT count(*), sum(v) FROM h UNION ALL SELECT count(*), sum(n) FROM \"C\"";

/// Stops a statement that goes from chunk to chunk at the third.
const CHUNK: &str =
    "BEGIN; LOCK TABLE _timescaledb_internal._hyper_1_3_chunk IN ROW EXCLUSIVE MODE";
const BEFORE: &str = "BEGIN; LOCK TABLE h IN ACCESS EXCLUSIVE MODE";
/// Stops whatever calls `slow`, half-way through the rows.
const SLOW: &str = "BEGIN; SELECT pg_advisory_xact_lock(77)";

#[testkit::test(|test| Ground::new(test, SETUP))]
fn an_index_is_built_on_every_chunk_wherever_it_was_cut(mut ground: Ground) {
    let named =
        "CREATE INDEX IF NOT EXISTS \"I\" ON H (v, time) WITH (timescaledb.transaction_per_chunk)";
    let drop = "redo after DROP INDEX IF EXISTS public.\"I\"";
    ground.cut(named, ROWS, &[(BEFORE, "redo"), (CHUNK, drop)]);
    ground.complete(named, ROWS, "done");

    let slow = "CREATE INDEX ON h (slow(v)) WITH (tsdb.transaction_per_chunk = true)";
    let drop = "redo after DROP INDEX IF EXISTS public.h_slow_idx";
    ground.cut(slow, ROWS, &[(CHUNK, drop), (SLOW, drop)]);
    ground.complete(slow, ROWS, "done");

    // Dropping the half-built one would take the chunks' indexes of its twin.
    let twin = "CREATE INDEX ON h (v) WITH (timescaledb.transaction_per_chunk)";
    let mut trial = ground.trial();
    trial.journal();
    trial.cut(twin, CHUNK);
    assert_eq!(shown(&trial.verdict(twin)), "ask");
    trial.leave();

    let mut trial = ground.trial();
    let refresh = "CALL refresh_continuous_aggregate('\"C\"', NULL, NULL)";
    trial.client.batch_execute(refresh).unwrap();
    trial.journal();
    let aggregate = "CREATE INDEX agg_n ON \"C\" (n) WITH (timescaledb.transaction_per_chunk)";
    assert_eq!(shown(&trial.verdict(aggregate)), "redo");
    trial.client.batch_execute(aggregate).unwrap();
    assert_eq!(shown(&trial.verdict(aggregate)), "done");
    trial.leave();
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn an_aggregate_is_filled_wherever_it_was_cut(mut ground: Ground) {
    let statement = "CREATE MATERIALIZED VIEW IF NOT EXISTS \"Agg\" WITH (timescaledb.continuous) AS \
        SELECT time_bucket('1 day', time) AS day, sum(slow(v)) AS v FROM h GROUP BY 1";
    // Everything that exists, and that the log has no more to do than after a clean run.
    let content = "SELECT day::text, v::text FROM \"Agg\" UNION ALL \
        SELECT lowest_modified_value::text, greatest_modified_value::text FROM _timescaledb_catalog.continuous_aggs_materialization_invalidation_log UNION ALL \
        SELECT watermark::text, '' FROM _timescaledb_catalog.continuous_aggs_watermark UNION ALL \
        SELECT watermark::text, '' FROM _timescaledb_catalog.continuous_aggs_invalidation_threshold UNION ALL \
        SELECT count(*)::text, '' FROM _timescaledb_catalog.continuous_aggs_jobs_refresh_ranges ORDER BY 1, 2";
    let finish = "finish by CALL public.refresh_continuous_aggregate('public.\"Agg\"', NULL, NULL)";
    let lock = |table: &str| {
        format!("BEGIN; LOCK TABLE _timescaledb_catalog.{table} IN ACCESS EXCLUSIVE MODE")
    };
    let points = [
        (BEFORE.to_owned(), "redo"),
        (lock("continuous_aggs_jobs_refresh_ranges"), "redo"),
        (lock("continuous_aggs_hypertable_invalidation_log"), finish),
        (SLOW.to_owned(), finish),
    ];
    let points: Vec<_> = points
        .iter()
        .map(|(lock, verdict)| (lock.as_str(), *verdict))
        .collect();
    ground.cut(statement, content, &points);
    ground.complete(statement, content, "done");

    // Behind a retention policy a refresh would take away what is no longer in the source.
    let mut trial = ground.trial();
    trial.journal();
    trial.client.batch_execute(statement).unwrap();
    let retention = "SELECT drop_chunks('h', older_than => '2024-01-05 UTC'::timestamptz)";
    trial.client.batch_execute(retention).unwrap();
    let verdict = trial.verdict(statement);
    trial.carry_out(statement, &verdict);
    assert_eq!(shown(&verdict), "done");
    assert_eq!(
        trial.rows("SELECT count(*) FROM \"Agg\"")[0][0].as_deref(),
        Some("9")
    );
    trial.leave();

    // Nothing to fill it with.
    let mut trial = ground.trial();
    trial.client.batch_execute("TRUNCATE h").unwrap();
    trial.journal();
    trial.client.batch_execute(statement).unwrap();
    let verdict = trial.verdict(statement);
    assert_eq!(shown(&verdict), finish);
    trial.carry_out(statement, &verdict);
    trial.leave();

    let mut trial = ground.trial();
    trial.journal();
    let older =
        "CREATE MATERIALIZED VIEW IF NOT EXISTS \"C\" WITH (timescaledb.continuous) AS SELECT 1";
    assert_eq!(shown(&trial.verdict(older)), "redo");
    trial.leave();
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn what_goes_from_chunk_to_chunk_is_done_again(mut ground: Ground) {
    let reader = "BEGIN; SELECT count(*) FROM _timescaledb_internal._hyper_1_3_chunk";
    let chunk = "'_timescaledb_internal._hyper_1_3_chunk'";
    let statements = [
        format!("SELECT reorder_chunk({chunk}, 'h_v')"),
        format!("SELECT move_chunk({chunk}, 'pg_default', 'pg_default', 'h_v')"),
        "WITH chunks AS (SELECT show_chunks('h') AS chunk) SELECT reorder_chunk(chunk, 'h_v') FROM chunks".to_owned(),
        "CLUSTER h USING h_v".to_owned(),
        "VACUUM FULL h".to_owned(),
    ];
    for statement in &statements {
        ground.cut(statement, ROWS, &[(reader, "redo")]);
        ground.complete(statement, ROWS, "redo");
    }
    let refresh = "CALL refresh_continuous_aggregate('\"C\"', NULL, NULL)";
    let log = "BEGIN; LOCK TABLE _timescaledb_catalog.continuous_aggs_hypertable_invalidation_log IN ACCESS EXCLUSIVE MODE";
    ground.cut(refresh, ROWS, &[(log, "redo")]);
    ground.complete("CALL run_job(1000)", ROWS, "redo");
    ground.complete("CALL run_job(job_id => 1001)", ROWS, "ask");
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn chunks_are_merged_once(mut ground: Ground) {
    let [first, second, third] =
        [1, 2, 3].map(|number| format!("'_timescaledb_internal._hyper_1_{number}_chunk'"));
    let statements = [
        format!("CALL merge_chunks({second}, {third}, concurrently => true)"),
        format!("CALL merge_chunks_concurrently(ARRAY[{first}, {second}, {third}]::regclass[])"),
    ];
    let reader = "BEGIN; SELECT count(*) FROM _timescaledb_internal._hyper_1_3_chunk";
    for statement in &statements {
        ground.cut(statement, ROWS, &[(CHUNK, "redo"), (reader, "redo")]);
        ground.complete(statement, ROWS, "done");
    }
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn a_statement_of_timescaledb_is_finished_whenever_it_was_cut(mut ground: Ground) {
    let statements = [
        "CREATE INDEX i ON h (time, v) WITH (timescaledb.transaction_per_chunk)",
        "CREATE MATERIALIZED VIEW made WITH (timescaledb.continuous) AS \
            SELECT time_bucket('1 day', time) AS day, sum(v) AS v FROM h GROUP BY 1",
        "CALL refresh_continuous_aggregate('\"C\"', NULL, NULL)",
        "CALL merge_chunks_concurrently(ARRAY['_timescaledb_internal._hyper_1_2_chunk', '_timescaledb_internal._hyper_1_3_chunk'])",
    ];
    for statement in statements {
        let content = if statement.contains("made") {
            "SELECT sum(v), count(*) FROM made"
        } else {
            ROWS
        };
        ground.cut_at_times(statement, content);
    }
}
