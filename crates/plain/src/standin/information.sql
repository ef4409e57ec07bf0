-- timescaledb_information: the views that describe hypertables, with TimescaleDB's columns. As there, a continuous aggregate has the name of
-- its storage where it stands among hypertables.

CREATE FUNCTION _timescaledb_functions.to_interval(microseconds int8) RETURNS interval
LANGUAGE sql IMMUTABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT make_interval(days => (microseconds / 86400000000)::int4) + (microseconds % 86400000000) * '1 microsecond'::interval
$$;

-- Hypertables and continuous aggregates that are still there, with their names.
CREATE VIEW _timescaledb_catalog.known_relation AS
SELECT h.id, h.relation, h.columnstore, h.orderby_desc, h.orderby_nullsfirst, h.compress_interval, h.sparse_index,
    _timescaledb_functions.column_names(h.relation, h.segmentby) AS segmentby,
    _timescaledb_functions.column_names(h.relation, h.orderby) AS orderby,
    n.nspname AS schema_name, c.relname AS table_name, c.relowner AS owner, a.hypertable_id IS NOT NULL AS is_aggregate,
    CASE WHEN a.hypertable_id IS NULL THEN n.nspname ELSE '_timescaledb_internal' END AS storage_schema,
    CASE WHEN a.hypertable_id IS NULL THEN c.relname ELSE ('_materialized_hypertable_' || h.id)::pg_catalog.name END AS storage_name,
    CASE WHEN a.hypertable_id IS NULL THEN h.relation ELSE _timescaledb_functions.storage(h.id) END AS storage
FROM _timescaledb_catalog.hypertable AS h
JOIN pg_catalog.pg_class AS c ON c.oid = h.relation
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN _timescaledb_catalog.continuous_agg AS a ON a.hypertable_id = h.id;

-- Dimensions with their columns.
CREATE VIEW _timescaledb_catalog.known_dimension AS
SELECT d.*, h.storage_schema, h.storage_name, a.attname AS column_name, a.atttypid::pg_catalog.regtype AS column_type,
    a.atttypid IN (
        'timestamp'::pg_catalog.regtype, 'timestamptz'::pg_catalog.regtype, 'date'::pg_catalog.regtype, 'uuid'::pg_catalog.regtype
    ) AS is_time,
    pg_catalog.row_number() OVER (PARTITION BY d.hypertable_id ORDER BY d.id) AS dimension_number
FROM _timescaledb_catalog.dimension AS d
JOIN _timescaledb_catalog.known_relation AS h ON h.id = d.hypertable_id
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = h.relation AND a.attnum = d.attnum;

CREATE VIEW timescaledb_information.hypertables AS
SELECT
    h.schema_name AS hypertable_schema,
    h.table_name AS hypertable_name,
    pg_catalog.pg_get_userbyid(h.owner) AS owner,
    (SELECT pg_catalog.count(*) FROM _timescaledb_catalog.dimension AS n WHERE n.hypertable_id = h.id)::pg_catalog.int2 AS num_dimensions,
    0::pg_catalog.int8 AS num_chunks,
    h.columnstore AS compression_enabled,
    (
        SELECT pg_catalog.array_agg(t.tablespace_name ORDER BY t.id) FROM _timescaledb_catalog.tablespace AS t WHERE t.hypertable_id = h.id
    ) AS tablespaces,
    d.column_name AS primary_dimension,
    d.column_type AS primary_dimension_type
FROM _timescaledb_catalog.known_relation AS h
JOIN _timescaledb_catalog.known_dimension AS d ON d.hypertable_id = h.id AND d.dimension_number = 1
WHERE NOT h.is_aggregate;

CREATE VIEW timescaledb_information.dimensions AS
SELECT
    d.storage_schema AS hypertable_schema,
    d.storage_name AS hypertable_name,
    d.dimension_number,
    d.column_name,
    d.column_type,
    CASE WHEN d.interval_length IS NULL THEN 'Space' ELSE 'Time' END AS dimension_type,
    CASE WHEN d.is_time THEN _timescaledb_functions.to_interval(d.interval_length) END AS time_interval,
    CASE WHEN NOT d.is_time THEN d.interval_length END AS integer_interval,
    p.proname AS integer_now_func,
    d.num_slices AS num_partitions
FROM _timescaledb_catalog.known_dimension AS d
LEFT JOIN pg_catalog.pg_proc AS p ON p.oid = d.integer_now_func;

CREATE VIEW timescaledb_information.continuous_aggregates AS
SELECT
    s.storage_schema AS hypertable_schema,
    s.storage_name AS hypertable_name,
    h.schema_name AS view_schema,
    h.table_name AS view_name,
    pg_catalog.pg_get_userbyid(h.owner) AS view_owner,
    a.materialized_only,
    h.columnstore AS compression_enabled,
    h.storage_schema AS materialization_hypertable_schema,
    h.storage_name AS materialization_hypertable_name,
    _timescaledb_functions.view_definition(h.relation) AS view_definition
