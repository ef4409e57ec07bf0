//! `--plain`: a PostgreSQL without TimescaleDB holds the schema. The server may have it, as long as the database does not.

mod refused;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use migrator::cluster::Server;

use crate::support::{NO_ENGINE, Sandbox, eventually, skip, test_name};

/// One value of the project's database, as text.
fn value(project: &Sandbox, sql: &str) -> String {
    let mut client = project.own_database().client();
    let row = client.query_one(sql, &[]).unwrap();
    row.get::<_, Option<String>>(0).unwrap_or_default()
}

/// A project of one migration, on an empty database.
fn one(test: &str, text: &str) -> Option<Sandbox> {
    Sandbox::new()
        .file("migrations/001_a.sql", text)
        .plain(test)
}

const HYPERTABLE: &str = "CREATE EXTENSION IF NOT EXISTS timescaledb;\n\
     CREATE TABLE t (time timestamptz NOT NULL, v int);\n\
     SELECT create_hypertable('t', by_range('time'));\n";

#[test]
fn the_migrations_give_the_schema_that_the_snapshot_holds() {
    let Some(project) = Sandbox::analytics().plain(test_name!()) else {
        return;
    };
    let plan = project.run("migrate --plain --dry-run");
    insta::assert_snapshot!("the_plan_names_what_is_rewritten", plan);
    let first = project.run("migrate --plain --frozen");
    insta::assert_snapshot!("the_first_run", first);
    insta::assert_snapshot!("nothing_to_do", project.run("migrate --plain"));
    // Where nothing is run, nothing is mixed.
    insta::assert_snapshot!("nothing_to_do", project.run("migrate"));
    insta::assert_snapshot!("the_status", project.run("status"));
    let modes = "SELECT string_agg(DISTINCT mode, ', ') FROM schema_migrations";
    assert_eq!(value(&project, modes), "plain");
}

