//! `migrate --baseline`: a database that has the schema already is taken over.

use super::{MIGRATIONS, fresh};
use crate::support::Sandbox;

/// A project with its snapshot, and a database that holds the schema of the first migrations and no history.
fn grown(test: &str, migrations: usize) -> Option<Sandbox> {
    let made = fresh(test)?;
    assert!(made.run("migrate").starts_with("exit 0\n"));
    let project = fresh(test)?;
    let path = "analytics-schema/schema.json";
    project.write(path, made.read(path));
    for (_, text) in &MIGRATIONS[..migrations] {
        let mut client = project.own_database().client();
        for statement in text.split_inclusive(";\n") {
            client.batch_execute(statement).unwrap();
        }
    }
    Some(project)
}

/// What the history says, without its times.
fn history(project: &Sandbox) -> String {
    let sql = "SELECT format('%s %s: %s of %s steps by %s, %s', version, name, steps_done, steps,
                 CASE applied_by WHEN session_user THEN 'postgres' END, CASE WHEN duration_ms IS NULL THEN 'not run' ELSE 'run' END)
               FROM schema_migrations WHERE checksum <> '' AND started_at <= applied_at ORDER BY version";
    let rows = project.own_database().client().query(sql, &[]).unwrap();
    let line = |row: &postgres::Row| row.get::<_, String>(0) + "\n";
    rows.iter().map(line).collect()
}

#[testkit::test(|test| grown(test, 3))]
fn all_are_there(project: Sandbox) {
    let sqlx = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,
                installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL,
                execution_time bigint NOT NULL);
                INSERT INTO _sqlx_migrations VALUES (20240101120000, 'all', now(), true, '', 1)";
    project.own_database().client().batch_execute(sqlx).unwrap();
    let before = project.read("analytics-schema/schema.json");
    insta::assert_snapshot!(project.run("migrate --baseline 3"));
    insta::assert_snapshot!("the_history_of_all", history(&project));
    assert_eq!(project.read("analytics-schema/schema.json"), before);
    for command in ["migrate --frozen", "status", "migrate"] {
        let screen = project.run(command);
        assert!(screen.starts_with("exit 0\n"), "{screen}");
    }
}

#[testkit::test(|test| grown(test, 3))]
fn a_namesake_was_set_aside(project: Sandbox) {
    let rails = "CREATE TABLE schema_migrations (version character varying NOT NULL PRIMARY KEY);
                 CREATE TABLE ar_internal_metadata (key character varying NOT NULL PRIMARY KEY, value character varying,
                 created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);
                 INSERT INTO schema_migrations VALUES ('20240101120000')";
    let mut client = project.own_database().client();
    client.batch_execute(rails).unwrap();
    let refused = project.run("migrate");
    // The screen's command is typed as it is printed.
    let (_, rename) = refused.split_once("= next: ").unwrap();
    let (rename, _) = rename.split_once('\n').unwrap();
    client.batch_execute(rename).unwrap();
    insta::assert_snapshot!(project.run("migrate --baseline 3"));
}

#[testkit::test(|test| grown(test, 2))]
fn the_rest_is_applied(project: Sandbox) {
    insta::assert_snapshot!(
        "the_plan_behind_an_earlier_one",
        project.run("migrate --baseline 2 --dry-run")
    );
    insta::assert_snapshot!(
        "the_plan_behind_an_earlier_one_as_a_document",
        project.run("migrate --baseline 2 --dry-run --json")
    );
    insta::assert_snapshot!(project.run("migrate --baseline 2"));
    insta::assert_snapshot!("the_history_of_the_rest", history(&project));
    assert!(project.run("migrate --frozen").starts_with("exit 0\n"));
}

#[testkit::test(|test| grown(test, 2))]
fn as_a_document(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate --baseline 2 --to 2 --json"));
}

/// The private cluster looks names up where the database does.
#[testkit::test(fresh)]
fn in_a_schema_of_its_own(project: Sandbox) {
    let schema = "CREATE SCHEMA \"Our own\"; CREATE TABLE \"Our own\".users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
                  COMMENT ON TABLE \"Our own\".users IS 'One person.'";
    project
        .own_database()
        .client()
        .batch_execute(schema)
        .unwrap();
    let url = project.own_database().url();
    let target = format!("{url}?options=-csearch_path%3D%22Our%5C%20own%22,public");
    let screen = project.run(&format!("migrate --baseline 1 --target {target}"));
    assert!(screen.contains("applied 2 migrations"), "{screen}");
}

#[testkit::test(
    |test| Sandbox::analytics().needs_timescaledb_for("a take-over, which plain mode refuses").url(test)
)]
fn the_analytics_schema(project: Sandbox) {
    let screen = project.run("migrate --to 2 --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let mut client = project.own_database().client();
    client
        .batch_execute("DROP TABLE schema_migrations")
        .unwrap();
    insta::assert_snapshot!(project.run("migrate --baseline 2"));
    client
        .batch_execute("DROP TABLE schema_migrations")
        .unwrap();
    let screen = project.run("migrate --baseline 3");
    assert!(
        screen.contains("compared with analytics-schema/schema.json"),
        "{screen}"
    );
}
