//! `with-db`.

use super::{applied, fresh};
use crate::support::Sandbox;

/// `with-db` running a shell script.
fn with_db(project: &Sandbox, script: &str) -> String {
    let mut command = project.xtask();
    command.args(["with-db", "--", "sh", "-c", script]);
    project.show(command)
}

#[testkit::test(fresh)]
fn the_command_sees_the_migrated_database(project: Sandbox) {
    let script =
        "psql -XAt \"$DATABASE_URL\" -c 'SELECT count(*) FROM users' -c 'TABLE login_counts'";
    insta::assert_snapshot!(with_db(&project, script));
}

#[testkit::test(|test| applied(test, 3))]
fn nothing_is_pending(project: Sandbox) {
    insta::assert_snapshot!(with_db(&project, "echo out; echo err >&2"));
}

#[testkit::test(|test| applied(test, 3))]
fn the_command_s_exit_status_is_its_own(project: Sandbox) {
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

#[testkit::test(|test| applied(test, 3))]
fn the_command_is_not_there(project: Sandbox) {
    insta::assert_snapshot!(project.run("with-db no-such-command"));
}

#[testkit::test(fresh)]
fn the_migrations_fail(project: Sandbox) {
    project.write("migrations/003_login_counts.sql", "SELECT wrong;\n");
    insta::assert_snapshot!(with_db(&project, "echo not run"));
}

#[testkit::test(fresh)]
fn an_embedded_cluster_is_started_and_stopped(project: Sandbox) {
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
