-- _timescaledb_config: TimescaleDB's jobs under the name that migrations look them up by, and the server's lists of extensions with
-- timescaledb among them: what a migration reads of those lists it reads of these (rewrite/extension.rs).

CREATE VIEW _timescaledb_config.bgw_job AS
SELECT id, application_name, schedule_interval, max_runtime, max_retries, retry_period, proc_schema, proc_name, owner, scheduled, fixed_schedule,
    initial_start, hypertable_id, config, check_schema, check_name, timezone
FROM _timescaledb_catalog.bgw_job
ORDER BY id;

-- The version is the one that the stand-in answers like. Its number is that of the stand-in's mark, to which nothing here is bound, so that
-- an update can replace it.
CREATE VIEW _timescaledb_config.pg_extension AS
SELECT oid, extname, extowner, extnamespace, extrelocatable, extversion, extconfig, extcondition
FROM pg_catalog.pg_extension
UNION ALL
SELECT c.oid, 'timescaledb', c.relowner, 'public'::regnamespace::oid, false, '2.28.3' COLLATE "C", NULL, NULL
FROM pg_catalog.pg_class AS c
WHERE c.oid = to_regclass('_timescaledb_catalog.plain');

CREATE VIEW _timescaledb_config.pg_available_extensions AS
SELECT name, default_version, installed_version, comment
FROM pg_catalog.pg_available_extensions
WHERE name <> 'timescaledb'
UNION ALL
SELECT extname, extversion, extversion, 'Enables scalable inserts and complex queries for time-series data'
FROM _timescaledb_config.pg_extension
WHERE extname = 'timescaledb';

CREATE VIEW _timescaledb_config.pg_available_extension_versions AS
SELECT name, version, installed, superuser, trusted, relocatable, schema, requires, comment
FROM pg_catalog.pg_available_extension_versions
WHERE name <> 'timescaledb'
UNION ALL
SELECT name, default_version, true, true, true, false, NULL, NULL, comment
FROM _timescaledb_config.pg_available_extensions
WHERE name = 'timescaledb';

GRANT SELECT ON ALL TABLES IN SCHEMA _timescaledb_config TO PUBLIC;
