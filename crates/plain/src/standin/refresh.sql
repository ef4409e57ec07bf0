-- Refreshing continuous aggregates: nothing to do, and the policy that would do it.

-- A view has nothing to refresh; the arguments are checked.
CREATE FUNCTION _timescaledb_functions.check_refresh(aggregate regclass) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF aggregate IS NULL THEN
        RAISE EXCEPTION 'invalid continuous aggregate' USING ERRCODE = 'undefined_object';
    ELSIF _timescaledb_functions.continuous_agg_id(aggregate) IS NULL THEN
        RAISE EXCEPTION 'relation "%" is not a continuous aggregate', _timescaledb_functions.relation_name(aggregate)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The operation is only supported on a continuous aggregate.';
    END IF;
END
$$;

CREATE PROCEDURE public.refresh_continuous_aggregate(
    continuous_aggregate regclass, window_start anyelement, window_end anyelement, force bool DEFAULT false, options jsonb DEFAULT NULL
)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.check_refresh(continuous_aggregate);
    IF window_start >= window_end THEN
        RAISE EXCEPTION 'refresh window too small' USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'The refresh window must cover at least one bucket of data.';
    END IF;
END
$$;

-- With constants that have no type.
CREATE PROCEDURE public.refresh_continuous_aggregate(
    continuous_aggregate regclass, window_start text, window_end text, force bool DEFAULT false, options jsonb DEFAULT NULL
)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    target record;
    is_empty bool;
BEGIN
    PERFORM _timescaledb_functions.check_refresh(continuous_aggregate);
    SELECT * INTO target FROM _timescaledb_functions.partitioned(continuous_aggregate);
    EXECUTE format('SELECT %L::%s >= %L::%s', window_start, target.column_type, window_end, target.column_type) INTO is_empty;
    IF is_empty THEN
        RAISE EXCEPTION 'refresh window too small' USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'The refresh window must cover at least one bucket of data.';
    END IF;
END
$$;


-- The policy that would refresh ----------------------------------------------------------------------------------------------------------

CREATE FUNCTION _timescaledb_functions.add_refresh_policy(
    aggregate regclass, start_offset text, end_offset text, offset_type regtype, schedule_interval interval, if_not_exists bool,
    initial_start timestamptz, timezone text, options jsonb
) RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    name CONSTANT name := _timescaledb_functions.relation_name(aggregate);
    target record;
    agg _timescaledb_catalog.continuous_agg;
    existing record;
    config jsonb;
    mine int8range;
BEGIN
    IF schedule_interval IS NULL THEN
        RAISE EXCEPTION 'cannot use NULL refresh_schedule_interval' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM _timescaledb_functions.check_schedule(schedule_interval, initial_start, timezone);
    SELECT * INTO target FROM _timescaledb_functions.partitioned(aggregate);
    IF target.is_aggregate IS NOT TRUE THEN
        RAISE EXCEPTION '"%" is not a continuous aggregate', name USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM _timescaledb_functions.check_owner(aggregate, 'continuous aggregate');
    PERFORM _timescaledb_functions.check_policy_owner(aggregate);
    SELECT * INTO agg FROM _timescaledb_catalog.continuous_agg WHERE hypertable_id = target.id;
    IF COALESCE(start_offset, end_offset) IS NOT NULL
        AND _timescaledb_functions.is_integer(target.column_type) <> _timescaledb_functions.is_integer(offset_type)
    THEN
        RAISE EXCEPTION 'invalid parameter value for %', CASE WHEN start_offset IS NULL THEN 'end_offset' ELSE 'start_offset' END
            USING ERRCODE = 'invalid_parameter_value', HINT = CASE
                WHEN _timescaledb_functions.is_integer(target.column_type)
                    THEN format('Use time interval of type %s with the continuous aggregate.', target.column_type)
                ELSE 'Use time interval with a continuous aggregate using timestamp-based time bucket.' END;
    END IF;
    mine := _timescaledb_functions.refresh_window(start_offset, end_offset, target.column_type);
    IF upper(mine) IS NOT NULL AND lower(mine) IS NOT NULL
        AND (isempty(mine) OR upper(mine)::numeric - lower(mine) < 2 * COALESCE(
            agg.bucket_integers, _timescaledb_functions.refresh_offset(agg.bucket_width::text, target.column_type)))
    THEN
        RAISE EXCEPTION 'policy refresh window too small' USING ERRCODE = 'invalid_parameter_value', DETAIL = format(
            'The start and end offsets must cover at least two buckets in the valid time range of type "%s".', target.column_type);
    END IF;
    config := jsonb_build_object('mat_hypertable_id', target.id) || CASE
        WHEN _timescaledb_functions.is_integer(target.column_type)
            THEN jsonb_build_object('start_offset', start_offset::int8, 'end_offset', end_offset::int8)
        ELSE jsonb_build_object('start_offset', start_offset, 'end_offset', end_offset)
    END || jsonb_strip_nulls(options);
    FOR existing IN
        SELECT _timescaledb_functions.refresh_window(
            j.config ->> 'start_offset', j.config ->> 'end_offset', target.column_type) AS theirs
        FROM _timescaledb_catalog.bgw_job AS j
        WHERE j.proc_name = 'policy_refresh_continuous_aggregate' AND j.hypertable_id = target.id
        ORDER BY _timescaledb_functions.refresh_window(
            j.config ->> 'start_offset', j.config ->> 'end_offset', target.column_type) = mine DESC
    LOOP
        IF existing.theirs = mine AND if_not_exists THEN
            RAISE NOTICE 'continuous aggregate refresh policy already exists for "%", skipping', name;
            RETURN -1;
        ELSIF existing.theirs = mine THEN
            RAISE EXCEPTION 'continuous aggregate refresh policy already exists for "%"', name
                USING ERRCODE = 'invalid_parameter_value', DETAIL = format(
                    'A refresh policy with the same start and end offset already exists for continuous aggregate "%s".', name);
        ELSIF EXISTS (SELECT FROM _timescaledb_catalog.continuous_agg AS a WHERE a.hypertable_id = agg.source_id) THEN
            RAISE EXCEPTION 'multiple refresh policies are not supported for hierarchical continuous aggregates'
                USING ERRCODE = 'feature_not_supported';
        ELSIF existing.theirs && mine THEN
            RAISE EXCEPTION 'refresh interval overlaps with an existing continuous aggregate policy on "%"', name
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END LOOP;
    RETURN _timescaledb_functions.insert_policy(
        'Refresh Continuous Aggregate Policy', 'policy_refresh_continuous_aggregate', target.id, config,
        schedule_interval, schedule_interval, '0', initial_start, timezone);
