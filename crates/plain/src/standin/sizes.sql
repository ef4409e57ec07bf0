-- How large a hypertable is: as large as its table, and a continuous aggregate as its storage.

CREATE FUNCTION _timescaledb_functions.sized(relation regclass) RETURNS regclass
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.hypertable_id(relation) IS NOT NULL THEN relation
        ELSE _timescaledb_functions.storage(_timescaledb_functions.continuous_agg_id(relation))
    END
$$;

CREATE FUNCTION public.hypertable_size(hypertable regclass) RETURNS int8
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT pg_total_relation_size(_timescaledb_functions.sized(hypertable)) $$;

CREATE FUNCTION public.hypertable_approximate_size(hypertable regclass) RETURNS int8
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT public.hypertable_size(hypertable) $$;

CREATE FUNCTION public.hypertable_detailed_size(hypertable regclass)
RETURNS TABLE (table_bytes int8, index_bytes int8, toast_bytes int8, total_bytes int8, node_name name)
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT
        pg_relation_size(r),
        pg_indexes_size(r),
        pg_total_relation_size(r) - pg_relation_size(r) - pg_indexes_size(r),
        pg_total_relation_size(r),
        NULL::name
    FROM _timescaledb_functions.sized(hypertable) AS r
    WHERE r IS NOT NULL
$$;

CREATE FUNCTION public.hypertable_approximate_detailed_size(relation regclass)
RETURNS TABLE (table_bytes int8, index_bytes int8, toast_bytes int8, total_bytes int8)
LANGUAGE plpgsql VOLATILE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF relation IS NOT NULL AND _timescaledb_functions.sized(relation) IS NULL THEN
        RAISE EXCEPTION '"%" is not a hypertable or a continuous aggregate', _timescaledb_functions.relation_name(relation)
            USING ERRCODE = 'TS001', HINT = 'The operation is only possible on a hypertable or continuous aggregate.';
    END IF;
    RETURN QUERY SELECT s.table_bytes, s.index_bytes, s.toast_bytes, s.total_bytes FROM public.hypertable_detailed_size(relation) AS s;
END
$$;

-- There are no chunks, and nothing is compressed.
CREATE FUNCTION public.chunks_detailed_size(hypertable regclass) RETURNS TABLE (
    chunk_schema name, chunk_name name, table_bytes int8, index_bytes int8, toast_bytes int8, total_bytes int8, node_name name
)
LANGUAGE plpgsql VOLATILE STRICT
AS $$
BEGIN
    RETURN;
END
$$;

DO $do$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{chunk_columnstore_stats,chunk_compression_stats,hypertable_columnstore_stats,hypertable_compression_stats}'::text[] LOOP
        EXECUTE pg_catalog.format(
            'CREATE FUNCTION public.%s(hypertable regclass) RETURNS TABLE (%s, before_compression_table_bytes int8,
                before_compression_index_bytes int8, before_compression_toast_bytes int8, before_compression_total_bytes int8,
                after_compression_table_bytes int8, after_compression_index_bytes int8, after_compression_toast_bytes int8,
                after_compression_total_bytes int8, node_name name)
             LANGUAGE plpgsql STABLE STRICT AS $$ BEGIN RETURN; END $$',
            name, CASE WHEN name LIKE 'chunk%' THEN 'chunk_schema name, chunk_name name, compression_status text'
                ELSE 'total_chunks int8, number_compressed_chunks int8' END);
    END LOOP;
END
$do$;

CREATE FUNCTION public.hypertable_index_size(index_name regclass) RETURNS int8
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT pg_relation_size(index_name) FROM pg_index
    WHERE indexrelid = index_name AND _timescaledb_functions.hypertable_id(indrelid) IS NOT NULL
$$;

CREATE FUNCTION public.approximate_row_count(relation regclass) RETURNS int8
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT GREATEST(reltuples, 0)::int8 FROM pg_class WHERE oid = relation $$;
