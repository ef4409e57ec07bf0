//! `--each-schema` in the container: each schema's run starts with its own search path, and returns to it.

use std::fs;

use postgres::Client;
use sql::quote::identifier as quoted;

use super::{ENV, connect};
use crate::support::{Sandbox, succeed};

/// The second changes what later sessions look up, which takes a new session; the third is made of several steps, one of them alone.
const FILES: [(&str, &str); 3] = [
    (
        "001_journal",
        "CREATE TABLE journal (file int NOT NULL);\nINSERT INTO journal VALUES (1);\n",
    ),
    (
        "002_elsewhere",
        "INSERT INTO journal VALUES (2);\nALTER ROLE me SET search_path = public;\nSET search_path = public;\n",
    ),
    (
        "003_index",
        "INSERT INTO journal VALUES (3);\nCREATE INDEX CONCURRENTLY journal_file ON journal (file);\nRESET search_path;\n\
         CREATE TABLE accounts (id int);\n",
    ),
];

/// Their names need quotes, of SQL and of a shell.
const SCHEMAS: [&str; 3] = ["tenant_1", "tenant 'two' \\\"$HOME", "tenant,3"];

/// Which files have left how many rows in a schema, and how many are recorded there.
fn journal(client: &mut Client, schema: &str) -> String {
    let schema = quoted(schema);
    let sql = format!(
        "SELECT concat((SELECT string_agg(file::text, ' ' ORDER BY file) FROM {schema}.journal), ' of ', \
         (SELECT count(*) FROM {schema}.schema_migrations WHERE steps_done = steps), ', ', (SELECT count(*) FROM {schema}.accounts))"
    );
    client.query_one(&sql, &[]).unwrap().get(0)
}

/// A screen without the lines that say how long the container has taken so far.
fn without_waiting(screen: &str) -> String {
    let lines = screen.split_inclusive('\n');
    lines
        .filter(|line| !line.starts_with("waiting for "))
        .collect()
}

#[testkit::test(|test| Sandbox::analytics().compose(test))]
fn each_schema_has_its_own_search_path_in_the_container(project: Sandbox) {
    let project = project.file(".env", ENV);
    for file in fs::read_dir(project.dir().join("migrations")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    for (name, text) in FILES {
        project.write(&format!("migrations/{name}.sql"), text);
    }
    succeed(&mut project.docker_compose("up -d"));
    let mut client = connect(&project);
    for schema in SCHEMAS.iter().chain(&["$user"]) {
        let create = format!("CREATE SCHEMA {}", quoted(schema));
        client.batch_execute(&create).unwrap();
    }
    let blocking = format!("CREATE TABLE {}.accounts ()", quoted(SCHEMAS[2]));
    client.batch_execute(&blocking).unwrap();

    // Nothing is run where new tables would go elsewhere.
    let screen = without_waiting(&project.run("migrate --each-schema $user"));
    insta::assert_snapshot!("nowhere", screen);
    let screen = without_waiting(&project.run("migrate --each-schema tenant*"));
    insta::assert_snapshot!("one_fails", screen);
    let blocking = format!("DROP TABLE {}.accounts", quoted(SCHEMAS[2]));
    client.batch_execute(&blocking).unwrap();
    let status = project.run("status --each-schema tenant*");
    assert!(status.starts_with("exit 3\n"), "{status}");
    let plan = project.run("migrate --dry-run --each-schema tenant*");
    assert_eq!(plan.matches("nothing to do").count(), 2, "{plan}");
    let again = project.run("migrate --each-schema tenant*");
    assert!(
        again.contains("3 schemas: 2 nothing to do, 1 applied"),
        "{again}"
    );
    for schema in SCHEMAS {
        assert_eq!(journal(&mut client, schema), "1 2 3 of 3, 0", "{schema}");
    }
    let status = project.run("status --each-schema tenant*");
    assert!(status.starts_with("exit 0\n"), "{status}");
    let elsewhere = "SELECT count(*) FROM pg_class WHERE relname IN ('journal', 'accounts', 'schema_migrations') \
                     AND relnamespace IN ('public'::regnamespace, '\"$user\"'::regnamespace)";
    let elsewhere: i64 = client.query_one(elsewhere, &[]).unwrap().get(0);
    assert_eq!(elsewhere, 0);
}
