//! Every command works on the database of the container, whatever `.env` says meanwhile and whoever answers at its port.

use std::fs;

use regex::Regex;

use super::{ENV, connect};
use crate::support::{Sandbox, succeed, test_name};

/// A project with one migration, whose container is up.
fn up(test: &str) -> Option<Sandbox> {
    let project = Sandbox::analytics().compose(test)?.file(".env", ENV);
    for file in fs::read_dir(project.dir().join("migrations")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    project.write("migrations/001_first.sql", "CREATE TABLE first (a int);\n");
    succeed(&mut project.docker_compose("up -d"));
    Some(project)
}

/// A `docker` that reports a different port for every container: if the engine is on another machine, the port of that number on this one
/// leads elsewhere.
fn led_astray(project: Sandbox, other: &Sandbox) -> Sandbox {
    let (own, other) = (
        project.variable("POSTGRES_PORT"),
        other.variable("POSTGRES_PORT"),
    );
    let script = format!(
        "PATH=${{PATH#*:}}\ncase $1 in\n\
         inspect) docker \"$@\" | sed 's/\"HostPort\": \"{own}\"/\"HostPort\": \"{other}\"/' ;;\n\
         *) exec docker \"$@\" ;;\nesac"
    );
    project.program("docker", &script)
}

fn tables(project: &Sandbox) -> Vec<String> {
    let sql = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1";
    let rows = connect(project).query(sql, &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The screen of `doctor`, the same for every container.
fn stable(screen: &str) -> String {
    let container = Regex::new(r"(container    )[0-9a-f]+ \(.*\): Up .*").unwrap();
    let screen = container.replace_all(screen, "${1}[id] ([image]): Up [since]");
    // On a busy machine psql takes its time.
    let waiting = Regex::new("waiting for .*\n").unwrap();
    waiting.replace_all(&screen, "").into_owned()
}

/// `with-db` with a script that shows the URL without its password.
fn with_db(project: &Sandbox) -> String {
    let mut command = project.xtask();
    let script = r#"echo "${DATABASE_URL##*@} ${PGHOSTADDR-none}"; psql -XAtqc 'SELECT count(*) FROM first' "$DATABASE_URL""#;
    command.env("PGHOSTADDR", "192.0.2.1");
    command.args(["with-db", "--", "sh", "-c", script]);
    stable(&project.show(command))
}

#[testkit::test(up)]
fn it_is_that_of_the_container_for_every_command(project: Sandbox) {
    let Some(other) = up(test_name!()) else {
        return;
    };
    let migrated = project.run("migrate --no-snapshot");
    assert!(migrated.contains("database mine"), "{migrated}");
    connect(&other)
        .batch_execute("CREATE TABLE precious (a int)")
        .unwrap();
    connect(&project)
        .batch_execute("CREATE TABLE dropped (a int)")
        .unwrap();

    // `.env` names another database than the one that the container was created with.
    project.write(
        ".env",
        ENV.replace("DB=mine", "DB=renamed")
            .replace("secret", "s3cond"),
    );
    let status = project.run("status");
    assert!(status.contains("database mine"), "{status}");
    let given = with_db(&project);
    assert!(given.contains("/mine none\n0\n"), "{given}");
    let doctor = project.run("doctor");
    insta::assert_snapshot!("doctor_of_a_container", stable(&doctor));

    // At the port that the engine names, another server answers, with the same user, password and database.
    let project = led_astray(project, &other);
    insta::assert_snapshot!("with_db_beside_another_server", with_db(&project));
    insta::assert_snapshot!(
        "doctor_beside_another_server",
        stable(&project.run("doctor"))
    );
    let reset = project.run("reset --yes --no-snapshot");
    assert!(
        reset.contains("dropped and recreated database mine\n"),
        "{reset}"
    );
    assert!(reset.starts_with("exit 0\n"), "{reset}");
    assert_eq!(tables(&project), ["first", "schema_migrations"]);
    assert_eq!(tables(&other), ["precious"]);

    // Nobody answers there.
    succeed(&mut other.docker_compose("stop"));
    insta::assert_snapshot!("with_db_without_a_port", with_db(&project));
    let psql = r#"SELECT 'psql ' || current_database()"#;
    let mut command = project.xtask();
    let apart = [
        ("PGHOSTADDR", "192.0.2.1"),
        ("PGSERVICE", "other"),
        ("PGDATABASE", "other"),
    ];
    command.args(["psql", "--", "-XAtqc", psql]).envs(apart);
    assert_eq!(succeed(&mut command), "psql mine\n");

    // The real engine, by an endpoint that seems to lead to another machine: the name must be typed.
    let elsewhere = "PATH=${PATH#*:}\ncase $1 in\ncontext) echo ssh://me@db.example ;;\n*) exec docker \"$@\" ;;\nesac";
    let project = project.program("docker", elsewhere);
    connect(&project)
        .batch_execute("CREATE TABLE kept (a int)")
        .unwrap();
    insta::assert_snapshot!("reset_on_another_machine", project.run("reset --yes"));
    assert_eq!(tables(&project), ["first", "kept", "schema_migrations"]);
    let reset = project.run("reset --yes --database mine --no-snapshot");
    assert!(reset.starts_with("exit 0\n"), "{reset}");
    assert_eq!(tables(&project), ["first", "schema_migrations"]);
}

#[testkit::test(|test| Sandbox::analytics().embedded(test))]
fn psql_on_an_embedded_cluster_takes_nothing_of_another_server(project: Sandbox) {
    let mut command = project.xtask();
    let sql = "SELECT current_database()";
    command.args(["psql", "--target", "embedded", "--", "-XAtqc", sql]);
    let apart = [
        ("PGHOST", "192.0.2.1"),
        ("PGHOSTADDR", "192.0.2.1"),
        ("PGPORT", "1"),
        ("PGSERVICE", "other"),
        ("PGSERVICEFILE", "/nowhere"),
        ("PGPASSFILE", "/nowhere"),
        ("PGDATABASE", "other"),
        ("PGUSER", "nobody"),
        ("PGPASSWORD", "wrong"),
        ("PGSSLMODE", "verify-full"),
        ("PGOPTIONS", "-c wrong=1 -c also"),
    ];
    let migrated = project.run("migrate --target embedded --plain --no-snapshot");
    assert!(migrated.starts_with("exit 0\n"), "{migrated}");
    assert_eq!(succeed(command.envs(apart)), "analytics\n");
}
