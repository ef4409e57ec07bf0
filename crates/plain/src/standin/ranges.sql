-- What a hypertable is partitioned by. Checks stand in TimescaleDB's order, so that of two mistakes the same one is named.

-- What the stand-in itself calls has no argument of any type: a function of somebody else's in `public` for the very type would be taken.
CREATE FUNCTION _timescaledb_functions.range_of(column_name name, length text, length_type regtype, partition_func regproc)
RETURNS _timescaledb_internal.dimension_info
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF column_name IS NULL THEN
        RAISE EXCEPTION 'column_name cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN ROW(column_name, true, length, CASE WHEN length IS NOT NULL THEN length_type END, NULL::int4, partition_func);
END
$$;

CREATE FUNCTION public.by_range(
    column_name        name,
    partition_interval anyelement DEFAULT NULL::int8,
    partition_func     regproc    DEFAULT NULL
) RETURNS _timescaledb_internal.dimension_info
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RETURN _timescaledb_functions.range_of(column_name, partition_interval::text, pg_typeof(partition_interval), partition_func);
END
$$;

CREATE FUNCTION public.by_hash(column_name name, number_partitions int4, partition_func regproc DEFAULT NULL)
RETURNS _timescaledb_internal.dimension_info
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF column_name IS NULL THEN
        RAISE EXCEPTION 'column_name cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN ROW(column_name, false, NULL::text, NULL::regtype, number_partitions, partition_func);
END
$$;

-- The length of a range as TimescaleDB keeps it: microseconds for a time, a number for a number. Null asks for the default.
-- An interval in microseconds, where a month has 30 days.
CREATE FUNCTION _timescaledb_functions.interval_length(span interval) RETURNS int8
LANGUAGE sql IMMUTABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT _timescaledb_functions.interval_microseconds(span) + _timescaledb_functions.interval_months(span) * 2592000000000
$$;

CREATE FUNCTION _timescaledb_functions.range_length(column_name name, column_type regtype, length text, length_type regtype) RETURNS int8
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    is_time CONSTANT bool := column_type IN ('timestamp'::regtype, 'timestamptz'::regtype, 'date'::regtype);
    highest CONSTANT int8 := CASE column_type WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
        ELSE 9223372036854775807 END;
    result int8;
BEGIN
    IF NOT is_time AND column_type NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype) THEN
        RAISE EXCEPTION 'invalid type for dimension "%"', column_name
            USING ERRCODE = 'wrong_object_type', HINT = 'Use an integer, timestamp, or date type.';
    END IF;
    IF length_type IS NULL THEN
        RETURN CASE column_type WHEN 'int2'::regtype THEN 10000 WHEN 'int4'::regtype THEN 100000 WHEN 'int8'::regtype THEN 1000000
            ELSE 604800000000 END;
    ELSIF length_type = 'interval'::regtype THEN
        IF NOT is_time AND column_type <> 'uuid'::regtype THEN
            RAISE EXCEPTION 'invalid interval type for % dimension', column_type
                USING ERRCODE = 'invalid_parameter_value', HINT = 'Use an interval of type integer.';
        END IF;
        result := _timescaledb_functions.interval_length(length::interval);
        IF result <= 0 THEN
            RAISE EXCEPTION 'invalid interval for % dimension', column_type
                USING ERRCODE = 'invalid_parameter_value', HINT = 'Use a positive interval.';
        END IF;
    ELSIF length_type IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN
        result := length::int8;
        IF result < 1 OR result > highest THEN
            RAISE EXCEPTION 'invalid interval: must be between 1 and %', highest USING ERRCODE = 'invalid_parameter_value';
        ELSIF is_time AND result < 1000000 THEN
            RAISE WARNING 'unexpected interval: smaller than one second'
                USING ERRCODE = 'ambiguous_parameter', HINT = 'The interval is specified in microseconds.';
        END IF;
    ELSE
        RAISE EXCEPTION 'invalid interval type for % dimension', column_type
            USING ERRCODE = 'invalid_parameter_value', HINT = CASE WHEN is_time THEN 'Use an interval of type integer or interval.'
                ELSE 'Use an interval of type integer.' END;
    END IF;
    IF column_type = 'date'::regtype AND result % 86400000000 <> 0 THEN
        RAISE EXCEPTION 'invalid interval for % dimension', column_type
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Use an interval that is a multiple of one day.';
    END IF;
    RETURN result;
END
$$;

-- The row of a dimension that passed all checks; its number is missing and its hypertable, too.
CREATE FUNCTION _timescaledb_functions.checked_dimension(relation regclass, info _timescaledb_internal.dimension_info)
RETURNS _timescaledb_catalog.dimension
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    result _timescaledb_catalog.dimension;
    attribute pg_attribute;
    partition_type regtype;
BEGIN
    SELECT * INTO attribute FROM pg_attribute WHERE attrelid = relation AND attname = info.column_name AND NOT attisdropped;
    IF attribute.attname IS NULL THEN
        RAISE EXCEPTION 'column "%" does not exist', info.column_name USING ERRCODE = 'undefined_column';
    ELSIF attribute.attgenerated <> '' THEN
        RAISE EXCEPTION 'invalid partitioning column'
            USING ERRCODE = 'feature_not_supported', HINT = 'Generated columns cannot be used as partitioning dimensions.';
    END IF;
    partition_type := attribute.atttypid;
    IF info.partitioning_func <> 0 THEN
        SELECT prorettype INTO partition_type
        FROM pg_proc
        WHERE oid = info.partitioning_func AND provolatile = 'i' AND pronargs = 1
          AND (proargtypes[0] IN (attribute.atttypid, 'anyelement'::regtype));
        IF partition_type IS NULL OR (NOT info.is_range AND partition_type <> 'int4'::regtype) THEN
            RAISE EXCEPTION 'invalid partitioning function' USING ERRCODE = 'invalid_function_definition';
        END IF;
        result.partitioning_func := info.partitioning_func;
    END IF;
    result.attnum := attribute.attnum;
    IF info.is_range THEN
        result.interval_length := _timescaledb_functions.range_length(
            info.column_name, partition_type, info.range_length, info.range_type);
    ELSIF info.num_slices BETWEEN 1 AND 32767 THEN
        result.num_slices := info.num_slices;
    ELSE
        RAISE EXCEPTION 'invalid number of partitions for dimension "%"', info.column_name
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'A closed (space) dimension must specify between 1 and 32767 partitions.';
    END IF;
    RETURN result;
END
$$;

-- Records a dimension. The column of a range holds no nulls from then on.
CREATE FUNCTION _timescaledb_functions.insert_dimension(relation regclass, hypertable int4, dimension _timescaledb_catalog.dimension)
RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    attribute pg_attribute;
    result int4;
BEGIN
    SELECT * INTO attribute FROM pg_attribute WHERE attrelid = relation AND attnum = dimension.attnum;
    IF dimension.interval_length IS NOT NULL AND NOT attribute.attnotnull THEN
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', relation, attribute.attname);
    END IF;
    INSERT INTO _timescaledb_catalog.dimension (hypertable_id, attnum, interval_length, num_slices, partitioning_func)
    VALUES (hypertable, dimension.attnum, dimension.interval_length, dimension.num_slices, dimension.partitioning_func)
    RETURNING id INTO result;
    RETURN result;
END
$$;
