-- What ALTER … SET (timescaledb.…) and CREATE … WITH (timescaledb.…) say of hypertables and continuous aggregates. Rows stay rows.

-- One list of columns as TimescaleDB reads it: names with commas between them, for an order with a direction each.
CREATE FUNCTION _timescaledb_functions.parse_columns(relation regclass, list text, option text)
RETURNS TABLE (column_name text, is_desc bool, is_nullsfirst bool)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    item text;
    parts text[];
    seen text[] := '{}';
BEGIN
    IF list ~ '^\s*$' THEN
        RETURN;
    END IF;
    FOREACH item IN ARRAY ARRAY(SELECT m[1] FROM regexp_matches(list, '((?:"(?:[^"]|"")*"|[^,"])+)', 'g') AS m) LOOP
        parts := regexp_match(
            item, '^\s*("(?:[^"]|"")*"|[[:alpha:]_][[:alnum:]_$]*)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*$', 'i');
        IF parts IS NULL OR (option = 'segmentby' AND COALESCE(parts[2], parts[3]) IS NOT NULL) THEN
            RAISE EXCEPTION 'unable to parse % option "%"', CASE option WHEN 'segmentby' THEN 'segmenting' ELSE 'ordering' END, list
                USING ERRCODE = 'syntax_error';
        END IF;
        column_name := (parse_ident(parts[1]))[1];
        is_desc := lower(parts[2]) IS NOT DISTINCT FROM 'desc';
        is_nullsfirst := COALESCE(lower(parts[3]) = 'first', is_desc);
        IF NOT EXISTS (
            SELECT FROM pg_attribute
            WHERE attrelid = relation AND attname = parse_columns.column_name AND attnum > 0 AND NOT attisdropped
        ) THEN
            RAISE EXCEPTION 'column "%" does not exist', column_name USING ERRCODE = 'syntax_error',
                HINT = format('The timescaledb.compress_%s option must reference a valid column.', option);
        ELSIF column_name = ANY (seen) THEN
            RAISE EXCEPTION 'duplicate column name "%"', column_name USING ERRCODE = 'syntax_error',
                HINT = format('The timescaledb.compress_%s option must reference distinct column.', option);
        END IF;
        seen := seen || column_name;
        RETURN NEXT;
    END LOOP;
END
$$;

CREATE FUNCTION _timescaledb_functions.column_numbers(relation regclass, names text[]) RETURNS int2[]
LANGUAGE sql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT array_agg(a.attnum ORDER BY named.n)
    FROM unnest(names) WITH ORDINALITY AS named (attname, n)
    JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = named.attname
$$;

CREATE FUNCTION _timescaledb_functions.column_names(relation regclass, numbers int2[]) RETURNS text[]
LANGUAGE sql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT array_agg(a.attname::text ORDER BY numbered.n)
    FROM unnest(numbers) WITH ORDINALITY AS numbered (attnum, n)
    JOIN pg_attribute AS a ON a.attrelid = relation AND a.attnum = numbered.attnum
$$;

