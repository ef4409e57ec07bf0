//! Values of options, sparse indexes, columns by which chunks are skipped, and the numbers that storages have in their names.

use super::altered::compare;

const VALUES: &str = "
    CREATE TABLE o (time timestamptz NOT NULL, device text, v int);
    CREATE TABLE plain (a int);
    SELECT create_hypertable('o', by_range('time', INTERVAL '1 day'));
    ALTER TABLE o SET (timescaledb.compress = '5');
    ALTER TABLE o SET (timescaledb.compress = 5);
    ALTER TABLE o SET (timescaledb.compress = '');
    ALTER TABLE o SET (tsdb.columnstore = 'maybe');
    ALTER TABLE o SET (tsdb.enable_columnstore = 1.5);
    ALTER TABLE o SET (timescaledb.compress = 1);
    ALTER TABLE o SET (timescaledb.compress = yes);
    ALTER TABLE o SET (timescaledb.compress = 'OFF');
    ALTER TABLE o SET (timescaledb.compress_segmentby);
    ALTER TABLE o SET (tsdb.orderby);
    ALTER TABLE o SET (tsdb.sparse_index);
    ALTER TABLE o SET (timescaledb.chunk_interval);
    ALTER TABLE o SET (timescaledb.compress_chunk_interval);
    ALTER TABLE o SET (timescaledb.chunk_interval = 'nonsense');
    ALTER TABLE o SET (timescaledb.compress_chunk_time_interval = 'nonsense');
    ALTER TABLE o SET (timescaledb.compress_chunk_time_interval = '1 month');
    ALTER TABLE o SET (timescaledb.compress_chunk_time_interval = '1 year', timescaledb.compress_segmentby = 'missing');
    ALTER TABLE o SET (timescaledb.compress_chunk_interval = '1 month 2 days');
    ALTER TABLE o SET (timescaledb.compress_chunk_interval = '2 days');
    ALTER TABLE o SET (timescaledb.compress_chunk_time_interval = '1 month', timescaledb.compress = false);
    ALTER TABLE o SET (timescaledb.materialized_only = true);
    ALTER TABLE o SET (tsdb.hypertable);
    ALTER TABLE o SET (timescaledb.continuous);
    ALTER TABLE o SET (timescaledb.compress, timescaledb.compress = false);
    ALTER TABLE o SET (tsdb.compress, timescaledb.columnstore = false);
    ALTER TABLE o SET (timescaledb.missing, timescaledb.compress = 7);
    ALTER TABLE o SET (timescaledb.compress = 7, tsdb.missing);
    ALTER TABLE plain SET (timescaledb.compress = 7);
    ALTER TABLE IF EXISTS missing SET (timescaledb.compress = 7);
    ALTER TABLE o RESET (timescaledb.compress_chunk_time_interval);
    ALTER TABLE o RESET (timescaledb.orderby, timescaledb.compress_chunk_time_interval);
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable = 7);
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable = false, tsdb.columnstore = 7);
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.partition_column);
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.chunk_interval);
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.chunk_interval = 'nonsense');
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.orderby = '');
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.create_default_indexes = 7);
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.associated_schema);
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.materialized_only);
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.compress_chunk_interval = '1 day');
    CREATE TABLE w (time timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'time', tsdb.partitioning_column = 'time');
    CREATE TABLE w (time timestamptz, a int) WITH (tsdb.hypertable, tsdb.sparse_index = 'bloom(a)');
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous, timescaledb.materialized_only = 7) AS
        SELECT time_bucket('1 day', time) AS day, count(*) FROM o GROUP BY 1 WITH NO DATA;
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous, timescaledb.create_group_indexes = '') AS
        SELECT time_bucket('1 day', time) AS day, count(*) FROM o GROUP BY 1 WITH NO DATA;
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous, timescaledb.chunk_interval = 'nonsense') AS
        SELECT time_bucket('1 day', time) AS day, count(*) FROM o GROUP BY 1 WITH NO DATA;
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous, tsdb.partition_column = a) AS
        SELECT time_bucket('1 day', time) AS day, count(*) FROM o GROUP BY 1 WITH NO DATA;
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous, tsdb.chunk_interval = '1 month') AS
        SELECT time_bucket('1 day', time) AS day, count(*) FROM o GROUP BY 1 WITH NO DATA;
    SELECT time_interval FROM timescaledb_information.dimensions ORDER BY hypertable_name;
    ALTER MATERIALIZED VIEW c SET (timescaledb.materialized_only = 7);
    ALTER MATERIALIZED VIEW c SET (timescaledb.compress = 7);
    ALTER MATERIALIZED VIEW c SET (timescaledb.compress_chunk_time_interval = '1 month');
    ALTER MATERIALIZED VIEW c SET (timescaledb.compress, timescaledb.compress_segmentby);
    ALTER MATERIALIZED VIEW c SET (timescaledb.sparse_index = 'bloom(count)');
    ALTER MATERIALIZED VIEW c SET (timescaledb.chunk_interval = '1 month 5 days');
    SELECT time_interval FROM timescaledb_information.dimensions ORDER BY hypertable_name;
    ALTER MATERIALIZED VIEW c SET (timescaledb.create_group_indexes = true);
    ALTER MATERIALIZED VIEW c SET (timescaledb.continuous);
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous = 7) AS
        SELECT time_bucket('1 day', time) AS day, count(*) FROM o GROUP BY 1 WITH NO DATA;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous = 7) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW IF NOT EXISTS c WITH (timescaledb.continuous = 'maybe') AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW IF NOT EXISTS c WITH (timescaledb.continuous, timescaledb.materialized_only = 7) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (tsdb.continuous = '') AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous = o) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous = 1.0) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous = 0) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (tsdb.continuous = fal, fillfactor = 70) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (tsdb.materialized_only) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous, tsdb.continuous = false) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous = false, tsdb.continuous) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous = false, timescaledb.materialized_only = 7) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous = 7, timescaledb.missing) AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.missing, timescaledb.continuous = 7) AS SELECT 1 AS a;
    CREATE INDEX ON o (v) WITH (timescaledb.transaction_per_chunk = 7);
    CREATE INDEX ON o (v) WITH (tsdb.transaction_per_chunk = '');
    CREATE INDEX ON o (v) WITH (timescaledb.transaction_per_chunk = maybe, fillfactor = 70);
    CREATE INDEX ON o (v) WITH (timescaledb.transaction_per_chunk, timescaledb.missing);
    CREATE INDEX ON o (v) WITH (timescaledb.transaction_per_chunk, tsdb.transaction_per_chunk = false);
    CREATE INDEX a ON public.o (v) WITH (timescaledb.transaction_per_chunk, fillfactor = 70);
    CREATE INDEX b ON ONLY o USING btree (v) WITH (timescaledb.transaction_per_chunk = false) WHERE v > 0;
    CREATE UNIQUE INDEX u ON o (time) WITH (timescaledb.transaction_per_chunk = no);
    CREATE UNIQUE INDEX ON o (time, v) WITH (timescaledb.transaction_per_chunk);
    CREATE INDEX ON plain (a) WITH (tsdb.transaction_per_chunk);
    CREATE INDEX ON plain (a) WITH (timescaledb.missing = 7);
    CREATE INDEX ON missing (a) WITH (timescaledb.transaction_per_chunk);
    CREATE INDEX ON c (count) WITH (timescaledb.transaction_per_chunk = 7);
    CREATE INDEX ON c (count) WITH (timescaledb.missing);
    SELECT indexname, indexdef FROM pg_indexes WHERE indexname IN ('a', 'b', 'u') ORDER BY 1;
