//! Functions that users call in addition to those of hypertables: chunks, sizes, tablespaces, chunk skipping and UUIDs.

use postgres::Client;

use super::pair::Pair;
use super::wrong::line;

const OBJECTS: &str = "
    CREATE TABLE t (time timestamptz NOT NULL, v int, w text, id uuid, f float8);
    CREATE TABLE ints (n int NOT NULL);
    CREATE TABLE p (a int);
    SELECT create_hypertable('t', by_range('time'));
    SELECT create_hypertable('ints', by_range('n', 10));
";

const CALLS: &[&str] = &[
    "SELECT show_chunks('t')",
    "SELECT show_chunks('t', newer_than => INTERVAL '1 day')",
    "SELECT show_chunks('t', newer_than => '1 day')",
    "SELECT show_chunks('t', newer_than => '2020-01-01')",
    "SELECT show_chunks('t', older_than => INTERVAL '1 day', newer_than => '2020-01-01')",
    "SELECT show_chunks('t', older_than => now(), newer_than => INTERVAL '3 days')",
    "SELECT show_chunks('t', '2020-01-01', now() - INTERVAL '30 years')",
    "SELECT show_chunks('t', '2020-01-01', '2019-01-01')",
    "SELECT show_chunks('t', NULL, INTERVAL '1 day')",
    "SELECT show_chunks('t', INTERVAL '2 days', INTERVAL '1 day')",
    "SELECT show_chunks('ints', newer_than => 7)",
    "SELECT show_chunks('ints', newer_than => '7')",
    "SELECT show_chunks('p', newer_than => INTERVAL '1 day')",
    "SELECT show_chunks('p', newer_than => '2020-01-01')",
    "SELECT show_chunks('t', created_before => INTERVAL '1 day')",
    "SELECT show_chunks('t', created_before => '2020-01-01')",
    "SELECT show_chunks('t', created_after => '2020-01-01')",
    "SELECT show_chunks('t', created_after => INTERVAL '2 days', created_before => INTERVAL '1 day')",
    "SELECT show_chunks('t', created_before => now(), older_than => INTERVAL '1 day')",
    "SELECT show_chunks('t', created_after => 3)",
    "SELECT * FROM chunks_detailed_size('t')",
    "SELECT * FROM chunk_compression_stats('t')",
    "SELECT * FROM chunk_columnstore_stats('p')",
    "SELECT * FROM hypertable_compression_stats('ints')",
    "SELECT * FROM hypertable_columnstore_stats('p')",
    "SELECT * FROM hypertable_detailed_size('p')",
    "SELECT * FROM hypertable_approximate_detailed_size('p')",
    "SELECT count(*) FROM hypertable_approximate_detailed_size('t')",
    "SELECT * FROM timescaledb_information.job_errors",
    "SELECT * FROM timescaledb_information.job_stats WHERE job_id >= 1000",
    "SELECT * FROM timescaledb_information.job_history WHERE job_id >= 1000",

    "SELECT attach_tablespace('missing', 't')",
    "SELECT attach_tablespace('pg_default', 'p')",
    "SELECT attach_tablespace('pg_default', NULL)",
    "SELECT attach_tablespace(NULL, 't')",
    "SELECT attach_tablespace('pg_global', 't')",
    "SELECT attach_tablespace('pg_default', 't')",
    "SELECT attach_tablespace('pg_default', 't')",
    "SELECT attach_tablespace('pg_default', 't', if_not_attached => true)",
    "SELECT show_tablespaces('t')",
    "SELECT show_tablespaces('p')",
    "SELECT show_tablespaces('ints')",
    "SELECT hypertable_name, tablespaces FROM timescaledb_information.hypertables ORDER BY 1",
    "SELECT detach_tablespace('missing')",
    "SELECT detach_tablespace('missing', 't')",
    "SELECT detach_tablespace('pg_default', 'p')",
    "SELECT detach_tablespace('pg_default', 'ints')",
    "SELECT detach_tablespace('pg_default', 'ints', if_attached => true)",
    "SELECT detach_tablespace('pg_default')",
    "SELECT detach_tablespace('pg_default')",
    "SELECT attach_tablespace('pg_default', 't')",
    "SELECT detach_tablespace('pg_default', 't')",
    "SELECT attach_tablespace('pg_default', 't')",
    "SELECT detach_tablespaces('t')",
    "SELECT detach_tablespaces('t')",
    "SELECT detach_tablespaces('p')",
    "SELECT detach_tablespaces(NULL)",

    "SELECT enable_chunk_skipping('t', 'v')",
    "SET timescaledb.enable_chunk_skipping = on",
    "SELECT enable_chunk_skipping('t', 'v')",
    "SELECT enable_chunk_skipping('t', 'v')",
    "SELECT enable_chunk_skipping('t', 'v', if_not_exists => true)",
    "SELECT enable_chunk_skipping('t', 'w')",
    "SELECT enable_chunk_skipping('t', 'id')",
    "SELECT enable_chunk_skipping('t', 'f')",
    "SELECT enable_chunk_skipping('t', 'missing')",
    "SELECT enable_chunk_skipping('p', 'a')",
    "SELECT enable_chunk_skipping(NULL, 'a')",
    "SELECT enable_chunk_skipping('t', NULL)",
    "SELECT disable_chunk_skipping('t', 'v')",
    "SELECT disable_chunk_skipping('t', 'v')",
    "SELECT disable_chunk_skipping('t', 'v', if_not_exists => true)",
    "SELECT disable_chunk_skipping('t', 'missing')",
    "SELECT disable_chunk_skipping('p', 'a')",
    "RESET timescaledb.enable_chunk_skipping",
    "SELECT disable_chunk_skipping('t', 'v')",

    "SELECT uuid_version('018ac1c6-1a00-7000-8000-000000000000'), uuid_version(gen_random_uuid()), uuid_version(NULL)",
    "SELECT uuid_version('00000000-0000-0000-0000-000000000000'), uuid_version('018ac1c6-1a00-f000-b000-000000000000')",
    "SELECT uuid_timestamp('018ac1c6-1a7b-7abc-8000-000000000000'), uuid_timestamp_micros('018ac1c6-1a7b-7abc-8000-000000000000')",
    "SELECT uuid_timestamp_micros('018ac1c6-1a7b-7fff-8000-000000000000'), uuid_timestamp('018ac1c6-1a7b-7fff-0000-000000000000')",
    "SELECT uuid_timestamp(gen_random_uuid()), uuid_timestamp_micros(gen_random_uuid())",
    "SELECT to_uuidv7_boundary('2024-01-02 03:04:05.678901+00'), to_uuidv7_boundary('1969-01-01 00:00:00.123456+00')",
    "SELECT to_uuidv7_boundary('infinity'), to_uuidv7_boundary('-infinity'), to_uuidv7_boundary(NULL)",
    "SELECT to_uuidv7_boundary('1970-01-01+00'), to_uuidv7_boundary('10889-08-02 05:31:50.655999+00'), to_uuidv7_boundary('10889-08-02 05:31:51+00')",
    "SELECT to_uuidv7_boundary('0001-01-01 BC'), to_uuidv7_boundary('4714-11-24 00:00:00+00 BC')",
    "SELECT count(*), sum(('x' || substr(replace(b::text, '-', ''), 14, 3))::bit(12)::int), max(uuid_timestamp_micros(b) - t), min(uuid_timestamp_micros(b) - t)
     FROM generate_series(0, 20000) AS i, LATERAL (SELECT '2024-01-01 00:00+00'::timestamptz + i * '977 microseconds'::interval) AS x (t),
     LATERAL to_uuidv7_boundary(t) AS b",
    "SELECT left(to_uuidv7('2024-01-02 03:04:05.678901+00')::text, 18), uuid_version(to_uuidv7(now())), to_uuidv7(now()) <> to_uuidv7(now())",
    "SELECT uuid_version(generate_uuidv7()), clock_timestamp() - uuid_timestamp_micros(generate_uuidv7()) < INTERVAL '5 seconds'",
    "INSERT INTO t VALUES ('2024-01-01 00:00+00'), ('2024-02-01 00:00+00'), ('2024-03-01 00:00+00')",
    "SELECT count(drop_chunks('t', newer_than => '2030-01-01'))",
    "SELECT count(*) FROM t",
    "DO 'BEGIN PERFORM drop_chunks(''t'', newer_than => ''2024-02-15''); END'",
    "SELECT count(*) FROM t",
    "DO 'BEGIN PERFORM drop_chunks(''t'', newer_than => ''2024-01-15''::timestamptz, older_than => ''2024-03-01''); END'",
    "SELECT count(*) FROM t",
    "SELECT drop_chunks('t', newer_than => now(), verbose => true, created_before => now())",
    "SELECT drop_chunks('t', created_before => 7)",
];

