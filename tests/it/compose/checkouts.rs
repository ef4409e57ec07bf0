//! A checkout's compose project: never another checkout's, and always the same.

use std::fs;

use regex::Regex;

use crate::support::{Sandbox, succeed};

/// Checkouts in folders of one name, each somewhere else; of this repository.
fn checkouts<const N: usize>(test: &str) -> Option<[Sandbox; N]> {
    let name = Sandbox::checkout_name(test)?;
    let mut all = Vec::new();
    for _ in 0..N {
        all.push(Sandbox::analytics().checkout(test, &name)?);
    }
    all.try_into().ok()
}

/// A migration that says whose it is.
fn with_mark(project: &Sandbox, mark: &str) {
    let sql = format!("CREATE TABLE {mark} (a int);\n");
    project.write("migrations/001_initial_schema.sql", sql);
    for other in ["002_funnels_schema", "003_materialized_views"] {
        fs::remove_file(project.dir().join(format!("migrations/{other}.sql"))).unwrap();
    }
}

fn migrate(project: &Sandbox) -> String {
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    screen
}

/// The tables that psql on the target shows.
fn tables(project: &Sandbox) -> String {
    let mut psql = project.xtask();
    let tables = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class \
                  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    psql.args(["psql", "--", "-XAtqc", tables]);
    succeed(&mut psql).trim().to_owned()
}

/// The value of a variable in `.env`.
fn in_env(project: &Sandbox, name: &str) -> Option<String> {
    let text = project.read(".env");
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let mut values = lines.filter(|(it, _)| *it == name);
    values.next().map(|(_, value)| value.to_owned())
}

/// A screen, the same whatever the checkouts are called.
fn stable(screen: &str) -> String {
    let own = Regex::new(r"\[project\]-[0-9a-f]{8}").unwrap();
    let folder = Regex::new(r"/[^ ]*\.checkout/\[project\]").unwrap();
    let screen = folder.replace_all(screen, "[another]");
    own.replace_all(&screen, "[project]-[path]").into_owned()
}

#[testkit::test(checkouts)]
fn two_in_folders_of_one_name_have_databases_of_their_own([one, other]: [Sandbox; 2]) {
    with_mark(&one, "of_one");
    with_mark(&other, "of_other");
    for project in [&one, &other] {
        let screen = migrate(project);
        assert!(screen.contains("applied 1 migration"), "{screen}");
    }
    assert_eq!(tables(&one), "of_one schema_migrations");
    assert_eq!(tables(&other), "of_other schema_migrations");

    // A compose command that a person types finds the same, and so does the next one after `down`.
    let project = in_env(&one, "COMPOSE_PROJECT_NAME").unwrap();
    assert_ne!(
        Some(&project),
        in_env(&other, "COMPOSE_PROJECT_NAME").as_ref()
    );
    let ask = [
        "exec",
        "-T",
        "timescaledb",
        "psql",
        "-U",
        "user",
        "-d",
        "analytics",
    ];
    let mut psql = one.docker_compose("");
    psql.args(ask)
        .args(["-XAtqc", "SELECT count(*) FROM of_one"]);
    assert_eq!(succeed(&mut psql), "0\n");
    succeed(&mut one.docker_compose("down"));
    assert!(migrate(&one).contains("nothing to do: 1 migration applied"));

    // The engine is stopped: an error, and no empty cluster in its place.
    let mut stopped = one.xtask();
    stopped
        .arg("migrate")
        .env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let stopped = one.show(stopped);
    assert!(!one.dir().join("target").exists());
    insta::assert_snapshot!("an_engine_that_is_stopped", stable(&stopped));

    // `.env` was copied with the rest.
    other.write(".env", one.read(".env"));
    for command in ["status", "migrate", "reset --yes", "psql"] {
        let screen = other.run(command);
        assert!(screen.contains("belongs to the checkout in"), "{screen}");
        if command == "status" {
            insta::assert_snapshot!("the_project_of_another_checkout", stable(&screen));
        }
    }
    assert_eq!(tables(&one), "of_one schema_migrations");

    // The other way round: that checkout has no container now, and its data is still its own.
    succeed(&mut one.docker_compose("down"));
    let screen = other.run("migrate --no-snapshot");
    insta::assert_snapshot!("the_data_of_another_checkout", stable(&screen));
    assert!(migrate(&one).contains("nothing to do: 1 migration applied"));
}

#[testkit::test(checkouts)]
fn a_project_that_a_team_has_already_stays_its_own([project]: [Sandbox; 1]) {
    with_mark(&project, "kept");
    let name = project
        .dir()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let env = format!("POSTGRES_PASSWORD=secret\nTIMESCALEDB_CONTAINER={name}");
    project.write(".env", &env);
    succeed(&mut project.docker_compose("up -d"));
    assert!(migrate(&project).contains("applied 1 migration"));
    assert_eq!(in_env(&project, "COMPOSE_PROJECT_NAME"), Some(name.clone()));

    // Only the volume is left, and its owner is unknown: the user decides.
    succeed(&mut project.docker_compose("down"));
    project.write(".env", &env);
    let screen = project.run("migrate --no-snapshot");
    insta::assert_snapshot!("data_that_may_be_another_s", stable(&screen));
    project.write(".env", format!("{env}\nCOMPOSE_PROJECT_NAME={name}\n"));
    assert!(migrate(&project).contains("nothing to do: 1 migration applied"));
}
