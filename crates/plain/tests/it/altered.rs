//! What is altered: options beside other actions, columns of aggregates, and indexes of aggregates. One statement after the other, each with
//! what came of it, and what the database holds then.

use plain::Rewriter;
use postgres::Client;
use sql::statement;

use super::pair::Pair;
use super::wrong::line;

const STATEMENTS: &str = "
    CREATE TABLE h (time timestamptz NOT NULL, device text, v int);
    CREATE TABLE plain (a int);
    CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a;
    SELECT create_hypertable('h', by_range('time', INTERVAL '1 day'));
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, device, count(*) AS n, '
   FROM x'::text AS \" FROM\" FROM h GROUP BY 1, 2 WITH NO DATA;

    ALTER TABLE h RESET (tsdb.orderby);
    ALTER TABLE h SET (timescaledb.compress, fillfactor = 70);
    SELECT reloptions FROM pg_class WHERE relname = 'h';
    ALTER TABLE h SET (tsdb.segmentby = 'device'), ADD COLUMN a numeric(1, 0), SET (tsdb.orderby = 'v', fillfactor = 60), ALTER v SET DEFAULT 1;
    SELECT reloptions FROM pg_class WHERE relname = 'h';
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_compression_settings
        WHERE hypertable = 'h'::regclass;
    ALTER TABLE h SET (tsdb.orderby = 'b'), ADD COLUMN b int;
    ALTER TABLE h ADD COLUMN b int, SET (tsdb.orderby = 'b');
    ALTER TABLE h SET (tsdb.orderby = 'time ASC'), ADD COLUMN v int;
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_compression_settings
        WHERE hypertable = 'h'::regclass;
    ALTER TABLE h RESET (tsdb.segmentby), SET (tsdb.orderby = 'device, time');
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_compression_settings
        WHERE hypertable = 'h'::regclass;
    ALTER TABLE h RESET (fillfactor, timescaledb.compress_orderby);
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_compression_settings
        WHERE hypertable = 'h'::regclass;
    SELECT reloptions FROM pg_class WHERE relname = 'h';
    ALTER TABLE h RESET (tsdb.index), DISABLE TRIGGER ALL;
    ALTER TABLE h RESET (timescaledb.compress);
    ALTER TABLE h RESET (timescaledb.missing);
    ALTER TABLE h RESET (timescaledb.chunk_interval);
    ALTER TABLE h RESET (timescaledb.compress_orderby = 'v');
    ALTER TABLE h SET (timescaledb.missing), ADD COLUMN b int;
    ALTER TABLE plain SET (timescaledb.compress), ADD COLUMN b int;
    ALTER TABLE plain RESET (timescaledb.compress_orderby);
    ALTER TABLE IF EXISTS missing RESET (timescaledb.compress_orderby), ADD COLUMN b int;
    ALTER TABLE IF EXISTS public.missing SET (timescaledb.compress);
    ALTER TABLE missing RESET (timescaledb.compress_orderby);
    ALTER TABLE c SET (timescaledb.materialized_only = true);

    SELECT hypertable, segmentby, orderby FROM timescaledb_information.hypertable_compression_settings ORDER BY 1;
    CREATE TABLE k (time timestamptz NOT NULL, a int, b int, \"C 1\" int, d int);
    SELECT created FROM create_hypertable('k', by_range('time'));
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 'k'::regclass;
    ALTER TABLE k SET (timescaledb.compress = false, timescaledb.compress_segmentby = 'missing');
    ALTER TABLE k SET (timescaledb.compress_segmentby = 'b, a', timescaledb.compress_orderby = '\"C 1\" DESC, time');
    ALTER TABLE k RENAME a TO \"new A\";
    ALTER TABLE k RENAME \"C 1\" TO c;
    ALTER TABLE k RENAME time TO at;
    ALTER TABLE k ADD COLUMN a text;
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 'k'::regclass;
    SELECT attname, segmentby_column_index, orderby_column_index, orderby_asc, orderby_nullsfirst
        FROM timescaledb_information.compression_settings WHERE hypertable_name = 'k' ORDER BY 2, 3;
    ALTER TABLE k DROP a, DROP d;
    ALTER TABLE k DROP b;
    ALTER TABLE k DROP c;
    ALTER TABLE k RESET (timescaledb.compress_segmentby);
    ALTER TABLE k DROP b;
    ALTER TABLE k DROP c;
    ALTER TABLE k SET (timescaledb.compress = false);
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 'k'::regclass;
    ALTER TABLE k DROP c;
    ALTER TABLE k SET (timescaledb.compress);
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 'k'::regclass;
    DROP TABLE k;

    ALTER VIEW c RENAME COLUMN n TO m;
    ALTER VIEW c RENAME COLUMN m TO n;

    ALTER MATERIALIZED VIEW mv SET (timescaledb.materialized_only = true);
    ALTER MATERIALIZED VIEW mv SET (fillfactor = 70);
    ALTER MATERIALIZED VIEW mv ADD COLUMN b int GENERATED ALWAYS AS (sum(a)) STORED;
    ALTER MATERIALIZED VIEW missing ADD COLUMN b int;
    ALTER MATERIALIZED VIEW IF EXISTS missing ADD COLUMN b int;
    ALTER MATERIALIZED VIEW c RESET (timescaledb.materialized_only);
    ALTER MATERIALIZED VIEW c SET (timescaledb.missing);
    ALTER MATERIALIZED VIEW c SET (timescaledb.materialized_only = false), SET (timescaledb.compress);
    ALTER MATERIALIZED VIEW c SET (timescaledb.materialized_only, fillfactor = 70);
    ALTER MATERIALIZED VIEW c SET (fillfactor = 70);
    ALTER MATERIALIZED VIEW c CLUSTER ON i;
    ALTER MATERIALIZED VIEW c DROP COLUMN n;
    ALTER MATERIALIZED VIEW c SET TABLESPACE pg_default;
    ALTER MATERIALIZED VIEW c OWNER TO CURRENT_USER;
    ALTER MATERIALIZED VIEW c SET (timescaledb.compress, timescaledb.compress_orderby = 'n');
    SELECT s.segmentby, s.orderby FROM timescaledb_information.hypertable_compression_settings AS s
        JOIN timescaledb_information.continuous_aggregates AS a ON s.hypertable = pg_catalog.format(
            '%I.%I', a.materialization_hypertable_schema, a.materialization_hypertable_name)::regclass;
    SELECT materialized_only, compression_enabled FROM timescaledb_information.continuous_aggregates;
    ALTER MATERIALIZED VIEW c SET (timescaledb.compress, timescaledb.compress_segmentby = 'device');
    ALTER MATERIALIZED VIEW c RENAME COLUMN device TO \"the device\";
    SELECT attname, segmentby_column_index, orderby_column_index FROM timescaledb_information.compression_settings
        WHERE hypertable_name LIKE '\\_materialized%' ORDER BY 2, 3;
    ALTER MATERIALIZED VIEW c RENAME COLUMN \"the device\" TO device;

    ALTER MATERIALIZED VIEW c ADD COLUMN x int;
    ALTER MATERIALIZED VIEW c ADD COLUMN x int GENERATED ALWAYS AS (sum(v)) STORED NOT NULL;
    ALTER MATERIALIZED VIEW c ADD COLUMN x int NOT NULL GENERATED ALWAYS AS (sum(v)) STORED;
    ALTER MATERIALIZED VIEW c ADD COLUMN x int GENERATED ALWAYS AS (v) STORED;
    ALTER MATERIALIZED VIEW c ADD COLUMN x int GENERATED ALWAYS AS (sum(missing)) STORED;
    ALTER MATERIALIZED VIEW c ADD COLUMN total bigint GENERATED ALWAYS AS (sum(v)) STORED,
        ADD \"Peak\" numeric(6, 2) GENERATED ALWAYS AS (max(v) FILTER (WHERE v > 0) -- why
        ) STORED;
    SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'c'::regclass AND attnum > 0 ORDER BY attnum;
    INSERT INTO h VALUES ('2024-01-01 10:00+00', 'a', 1), ('2024-01-01 11:00+00', 'a', 5), ('2024-01-02 11:00+00', 'b', -1);
    CALL refresh_continuous_aggregate('c', NULL, NULL);
    SELECT c.* FROM c ORDER BY 1, 2;
    ALTER MATERIALIZED VIEW c RENAME COLUMN total TO sum;
    ALTER TABLE c RENAME COLUMN n TO count;

    CREATE INDEX by_count ON c (count);
    CREATE INDEX IF NOT EXISTS by_count ON c (count);
    CREATE INDEX by_count ON c (count);
    CREATE INDEX by_sum ON public.c USING btree (sum DESC, \"Peak\") WITH (tsdb.transaction_per_chunk);
    CREATE UNIQUE INDEX u ON c (count);
    CREATE INDEX i ON c (missing);
    CREATE INDEX plain_a ON plain (a);
    SELECT indexname FROM pg_indexes WHERE schemaname = '_timescaledb_internal' AND indexname LIKE 'by%' ORDER BY 1;
    SELECT regexp_replace(indexname, '_\\d+', '') FROM pg_indexes WHERE indexname LIKE '\\_materialized%' ORDER BY 1;
    COMMENT ON INDEX by_count IS 'how many';
    COMMENT ON INDEX _timescaledb_internal.by_count IS 'how many';
    SELECT obj_description('_timescaledb_internal.by_count'::regclass);
    ALTER INDEX _timescaledb_internal.by_count RENAME TO by_number;
    ALTER INDEX by_count RENAME TO by_number;
    DROP INDEX _timescaledb_internal.by_sum;
    DROP INDEX by_number;
    DROP INDEX IF EXISTS by_number;
    DROP INDEX IF EXISTS _timescaledb_internal.by_number, _timescaledb_internal.by_count;
    CREATE INDEX by_sum ON c (sum);
    DROP MATERIALIZED VIEW c;
    SELECT count(*) FROM pg_class WHERE relname IN ('by_sum') OR relname LIKE '\\_materialized%';
";

/// What is refused for a hypertable with an enabled columnstore, and the columnstore's settings.
const COLUMNSTORE: &str = "
    CREATE FUNCTION seven() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 7';
    CREATE FUNCTION volatile() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 7; END';
    CREATE TABLE ref (id int PRIMARY KEY);
    CREATE TABLE other (id int PRIMARY KEY, v int);
    CREATE TABLE g (time timestamptz NOT NULL, device text, v int, w float8);
    SELECT created FROM create_hypertable('g', by_range('time', INTERVAL '1 day'));
    ALTER TABLE g ADD COLUMN early int NOT NULL, ADD COLUMN at timestamptz DEFAULT now();
    ALTER TABLE g SET (timescaledb.compress);
    ALTER TABLE g ADD COLUMN a int NOT NULL;
    ALTER TABLE g ADD COLUMN a int NOT NULL DEFAULT 1;
    ALTER TABLE g ADD COLUMN b int DEFAULT 1 + 1;
    ALTER TABLE g ADD COLUMN c timestamptz DEFAULT now();
    ALTER TABLE g ADD COLUMN c int DEFAULT seven() NOT NULL;
    ALTER TABLE g ADD COLUMN c2 int DEFAULT volatile();
    ALTER TABLE g ADD COLUMN c3 text DEFAULT CURRENT_USER;
    ALTER TABLE g ADD COLUMN c4 float8 DEFAULT random();
    ALTER TABLE g ADD COLUMN c5 int GENERATED ALWAYS AS (1) STORED;
    ALTER TABLE g ADD COLUMN c6 int GENERATED BY DEFAULT AS IDENTITY;
    ALTER TABLE g ADD COLUMN c7 serial;
    ALTER TABLE g ADD COLUMN c8 int NULL;
    ALTER TABLE g ADD COLUMN c9 int CHECK (c9 IS NOT NULL);
    ALTER TABLE g ADD COLUMN c12 int REFERENCES ref ON DELETE SET DEFAULT;
    ALTER TABLE g ADD COLUMN c13 text COLLATE \"C\";
    ALTER TABLE g ADD COLUMN c14 timestamptz NOT NULL DEFAULT '2024-01-01';
    ALTER TABLE g ADD COLUMN c15 timestamptz DEFAULT '2024-01-01'::date;
    ALTER TABLE g ADD COLUMN c16 text DEFAULT NULL;
    ALTER TABLE g ADD COLUMN c17 text NOT NULL DEFAULT NULL;
    ALTER TABLE g ADD COLUMN c18 int GENERATED ALWAYS AS (1) STORED NOT NULL;
    ALTER TABLE g ADD COLUMN c19 numeric(4, 2) NOT NULL DEFAULT volatile();
    ALTER TABLE g ADD COLUMN c20 uuid DEFAULT gen_random_uuid();
    ALTER TABLE g ADD COLUMN c20 int[] DEFAULT ARRAY[1, 2] NOT NULL;
    ALTER TABLE g ADD COLUMN c21 jsonb DEFAULT '{}' || NULL NOT NULL;
    ALTER TABLE g ADD COLUMN IF NOT EXISTS a int NOT NULL;
    ALTER TABLE g ADD COLUMN a int;
    ALTER TABLE g ADD COLUMN d int DEFAULT missing();
    ALTER TABLE g ADD COLUMN c23 int, ADD COLUMN c24 int NOT NULL;
    ALTER TABLE g ADD COLUMN c24 int NOT NULL, VALIDATE CONSTRAINT missing;
    ALTER TABLE g ADD COLUMN c25 int, ALTER COLUMN c25 SET NOT NULL;
    ALTER TABLE g SET (tsdb.segmentby = 'device'), ADD COLUMN c26 int NOT NULL;
    ALTER TABLE g ALTER COLUMN v SET NOT NULL;
    ALTER TABLE g ALTER COLUMN v SET DEFAULT volatile();
    ALTER TABLE g ALTER COLUMN v TYPE bigint;
    ALTER TABLE g ALTER COLUMN v ADD GENERATED ALWAYS AS IDENTITY;
    ALTER TABLE g ALTER v DROP IDENTITY;
    ALTER TABLE g ALTER device SET STORAGE EXTERNAL;
    ALTER TABLE g ALTER device SET (n_distinct = 5);
    ALTER TABLE g ALTER device SET STATISTICS 10;
    ALTER TABLE g ENABLE ROW LEVEL SECURITY;
    ALTER TABLE g NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE g ADD CONSTRAINT positive CHECK (v > 0);
    ALTER TABLE g VALIDATE CONSTRAINT positive;
    ALTER TABLE g INHERIT other;
    ALTER TABLE g REPLICA IDENTITY FULL;
    ALTER TABLE other ENABLE ROW LEVEL SECURITY, ADD COLUMN c int NOT NULL GENERATED ALWAYS AS IDENTITY, ALTER v SET STORAGE PLAIN;
    ALTER TABLE other DROP v CASCADE;
    ALTER TABLE missing ENABLE ROW LEVEL SECURITY;
    ALTER TABLE IF EXISTS missing ENABLE ROW LEVEL SECURITY;
    SELECT attname, attnotnull, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'g'::regclass AND attnum > 0 ORDER BY attnum;
    CREATE TABLE secured (time timestamptz NOT NULL);
    SELECT created FROM create_hypertable('secured', by_range('time'));
    ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
    ALTER TABLE secured SET (timescaledb.compress);

    CREATE TABLE s (time timestamptz NOT NULL, device text, v int);
    SELECT created FROM create_hypertable('s', by_range('time', INTERVAL '1 day'));
    ALTER TABLE s SET (timescaledb.compress, timescaledb.compress_segmentby = 'device', timescaledb.compress_orderby = 'v, device');
    ALTER TABLE s SET (timescaledb.compress, timescaledb.compress_orderby = '');
    ALTER TABLE s SET (timescaledb.compress, timescaledb.compress_orderby = ' ');
    ALTER TABLE s SET (timescaledb.compress, timescaledb.compress_segmentby = ' ');
    ALTER TABLE s SET (timescaledb.compress, timescaledb.compress_segmentby = '');
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 's'::regclass;
    ALTER TABLE s SET (timescaledb.compress_segmentby = 'device');
    ALTER TABLE s SET (timescaledb.compress_orderby = 'device DESC');
    ALTER TABLE s SET (timescaledb.compress_orderby = 'v');
    ALTER TABLE s SET (timescaledb.compress_segmentby = 'v');
    ALTER TABLE s SET (timescaledb.compress_segmentby = 'device, time', timescaledb.compress_orderby = 'v');
    SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 's'::regclass;
    ALTER TABLE s SET (timescaledb.compress_chunk_time_interval = '36 hours');
    SELECT compress_interval_length FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 's'::regclass;

    CREATE TABLE m (time timestamptz NOT NULL, device text, v int, w float8, s text);
    SELECT created FROM create_hypertable('m', by_range('time', INTERVAL '1 day'));
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous, timescaledb.compress) AS
        SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM m GROUP BY 1 WITH NO DATA;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous, timescaledb.compress = false) AS
        SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM m GROUP BY 1 WITH NO DATA;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous, timescaledb.compress_segmentby = 'device') AS
        SELECT device, time_bucket('1 day', time) AS day, s, count(DISTINCT v) AS n, count(*) AS k,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY w) AS median, array_agg(v ORDER BY w DESC) AS \"<>\"
        FROM m GROUP BY s, 2, device ORDER BY k WITH NO DATA;
    SELECT materialized_only, compression_enabled FROM timescaledb_information.continuous_aggregates;
    ALTER MATERIALIZED VIEW d SET (timescaledb.compress);
    ALTER MATERIALIZED VIEW d SET (timescaledb.compress, timescaledb.compress_segmentby = 'day');
    ALTER MATERIALIZED VIEW d SET (timescaledb.compress, timescaledb.compress_segmentby = 's');
    SELECT attname, segmentby_column_index, orderby_column_index FROM timescaledb_information.compression_settings
        WHERE hypertable_name LIKE '\\_materialized%' ORDER BY 2, 3;
    ALTER TABLE m ADD COLUMN x int;
    CREATE VIEW reader AS SELECT x FROM m;
    ALTER TABLE m DROP COLUMN x;
    ALTER TABLE m DROP COLUMN x CASCADE;
    ALTER TABLE m DROP COLUMN IF EXISTS v CASCADE;
    SELECT count(*) FROM d;
    CREATE TABLE log (what text);
    CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (tg_name); RETURN OLD; END';
    CREATE TRIGGER of_rows BEFORE DELETE ON m FOR EACH ROW EXECUTE FUNCTION logs();
    CREATE TRIGGER of_statements AFTER INSERT OR DELETE ON m EXECUTE FUNCTION logs();
    ALTER TABLE m ENABLE ALWAYS TRIGGER of_rows;
    INSERT INTO m VALUES ('2024-01-01 10:00+00', 'a'), ('2024-01-02 10:00+00', 'a');
    SELECT count(*) >= 0 FROM drop_chunks('m', '2024-01-02 00:00+00'::timestamptz);
    SELECT what FROM log;
    DELETE FROM m;
    SELECT what FROM log;
    SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'm'::regclass AND NOT tgisinternal AND tgname NOT LIKE 'ts%' ORDER BY 1;
    COMMENT ON EXTENSION timescaledb IS 'time';
    SELECT _timescaledb_functions.stop_background_workers() IS NOT NULL, _timescaledb_internal.restart_background_workers() IS NOT NULL,
        _timescaledb_functions.start_background_workers() IS NOT NULL;