#[test]
fn the_plan_as_a_document_holds_what_is_sent() {
    let text = "CREATE EXTENSION timescaledb;\nSELECT 1;\n";
    let Some(project) = one(test_name!(), text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --dry-run --json"));
}

#[test]
fn a_database_of_plain_mode_stays_one() {
    let Some(project) = one(test_name!(), HYPERTABLE) else {
        return;
    };
    assert!(
        project
            .run("migrate --plain --no-snapshot")
            .starts_with("exit 0\n")
    );
    project.write(
        "migrations/002_b.sql",
        HYPERTABLE
            .replace("TABLE t", "TABLE later")
            .replace("('t'", "('later'"),
    );
    insta::assert_snapshot!(
        "the_plan_of_the_other_mode",
        project.run("migrate --dry-run")
    );
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    let modes = "SELECT string_agg(mode, ', ') FROM schema_migrations";
    assert_eq!(value(&project, modes), "plain, plain");
}

#[test]
fn a_reset_names_the_mode_that_the_database_had() {
    let Some(project) = Sandbox::new()
        .file("migrations/001_a.sql", HYPERTABLE)
        .needs_timescaledb_for("a reset that leaves plain mode")
        .plain(test_name!())
    else {
        return;
    };
    project.run("migrate --plain --no-snapshot");
    insta::assert_snapshot!(project.run("reset --yes --no-snapshot"));
}

#[test]
fn a_database_that_was_migrated_without_it_stays_one() {
    let Some(project) = one(test_name!(), "CREATE TABLE t ();\n") else {
        return;
    };
    assert!(project.run("migrate --no-snapshot").starts_with("exit 0\n"));
    project.write("migrations/002_b.sql", HYPERTABLE);
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
}

#[test]
fn a_database_with_timescaledb_is_none_for_it() {
    let Some(project) = Sandbox::new()
        .file("migrations/001_a.sql", HYPERTABLE)
        .needs_timescaledb_for("a database that has it already")
        .url(test_name!())
    else {
        return;
    };
    let mut client = project.own_database().client();
    client
        .batch_execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        .unwrap();
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
}

#[test]
fn an_index_of_an_aggregate_is_one_of_its_storage() {
    let text = format!(
        "{HYPERTABLE}CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, sum(v) FROM t GROUP BY 1 WITH NO DATA;\n\
         CREATE INDEX by_sum ON v (sum);\nCREATE TABLE s.v (day int);\nCREATE INDEX by_day ON s.v (day);\n"
    );
    let Some(project) = one(test_name!(), &format!("CREATE SCHEMA s;\n{text}")) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
    let indexed = "SELECT string_agg(indexrelid::regclass || ' of ' || indrelid::regclass, ', ' ORDER BY 1) FROM pg_index \
         WHERE indexrelid::regclass::text ~ 'by_'";
    assert_eq!(
        value(&project, indexed),
        "_timescaledb_internal.by_sum of _timescaledb_internal._materialized_hypertable_2, s.by_day of s.v"
    );
    project.write(
        "migrations/002_b.sql",
        "COMMENT ON INDEX _timescaledb_internal.by_sum IS 'by sum';\n\
         ALTER VIEW v RENAME COLUMN sum TO total;\nALTER INDEX _timescaledb_internal.by_sum RENAME TO by_total;\n",
    );
    let second = project.run("migrate --plain --no-snapshot");
    assert!(second.starts_with("exit 0\n"), "{second}");
    let index = "SELECT obj_description('_timescaledb_internal.by_total'::regclass) || ': ' || \
         pg_get_indexdef('_timescaledb_internal.by_total'::regclass)";
    assert_eq!(
        value(&project, index),
        "by sum: CREATE INDEX by_total ON _timescaledb_internal._materialized_hypertable_2 USING btree (total)"
    );
    // It goes with the aggregate, which goes with its source.
    project.write("migrations/003_c.sql", "DROP TABLE t CASCADE;\n");
    let third = project.run("migrate --plain --no-snapshot");
    assert!(third.starts_with("exit 0\n"), "{third}");
    assert_eq!(value(&project, indexed), "s.by_day of s.v");
}

#[test]
fn a_refresh_shares_the_transaction_of_all_or_nothing() {
    let text = format!(
        "{HYPERTABLE}CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, sum(v) FROM t GROUP BY 1;\n\
         CALL refresh_continuous_aggregate('v', NULL, NULL);\nSELECT 1 / 0;\n"
    );
    let Some(project) = one(test_name!(), &text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot --all-or-nothing"));
    assert_eq!(value(&project, "SELECT to_regclass('v')::text"), "");
    project.write("migrations/001_a.sql", text.replace("SELECT 1 / 0;\n", ""));
    insta::assert_snapshot!(
        "all_or_nothing_with_a_refresh",
        project.run("migrate --plain --no-snapshot --all-or-nothing")
    );
    // Its checks are made there, too.
    project.write(
        "migrations/002_b.sql",
        "CALL public.refresh_continuous_aggregate('t', NULL, NULL);\n",
    );
    let refused = project.run("migrate --plain --no-snapshot --all-or-nothing");
    let cause = "error[22023]: relation \"t\" is not a continuous aggregate";
    assert!(refused.contains(cause), "{refused}");
}

#[test]
fn an_older_stand_in_is_brought_up_to_date_and_a_newer_one_is_left_alone() {
    let Some(project) = one(test_name!(), HYPERTABLE) else {
        return;
    };
    let first = project.run("migrate --plain --no-snapshot");
    assert!(first.starts_with("exit 0\n"), "{first}");
    let mut client = project.own_database().client();
    let older =
        "COMMENT ON TABLE _timescaledb_catalog.plain IS NULL; DROP FUNCTION generate_uuidv7()";
    client.batch_execute(older).unwrap();
    project.write("migrations/002_b.sql", "SELECT generate_uuidv7();\n");
    insta::assert_snapshot!(
        "an_older_stand_in",
        project.run("migrate --plain --no-snapshot")
    );
    let mark = "SELECT obj_description('_timescaledb_catalog.plain'::regclass)";
    assert_eq!(value(&project, mark), migrator::plain::VERSION.to_string());
    let newer = "COMMENT ON TABLE _timescaledb_catalog.plain IS '999'";
    client.batch_execute(newer).unwrap();
    project.write("migrations/003_c.sql", "SELECT 1;\n");
    insta::assert_snapshot!(
        "a_newer_stand_in",
        project.run("migrate --plain --no-snapshot")
    );
    assert_eq!(value(&project, mark), "999");
}

#[test]
fn an_older_stand_in_is_brought_up_to_date_where_nothing_is_pending() {
    let Some(project) = one(test_name!(), HYPERTABLE) else {
        return;
    };
    let first = project.run("migrate --plain --no-snapshot");
    assert!(first.starts_with("exit 0\n"), "{first}");
    let mut client = project.own_database().client();
    let older =
        "COMMENT ON TABLE _timescaledb_catalog.plain IS '1'; DROP FUNCTION generate_uuidv7()";
    client.batch_execute(older).unwrap();
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    let mark = "SELECT obj_description('_timescaledb_catalog.plain'::regclass)";
    assert_eq!(value(&project, mark), migrator::plain::VERSION.to_string());
    assert_ne!(value(&project, "SELECT generate_uuidv7()::text"), "");
    // One that may not be brought up to date waits, and a newer one stays.
    let taken = "COMMENT ON TABLE _timescaledb_catalog.plain IS '999'";
    client.batch_execute(taken).unwrap();
    let newer = project.run("migrate --no-snapshot");
    assert!(newer.starts_with("exit 0\n"), "{newer}");
    assert_eq!(value(&project, mark), "999");
}

/// Two services that have a history each, and so a lock each.
#[test]
fn two_first_runs_at_once_install_one_stand_in() {
    let Some(project) = Sandbox::new()
        .file("a/001_a.sql", HYPERTABLE)
        .file(
            "b/001_b.sql",
            HYPERTABLE
                .replace("TABLE t", "TABLE u")
                .replace("('t'", "('u'"),
        )
        .plain(test_name!())
    else {
        return;
    };
    let mut client = project.own_database().client();
    client
        .batch_execute(&format!("{}SELECT", migrator::plain::LOCK))
        .unwrap();
    let waiting = "SELECT count(*)::text FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database \
         WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted";
    let start = |service: &str, waiters: &str| {
        project.write(
            "timeschema.toml",
            format!("[history]\nschema = \"{service}\"\n"),
        );
        let run = project.start(&format!(
            "migrate --plain --no-snapshot --migrations {service}"
        ));
        eventually("it waits for its turn", || {
            value(&project, waiting) == waiters
        });
        run
    };
    let runs = [start("a", "1"), start("b", "2")];
    client.batch_execute("ROLLBACK").unwrap();
    for run in runs {
        let screen = run.screen();
        assert!(screen.starts_with("exit 0\n"), "{screen}");
    }
    let made = "SELECT string_agg(relation::text, ', ' ORDER BY relation::text) || ' of ' || (SELECT count(*) FROM _timescaledb_catalog.plain) \
         FROM _timescaledb_catalog.hypertable";
    assert_eq!(value(&project, made), "t, u of 1");
}

#[test]
fn the_notices_are_timescaledbs() {
    let text = "CREATE EXTENSION IF NOT EXISTS timescaledb;
        CREATE TABLE t (time timestamptz NOT NULL, d text, v int);
        INSERT INTO t VALUES ('2024-01-01', 'a', 1);
        SELECT create_hypertable('t', by_range('time'), migrate_data => true);
        SELECT create_hypertable('t', by_range('time'), if_not_exists => true);
        SELECT add_dimension('t', by_hash('d', 2), if_not_exists => true);
        CREATE INDEX t_v ON t (v);
        SELECT add_reorder_policy('t', 't_v');
        SELECT add_reorder_policy('t', 't_v', if_not_exists => true);
        SELECT add_retention_policy('t', INTERVAL '1 year');
        SELECT add_retention_policy('t', INTERVAL '1 year', if_not_exists => true);
        SELECT add_retention_policy('t', INTERVAL '2 years', if_not_exists => true);
        SELECT remove_compression_policy('t', if_exists => true);
        SELECT alter_job(9999, if_exists => true);
        SELECT attach_tablespace('pg_default', 't');
        SELECT attach_tablespace('pg_default', 't', if_not_attached => true);
        SELECT detach_tablespace('pg_default', 't');
        SELECT detach_tablespace('pg_default', 't', if_attached => true);
        ALTER TABLE IF EXISTS missing SET (timescaledb.compress);
        CREATE TABLE w (at timestamptz NOT NULL, bad timestamp) WITH (tsdb.hypertable, tsdb.columnstore = false);
        CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
            SELECT time_bucket('1 day', time) AS day, d, count(*) AS n FROM t GROUP BY 1, 2 WITH NO DATA;
        CREATE MATERIALIZED VIEW IF NOT EXISTS c WITH (timescaledb.continuous) AS
            SELECT time_bucket('1 day', time) AS day, d, count(*) AS n FROM t GROUP BY 1, 2 WITH NO DATA;
        SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour');
        SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour', if_not_exists => true);
        SELECT remove_retention_policy('c', if_exists => true);
        ALTER MATERIALIZED VIEW c SET (timescaledb.compress);
        ALTER MATERIALIZED VIEW c SET (timescaledb.compress, timescaledb.compress_segmentby = 'd');
        DROP MATERIALIZED VIEW IF EXISTS missing;
        CREATE MATERIALIZED VIEW cc WITH (timescaledb.continuous) AS
            SELECT time_bucket('2 days', day) AS days, sum(n) AS n FROM c GROUP BY 1 WITH NO DATA;
        CREATE VIEW r AS SELECT * FROM c;
        DROP MATERIALIZED VIEW c CASCADE;
        CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
            SELECT time_bucket('1 day', time) AS day, d, count(*) AS n FROM t GROUP BY 1, 2 WITH NO DATA;
        ALTER TABLE IF EXISTS ONLY missing ADD COLUMN a int;
        DROP TABLE t CASCADE;\n";
    let notices = |project: &Sandbox, how: &str| -> String {
        let screen = project.run(how);
        assert!(screen.starts_with("exit 0\n"), "{screen}");
        let lines = screen.lines().filter(|line| line.starts_with("001 a: "));
        lines.map(|line| line.to_owned() + "\n").collect()
    };
    let Some(project) = one(test_name!(), text) else {
        return;
    };
    let plain = notices(&project, "migrate --plain --no-snapshot");
    insta::assert_snapshot!(plain);
    let project = Sandbox::new().file("migrations/001_a.sql", text);
    let Some(project) = project.url(test_name!()) else {
        return;
    };
    if !project.is_plain() {
        assert_eq!(notices(&project, "migrate --no-snapshot"), plain);
    }
}

#[test]
fn where_the_stand_in_cannot_be_installed_nothing_is_run() {
    let Some(project) = one(test_name!(), HYPERTABLE) else {
        return;
    };
    let mut client = project.own_database().client();
    client
        .batch_execute("CREATE SCHEMA _timescaledb_catalog")
        .unwrap();
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
    client
        .batch_execute("DROP SCHEMA _timescaledb_catalog; CREATE FUNCTION generate_uuidv7() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'")
        .unwrap();
    let screen = project.run("migrate --plain --no-snapshot");
    assert!(
        screen.contains("error[42723]: function \"generate_uuidv7\" already exists"),
        "{screen}"
    );
    assert!(
        screen.contains("= next: drop or rename that function"),
        "{screen}"
    );
    client
        .batch_execute("DROP FUNCTION generate_uuidv7()")
        .unwrap();
    assert!(
        project
            .run("migrate --plain --no-snapshot")
            .starts_with("exit 0\n")
    );
}

/// Installs a PostgreSQL without extensions in the project: the binaries of the one that there is, which find their own files wherever they
/// are called from. Returns its `pg_config`.
fn without_extensions(project: &Sandbox, server: &Server) -> PathBuf {
    let root = project.dir().join("home/postgresql");
    fs::create_dir_all(root.join("bin")).unwrap();
    fs::create_dir_all(root.join("share/postgresql/extension")).unwrap();
    for entry in fs::read_dir(server.bin_dir()).unwrap() {
        let program = entry.unwrap();
        // It would tell where the extensions are.
        if program.file_name() == "pg_config" {
            continue;
        }
        let link = root.join("bin").join(program.file_name());
        symlink(program.path(), link).unwrap();
    }
    let pg_config = root.join("pg_config");
    let script = format!("#!/bin/sh\necho '{}'\n", root.join("bin").display());
    fs::write(&pg_config, script).unwrap();
    fs::set_permissions(&pg_config, fs::Permissions::from_mode(0o755)).unwrap();
    pg_config
}

#[test]
fn an_embedded_cluster_of_a_server_without_timescaledb_is_in_plain_mode() {
    let server = match Server::find() {
        Ok(server) => server,
        Err(error) => return skip(test_name!(), &error.to_string().replace('\n', " ")),
    };
    let project = Sandbox::analytics().program("docker", NO_ENGINE);
    let pg_config = without_extensions(&project, &server);
    let project = project.env("PG_CONFIG", pg_config);
    insta::assert_snapshot!(project.run("migrate --frozen"));
    insta::assert_snapshot!("the_doctor_of_an_embedded_cluster", project.run("doctor"));
}

#[test]
fn an_embedded_cluster_takes_timescaledb_that_is_installed_later_for_new_databases() {
    let Some(project) = Sandbox::new()
        .file("migrations/001_a.sql", HYPERTABLE)
        .needs_timescaledb_for("installing it later")
        .embedded(test_name!())
    else {
        return;
    };
    let pg_config = without_extensions(&project, &Server::find().unwrap());
    let project = project.program("docker", NO_ENGINE);
    let project = project.env("PG_CONFIG", pg_config);
    let before = project.run("migrate --no-snapshot");
    insta::assert_snapshot!("before_it_was_installed", before);
    let project = project.env("PG_CONFIG", Server::find().unwrap().program("pg_config"));
    let later = HYPERTABLE
        .replace("TABLE t", "TABLE later")
        .replace("('t'", "('later'");
    project.write("migrations/002_b.sql", later);
    let after = project.run("migrate --no-snapshot");
    insta::assert_snapshot!("the_database_from_before_stays_plain", after);
    insta::assert_snapshot!(
        "a_new_one_uses_it",
        project.run("reset --yes --no-snapshot")
    );
}

/// A server that is in use is not restarted; the next one that starts has the library.
#[test]
fn an_embedded_server_from_before_timescaledb_was_installed_is_restarted_when_nobody_uses_it() {
    let Some(project) = Sandbox::new()
        .file("migrations/001_a.sql", HYPERTABLE)
        .needs_timescaledb_for("installing it later")
        .embedded(test_name!())
    else {
        return;
    };
    let project = project.program("docker", NO_ENGINE);
    let pg_config = without_extensions(&project, &Server::find().unwrap());
    let done = project.dir().join("done");
    let script = r#"touch "$1.begun"; until [ -e "$1" ]; do sleep 0.1; done"#;
    let mut user = project.xtask();
    user.args(["with-db", "--", "sh", "-c", script, "sh"]);
    user.arg(&done).env("PG_CONFIG", pg_config);
    let user = project.start_command(user);
    eventually("the other command", || {
        project.dir().join("done.begun").exists()
    });
    let in_use = project.run("reset --yes --no-snapshot");
    fs::write(done, "").unwrap();
    assert!(user.end().0.success());
    insta::assert_snapshot!("a_server_from_before_that_is_in_use", in_use);
    let restarted = project.run("migrate --no-snapshot");
    insta::assert_snapshot!("a_server_from_before_that_is_restarted", restarted);
}

#[test]
fn a_take_over_is_refused() {
    let Some(project) = one(test_name!(), HYPERTABLE) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --baseline 1"));
}

#[test]
fn a_run_that_waited_for_one_of_the_other_mode_is_refused() {
    let text = "CREATE TABLE t ();\nSELECT pg_sleep(3);\n";
    let Some(project) = one(test_name!(), text) else {
        return;
    };
    let first = project.start("migrate --no-snapshot");
    eventually("the first run", || {
        let running = "SELECT count(*)::text FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event = 'PgSleep'";
        value(&project, running) == "1"
    });
    project.write("migrations/002_b.sql", HYPERTABLE);
    let second = project.run("migrate --plain --no-snapshot");
    assert!(first.end().1.contains("applied 1 migration"));
    assert!(second.contains("waiting for another runner"), "{second}");
    let refused = "holds migrations that were applied without plain mode";
    assert!(second.contains(refused), "{second}");
    assert_eq!(
        value(
            &project,
            "SELECT string_agg(mode, ', ') FROM schema_migrations"
        ),
        "timescaledb"
    );
    assert_eq!(
        value(
            &project,
            "SELECT to_regnamespace('_timescaledb_catalog')::text"
        ),
        ""
    );
}
