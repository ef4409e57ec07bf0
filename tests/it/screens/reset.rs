//! `reset`.

use super::applied;
use crate::support::Sandbox;

#[testkit::test(|test| applied(test, 3))]
fn it_drops_and_migrates(project: Sandbox) {
    // A session that is still open does not stop it.
    let mut open = project.own_database().client();
    open.batch_execute("INSERT INTO users (name) VALUES ('somebody')")
        .unwrap();
    insta::assert_snapshot!(project.run("reset --yes"));
    let mut client = project.own_database().client();
    let users: i64 = client
        .query_one("SELECT count(*) FROM users", &[])
        .unwrap()
        .get(0);
    assert_eq!(users, 0);
}

/// What `reset` says when it must not drop anything.
fn refused(test: &str, arguments: &str) -> Option<String> {
    let project = applied(test, 3)?;
    let mut client = project.own_database().client();
    client
        .batch_execute("INSERT INTO users (name) VALUES ('somebody')")
        .unwrap();
    let screen = project.run(arguments);
    let users: i64 = client
        .query_one("SELECT count(*) FROM users", &[])
        .unwrap()
        .get(0);
    assert_eq!(users, 1, "{screen}");
    Some(screen)
}

#[testkit::test(|test| refused(test, "reset"))]
fn it_asks_and_nobody_answers(screen: String) {
    insta::assert_snapshot!(screen);
}

#[testkit::test(|test| refused(test, "reset --yes --database production"))]
fn another_database_is_typed(screen: String) {
    insta::assert_snapshot!(screen);
}

#[testkit::test(|test| applied(test, 3))]
fn the_migrations_are_wrong(project: Sandbox) {
    project.write("migrations/003_login_counts.sql", "SELECT 'it;\n");
    insta::assert_snapshot!(project.run("reset --yes"));
    project
        .own_database()
        .client()
        .batch_execute("TABLE users")
        .unwrap();
}

#[test]
fn the_host_is_another_one() {
    let project = Sandbox::analytics();
    insta::assert_snapshot!(
        project.run("reset --yes --target postgres://u:secret@db.example/prod")
    );
}
