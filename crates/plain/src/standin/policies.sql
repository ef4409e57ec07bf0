-- Policies and jobs: written down, and run by nobody. What is dropped or refreshed late with TimescaleDB stays here until a statement does it.

-- A hypertable or a continuous aggregate, by number, with the column that it is partitioned by; null for any other relation.
CREATE FUNCTION _timescaledb_functions.partitioned(relation regclass)
RETURNS TABLE (id int4, is_aggregate bool, column_name name, column_type regtype, dimension _timescaledb_catalog.dimension)
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT h.id, c.hypertable_id IS NOT NULL, a.attname, COALESCE(p.prorettype, a.atttypid)::regtype, d
    FROM _timescaledb_catalog.hypertable AS h
    JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = h.id
    JOIN pg_attribute AS a ON a.attrelid = h.relation AND a.attnum = d.attnum
    LEFT JOIN pg_proc AS p ON p.oid = d.partitioning_func
    LEFT JOIN _timescaledb_catalog.continuous_agg AS c ON c.hypertable_id = h.id
    WHERE h.relation = $1 AND d.interval_length IS NOT NULL
    ORDER BY d.id
    LIMIT 1
$$;

CREATE FUNCTION _timescaledb_functions.is_integer(type regtype) RETURNS bool
LANGUAGE sql IMMUTABLE SET search_path TO pg_catalog, pg_temp
AS $$ SELECT type IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) $$;

-- Refuses a schedule that cannot be kept to the minute, and a time zone that there is not.
CREATE FUNCTION _timescaledb_functions.check_schedule(schedule_interval interval, initial_start timestamptz, timezone text) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF initial_start IS NOT NULL
        AND _timescaledb_functions.interval_months(schedule_interval) <> 0
        AND _timescaledb_functions.interval_microseconds(schedule_interval) <> 0
    THEN
        RAISE EXCEPTION 'month intervals cannot have day or time component' USING ERRCODE = 'feature_not_supported',
            DETAIL = 'Fixed schedule jobs do not support such schedule intervals.',
            HINT = 'Express the interval in terms of days or time instead.';
    END IF;
    PERFORM pg_catalog.timezone(timezone, now()::timestamp);
END
$$;