";

const SPARSE: &str = "
    CREATE TABLE h (time timestamptz NOT NULL, device text, v int, \"W w\" int, n numeric);
    SELECT create_hypertable('h', by_range('time'));
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(v)');
    ALTER TABLE h SET (timescaledb.orderby = 'time');
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(v), minmax(\"W w\")');
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h RENAME v TO \"a V\";
    ALTER TABLE h RENAME \"W w\" TO w;
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h SET (timescaledb.sparse_index = 'minmax(W), Bloom(\"a V\", device)');
    SELECT index FROM timescaledb_information.hypertable_compression_settings;
    ALTER TABLE h SET (timescaledb.orderby = 'n, time DESC');
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h SET (timescaledb.segmentby = 'w');
    ALTER TABLE h SET (timescaledb.segmentby = 'device');
    ALTER TABLE h DROP COLUMN device;
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h ADD COLUMN device text;
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h SET (timescaledb.orderby = 'time', timescaledb.sparse_index = 'minmax(time), bloom(n)');
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h SET (timescaledb.orderby = 'n');
    ALTER TABLE h SET (timescaledb.sparse_index = '');
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(missing)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'minmax(\"Missing\")');
    ALTER TABLE h SET (timescaledb.sparse_index = 'nothing(n)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(n');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom');
    ALTER TABLE h SET (timescaledb.sparse_index = ' ');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(n),');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom()');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(1)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(h.n)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'minmax(n, w)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(n), bloom(n)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(n), minmax(n)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'minmax(n), minmax(n)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(n, w), bloom(w, n)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(n, n)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(time)');
    ALTER TABLE h SET (timescaledb.sparse_index = 'minmax(device)', timescaledb.segmentby = 'device');
    ALTER TABLE h SET (timescaledb.sparse_index = 'nothing', timescaledb.segmentby = 'missing');
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(n, w), minmax(n)');
    ALTER TABLE h RESET (timescaledb.orderby);
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h SET (timescaledb.sparse_index = 'bloom(n)');
    ALTER TABLE h RESET (timescaledb.sparse_index);
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    ALTER TABLE h SET (timescaledb.orderby = 'time', timescaledb.sparse_index = 'bloom(n)');
    ALTER TABLE h SET (timescaledb.compress = false);
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
    CREATE TABLE t (time timestamptz NOT NULL, a int) WITH (tsdb.hypertable, tsdb.orderby = 'time', tsdb.sparse_index = 'bloom(a)');
    SELECT index FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 't'::regclass;
    SET timescaledb.enable_chunk_skipping = on;
    SELECT enable_chunk_skipping('t', 'a');
    ALTER TABLE t RENAME a TO b;
    SELECT disable_chunk_skipping('t', 'a');
    SELECT enable_chunk_skipping('t', 'b', true);
    SELECT enable_chunk_skipping('t', 'b');
    SELECT disable_chunk_skipping('t', 'b');
    SELECT enable_chunk_skipping('t', 'b');
    ALTER TABLE t ADD COLUMN a int;
    SELECT enable_chunk_skipping('t', 'a');
    ALTER TABLE t DROP COLUMN a;
    SELECT disable_chunk_skipping('t', 'a');
    ALTER TABLE t ADD COLUMN a int;
    SELECT disable_chunk_skipping('t', 'a');
    SELECT enable_chunk_skipping('t', 'a');
