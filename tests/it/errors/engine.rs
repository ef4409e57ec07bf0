//! Docker engines that are missing or refuse, played by programs that print what the real ones print.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::{NO_ENGINE, Sandbox, skip, test_name};

/// A project whose `PATH` has these shell scripts and the shell's tools.
fn with_programs(programs: &[(&str, &str)]) -> Sandbox {
    let project = Sandbox::analytics();
    let bin = project.dir().join("home/bin");
    std::fs::create_dir_all(&bin).unwrap();
    for (name, script) in programs {
        let path = bin.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    project.env("PATH", bin)
}

/// What `command` says when it is to use compose.
fn compose(command: &str, programs: &[(&str, &str)]) -> String {
    let project = with_programs(programs).env("COMPOSE_PROJECT_NAME", "app");
    project.run(&format!("{command} --target compose"))
}

const NO_PERMISSION: &str = "echo 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: \
                             Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.47/containers/json\": dial unix /var/run/docker.sock: connect: permission denied' >&2; exit 1";
const NO_CONTAINER: &str = ":";

macro_rules! says {
    ($($name:ident: $screen:expr;)+) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!($screen);
        }
    )+};
}

says! {
    docker_is_not_installed: compose("migrate", &[]);
    no_engine: compose("migrate", &[("docker", NO_ENGINE)]);
    an_engine_without_permission: compose("migrate", &[("docker", NO_PERMISSION)]);
    status_without_engine: compose("status", &[("docker", NO_ENGINE)]);
    no_engine_and_no_server: {
        let project = with_programs(&[("docker", NO_PERMISSION)]);
        project.env("PG_CONFIG", "/nowhere/pg_config").run("migrate")
    };
    no_compose_file: {
        let project = with_programs(&[("docker", NO_CONTAINER)]);
        std::fs::remove_file(project.dir().join("docker-compose.yml")).unwrap();
        project.run("migrate --target compose")
    };
}

/// Whether a system folder holds the compose plugin, which then wins over a program of the test's.
fn has_plugin(test: &str) -> bool {
    const FOLDERS: [&str; 5] = [
        "/usr/local/lib",
        "/usr/local/libexec",
        "/usr/lib",
        "/usr/libexec",
        "/opt/homebrew/lib",
    ];
    for folder in FOLDERS {
        if Path::new(folder)
            .join("docker/cli-plugins/docker-compose")
            .exists()
        {
            skip(
                test,
                &format!("the compose plugin is installed in {folder}"),
            );
            return true;
        }
    }
    false
}

#[test]
fn no_compose_program() {
    if !has_plugin(test_name!()) {
        insta::assert_snapshot!(compose("migrate", &[("docker", NO_CONTAINER)]));
    }
}

/// What `migrate` says when `up` fails with these errors.
fn up_fails(test: &str, errors: &str) -> Option<String> {
    let up = format!("/bin/cat >&2 <<'END'\n{errors}\nEND\nexit 1");
    (!has_plugin(test)).then(|| {
        compose(
            "migrate",
            &[("docker", NO_CONTAINER), ("docker-compose", &up)],
        )
    })
}

#[test]
fn the_port_is_taken() {
    let errors = "Creating timescaledb ... error\n\nERROR: for timescaledb  Cannot start service timescaledb: driver failed programming \
                  external connectivity on endpoint timescaledb: Bind for 127.0.0.1:5432 failed: port is already allocated\n\
                  ERROR: Encountered errors while bringing up the project.";
    let Some(screen) = up_fails(test_name!(), errors) else {
        return;
    };
    insta::assert_snapshot!(screen);
}

#[test]
fn the_image_cannot_be_pulled() {
    let errors = "Pulling timescaledb (timescale/timescaledb:2.28.3-pg17)...\n\
                  Get \"https://registry.example/v2/\": dial tcp: lookup registry.example: no such host";
    if let Some(screen) = up_fails(test_name!(), errors) {
        insta::assert_snapshot!(screen);
    }
}

#[test]
fn the_name_is_taken() {
    let errors = "Creating timescaledb ... error\n\nERROR: for timescaledb  Cannot create container for service timescaledb: Conflict. The \
                  container name \"/timescaledb\" is already in use by container \"4f66ad9b0d7d\". You have to remove (or rename) that \
                  container to be able to reuse that name.\nERROR: Encountered errors while bringing up the project.";
    if let Some(screen) = up_fails(test_name!(), errors) {
        insta::assert_snapshot!(screen);
    }
}

/// A `docker` that shows one container, of the checkout in the current folder.
fn ps(container: &str) -> String {
    format!(r#"[ "$1" = ps ] || exit 1; printf '{container}\ttimescaledb\tapp\t%s\n' "$PWD""#)
}

/// A container as `docker ps` shows it to `doctor`.
fn doctor_sees(test: &str, container: &str) -> Option<String> {
    let ps = ps(container);
    (!has_plugin(test)).then(|| compose("doctor", &[("docker", &ps), ("docker-compose", "exit 1")]))
}

#[test]
fn a_container_that_has_ended() {
    let container = "abc123\\texited\\tExited (1) 2 hours ago\\ttimescale/timescaledb:1";
    let Some(screen) = doctor_sees(test_name!(), container) else {
        return;
    };
    insta::assert_snapshot!(screen);
}

#[test]
fn the_status_of_a_container_that_has_ended() {
    let ps = ps("abc123\\texited\\tExited (1) 2 hours ago\\ttimescale/timescaledb:1");
    if !has_plugin(test_name!()) {
        let programs = [("docker", ps.as_str()), ("docker-compose", "exit 1")];
        insta::assert_snapshot!(compose("status", &programs));
    }
}

#[test]
fn a_container_that_is_not_healthy() {
    let container = "abc123\\trunning\\tUp 2 hours (unhealthy)\\ttimescale/timescaledb:1";
    let Some(screen) = doctor_sees(test_name!(), container) else {
        return;
    };
    insta::assert_snapshot!(screen);
}

#[test]
fn a_container_that_is_only_to_be_looked_at() {
    if has_plugin(test_name!()) {
        return;
    }
    let project = with_programs(&[("docker", NO_CONTAINER), ("docker-compose", "exit 1")]);
    let before = project.files();
    insta::assert_snapshot!(project.run("migrate --dry-run --target compose"));
    insta::assert_snapshot!(
        "a_status_without_container",
        project.run("status --target compose")
    );
    assert_eq!(project.files(), before);
}

#[test]
fn the_first_run_makes_an_env_file_of_its_own() {
    if has_plugin(test_name!()) {
        return;
    }
    let project = with_programs(&[("docker", NO_CONTAINER), ("docker-compose", "exit 1")]);
    project.run("migrate --target compose");
    let env = project.read(".env");
    let password = env
        .lines()
        .find_map(|line| line.strip_prefix("POSTGRES_PASSWORD="));
    assert_eq!(password.map(str::len), Some(32));
    let metadata = project.dir().join(".env").metadata().unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    // It stays as it is.
    project.run("migrate --target compose");
    assert_eq!(project.read(".env"), env);
}
