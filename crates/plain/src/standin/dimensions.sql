-- Changing what a hypertable is partitioned by.

CREATE FUNCTION _timescaledb_functions.add_dimension(
    hypertable regclass, info _timescaledb_internal.dimension_info, if_not_exists bool
) RETURNS TABLE (dimension_id int4, created bool)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    owner int4;
BEGIN
    owner := _timescaledb_functions.own_hypertable(hypertable);
    SELECT d.id INTO dimension_id
    FROM _timescaledb_catalog.dimension AS d
    JOIN pg_attribute AS a ON a.attrelid = hypertable AND a.attnum = d.attnum
    WHERE d.hypertable_id = owner AND a.attname = info.column_name;
    created := dimension_id IS NULL;
    IF NOT created AND NOT COALESCE(if_not_exists, false) THEN
        RAISE EXCEPTION 'column "%" is already a dimension', info.column_name USING ERRCODE = 'TS160';
    ELSIF NOT created THEN
        RAISE NOTICE 'column "%" is already a dimension, skipping', info.column_name;
    ELSE
        dimension_id := _timescaledb_functions.insert_dimension(
            hypertable, owner, _timescaledb_functions.checked_dimension(hypertable, info));
        PERFORM _timescaledb_functions.check_unique_indexes(hypertable);
    END IF;
    RETURN NEXT;
END
$$;

CREATE FUNCTION public.add_dimension(
    hypertable regclass, dimension _timescaledb_internal.dimension_info, if_not_exists bool DEFAULT false
) RETURNS TABLE (dimension_id int4, created bool)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF dimension IS NULL THEN
        RAISE EXCEPTION 'dimension cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    ELSIF dimension.range_type IS NULL AND dimension.num_slices IS NULL THEN
        RAISE EXCEPTION 'must specify either the number of partitions or an interval' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY SELECT * FROM _timescaledb_functions.add_dimension(hypertable, dimension, if_not_exists);
END
$$;

-- Of a column by its name. The function that users call names its result as its argument, which only the language SQL can.
CREATE FUNCTION _timescaledb_functions.add_dimension_of(
    hypertable regclass, range_or_hash name, number_partitions int4, length text, length_type regtype, partitioning_func regproc,
    if_not_exists bool
) RETURNS TABLE (dimension_id int4, schema_name name, table_name name, column_name name, created bool)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF hypertable IS NULL THEN
        RAISE EXCEPTION 'hypertable cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    ELSIF range_or_hash IS NULL OR (number_partitions IS NULL AND length IS NULL) THEN
        RAISE EXCEPTION 'must specify either the number of partitions or an interval' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM _timescaledb_functions.own_hypertable(hypertable);
    IF number_partitions IS NOT NULL AND length IS NOT NULL THEN
        RAISE EXCEPTION 'cannot specify both the number of partitions and an interval' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY
    SELECT d.dimension_id, n.nspname, c.relname, range_or_hash, d.created
    FROM _timescaledb_functions.add_dimension(
        hypertable,
        ROW(range_or_hash, number_partitions IS NULL, length, CASE WHEN length IS NOT NULL THEN length_type END,
            number_partitions, partitioning_func)::_timescaledb_internal.dimension_info,
        if_not_exists
    ) AS d, pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = hypertable;
END
$$;

CREATE FUNCTION public.add_dimension(
    hypertable          regclass,
    column_name         name,
    number_partitions   int4       DEFAULT NULL,
    chunk_time_interval anyelement DEFAULT NULL::int8,
    partitioning_func   regproc    DEFAULT NULL,
    if_not_exists       bool       DEFAULT false
) RETURNS TABLE (dimension_id int4, schema_name name, table_name name, column_name name, created bool)
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$ SELECT * FROM _timescaledb_functions.add_dimension_of($1, $2, $3, $4::text, pg_typeof($4), $5, $6) $$;

-- The dimension that is meant: the one of a name, or the only one of a kind.
CREATE FUNCTION _timescaledb_functions.find_dimension(hypertable regclass, dimension_name name, is_range bool)
RETURNS TABLE (id int4, column_name name, column_type regtype)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    found int8;
BEGIN
    SELECT count(*), min(d.id), min(a.attname::text), min(COALESCE(p.prorettype, a.atttypid)::int8)::oid
    INTO found, id, column_name, column_type
    FROM _timescaledb_catalog.hypertable AS h
    JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = h.id
    JOIN pg_attribute AS a ON a.attrelid = h.relation AND a.attnum = d.attnum
    LEFT JOIN pg_proc AS p ON p.oid = d.partitioning_func
    WHERE h.relation = hypertable
      AND (d.interval_length IS NOT NULL) = is_range
      AND (dimension_name IS NULL OR a.attname = dimension_name);
    IF found > 1 THEN
        RAISE EXCEPTION 'hypertable "%" has multiple % dimensions', _timescaledb_functions.relation_name(hypertable),
            CASE WHEN is_range THEN 'time' ELSE 'space' END
            USING ERRCODE = 'invalid_parameter_value', HINT = 'An explicit dimension name must be specified.';
    ELSIF found = 0 THEN
        RAISE EXCEPTION 'hypertable "%" does not have a matching dimension', _timescaledb_functions.relation_name(hypertable)
            USING ERRCODE = 'TS002';
    END IF;
    RETURN NEXT;
