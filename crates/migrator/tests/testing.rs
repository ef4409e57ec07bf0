//! Databases for tests.
#![cfg(feature = "testing")]

use std::io::Write as _;
use std::thread;
use std::time::Instant;

use migrator::testing::{Error, TestDatabase};

fn tables(database: &TestDatabase) -> i64 {
    let mut client = database.config().client().unwrap();
    let sql = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    client.query_one(sql, &[]).unwrap().get(0)
}

fn or_skip(test: &str, database: Result<TestDatabase, Error>) -> Option<TestDatabase> {
    let skip = |error: Error| {
        let reason = error.to_string().replace('\n', " ");
        let line = format!("skipped: {test}: {reason}\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    };
    database.map_err(skip).ok()
}

#[test]
fn each_test_has_a_migrated_database_of_its_own() {
    let Some(first) = or_skip(
        "each_test_has_a_migrated_database_of_its_own",
        TestDatabase::migrated(),
    ) else {
        return;
    };
    let started = Instant::now();
    let others = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(TestDatabase::migrated))
            .collect();
        let others = threads.into_iter().map(|thread| thread.join().unwrap());
        others.collect::<Result<Vec<_>, Error>>().unwrap()
    });
    let line = format!(
        "testing: a copy took {:?}, eight at once\n",
        started.elapsed() / 8
    );
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(tables(&first) >= 4);
    let mut client = others[0].config().client().unwrap();
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

#[test]
fn a_database_goes_with_its_value() {
    let Some(database) = or_skip("a_database_goes_with_its_value", TestDatabase::empty()) else {
        return;
    };
    let config = database.config();
    assert!(config.client().is_ok());
    drop(database);
    assert!(config.client().is_err());
}

#[test]
fn an_asynchronous_test_has_one_too() {
    let test = async || {
        let database = or_skip("an_asynchronous_test_has_one_too", TestDatabase::migrated())?;
        Some(database.config())
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let Some(config) = runtime.block_on(test()) else {
        return;
    };
    // It went with the test.
    assert!(config.client().is_err());
}
