//! `migrate --each-schema` and `status --each-schema`: one schema for each tenant, the same files in each, each file once.

use postgres::Client;
use sql::quote::identifier as quoted;

use crate::support::{Sandbox, eventually, test_name};

/// How many tenants there are where many are.
const MANY: usize = 50;

/// Files that each leave a row, one of them with a statement that runs alone.
const FILES: [(&str, &str); 3] = [
    (
        "001_journal",
        "CREATE TABLE journal (file int NOT NULL);\nINSERT INTO journal VALUES (1);\n",
    ),
    (
        "002_accounts",
        "CREATE TABLE accounts (id int);\nINSERT INTO journal VALUES (2);\n",
    ),
    (
        "003_index",
        "CREATE INDEX CONCURRENTLY accounts_id ON accounts (id);\nINSERT INTO journal VALUES (3);\n",
    ),
];

fn project() -> Sandbox {
    let add = |project: Sandbox, (name, text): &(&str, &str)| {
        project.file(&format!("migrations/{name}.sql"), text)
    };
    FILES.iter().fold(Sandbox::new(), add)
}

/// The project on a database with these schemas.
fn with_schemas(test: &str, schemas: &[&str]) -> Option<(Sandbox, Client)> {
    let project = project().plain(test)?;
    let mut client = project.own_database().client();
    for schema in schemas {
        let create = format!("CREATE SCHEMA {}", quoted(schema));
        client.batch_execute(&create).unwrap();
    }
    Some((project, client))
}

