//! Containers that are not simply running: each state is named with the command that helps, and the commands wait for one that starts.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use regex::Regex;

use crate::support::{Sandbox, succeed, test_name};

/// The commands that need a database, as they are typed.
const COMMANDS: [&str; 7] = [
    "migrate --no-snapshot",
    "migrate --dry-run",
    "status",
    "doctor",
    "psql -- -XAtlq",
    "with-db true",
    "reset --yes --no-snapshot",
];

/// A project with one migration, and the compose file's settings changed by `override_file`.
fn project(test: &str, override_file: &str) -> Option<Sandbox> {
    let project = Sandbox::analytics().compose(test)?;
    for file in fs::read_dir(project.dir().join("migrations")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    project.write("migrations/001_first.sql", "CREATE TABLE first (a int);\n");
    if !override_file.is_empty() {
        change(&project, override_file);
    }
    Some(project)
}

/// What the compose file has only in this test.
fn change(project: &Sandbox, service: &str) {
    let file = format!("services:\n  timescaledb:\n{service}");
    project.write("docker-compose.override.yml", file);
}

/// `docker` with a command on the container.
fn docker(project: &Sandbox, command: &str) {
    let mut docker = project.command("docker");
    docker.args([command, project.container().unwrap()]);
    succeed(&mut docker);
}

/// A screen, the same for every container and moment.
fn stable(screen: &str) -> String {
    let replacements = [
        (
            r"(container    )[0-9a-f]+ \(.*?\): ",
            "${1}[id] ([image]): ",
        ),
        (r"\[project\]|analytics-test-[0-9-]+", "[container]"),
        (
            r"(Up|\(137\)|\(3\)) (\d+|Less than a|About a) \w+( ago)?",
            "$1 [time]",
        ),
        (r"waiting for .*\n", ""),
        (r"(; connecting again\n)(.*; connecting again\n)+", "$1"),
        (r"  = log: .*\n(         .*\n)*", "  = log: [lines]\n"),
    ];
    replacements
        .iter()
        .fold(screen.to_owned(), |screen, (from, to)| {
            Regex::new(from)
                .unwrap()
                .replace_all(&screen, *to)
                .into_owned()
        })
}

/// Runs all commands at once; each answers within seconds, and none prints nothing.
fn all(project: &Sandbox, contains: &str) {
    let check = |command: &str| {
        let began = Instant::now();
        let screen = project.run(command);
        assert!(screen.contains(contains), "{command}: {screen}");
        assert!(screen.contains("next: "), "{command}: {screen}");
        assert!(!screen.contains("error: \n"), "{command}: {screen}");
        let took = began.elapsed();
        assert!(
            took < Duration::from_secs(45),
            "{command}: {took:?}\n{screen}"
        );
    };
    thread::scope(|scope| {
        for command in COMMANDS {
            scope.spawn(|| check(command));
        }
    });
}

fn password(project: &Sandbox) -> String {
    let env = project.read(".env");
    let line = env
        .lines()
        .find(|line| line.starts_with("POSTGRES_PASSWORD="));
    line.unwrap().to_owned()
}

#[testkit::test(|test| project(test, ""))]
fn what_happened_to_a_container_or_its_files_is_named(project: Sandbox) {
    // As a careful person begins.
    project.write(".env", project.read(".env.example"));
    let first = project.run("migrate --no-snapshot");
    assert!(first.starts_with("exit 0\n"), "{first}");
    assert!(
        first.contains("wrote a POSTGRES_PASSWORD into .env, which had none\n"),
        "{first}"
    );
    let written = password(&project);
    assert_eq!(
        project.read(".env").replace(&written, "POSTGRES_PASSWORD="),
        project.read(".env.example")
    );

    docker(&project, "pause");
    all(&project, "aused");
    insta::assert_snapshot!("paused", stable(&project.run("psql")));
    insta::assert_snapshot!(
        "doctor_of_a_paused_container",
        stable(&project.run("doctor"))
    );
    docker(&project, "unpause");

    let file = project.read("docker-compose.yml");
    project.write("docker-compose.yml", format!("{file}  bad: [\n"));
    insta::assert_snapshot!("a_broken_file", stable(&project.run("status")));
    for command in ["migrate", "with-db true", "reset --yes"] {
        let screen = project.run(command);
        assert!(
            screen.contains("docker-compose.yml cannot be used: "),
            "{screen}"
        );
    }
    // psql needs no compose file.
    let psql = project.run("psql -- -XAtlq");
    assert!(psql.starts_with("exit 0\n"), "{psql}");
    project.write("docker-compose.yml", file);

    let env = project.read(".env");
    project.write(".env", env.replace(&written, ""));
    insta::assert_snapshot!("no_password", stable(&project.run("status")));
    let restored = project.run("migrate --no-snapshot");
    assert!(
        restored.contains("nothing to do: 1 migration applied"),
        "{restored}"
    );
    assert!(
        restored.contains("wrote the container's POSTGRES_PASSWORD into .env"),
        "{restored}"
    );
    assert_eq!(password(&project), written);

    docker(&project, "kill");
    insta::assert_snapshot!("killed", stable(&project.run("status")));
    insta::assert_snapshot!(
        "doctor_of_a_killed_container",
        stable(&project.run("doctor"))
    );
    // What works on the database starts it.
    let psql = project.run("psql -- -XAtlq");
    assert!(psql.starts_with("exit 0\n"), "{psql}");
}

#[test]
fn a_server_that_starts_is_waited_for_and_that_is_said() {
    let slow = "    command: [\"sh\", \"-c\", \"sleep 4; exec docker-entrypoint.sh postgres\"]\n";
    let Some(project) = project(test_name!(), slow) else {
        return;
    };
    let waits = |command: &str| {
        let screen = project.run(command);
        assert!(screen.starts_with("exit 0\n"), "{command}: {screen}");
        let said = "waiting for the server in container [project] to accept connections, ";
        assert!(screen.contains(said), "{command}: {screen}");
    };
    waits("migrate --no-snapshot");
    for together in [
        &["status", "doctor", "psql -- -XAtlq", "with-db true"][..],
        &["reset --yes --no-snapshot"],
    ] {
        docker(&project, "kill");
        docker(&project, "start");
        thread::scope(|scope| {
            for command in together {
                scope.spawn(|| waits(command));
            }
        });
    }
}

#[test]
fn a_server_that_never_answers_is_named_in_seconds() {
    let fails = "    command: [\"sh\", \"-c\", \"echo 'FATAL:  no such setting' >&2; exit 3\"]\n";
    let Some(project) = project(test_name!(), fails) else {
        return;
    };
    let ended = project.run("migrate --target compose");
    assert!(ended.contains("FATAL:  no such setting"), "{ended}");
    insta::assert_snapshot!("ended_as_soon_as_it_was_started", stable(&ended));

    change(&project, &format!("{fails}    restart: always\n"));
    let again = project.run("migrate --target compose");
    assert!(again.contains("keeps exiting: "), "{again}");
    assert!(again.contains("FATAL:  no such setting"), "{again}");

    let never = "    command: [\"sleep\", \"600\"]\n    healthcheck: { test: [\"CMD\", \"false\"], interval: 1s, retries: 1 }\n";
    change(&project, never);
    succeed(&mut project.docker_compose("up -d"));
    all(&project, "accepts no connections: ");
}

#[testkit::test(|test| project(test, ""))]
fn a_container_that_is_killed_in_a_run_is_named(project: Sandbox) {
    project.write("migrations/002_slow.sql", "SELECT pg_sleep(60);\n");
    let mut run = project.start("migrate --no-snapshot --patience 3");
    run.says("001 first");
    docker(&project, "kill");
    insta::assert_snapshot!("killed_in_a_run", stable(&run.screen()));
}
