//! `psql`.

use super::applied;
use crate::support::Sandbox;

/// psql with this command.
fn psql(project: &Sandbox, sql: &str) -> String {
    let mut command = project.xtask();
    command.args(["psql", "--", "-X", "-v", "ON_ERROR_STOP=1", "-c", sql]);
    project.show(command)
}

#[testkit::test(|test| applied(test, 3))]
fn it_is_on_the_target(project: Sandbox) {
    insta::assert_snapshot!(psql(
        &project,
        "SELECT version, name FROM schema_migrations ORDER BY version"
    ));
}

#[testkit::test(|test| applied(test, 1))]
fn it_tries_every_host_of_the_url(project: Sandbox) {
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

#[testkit::test(|test| applied(test, 3))]
fn its_exit_status_is_its_own(project: Sandbox) {
    insta::assert_snapshot!(psql(&project, "SELECT wrong"));
}

/// A command line can be read by every user of the machine.
#[testkit::test(|test| applied(test, 1))]
fn its_command_line_holds_no_password(project: Sandbox) {
    let project = project.file(
        "home/bin/psql",
        "#!/bin/sh\necho \"$# arguments: $*\"\n: \"${PGPASSWORD:?}\"\n",
    );
    let bin = project.dir().join("home/bin");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(bin.join("psql"), mode).unwrap();
    insta::assert_snapshot!(psql(&project.env("PATH", bin), "SELECT 1"));
}

#[testkit::test(|test| applied(test, 3))]
fn it_is_not_installed(project: Sandbox) {
    insta::assert_snapshot!(psql(&project.env("PATH", "/nowhere"), "SELECT 1"));
}
