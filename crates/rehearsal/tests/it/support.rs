//! A database that is filled.

use std::path::{Path, PathBuf};

use catalog::{Catalog, Scope};
use postgres::Client;
use rehearsal::{Filling, Table, Wanted, fill};
use sql::quote::identifier;
use testkit::Database;

/// 2026-11-30.
pub(crate) const UNTIL: i64 = 1_796_000_400;

/// A database and a session in it.
pub(crate) struct Filled {
    pub(crate) client: Client,
    pub(crate) filling: Filling,
    /// The first error of each table, by its position.
    pub(crate) errors: Vec<Option<String>>,
    /// Dropped at the end.
    pub(crate) _database: Database,
}

impl Filled {
    /// What all rows are, whatever their order: the same for the same rows.
    pub(crate) fn checksums(&mut self) -> Vec<String> {
        let Self {
            client, filling, ..
        } = self;
        let checksum = |table: &Table| -> String {
            let name = format!("{}.{}", identifier(&table.schema), identifier(&table.name));
            let sql = format!(
                "SELECT coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")), '') FROM {name} AS t"
            );
            client.query_one(&sql, &[]).unwrap().get(0)
        };
        filling.tables.iter().map(checksum).collect()
    }

    /// The tables' rows: name, rows, rows wanted.
    pub(crate) fn counts(&mut self) -> Vec<(String, i64, u64)> {
        let Self {
            client, filling, ..
        } = self;
        let count = |table: &Table| {
            let rows: i64 = client.query_one(&table.count, &[]).unwrap().get(0);
            (
                format!("{}.{}", table.schema, table.name),
                rows,
                table.wanted,
            )
        };
        filling.tables.iter().map(count).collect()
    }
}

pub(crate) fn catalog(client: &mut Client) -> Catalog {
    catalog::introspect(&Scope::default(), |query| {
        client.query_one(query, &[]).map(|row| row.get(0))
    })
    .unwrap()
}

/// Runs a script, each statement by itself, and fills what it made.
pub(crate) fn filled(database: Database, statements: &[String], wanted: &Wanted) -> Filled {
    let mut client = database.client();
    for statement in statements {
        client
            .batch_execute(statement)
            .unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    }
    let catalog = catalog(&mut client);
    let filling = fill(&catalog, wanted);
    let errors = run(&mut client, &filling);
    Filled {
        client,
        filling,
        errors,
        _database: database,
    }
}

/// Runs the statements for the tables, and gives the first error of each.
pub(crate) fn run(client: &mut Client, filling: &Filling) -> Vec<Option<String>> {
    for setting in &filling.settings {
        client.batch_execute(setting).unwrap();
    }
    let mut errors = Vec::new();
    for table in &filling.tables {
        let mut first = None;
        for statement in &table.statements {
            if let Err(error) = client.batch_execute(statement) {
                let message = error
                    .as_db_error()
                    .map_or_else(|| error.to_string(), |it| format!("{it:?}"));
                first.get_or_insert(format!("{message}\n{statement}"));
            }
        }
        errors.push(first);
    }
    errors
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs what follows the rows.
pub(crate) fn with_rest(filled: &mut Filled) {
    for statement in &filled.filling.after {
        filled
            .client
            .batch_execute(statement)
            .unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    }
}