fn with_many(test: &str) -> Option<(Sandbox, Client)> {
    let names: Vec<String> = (1..=MANY)
        .map(|number| format!("tenant_{number:02}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    with_schemas(test, &names)
}

#[test]
fn an_included_schema_that_no_file_makes_is_named() {
    let Some((project, _)) = with_schemas(test_name!(), &["tenant_1", "tenant_2"]) else {
        return;
    };
    project.write("timeschema.toml", "[schemas]\ninclude = [\"archive\"]\n");
    let screen = project.run("migrate --each-schema tenant_*");
    insta::assert_snapshot!(screen);
    // Nor is it passed over where nothing is pending.
    std::fs::remove_file(project.dir().join("timeschema.toml")).unwrap();
    assert!(run(&project, &["migrate", "--each-schema", "tenant_*"]).starts_with("exit 0\n"));
    project.write("timeschema.toml", "[schemas]\ninclude = [\"archive\"]\n");
    let screen = project.run("migrate --each-schema tenant_*");
    assert!(screen.contains("includes the schema archive"), "{screen}");
}

/// Which files have left how many rows in a schema, and whether the index is there.
fn journal(client: &mut Client, schema: &str) -> String {
    let schema = quoted(schema);
    let sql = format!(
        "SELECT concat((SELECT string_agg(file::text, ' ' ORDER BY file) FROM {schema}.journal), ', ', \
         (SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('{}') AND indisvalid), ', ', \
         (SELECT count(*) FROM {schema}.schema_migrations WHERE steps_done = steps))",
        format!("{schema}.accounts_id").replace('\'', "''"),
    );
    client.query_one(&sql, &[]).unwrap().get(0)
}

/// That every tenant has each file once.
#[track_caller]
fn each_once(client: &mut Client) {
    for number in 1..=MANY {
        let schema = format!("tenant_{number:02}");
        assert_eq!(journal(client, &schema), "1 2 3, 1, 3", "{schema}");
    }
    let other = "SELECT count(*) FROM pg_class WHERE relname IN ('journal', 'schema_migrations') AND relnamespace = 'public'::regnamespace";
    assert_eq!(client.query_one(other, &[]).unwrap().get::<_, i64>(0), 0);
}

fn run(project: &Sandbox, arguments: &[&str]) -> String {
    let mut command = project.xtask();
    command.args(arguments);
    project.show(command)
}

#[testkit::test(|test| with_schemas(test, &["tenant_1", "tenant_2", "tenant_3", "other"]))]
fn the_screens_of_three_tenants((project, mut client): (Sandbox, Client)) {
    client
        .batch_execute("CREATE TABLE tenant_2.accounts ()")
        .unwrap();
    let migrate = |more: &str| project.run(&format!("migrate --each-schema tenant_* {more}"));
    insta::assert_snapshot!("dry_run", migrate("--dry-run --to 1"));
    insta::assert_snapshot!("one_fails", migrate(""));
    insta::assert_snapshot!("status", project.run("status --each-schema tenant_*"));
    client
        .batch_execute("DROP TABLE tenant_2.accounts")
        .unwrap();
    insta::assert_snapshot!("mended", migrate("--json"));
    insta::assert_snapshot!("nothing_to_do", migrate(""));
    assert!(
        !project
            .files()
            .iter()
            .any(|file| file.contains("schema.json")),
        "{:?}",
        project.files()
    );
    for schema in ["tenant_1", "tenant_2", "tenant_3"] {
        assert_eq!(journal(&mut client, schema), "1 2 3, 1, 3");
        // The same as a run whose connection names the schema.
        let url = project.own_database().url();
        let status = project.run(&format!(
            "status --target {url}?options=-csearch_path%3D{schema}"
        ));
        assert!(status.starts_with("exit 0\n"), "{status}");
    }
    let status = project.run("status --json --each-schema tenant_?");
    assert!(
        status.starts_with("exit 0\n") && status.contains("\"clean\": true"),
        "{status}"
    );
    let left: i64 = client
        .query_one(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'other'::regnamespace",
            &[],
        )
        .unwrap()
        .get(0);
    assert_eq!(left, 0);
}

#[testkit::test(with_many)]
fn fifty_tenants_of_which_one_fails((project, mut client): (Sandbox, Client)) {
    client
        .batch_execute("CREATE TABLE tenant_25.accounts (other text)")
        .unwrap();
    let first = project.run("migrate --each-schema tenant_*");
    assert!(first.starts_with("exit 1\n"), "{first}");
    assert!(
        first.contains("50 schemas: 49 applied, 1 failed"),
        "{first}"
    );
    assert!(
        first.contains("relation \"accounts\" already exists"),
        "{first}"
    );
    client
        .batch_execute("DROP TABLE tenant_25.accounts")
        .unwrap();
    let second = project.run("migrate --each-schema tenant_*");
    assert!(second.starts_with("exit 0\n"), "{second}");
    assert!(
        second.contains("50 schemas: 49 nothing to do, 1 applied"),
        "{second}"
    );
    each_once(&mut client);
}

#[testkit::test(with_many)]
fn two_runners_at_once((project, mut client): (Sandbox, Client)) {
    let runners = [0, 1].map(|_| project.start("migrate --each-schema tenant_*"));
    for runner in runners {
        let screen = runner.screen();
        assert!(screen.starts_with("exit 0\n"), "{screen}");
    }
    each_once(&mut client);
}

#[testkit::test(with_many)]
fn killed_in_the_middle((project, mut client): (Sandbox, Client)) {
    let mut runner = project.start("migrate --each-schema tenant_*");
    runner.says("schema tenant_20\n");
    runner.signal("KILL");
    let (status, said) = runner.end();
    assert_eq!(status.code(), None, "{said}");
    assert!(!said.contains("50 schemas:"), "{said}");
    let again = project.run("migrate --each-schema tenant_*");
    assert!(again.starts_with("exit 0\n"), "{again}");
    each_once(&mut client);
}

#[testkit::test(|test| with_schemas(test, &["tenant_1", "tenant_2", "tenant_3"]))]
fn an_interrupt_ends_all_and_shows_what_was_not_begun((project, mut client): (Sandbox, Client)) {
    let slow = "SELECT pg_sleep(CASE current_schema() WHEN 'tenant_2' THEN 60 ELSE 0 END);\n";
    project.write("migrations/004_slow.sql", slow);
    let runner = project.start("migrate --each-schema tenant_*");
    eventually("the statement runs", || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
        client.query_one(sql, &[]).unwrap().get::<_, i64>(0) == 1
    });
    runner.signal("INT");
    insta::assert_snapshot!(runner.screen());
}

/// Names that need quotes, including patterns and URLs.
#[test]
fn names_of_every_kind() {
    let names = [
        "Te nant",
        "a\"b",
        "tenant_%",
        "back\\slash",
        "it's",
        "tab\there",
        "a,b",
        "üñí",
        "*",
        "line\nbreak",
    ];
    let Some((project, mut client)) = with_schemas(test_name!(), &names) else {
        return;
    };
    for name in names {
        let pattern = quoted(name);
        let screen = run(&project, &["migrate", "--each-schema", &pattern]);
        assert!(screen.starts_with("exit 0\n"), "{name}: {screen}");
        assert!(screen.contains("1 schema: 1 applied"), "{name}: {screen}");
        assert_eq!(journal(&mut client, name), "1 2 3, 1, 3", "{name}");
    }
    let all = run(&project, &["migrate", "--each-schema", "*"]);
    assert!(
        all.contains("11 schemas: 10 nothing to do, 1 applied"),
        "{all}"
    );
}

#[testkit::test(|test| with_schemas(test, &["tenant_1", "tenant_2"]))]
fn what_is_refused((project, mut client): (Sandbox, Client)) {
    let mut screens = Vec::new();
    for arguments in [
        &["migrate", "--each-schema", "tenant_*", "--frozen"][..],
        &["migrate", "--each-schema", "tenant_*", "--baseline", "1"],
        &[
            "migrate",
            "--each-schema",
            "tenant_*",
            "--snapshot",
            "other.json",
        ],
        &["migrate", "--each-schema", "tenant_[0-9]"],
        &["migrate", "--each-schema", "nobody*"],
        &["migrate", "--each-schema", "pg_*"],
    ] {
        let screen = run(&project, arguments);
        screens.push(format!("{}\n{screen}", arguments.join(" ")));
    }
    project.write("timeschema.toml", "[history]\nschema = \"ops\"\n");
    screens.push(run(&project, &["migrate", "--each-schema", "tenant_*"]));
    project.write("timeschema.toml", "[history]\ntable = \"done\"\n");
    insta::assert_snapshot!(screens.join("\n"));
    let named = run(&project, &["migrate", "--each-schema", "tenant_*"]);
    assert!(named.starts_with("exit 0\n"), "{named}");
    let rows = client
        .query_one("SELECT count(*) FROM tenant_2.done", &[])
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), 3);
}

