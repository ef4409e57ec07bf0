//! The functions that are said to keep nulls out, called with values at the edges of their types.

use crate::support::Database;

const SAMPLES: &str = include_str!("functions/samples.sql");

/// Which of PostgreSQL's functions are proven to give no null of arguments that are not null, by OID.
fn proven(database: &Database) -> Vec<String> {
    let catalog = database.catalog();
    let views = catalog.views.iter();
    let proven = views.filter(|view| {
        let column = view.columns.first();
        column.is_some_and(|column| column.never_null.is_some())
    });
    let numbers = proven.filter_map(|view| view.name.strip_prefix('f'));
    let is_number = |name: &&str| name.bytes().all(|byte| byte.is_ascii_digit());
    numbers.filter(is_number).map(str::to_owned).collect()
}

#[testkit::test(Database::empty)]
fn no_function_that_keeps_nulls_out_gives_one(database: Database) {
    database.run(SAMPLES);
    let proven = proven(&database);
    assert!(proven.len() > 700, "{} are proven", proven.len());
    let tried = database.run(&format!(
        "SELECT c.name, t.calls, t.nulls[1] FROM candidates AS c, tried(c) AS t WHERE c.number IN ({})",
        proven.join(", ")
    ));
    let mut uncalled = Vec::new();
    let mut wrong = Vec::new();
    for line in tried.lines() {
        match line.splitn(3, '|').collect::<Vec<_>>()[..] {
            [name, "0", _] => uncalled.push(name),
            [_, _, ""] => {}
            _ => wrong.push(line),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A function that takes none of the samples is tested by hand.
    assert!(uncalled.len() < 20, "{}", uncalled.join(" "));
}
