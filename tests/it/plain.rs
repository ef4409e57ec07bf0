//! `--plain`: a PostgreSQL without TimescaleDB holds the schema. The server may have it, as long as the database does not.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use migrator::cluster::Server;

use crate::support::{Sandbox, skip, soon, test_name};

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
    project.write("migrations/002_b.sql", "SELECT 1;\n");
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    insta::assert_snapshot!(
        "the_plan_of_the_other_mode",
        project.run("migrate --dry-run")
    );
    assert!(
        project
            .run("migrate --plain --no-snapshot")
            .starts_with("exit 0\n")
    );
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
fn what_cannot_be_stood_for_is_named_and_nothing_is_run() {
    let text = format!("{HYPERTABLE}\nCALL\n    merge_chunks('a', 'b');\n");
    let Some(project) = one(test_name!(), &text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
    assert_eq!(
        value(&project, "SELECT to_regclass('schema_migrations')::text"),
        ""
    );
}

#[test]
fn an_error_in_a_rewritten_statement_names_its_place() {
    let text = format!(
        "{HYPERTABLE}\nCREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, sum(wrong)\nFROM t\nGROUP BY 1;\n"
    );
    let Some(project) = one(test_name!(), &text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
}

#[test]
fn an_error_of_the_stand_in_names_its_place() {
    let text = "CREATE TABLE t (time timestamptz NOT NULL, id int PRIMARY KEY);\n\
                SELECT\n  create_hypertable('t', by_range('time'));\n";
    let Some(project) = one(test_name!(), text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
}

#[test]
fn a_unique_index_that_no_hypertable_can_have_is_refused_like_by_timescaledb() {
    let text = format!("{HYPERTABLE}CREATE UNIQUE INDEX u ON t (v);\n");
    let Some(project) = one(test_name!(), &text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
    project.write(
        "migrations/001_a.sql",
        format!("{HYPERTABLE}ALTER TABLE t ADD UNIQUE (v, time);\n"),
    );
    assert!(
        project
            .run("migrate --plain --no-snapshot")
            .starts_with("exit 0\n")
    );
}

#[test]
fn what_a_hypertable_cannot_become_is_refused_like_by_timescaledb() {
    for (alter, cause) in [
        (
            "ALTER COLUMN time TYPE text",
            "error[42P16]: cannot change data type of hypertable column \"time\"",
        ),
        (
            "DROP COLUMN time",
            "error[42P16]: cannot drop column named in partition key",
        ),
        (
            "ALTER COLUMN time DROP NOT NULL",
            "error[TS101]: cannot drop not-null constraint from a time-partitioned column",
        ),
    ] {
        let text = format!("{HYPERTABLE}ALTER TABLE t {alter};\n");
        let Some(project) = one(test_name!(), &text) else {
            return;
        };
        let screen = project.run("migrate --plain --no-snapshot");
        assert!(screen.contains(cause), "{screen}");
    }
}

#[test]
fn an_index_of_an_aggregate_is_one_of_nothing() {
    let text = format!(
        "{HYPERTABLE}CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, sum(v) FROM t GROUP BY 1 WITH NO DATA;\n\
         CREATE INDEX ON v (day);\nCREATE TABLE s.v (day int);\nCREATE INDEX by_day ON s.v (day);\n"
    );
    let Some(project) = one(test_name!(), &format!("CREATE SCHEMA s;\n{text}")) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
    assert_eq!(
        value(&project, "SELECT to_regclass('s.by_day')::text"),
        "s.by_day"
    );
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
        .batch_execute("DROP SCHEMA _timescaledb_catalog")
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
    let project = Sandbox::analytics();
    let pg_config = without_extensions(&project, &server);
    let project = project.env("PG_CONFIG", pg_config);
    insta::assert_snapshot!(project.run("migrate --frozen"));
    insta::assert_snapshot!("the_doctor_of_an_embedded_cluster", project.run("doctor"));
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
    soon("the first run", || {
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
