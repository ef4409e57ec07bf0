-- What ALTER ... SET (timescaledb....) and CREATE ... WITH (timescaledb....) say of hypertables and continuous aggregates. Rows stay rows.

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
    IF list = '' AND option = 'orderby' THEN
        RAISE EXCEPTION 'ordering column can not be empty' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'timescaledb.compress_orderby option must reference a valid column or be removed to use default settings.';
    ELSIF list = '' OR list IS NULL THEN
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
    SELECT COALESCE(array_agg(a.attname::text ORDER BY numbered.n), CASE WHEN numbers = '{}' THEN '{}'::text[] END)
    FROM unnest(numbers) WITH ORDINALITY AS numbered (attnum, n)
    JOIN pg_attribute AS a ON a.attrelid = relation AND a.attnum = numbered.attnum
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
    was_on bool;
BEGIN
    PERFORM _timescaledb_functions.check_columnstore(target);
    IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = relation AND (c.relrowsecurity OR c.relforcerowsecurity)) THEN
        RAISE EXCEPTION 'columnstore cannot be used on table with row security' USING ERRCODE = 'feature_not_supported';
    END IF;
    IF (options ->> 'columnstore')::bool IS FALSE THEN
        UPDATE _timescaledb_catalog.hypertable
        SET columnstore = false, segmentby = NULL, orderby = NULL, orderby_desc = NULL, orderby_nullsfirst = NULL, sparse_index = NULL
        WHERE id = target;
        RETURN;
    END IF;
    was_on := (SELECT h.columnstore FROM _timescaledb_catalog.hypertable AS h WHERE h.id = target);
    IF options ? 'compress_interval' THEN
        PERFORM _timescaledb_functions.set_compress_interval(target, (options ->> 'compress_interval')::interval);
    END IF;
    UPDATE _timescaledb_catalog.hypertable
    SET columnstore = columnstore OR options ?| '{columnstore,segmentby,orderby,compress_interval,index,direct_compress}'
    WHERE id = target;
    IF options ? 'segmentby' THEN
        SELECT array_agg(c.column_name) INTO names
        FROM _timescaledb_functions.parse_columns(relation, options ->> 'segmentby', 'segmentby') AS c;
        -- An empty list is kept as one, as TimescaleDB does.
        UPDATE _timescaledb_catalog.hypertable
        SET segmentby = COALESCE(_timescaledb_functions.column_numbers(set_columnstore.relation, names), '{}')
        WHERE id = target;
    END IF;
    IF options ? 'orderby' THEN
        SELECT array_agg(c.column_name), array_agg(c.is_desc), array_agg(c.is_nullsfirst) INTO names, descending, nulls_first
        FROM _timescaledb_functions.parse_columns(relation, options ->> 'orderby', 'orderby') AS c;
        -- The column that it is partitioned by comes last where it is not named.
        SELECT p.column_name INTO time_column FROM _timescaledb_functions.partitioned(relation) AS p;
        IF time_column <> ALL (names || COALESCE(_timescaledb_functions.column_names(relation, (
            SELECT h.segmentby FROM _timescaledb_catalog.hypertable AS h WHERE h.id = target)), '{}'))
        THEN
            names := names || time_column;
            descending := descending || true;
            nulls_first := nulls_first || true;
        END IF;
        UPDATE _timescaledb_catalog.hypertable
        SET orderby = _timescaledb_functions.column_numbers(set_columnstore.relation, names), orderby_desc = descending,
            orderby_nullsfirst = nulls_first
        WHERE id = target;
    END IF;
    PERFORM _timescaledb_functions.check_segments(target);
    PERFORM _timescaledb_functions.set_sparse_indexes(target, relation, options);
    -- A columnstore is a relation of TimescaleDB's own, which is numbered with hypertables.
    PERFORM nextval('_timescaledb_catalog.hypertable_id_seq')
    FROM _timescaledb_catalog.hypertable AS h
    WHERE h.id = target AND h.columnstore AND NOT was_on;
    IF options ?| '{segmentby,orderby,index}' AND was_on THEN
        RAISE NOTICE 'updated compression settings will only apply to future compressions'
            USING DETAIL = 'Existing compressed chunks will not be recompressed.',
                HINT = 'Use compress_chunk(chunk, recompress => true) to recompress.';
    END IF;
    PERFORM _timescaledb_functions.warn_of_order(target, relation);
