-- Before a newer stand-in takes the place of an older one: what was recorded steps aside, and everything goes that nobody else uses. What
-- somebody uses (a view calls time_bucket, say) stays and is replaced where it is.

SET LOCAL lock_timeout = '5s';

ALTER SCHEMA _timescaledb_catalog RENAME TO _timescaledb_catalog_before;

DO $$
DECLARE
    object pg_catalog.text;
    has_dropped pg_catalog.bool := true;
BEGIN
    -- What another one of ours uses can be dropped after that.
    WHILE has_dropped LOOP
        has_dropped := false;
        FOR object IN
            SELECT pg_catalog.format('VIEW %I.%I', v.schemaname, v.viewname)
            FROM pg_catalog.pg_views AS v
            WHERE v.schemaname IN (
                '_timescaledb_catalog_before', '_timescaledb_config', 'timescaledb_information', 'timescaledb_experimental')
            UNION ALL
            SELECT pg_catalog.format('ROUTINE %I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid))
            FROM pg_catalog.pg_proc AS p
            JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('_timescaledb_functions', 'timescaledb_experimental')
               OR (n.nspname = 'public' AND EXISTS (
                   SELECT FROM pg_catalog.pg_depend AS d
                   JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'plpgsql'
                   WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'x'
               ))
        LOOP
            BEGIN
                EXECUTE 'DROP ' || object;
                has_dropped := true;
            EXCEPTION WHEN dependent_objects_still_exist THEN
                NULL;
            END;
        END LOOP;
    END LOOP;
END
$$;

DROP TYPE _timescaledb_internal.dimension_info;

-- What in `public` is somebody else's: nothing takes its place.
CREATE TABLE _timescaledb_catalog_before.others AS
SELECT p.oid
FROM pg_catalog.pg_proc AS p
WHERE p.pronamespace = 'public'::pg_catalog.regnamespace
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS d
      JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'plpgsql'
      WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'x'
  );