#[testkit::test(Pair::start)]
fn functions_give_timescaledbs_answers_and_errors(mut pair: Pair) {
    pair.batch(OBJECTS);
    let lines = |client: &mut Client| CALLS.iter().map(|sql| line(client, sql, sql)).collect();
    pair.compare_lines("functions", lines, lines);
}

#[testkit::test(Pair::start)]
fn what_nothing_stands_for_says_so_wherever_it_is_called(mut pair: Pair) {
    pair.batch(OBJECTS);
    for (call, what) in [
        (
            "SELECT time_bucket_gapfill('1 day', now())",
            "time_bucket_gapfill: no function can generate the missing rows",
        ),
        (
            "SELECT interpolate(1.5, (now(), 1.0), NULL)",
            "interpolate: no function can generate the missing rows",
        ),
        (
            "SELECT reorder_chunk('t')",
            "reorder_chunk: a plain table has no chunks",
        ),
        (
            "CALL merge_chunks('t', 'p')",
            "merge_chunks: a plain table has no chunks",
        ),
        (
            "CALL split_chunk('t', split_at => '2024-01-01')",
            "split_chunk: a plain table has no chunks",
        ),
        (
            "CALL split_chunk('t')",
            "split_chunk: a plain table has no chunks",
        ),
        (
            "SELECT timescaledb_pre_restore()",
            "timescaledb_pre_restore: a dump of this database is restored without it",
        ),
        (
            "SELECT timescaledb_experimental.add_policies('t', drop_after => INTERVAL '1 day')",
            "timescaledb_experimental.add_policies: it is experimental",
        ),
        (
            "SELECT timescaledb_experimental.remove_policies('t', false, 'a', 'b')",
            "timescaledb_experimental.remove_policies: it is experimental",
        ),
    ] {
        let expected = format!("{call} → 0A000 plain mode does not support {what}");
        assert_eq!(line(&mut pair.plain, call, call), expected);
    }
}
