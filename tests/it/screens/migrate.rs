//! `migrate`.

use super::{applied, fresh, half_applied};
use crate::support::{Sandbox, test_name};

macro_rules! on_an_empty_database {
    ($($name:ident: $arguments:expr;)+) => {$(
        #[test]
        fn $name() {
            if let Some(project) = fresh(test_name!()) {
                insta::assert_snapshot!(project.run($arguments));
            }
        }
    )+};
}

on_an_empty_database! {
    the_first_run: "migrate";
    the_plan_of_the_first_run: "migrate --dry-run";
    the_plan_up_to_a_number: "migrate --dry-run --to 1";
    the_plan_as_a_document: "migrate --dry-run --json";
    the_first_run_as_a_document: "migrate --json";
    up_to_a_number: "migrate --to 2";
    only_one: "migrate --only 1";
    without_snapshot: "migrate --no-snapshot";
}

#[testkit::test(|test| applied(test, 3))]
fn nothing_to_do(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate"));
    insta::assert_snapshot!("nothing_to_do_as_a_document", project.run("migrate --json"));
    insta::assert_snapshot!("nothing_to_do_as_a_plan", project.run("migrate --dry-run"));
    insta::assert_snapshot!("nothing_to_do_and_frozen", project.run("migrate --frozen"));
}

#[testkit::test(half_applied)]
fn the_rest_of_a_half_applied_one(project: Sandbox) {
    insta::assert_snapshot!("the_plan_of_the_rest", project.run("migrate --dry-run"));
    insta::assert_snapshot!(
        "the_plan_of_the_rest_as_a_document",
        project.run("migrate --dry-run --json")
    );
    insta::assert_snapshot!(project.run("migrate"));
}

#[testkit::test(|test| fresh(test))]
fn the_plan_says_what_changes_for_code(project: Sandbox) {
    let change = "ALTER TABLE users ALTER COLUMN name TYPE varchar(40), ADD COLUMN team bigint NOT NULL DEFAULT 1;\n\
                  DROP VIEW login_counts;\nCREATE TABLE teams (id bigint PRIMARY KEY);\n";
    project.write("migrations/004_teams.sql", change);
    assert!(project.run("migrate").starts_with("exit 0\n"));
    // The committed snapshot is that of all four; this target has three.
    let mut client = project.own_database().client();
    client
        .batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
        .unwrap();
    let screen = project.run("migrate --to 3 --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    insta::assert_snapshot!(project.run("migrate --dry-run"));
    let document = project.run("migrate --dry-run --json");
    assert!(document.contains("\"effect\": \"breaking\""), "{document}");
    // What the snapshot does not describe is not guessed.
    project.write("migrations/005_more.sql", "CREATE TABLE more (id int);\n");
    assert!(!project.run("migrate --dry-run").contains("types "));
}

#[test]
fn the_analytics_schema() {
    use crate::support::Sandbox;
    let Some(project) = Sandbox::analytics()
        .needs_timescaledb_for("the screen of a run with it")
        .url(test_name!())
    else {
        return;
    };
    insta::assert_snapshot!(
        "the_plan_of_the_analytics_schema",
        project.run("migrate --dry-run")
    );
    insta::assert_snapshot!(project.run("migrate --frozen"));
}
