//! `--plain`: a PostgreSQL without TimescaleDB holds the schema. The server may have it, as long as the database does not.

mod aggregates;
mod embedded;
mod modes;
mod refused;
mod schema;
mod standin;

use crate::support::Sandbox;

/// One value of the project's database, as text.
fn value(project: &Sandbox, sql: &str) -> String {
    let mut client = project.own_database().client();
    let row = client.query_one(sql, &[]).unwrap();
    row.get::<_, Option<String>>(0).unwrap_or_default()
}

/// A project of one migration, on an empty database.
fn one(test: &str, text: &str) -> Option<Sandbox> {
    Sandbox::new()
        .file("migrations/001_a.sql", text)
        .plain(test)
}

const HYPERTABLE: &str = "CREATE EXTENSION IF NOT EXISTS timescaledb;\n\
     CREATE TABLE t (time timestamptz NOT NULL, v int);\n\
     SELECT create_hypertable('t', by_range('time'));\n";
