//! What pg_dump writes, as the first migration.

use std::path::Path;
use std::process::Command;

use crate::support::{Database, Sandbox, installed_psql, test_name};

/// What pg_dump prints for a database, without the history.
pub fn schema(psql: &Path, database: &Database, options: &[&str]) -> String {
    let output = Command::new(psql.with_file_name("pg_dump"))
        .args([
            "--schema-only",
            "--exclude-table=schema_migrations",
            "--dbname",
            &database.url(),
        ])
        .args(options)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The lines that are the same for every key.
fn without_key(dump: &str) -> String {
    let is_key = |line: &&str| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict");
    dump.lines().filter(is_key).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_dump_of_a_database_makes_the_same_database() {
    let Some((psql, from)) = installed_psql(test_name!()).zip(Database::new(test_name!())) else {
        return;
    };
    let made = "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('glad');
        CREATE TABLE app.people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood app.mood);
        CREATE FUNCTION app.one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
        CREATE VIEW public.glad AS SELECT * FROM app.people WHERE mood = 'glad'";
    from.client().batch_execute(made).unwrap();
    let dump = schema(&psql, &from, &[]);
    let Some(project) = Sandbox::new().plain(test_name!()) else {
        return;
    };
    project.write("migrations/001_dump.sql", &dump);
    // Its search_path ends with it, and a step that runs alone lies between.
    project.write(
        "migrations/002_more.sql",
        "CREATE TABLE more (id int);\nVACUUM more;\nDROP TABLE more;\n",
    );
    let applied = project.run("migrate --no-snapshot");
    assert!(
        applied.contains("applied 2 migrations") && !applied.contains("warning"),
        "{applied}"
    );
    let again = schema(&psql, project.own_database(), &[]);
    assert_eq!(without_key(&again), without_key(&dump));
}

#[testkit::test(|test| Sandbox::new().plain(test))]
fn the_search_path_of_a_dump_holds_where_the_file_goes_on_in_another_session(project: Sandbox) {
    let text = |function: &str| {
        format!(
            "\\restrict x\nSELECT pg_catalog.set_config('search_path', 'pg_catalog', false);\n\
             CREATE TABLE public.t (id int);\nVACUUM public.{function};\n\
             CREATE TABLE public.path AS SELECT current_setting('search_path') AS path;\n\\unrestrict x\n"
        )
    };
    project.write("migrations/001_dump.sql", text("nowhere"));
    let failed = project.run("migrate --no-snapshot");
    assert!(failed.contains("42P01"), "{failed}");
    project.write("migrations/001_dump.sql", text("t"));
    let applied = project.run("migrate --no-snapshot");
    assert!(applied.contains("applied 1 migration"), "{applied}");
    let sql = "SELECT path FROM path";
    let path: String = project
        .own_database()
        .client()
        .query_one(sql, &[])
        .unwrap()
        .get(0);
    assert_eq!(path, "pg_catalog");
}

#[test]
fn the_dump_of_a_timescaledb_database_is_warned_of() {
    let what = "hypertables that pg_dump writes as tables";
    let Some((psql, from)) =
        installed_psql(test_name!()).zip(Database::timescale(test_name!(), what))
    else {
        return;
    };
    from.client()
        .batch_execute(
            "CREATE EXTENSION timescaledb;
             CREATE TABLE readings (at timestamptz NOT NULL, value float);
             SELECT create_hypertable('readings', 'at')",
        )
        .unwrap();
    let mut screens = Vec::new();
    for fill in ["", "INSERT INTO readings VALUES ('2024-01-01', 1)"] {
        from.client().batch_execute(fill).unwrap();
        let Some(project) = Sandbox::new().plain(test_name!()) else {
            return;
        };
        project.write("migrations/001_dump.sql", schema(&psql, &from, &[]));
        let applied = project.run("migrate --no-snapshot");
        let (_, warnings) = applied.split_once("----- stderr -----").unwrap();
        assert!(applied.contains("applied 1 migration"), "{applied}");
        // Where in the file depends on pg_dump's version.
        let (place, warning) = warnings.trim().split_once(": this ").unwrap();
        assert!(
            place.starts_with("warning: migrations/001_dump.sql:"),
            "{place}"
        );
        screens.push(warning.to_owned());
    }
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn data_of_a_dump_names_what_dumps_it_as_statements() {
    let text = "\\restrict x\nCREATE TABLE public.things (id int);\nCOPY public.things (id) FROM stdin;\n1\n\\.\n\\unrestrict x\n";
    let project = Sandbox::new().file("migrations/001_dump.sql", text);
    insta::assert_snapshot!(project.run("migrate --target embedded"));
}
