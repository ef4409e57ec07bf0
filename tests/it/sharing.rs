//! Several projects, or several tenants of one, in one database: each has its own history, and sees nothing of the others.

use std::process::{Child, Command, Output, Stdio};

use postgres::Client;

use crate::support::{Database, Sandbox, test_name};

/// A project of this name: its history and its tables are in the schema of that name.
fn project(name: &str, database: &Database) -> Sandbox {
    let settings = format!(
        "[history]\nschema = \"{name}\"\ntable = \"applied\"\n\n[schemas]\ninclude = [\"{name}\"]\n"
    );
    Sandbox::new()
        .file("analytics-schema/README", "")
        .file("timeschema.toml", settings)
        .file(
            "migrations/001_tables.sql",
            format!(
                "CREATE TABLE {name}.done (step int);\nCREATE TABLE {name}.only_{name} (id int);\nINSERT INTO {name}.done VALUES (1);\n"
            ),
        )
        .file(
            "migrations/002_vacuum.sql",
            format!("INSERT INTO {name}.done VALUES (2);\nVACUUM {name}.done;\n"),
        )
        .file(
            "migrations/003_view.sql",
            format!("CREATE VIEW {name}.steps AS SELECT step FROM {name}.done;\nINSERT INTO {name}.done VALUES (3);\n"),
        )
        .database(database)
}

/// Starts `cargo xtask`.
fn start(project: &Sandbox, arguments: &[&str]) -> Child {
    let mut command: Command = project.xtask();
    command.args(arguments);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    format!("{out}{err}")
}

/// What the steps of a schema's migrations wrote, and what its history says.
fn done(client: &mut Client, schema: &str, history: &str) -> String {
    let sql = format!(
        "SELECT (SELECT string_agg(step::text, ' ' ORDER BY step) FROM {schema}.done) || ' of ' || \
         (SELECT count(*) FROM {schema}.{history} WHERE steps_done = steps)"
    );
    client.query_one(&sql, &[]).unwrap().get(0)
}

#[testkit::test]
fn two_projects_are_migrated_at_once_and_each_sees_only_its_own(database: Database) {
    let projects = ["billing", "rates"].map(|name| (name, project(name, &database)));
    let running = projects.each_ref().map(|(_, it)| start(it, &["migrate"]));
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    let mut client = database.client();
    for (name, project) in &projects {
        assert_eq!(done(&mut client, name, "applied"), "1 2 3 of 3");
        let snapshot = project.read("analytics-schema/schema.json");
        for (other, _) in &projects {
            let holds = snapshot.contains(&format!("only_{other}"));
            assert_eq!(holds, other == name, "{name} and {other}:\n{snapshot}");
        }
        assert!(!snapshot.contains("applied\""), "{snapshot}");
    }
    // What one adds is nothing to the other.
    let (_, rates) = &projects[1];
    client
        .batch_execute(
            "CREATE TABLE billing.by_hand (id int); CREATE TYPE billing.mood AS ENUM ('a'); CREATE TABLE public.third (id int)",
        )
        .unwrap();
    let screen = rates.run("migrate --frozen");
    assert!(
        screen.contains("(0)") || screen.contains("nothing to do"),
        "{screen}"
    );
    assert!(
        !screen.contains("by_hand") && !screen.contains("third"),
        "{screen}"
    );
    let (_, billing) = &projects[0];
    let screen = billing.run("migrate --frozen");
    assert!(screen.contains("billing.by_hand"), "{screen}");
    assert!(!screen.contains("third"), "{screen}");
}

#[testkit::test]
fn one_project_does_not_wait_for_another(database: Database) {
    let billing = project("billing", &database);
    let rates = project("rates", &database);
    billing.write("migrations/004_gate.sql", "SELECT * FROM public.gate;\n");
    let mut client = database.client();
    client
        .batch_execute("CREATE TABLE public.gate (id int)")
        .unwrap();
    let mut held = client.transaction().unwrap();
    held.batch_execute("LOCK TABLE public.gate").unwrap();
    let mut waiting = billing.start("migrate --no-snapshot");
    waiting.says("waiting for a lock on gate");
    let other = start(&rates, &["migrate"]).wait_with_output().unwrap();
    assert!(other.status.success(), "{}", said(&other));
    held.rollback().unwrap();
    let (status, said) = waiting.end();
    assert!(status.success(), "{said}");
    for (name, count) in [("billing", 4), ("rates", 3)] {
        assert_eq!(
            done(&mut client, name, "applied"),
            format!("1 2 3 of {count}")
        );
    }
}