/// An extension is in a database once: its schema is on the path of every run, and none is created in a tenant's schema.
#[testkit::test(|test| with_schemas(test, &["tenant_1", "tenant_2"]))]
fn extensions_are_shared((project, mut client): (Sandbox, Client)) {
    project.write(
        "migrations/004_btree.sql",
        "CREATE EXTENSION IF NOT EXISTS plpgsql;\nCREATE EXTENSION IF NOT EXISTS hstore;\n",
    );
    project.write(
        "migrations/005_pairs.sql",
        "CREATE TABLE pairs (pairs hstore);\n",
    );
    let available = "SELECT count(*) FROM pg_available_extensions WHERE name = 'hstore'";
    if client.query_one(available, &[]).unwrap().get::<_, i64>(0) == 0 {
        return crate::support::skip(test_name!(), "the server has no extension hstore");
    }
    insta::assert_snapshot!(project.run("migrate --each-schema tenant_*"));
    // Up to the file that creates one, it is nothing to anybody.
    let to = project.run("migrate --each-schema tenant_* --to 3");
    assert!(to.contains("2 schemas: 2 applied"), "{to}");
    client
        .batch_execute("CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext")
        .unwrap();
    let screen = project.run("migrate --each-schema tenant_*");
    assert!(screen.contains("2 schemas: 2 applied"), "{screen}");
    let kinds = "SELECT string_agg(attrelid::regclass || ' ' || format_type(atttypid, -1), ', ' ORDER BY 1) FROM pg_attribute WHERE attname = 'pairs'";
    let kinds: String = client.query_one(kinds, &[]).unwrap().get(0);
    assert_eq!(
        kinds,
        "tenant_1.pairs ext.hstore, tenant_2.pairs ext.hstore"
    );
}

