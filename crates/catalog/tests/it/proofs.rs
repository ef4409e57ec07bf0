//! How much of what is never null is proven, and that nothing else is: views made to break each rule, over several fillings of their tables.
//!
//! A view's columns say by their names what they are: `…_never` or `…_maybe` null. Of each `…_maybe` some filling has to show a null, and of
//! no `…_never`, so that a name cannot be wrong unnoticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Database;

/// The least share of the columns that are never null which is proven.
const SHARE: f64 = 0.9;

/// What the views of a newer PostgreSQL are proven like, is asserted without a list.
const OLDEST: u32 = 15;

/// A column of a view, by the names of both.
type Name = (String, String);

struct Column {
    proof: Option<String>,
    was_null: bool,
}

#[testkit::test]
fn ninety_of_a_hundred_are_proven_and_none_wrongly(database: Database) {
    let columns = proven_and_seen(&database);
    let mut wrong = Vec::new();
    for ((view, name), column) in &columns {
        let is_never = name.ends_with("_never");
        assert!(is_never || name.ends_with("_maybe"), "{view}.{name}");
        match (is_never, column.was_null, &column.proof) {
            (true, true, _) => wrong.push(format!("{view}.{name} is null")),
            (false, false, _) => wrong.push(format!("{view}.{name} is null in no filling")),
            (false, true, Some(why)) => wrong.push(format!("{view}.{name} is proven: {why}")),
            (true, false, _) | (false, true, None) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let never: Vec<_> = columns
        .iter()
        .filter(|((_, name), _)| name.ends_with("_never"))
        .collect();
    let proven = never.iter().filter(|(_, it)| it.proof.is_some()).count();
    let share = proven as f64 / never.len() as f64;
    let open = never.iter().filter(|(_, it)| it.proof.is_none());
    let open: Vec<String> = open
        .map(|((view, name), _)| format!("{view}.{name}"))
        .collect();
    let summary = format!("{proven} of {} are proven, but not", never.len());
    assert!(share >= SHARE, "{summary}\n{}", open.join("\n"));
    if version(&database) == OLDEST {
        insta::assert_snapshot!(format!("{summary}\n{}", open.join("\n")));
    }
    database.is_read_the_same_by_those_who_need_it();
}

/// Every view's columns: their proofs, and whether a filling made them null.
fn proven_and_seen(database: &Database) -> BTreeMap<Name, Column> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/proofs");
    database.run(&read(&folder.join("tables.sql")));
    for file in files(&folder.join("views")) {
        let since = file.file_stem().and_then(|it| it.to_str()).unwrap();
        let since = since.strip_prefix("since_").map(|it| it.parse().unwrap());
        if since.is_none_or(|since: u32| since <= version(database)) {
            database.run(&read(&file));
        }
    }
    let catalog = database.catalog();
    let mut columns = BTreeMap::new();
    for view in &catalog.views {
        for column in &view.columns {
            let name = (view.name.clone(), column.name.clone());
            let proof = column.never_null.clone();
            let was_null = false;
            columns.insert(name, Column { proof, was_null });
        }
    }
    for filling in files(&folder.join("fillings")) {
        database.run("TRUNCATE t, p, e, loose");
        database.run(&read(&filling));
        database.run("REFRESH MATERIALIZED VIEW stored");
        let names: Vec<Name> = columns.keys().cloned().collect();
        let seen = database.run(&nulls(&names));
        let seen: Vec<&str> = seen.lines().collect();
        assert_eq!(seen.len(), names.len());
        for (name, seen) in names.iter().zip(seen) {
            columns.get_mut(name).unwrap().was_null |= seen == "t";
        }
    }
    columns
}

/// A query for each column: whether it is null in some row. A row of nulls is none.
fn nulls(columns: &[Name]) -> String {
    let query = |(view, column): &Name| {
        format!(
            "SELECT COALESCE(pg_catalog.bool_or(pg_catalog.num_nulls(v.{column}) > 0), false) FROM {view} AS v;\n"
        )
    };
    columns.iter().map(query).collect()
}

fn version(database: &Database) -> u32 {
    let number = database.run("SHOW server_version_num;");
    number.parse::<u32>().unwrap() / 10_000
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap()
}