END
$$;

CREATE FUNCTION _timescaledb_functions.set_chunk_length(hypertable regclass, length text, length_type regtype, dimension_name name)
RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    target record;
BEGIN
    IF hypertable IS NULL THEN
        RAISE EXCEPTION 'hypertable cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    ELSIF _timescaledb_functions.continuous_agg_id(hypertable) IS NULL AND _timescaledb_functions.hypertable_id(hypertable) IS NULL THEN
        RAISE EXCEPTION '"%" is not a hypertable or a continuous aggregate', _timescaledb_functions.relation_name(hypertable)
            USING ERRCODE = 'TS001', HINT = 'The operation is only possible on a hypertable or continuous aggregate.';
    END IF;
    PERFORM _timescaledb_functions.check_owner(hypertable);
    IF length IS NULL THEN
        RAISE EXCEPTION 'invalid interval: an explicit interval must be specified' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO target FROM _timescaledb_functions.find_dimension(hypertable, dimension_name, true);
    UPDATE _timescaledb_catalog.dimension
    SET interval_length = _timescaledb_functions.range_length(
        target.column_name, target.column_type, length, length_type)
    WHERE id = target.id;
END
$$;

CREATE FUNCTION public.set_chunk_time_interval(hypertable regclass, chunk_time_interval anyelement, dimension_name name DEFAULT NULL)
RETURNS void
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$ SELECT _timescaledb_functions.set_chunk_length($1, $2::text, pg_typeof($2), $3) $$;

CREATE FUNCTION public.set_partitioning_interval(hypertable regclass, partition_interval anyelement, dimension_name name DEFAULT NULL)
RETURNS void
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$ SELECT _timescaledb_functions.set_chunk_length($1, $2::text, pg_typeof($2), $3) $$;

CREATE FUNCTION public.set_number_partitions(hypertable regclass, number_partitions int4, dimension_name name DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.own_hypertable(hypertable);
    IF number_partitions IS NULL OR number_partitions NOT BETWEEN 1 AND 32767 THEN
        RAISE EXCEPTION 'invalid number of partitions: must be between 1 and 32767' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE _timescaledb_catalog.dimension
    SET num_slices = number_partitions
    WHERE id = (SELECT d.id FROM _timescaledb_functions.find_dimension(hypertable, dimension_name, false) AS d);
END
$$;

CREATE FUNCTION public.set_integer_now_func(hypertable regclass, integer_now_func regproc, replace_if_exists bool DEFAULT false)
RETURNS void
LANGUAGE plpgsql STRICT SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    owner CONSTANT int4 := _timescaledb_functions.own_hypertable(hypertable);
    target record;
    func pg_proc;
BEGIN
    SELECT * INTO target FROM _timescaledb_functions.partitioned(hypertable);
    IF NOT replace_if_exists AND (target.dimension).integer_now_func IS NOT NULL THEN
        RAISE EXCEPTION 'custom time function already set for hypertable "%"', _timescaledb_functions.relation_name(hypertable)
            USING ERRCODE = 'duplicate_object';
    ELSIF NOT _timescaledb_functions.is_integer(target.column_type) THEN
        RAISE EXCEPTION 'custom time function not supported' USING ERRCODE = 'feature_not_supported',
            HINT = 'A custom time function can only be set for hypertables that have integer time dimensions.';
    END IF;
    SELECT * INTO func FROM pg_proc WHERE oid = integer_now_func;
    IF func.provolatile = 'v' OR func.pronargs <> 0 THEN
        RAISE EXCEPTION 'invalid custom time function' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'A custom time function must take no arguments and be STABLE.';
    ELSIF func.prorettype <> target.column_type THEN
        RAISE EXCEPTION 'invalid custom time function' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'The return type of the custom time function must be the same as the type of the time column of the hypertable.';
    END IF;
    UPDATE _timescaledb_catalog.dimension SET integer_now_func = func.oid WHERE id = (target.dimension).id;
END
$$;
