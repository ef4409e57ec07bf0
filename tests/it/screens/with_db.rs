//! `with-db`.

use super::{applied, fresh};
use crate::support::{Sandbox, test_name};

/// `with-db` running a shell script.
fn with_db(project: &Sandbox, script: &str) -> String {
    let mut command = project.xtask();
    command.args(["with-db", "--", "sh", "-c", script]);
    project.show(command)
}

#[test]
fn the_command_sees_the_migrated_database() {
    let Some(project) = fresh(test_name!()) else {
        return;
    };
    let script =
        "psql -XAt \"$DATABASE_URL\" -c 'SELECT count(*) FROM users' -c 'TABLE login_counts'";
    insta::assert_snapshot!(with_db(&project, script));
}

#[test]
fn nothing_is_pending() {
    if let Some(project) = applied(test_name!(), 3) {
        insta::assert_snapshot!(with_db(&project, "echo out; echo err >&2"));
    }
}

#[test]
fn the_command_s_exit_status_is_its_own() {
    let Some(project) = applied(test_name!(), 3) else {
        return;
    };
    for (script, status) in [
        ("exit 0", "exit 0"),
        ("exit 3", "exit 3"),
        ("exit 255", "exit 255"),
        ("kill -TERM $$", "exit 143"),
    ] {
        let screen = with_db(&project, script);
        assert_eq!(screen.lines().next(), Some(status), "{screen}");
    }
}

#[test]
fn the_command_is_not_there() {
    if let Some(project) = applied(test_name!(), 3) {
        insta::assert_snapshot!(project.run("with-db no-such-command"));
    }
}

#[test]
fn the_migrations_fail() {
    let Some(project) = fresh(test_name!()) else {
        return;
    };
    project.write("migrations/003_login_counts.sql", "SELECT wrong;\n");
    insta::assert_snapshot!(with_db(&project, "echo not run"));
}

#[test]
fn an_embedded_cluster_is_started_and_stopped() {
    let Some(project) = fresh(test_name!()) else {
        return;
    };
    let mut command = project.xtask();
    let script = "psql -XAt \"$DATABASE_URL\" -c 'SELECT count(*) FROM schema_migrations'";
    // The same whether or not the server has TimescaleDB.
    command.args(["with-db", "--target", "embedded", "--plain"]);
    command.args(["--", "sh", "-c", script]);
    insta::assert_snapshot!(project.show(command));
    assert!(
        !project
            .dir()
            .join("target/embedded/data/postmaster.pid")
            .exists()
    );
}
