-- There are no chunks, but rows can be deleted by the chunks that they would be in, and a table has a size.

-- A point in time, or a number, as TimescaleDB counts it: microseconds since 1970 for a time. An interval reaches back from now, and a text is
-- a constant that had no type.
CREATE FUNCTION _timescaledb_functions.chunk_boundary(column_type regtype, value text, given regtype) RETURNS int8
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    point timestamp;
BEGIN
    IF value IS NULL THEN
        RETURN NULL;
    ELSIF _timescaledb_functions.is_integer(column_type)
        AND given IN ('interval'::regtype, 'timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
    THEN
        RAISE EXCEPTION 'plain mode cannot tell when a row was inserted' USING ERRCODE = 'feature_not_supported',
            HINT = 'Give the boundary as a number of the column that the table is partitioned by.';
    ELSIF given NOT IN ('text'::regtype, column_type)
        AND NOT (given = 'interval'::regtype AND NOT _timescaledb_functions.is_integer(column_type))
        AND NOT EXISTS (SELECT FROM pg_cast WHERE castsource = given AND casttarget = column_type AND castcontext = 'i')
    THEN
        RAISE EXCEPTION 'invalid time argument type "%"', given USING ERRCODE = 'invalid_parameter_value',
            HINT = format('Try casting the argument to "%s".', column_type);
    ELSIF _timescaledb_functions.is_integer(column_type) THEN
        RETURN value::int8;
    ELSIF column_type = 'timestamptz'::regtype THEN
        point := timezone('UTC', CASE WHEN given = 'interval'::regtype THEN now() - value::interval ELSE value::timestamptz END);
    ELSE
        point := CASE WHEN given = 'interval'::regtype THEN now()::timestamp - value::interval ELSE value::timestamp END;
    END IF;
    RETURN _timescaledb_functions.to_microseconds(point) + 946684800000000;
END
$$;

-- Which rows lie in chunks that lie before one boundary and behind another, as a condition; every check of TimescaleDB's on the way.
CREATE FUNCTION _timescaledb_functions.chunk_condition(
    relation regclass, older_than text, older_type regtype, newer_than text, newer_type regtype
) RETURNS text
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    target record;
    older int8;
    newer int8;
    length int8;
    conditions text[] := '{}';
BEGIN
    IF relation IS NULL THEN
        RAISE EXCEPTION 'invalid hypertable or continuous aggregate' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Specify a hypertable or continuous aggregate.';
    END IF;
    SELECT * INTO target FROM _timescaledb_functions.partitioned(relation);
    IF target.id IS NULL THEN
        RAISE EXCEPTION '"%" is not a hypertable or a continuous aggregate', _timescaledb_functions.relation_name(relation)
            USING ERRCODE = 'TS001', HINT = 'The operation is only possible on a hypertable or continuous aggregate.';
    END IF;
    older := _timescaledb_functions.chunk_boundary(target.column_type, older_than, older_type);
    newer := _timescaledb_functions.chunk_boundary(target.column_type, newer_than, newer_type);
    length := (target.dimension).interval_length;
    IF older < newer THEN
        RAISE EXCEPTION 'invalid time range' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'The start of the time range must be before the end.';
    END IF;
    -- The end of the last chunk that ends in time, and the beginning of the first one that begins late enough.
    IF older IS NOT NULL THEN
        conditions := conditions || format('%I < %L', target.column_name, _timescaledb_functions.chunk_edge(
            target.column_type, floor(older::numeric / length) * length));
    END IF;
    IF newer IS NOT NULL THEN
        conditions := conditions || format('%I >= %L', target.column_name, _timescaledb_functions.chunk_edge(
            target.column_type, ceil(newer::numeric / length) * length));
    END IF;
    RETURN array_to_string(conditions, ' AND ');
END
$$;

CREATE FUNCTION _timescaledb_functions.chunk_edge(column_type regtype, point numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF _timescaledb_functions.is_integer(column_type) THEN
        RETURN LEAST(GREATEST(point, -9223372036854775808), 9223372036854775807)::int8::text;
    END IF;
    RETURN _timescaledb_functions.from_microseconds((point - 946684800000000)::int8)::text
        || CASE column_type WHEN 'timestamptz'::regtype THEN '+00' ELSE '' END;
END
$$;

-- Refuses boundaries of both kinds, and a time of creation that is none.
CREATE FUNCTION _timescaledb_functions.check_created(older_than text, newer_than text, created text, created_type regtype) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF created IS NOT NULL AND COALESCE(older_than, newer_than) IS NOT NULL THEN
        RAISE EXCEPTION 'cannot specify "older_than" or "newer_than" together with "created_before"or "created_after"'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF created IS NOT NULL AND created_type NOT IN (
        'text'::regtype, 'interval'::regtype, 'timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype
    ) THEN
        RAISE EXCEPTION 'invalid time argument type "%"', created_type USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Try casting the argument to "timestamp with time zone".';
    END IF;
END
$$;

-- Deletes the rows of the chunks that TimescaleDB would drop. There are no names of chunks to return.
CREATE FUNCTION _timescaledb_functions.drop_chunks(
    relation regclass, older_than text, older_type regtype, newer_than text, newer_type regtype, created text, created_type regtype
) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    condition pg_catalog.text;
BEGIN
    PERFORM _timescaledb_functions.check_created(older_than, newer_than, created, created_type);
    condition := _timescaledb_functions.chunk_condition(relation, older_than, older_type, newer_than, newer_type);
    IF created IS NOT NULL THEN
        RAISE EXCEPTION 'plain mode cannot tell when a row was inserted' USING ERRCODE = 'feature_not_supported',
            HINT = 'Give older_than or newer_than.';
    ELSIF condition = '' THEN
        RAISE EXCEPTION 'invalid time range for dropping chunks' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'At least one of older_than/newer_than or created_before/created_after must be provided.';
    ELSIF _timescaledb_functions.continuous_agg_id(relation) IS NOT NULL THEN
        RAISE EXCEPTION 'plain mode cannot drop chunks of the continuous aggregate "%"', _timescaledb_functions.relation_name(relation)
            USING ERRCODE = 'feature_not_supported', DETAIL = 'It is a view and has no rows of its own.';
    END IF;
    PERFORM _timescaledb_functions.check_owner(relation);
    PERFORM _timescaledb_functions.delete_rows(relation, condition);
END
$$;

-- Deletes rows without a trigger of the user's: a chunk that is dropped fires none.
CREATE FUNCTION _timescaledb_functions.delete_rows(relation regclass, condition text) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    triggers CONSTANT jsonb := (
        SELECT jsonb_object_agg(t.tgname, CASE t.tgenabled WHEN 'R' THEN 'REPLICA ' WHEN 'A' THEN 'ALWAYS ' ELSE '' END)
        FROM pg_trigger AS t
        -- Its eighth is that it fires on DELETE.
        WHERE t.tgrelid = relation AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 8 <> 0
    );
    fired record;
BEGIN
    FOR fired IN SELECT key AS name FROM jsonb_each_text(triggers) LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', relation, fired.name);
    END LOOP;
    EXECUTE format('DELETE FROM %s WHERE %s', relation, condition);
    FOR fired IN SELECT key AS name, value AS mode FROM jsonb_each_text(triggers) LOOP
        EXECUTE format('ALTER TABLE %s ENABLE %sTRIGGER %I', relation, fired.mode, fired.name);
    END LOOP;
END
$$;

-- There are no chunks to show; what is asked for is checked.
CREATE FUNCTION _timescaledb_functions.show_chunks(
    relation regclass, older_than text, older_type regtype, newer_than text, newer_type regtype, created text, created_type regtype
) RETURNS void
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.chunk_condition(relation, older_than, older_type, newer_than, newer_type);
    PERFORM _timescaledb_functions.check_created(older_than, newer_than, created, created_type);
END
$$;

-- TimescaleDB's arguments are of any type and may all be left out, which only a function in C can have. Each of the two has three here: with an
-- older boundary that has a type, with one that is a constant without a type, and with none. What is anycompatible may be a constant without
-- a type, which is then a text. The third one has a second argument that nobody gives: else it would be the older boundary.
CREATE FUNCTION public.show_chunks(
    relation       regclass,
    older_than     anyelement,
    newer_than     anycompatible DEFAULT NULL,
    created_before timestamptz   DEFAULT NULL,
    created_after  timestamptz   DEFAULT NULL
) RETURNS SETOF regclass
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.show_chunks(
        relation, older_than::text, pg_catalog.pg_typeof(older_than), newer_than::text, pg_catalog.pg_typeof(newer_than),
        COALESCE(created_before, created_after)::text, 'timestamptz');
END
$$;

CREATE FUNCTION public.show_chunks(
    relation       regclass,
    older_than     text,
    newer_than     anycompatible DEFAULT NULL,
    created_before timestamptz   DEFAULT NULL,
    created_after  timestamptz   DEFAULT NULL
) RETURNS SETOF regclass
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.show_chunks(
        relation, older_than, 'text', newer_than::text, pg_catalog.pg_typeof(newer_than),
        COALESCE(created_before, created_after)::text, 'timestamptz');
END
$$;

CREATE FUNCTION public.show_chunks(
    relation       regclass,
    _timescaledb_internal.dimension_info DEFAULT NULL,
    newer_than     anycompatible DEFAULT NULL,
    created_before anycompatible DEFAULT NULL,
    created_after  anycompatible DEFAULT NULL
) RETURNS SETOF regclass
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.show_chunks(
        relation, NULL, NULL, newer_than::text, pg_catalog.pg_typeof(newer_than),
        COALESCE(created_before, created_after)::text, pg_catalog.pg_typeof(created_before));
END
$$;

CREATE FUNCTION public.drop_chunks(
    relation       regclass,
    older_than     anyelement,
    newer_than     anycompatible DEFAULT NULL,
    "verbose"      bool          DEFAULT false,
    created_before timestamptz   DEFAULT NULL,
    created_after  timestamptz   DEFAULT NULL
) RETURNS SETOF text
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.drop_chunks(
        relation, older_than::text, pg_catalog.pg_typeof(older_than), newer_than::text, pg_catalog.pg_typeof(newer_than),
        COALESCE(created_before, created_after)::text, 'timestamptz');
END
$$;

CREATE FUNCTION public.drop_chunks(
    relation       regclass,
    older_than     text,
    newer_than     anycompatible DEFAULT NULL,
    "verbose"      bool          DEFAULT false,
    created_before timestamptz   DEFAULT NULL,
    created_after  timestamptz   DEFAULT NULL
) RETURNS SETOF text
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.drop_chunks(
        relation, older_than, 'text', newer_than::text, pg_catalog.pg_typeof(newer_than),
        COALESCE(created_before, created_after)::text, 'timestamptz');
END
$$;

CREATE FUNCTION public.drop_chunks(
    relation       regclass,
    _timescaledb_internal.dimension_info DEFAULT NULL,
    newer_than     anycompatible DEFAULT NULL,
    "verbose"      bool          DEFAULT false,
    created_before anycompatible DEFAULT NULL,
    created_after  anycompatible DEFAULT NULL
) RETURNS SETOF text
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.drop_chunks(
        relation, NULL, NULL, newer_than::text, pg_catalog.pg_typeof(newer_than),
        COALESCE(created_before, created_after)::text, pg_catalog.pg_typeof(created_before));
END
$$;

-- No relation is a chunk, and TimescaleDB says so of those that are none.
CREATE FUNCTION _timescaledb_functions.refuse_chunk(relation regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'chunk not found' USING ERRCODE = 'undefined_object', DETAIL = (
        SELECT format('schema_name: %s, table_name: %s', relnamespace::regnamespace, relname) FROM pg_class WHERE oid = relation);
END
$$;

CREATE FUNCTION public.compress_chunk(uncompressed_chunk regclass, if_not_compressed bool DEFAULT true, recompress bool DEFAULT false)
RETURNS regclass
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.refuse_chunk(uncompressed_chunk);
END
$$;

CREATE FUNCTION public.decompress_chunk(uncompressed_chunk regclass, if_compressed bool DEFAULT true) RETURNS regclass
LANGUAGE plpgsql STRICT SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.refuse_chunk(uncompressed_chunk);
END
$$;

CREATE PROCEDURE public.convert_to_columnstore(chunk regclass, if_not_columnstore bool DEFAULT true, recompress bool DEFAULT false)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.refuse_chunk(chunk);
END
$$;

CREATE PROCEDURE public.convert_to_rowstore(chunk regclass, if_columnstore bool DEFAULT true)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.refuse_chunk(chunk);
END
$$;