";

/// A columnstore takes a number when it is enabled, because TimescaleDB's has a separate relation.
const NUMBERED: &str = "
    CREATE TABLE a (time timestamptz NOT NULL, device text, v int);
    SELECT create_hypertable('a', by_range('time'));
    ALTER TABLE a SET (timescaledb.compress);
    ALTER TABLE a SET (timescaledb.compress, timescaledb.compress_segmentby = 'device');
    CREATE MATERIALIZED VIEW one WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM a GROUP BY 1 WITH NO DATA;
    ALTER TABLE a SET (timescaledb.compress = false);
    ALTER TABLE a SET (timescaledb.compress_segmentby = 'missing');
    ALTER TABLE a SET (timescaledb.compress_chunk_interval = '7 days');
    ALTER TABLE a RESET (timescaledb.compress_segmentby);
    CREATE TABLE b (time timestamptz NOT NULL) WITH (tsdb.hypertable);
    CREATE TABLE c (time timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.columnstore = false);
    SELECT create_hypertable('c', by_range('time'), if_not_exists => true);
    ALTER TABLE c SET (timescaledb.chunk_interval = '2 days');
    CREATE MATERIALIZED VIEW two WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM b GROUP BY 1 WITH NO DATA;
    ALTER MATERIALIZED VIEW two SET (timescaledb.compress);
    ALTER MATERIALIZED VIEW two SET (timescaledb.materialized_only = false);
    ALTER MATERIALIZED VIEW two SET (timescaledb.compress);
    CREATE MATERIALIZED VIEW IF NOT EXISTS two WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM b GROUP BY 1 WITH NO DATA;
    DROP TABLE c;
    CREATE MATERIALIZED VIEW three WITH (timescaledb.continuous) AS
        SELECT time_bucket('2 days', day) AS days, sum(n) AS n FROM two GROUP BY 1 WITH NO DATA;
    SELECT view_name, hypertable_name, materialization_hypertable_name FROM timescaledb_information.continuous_aggregates ORDER BY 1;
";

#[test]
fn values_of_options_are_taken_or_refused_as_timescaledb_does() {
    let test = "values_of_options_are_taken_or_refused_as_timescaledb_does";
    compare(test, "options", VALUES);
}

#[test]
fn sparse_indexes_and_skipped_chunks_follow_their_columns() {
    let test = "sparse_indexes_and_skipped_chunks_follow_their_columns";
    compare(test, "sparse", SPARSE);
}

#[test]
fn storages_have_the_numbers_that_timescaledb_gives_them() {
    let test = "storages_have_the_numbers_that_timescaledb_gives_them";
    compare(test, "numbered", NUMBERED);
}
