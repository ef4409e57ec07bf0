//! Background jobs of TimescaleDB: named if they are in the way, paused on request, and resumed whatever happens.

use postgres::Client;

use super::{value, with};
use crate::support::{Database, Sandbox, eventually, test_name};

/// What the tests need TimescaleDB for.
const WHAT: &str = "its background jobs";

/// Two hypertables, an aggregate over the first, and a policy on each of the three; reading a value takes half a second.
const TABLES: (&str, &str) = (
    "001_tables",
    "CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE TABLE events (time timestamptz NOT NULL, value int);
SELECT create_hypertable('events', 'time');
CREATE TABLE others (time timestamptz NOT NULL, value int);
SELECT create_hypertable('others', 'time');
CREATE FUNCTION slow(value int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM pg_sleep(value); RETURN value; END';
CREATE MATERIALIZED VIEW events_daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', time) AS day, sum(slow(value)) AS total FROM events GROUP BY 1 WITH NO DATA;
SELECT add_retention_policy('events', INTERVAL '9 years');
SELECT add_retention_policy('others', INTERVAL '9 years');
SELECT add_continuous_aggregate_policy('events_daily', INTERVAL '8 years', NULL, INTERVAL '10 years');
",
);

const ALTER: (&str, &str) = ("002_rooms", "ALTER TABLE events ADD COLUMN room int;\n");

/// Where the jobs stand: `Retention Policy events`, and `off` where one is not scheduled.
const JOBS: &str = "SELECT string_agg(regexp_replace(application_name, ' \\[.*', '') || ' ' || hypertable_name \
                    || CASE WHEN scheduled THEN '' ELSE ' off' END, ', ' ORDER BY hypertable_name, application_name) \
                    FROM timescaledb_information.jobs WHERE job_id >= 1000";

/// All of them as they are scheduled.
const ALL: &str = "Retention Policy events, Refresh Continuous Aggregate Policy events_daily, Retention Policy others";

/// Those of `events` paused.
const PAUSED: &str = "Retention Policy events off, Refresh Continuous Aggregate Policy events_daily off, Retention Policy others";

/// A project with the tables made and a second migration, on the server whose jobs never run.
pub fn idle(test: &str, last: (&str, &str)) -> Option<(Sandbox, Client)> {
    let project = super::before_the_last_timescale(test, WHAT, &[TABLES, last])?;
    let client = project.own_database().client();
    Some((project, client))
}

/// A reader who keeps `events`, so that a migration has to wait.
pub fn reader(project: &Sandbox) -> Client {
    let mut client = project.own_database().client();
    client
        .batch_execute("BEGIN; SELECT FROM events LIMIT 1")
        .unwrap();
    client
}

/// Nothing is left of a pause.
fn is_over(client: &mut Client, jobs: &str) {
    assert_eq!(value(client, JOBS), jobs);
    let table = value(
        client,
        "SELECT to_regclass('schema_migrations_paused_jobs')",
    );
    assert_eq!(table, "");
}

#[testkit::test(|test| Database::with_workers(test, WHAT))]
fn a_job_in_the_way_is_named_as_one_with_what_to_do(database: Database) {
    let project = with(&[TABLES, ALTER]).on(database);
    let screen = project.run("migrate --no-snapshot --to 1");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let mut client = project.own_database().client();
    // The job takes as many seconds as the row's value says.
    client
        .batch_execute("INSERT INTO events VALUES ('2020-01-01', 60)")
        .unwrap();
    let job = "SELECT alter_job(job_id, next_start => now()) FROM timescaledb_information.jobs WHERE proc_name LIKE '%refresh%'";
    client.batch_execute(job).unwrap();
    eventually("the job runs", || {
        let sql = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
                   WHERE relation = 'events'::regclass AND a.application_name LIKE 'Refresh%'";
        value(&mut client, sql) != "0"
    });
    let run = project.start("migrate --no-snapshot --lock-timeout 1 --patience 1");
    let screen = run.screen();
    insta::assert_snapshot!(screen);
}

#[testkit::test(|test| idle(test, ALTER))]
fn the_jobs_of_what_is_touched_are_paused_and_run_again_afterwards(
    (project, mut client): (Sandbox, Client),
) {
    let mut reader = reader(&project);
    let mut run = project.start("migrate --no-snapshot --pause-jobs");
    run.says("waiting for a lock");
    assert_eq!(value(&mut client, JOBS), PAUSED);
    insta::assert_snapshot!("status_while_jobs_are_paused", project.run("status"));
    let document = project.run("status --json");
    assert!(document.contains("\"paused_jobs\": true"), "{document}");
    reader.batch_execute("COMMIT").unwrap();
    let screen = run.screen();
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(screen.contains("paused 2 background jobs: Re"), "{screen}");
    assert!(
        screen.contains("background jobs are running again\n"),
        "{screen}"
    );
    is_over(&mut client, ALL);
}

#[test]
fn jobs_run_again_after_a_migration_that_failed() {
    let wrong = (
        "002_wrong",
        "CREATE ROLE it_nobody_at_all;\nGRANT ALL ON SCHEMA public TO it_nobody_at_all;\nSET ROLE it_nobody_at_all;\n\
         VACUUM pg_proc;\nRESET ROLE;\nALTER TABLE events ADD COLUMN time int;\n",
    );
    let Some((project, mut client)) = idle(test_name!(), wrong) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot --pause-jobs");
    let made = "DROP OWNED BY it_nobody_at_all; DROP ROLE it_nobody_at_all";
    client.batch_execute(made).unwrap();
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    assert!(screen.contains("column \"time\" of relation"), "{screen}");
    assert!(
        screen.contains("background jobs are running again\n"),
        "{screen}"
    );
    is_over(&mut client, ALL);
}

#[testkit::test(|test| idle(test, ALTER))]
fn jobs_run_again_after_ctrl_c_even_where_resuming_them_takes_a_while(
    (project, mut client): (Sandbox, Client),
) {
    let mut reader = reader(&project);
    let mut run = project.start("migrate --no-snapshot --pause-jobs");
    run.says("waiting for a lock");
    // Somebody looks at the paused jobs, so that their table cannot be dropped.
    reader
        .batch_execute("SELECT FROM schema_migrations_paused_jobs")
        .unwrap();
    run.signal("INT");
    run.says("stopping");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(run.goes_on(), "{}", run.said());
    reader.batch_execute("COMMIT").unwrap();
    let screen = run.screen();
    assert!(screen.starts_with("exit 130\n"), "{screen}");
    assert!(
        screen.contains("background jobs are running again\n"),
        "{screen}"
    );
    is_over(&mut client, ALL);
}

#[testkit::test(|test| idle(test, ALTER))]
fn jobs_of_a_run_that_was_killed_are_resumed_by_the_next_one_also_when_nothing_is_pending(
    (project, mut client): (Sandbox, Client),
) {
    for next in ["migrate --no-snapshot --to 1", "migrate --no-snapshot"] {
        let reader = reader(&project);
        let mut run = project.start("migrate --no-snapshot --pause-jobs");
        run.says("waiting for a lock");
        run.signal("KILL");
        let _killed = run.end();
        assert_eq!(value(&mut client, JOBS), PAUSED);
        eventually("the server learns of it", || {
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'migrate'";
            value(&mut client, sql) == "0"
        });
        drop(reader);
        let screen = project.run(next);
        assert!(screen.starts_with("exit 0\n"), "{screen}");
        assert!(
            screen.contains("background jobs are running again\n"),
            "{screen}"
        );
        is_over(&mut client, ALL);
    }
}

/// What another runner does that takes the lock while this one has no session: it resumes the jobs.
const RESUMED_BY_ANOTHER: &str = "SELECT alter_job(j.job_id, scheduled => true) FROM schema_migrations_paused_jobs p \
     JOIN timescaledb_information.jobs j USING (job_id); DROP TABLE schema_migrations_paused_jobs";

#[testkit::test(|test| idle(test, ALTER))]
fn jobs_that_another_runner_resumed_meanwhile_are_paused_again(
    (project, mut client): (Sandbox, Client),
) {
    let mut reader = reader(&project);
    let mut run = project.start("migrate --no-snapshot --pause-jobs --lock-timeout 1");
    run.says("waiting for a lock");
    client.batch_execute(RESUMED_BY_ANOTHER).unwrap();
    eventually("they are paused again", || {
        value(&mut client, JOBS) == PAUSED
    });
    reader.batch_execute("COMMIT").unwrap();
    let screen = run.screen();
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    is_over(&mut client, ALL);
}

#[testkit::test(|test| idle(test, ALTER))]
fn jobs_that_another_runner_resumed_need_no_resuming((project, mut client): (Sandbox, Client)) {
    let mut reader = reader(&project);
    let mut run = project.start("migrate --no-snapshot --pause-jobs --lock-timeout 30");
    run.says("waiting for a lock");
    client.batch_execute(RESUMED_BY_ANOTHER).unwrap();
    reader.batch_execute("COMMIT").unwrap();
    let screen = run.screen();
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(!screen.contains("stay paused"), "{screen}");
    is_over(&mut client, ALL);
}

#[testkit::test(|test| idle(test, ALTER))]
fn a_damaged_table_of_paused_jobs_is_named_with_the_way_out(
    (project, mut client): (Sandbox, Client),
) {
    for columns in ["(job text)", "(job_id text)", "()"] {
        let damaged = format!("CREATE TABLE schema_migrations_paused_jobs {columns}");
        client.batch_execute(&damaged).unwrap();
        let screen = project.run("migrate --no-snapshot --pause-jobs");
        if columns == "(job_id text)" {
            insta::assert_snapshot!(screen);
        }
        assert!(screen.starts_with("exit 1\n"), "{screen}");
        assert!(
            screen.contains("DROP TABLE public.schema_migrations_paused_jobs"),
            "{screen}"
        );
        let status = project.run("status");
        assert!(status.starts_with("exit 3\n"), "{status}");
        client
            .batch_execute("DROP TABLE schema_migrations_paused_jobs")
            .unwrap();
    }
    // Numbers that no job has do no harm.
    client
        .batch_execute("CREATE TABLE schema_migrations_paused_jobs (job_id int); INSERT INTO schema_migrations_paused_jobs VALUES (NULL), (77), (77)")
        .unwrap();
    let screen = project.run("migrate --no-snapshot --pause-jobs");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    is_over(&mut client, ALL);
}

#[test]
fn jobs_of_a_hypertable_of_the_same_name_in_another_schema_go_on() {
    let tables = (
        "001_tables",
        "CREATE EXTENSION IF NOT EXISTS timescaledb;\nCREATE SCHEMA archive;\n\
         CREATE TABLE events (time timestamptz NOT NULL);\nSELECT create_hypertable('events', 'time');\n\
         CREATE TABLE archive.events (time timestamptz NOT NULL);\nSELECT create_hypertable('archive.events', 'time');\n\
         CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, count(*) FROM events GROUP BY 1 WITH NO DATA;\n\
         CREATE MATERIALIZED VIEW archive.daily WITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, count(*) FROM archive.events GROUP BY 1 WITH NO DATA;\n\
         SELECT add_retention_policy('events', INTERVAL '9 years'), add_retention_policy('archive.events', INTERVAL '9 years');\n\
         SELECT add_continuous_aggregate_policy('daily', INTERVAL '1 year', NULL, INTERVAL '10 years');\n\
         SELECT add_continuous_aggregate_policy('archive.daily', INTERVAL '1 year', NULL, INTERVAL '10 years');\n",
    );
    let alter = (
        "002_rooms",
        "ALTER TABLE archive.events ADD COLUMN room int;\n",
    );
    let files = [tables, alter];
    let Some(project) = super::before_the_last_timescale(test_name!(), WHAT, &files) else {
        return;
    };
    let mut client = project.own_database().client();
    let mut reader = project.own_database().client();
    reader
        .batch_execute("BEGIN; SELECT FROM archive.events LIMIT 1")
        .unwrap();
    let mut run = project.start("migrate --no-snapshot --pause-jobs");
    run.says("waiting for a lock");
    let off = "SELECT string_agg(hypertable_schema || '.' || hypertable_name, ', ' ORDER BY hypertable_name) \
               FROM timescaledb_information.jobs WHERE NOT scheduled";
    assert_eq!(value(&mut client, off), "archive.daily, archive.events");
    reader.batch_execute("COMMIT").unwrap();
    let screen = run.screen();
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert_eq!(value(&mut client, off), "");
}

#[testkit::test(|test| idle(test, ALTER))]
fn a_job_that_somebody_had_paused_stays_paused((project, mut client): (Sandbox, Client)) {
    let off = "SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE hypertable_name = 'events'";
    client.batch_execute(off).unwrap();
    let before = value(&mut client, JOBS);
    let screen = project.run("migrate --no-snapshot --pause-jobs");
    assert!(
        screen.contains("paused 1 background job: Refresh"),
        "{screen}"
    );
    is_over(&mut client, &before);
}

#[test]
fn a_migration_may_drop_the_jobs_that_are_paused_for_it() {
    let drops = (
        "002_drop",
        "SELECT remove_retention_policy('events');\nDROP MATERIALIZED VIEW events_daily;\nDROP TABLE events;\n",
    );
    let Some((project, mut client)) = idle(test_name!(), drops) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot --pause-jobs");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    is_over(&mut client, "Retention Policy others");
}

#[test]
fn a_migration_may_drop_the_extension_whose_jobs_are_paused() {
    let drops = (
        "002_drop",
        "DROP TABLE events CASCADE;\nDROP EXTENSION timescaledb CASCADE;\n",
    );
    let Some((project, mut client)) = idle(test_name!(), drops) else {
        return;
    };
    drop(client);
    let screen = project.run("migrate --no-snapshot --pause-jobs");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    client = project.own_database().client();
    let table = value(
        &mut client,
        "SELECT to_regclass('schema_migrations_paused_jobs')",
    );
    assert_eq!(table, "");
}

#[testkit::test(|test| idle(test, ALTER))]
fn a_user_who_may_not_alter_the_jobs_is_told_so_and_nothing_is_run(
    (project, mut client): (Sandbox, Client),
) {
    let user = format!("{}_user", project.own_database().name());
    let grant = format!(
        "CREATE ROLE {user} LOGIN PASSWORD 'unused'; GRANT ALL ON SCHEMA public TO {user}; GRANT ALL ON schema_migrations TO {user}; \
         ALTER TABLE schema_migrations OWNER TO {user}"
    );
    client.batch_execute(&grant).unwrap();
    let url = project.own_database().url();
    let mut command = project.xtask();
    command
        .args(["migrate", "--no-snapshot", "--pause-jobs"])
        .env("DATABASE_URL", as_user(&url, &user));
    let screen = project.show(command).replace(&user, "[user]");
    let back = format!(
        "ALTER TABLE schema_migrations OWNER TO current_user; DROP OWNED BY {user}; DROP ROLE {user}"
    );
    client.batch_execute(&back).unwrap();
    insta::assert_snapshot!(screen);
    is_over(&mut client, ALL);
}

/// The same server for another user.
fn as_user(url: &str, user: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (_, server) = rest.split_once('@').unwrap();
    format!("{scheme}://{user}:unused@{server}")
}

#[test]
fn jobs_on_hypertables_of_hostile_names_are_paused_where_no_search_path_leads_to_the_extension() {
    let hostile = r#""it''s; -- 100 % ""x"" é""#;
    let alter = format!(
        "ALTER TABLE app.{} ADD COLUMN room int;\nSELECT pg_sleep(0);\n",
        hostile.replace("''", "'")
    );
    let tables = format!(
        "CREATE EXTENSION IF NOT EXISTS timescaledb SCHEMA public;\nCREATE SCHEMA app;\n\
         CREATE TABLE app.{} (time timestamptz NOT NULL);\nSELECT public.create_hypertable('app.{hostile}', 'time');\n\
         SELECT public.add_retention_policy('app.{hostile}', INTERVAL '9 years');\n",
        hostile.replace("''", "'")
    );
    let files = [("001_tables", &*tables), ("002_rooms", &*alter)];
    let Some(project) = super::before_the_last_timescale(test_name!(), WHAT, &files) else {
        return;
    };
    let name = project.own_database().name();
    let mut client = project.own_database().client();
    let path = format!(
        "ALTER TABLE schema_migrations SET SCHEMA app; ALTER DATABASE {name} SET search_path = app"
    );
    client.batch_execute(&path).unwrap();
    let screen = project.run("migrate --no-snapshot --pause-jobs");
    assert!(
        screen.contains("paused 1 background job: Retention"),
        "{screen}"
    );
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let off = "SELECT count(*) FROM timescaledb_information.jobs WHERE NOT scheduled";
    assert_eq!(value(&mut client, off), "0");
}
