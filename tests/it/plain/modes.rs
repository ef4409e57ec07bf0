//! Which databases are in plain mode, and which cannot be.

use super::{HYPERTABLE, one, value};
use crate::support::{Sandbox, eventually, test_name};

#[testkit::test(|test| one(test, HYPERTABLE))]
fn a_database_of_plain_mode_stays_one(project: Sandbox) {
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

#[testkit::test(
    |test| Sandbox::new().file("migrations/001_a.sql", HYPERTABLE).needs_timescaledb_for("a reset that leaves plain mode").plain(test)
)]
fn a_reset_names_the_mode_that_the_database_had(project: Sandbox) {
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

#[testkit::test(
    |test| Sandbox::new().file("migrations/001_a.sql", HYPERTABLE).needs_timescaledb_for("a database that has it already").url(test)
)]
fn a_database_with_timescaledb_is_none_for_it(project: Sandbox) {
    let mut client = project.own_database().client();
    client
        .batch_execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        .unwrap();
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
    // If nothing would run, nothing is mixed; but plain mode is not announced.
    project.run("migrate --no-snapshot");
    insta::assert_snapshot!(
        "a_database_with_timescaledb_has_its_mode",
        project.run("migrate --plain --no-snapshot")
    );
}

#[testkit::test(|test| one(test, HYPERTABLE))]
fn a_take_over_is_refused(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate --plain --baseline 1"));
}

#[testkit::test(|test| one(test, "CREATE TABLE t ();\nSELECT pg_sleep(3);\n"))]
fn a_run_that_waited_for_one_of_the_other_mode_is_refused(project: Sandbox) {
    let first = project.start("migrate --no-snapshot");
    eventually("the first run", || {
        let running = "SELECT count(*)::text FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event = 'PgSleep'";
        value(&project, running) == "1"
    });
    project.write("migrations/002_b.sql", HYPERTABLE);
    let second = project.run("migrate --plain --no-snapshot");
    assert!(first.end().1.contains("applied 1 migration"));
    assert!(second.contains("waiting for another run"), "{second}");
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
