//! A table with a column of every type, through its golden module: what is read can be written, by INSERT and by COPY, and is the same.

// The samples name the crate by its own name.
extern crate timeschema as pgtypes;

#[path = "../../pgtypes/tests/support/random.rs"]
#[allow(dead_code, reason = "edges alone are read here")]
mod random;
#[path = "../../pgtypes/tests/support/samples/mod.rs"]
#[allow(dead_code, reason = "edges alone are read here")]
mod samples;

use nasty::all_types;
use samples::{Sample, Value, Visitor};
use testkit::Database;
use timeschema::postgres::Client;
use timeschema::quote_identifier;

/// The golden module, which the example target `golden` compiles without warnings.
pub mod nasty {
    include!("golden/nasty.rs");
}

include!("golden/all_types.rs");

/// Each type's name, and the texts of its edge values.
struct Edges(Vec<(&'static str, &'static [&'static str])>);

impl Visitor for Edges {
    fn visit<T: Value>(&mut self, sample: Sample<T>) {
        self.0.push((sample.name, sample.edges));
    }
}

impl Edges {
    fn all() -> Edges {
        let mut edges = Edges(Vec::new());
        samples::each(&mut edges);
        edges.0.sort_unstable_by_key(|(name, _)| *name);
        edges
    }

    /// The table's columns in the order of the golden module.
    fn create_table(&self) -> String {
        let columns = |kind: &str, suffix: &str| {
            let columns = self.0.iter().map(|(name, _)| {
                let column = quote_identifier(&format!("{kind}_{name}"));
                format!("{column} {}{suffix}", quote_identifier(name))
            });
            columns.collect::<Vec<_>>().join(", ")
        };
        format!(
            "CREATE TABLE all_types ({}, {}, {})",
            columns("a", " NOT NULL"),
            columns("n", ""),
            columns("s", "[] NOT NULL DEFAULT '{}'")
        )
    }

    /// The row of each type's edge value number `at`, or an earlier one of those that have fewer.
    fn row(&self, at: usize) -> String {
        let text = |edges: &[&str]| edges[at % edges.len()].replace('\'', "''");
        let value = |(name, edges): &(&str, &[&str])| {
            format!("'{}'::{}", text(edges), quote_identifier(name))
        };
        let values: Vec<String> = self.0.iter().map(value).collect();
        let nullable = values
            .iter()
            .map(|v| if at.is_multiple_of(2) { v } else { "NULL" });
        let arrays = values.iter().map(|v| format!("ARRAY[{v}, NULL]"));
        let all = [
            values.join(", "),
            nullable.collect::<Vec<_>>().join(", "),
            arrays.collect::<Vec<_>>().join(", "),
        ];
        format!("INSERT INTO all_types VALUES ({})", all.join(", "))
    }
}

#[testkit::test]
fn what_is_read_is_written_the_same_by_insert_and_by_copy(database: Database) {
    let mut client = database.client();
    let edges = Edges::all();
    let create = edges.create_table();
    client
        .batch_execute(&create)
        .unwrap_or_else(|e| panic!("{create}: {e:?}"));
    let most = edges
        .0
        .iter()
        .map(|(_, edges)| edges.len())
        .max()
        .unwrap_or(0);
    for at in 0..most {
        let insert = edges.row(at);
        client
            .batch_execute(&insert)
            .unwrap_or_else(|e| panic!("{insert}: {e:?}"));
    }
    let written = texts(&mut client);
    assert_eq!(written.len(), most);

    let rows = client.query(&all_types::TABLE.select(), &[]).unwrap();
    let rows = rows
        .iter()
        .map(|row| again(all_types::Row::try_from(row).unwrap()));
    let rows: Vec<all_types::New> = rows.collect();
    client.batch_execute("TRUNCATE all_types").unwrap();
    for row in &rows {
        all_types::insert(&mut client, row).unwrap();
    }
    assert_eq!(texts(&mut client), written);

    client.batch_execute("TRUNCATE all_types").unwrap();
    assert_eq!(all_types::copy_in(&mut client, &rows).unwrap(), most as u64);
    assert_eq!(texts(&mut client), written);
}

/// The rows as the server prints them, in the order in which they were written.
fn texts(client: &mut Client) -> Vec<String> {
    let rows = client.query("SELECT t::text FROM all_types AS t ORDER BY ctid", &[]);
    rows.unwrap().iter().map(|row| row.get(0)).collect()
}