-- Refuses a job whose owner could not start the process that it would run in.
CREATE FUNCTION _timescaledb_functions.check_job_owner(owner oid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (SELECT rolcanlogin FROM pg_roles WHERE pg_roles.oid = owner) THEN
        RAISE EXCEPTION 'permission denied to start background process as role "%"', pg_get_userbyid(owner)
            USING ERRCODE = 'invalid_authorization_specification',
                HINT = 'Hypertable owner must have LOGIN permission to run background tasks.';
    END IF;
END
$$;

-- The same of a policy, which belongs to the owner of what it is for.
CREATE FUNCTION _timescaledb_functions.check_policy_owner(relation regclass) RETURNS void
LANGUAGE sql STABLE SET search_path TO pg_catalog, pg_temp
AS $$ SELECT _timescaledb_functions.check_job_owner(relowner) FROM pg_class WHERE oid = relation $$;

-- Writes a job down. A policy's procedure is TimescaleDB's; its check is called as the procedure is, with _check behind it.
CREATE FUNCTION _timescaledb_functions.insert_policy(
    title             text,
    procedure         text,
    hypertable        int4,
    config            jsonb,
    schedule_interval interval,
    retry_period      interval,
    max_runtime       interval,
    initial_start     timestamptz,
    timezone          text
) RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    job int4;
    start CONSTANT timestamptz := CASE WHEN isfinite(initial_start) THEN initial_start WHEN initial_start IS NOT NULL THEN now() END;
BEGIN
    INSERT INTO _timescaledb_catalog.bgw_job (
        application_name, schedule_interval, max_runtime, retry_period, proc_schema, proc_name, fixed_schedule,
        initial_start, next_start, timezone, hypertable_id, config, check_schema, check_name, owner
    ) VALUES (
        title, schedule_interval, max_runtime, retry_period, '_timescaledb_functions', procedure, start IS NOT NULL,
        start, start, timezone, hypertable, config, '_timescaledb_functions', procedure || '_check',
        (SELECT c.relowner FROM _timescaledb_catalog.hypertable AS h JOIN pg_class AS c ON c.oid = h.relation WHERE h.id = hypertable)
    ) RETURNING id INTO job;
    UPDATE _timescaledb_catalog.bgw_job SET application_name = format('%s [%s]', title, job) WHERE id = job;
    RETURN job;
END
$$;

-- The job of a policy's procedure that there is for a hypertable, with what its configuration says under a key.
CREATE FUNCTION _timescaledb_functions.find_policy(procedure text, hypertable int4) RETURNS _timescaledb_catalog.bgw_job
LANGUAGE sql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT j FROM _timescaledb_catalog.bgw_job AS j
    WHERE j.proc_schema = '_timescaledb_functions' AND j.proc_name = procedure AND j.hypertable_id = hypertable
    ORDER BY j.id
    LIMIT 1
$$;

-- Says that a policy is there already, and whether it is the same; a second one is not written down.
CREATE FUNCTION _timescaledb_functions.policy_exists(kind text, relation regclass, is_equal bool, if_not_exists bool, what text)
RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    name CONSTANT name := _timescaledb_functions.relation_name(relation);
BEGIN
    IF NOT if_not_exists THEN
        RAISE EXCEPTION '% policy already exists for % "%"', kind, what, name USING ERRCODE = 'duplicate_object';
    ELSIF is_equal THEN
        RAISE NOTICE '% policy already exists % hypertable "%", skipping', kind, CASE kind WHEN 'reorder' THEN 'on' ELSE 'for' END, name;
    ELSE
        RAISE WARNING '% policy already exists for hypertable "%"', kind, name
            USING DETAIL = 'A policy already exists with different arguments.',
                HINT = 'Remove the existing policy before adding a new one.';
    END IF;
    RETURN -1;
END
$$;

CREATE FUNCTION _timescaledb_functions.remove_policy(kind text, procedure text, relation regclass, hypertable int4, if_exists bool)
RETURNS bool
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    name CONSTANT name := _timescaledb_functions.relation_name(relation);
BEGIN
    IF hypertable IS NULL THEN
        RAISE EXCEPTION 'relation "%" is not a hypertable or continuous aggregate', name USING ERRCODE = 'undefined_object';
    END IF;
    IF EXISTS (SELECT FROM _timescaledb_catalog.bgw_job WHERE proc_name = procedure AND hypertable_id = hypertable) THEN
        PERFORM _timescaledb_functions.check_owner(relation);
    END IF;
    DELETE FROM _timescaledb_catalog.bgw_job WHERE proc_name = procedure AND hypertable_id = hypertable;
    IF NOT FOUND AND NOT if_exists THEN
        RAISE EXCEPTION '% policy not found for hypertable "%"', kind, name USING ERRCODE = 'undefined_object';
    ELSIF NOT FOUND THEN
        RAISE NOTICE '% policy not found for hypertable "%", skipping', kind, name;
        RETURN false;
    END IF;
    RETURN true;
END
$$;


-- Retention ------------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION _timescaledb_functions.add_retention_policy(
    relation regclass, drop_after text, given regtype, if_not_exists bool, schedule_interval interval, initial_start timestamptz, timezone text,
    drop_created_before interval
) RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    every CONSTANT interval := COALESCE(schedule_interval, '1 day');
    target record;
    config jsonb;
    existing _timescaledb_catalog.bgw_job;
BEGIN
    IF relation IS NULL OR if_not_exists IS NULL THEN
        RETURN NULL;
    ELSIF (drop_after IS NULL) = (drop_created_before IS NULL) THEN
        RAISE EXCEPTION 'need to specify one of "drop_after" or "drop_created_before"' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM _timescaledb_functions.check_schedule(every, initial_start, timezone);
    PERFORM _timescaledb_functions.check_owner(relation);
    SELECT * INTO target FROM _timescaledb_functions.partitioned(relation);
    IF target.id IS NULL THEN
        RAISE EXCEPTION '"%" is not a hypertable or a continuous aggregate', _timescaledb_functions.relation_name(relation)
            USING ERRCODE = 'TS001';
    END IF;
    PERFORM _timescaledb_functions.check_policy_owner(relation);
    config := jsonb_build_object('hypertable_id', target.id) || CASE
        WHEN drop_created_before IS NOT NULL THEN jsonb_build_object('drop_created_before', drop_created_before::text)
        WHEN _timescaledb_functions.is_integer(given) THEN jsonb_build_object('drop_after', drop_after::int8)
        ELSE jsonb_build_object('drop_after', drop_after)
    END;
    existing := _timescaledb_functions.find_policy('policy_retention', target.id);
    IF existing.id IS NOT NULL THEN
        RETURN _timescaledb_functions.policy_exists('retention', relation, existing.config = config, if_not_exists, 'hypertable');
    ELSIF _timescaledb_functions.is_integer(target.column_type) AND drop_created_before IS NULL AND (
        NOT _timescaledb_functions.is_integer(given)
        OR (NOT target.is_aggregate AND COALESCE((target.dimension).integer_now_func, 0) = 0)
    ) THEN
        RAISE EXCEPTION 'invalid value for parameter drop_after' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Integer duration in "drop_after" with valid "integer_now" function or interval time duration '
                'in "drop_created_before" is required for hypertables with integer time dimension.';
    ELSIF NOT _timescaledb_functions.is_integer(target.column_type) AND drop_created_before IS NULL AND given <> 'interval'::regtype THEN
        RAISE EXCEPTION 'invalid value for parameter drop_after' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Interval time duration is required for hypertable with timestamp or UUID time dimension.';
    END IF;
    RETURN _timescaledb_functions.insert_policy(
        'Retention Policy', 'policy_retention', target.id, config, every, '5 minutes', '5 minutes', initial_start, timezone);
END
$$;

CREATE FUNCTION public.add_retention_policy(
    relation            regclass,
    drop_after          anyelement  DEFAULT NULL::int8,
    if_not_exists       bool        DEFAULT false,
    schedule_interval   interval    DEFAULT NULL,
    initial_start       timestamptz DEFAULT NULL,
    timezone            text        DEFAULT NULL,
    drop_created_before interval    DEFAULT NULL
) RETURNS int4
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT _timescaledb_functions.add_retention_policy($1, $2::text, pg_typeof($2), $3, $4, $5, $6, $7)
$$;

-- A constant without a type.
CREATE FUNCTION public.add_retention_policy(
    relation            regclass,
    drop_after          text,
    if_not_exists       bool        DEFAULT false,
    schedule_interval   interval    DEFAULT NULL,
    initial_start       timestamptz DEFAULT NULL,
    timezone            text        DEFAULT NULL,
    drop_created_before interval    DEFAULT NULL
) RETURNS int4
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT _timescaledb_functions.add_retention_policy($1, $2, 'unknown'::regtype, $3, $4, $5, $6, $7)
$$;

CREATE FUNCTION public.remove_retention_policy(relation regclass, if_exists bool DEFAULT false) RETURNS void
LANGUAGE plpgsql STRICT SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.remove_policy(
        'retention', 'policy_retention', relation, (SELECT id FROM _timescaledb_functions.partitioned(relation)), if_exists);
END
$$;


-- Columnstore ----------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION _timescaledb_functions.add_compression_policy(
    hypertable regclass, compress_after text, given regtype, if_not_exists bool, schedule_interval interval, initial_start timestamptz, timezone text,
    compress_created_before interval
) RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    name CONSTANT name := _timescaledb_functions.relation_name(hypertable);
    target record;
    config jsonb;
    existing _timescaledb_catalog.bgw_job;
    every interval := COALESCE(schedule_interval, '1 day');
BEGIN
    IF hypertable IS NULL OR if_not_exists IS NULL THEN
        RETURN NULL;
    ELSIF (compress_after IS NULL) = (compress_created_before IS NULL) THEN
        RAISE EXCEPTION 'need to specify one of "compress_after" or "compress_created_before"'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM _timescaledb_functions.check_schedule(every, initial_start, timezone);
    SELECT * INTO target FROM _timescaledb_functions.partitioned(hypertable);
    IF target.id IS NULL THEN
        RAISE EXCEPTION '"%" is not a hypertable or a continuous aggregate', name USING ERRCODE = 'TS001';
    ELSIF NOT (SELECT columnstore FROM _timescaledb_catalog.hypertable WHERE id = target.id) THEN
        RAISE EXCEPTION 'columnstore not enabled on % "%"',
            CASE WHEN target.is_aggregate THEN 'continuous aggregate' ELSE 'hypertable' END, name
            USING ERRCODE = 'feature_not_supported', HINT = 'Enable columnstore before adding a columnstore policy.';
    ELSIF target.is_aggregate AND compress_created_before IS NOT NULL THEN
        RAISE EXCEPTION 'cannot use "compress_created_before" with continuous aggregate "%" ', name
            USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM _timescaledb_functions.check_owner(hypertable);
    PERFORM _timescaledb_functions.check_policy_owner(hypertable);
    config := jsonb_build_object('hypertable_id', target.id) || CASE
        WHEN compress_created_before IS NOT NULL THEN jsonb_build_object('compress_created_before', compress_created_before::text)
        WHEN _timescaledb_functions.is_integer(given) THEN jsonb_build_object('compress_after', compress_after::int8)
        ELSE jsonb_build_object('compress_after', compress_after)
    END;
    existing := _timescaledb_functions.find_policy('policy_compression', target.id);
    IF existing.id IS NOT NULL THEN
        RETURN _timescaledb_functions.policy_exists(
            'columnstore', hypertable, existing.config = config, if_not_exists, 'hypertable or continuous aggregate');
    ELSIF _timescaledb_functions.is_integer(target.column_type) AND NOT target.is_aggregate
        AND NOT _timescaledb_functions.is_integer(given) AND compress_created_before IS NULL
    THEN
        RAISE EXCEPTION 'invalid value for parameter compress_after' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Integer duration in "compress_after" or interval time duration in "compress_created_before" '
                'is required for hypertables with integer time dimension.';
    ELSIF NOT _timescaledb_functions.is_integer(target.column_type)
        AND compress_created_before IS NULL AND given <> 'interval'::regtype
    THEN
        RAISE EXCEPTION 'unsupported compress_after argument type, expected type : interval' USING ERRCODE = 'feature_not_supported';
    END IF;
    IF schedule_interval IS NULL AND NOT _timescaledb_functions.is_integer(target.column_type) THEN
        every := LEAST((target.dimension).interval_length / 2, 43200000000) * '1 microsecond'::interval;
    END IF;
    RETURN _timescaledb_functions.insert_policy(
        'Columnstore Policy', 'policy_compression', target.id, config, every, '1 hour', '0', initial_start, timezone);
END
$$;

CREATE FUNCTION public.add_compression_policy(
    hypertable              regclass,
    compress_after          anyelement  DEFAULT NULL::int8,
    if_not_exists           bool        DEFAULT false,
    schedule_interval       interval    DEFAULT NULL,
    initial_start           timestamptz DEFAULT NULL,
    timezone                text        DEFAULT NULL,
    compress_created_before interval    DEFAULT NULL
) RETURNS int4
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT _timescaledb_functions.add_compression_policy($1, $2::text, pg_typeof($2), $3, $4, $5, $6, $7)
$$;

-- A constant without a type.
CREATE FUNCTION public.add_compression_policy(
    hypertable              regclass,
    compress_after          text,
    if_not_exists           bool        DEFAULT false,
    schedule_interval       interval    DEFAULT NULL,
    initial_start           timestamptz DEFAULT NULL,
    timezone                text        DEFAULT NULL,
    compress_created_before interval    DEFAULT NULL
) RETURNS int4
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT _timescaledb_functions.add_compression_policy($1, $2, 'unknown'::regtype, $3, $4, $5, $6, $7)
$$;

CREATE PROCEDURE public.add_columnstore_policy(
    hypertable        regclass,
    after             anyelement  DEFAULT NULL::int8,
    if_not_exists     bool        DEFAULT false,
    schedule_interval interval    DEFAULT NULL,
    initial_start     timestamptz DEFAULT NULL,
    timezone          text        DEFAULT NULL,
    created_before    interval    DEFAULT NULL
)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.add_compression_policy(
        hypertable, after::text, pg_typeof(after), if_not_exists, schedule_interval, initial_start, timezone, created_before);
END
$$;

CREATE PROCEDURE public.add_columnstore_policy(
    hypertable        regclass,
    after             text,
    if_not_exists     bool        DEFAULT false,
    schedule_interval interval    DEFAULT NULL,
    initial_start     timestamptz DEFAULT NULL,
    timezone          text        DEFAULT NULL,
    created_before    interval    DEFAULT NULL
)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.add_compression_policy(
        hypertable, after, 'unknown'::regtype, if_not_exists, schedule_interval, initial_start, timezone, created_before);
END
$$;

CREATE FUNCTION public.remove_compression_policy(hypertable regclass, if_exists bool DEFAULT false) RETURNS bool
LANGUAGE plpgsql STRICT SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RETURN _timescaledb_functions.remove_policy(
        'columnstore', 'policy_compression', hypertable, (SELECT id FROM _timescaledb_functions.partitioned(hypertable)), if_exists);
END
$$;

CREATE PROCEDURE public.remove_columnstore_policy(hypertable regclass, if_exists bool DEFAULT false)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM public.remove_compression_policy(hypertable, if_exists);
END
$$;


-- Reorder --------------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION public.add_reorder_policy(
    hypertable    regclass,
    index_name    name,
    if_not_exists bool        DEFAULT false,
    initial_start timestamptz DEFAULT NULL,
    timezone      text        DEFAULT NULL
) RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    target record;
    existing _timescaledb_catalog.bgw_job;
    every interval := '4 days';
BEGIN
    IF hypertable IS NULL OR index_name IS NULL OR if_not_exists IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM _timescaledb_functions.check_schedule(every, initial_start, timezone);
    PERFORM _timescaledb_functions.own_hypertable(hypertable);
    SELECT * INTO target FROM _timescaledb_functions.partitioned(hypertable);
    IF NOT EXISTS (
        SELECT FROM pg_index AS i
        JOIN pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = hypertable AND c.relname = index_name
    ) THEN
        RAISE EXCEPTION 'invalid reorder index' USING ERRCODE = 'invalid_parameter_value',
            HINT = format('The reorder index must by an index on hypertable "%s".', _timescaledb_functions.relation_name(hypertable));
    END IF;
    PERFORM _timescaledb_functions.check_policy_owner(hypertable);
    existing := _timescaledb_functions.find_policy('policy_reorder', target.id);
    IF existing.id IS NOT NULL THEN
        RETURN _timescaledb_functions.policy_exists(
            'reorder', hypertable, existing.config ->> 'index_name' = index_name, if_not_exists, 'hypertable');
    END IF;
    IF NOT _timescaledb_functions.is_integer(target.column_type) THEN
        every := (target.dimension).interval_length / 2 * '1 microsecond'::interval;
    END IF;
    RETURN _timescaledb_functions.insert_policy(
        'Reorder Policy', 'policy_reorder', target.id, jsonb_build_object('hypertable_id', target.id, 'index_name', index_name),
        every, '5 minutes', '0', initial_start, timezone);
END
$$;

CREATE FUNCTION public.remove_reorder_policy(hypertable regclass, if_exists bool DEFAULT false) RETURNS void
LANGUAGE plpgsql STRICT SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.remove_policy(
        'reorder', 'policy_reorder', hypertable, _timescaledb_functions.own_hypertable(hypertable), if_exists);
END
$$;