END
$$;

-- How long before now an offset is, a month being 30 days.
CREATE FUNCTION _timescaledb_functions.refresh_offset(ago text, column_type regtype) RETURNS int8
LANGUAGE plpgsql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF _timescaledb_functions.is_integer(column_type) THEN
        RETURN ago::int8;
    END IF;
    RETURN _timescaledb_functions.interval_microseconds(ago::interval)
        + _timescaledb_functions.interval_months(ago::interval) * 2592000000000;
END
$$;

-- How far back a refresh reaches, from its end to its start; without an offset it has no end on that side.
CREATE FUNCTION _timescaledb_functions.refresh_window(start_offset text, end_offset text, column_type regtype) RETURNS int8range
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    first CONSTANT int8 := _timescaledb_functions.refresh_offset(start_offset, column_type);
    last CONSTANT int8 := _timescaledb_functions.refresh_offset(end_offset, column_type);
BEGIN
    RETURN CASE WHEN last >= first THEN 'empty'::int8range ELSE int8range(last, first) END;
END
$$;

CREATE FUNCTION public.add_continuous_aggregate_policy(
    continuous_aggregate      regclass,
    start_offset              anyelement,
    end_offset                anyelement,
    schedule_interval         interval,
    if_not_exists             bool        DEFAULT false,
    initial_start             timestamptz DEFAULT NULL,
    timezone                  text        DEFAULT NULL,
    include_tiered_data       bool        DEFAULT NULL,
    buckets_per_batch         int4        DEFAULT NULL,
    max_batches_per_execution int4        DEFAULT NULL,
    refresh_newest_first      bool        DEFAULT NULL
) RETURNS int4
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT _timescaledb_functions.add_refresh_policy(
        $1, $2::text, $3::text, pg_typeof($2), $4, $5, $6, $7, jsonb_build_object(
            'include_tiered_data', $8, 'buckets_per_batch', $9, 'max_batches_per_execution', $10, 'refresh_newest_first', $11))
$$;

-- With two nulls, or constants that have no type.
CREATE FUNCTION public.add_continuous_aggregate_policy(
    continuous_aggregate      regclass,
    start_offset              text,
    end_offset                text,
    schedule_interval         interval,
    if_not_exists             bool        DEFAULT false,
    initial_start             timestamptz DEFAULT NULL,
    timezone                  text        DEFAULT NULL,
    include_tiered_data       bool        DEFAULT NULL,
    buckets_per_batch         int4        DEFAULT NULL,
    max_batches_per_execution int4        DEFAULT NULL,
    refresh_newest_first      bool        DEFAULT NULL
) RETURNS int4
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT _timescaledb_functions.add_refresh_policy(
        $1, $2, $3, CASE WHEN (SELECT _timescaledb_functions.is_integer(p.column_type) FROM _timescaledb_functions.partitioned($1) AS p)
            THEN 'int8'::regtype ELSE 'interval'::regtype END,
        $4, $5, $6, $7, jsonb_build_object(
            'include_tiered_data', $8, 'buckets_per_batch', $9, 'max_batches_per_execution', $10, 'refresh_newest_first', $11))
$$;

CREATE FUNCTION public.remove_continuous_aggregate_policy(
    continuous_aggregate regclass, if_not_exists bool DEFAULT false, if_exists bool DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    name CONSTANT name := _timescaledb_functions.relation_name(continuous_aggregate);
    aggregate CONSTANT int4 := _timescaledb_functions.continuous_agg_id(continuous_aggregate);
BEGIN
    IF aggregate IS NULL THEN
        RAISE EXCEPTION '"%" is not a continuous aggregate', name USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM _timescaledb_functions.check_owner(continuous_aggregate, 'continuous aggregate');
    DELETE FROM _timescaledb_catalog.bgw_job WHERE proc_name = 'policy_refresh_continuous_aggregate' AND hypertable_id = aggregate;
    IF NOT FOUND AND NOT COALESCE(if_exists, if_not_exists) THEN
        RAISE EXCEPTION 'continuous aggregate policy not found for "%"', name USING ERRCODE = 'undefined_object';
    ELSIF NOT FOUND THEN
        RAISE NOTICE 'continuous aggregate policy not found for "%", skipping', name;
    END IF;
END
$$;
