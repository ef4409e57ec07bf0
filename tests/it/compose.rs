//! The compose file, with an image of this machine's PostgreSQL.

mod address;
mod checkouts;
mod each_schema;
mod states;

use postgres::{Client, Config, NoTls};

use crate::support::{Sandbox, eventually, succeed};

pub const ENV: &str = "POSTGRES_USER=me\nPOSTGRES_PASSWORD=secret\nPOSTGRES_DB=mine\n";

#[testkit::test(|test| Sandbox::analytics().compose(test))]
fn the_service_answers_this_machine_over_tcp_and_keeps_its_data(project: Sandbox) {
    let project = project.file(".env", ENV);
    succeed(&mut project.docker_compose("up -d"));
    let mut client = connect(&project);
    let installed = "SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'";
    assert_eq!(
        client.query_one(installed, &[]).unwrap().get::<_, i64>(0),
        1
    );
    client
        .batch_execute("CREATE TABLE kept AS SELECT 42 AS answer")
        .unwrap();

    succeed(&mut project.docker_compose("restart"));
    connect(&project)
        .batch_execute("SELECT answer FROM kept")
        .unwrap();

    // As the manual has it: no password from inside the container.
    let mut psql = project.docker_compose("exec -T timescaledb psql -U me -d mine");
    psql.args(["-Atc", "TABLE kept"]);
    let answer = succeed(&mut psql);
    assert_eq!(answer, "42\n");
    let health = |project: &Sandbox| {
        let mut inspect = project.command("docker");
        inspect.args([
            "inspect",
            "--format={{.State.Health.Status}}",
            project.variable("TIMESCALEDB_CONTAINER"),
        ]);
        succeed(&mut inspect)
    };
    eventually("the container is healthy", || {
        health(&project) == "healthy\n"
    });
}

#[testkit::test(|test| Sandbox::analytics().compose(test))]
fn the_service_refuses_a_wrong_password(project: Sandbox) {
    let project = project.file(".env", ENV);
    succeed(&mut project.docker_compose("up -d"));
    connect(&project);
    let error = config(&project)
        .password("wrong")
        .connect(NoTls)
        .err()
        .unwrap();
    assert_eq!(error.code().map(|code| code.code()), Some("28P01"));
}

#[testkit::test(|test| Sandbox::analytics().compose(test))]
fn without_a_password_compose_says_what_to_do(project: Sandbox) {
    let output = project.docker_compose("config").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("copy .env.example to .env"));
}

fn config(project: &Sandbox) -> Config {
    let mut config = Config::new();
    let port = project.variable("POSTGRES_PORT").parse().unwrap();
    config
        .host("127.0.0.1")
        .port(port)
        .user("me")
        .password("secret")
        .dbname("mine");
    config
}

/// A connection from this machine, as soon as the service takes one.
pub fn connect(project: &Sandbox) -> Client {
    let mut client = None;
    eventually("the service answers", || {
        client = config(project).connect(NoTls).ok();
        client.is_some()
    });
    client.unwrap()
}
