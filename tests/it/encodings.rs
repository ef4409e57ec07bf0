//! Databases whose encoding is not UTF-8.

use crate::support::{Database, Sandbox, with_database};

const FILE: &str = "CREATE TYPE mood AS ENUM ('ok', 'sad');\nCREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, mood mood);\n\
                    COMMENT ON TABLE people IS 'who';\nCREATE VIEW names AS SELECT name FROM people;\n";

/// Runs a test with a URL of a database that has this encoding.
fn with_encoding<T>(database: &Database, encoding: &str, test: impl FnOnce(String) -> T) -> T {
    let name = format!("{}_{}", database.name(), encoding.to_lowercase());
    let mut client = database.client();
    let sql = format!(
        "CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    );
    client.batch_execute(&sql).unwrap();
    let outcome = test(with_database(&database.url(), &name));
    let sql = format!("DROP DATABASE {name} WITH (FORCE)");
    client.batch_execute(&sql).unwrap();
    outcome
}

fn snapshot(url: String) -> String {
    let project = Sandbox::new()
        .file("migrations/001_people.sql", FILE)
        .env("DATABASE_URL", url);
    let screen = project.run("migrate --snapshot schema.json");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    project.read("schema.json")
}

#[testkit::test]
fn a_schema_has_the_same_snapshot_in_every_encoding(database: Database) {
    let expected = with_encoding(&database, "UTF8", snapshot);
    for encoding in ["LATIN1", "LATIN9", "EUC_JP", "WIN1252", "SQL_ASCII"] {
        let found = with_encoding(&database, encoding, snapshot);
        assert_eq!(found, expected, "{encoding}");
    }
}

#[testkit::test]
fn plain_mode_is_installed_in_every_encoding(database: Database) {
    for encoding in ["LATIN1", "EUC_JP", "SQL_ASCII"] {
        let screen = with_encoding(&database, encoding, |url| {
            let project = Sandbox::analytics().env("DATABASE_URL", url);
            project.run("migrate --plain --frozen")
        });
        assert!(screen.starts_with("exit 0\n"), "{encoding}: {screen}");
    }
}
