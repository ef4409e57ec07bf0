//! Files and history that do not match, and tables that are not histories.

use super::project;
use crate::support::{Sandbox, test_name};

const A: (&str, &str) = ("001_users", "CREATE TABLE users (user_id int);\n");
const B: (&str, &str) = ("002_names", "ALTER TABLE users ADD name text;\n");
const C: (&str, &str) = ("003_index", "CREATE INDEX ON users (name);\n");

/// A project with these migrations applied.
fn applied(test: &str, files: &[(&str, &str)]) -> Option<Sandbox> {
    let project = project(files).plain(test)?;
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    Some(project)
}

fn remove(project: &Sandbox, migration: &str) {
    std::fs::remove_file(project.dir().join(format!("migrations/{migration}.sql"))).unwrap();
}

/// What `migrate` and `status` say.
fn both(project: &Sandbox) -> String {
    let migrate = project.run("migrate --no-snapshot");
    format!("$ migrate\n{migrate}\n$ status\n{}", project.run("status"))
}

#[testkit::test(|test| applied(test, &[A, B]))]
fn edited_after_it_was_applied(project: Sandbox) {
    project.write(
        "migrations/001_users.sql",
        format!("-- one person\n{}", A.1),
    );
    insta::assert_snapshot!(both(&project));
}

#[testkit::test(|test| applied(test, &[A, B]))]
fn edited_and_others_are_pending(project: Sandbox) {
    project.write("migrations/002_names.sql", "SELECT 1;\n");
    project.write("migrations/003_index.sql", C.1);
    insta::assert_snapshot!(both(&project));
}

#[testkit::test(|test| applied(test, &[A, B, C]))]
fn the_last_is_deleted(project: Sandbox) {
    remove(&project, C.0);
    insta::assert_snapshot!(both(&project));
}

#[testkit::test(|test| applied(test, &[A, B, C]))]
fn one_of_a_repository_is_deleted(project: Sandbox) {
    remove(&project, C.0);
    let screen = project.run("status");
    assert!(!screen.contains("git"), "{screen}");
    let made = project.command("git").args(["init", "--quiet"]).status();
    assert!(made.unwrap().success());
    let screen = project.run("status");
    let next = "restore the file: git log --diff-filter=D -- '*003_index.sql'";
    assert!(screen.contains(next), "{screen}");
}

#[testkit::test(|test| applied(test, &[A, B, C]))]
fn one_between_is_deleted(project: Sandbox) {
    remove(&project, B.0);
    insta::assert_snapshot!(both(&project));
}

#[testkit::test(|test| applied(test, &[A, B]))]
fn renamed(project: Sandbox) {
    remove(&project, B.0);
    project.write("migrations/002_user_names.sql", B.1);
    insta::assert_snapshot!(both(&project));
}

#[testkit::test(|test| applied(test, &[A, B, C]))]
fn renamed_and_edited_and_deleted(project: Sandbox) {
    remove(&project, B.0);
    remove(&project, C.0);
    project.write("migrations/001_users.sql", "SELECT 1;\n");
    project.write("migrations/002_user_names.sql", B.1);
    insta::assert_snapshot!(both(&project));
}

#[testkit::test(|test| applied(test, &[A, B, C]))]
fn out_of_order(project: Sandbox) {
    // As after merging a branch whose migrations were applied under later numbers.
    let mut client = project.own_database().client();
    client
        .batch_execute("DELETE FROM schema_migrations WHERE version = 2")
        .unwrap();
    insta::assert_snapshot!(both(&project));
}

const HALF: &str = "CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY ON t (a);\nSELECT wrong;\n";

#[testkit::test(|test| project(&[A, ("002_half", HALF)]).plain(test))]
fn the_done_part_of_a_half_applied_one_is_edited(project: Sandbox) {
    project.run("migrate --no-snapshot");
    project.write("migrations/002_half.sql", HALF.replace("a int", "a bigint"));
    insta::assert_snapshot!(both(&project));
}

#[testkit::test(|test| project(&[A, ("002_half", HALF)]).plain(test))]
fn a_half_applied_one_is_deleted(project: Sandbox) {
    project.run("migrate --no-snapshot");
    remove(&project, "002_half");
    insta::assert_snapshot!(both(&project));
}

/// What `migrate` and `status` say in a database that holds this already; they must not touch it.
fn with_foreign(test: &str, sql: &str) -> Option<String> {
    let project = project(&[A]).plain(test)?;
    let mut client = project.own_database().client();
    client.batch_execute(sql).unwrap();
    let screens = both(&project);
    let there = client.query("SELECT FROM pg_class WHERE relname = 'users'", &[]);
    assert!(there.unwrap().is_empty(), "{screens}");
    Some(screens)
}

macro_rules! foreign {
    ($($name:ident: $sql:expr;)+) => {$(
        #[test]
        fn $name() {
            if let Some(screens) = with_foreign(test_name!(), $sql) {
                insta::assert_snapshot!(screens);
            }
        }
    )+};
}

foreign! {
    another_tool_s_history: "CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
                             INSERT INTO schema_migrations VALUES ('20240101120000')";
    a_history_of_other_types: "CREATE TABLE schema_migrations (version text, name text, checksum text, steps text, steps_done text,
                               started_at timestamptz, applied_at timestamptz, duration_ms bigint, applied_by text, mode text);
                               INSERT INTO schema_migrations VALUES ('one', 'users', '', '1', '1', now(), now(), 1, 'me', 'x')";
    a_history_without_the_last_column: "CREATE TABLE schema_migrations (version integer, name text, checksum text, steps integer, steps_done integer,
                               started_at timestamptz, applied_at timestamptz, duration_ms bigint, applied_by text)";
    a_history_with_text_for_a_time: "CREATE TABLE schema_migrations (version integer, name text, checksum text, steps integer, steps_done integer,
                               started_at timestamptz, applied_at text, duration_ms bigint, applied_by text, mode text)";
    a_view_in_its_place: "CREATE VIEW schema_migrations AS SELECT 1 AS version";
    an_index_in_its_place: "CREATE TABLE t (a integer); CREATE INDEX schema_migrations ON t (a)";
    a_sequence_in_its_place: "CREATE SEQUENCE schema_migrations";
    a_domain_in_its_place: "CREATE DOMAIN schema_migrations AS text";
    a_type_that_is_only_declared_in_its_place: "CREATE TYPE schema_migrations";
}