FROM _timescaledb_catalog.continuous_agg AS a
JOIN _timescaledb_catalog.known_relation AS h ON h.id = a.hypertable_id
JOIN _timescaledb_catalog.known_relation AS s ON s.id = a.source_id;

CREATE VIEW timescaledb_information.jobs AS
SELECT
    j.id AS job_id,
    j.application_name,
    j.schedule_interval,
    j.max_runtime,
    j.max_retries,
    j.retry_period,
    j.proc_schema,
    j.proc_name,
    j.owner,
    j.scheduled,
    j.fixed_schedule,
    j.config,
    j.next_start,
    j.initial_start,
    h.schema_name AS hypertable_schema,
    h.table_name AS hypertable_name,
    j.check_schema,
    j.check_name
FROM _timescaledb_catalog.bgw_job AS j
LEFT JOIN _timescaledb_catalog.known_relation AS h ON h.id = j.hypertable_id
WHERE j.hypertable_id IS NULL OR h.id IS NOT NULL;

CREATE VIEW timescaledb_information.compression_settings AS
SELECT
    h.storage_schema AS hypertable_schema,
    h.storage_name AS hypertable_name,
    s.attname::pg_catalog.name AS attname,
    s.segmentby_column_index::pg_catalog.int2 AS segmentby_column_index,
    s.orderby_column_index::pg_catalog.int2 AS orderby_column_index,
    NOT s.is_desc AS orderby_asc,
    s.is_nullsfirst AS orderby_nullsfirst
FROM _timescaledb_catalog.known_relation AS h
CROSS JOIN LATERAL (
    SELECT b.attname, b.n, NULL, NULL, NULL
    FROM pg_catalog.unnest(h.segmentby) WITH ORDINALITY AS b (attname, n)
    UNION ALL
    SELECT o.attname, NULL, o.n, o.is_desc, o.is_nullsfirst
    FROM ROWS FROM (
        pg_catalog.unnest(h.orderby), pg_catalog.unnest(h.orderby_desc), pg_catalog.unnest(h.orderby_nullsfirst)
    ) WITH ORDINALITY AS o (attname, is_desc, is_nullsfirst, n)
) AS s (attname, segmentby_column_index, orderby_column_index, is_desc, is_nullsfirst)
WHERE h.columnstore
ORDER BY h.storage_name, s.segmentby_column_index, s.orderby_column_index;

CREATE VIEW timescaledb_information.hypertable_compression_settings AS
SELECT
    h.storage AS hypertable,
    pg_catalog.array_to_string(h.segmentby, ',') AS segmentby,
    (
        SELECT pg_catalog.string_agg(
            pg_catalog.quote_ident(o.attname)
                || CASE WHEN o.is_desc THEN ' DESC' ELSE '' END
                || CASE WHEN o.is_nullsfirst = o.is_desc THEN '' WHEN o.is_desc THEN ' NULLS LAST' ELSE ' NULLS FIRST' END,
            ',' ORDER BY o.n)
        FROM ROWS FROM (
            pg_catalog.unnest(h.orderby), pg_catalog.unnest(h.orderby_desc), pg_catalog.unnest(h.orderby_nullsfirst)
        ) WITH ORDINALITY AS o (attname, is_desc, is_nullsfirst, n)
    ) AS orderby,
    CASE
        WHEN d.is_time THEN _timescaledb_functions.to_interval(h.compress_interval)::pg_catalog.text
        ELSE h.compress_interval::pg_catalog.text
    END AS compress_interval_length,
    _timescaledb_functions.shown_indexes(h.relation, h.sparse_index) AS index
FROM _timescaledb_catalog.known_relation AS h
JOIN _timescaledb_catalog.known_dimension AS d ON d.hypertable_id = h.id AND d.dimension_number = 1;

CREATE VIEW timescaledb_information.hypertable_columnstore_settings AS
SELECT * FROM timescaledb_information.hypertable_compression_settings;

CREATE VIEW timescaledb_experimental.policies AS
SELECT
    h.table_name AS relation_name,
    h.schema_name AS relation_schema,
    j.schedule_interval,
    j.proc_schema,
    j.proc_name,
    j.config,
    h.storage_schema AS hypertable_schema,
    h.storage_name AS hypertable_name
FROM _timescaledb_catalog.bgw_job AS j
JOIN _timescaledb_catalog.known_relation AS h ON h.id = j.hypertable_id
WHERE h.is_aggregate;

GRANT SELECT ON ALL TABLES IN SCHEMA _timescaledb_catalog, timescaledb_information, timescaledb_experimental TO PUBLIC;