/// A history of the same files in `public`, which extensions put on the path, is of others.
#[testkit::test(|test| with_schemas(test, &["tenant_1", "tenant_2"]))]
fn another_history_of_the_same_files_is_no_obstacle((project, mut client): (Sandbox, Client)) {
    let first = project.run("migrate --no-snapshot");
    assert!(first.contains("applied 3 migrations"), "{first}");
    let screen = project.run("migrate --each-schema tenant_*");
    assert!(screen.contains("2 schemas: 2 applied"), "{screen}");
    let status = project.run("status --each-schema tenant_*");
    assert!(status.starts_with("exit 0\n"), "{status}");
    for schema in ["public", "tenant_1", "tenant_2"] {
        assert_eq!(journal(&mut client, schema), "1 2 3, 1, 3");
    }
}

/// In the embedded cluster, with hypertables: in plain mode their functions are in `public`.
#[testkit::test(|test| Sandbox::new().embedded(test))]
fn hypertables_in_the_embedded_cluster(project: Sandbox) {
    let extension = if project.is_plain() {
        ""
    } else {
        "CREATE EXTENSION timescaledb;\n"
    };
    let schemas = format!("{extension}CREATE SCHEMA tenant_1; CREATE SCHEMA tenant_2;\n");
    project.write("schemas/001_schemas.sql", schemas);
    let events = "CREATE TABLE events (at timestamptz NOT NULL);\nSELECT create_hypertable('events', 'at');\n";
    project.write("migrations/001_events.sql", events);
    let made = project.run("migrate --no-snapshot --target embedded --migrations schemas");
    assert!(made.starts_with("exit 0\n"), "{made}");
    let screen = project.run("migrate --target embedded --each-schema tenant_*");
    assert!(screen.contains("2 schemas: 2 applied"), "{screen}");
    let again = project.run("migrate --target embedded --each-schema tenant_*");
    assert!(again.contains("2 schemas: 2 nothing to do"), "{again}");
}

/// PostgreSQL gives one name another meaning in a search path; nothing is run anywhere else then.
#[testkit::test(|test| with_schemas(test, &["$user"]))]
fn a_schema_that_no_search_path_can_name((project, mut client): (Sandbox, Client)) {
    insta::assert_snapshot!(run(&project, &["migrate", "--each-schema", "$user"]));
    let tables = "SELECT count(*) FROM pg_class WHERE relname IN ('journal', 'schema_migrations')";
    assert_eq!(client.query_one(tables, &[]).unwrap().get::<_, i64>(0), 0);
}

/// A role that may have one session, and that may not use one of the schemas; the URL has its own options, which stay.
#[test]
fn a_role_with_one_session_and_without_a_right() {
    let schemas = ["tenant_1", "tenant_2", "tenant_3"];
    let Some((project, mut client)) = with_schemas(test_name!(), &schemas) else {
        return;
    };
    let option = "SELECT 1 / (current_setting('work_mem') = '1MB')::int;\n";
    project.write("migrations/004_option.sql", option);
    let role = format!("{}_runner", project.own_database().name());
    let create = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'runner-secret' CONNECTION LIMIT 1; \
         GRANT USAGE, CREATE ON SCHEMA tenant_1, tenant_3 TO {role}; GRANT CREATE ON SCHEMA tenant_2 TO {role}"
    );
    client.batch_execute(&create).unwrap();
    let url = project.own_database().url();
    let (_, rest) = url.split_once('@').unwrap();
    let url = format!("postgresql://{role}:runner-secret@{rest}?options=-cwork_mem%3D1MB");
    let screen = project.run(&format!("migrate --each-schema tenant_* --target {url}"));
    let drop =
        format!("REASSIGN OWNED BY {role} TO CURRENT_USER; DROP OWNED BY {role}; DROP ROLE {role}");
    eventually("the role's last session has ended", || {
        client.batch_execute(&drop).is_ok()
    });
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    assert!(
        screen.contains("3 schemas: 2 applied, 1 failed"),
        "{screen}"
    );
    assert!(
        screen.contains("the schema has been dropped, or the role may not use it"),
        "{screen}"
    );
    for schema in ["tenant_1", "tenant_3"] {
        assert_eq!(journal(&mut client, schema), "1 2 3, 1, 4", "{schema}");
    }
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace IN ('tenant_2'::regnamespace, 'public'::regnamespace)";
    assert_eq!(client.query_one(left, &[]).unwrap().get::<_, i64>(0), 0);
}