";

#[test]
fn what_is_altered_becomes_what_timescaledb_makes_of_it() {
    compare(
        "what_is_altered_becomes_what_timescaledb_makes_of_it",
        "altered",
        STATEMENTS,
    );
}

#[test]
fn what_a_columnstore_has_nothing_for_is_refused_as_timescaledb_does() {
    compare(
        "what_a_columnstore_has_nothing_for_is_refused_as_timescaledb_does",
        "columnstore",
        COLUMNSTORE,
    );
}

/// Runs these statements in both, one after the other, and compares what came of each.
pub fn compare(test: &str, name: &str, text: &str) {
    if let Some(mut pair) = Pair::start(test) {
        compare_in(&mut pair, name, text);
    }
}

/// The same, in databases that are there.
pub fn compare_in(pair: &mut Pair, name: &str, text: &str) {
    let statements = rewritten(text);
    let lines = |client: &mut Client, sent: fn(&str, &str) -> String| {
        let statements = statements.iter();
        statements
            .map(|(sql, rewritten)| line(client, sql, &sent(sql, rewritten)))
            .collect()
    };
    pair.compare_lines(
        name,
        |client| lines(client, |sql, _| sql.to_owned()),
        // As a run does it, in one transaction.
        |client| {
            lines(client, |_, rewritten| {
                format!("{rewritten};\n{}", plain::CHECK)
            })
        },
    );
}

/// Each statement of a text, as it is written and as it is rewritten.
pub fn rewritten(text: &str) -> Vec<(&str, String)> {
    let statements = statement::read(text).unwrap();
    let statements = statements.iter().map(|it| &text[it.range.clone()]);
    let rewriter = Rewriter::new(statements.clone());
    statements
        .map(|sql| (sql, rewriter.rewrite(sql).unwrap().text))
        .collect()
}
