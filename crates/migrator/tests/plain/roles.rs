//! Roles that did not install what stands for TimescaleDB have what is theirs recorded, and nothing else.

use migrator::plain::rewrite::rewrite;
use migrator::statement;

use postgres::Client;

use super::pair::Pair;
use super::wrong::line;

/// What the owner of a schema does, who may do nothing else in the database; and a policy that somebody else adds.
const OWNED: &str = "
    DO $$
    DECLARE
        role text;
    BEGIN
        FOREACH role IN ARRAY '{roles_app,roles_other}'::text[] LOOP
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
                EXECUTE format('CREATE ROLE %I LOGIN', role);
            END IF;
        END LOOP;
    END
    $$;
    CREATE SCHEMA app AUTHORIZATION roles_app;
    GRANT USAGE ON SCHEMA app TO roles_other;
    SET ROLE roles_app;
    SET search_path TO app, public;
    CREATE PROCEDURE work(job_id int, config jsonb) LANGUAGE plpgsql AS 'BEGIN END';
    CREATE TABLE h (time timestamptz NOT NULL, device int);
    SELECT create_hypertable('h', by_range('time'));
    SELECT add_dimension('h', by_hash('device', 2));
    SELECT set_chunk_time_interval('h', INTERVAL '1 day');
    ALTER TABLE h SET (timescaledb.compress, timescaledb.compress_segmentby = 'device');
    SELECT add_compression_policy('h', INTERVAL '7 days');
    SELECT add_job('work', INTERVAL '1 hour');
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM h GROUP BY 1 WITH NO DATA;
    ALTER MATERIALIZED VIEW c SET (timescaledb.materialized_only = false);
    RESET ROLE;
    SELECT add_retention_policy('h', INTERVAL '1 year');
    SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour');
    SELECT add_job('work', INTERVAL '2 hours');
";

const RECORDED: &[&str] = &[
    "SELECT hypertable_name, owner, num_dimensions, compression_enabled FROM timescaledb_information.hypertables",
    "SELECT view_name, view_owner, materialized_only FROM timescaledb_information.continuous_aggregates",
    "SELECT column_name, dimension_type, time_interval, num_partitions FROM timescaledb_information.dimensions
     WHERE hypertable_name = 'h' ORDER BY dimension_number",
    "SELECT proc_name, owner::text = 'roles_app', schedule_interval FROM timescaledb_information.jobs
     WHERE job_id >= 1000 ORDER BY proc_name, schedule_interval",
];

/// What a role to which nothing belongs may not do.
const FOREIGN: &[&str] = &[
    "SELECT add_retention_policy('h', INTERVAL '1 year')",
    "SELECT remove_retention_policy('h')",
    "SELECT add_retention_policy('c', INTERVAL '1 year')",
    "SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour')",
    "SELECT add_job('work', INTERVAL '1 hour')",
    "SELECT remove_compression_policy('h')",
    "SELECT remove_continuous_aggregate_policy('c')",
    "SELECT set_chunk_time_interval('h', INTERVAL '2 days')",
    "SELECT delete_job(max(job_id)) FROM timescaledb_information.jobs WHERE owner::text = 'roles_app' AND proc_name = 'work'",
    "SELECT scheduled FROM alter_job((SELECT max(job_id) FROM timescaledb_information.jobs
     WHERE owner::text = 'roles_app' AND proc_name = 'work'), scheduled => false)",
];

/// What a role does that may not log in, and what it may not have run for it.
const WITHOUT_LOGIN: &[&str] = &[
    "CREATE ROLE roles_group",
    "GRANT CREATE ON SCHEMA public TO roles_group",
    "SET ROLE roles_group",
    "CREATE PROCEDURE work(job_id int, config jsonb) LANGUAGE plpgsql AS 'BEGIN END'",
    "CREATE TABLE g (time timestamptz NOT NULL, n int)",
    "CREATE INDEX g_n ON g (n)",
    "SELECT create_hypertable('g', by_range('time'))",
    "CREATE MATERIALIZED VIEW gc WITH (timescaledb.continuous) AS
     SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM g GROUP BY 1 WITH NO DATA",
    "SELECT add_retention_policy('g', INTERVAL '1 year')",
    "SELECT add_retention_policy('gc', INTERVAL '1 year')",
    "SELECT add_reorder_policy('g', 'g_n')",
    "SELECT add_reorder_policy('g', 'missing')",
    "SELECT add_continuous_aggregate_policy('gc', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour')",
    "SELECT add_job('work', INTERVAL '1 hour')",
    "SELECT add_job('work', INTERVAL '1 hour', check_config => 'work')",
    "SELECT add_compression_policy('g', INTERVAL '7 days')",
    "ALTER TABLE g SET (timescaledb.compress)",
    "SELECT add_compression_policy('g', INTERVAL '7 days')",
    "CREATE TABLE g2 (time timestamptz NOT NULL) WITH (tsdb.hypertable)",
    "RESET ROLE",
    "SELECT add_retention_policy('g', INTERVAL '1 year')",
    "SELECT count(*) FROM timescaledb_information.jobs WHERE job_id >= 1000",
    "ALTER ROLE roles_group LOGIN",
    "SELECT add_retention_policy('g', INTERVAL '1 year') > 0",
    "DROP OWNED BY roles_group",
    "DROP ROLE roles_group",
];

#[test]
fn no_job_belongs_to_a_role_that_may_not_log_in() {
    let Some(mut pair) = Pair::start("no_job_belongs_to_a_role_that_may_not_log_in") else {
        return;
    };
    let lines = |client: &mut Client, sent: fn(&str) -> String| {
        let statements = WITHOUT_LOGIN.iter();
        statements
            .map(|sql| line(client, sql, &sent(sql)))
            .collect()
    };
    pair.compare_lines(
        "roles_without_login",
        |client| lines(client, str::to_owned),
        |client| lines(client, |sql| rewrite(sql).unwrap().text),
    );
}

#[test]
fn a_role_has_recorded_what_is_its_own() {
    let Some(mut pair) = Pair::start("a_role_has_recorded_what_is_its_own") else {
        return;
    };
    for statement in statement::read(OWNED).unwrap() {
        pair.statement(&OWNED[statement.range]);
    }
    pair.compare("roles", RECORDED.iter().map(|query| query.to_string()));
    pair.batch("SET ROLE roles_other");
    pair.compare(
        "roles_refused",
        FOREIGN.iter().map(|query| query.to_string()),
    );
    // Nor without the functions.
    let mut changed = |sql: &str| pair.plain.execute(sql, &[]).unwrap();
    assert_eq!(changed("DELETE FROM _timescaledb_catalog.hypertable"), 0);
    assert_eq!(
        changed(
            "UPDATE _timescaledb_catalog.bgw_job SET config = NULL WHERE hypertable_id IS NOT NULL"
        ),
        0
    );
    let stolen = "INSERT INTO _timescaledb_catalog.hypertable (relation) VALUES ('app.h')";
    let error = pair.plain.execute(stolen, &[]).unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42501");
    pair.batch("SET ROLE roles_app; SELECT remove_retention_policy('h'); RESET ROLE");
}
