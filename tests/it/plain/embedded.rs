//! Embedded clusters of a server without TimescaleDB, also if it is installed later.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use cluster::Server;

use super::HYPERTABLE;
use crate::support::{NO_ENGINE, Sandbox, eventually};

/// Installs a PostgreSQL without extensions in the project: the installed binaries, which find their files wherever they are called from.
/// Returns its `pg_config`.
fn without_extensions(project: &Sandbox, server: &Server) -> PathBuf {
    let root = project.dir().join("home/postgresql");
    fs::create_dir_all(root.join("bin")).unwrap();
    fs::create_dir_all(root.join("share/postgresql/extension")).unwrap();
    for entry in fs::read_dir(server.bin_dir()).unwrap() {
        let program = entry.unwrap();
        // It would show where the extensions are.
        if program.file_name() == "pg_config" {
            continue;
        }
        let link = root.join("bin").join(program.file_name());
        symlink(program.path(), link).unwrap();
    }
    let pg_config = root.join("pg_config");
    let script = format!("#!/bin/sh\necho '{}'\n", root.join("bin").display());
    fs::write(&pg_config, script).unwrap();
    fs::set_permissions(&pg_config, fs::Permissions::from_mode(0o755)).unwrap();
    pg_config
}

/// A project with a hypertable, and a `pg_config` that leads to the same server without TimescaleDB.
fn to_be_installed_later(test: &str) -> Option<(Sandbox, PathBuf)> {
    let project = Sandbox::new()
        .file("migrations/001_a.sql", HYPERTABLE)
        .needs_timescaledb_for("installing it later")
        .embedded(test)?;
    let pg_config = without_extensions(&project, &Server::find().unwrap());
    Some((project.program("docker", NO_ENGINE), pg_config))
}

#[testkit::test(testkit::server)]
fn an_embedded_cluster_of_a_server_without_timescaledb_is_in_plain_mode(server: Server) {
    let project = Sandbox::analytics().program("docker", NO_ENGINE);
    let pg_config = without_extensions(&project, &server);
    let project = project.env("PG_CONFIG", pg_config);
    insta::assert_snapshot!(project.run("migrate --frozen"));
    insta::assert_snapshot!("the_doctor_of_an_embedded_cluster", project.run("doctor"));
}

#[testkit::test(to_be_installed_later)]
fn an_embedded_cluster_takes_timescaledb_that_is_installed_later_for_new_databases(
    (project, pg_config): (Sandbox, PathBuf),
) {
    let project = project.env("PG_CONFIG", pg_config);
    let before = project.run("migrate --no-snapshot");
    insta::assert_snapshot!("before_it_was_installed", before);
    let project = project.env("PG_CONFIG", Server::find().unwrap().program("pg_config"));
    let later = HYPERTABLE
        .replace("TABLE t", "TABLE later")
        .replace("('t'", "('later'");
    project.write("migrations/002_b.sql", later);
    let after = project.run("migrate --no-snapshot");
    insta::assert_snapshot!("the_database_from_before_stays_plain", after);
    insta::assert_snapshot!(
        "a_new_one_uses_it",
        project.run("reset --yes --no-snapshot")
    );
}

/// A server that is in use is not restarted; the next one that starts has the library.
#[testkit::test(to_be_installed_later)]
fn an_embedded_server_from_before_timescaledb_was_installed_is_restarted_when_nobody_uses_it(
    (project, pg_config): (Sandbox, PathBuf),
) {
    let done = project.dir().join("done");
    let script = r#"touch "$1.begun"; until [ -e "$1" ]; do sleep 0.1; done"#;
    let mut user = project.xtask();
    user.args(["with-db", "--", "sh", "-c", script, "sh"]);
    user.arg(&done).env("PG_CONFIG", pg_config);
    let user = project.start_command(user);
    eventually("the other command", || {
        project.dir().join("done.begun").exists()
    });
    let in_use = project.run("reset --yes --no-snapshot");
    fs::write(done, "").unwrap();
    assert!(user.end().0.success());
    insta::assert_snapshot!("a_server_from_before_that_is_in_use", in_use);
    let restarted = project.run("migrate --no-snapshot");
    insta::assert_snapshot!("a_server_from_before_that_is_restarted", restarted);
}
