//! The project's own migrations without TimescaleDB: the catalog is the one that the snapshot holds.

use std::fs;
use std::path::Path;

use catalog::Snapshot;
use migrator::{plain, statement};

use crate::support;

#[test]
fn the_migrations_give_the_snapshot_that_timescaledb_gives() {
    let Some(database) =
        support::plain_database("the_migrations_give_the_snapshot_that_timescaledb_gives")
    else {
        return;
    };
    database.run(&plain::script());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files: Vec<_> = fs::read_dir(root.join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let apply = || {
        for file in &files {
            database.run(&rewritten(&fs::read_to_string(file).unwrap()));
        }
        database.catalog()
    };
    let expected = fs::read_to_string(root.join("analytics-schema/schema.json")).unwrap();
    let snapshot = Snapshot::parse(&expected).unwrap();
    let with = |catalog| Snapshot {
        migrations: snapshot.migrations.clone(),
        catalog,
    };
    for time in ["the first time", "a second time"] {
        let catalog = apply();
        assert_eq!(catalog::diff(&snapshot.catalog, &catalog), [], "{time}");
        assert!(with(catalog).to_text() == expected, "{time}");
    }
}

fn rewritten(sql: &str) -> String {
    let statements = statement::read(sql).unwrap();
    let text = |it: &statement::Statement| {
        let rewriting = plain::rewrite::rewrite(&sql[it.range.clone()]).unwrap();
        rewriting.text + ";\n"
    };
    statements.iter().map(text).collect()
}