END
$$;

-- Refuses a column by which a columnstore would be both ordered and segmented.
CREATE FUNCTION _timescaledb_functions.check_segments(target int4) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    shared text;
BEGIN
    SELECT ordering.attname INTO shared
    FROM _timescaledb_catalog.hypertable AS h
    CROSS JOIN LATERAL unnest(_timescaledb_functions.column_names(h.relation, h.orderby)) WITH ORDINALITY AS ordering (attname, n)
    WHERE h.id = target AND ordering.attname = ANY (_timescaledb_functions.column_names(h.relation, h.segmentby))
    ORDER BY ordering.n
    LIMIT 1;
    IF shared IS NOT NULL THEN
        RAISE EXCEPTION 'cannot use column "%" for both ordering and segmenting', shared USING ERRCODE = 'syntax_error',
            HINT = 'Use separate columns for the timescaledb.compress_orderby and timescaledb.compress_segmentby options.';
    END IF;
END
$$;

-- Records the interval that chunks would be merged to.
CREATE FUNCTION _timescaledb_functions.set_compress_interval(target int4, length interval) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    microseconds CONSTANT int8 := _timescaledb_functions.interval_microseconds(length);
    chunk_length CONSTANT int8 := (
        SELECT d.interval_length
        FROM _timescaledb_catalog.dimension AS d
        WHERE d.hypertable_id = target AND d.interval_length IS NOT NULL
        ORDER BY d.id
        LIMIT 1
    );
BEGIN
    IF _timescaledb_functions.interval_months(length) <> 0 THEN
        RAISE EXCEPTION 'months and years not supported' USING ERRCODE = 'feature_not_supported',
            DETAIL = 'An interval must be defined as a fixed duration (such as weeks, days, hours, minutes, seconds, etc.).';
    END IF;
    IF microseconds % chunk_length > 0 THEN
        RAISE WARNING 'compress chunk interval is not a multiple of chunk interval, you should use a factor of chunk interval '
            'to merge as much as possible';
    END IF;
    UPDATE _timescaledb_catalog.hypertable SET compress_interval = microseconds WHERE id = target;
END
$$;

-- Chunks that are merged have to be ordered by time first.
CREATE FUNCTION _timescaledb_functions.warn_of_order(target int4, relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    time_column CONSTANT text := (SELECT p.column_name FROM _timescaledb_functions.partitioned(relation) AS p);
BEGIN
    IF EXISTS (
        SELECT FROM _timescaledb_catalog.hypertable AS h
        WHERE h.id = target AND h.compress_interval <> 0
          AND (_timescaledb_functions.column_names(h.relation, h.orderby))[1] IS DISTINCT FROM time_column
    ) THEN
        RAISE WARNING 'compress_chunk_time_interval configured and primary dimension not first column in compress_orderby'
            USING HINT = format('consider setting "%s" as first compress_orderby column', time_column);
    END IF;
END
$$;

-- ALTER TABLE ... SET (timescaledb....) and RESET (timescaledb....), one after the other, and then what else the statement does.
CREATE PROCEDURE _timescaledb_functions.alter_table(
    relation_name text, if_exists bool, changes jsonb[], rest text DEFAULT NULL, checks jsonb[] DEFAULT '{}'
)
LANGUAGE plpgsql
AS $$
DECLARE
    relation pg_catalog.regclass := pg_catalog.to_regclass(relation_name);
    hypertable pg_catalog.int4;
    change pg_catalog.jsonb;
    aggregates pg_catalog.int4[];
BEGIN
    IF relation IS NULL AND if_exists THEN
        RAISE NOTICE 'relation "%" does not exist, skipping', (pg_catalog.parse_ident(relation_name))[pg_catalog.cardinality(pg_catalog.parse_ident(relation_name))];
        RETURN;
    END IF;
    relation := relation_name::pg_catalog.regclass;
    hypertable := _timescaledb_functions.hypertable_id(relation);
    PERFORM _timescaledb_functions.check_actions(hypertable, checks);
    aggregates := _timescaledb_functions.aggregates_over(hypertable);
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
        PERFORM _timescaledb_functions.check_dropped(aggregates);
    END IF;
END
$$;

-- The continuous aggregates that are made of a hypertable.
CREATE FUNCTION _timescaledb_functions.aggregates_over(hypertable int4) RETURNS int4[]
LANGUAGE sql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT array_agg(a.hypertable_id)
    FROM _timescaledb_catalog.continuous_agg AS a
    JOIN _timescaledb_catalog.hypertable AS h ON h.id = a.hypertable_id
    JOIN pg_class AS c ON c.oid = h.relation
    WHERE a.source_id = hypertable
$$;

-- Refuses that an aggregate goes with what is dropped of its hypertable.
CREATE FUNCTION _timescaledb_functions.check_dropped(aggregates int4[]) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM _timescaledb_catalog.hypertable AS h
        WHERE h.id = ANY (aggregates) AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = h.relation)
    ) THEN
        RAISE EXCEPTION 'cannot drop the partial/direct view because it is required by a continuous aggregate'
            USING ERRCODE = 'dependent_objects_still_exist';
    END IF;
