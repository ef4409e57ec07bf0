//! `status`.

use super::{applied, fresh, half_applied};
use crate::support::Sandbox;

/// What `status` says for people and for programs.
fn status(project: &Sandbox) -> String {
    format!(
        "{}\n{}",
        project.run("status"),
        project.run("status --json")
    )
}

#[testkit::test(|test| applied(test, 3))]
fn all_applied(project: Sandbox) {
    insta::assert_snapshot!(status(&project));
}

#[testkit::test(fresh)]
fn all_pending(project: Sandbox) {
    insta::assert_snapshot!(status(&project));
}

#[testkit::test(|test| applied(test, 2))]
fn some_pending(project: Sandbox) {
    insta::assert_snapshot!(status(&project));
}

#[testkit::test(half_applied)]
fn one_half_applied(project: Sandbox) {
    insta::assert_snapshot!(status(&project));
}

#[testkit::test(|test| applied(test, 3))]
fn one_changed_and_one_missing(project: Sandbox) {
    project.write("migrations/001_users.sql", "SELECT 1;\n");
    std::fs::remove_file(project.dir().join("migrations/003_login_counts.sql")).unwrap();
    insta::assert_snapshot!(status(&project));
}

#[test]
fn no_cluster_yet() {
    let project = Sandbox::analytics();
    insta::assert_snapshot!(project.run("status --target embedded"));
    assert!(!project.dir().join("target").exists());
}
