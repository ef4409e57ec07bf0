//! Databases for tests.
#![cfg(feature = "testing")]

mod given;
mod private;
mod process;

use std::thread;

use migrator::testing::{Error, TestDatabase, TestDatabases};
use testkit::Folder;

fn migrated(test: &str) -> Option<TestDatabase> {
    testkit::any_server(test)?;
    Some(TestDatabase::migrated().unwrap())
}

fn empty(test: &str) -> Option<TestDatabase> {
    testkit::any_server(test)?;
    Some(TestDatabase::empty().unwrap())
}

fn tables(database: &TestDatabase) -> i64 {
    let sql = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    database
        .client()
        .unwrap()
        .query_one(sql, &[])
        .unwrap()
        .get(0)
}

/// A folder in which each file makes one table. It counts from the package.
const FOLDER: &str = "tests/testing/migrations";

/// A test's own project with unique migrations, and so its own server.
fn project(names: &[&str]) -> Folder {
    let folder = Folder::new("testing");
    for (at, name) in names.iter().enumerate() {
        let file = format!("migrations/{:03}_{name}.sql", at + 1);
        folder.write(&file, format!("CREATE TABLE {name} (id int);\n"));
    }
    folder
}

fn databases(project: &Folder) -> TestDatabases {
    TestDatabases::of(project.path().join("migrations"))
}

#[testkit::test(migrated)]
fn each_test_has_a_migrated_database_of_its_own(first: TestDatabase) {
    let others = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(TestDatabase::migrated))
            .collect();
        let others = threads.into_iter().map(|thread| thread.join().unwrap());
        others.collect::<Result<Vec<_>, Error>>().unwrap()
    });
    assert!(tables(&first) >= 4);
    let mut client = others[0].client().unwrap();
    client.batch_execute("DROP TABLE funnels CASCADE").unwrap();
    assert_eq!(tables(&others[0]) + 1, tables(&others[1]));
    assert_eq!(tables(&first), tables(&others[1]));
    let mode: String = client
        .query_one("SELECT DISTINCT mode FROM schema_migrations", &[])
        .unwrap()
        .get(0);
    assert_eq!(mode, first.mode().as_str());
    assert_eq!(tables(&TestDatabase::empty().unwrap()), 0);
}

#[testkit::test(empty)]
fn a_database_goes_with_its_value(database: TestDatabase) {
    let config = database.config();
    assert!(config.client().is_ok());
    drop(database);
    assert!(config.client().is_err());
}

#[testkit::test(empty)]
fn an_asynchronous_test_has_one_too(_server: TestDatabase) {
    let test = async || TestDatabase::migrated().unwrap().config();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let config = runtime.block_on(test());
    // It went with the test.
    assert!(config.client().is_err());
}

#[testkit::test(empty)]
fn a_database_may_have_the_first_migrations_alone(_server: TestDatabase) {
    let to = |version: u32| TestDatabases::of(FOLDER).to(version).migrated();
    // The history is a table, too.
    assert_eq!(tables(&to(2).unwrap()), 3);
    let all = TestDatabases::of(FOLDER).migrated();
    assert_eq!(tables(&all.unwrap()), 4);
    assert_eq!(tables(&to(3).unwrap()), 4);
    let error = to(4).unwrap_err().to_string();
    let package = env!("CARGO_MANIFEST_DIR");
    insta::assert_snapshot!(error.replace(package, "[package]"), @"[package]/tests/testing/migrations has no migration 004: the last one is 003 three");
    let first = TestDatabase::migrated_to(1).unwrap();
    let all = TestDatabase::migrated().unwrap();
    assert!(tables(&first) < tables(&all));
}

#[testkit::test(empty)]
fn a_migration_that_changed_makes_another_template(_server: TestDatabase) {
    let project = project(&["one"]);
    // A role, which another template of the same private server could not make once more.
    let role = match std::env::var_os("TEST_DATABASE_URL") {
        Some(_) => String::new(),
        None => format!("CREATE ROLE r{};", std::process::id()),
    };
    for count in 1..3 {
        let tables_of_file = "CREATE TABLE more_N (id int);".to_owned();
        let file: String = (0..count)
            .map(|n| tables_of_file.replace('N', &n.to_string()))
            .collect();
        project.write("migrations/002_more.sql", format!("{role}\n{file}\n"));
        let database = databases(&project).migrated().unwrap();
        assert_eq!(tables(&database), 2 + count);
    }
}

#[testkit::test(empty)]
fn a_seed_runs_once_for_all_tests_that_name_it(_server: TestDatabase) {
    let seeded = || {
        let seeded = TestDatabases::of(FOLDER).seeded(|client| {
            client.batch_execute("INSERT INTO one SELECT (random() * 1000000000)::int")?;
            Ok(())
        });
        seeded.unwrap()
    };
    let row = |database: &TestDatabase| -> i32 {
        let mut client = database.client().unwrap();
        client.query_one("SELECT id FROM one", &[]).unwrap().get(0)
    };
    let (first, second) = (seeded(), seeded());
    assert_eq!(row(&first), row(&second));
    let mut client = first.client().unwrap();
    client.batch_execute("TRUNCATE one").unwrap();
    assert_eq!(row(&seeded()), row(&second));
    // Another place is another seed.
    let other = TestDatabases::of(FOLDER).seeded(|client| {
        client.batch_execute("INSERT INTO one VALUES (-1)")?;
        Ok(())
    });
    assert_eq!(row(&other.unwrap()), -1);
}

#[testkit::test(empty)]
fn a_seed_that_fails_names_its_place_and_the_reason(_server: TestDatabase) {
    let failing = || {
        TestDatabases::of(FOLDER).seeded(|client| {
            client.batch_execute("CREATE TABLE nowhere.t ()")?;
            Ok(())
        })
    };
    let error = failing().unwrap_err().to_string();
    assert!(error.starts_with("the seed at "), "{error}");
    assert!(error.contains("testing/main.rs:"), "{error}");
    assert!(error.contains("nowhere"), "{error}");
    assert_eq!(failing().unwrap_err().to_string(), error);
}

#[testkit::test(empty)]
fn the_history_is_the_one_that_the_project_names(_server: TestDatabase) {
    let project = project(&["one"]);
    project.write("timeschema.toml", "[history]\nschema = \"ops\"\n");
    let database = databases(&project).migrated().unwrap();
    let mut client = database.client().unwrap();
    client.batch_execute("TABLE ops.schema_migrations").unwrap();
    project.write("timeschema.toml", "[history]\nshema = \"ops\"\n");
    let error = databases(&project).migrated().unwrap_err().to_string();
    let file = project.path().join("timeschema.toml:2:1: ");
    assert!(error.starts_with(&file.display().to_string()), "{error}");
    assert!(error.contains("\nnext: "), "{error}");
}