END
$$;

-- Refuses the actions of an ALTER TABLE that TimescaleDB refuses of a hypertable, most of them where the columnstore is on: first those that
-- it knows nothing of, then what is not for all chunks, then columns, one after the other.
CREATE FUNCTION _timescaledb_functions.check_actions(hypertable int4, checks jsonb[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    action pg_catalog.jsonb;
    is_on CONSTANT pg_catalog.bool := (
        SELECT h.columnstore FROM _timescaledb_catalog.hypertable AS h WHERE h.id OPERATOR(pg_catalog.=) hypertable);
BEGIN
    IF is_on AND EXISTS (SELECT FROM pg_catalog.unnest(checks) AS c WHERE c OPERATOR(pg_catalog.?) 'unsupported') THEN
        RAISE EXCEPTION 'operation not supported on hypertables that have columnstore enabled' USING ERRCODE = 'feature_not_supported';
    ELSIF hypertable IS NOT NULL AND EXISTS (SELECT FROM pg_catalog.unnest(checks) AS c WHERE c OPERATOR(pg_catalog.?) 'only') THEN
        RAISE EXCEPTION 'ONLY option not supported on hypertable operations' USING ERRCODE = 'feature_not_supported';
    ELSIF is_on IS NOT TRUE THEN
        RETURN;
    END IF;
    FOREACH action IN ARRAY checks LOOP
        IF action OPERATOR(pg_catalog.?) 'default'
            AND NOT _timescaledb_functions.is_constant(action OPERATOR(pg_catalog.->>) 'default', action OPERATOR(pg_catalog.->>) 'type')
        THEN
            RAISE EXCEPTION 'cannot add column with non-constant default expression to a hypertable that has columnstore enabled'
                USING ERRCODE = 'feature_not_supported';
        ELSIF action OPERATOR(pg_catalog.?) 'constraints' THEN
            RAISE EXCEPTION 'cannot add column with constraints to a hypertable that has columnstore enabled'
                USING ERRCODE = 'feature_not_supported';
        ELSIF action OPERATOR(pg_catalog.?) 'not_null' AND NOT action OPERATOR(pg_catalog.?) 'default' THEN
            RAISE EXCEPTION 'cannot add column with NOT NULL constraint without default to a hypertable that has columnstore enabled'
                USING ERRCODE = 'feature_not_supported';
        END IF;
    END LOOP;
END
$$;

-- Whether an expression, as the value of a column of a type, is constant for the planner: then it decides by itself whether that is null.
-- What the server cannot read is for the statement itself to fail with.
CREATE FUNCTION _timescaledb_functions.is_constant(expression text, column_type text) RETURNS bool
LANGUAGE plpgsql
AS $$
DECLARE
    plan pg_catalog.jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT WHERE CAST((' OPERATOR(pg_catalog.||) expression OPERATOR(pg_catalog.||) ') AS '
        OPERATOR(pg_catalog.||) column_type OPERATOR(pg_catalog.||) ') IS NULL' INTO plan;
    plan := plan OPERATOR(pg_catalog.->) 0 OPERATOR(pg_catalog.->) 'Plan';
    RETURN NOT plan OPERATOR(pg_catalog.?) 'Filter'
        AND COALESCE(plan OPERATOR(pg_catalog.->>) 'One-Time Filter', 'false') OPERATOR(pg_catalog.=) 'false';
EXCEPTION WHEN OTHERS THEN
    RETURN true;
END
$$;

CREATE FUNCTION _timescaledb_functions.set_options(hypertable int4, relation regclass, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    options := _timescaledb_functions.known_options(options, 'hypertable');
    PERFORM _timescaledb_functions.set_columnstore(hypertable, relation, options);
    IF options ? 'chunk_interval' THEN
        PERFORM _timescaledb_functions.set_chunk_length(
            relation, ((options ->> 'chunk_interval')::interval)::text, 'interval'::regtype, NULL);
    END IF;
END
$$;

CREATE FUNCTION _timescaledb_functions.reset_options(target int4, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    options := _timescaledb_functions.known_options(options, 'hypertable', has_values => false);
    IF NOT options ?| '{segmentby,orderby,index}' THEN
        RAISE EXCEPTION 'only columnstore options segmentby and orderby can be reset' USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM _timescaledb_functions.check_columnstore(target);
    IF options ? 'segmentby' THEN
        UPDATE _timescaledb_catalog.hypertable SET segmentby = NULL WHERE id = target;
    END IF;
    IF options ? 'orderby' THEN
        UPDATE _timescaledb_catalog.hypertable
        SET orderby = NULL, orderby_desc = NULL, orderby_nullsfirst = NULL,
            sparse_index = _timescaledb_functions.configured_indexes(sparse_index)
        WHERE id = target;
    END IF;
    IF options ? 'index' THEN
        UPDATE _timescaledb_catalog.hypertable SET sparse_index = NULL WHERE id = target;
    END IF;
END
$$;

-- CREATE TABLE ... WITH (tsdb.hypertable, ...): the table, the hypertable, its columnstore and the policy that TimescaleDB adds from 2.23 on.
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
    IF (_timescaledb_functions.known_options(options, 'table') ->> 'hypertable')::bool IS NOT TRUE THEN
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
    options := _timescaledb_functions.known_options(options, 'table');
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
        CASE WHEN length ~ '^\s*\d+\s*$' THEN _timescaledb_functions.range_of(
                partition_column, (length::int8)::text, 'int8'::regtype, NULL)
            ELSE _timescaledb_functions.range_of(partition_column, (length::interval)::text, 'interval'::regtype, NULL) END,
        NULL, COALESCE((options ->> 'create_default_indexes')::bool, true), false, false, warns => false);
    IF (options ->> 'columnstore')::bool IS FALSE THEN
        RETURN;
    END IF;
    SELECT * INTO target FROM _timescaledb_functions.partitioned(relation);
    PERFORM _timescaledb_functions.set_columnstore(target.id, relation, options || '{"columnstore": true}');
    IF _timescaledb_functions.is_integer(target.column_type) THEN
        length := (target.dimension).interval_length::text;
    ELSE
        length := _timescaledb_functions.to_interval((target.dimension).interval_length)::text;
    END IF;
    PERFORM _timescaledb_functions.add_compression_policy(
        relation, length, CASE WHEN _timescaledb_functions.is_integer(target.column_type) THEN 'int8'::regtype ELSE 'interval'::regtype END,
        false, '1 day'::interval, NULL, NULL, NULL);
END
$$;