-- The options under the one name that each has here. Refuses those that TimescaleDB does not know.
CREATE FUNCTION _timescaledb_functions.known_options(options jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    result jsonb := '{}';
    option record;
    known text;
BEGIN
    FOR option IN SELECT key, value FROM jsonb_each(options) LOOP
        known := CASE
            WHEN option.key IN ('compress', 'columnstore', 'enable_columnstore') THEN 'columnstore'
            WHEN option.key IN ('compress_segmentby', 'segmentby', 'segment_by') THEN 'segmentby'
            WHEN option.key IN ('compress_orderby', 'orderby', 'order_by') THEN 'orderby'
            WHEN option.key IN ('compress_chunk_interval', 'compress_chunk_time_interval') THEN 'compress_interval'
            WHEN option.key IN ('chunk_interval', 'materialized_only', 'create_group_indexes', 'continuous', 'hypertable',
                'create_default_indexes', 'associated_schema', 'associated_table_prefix') THEN option.key
            WHEN option.key IN ('partition_column', 'partitioning_column') THEN 'partition_column'
            WHEN option.key IN ('compress_index', 'compress_sparse_index', 'index', 'sparse_index') THEN 'index'
        END;
        IF known IS NULL THEN
            RAISE EXCEPTION 'unrecognized parameter "timescaledb.%"', option.key USING ERRCODE = 'invalid_parameter_value';
        ELSIF result ? known THEN
            RAISE EXCEPTION 'duplicate parameter "timescaledb.%"', option.key USING ERRCODE = 'ambiguous_parameter';
        END IF;
        result := result || jsonb_build_object(known, option.value);
    END LOOP;
    RETURN result;
END
$$;

-- Records what the columnstore of a hypertable or a continuous aggregate is told. What is not said stays as it was.
CREATE FUNCTION _timescaledb_functions.set_columnstore(target int4, relation regclass, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    names text[];
    descending bool[];
    nulls_first bool[];
    time_column text;
BEGIN
    PERFORM _timescaledb_functions.check_columnstore(target);
    IF (options ->> 'columnstore')::bool IS FALSE THEN
        UPDATE _timescaledb_catalog.hypertable
        SET columnstore = false, segmentby = NULL, orderby = NULL, orderby_desc = NULL, orderby_nullsfirst = NULL
        WHERE id = target;
        RETURN;
    END IF;
    IF options ?| '{segmentby,orderby,index}' AND (SELECT h.columnstore FROM _timescaledb_catalog.hypertable AS h WHERE h.id = target)
    THEN
        RAISE NOTICE 'updated compression settings will only apply to future compressions'
            USING DETAIL = 'Existing compressed chunks will not be recompressed.',
                HINT = 'Use compress_chunk(chunk, recompress => true) to recompress.';
    END IF;
    UPDATE _timescaledb_catalog.hypertable
    SET columnstore = columnstore OR options ?| '{columnstore,segmentby,orderby,compress_interval,index}'
    WHERE id = target;
    IF options ? 'segmentby' THEN
        SELECT array_agg(c.column_name) INTO names
        FROM _timescaledb_functions.parse_columns(relation, options ->> 'segmentby', 'segmentby') AS c;
        UPDATE _timescaledb_catalog.hypertable
        SET segmentby = _timescaledb_functions.column_numbers(set_columnstore.relation, names)
        WHERE id = target;
    END IF;
    IF options ? 'orderby' THEN
        SELECT array_agg(c.column_name), array_agg(c.is_desc), array_agg(c.is_nullsfirst) INTO names, descending, nulls_first
        FROM _timescaledb_functions.parse_columns(relation, options ->> 'orderby', 'orderby') AS c;
        -- The column that it is partitioned by comes last where it is not named.
        SELECT p.column_name INTO time_column FROM _timescaledb_functions.partitioned(relation) AS p;
        IF time_column <> ALL (names) THEN
            names := names || time_column;
            descending := descending || true;
            nulls_first := nulls_first || true;
        END IF;
        UPDATE _timescaledb_catalog.hypertable
        SET orderby = _timescaledb_functions.column_numbers(set_columnstore.relation, names), orderby_desc = descending,
            orderby_nullsfirst = nulls_first
        WHERE id = target;
    END IF;
    IF options ? 'compress_interval' THEN
        UPDATE _timescaledb_catalog.hypertable
        SET compress_interval = _timescaledb_functions.interval_microseconds((options ->> 'compress_interval')::interval)
        WHERE id = target;
    END IF;
END
$$;

-- ALTER TABLE … SET (timescaledb.…) and RESET (timescaledb.…), one after the other, and then what else the statement does.
CREATE PROCEDURE _timescaledb_functions.alter_table(relation_name text, if_exists bool, changes jsonb[], rest text DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
    relation pg_catalog.regclass := pg_catalog.to_regclass(relation_name);
    hypertable pg_catalog.int4;
    change pg_catalog.jsonb;
BEGIN
    IF relation IS NULL AND if_exists THEN
        RAISE NOTICE 'relation "%" does not exist, skipping', (pg_catalog.parse_ident(relation_name))[pg_catalog.cardinality(pg_catalog.parse_ident(relation_name))];
        RETURN;
    END IF;
    relation := relation_name::pg_catalog.regclass;
    hypertable := _timescaledb_functions.hypertable_id(relation);
    FOREACH change IN ARRAY changes LOOP
        IF hypertable IS NULL THEN
            RAISE EXCEPTION 'timescaledb table options can only be specified for hypertables' USING ERRCODE = 'invalid_parameter_value',
                DETAIL = pg_catalog.format('%s is not a hypertable', _timescaledb_functions.relation_name(relation));
        END IF;
        PERFORM _timescaledb_functions.check_owner(relation);
        IF change OPERATOR(pg_catalog.?) 'set' THEN
            PERFORM _timescaledb_functions.set_options(hypertable, relation, change OPERATOR(pg_catalog.->) 'set');
        ELSE
            PERFORM _timescaledb_functions.reset_options(hypertable, change OPERATOR(pg_catalog.->) 'reset');
        END IF;
    END LOOP;
    IF rest IS NOT NULL THEN
        EXECUTE rest;
    END IF;
END
$$;

CREATE FUNCTION _timescaledb_functions.set_options(hypertable int4, relation regclass, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    options := _timescaledb_functions.known_options(options);
    PERFORM _timescaledb_functions.set_columnstore(hypertable, relation, options);
    IF options ? 'chunk_interval' THEN
        PERFORM public.set_chunk_time_interval(relation, (options ->> 'chunk_interval')::interval);
    END IF;
END
$$;

CREATE FUNCTION _timescaledb_functions.reset_options(target int4, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    options := _timescaledb_functions.known_options(options);
    IF NOT options ?| '{segmentby,orderby,index}' THEN
        RAISE EXCEPTION 'only columnstore options segmentby and orderby can be reset' USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM _timescaledb_functions.check_columnstore(target);
    IF options ? 'segmentby' THEN
        UPDATE _timescaledb_catalog.hypertable SET segmentby = NULL WHERE id = target;
    END IF;
    IF options ? 'orderby' THEN
        UPDATE _timescaledb_catalog.hypertable
        SET orderby = NULL, orderby_desc = NULL, orderby_nullsfirst = NULL
        WHERE id = target;
    END IF;
END
$$;

-- CREATE TABLE … WITH (tsdb.hypertable, …): the table, the hypertable, its columnstore and the policy that TimescaleDB adds from 2.23 on.
CREATE PROCEDURE _timescaledb_functions.create_table(relation_name text, if_not_exists bool, options jsonb, statement text)
LANGUAGE plpgsql
AS $$
DECLARE
    relation pg_catalog.regclass := pg_catalog.to_regclass(relation_name);
BEGIN
    PERFORM _timescaledb_functions.check_table_options(options);
    EXECUTE statement;
    IF relation IS NULL OR NOT if_not_exists THEN
        PERFORM _timescaledb_functions.make_hypertable(relation_name::pg_catalog.regclass, options);
    END IF;
END
$$;

CREATE FUNCTION _timescaledb_functions.check_table_options(options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF (_timescaledb_functions.known_options(options) ->> 'hypertable')::bool IS NOT TRUE THEN
        RAISE EXCEPTION 'timescaledb options requires hypertable option'
            USING ERRCODE = 'undefined_column', HINT = 'Use "timescaledb.hypertable" to enable creating a hypertable.';
    END IF;
END
$$;

CREATE FUNCTION _timescaledb_functions.make_hypertable(relation regclass, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    partition_column name;
    length text;
    target record;
BEGIN
    options := _timescaledb_functions.known_options(options);
    partition_column := options ->> 'partition_column';
    IF partition_column IS NULL THEN
        SELECT a.attname INTO partition_column
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
          AND a.atttypid IN ('timestamp'::regtype, 'timestamptz'::regtype)
        ORDER BY a.attnum
        LIMIT 1;
        IF partition_column IS NULL THEN
            RAISE EXCEPTION 'partition column could not be determined' USING ERRCODE = 'undefined_column',
                HINT = 'Use "timescaledb.partition_column" to specify the column to use as partitioning column.';
        END IF;
        RAISE NOTICE 'using column "%" as partitioning column', partition_column
            USING HINT = 'Use "timescaledb.partition_column" to specify a different column to use as partitioning column.';
    END IF;
    length := options ->> 'chunk_interval';
    -- As with TimescaleDB, without a word on types that there are better ones than.
    PERFORM _timescaledb_functions.create_hypertable(
        relation,
        CASE WHEN length ~ '^\s*\d+\s*$' THEN public.by_range(partition_column, length::int8)
            ELSE public.by_range(partition_column, length::interval) END,
        NULL, COALESCE((options ->> 'create_default_indexes')::bool, true), false, false, warns => false);
    IF (options ->> 'columnstore')::bool IS FALSE THEN
        RETURN;
    END IF;
    SELECT * INTO target FROM _timescaledb_functions.partitioned(relation);
    PERFORM _timescaledb_functions.set_columnstore(target.id, relation, options || '{"columnstore": true}');
    IF _timescaledb_functions.is_integer(target.column_type) THEN
        PERFORM public.add_compression_policy(
            relation, (target.dimension).interval_length, schedule_interval => '1 day'::interval);
    ELSE
        PERFORM public.add_compression_policy(
            relation, _timescaledb_functions.to_interval((target.dimension).interval_length), schedule_interval => '1 day'::interval);
    END IF;
END
$$;
