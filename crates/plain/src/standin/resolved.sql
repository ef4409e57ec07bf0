-- What the planner puts in place of a call may have no search_path of its own: its body is read once and for all here, where only pg_catalog
-- is looked into. A server before PostgreSQL 14 has no such bodies, and runs these functions with that search_path, for more time.
DO $do$
DECLARE
    member record;
BEGIN
    FOR member IN
        SELECT p.oid, p.prosrc
        FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
        WHERE l.lanname = 'sql' AND p.proconfig IS NULL AND p.xmin = pg_catalog.pg_current_xact_id()::pg_catalog.xid
          AND p.pronamespace IN ('_timescaledb_functions'::pg_catalog.regnamespace, 'public'::pg_catalog.regnamespace)
        ORDER BY p.oid
    LOOP
        IF pg_catalog.current_setting('server_version_num')::pg_catalog.int4 < 140000 THEN
            EXECUTE pg_catalog.format('ALTER FUNCTION %s SET search_path TO pg_catalog, pg_temp', member.oid::pg_catalog.regprocedure);
        ELSE
            EXECUTE pg_catalog.replace(
                pg_catalog.pg_get_functiondef(member.oid),
                'AS $function$' || member.prosrc || '$function$',
                'BEGIN ATOMIC ' || member.prosrc || '; END');
        END IF;
    END LOOP;
END
$do$;
