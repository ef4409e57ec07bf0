//! Wrong calls: the SQLSTATE and the message are TimescaleDB's.

use plain::CHECK;
use plain::rewrite::rewrite;
use postgres::{Client, SimpleQueryMessage};
use sql::statement;

use super::pair::Pair;

/// What the calls find.
const OBJECTS: &str = "
    CREATE TABLE plain (time timestamptz, v float8, at timestamptz);
    CREATE TABLE filled (time timestamptz NOT NULL);
    INSERT INTO filled VALUES ('2024-01-01');
    CREATE TABLE keyed (time timestamptz NOT NULL, id int PRIMARY KEY);
    CREATE TABLE uniq (time timestamptz NOT NULL, id int, UNIQUE (id));
    CREATE TABLE made (time timestamptz NOT NULL, day date GENERATED ALWAYS AS ('2024-01-01') STORED);
    CREATE TABLE parted (time timestamptz NOT NULL) PARTITION BY RANGE (time);
    CREATE TABLE days (day date NOT NULL);
    CREATE TABLE noinherit (time timestamptz NOT NULL, v int, CHECK (v > 0) NO INHERIT);
    CREATE TABLE parent (time timestamptz NOT NULL);
    CREATE TABLE child () INHERITS (parent);
    CREATE TABLE ruled (time timestamptz NOT NULL);
    CREATE RULE r AS ON DELETE TO ruled DO INSTEAD NOTHING;
    CREATE VIEW v AS SELECT 1 AS a;
    CREATE TABLE h (time timestamptz NOT NULL, device text, n int, PRIMARY KEY (time, device));
    CREATE INDEX h_n ON h (n);
    CREATE INDEX plain_v ON plain (v);
    SELECT create_hypertable('h', by_range('time', INTERVAL '1 day'));
    CREATE TABLE referring (time timestamptz NOT NULL, at timestamptz, device text, FOREIGN KEY (at, device) REFERENCES h);
    CREATE TABLE ints (t int NOT NULL, n int);
    SELECT create_hypertable('ints', 't', chunk_time_interval => 100);
    CREATE TABLE small (t smallint NOT NULL, n int);
    CREATE TABLE hh (time timestamptz NOT NULL, n int);
    SELECT create_hypertable('hh', by_range('time'));
    ALTER TABLE hh SET (timescaledb.enable_columnstore = true);
    CALL add_columnstore_policy('hh', after => INTERVAL '7 days');
    SELECT add_retention_policy('hh', INTERVAL '1 year');
    SELECT add_reorder_policy('h', 'h_n');
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, device, count(*) AS n FROM h GROUP BY 1, 2 WITH NO DATA;
    SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour');
    CREATE MATERIALIZED VIEW cc WITH (timescaledb.continuous) AS
        SELECT time_bucket('2 days', day) AS days, sum(n) AS n FROM c GROUP BY 1 WITH NO DATA;
    SELECT add_continuous_aggregate_policy('cc', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour');
    CREATE FUNCTION now_int8() RETURNS int8 LANGUAGE sql STABLE AS 'SELECT 1::int8';
    CREATE FUNCTION now_volatile() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE PROCEDURE work(job_id int, config jsonb) LANGUAGE plpgsql AS 'BEGIN END';
";

const CALLS: &[&str] = &[
    "SELECT create_hypertable('missing', 'time')",
    "SELECT create_hypertable(NULL, 'time')",
    "SELECT create_hypertable('plain', NULL::name)",
    "SELECT create_hypertable('plain', 'missing')",
    "SELECT create_hypertable('plain', by_range('missing'))",
    "SELECT create_hypertable('plain', by_range(NULL))",
    "SELECT create_hypertable('plain', by_hash('v', 2))",
    "SELECT create_hypertable('plain', 'v')",
    "SELECT create_hypertable('plain', 'time', chunk_time_interval => INTERVAL '-1 day')",
    "SELECT create_hypertable('plain', 'time', chunk_time_interval => 0)",
    "SELECT create_hypertable('plain', 'time', chunk_time_interval => 1.5)",
    "SELECT create_hypertable('plain', by_range('time', 'x'::text))",
    "SELECT create_hypertable('plain', by_range('time'), chunk_time_interval => INTERVAL '1 day')",
    "SELECT create_hypertable('plain', 'time', 'v', 0)",
    "SELECT create_hypertable('plain', 'time', 'v', 40000)",
    "SELECT create_hypertable('plain', 'time', 'missing', 2)",
    "SELECT create_hypertable('small', 't', chunk_time_interval => 100000)",
    "SELECT create_hypertable('small', 't', chunk_time_interval => INTERVAL '1 day')",
    "SELECT create_hypertable('days', 'day', chunk_time_interval => INTERVAL '1 hour')",
    "SELECT create_hypertable('made', 'day')",
    "SELECT create_hypertable('filled', 'time')",
    "SELECT create_hypertable('keyed', 'time')",
    "SELECT create_hypertable('uniq', by_range('time'))",
    "SELECT create_hypertable('parted', 'time')",
    "SELECT create_hypertable('noinherit', 'time')",
    "SELECT create_hypertable('parent', 'time')",
    "SELECT create_hypertable('ruled', 'time')",
    "SELECT create_hypertable('referring', 'time')",
    "SELECT create_hypertable('v', 'a')",
    "SELECT create_hypertable('h', 'time')",
    "SELECT add_dimension('plain', by_hash('v', 2))",
    "SELECT add_dimension('h', by_hash('missing', 2))",
    "SELECT add_dimension('h', by_hash('n', 2))",
    "SELECT add_dimension('h', 'time')",
    "SELECT add_dimension('h', 'n', 2, INTERVAL '1 day')",
    "SELECT add_dimension('h', by_range('time'))",
    "SELECT set_chunk_time_interval('plain', INTERVAL '1 day')",
    "SELECT set_chunk_time_interval('h', INTERVAL '0')",
    "SELECT set_chunk_time_interval('h', NULL::interval)",
    "SELECT set_chunk_time_interval('h', INTERVAL '1 day', 'n')",
    "SELECT set_number_partitions('h', 2)",
    "SELECT set_number_partitions('h', 0)",
    "SELECT set_integer_now_func('h', 'now_int8')",
    "SELECT set_integer_now_func('ints', 'now_int8')",
    "SELECT set_integer_now_func('ints', 'now_volatile')",
    "SELECT add_retention_policy('plain', INTERVAL '1 day')",
    "SELECT add_retention_policy('h')",
    "SELECT add_retention_policy('h', 7)",
    "SELECT add_retention_policy('h', '7 days')",
    "SELECT add_retention_policy('h', INTERVAL '1 day', drop_created_before => INTERVAL '1 day')",
    "SELECT add_retention_policy('ints', INTERVAL '1 day')",
    "SELECT add_retention_policy('ints', 100)",
    "SELECT add_retention_policy('hh', INTERVAL '1 year')",
    "SELECT add_retention_policy('h', INTERVAL '1 day', timezone => 'Nowhere/Atlantis')",
    "SELECT remove_retention_policy('h')",
    "SELECT remove_retention_policy('plain')",
    "SELECT add_compression_policy('h', INTERVAL '7 days')",
    "CALL add_columnstore_policy('h', after => INTERVAL '7 days')",
    "CALL add_columnstore_policy('c', after => INTERVAL '7 days')",
    "CALL add_columnstore_policy('plain', after => INTERVAL '7 days')",
    "CALL add_columnstore_policy('hh', after => INTERVAL '7 days')",
    "CALL add_columnstore_policy('hh')",
    "SELECT remove_compression_policy('h')",
    "SELECT remove_compression_policy('plain')",
    "SELECT add_reorder_policy('h', 'missing')",
    "SELECT add_reorder_policy('h', 'plain_v')",
    "SELECT add_reorder_policy('h', 'h_n')",
    "SELECT add_reorder_policy('plain', 'plain_v')",
    "SELECT remove_reorder_policy('hh')",
    "SELECT add_continuous_aggregate_policy('h', INTERVAL '3 days', INTERVAL '1 hour', INTERVAL '1 hour')",
    "SELECT add_continuous_aggregate_policy('c', INTERVAL '1 day', INTERVAL '1 hour', INTERVAL '1 hour')",
    "SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour')",
    "SELECT add_continuous_aggregate_policy('c', INTERVAL '20 days', INTERVAL '5 days', INTERVAL '1 hour')",
    "SELECT add_continuous_aggregate_policy('c', 10, 1, INTERVAL '1 hour')",
    "SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', NULL)",
    "SELECT add_continuous_aggregate_policy('cc', INTERVAL '30 days', INTERVAL '12 days', INTERVAL '1 hour')",
    "SELECT remove_continuous_aggregate_policy('h')",
    "CALL refresh_continuous_aggregate('h', NULL, NULL)",
    "CALL refresh_continuous_aggregate('c', '2024-01-02', '2024-01-01')",
    "CALL refresh_continuous_aggregate('c', '2024-01-02'::timestamptz, '2024-01-02'::timestamptz)",
    "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), count(*) FROM h GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT missing FROM h GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), count(*) FROM plain GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT device, count(*) FROM h GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous, timescaledb.unknown = 1) AS SELECT time_bucket('1 day', time), count(*) FROM h GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), count(*) FROM h GROUP BY 1 LIMIT 5 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT DISTINCT time_bucket('1 day', time), count(*) FROM h GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS WITH x AS (SELECT * FROM h) SELECT time_bucket('1 day', time), count(*) FROM x GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), count(*) FROM h GROUP BY 1 UNION ALL SELECT now(), 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), device, count(*) FROM h GROUP BY ROLLUP (1, 2) WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), row_number() OVER () FROM h GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), device FROM h WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), count(*) FROM h WHERE EXISTS (SELECT 1) GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time + INTERVAL '1 hour'), count(*) FROM h GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time), time_bucket('2 days', time) AS b, count(*) FROM h GROUP BY 1, 2 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('0', time), count(*) FROM h GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket(10, t), count(*) FROM ints GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', days), count(*) FROM cc GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('3 days', days), count(*) FROM cc GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('7 days', days), count(*) FROM cc GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT time_bucket('48 hours', days), count(*) FROM cc GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW months WITH (timescaledb.continuous) AS SELECT time_bucket('2 months', days) AS m, count(*) FROM cc GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW e WITH (timescaledb.continuous) AS SELECT time_bucket('61 days', m), count(*) FROM months GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW e WITH (timescaledb.continuous) AS SELECT time_bucket('3 months', m), count(*) FROM months GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW e WITH (timescaledb.continuous) AS SELECT time_bucket('1 year', m), count(*) FROM months GROUP BY 1 WITH NO DATA",
    "DROP VIEW c",
    "ALTER VIEW c RENAME TO d",
    "ALTER VIEW IF EXISTS public.c SET SCHEMA public",
    "ALTER VIEW v RENAME TO v",
    "DROP MATERIALIZED VIEW IF EXISTS missing",
    "DROP MATERIALIZED VIEW missing",
    "DROP MATERIALIZED VIEW IF EXISTS missing, cc",
    "DROP MATERIALIZED VIEW c",
    "ALTER TABLE plain SET (timescaledb.compress)",
    "ALTER TABLE missing SET (timescaledb.compress)",
    "ALTER TABLE h SET (timescaledb.unknown = 1)",
    "ALTER TABLE h SET (timescaledb.compress, timescaledb.compress_segmentby = 'missing')",
    "ALTER TABLE h SET (timescaledb.compress, timescaledb.compress_segmentby = 'device, device')",
    "ALTER TABLE h SET (timescaledb.compress, timescaledb.compress_orderby = 'missing DESC')",
    "CREATE TABLE w (a int) WITH (tsdb.hypertable)",
    "CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'missing')",
    "CREATE TABLE w (time timestamptz) WITH (tsdb.partition_column = 'time')",
    "CREATE TABLE w (time timestamptz, id int PRIMARY KEY) WITH (tsdb.hypertable)",
    "SELECT drop_chunks('h')",
    "SELECT drop_chunks('plain', INTERVAL '1 day')",
    "SELECT drop_chunks('h', 7)",
    "SELECT drop_chunks('ints', 7::bigint)",
    "SELECT drop_chunks('ints', 7.5)",
    "SELECT drop_chunks('h', older_than => '2024-01-01'::timestamptz, newer_than => '2024-02-01'::timestamptz)",
    "SELECT show_chunks('plain')",
    "SELECT compress_chunk('h')",
    "SELECT add_job('work', NULL)",
    "SELECT add_job('missing', INTERVAL '1 day')",
    "SELECT add_job('work', INTERVAL '1 month 1 day')",
    "SELECT add_job('work', INTERVAL '1 day', check_config => 'work')",
    "SELECT delete_job(7777)",
    "SELECT alter_job(7777)",
    "CALL run_job(7777)",
    "REFRESH MATERIALIZED VIEW c",
];

/// What PostgreSQL does and TimescaleDB refuses, with TimescaleDB's message.
const REFUSED_LATER: &[(&str, &str)] = &[
    (
        "CREATE TABLE heir () INHERITS (h)",
        "hypertables do not support inheritance",
    ),
    (
        "CREATE RULE nothing AS ON INSERT TO h DO ALSO NOTHING",
        "hypertables do not support rules",
    ),
    (
        "CREATE TRIGGER t INSTEAD OF INSERT ON c FOR EACH ROW EXECUTE FUNCTION nothing()",
        "triggers are not supported on continuous aggregate",
    ),
];

#[testkit::test(Pair::start)]
fn what_postgresql_alone_would_do_is_refused_at_the_end_of_the_step(mut pair: Pair) {
    for statement in statement::read(OBJECTS).unwrap() {
        pair.statement(&OBJECTS[statement.range]);
    }
    pair.statement("DROP TABLE keyed, uniq, referring");
    pair.statement(
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    );
    pair.plain.batch_execute(CHECK).unwrap();
    for (sql, message) in REFUSED_LATER {
        let mut errors = Vec::new();
        if let Some((client, _)) = &mut pair.timescaledb {
            errors.push(client.batch_execute(sql).unwrap_err());
        }
        let mut transaction = pair.plain.transaction().unwrap();
        transaction.batch_execute(sql).unwrap();
        errors.push(transaction.batch_execute(CHECK).unwrap_err());
        for error in errors {
            let error = error.as_db_error().unwrap();
            assert_eq!((error.code().code(), error.message()), ("0A000", *message));
        }
    }
}

#[testkit::test(Pair::start)]
fn wrong_calls_get_timescaledbs_errors(mut pair: Pair) {
    for statement in statement::read(OBJECTS).unwrap() {
        pair.statement(&OBJECTS[statement.range]);
    }
    let lines = |client: &mut Client, sent: fn(&str) -> String| {
        let calls = CALLS.iter();
        calls.map(|sql| line(client, sql, &sent(sql))).collect()
    };
    pair.compare_lines(
        "wrong",
        |client| lines(client, str::to_owned),
        |client| lines(client, |sql| rewrite(sql).unwrap().text),
    );
}

/// The call and what came of it: the last rows, or the error.
pub fn line(client: &mut Client, call: &str, sql: &str) -> String {
    let answer = match client.simple_query(sql) {
        Ok(messages) => {
            let rows: Vec<String> = messages
                .iter()
                .filter_map(|message| match message {
                    SimpleQueryMessage::Row(row) if call.starts_with("SELECT") => Some(row),
                    _ => None,
                })
                .map(|row| {
                    let values = (0..row.len()).map(|at| row.get(at).unwrap_or("null"));
                    values.collect::<Vec<_>>().join("|")
                })
                .collect();
            if rows.is_empty() {
                "done".to_owned()
            } else {
                rows.join("; ")
            }
        }
        Err(error) => {
            let error = error
                .as_db_error()
                .unwrap_or_else(|| panic!("{call}: {error}"));
            format!("{} {}", error.code().code(), error.message())
        }
    };
    format!("{call} → {answer}")
}
