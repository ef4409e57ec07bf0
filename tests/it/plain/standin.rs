//! Installing what replaces TimescaleDB in a database, and bringing it up to date.

use super::{HYPERTABLE, one, value};
use crate::support::{Sandbox, eventually};

/// The version of the database's stand-in.
fn version(project: &Sandbox) -> String {
    let mark = "SELECT obj_description('_timescaledb_catalog.plain'::regclass)";
    value(project, mark)
}

/// A database with an older stand-in: one of its functions is missing, and this is its version.
fn older(test: &str, mark: &str) -> Option<Sandbox> {
    let project = one(test, HYPERTABLE)?;
    let first = project.run("migrate --plain --no-snapshot");
    assert!(first.starts_with("exit 0\n"), "{first}");
    marked(&project, mark);
    let mut client = project.own_database().client();
    client
        .batch_execute("DROP FUNCTION generate_uuidv7()")
        .unwrap();
    Some(project)
}

fn marked(project: &Sandbox, mark: &str) {
    let mut client = project.own_database().client();
    let sql = format!("COMMENT ON TABLE _timescaledb_catalog.plain IS {mark}");
    client.batch_execute(&sql).unwrap();
}

#[testkit::test(|test| older(test, "NULL"))]
fn an_older_stand_in_is_brought_up_to_date_and_a_newer_one_is_left_alone(project: Sandbox) {
    project.write("migrations/002_b.sql", "SELECT generate_uuidv7();\n");
    insta::assert_snapshot!(
        "an_older_stand_in",
        project.run("migrate --plain --no-snapshot")
    );
    assert_eq!(version(&project), migrator::plain::VERSION.to_string());
    marked(&project, "'999'");
    project.write("migrations/003_c.sql", "SELECT 1;\n");
    insta::assert_snapshot!(
        "a_newer_stand_in",
        project.run("migrate --plain --no-snapshot")
    );
    assert_eq!(version(&project), "999");
}

#[testkit::test(|test| older(test, "'1'"))]
fn an_older_stand_in_is_brought_up_to_date_where_nothing_is_pending(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    assert_eq!(version(&project), migrator::plain::VERSION.to_string());
    assert_ne!(value(&project, "SELECT generate_uuidv7()::text"), "");
    marked(&project, "'999'");
    let newer = project.run("migrate --no-snapshot");
    assert!(newer.starts_with("exit 0\n"), "{newer}");
    assert_eq!(version(&project), "999");
}

/// Two services that have a history each, and so a lock each.
#[testkit::test(
    |test| Sandbox::new()
        .file("a/001_a.sql", HYPERTABLE)
        .file("b/001_b.sql", HYPERTABLE.replace("TABLE t", "TABLE u").replace("('t'", "('u'"))
        .plain(test)
)]
fn two_first_runs_at_once_install_one_stand_in(project: Sandbox) {
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

#[testkit::test(|test| one(test, HYPERTABLE))]
fn where_the_stand_in_cannot_be_installed_nothing_is_run(project: Sandbox) {
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
