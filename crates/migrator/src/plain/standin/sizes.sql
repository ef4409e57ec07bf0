-- How large a hypertable is: as large as its table.

CREATE FUNCTION public.hypertable_size(hypertable regclass) RETURNS int8
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT CASE WHEN _timescaledb_functions.hypertable_id(hypertable) IS NOT NULL THEN pg_total_relation_size(hypertable) END $$;

CREATE FUNCTION public.hypertable_approximate_size(hypertable regclass) RETURNS int8
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT public.hypertable_size(hypertable) $$;

CREATE FUNCTION public.hypertable_detailed_size(hypertable regclass)
RETURNS TABLE (table_bytes int8, index_bytes int8, toast_bytes int8, total_bytes int8, node_name name)
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT
        pg_relation_size(hypertable),
        pg_indexes_size(hypertable),
        pg_total_relation_size(hypertable) - pg_relation_size(hypertable) - pg_indexes_size(hypertable),
        pg_total_relation_size(hypertable),
        NULL::name
    WHERE _timescaledb_functions.hypertable_id(hypertable) IS NOT NULL
$$;

CREATE FUNCTION public.hypertable_index_size(index_name regclass) RETURNS int8
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT pg_relation_size(index_name) FROM pg_index
    WHERE indexrelid = index_name AND _timescaledb_functions.hypertable_id(indrelid) IS NOT NULL
$$;

CREATE FUNCTION public.approximate_row_count(relation regclass) RETURNS int8
LANGUAGE sql VOLATILE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT GREATEST(reltuples, 0)::int8 FROM pg_class WHERE oid = relation $$;
