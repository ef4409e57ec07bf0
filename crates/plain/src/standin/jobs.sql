-- Jobs that users add. Nobody runs them by the clock; run_job does it at once.

CREATE FUNCTION public.add_job(
    proc              regproc,
    schedule_interval interval,
    config            jsonb       DEFAULT NULL,
    initial_start     timestamptz DEFAULT NULL,
    scheduled         bool        DEFAULT true,
    check_config      regproc     DEFAULT NULL,
    fixed_schedule    bool        DEFAULT true,
    timezone          text        DEFAULT NULL,
    job_name          text        DEFAULT NULL
) RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    is_fixed CONSTANT bool := COALESCE(fixed_schedule, true);
    start CONSTANT timestamptz := CASE
        WHEN isfinite(initial_start) THEN initial_start
        WHEN COALESCE(fixed_schedule, true) THEN now()
    END;
    job int4;
BEGIN
    PERFORM pg_catalog.timezone(timezone, now()::timestamp);
    IF proc IS NULL THEN
        RAISE EXCEPTION 'function or procedure cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    ELSIF schedule_interval IS NULL THEN
        RAISE EXCEPTION 'schedule interval cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM _timescaledb_functions.check_schedule(schedule_interval, CASE WHEN is_fixed THEN now() END, NULL);
    PERFORM _timescaledb_functions.check_job_owner(CURRENT_ROLE::regrole);
    IF check_config <> 0 THEN
        IF NOT EXISTS (SELECT FROM pg_proc WHERE oid = check_config AND proargtypes = ARRAY['jsonb'::regtype]::oidvector) THEN
            RAISE EXCEPTION 'function or procedure %.%(config jsonb) not found',
                (SELECT pronamespace::regnamespace FROM pg_proc WHERE oid = check_config),
                (SELECT proname FROM pg_proc WHERE oid = check_config)
                USING ERRCODE = 'invalid_parameter_value', HINT = 'The check function''s signature must be (config jsonb).';
        END IF;
        EXECUTE format('%s %s($1)', (SELECT CASE prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT' END FROM pg_proc WHERE oid = check_config),
            check_config) USING config;
    END IF;
    INSERT INTO _timescaledb_catalog.bgw_job (
        application_name, schedule_interval, max_runtime, retry_period, proc_schema, proc_name, scheduled, fixed_schedule,
        initial_start, next_start, timezone, config, check_schema, check_name
    )
    SELECT COALESCE(job_name, 'User-Defined Action'), schedule_interval, '0', '5 minutes', p.pronamespace::regnamespace::text, p.proname,
        COALESCE(scheduled, true), is_fixed, start, start, timezone, config, c.pronamespace::regnamespace::text, c.proname
    FROM pg_proc AS p
    LEFT JOIN pg_proc AS c ON c.oid = check_config
    WHERE p.oid = proc
    RETURNING id INTO job;
    UPDATE _timescaledb_catalog.bgw_job
    SET application_name = format('%s [%s]', COALESCE(job_name, 'User-Defined Action'), job)
    WHERE id = job;
    RETURN job;
END
$$;

-- The job of a number, which has to be there.
CREATE FUNCTION _timescaledb_functions.find_job(job_id int4) RETURNS _timescaledb_catalog.bgw_job
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    job _timescaledb_catalog.bgw_job;
BEGIN
    IF job_id IS NULL THEN
        RAISE EXCEPTION 'job ID cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO job FROM _timescaledb_catalog.bgw_job WHERE id = job_id;
    IF job.id IS NULL THEN
        RAISE EXCEPTION 'job % not found', job_id USING ERRCODE = 'undefined_object';
    END IF;
    RETURN job;
END
$$;

CREATE FUNCTION public.delete_job(job_id int4) RETURNS void
LANGUAGE plpgsql STRICT SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    job CONSTANT _timescaledb_catalog.bgw_job := _timescaledb_functions.find_job(job_id);
BEGIN
    IF NOT pg_has_role(job.owner::oid, 'USAGE') THEN
        RAISE EXCEPTION 'insufficient permissions to delete job owned by "%"', pg_get_userbyid(job.owner::oid)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM _timescaledb_catalog.bgw_job WHERE id = job.id;
END
$$;

-- The job as it is then. The function that users call names its results as its arguments, which only the language SQL can.
CREATE FUNCTION _timescaledb_functions.altered_job(
    int4, interval, interval, int4, interval, bool, jsonb, timestamptz, bool, regproc, bool, timestamptz, text, text
) RETURNS SETOF _timescaledb_catalog.bgw_job
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    job _timescaledb_catalog.bgw_job;
BEGIN
    PERFORM pg_catalog.timezone($13, now()::timestamp);
    IF $9 AND NOT EXISTS (SELECT FROM _timescaledb_catalog.bgw_job WHERE id = $1) THEN
        RAISE NOTICE 'job % not found, skipping', $1;
        RETURN NEXT job;
        RETURN;
    END IF;
    job := _timescaledb_functions.find_job($1);
    IF NOT pg_has_role(job.owner::oid, 'USAGE') THEN
        RAISE EXCEPTION 'insufficient permissions to alter job %', $1 USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    UPDATE _timescaledb_catalog.bgw_job AS j
    SET schedule_interval = COALESCE($2, j.schedule_interval),
        max_runtime = COALESCE($3, j.max_runtime),
        max_retries = COALESCE($4, j.max_retries),
        retry_period = COALESCE($5, j.retry_period),
        scheduled = COALESCE($6, j.scheduled),
        config = COALESCE($7, j.config),
        next_start = COALESCE($8, j.next_start),
        check_schema = CASE
            WHEN $10 IS NULL THEN j.check_schema
            ELSE (SELECT pronamespace::regnamespace::text FROM pg_proc WHERE oid = $10)
        END,
        check_name = CASE WHEN $10 IS NULL THEN j.check_name ELSE (SELECT proname FROM pg_proc WHERE oid = $10) END,
        fixed_schedule = COALESCE($11, j.fixed_schedule),
        initial_start = CASE
            WHEN isfinite($12) THEN $12
            WHEN $12 IS NOT NULL OR ($11 AND j.initial_start IS NULL) THEN now()
            ELSE j.initial_start
        END,
        timezone = $13,
        application_name = CASE WHEN $14 IS NULL THEN j.application_name ELSE format('%s [%s]', $14, $1) END
    WHERE j.id = $1
    RETURNING j.*;
END
$$;

CREATE FUNCTION public.alter_job(
    job_id            int4,
    schedule_interval interval    DEFAULT NULL,
    max_runtime       interval    DEFAULT NULL,
    max_retries       int4        DEFAULT NULL,
    retry_period      interval    DEFAULT NULL,
    scheduled         bool        DEFAULT NULL,
    config            jsonb       DEFAULT NULL,
    next_start        timestamptz DEFAULT NULL,
    if_exists         bool        DEFAULT false,
    check_config      regproc     DEFAULT NULL,
    fixed_schedule    bool        DEFAULT NULL,
    initial_start     timestamptz DEFAULT NULL,
    timezone          text        DEFAULT NULL,
    job_name          text        DEFAULT NULL
) RETURNS TABLE (
    job_id int4, schedule_interval interval, max_runtime interval, max_retries int4, retry_period interval, scheduled bool, config jsonb,
    next_start timestamptz, check_config text, fixed_schedule bool, initial_start timestamptz, timezone text, application_name name
)
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT j.id, j.schedule_interval, j.max_runtime, j.max_retries, j.retry_period, j.scheduled, j.config, j.next_start,
        j.check_schema || '.' || j.check_name, j.fixed_schedule, j.initial_start, j.timezone, j.application_name
    FROM _timescaledb_functions.altered_job($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS j
$$;

-- Retention deletes, other policies have nothing to do, and what users added is called, with the search path of whoever runs it.
CREATE PROCEDURE public.run_job(job_id int4)
LANGUAGE plpgsql
AS $$
DECLARE
    statement CONSTANT pg_catalog.text := _timescaledb_functions.call_of_job(job_id);
BEGIN
    IF statement IS NULL THEN
        PERFORM _timescaledb_functions.run_policy(job_id);
    ELSE
        EXECUTE statement;
    END IF;
END
$$;

-- What calls the procedure or function of a job that a user added.
CREATE FUNCTION _timescaledb_functions.call_of_job(job_id int4) RETURNS text
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    job _timescaledb_catalog.bgw_job := _timescaledb_functions.find_job(job_id);
    kind "char";
BEGIN
    IF job.proc_schema = '_timescaledb_functions' THEN
        RETURN NULL;
    END IF;
    SELECT p.prokind INTO kind
    FROM pg_proc AS p
    WHERE p.proname = job.proc_name AND p.pronamespace = job.proc_schema::text::regnamespace
    LIMIT 1;
    RETURN format('%s %I.%I(%s, %L::pg_catalog.jsonb)', CASE kind WHEN 'p' THEN 'CALL' ELSE 'SELECT' END,
        job.proc_schema, job.proc_name, job.id, job.config);
END
$$;

CREATE FUNCTION _timescaledb_functions.run_policy(job_id int4) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    job _timescaledb_catalog.bgw_job := _timescaledb_functions.find_job(job_id);
    target regclass := (SELECT h.relation FROM _timescaledb_catalog.hypertable AS h WHERE h.id = job.hypertable_id);
    dimension record;
    given regtype := 'interval';
    older_than text := job.config ->> 'drop_after';
BEGIN
    IF job.proc_name <> 'policy_retention' OR _timescaledb_functions.continuous_agg_id(target) IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT * INTO dimension FROM _timescaledb_functions.partitioned(target);
    IF _timescaledb_functions.is_integer(dimension.column_type) AND job.config ? 'drop_after' THEN
        given := dimension.column_type;
        EXECUTE format('SELECT %s() - %L::int8', (dimension.dimension).integer_now_func, job.config ->> 'drop_after') INTO older_than;
    END IF;
    PERFORM _timescaledb_functions.drop_chunks(
        target, older_than, given, NULL, NULL, job.config ->> 'drop_created_before', 'interval');
END
$$;


-- Background workers: there are none to start and to stop.
DO $do$
DECLARE
    name pg_catalog.text;
BEGIN
    FOREACH name IN ARRAY '{start,stop,restart}'::pg_catalog.text[] LOOP
        EXECUTE pg_catalog.format(
            $sql$
                CREATE OR REPLACE FUNCTION _timescaledb_functions.%1$s_background_workers() RETURNS bool LANGUAGE plpgsql AS $body$
                BEGIN
                    RAISE NOTICE 'plain mode has no background workers to %1$s';
                    RETURN false;
                END
                $body$;
                CREATE OR REPLACE FUNCTION _timescaledb_internal.%1$s_background_workers() RETURNS bool LANGUAGE plpgsql AS $body$
                BEGIN
                    RETURN _timescaledb_functions.%1$s_background_workers();
                END
                $body$;
            $sql$,
            name);
    END LOOP;
END
$do$;
