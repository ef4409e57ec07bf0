//! `psql`.

use super::applied;
use crate::support::{Sandbox, test_name};

/// psql with this command of its own.
fn psql(project: &Sandbox, sql: &str) -> String {
    let mut command = project.xtask();
    command.args(["psql", "--", "-X", "-v", "ON_ERROR_STOP=1", "-c", sql]);
    project.show(command)
}

#[test]
fn it_is_on_the_target() {
    if let Some(project) = applied(test_name!(), 3) {
        insta::assert_snapshot!(psql(
            &project,
            "SELECT version, name FROM schema_migrations ORDER BY version"
        ));
    }
}

#[test]
fn it_tries_every_host_of_the_url() {
    let Some(project) = applied(test_name!(), 1) else {
        return;
    };
    let url = project
        .own_database()
        .url()
        .replacen('@', "@127.0.0.1:1,", 1);
    let screen = psql(&project.env("DATABASE_URL", url), "SELECT 'it is here'");
    assert!(
        screen.starts_with("exit 0\n") && screen.contains("it is here"),
        "{screen}"
    );
}

#[test]
fn its_exit_status_is_its_own() {
    if let Some(project) = applied(test_name!(), 3) {
        insta::assert_snapshot!(psql(&project, "SELECT wrong"));
    }
}

/// A command line can be read by every user of the machine.
#[test]
fn its_command_line_holds_no_password() {
    let Some(project) = applied(test_name!(), 1) else {
        return;
    };
    let project = project.file(
        "home/bin/psql",
        "#!/bin/sh\necho \"$# arguments: $*\"\n: \"${PGPASSWORD:?}\"\n",
    );
    let bin = project.dir().join("home/bin");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(bin.join("psql"), mode).unwrap();
    insta::assert_snapshot!(psql(&project.env("PATH", bin), "SELECT 1"));
}

#[test]
fn it_is_not_installed() {
    if let Some(project) = applied(test_name!(), 3) {
        insta::assert_snapshot!(psql(&project.env("PATH", "/nowhere"), "SELECT 1"));
    }
}
