//! Roles that did not install the stand-in for TimescaleDB have what is theirs recorded, and nothing else.

use plain::rewrite::rewrite;
use postgres::Client;
use sql::statement;

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

/// What a role that owns nothing may not do.
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

/// What a role without LOGIN does, and what must not run on its behalf.
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

#[testkit::test(Pair::start)]
fn no_job_belongs_to_a_role_that_may_not_log_in(mut pair: Pair) {
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

#[testkit::test(Pair::start)]
fn a_role_has_recorded_what_is_its_own(mut pair: Pair) {
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
    // Nobody may create anything that could be mistaken for part of the stand-in.
    for schema in ["catalog", "config", "functions", "internal"] {
        let planted = format!("CREATE TABLE _timescaledb_{schema}._materialized_hypertable_9 ()");
        let error = pair.plain.execute(&planted, &[]).unwrap_err();
        assert_eq!(error.code().unwrap().code(), "42501", "{schema}");
    }
    let stolen = "INSERT INTO _timescaledb_catalog.hypertable (relation) VALUES ('app.h')";
    let error = pair.plain.execute(stolen, &[]).unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42501");
    pair.batch("SET ROLE roles_app; SELECT remove_retention_policy('h'); RESET ROLE");
}

/// Who owns an aggregate makes indexes of it, alters and drops it, and may create nothing in the schema of its storage.
#[testkit::test(Pair::start)]
fn the_storage_of_an_aggregate_follows_its_owner(mut pair: Pair) {
    for statement in statement::read(OWNED).unwrap() {
        let sql = rewrite(&OWNED[statement.range]).unwrap().text;
        pair.plain.batch_execute(&sql).unwrap();
    }
    let mut run = |sql: &str| match pair.plain.batch_execute(&rewrite(sql).unwrap().text) {
        Ok(()) => "done".to_owned(),
        Err(error) => {
            let error = error.as_db_error().unwrap();
            format!("{} {}", error.code().code(), error.message())
        }
    };
    let index = |name: &str, behind: &str| {
        format!(
            "CALL _timescaledb_functions.create_index('c', false, '[]', 'CREATE INDEX {name} ON ', {})",
            quoted(behind)
        )
    };
    run("SET ROLE roles_app; SET search_path TO app, public");
    assert_eq!(run(&index("by_n", " (n DESC NULLS LAST, \"day\")")), "done");
    let denied = "42501 permission denied for schema _timescaledb_internal";
    // With the rights of who made the stand-in nothing else is run.
    for (name, behind) in [
        ("by_sum", " ((n + 1))"),
        (
            "by_n2",
            " (n); CREATE TABLE _timescaledb_internal.planted ()",
        ),
        ("by_n3", " (n) WHERE app.f()"),
        ("\"_materialized_hypertable_9\"", " (n)"),
        ("by_n4; CREATE TABLE x (); --", " (n)"),
    ] {
        let refused = run(&index(name, behind));
        assert!(refused.starts_with("42"), "{name}{behind}: {refused}");
    }
    assert_eq!(run(&index("by_sum", " ((n + 1))")), denied);
    assert_eq!(
        run(
            "ALTER MATERIALIZED VIEW c ADD COLUMN most numeric(6, 2) GENERATED ALWAYS AS (max(device)) STORED"
        ),
        "done"
    );
    assert_eq!(
        run("ALTER MATERIALIZED VIEW c RENAME COLUMN n TO m"),
        "done"
    );
    run("RESET ROLE; SET search_path TO app, public");
    assert_eq!(
        run("ALTER MATERIALIZED VIEW c OWNER TO roles_other"),
        "done"
    );
    let storage = "SELECT concat_ws(' ', pg_get_userbyid(c.relowner), (SELECT string_agg(format('%s %s', attname, format_type(atttypid, atttypmod)), ', ' \
             ORDER BY attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0), \
             (SELECT string_agg(indexrelid::regclass::text, ', ' ORDER BY indexrelid) FROM pg_index WHERE indrelid = c.oid), \
             has_schema_privilege('roles_other', '_timescaledb_internal', 'CREATE')) \
         FROM pg_class AS c WHERE c.relname = '_materialized_hypertable_3'";
    let row = pair.plain.query_one(storage, &[]).unwrap();
    assert_eq!(
        row.get::<_, String>(0),
        "roles_other day timestamp with time zone, m bigint, most numeric(6,2) \
         _timescaledb_internal._materialized_hypertable_3_day_idx, _timescaledb_internal.by_n f"
    );
    let drop = rewrite("DROP MATERIALIZED VIEW c").unwrap().text;
    let gone = format!("SET ROLE roles_other; SET search_path TO app; {drop}; RESET ROLE");
    pair.plain.batch_execute(&gone).unwrap();
    assert!(pair.plain.query(storage, &[]).unwrap().is_empty());
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
