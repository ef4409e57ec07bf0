//! What is altered: options beside other actions, columns of aggregates, and indexes of aggregates. One statement after the other, each with
//! what came of it, and what the database holds then.

use std::path::Path;

use migrator::plain;
use migrator::plan::{self, Migration};
use migrator::source::File;

use postgres::Client;

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

#[test]
fn what_is_altered_becomes_what_timescaledb_makes_of_it() {
    let Some(mut pair) = Pair::start("what_is_altered_becomes_what_timescaledb_makes_of_it") else {
        return;
    };
    let file = File::new(Path::new("001_a.sql"), STATEMENTS.as_bytes().to_vec()).unwrap();
    let written = [Migration::parse(file).unwrap()];
    let planned = plan::plain(&written).unwrap().remove(0);
    let statements: Vec<(&str, String)> = planned
        .steps
        .iter()
        .flat_map(|step| &step.statements)
        .map(|range| {
            let sql = &STATEMENTS[range.clone()];
            let rewritten = planned.rewritten.get(&range.start);
            (sql, rewritten.map_or(sql, |it| &it.text).to_owned())
        })
        .collect();
    let lines = |client: &mut Client, sent: fn(&str, &str) -> String| {
        let statements = statements.iter();
        statements
            .map(|(sql, rewritten)| line(client, sql, &sent(sql, rewritten)))
            .collect()
    };
    pair.compare_lines(
        "altered",
        |client| lines(client, |sql, _| sql.to_owned()),
        // As a run does it, in one transaction.
        |client| {
            lines(client, |_, rewritten| {
                format!("{rewritten};\n{}", plain::CHECK)
            })
        },
    );
}
