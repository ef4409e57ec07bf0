//! `status`.

use super::{applied, fresh, half_applied};
use crate::support::{Sandbox, test_name};

/// What `status` says for people and for programs.
fn status(project: &Sandbox) -> String {
    format!(
        "{}\n{}",
        project.run("status"),
        project.run("status --json")
    )
}

#[test]
fn all_applied() {
    if let Some(project) = applied(test_name!(), 3) {
        insta::assert_snapshot!(status(&project));
    }
}

#[test]
fn all_pending() {
    if let Some(project) = fresh(test_name!()) {
        insta::assert_snapshot!(status(&project));
    }
}

#[test]
fn some_pending() {
    if let Some(project) = applied(test_name!(), 2) {
        insta::assert_snapshot!(status(&project));
    }
}

#[test]
fn one_half_applied() {
    if let Some(project) = half_applied(test_name!()) {
        insta::assert_snapshot!(status(&project));
    }
}

#[test]
fn one_changed_and_one_missing() {
    let Some(project) = applied(test_name!(), 3) else {
        return;
    };
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