#[testkit::test]
fn an_included_schema_that_no_migration_makes_is_named(database: Database) {
    let project = project("billing", &database);
    project.write(
        "timeschema.toml",
        "[history]\nschema = \"billing\"\n[schemas]\ninclude = [\"billing\", \"Archive\"]\n",
    );
    // Nothing is run before it is named, unless a pending file may make it.
    let mut screens = ["status", "drift", "migrate", "migrate --no-snapshot"]
        .map(|it| project.run(it))
        .join("\n");
    project.write(
        "migrations/004_archive.sql",
        "CREATE SCHEMA \"Archive\" CREATE TABLE kept (id int);\n",
    );
    screens += &project.run("migrate");
    let mut psql = project.xtask();
    psql.args(["psql", "--", "-qc", "DROP SCHEMA \"Archive\" CASCADE"]);
    project.show(psql);
    // Nothing is pending.
    for command in ["drift", "migrate", "migrate --no-snapshot"] {
        screens += &project.run(command);
    }
    insta::assert_snapshot!(screens);
}

#[testkit::test]
fn types_and_extensions_of_other_schemas_are_read_where_they_are_used(database: Database) {
    let mut client = database.client();
    client
        .batch_execute(
            "CREATE SCHEMA shared; CREATE TYPE shared.mood AS ENUM ('a', 'b'); CREATE TYPE shared.other AS ENUM ('c');
             CREATE DOMAIN shared.moods AS shared.mood[]; CREATE TABLE shared.elsewhere (id int)",
        )
        .unwrap();
    for (extension, sql) in [
        ("pg_trgm", "CREATE EXTENSION pg_trgm"),
        ("hstore", "CREATE EXTENSION hstore"),
    ] {
        if client.batch_execute(sql).is_err() {
            return crate::support::skip(test_name!(), &format!("the server lacks {extension}"));
        }
    }
    let project = project("billing", &database);
    project.write(
        "migrations/004_types.sql",
        "CREATE TABLE billing.typed (moods shared.moods NOT NULL, name text);\nCREATE INDEX ON billing.typed USING gin (name gin_trgm_ops);\n",
    );
    let screen = project.run("migrate");
    let snapshot = project.read("analytics-schema/schema.json");
    for (text, expected) in [
        ("\"mood\"", true),
        ("\"moods\"", true),
        ("\"pg_trgm\"", true),
        ("\"hstore\"", false),
        ("\"other\"", false),
        ("elsewhere", false),
    ] {
        assert_eq!(
            snapshot.contains(text),
            expected,
            "{text}\n{screen}\n{snapshot}"
        );
    }
}

#[testkit::test]
fn a_history_that_anybody_may_have_made_hides_no_schema(database: Database) {
    let project = Sandbox::new()
        .file("analytics-schema/README", "")
        .file(
            "migrations/001_tables.sql",
            "CREATE SCHEMA app;\nCREATE TABLE app.orders (id int);\nCREATE TABLE public.rates (id int);\n",
        )
        .database(&database);
    project.run("migrate");
    let committed = project.read("analytics-schema/schema.json");
    assert!(
        committed.contains("\"orders\"") && committed.contains("\"rates\""),
        "{committed}"
    );
    let mut client = database.client();
    let role = format!("{}_planter", database.name());
    client
        .batch_execute(&format!(
            "CREATE ROLE {role}; GRANT CREATE, USAGE ON SCHEMA app TO {role}; SET ROLE {role};
             CREATE TABLE app.ledger (version int, name text, checksum text, steps int, steps_done int, applied_by text); RESET ROLE"
        ))
        .unwrap();
    let screen = project.run("migrate --frozen");
    assert!(screen.contains("app.ledger"), "{screen}");
    assert!(!screen.contains("app.orders"), "{screen}");
    // One that may be trusted says that the schema is another project's.
    client
        .batch_execute(&format!(
            "ALTER TABLE app.ledger OWNER TO CURRENT_USER; DROP OWNED BY {role}; DROP ROLE {role}"
        ))
        .unwrap();
    let screen = project.run("migrate --frozen");
    assert!(screen.contains("app.orders"), "{screen}");
    assert!(!screen.contains("app.ledger"), "{screen}");
}

#[test]
fn fifty_tenants_are_migrated_at_once() {
    const TENANTS: usize = 50;
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let project = Sandbox::new()
        .file(
            "migrations/001_tables.sql",
            "CREATE TABLE done (step int);\nINSERT INTO done VALUES (1);\n",
        )
        .file(
            "migrations/002_vacuum.sql",
            "INSERT INTO done VALUES (2);\nVACUUM done;\n",
        )
        .file("migrations/003_more.sql", "INSERT INTO done VALUES (3);\n");
    let schema = |number: usize| format!("tenant_{number}");
    let mut client = database.client();
    let create = (1..=TENANTS).map(|number| format!("CREATE SCHEMA {};\n", schema(number)));
    client.batch_execute(&create.collect::<String>()).unwrap();
    let run = |number| {
        let target = format!(
            "{}?options=-csearch_path%3D{}",
            database.url(),
            schema(number)
        );
        start(&project, &["migrate", "--no-snapshot", "--target", &target])
    };
    let running: Vec<Child> = (1..=TENANTS).map(run).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    for number in 1..=TENANTS {
        let name = schema(number);
        assert_eq!(
            done(&mut client, &name, "schema_migrations"),
            "1 2 3 of 3",
            "{name}"
        );
    }
}
