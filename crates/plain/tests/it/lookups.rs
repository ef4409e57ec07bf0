//! Looks into the lists of extensions and of jobs: a migration goes the way that it goes with TimescaleDB.

use super::altered::compare;

const LOOKUPS: &str = "
    SELECT extversion, extrelocatable, extnamespace::regnamespace FROM pg_extension WHERE extname = 'timescaledb';
    SELECT count(*) FROM PG_CATALOG.\"pg_extension\" AS e WHERE e.extname IN ('plpgsql', 'timescaledb', 'pg_trgm');
    SELECT e.extname, n.nspname FROM pg_namespace AS n, ONLY pg_extension e WHERE n.oid = e.extnamespace ORDER BY 1;
    SELECT pg_extension.extname FROM pg_extension ORDER BY pg_extension.extname COLLATE \"C\";
    SELECT extname FROM pg_class JOIN pg_extension ON extname = relname || 'x';
    SELECT max(extname::text), max(extversion) FROM pg_extension WHERE extversion > '2' AND extversion LIKE '2.%';
    SELECT name, default_version, installed_version, comment FROM pg_available_extensions WHERE name = 'timescaledb';
    SELECT count(*) FROM pg_available_extensions WHERE name IN ('timescaledb', 'plpgsql');
    SELECT installed, superuser, trusted, relocatable, schema, requires FROM pg_catalog.pg_available_extension_versions
        WHERE name = 'timescaledb' AND installed;
    SELECT extname FROM mine.pg_extension;
    SELECT wrong FROM pg_catalog.pg_extension;
    CREATE TABLE branch (taken text);
    DO $$
    DECLARE
        command text;
    BEGIN
        IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
            INSERT INTO branch SELECT 'do ' || extversion FROM pg_catalog.pg_extension WHERE extname = 'timescaledb';
            EXECUTE 'INSERT INTO branch SELECT ''do executes '' || extname FROM pg_extension WHERE extname = ''timescaledb''';
            EXECUTE format($f$INSERT INTO %I SELECT 'do formats ' || name FROM pg_available_extensions WHERE name = 'timescaledb'$f$, 'branch');
            command := 'INSERT INTO branch SELECT ''do executes a variable '' || extname FROM pg_extension WHERE extname = ''timescaledb''';
            EXECUTE command;
            SELECT format('INSERT INTO branch SELECT %L || extname FROM pg_extension WHERE extname ~ %L', 'do selects ', '^timesc') INTO command;
            EXECUTE command;
        ELSE
            INSERT INTO branch VALUES ('none');
        END IF;
    END
    $$;
    CREATE FUNCTION has_timescaledb() RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM pg_extension WHERE extname = ''timescaledb'')';
    CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO branch SELECT 'procedure' FROM pg_extension WHERE extname ~ '^timesc'; END $$;
    CALL p();
    INSERT INTO branch SELECT 'insert' FROM pg_extension WHERE has_timescaledb() AND extname = 'timescaledb';
    CREATE TABLE listed AS SELECT extname FROM pg_extension WHERE extname LIKE 'time%';
    SELECT taken FROM branch ORDER BY 1;
    SELECT extname FROM listed;
    UPDATE branch SET taken = extname FROM pg_extension WHERE extname = 'timescaledb' AND taken = 'insert';
    SELECT count(*) FROM branch WHERE taken = 'timescaledb';

    CREATE TABLE h (time timestamptz NOT NULL, v int);
    SELECT created FROM create_hypertable('h', by_range('time'));
    SELECT add_retention_policy('h', INTERVAL '1 year') > 0;
    SELECT proc_schema, proc_name, schedule_interval, config, hypertable_id, check_name, timezone, owner = current_user::regrole
        FROM _timescaledb_config.bgw_job WHERE id >= 1000;
    SELECT (alter_job(id, scheduled => false)).scheduled FROM _timescaledb_config.bgw_job WHERE proc_name = 'policy_retention';
    SELECT scheduled FROM _timescaledb_config.bgw_job WHERE application_name LIKE 'Retention Policy [%';
";

#[test]
fn a_look_into_the_lists_of_extensions_and_jobs_finds_what_there_is_with_timescaledb() {
    compare(
        "a_look_into_the_lists_of_extensions_and_jobs_finds_what_there_is_with_timescaledb",
        "lookups",
        LOOKUPS,
    );
}
