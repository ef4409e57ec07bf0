//! A table with a column of every type, through its golden module: what is read can be written, by INSERT and by COPY, and is the same.

// The samples name the crate by its own name.
extern crate timeschema as pgtypes;

#[path = "../../pgtypes/tests/support/random.rs"]
#[allow(dead_code, reason = "edges alone are read here")]
mod random;
#[path = "../../pgtypes/tests/support/samples/mod.rs"]
#[allow(dead_code, reason = "edges alone are read here")]
mod samples;

use std::collections::BTreeMap;
use std::fmt::Debug;

use samples::{Sample, Value, Visitor};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sql::types::{EXTENSION_TYPES, TYPES};
use testkit::Database;
use timeschema::postgres::{Client, Row};
use timeschema::{Insert, Json, quote_identifier};

use nasty::{
    all_types, types_of_citext, types_of_hstore, types_of_ltree, types_of_postgis, types_of_vector,
};

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
    /// Those of the types of these names, in the order of the names.
    fn of(names: &[&str]) -> Edges {
        let mut edges = Edges(Vec::new());
        samples::each(&mut edges);
        samples::each_of_extensions(&mut edges);
        let of_name = |name: &&str| edges.0.iter().find(|(it, _)| it == name).copied();
        Edges(
            names
                .iter()
                .map(|name| of_name(name).expect("samples"))
                .collect(),
        )
    }

    fn create(&self, table: &str) -> String {
        let columns = |kind: &str, suffix: &str| {
            let columns = self.0.iter().map(|(name, _)| {
                let column = quote_identifier(&format!("{kind}_{name}"));
                format!("{column} {}{suffix}", quote_identifier(name))
            });
            columns.collect::<Vec<_>>().join(", ")
        };
        format!(
            "CREATE TABLE {table} ({}, {}, {})",
            columns("a", " NOT NULL"),
            columns("n", ""),
            columns("s", "[] NOT NULL DEFAULT '{}'")
        )
    }

    fn most(&self) -> usize {
        let counts = self.0.iter().map(|(_, edges)| edges.len());
        counts.max().unwrap_or(0)
    }

    /// The row of each type's edge value number `at`, or an earlier one of those that have fewer.
    fn row(&self, table: &str, at: usize) -> String {
        let text = |edges: &[&str]| edges[at % edges.len()].replace('\'', "''");
        let value = |(name, edges): &(&str, &[&str])| {
            format!("'{}'::{}", text(edges), quote_identifier(name))
        };
        let values: Vec<String> = self.0.iter().map(value).collect();
        let null = "NULL".to_owned();
        let nullable = values
            .iter()
            .map(|v| if at.is_multiple_of(2) { v } else { &null });
        let arrays = values.iter().map(|v| format!("ARRAY[{v}, NULL]"));
        let all = values
            .iter()
            .cloned()
            .chain(nullable.cloned())
            .chain(arrays);
        let all: Vec<String> = all.collect();
        format!("INSERT INTO {table} VALUES ({})", all.join(", "))
    }
}

fn run(client: &mut Client, sql: &str) {
    let done = client.batch_execute(sql);
    done.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

/// Writes the edge values of the types as text, reads them, and writes what was read by INSERT and by COPY.
fn arrives<R, N>(client: &mut Client, table: &str, names: &[&str])
where
    R: for<'a> TryFrom<&'a Row, Error: Debug> + Into<N> + Serialize + DeserializeOwned,
    N: Insert + Serialize + DeserializeOwned,
{
    let edges = Edges::of(names);
    run(client, &edges.create(table));
    (0..edges.most()).for_each(|at| run(client, &edges.row(table, at)));
    let written = texts(client, table);
    assert_eq!(written.len(), edges.most());

    let rows = client.query(&N::TABLE.select(), &[]).unwrap();
    let rows = rows.iter().map(|row| R::try_from(row).unwrap());
    let rows = rows.inspect(reads_its_json).map(R::into);
    let rows: Vec<N> = rows.inspect(reads_its_json).collect();
    run(client, &format!("TRUNCATE {table}"));
    for row in &rows {
        let insert = timeschema::Statement::<R>::insert(&N::TABLE, row);
        insert.execute(&mut *client).unwrap();
    }
    assert_eq!(texts(client, table), written);

    run(client, &format!("TRUNCATE {table}"));
    let copied = timeschema::copy_in(&mut *client, &rows).unwrap();
    assert_eq!(copied, edges.most() as u64);
    assert_eq!(texts(client, table), written);
}

/// By what it is written as: a NaN is not equal to itself.
fn reads_its_json<T: Serialize + DeserializeOwned>(value: &T) {
    let json = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
    let again = serde_json::to_string(&read).unwrap();
    assert_eq!(members(&again), members(&json));
}

/// The members of an object but those of null: a column's null and the `null` of a `json` are one in JSON.
fn members(json: &str) -> BTreeMap<String, Json> {
    let mut members: BTreeMap<String, Json> = serde_json::from_str(json).unwrap();
    members.retain(|_, value| value.as_str() != "null");
    assert!(!members.is_empty());
    members
}

/// The rows as the server prints them, in the order in which they were written.
fn texts(client: &mut Client, table: &str) -> Vec<String> {
    let query = format!("SELECT t::text FROM {table} AS t ORDER BY ctid");
    let rows = client.query(&query, &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[testkit::test]
fn every_type_arrives_alike_by_insert_and_by_copy(database: Database) {
    let names: Vec<&str> = TYPES.iter().map(|ty| ty.name).collect();
    arrives::<all_types::Row, all_types::New>(&mut database.client(), "all_types", &names);
}

/// The same for the types of an extension, where it is installed.
macro_rules! arrives_with {
    ($client:ident, $extension:literal, $module:ident) => {
        let create = concat!("CREATE EXTENSION ", $extension);
        if $client.batch_execute(create).is_err() {
            testkit::skip($extension, "the extension is not installed");
        } else {
            let types = EXTENSION_TYPES
                .iter()
                .filter(|ty| ty.extension == $extension);
            let names: Vec<&str> = types.map(|ty| ty.name).collect();
            arrives::<$module::Row, $module::New>(&mut $client, stringify!($module), &names);
        }
    };
}

#[testkit::test]
fn types_of_extensions_arrive_alike_by_insert_and_by_copy(database: Database) {
    let mut client = database.client();
    arrives_with!(client, "citext", types_of_citext);
    arrives_with!(client, "hstore", types_of_hstore);
    arrives_with!(client, "ltree", types_of_ltree);
    arrives_with!(client, "postgis", types_of_postgis);
    arrives_with!(client, "vector", types_of_vector);
}
