//! The catalogs of `fixtures/` are what their SQL makes, read from a server.

use std::path::Path;

use catalog::{Catalog, Scope};
use testkit::Database;

const RENEW: &str = "RENEW_GOLDEN=1 cargo test -p timeschema-codegen --test fixtures";

#[testkit::test]
fn choices(database: Database) {
    check("choices", &database);
}

#[testkit::test]
fn own_types(database: Database) {
    check("own_types", &database);
}

#[testkit::test]
fn keys(database: Database) {
    check("keys", &database);
}

#[testkit::test(timescale)]
fn time_series(database: Database) {
    check("time_series", &database);
}

fn timescale(test: &str) -> Option<Database> {
    Database::timescale(test, "hypertables and continuous aggregates")
}

fn check(fixture: &str, database: &Database) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let sql = std::fs::read_to_string(path.join(format!("{fixture}.sql"))).unwrap();
    let mut client = database.client();
    client.batch_execute(&sql).unwrap();
    let found = catalog::introspect(&Scope::default(), |query| {
        client.query_one(query, &[]).map(|row| row.get(0))
    });
    let found: Catalog = found.unwrap();
    let json = path.join(format!("{fixture}.json"));
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        let text = found.to_text();
        std::fs::write(&json, text + "\n").unwrap();
    }
    let stored = Catalog::parse(&std::fs::read_to_string(&json).unwrap()).unwrap();
    assert!(
        stored == found,
        "{} is out of date: run `{RENEW}`",
        json.display()
    );
}
