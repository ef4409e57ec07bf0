//! What generated code says about a table, and the SQL that follows from it.

use std::fmt::Write;

use bytes::BytesMut;
use postgres::{Error, Row};
use postgres_types::{FromSql, ToSql};

use crate::encode::EncodeError;

/// A relation, as the generated code describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Schema of the relation, unquoted.
    pub schema: &'static str,
    /// Name of the relation, unquoted.
    pub name: &'static str,
    /// All columns, by position.
    pub columns: &'static [Column],
    /// Columns of the primary key in its order; empty when there is none.
    pub primary_key: &'static [&'static str],
}

/// A column of a [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name of the column, unquoted.
    pub name: &'static str,
    /// Type as `format_type` prints it with an empty search path: `numeric(12,2)`, `public.funnel_status`, `text[]`.
    pub sql_type: &'static str,
    /// Whether a value read from the column is never null.
    pub never_null: bool,
}

/// A row to insert, as generated for a table.
pub trait Insert {
    /// The table it goes into.
    const TABLE: Table;

    /// Which of the columns that have a default a row sets.
    type Given: PartialEq + Copy;

    /// Which of the columns that have a default this row sets.
    fn given(&self) -> Self::Given;

    /// The columns this row sends, in the table's order. Rows whose [`given`](Self::given) is the same send the same.
    fn columns(&self) -> Vec<&'static str>;

    /// The values of [`columns`](Self::columns), for a single `INSERT`.
    fn values(&self) -> Vec<&(dyn ToSql + Sync)>;

    /// Appends the values of [`columns`](Self::columns) for COPY, each as [`field`](crate::field) writes it.
    ///
    /// # Errors
    /// When a value cannot be sent. `out` must then end with the last whole field, as `field` leaves it.
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError>;
}

impl Table {
    /// `"schema"."name"`, quoted for SQL.
    pub fn quoted(&self) -> String {
        let [schema, name] = [self.schema, self.name].map(quote_identifier);
        format!("{schema}.{name}")
    }

    /// `SELECT` of all columns in their order; the caller appends `WHERE` and the rest.
    pub fn select(&self) -> String {
        let columns = self.columns.iter().map(|column| column.name);
        format!("SELECT {} FROM {}", quote_list(columns), self.quoted())
    }

    /// The value of the column at `position` of [`columns`](Self::columns), from a row of any query that has a column of its name.
    ///
    /// A row that has the column at the same position, as that of [`select`](Self::select) has, is not searched for it.
    ///
    /// # Errors
    /// When the row has no such column, or its value does not fit `T`.
    ///
    /// # Panics
    /// When the table has no column at `position`.
    pub fn get<'r, T: FromSql<'r>>(&self, row: &'r Row, position: usize) -> Result<T, Error> {
        let name = self.columns[position].name;
        match row.columns().get(position) {
            Some(column) if column.name() == name => row.try_get(position),
            _ => row.try_get(name),
        }
    }

    /// `COPY table (columns) FROM STDIN`, in the binary format.
    pub(crate) fn copy_statement(&self, columns: &[&str]) -> String {
        let columns = quote_list(columns.iter().copied());
        let table = self.quoted();
        format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)")
    }

    /// `INSERT` of one row by parameters, returning all columns.
    pub(crate) fn insert_statement(&self, columns: &[&str]) -> String {
        let table = self.quoted();
        let all = quote_list(self.columns.iter().map(|column| column.name));
        if columns.is_empty() {
            return format!("INSERT INTO {table} DEFAULT VALUES RETURNING {all}");
        }
        let mut parameters = String::new();
        for number in 1..=columns.len() {
            let comma = if number == 1 { "" } else { ", " };
            // Writing to a String does not fail.
            let _ = write!(parameters, "{comma}${number}");
        }
        let columns = quote_list(columns.iter().copied());
        format!("INSERT INTO {table} ({columns}) VALUES ({parameters}) RETURNING {all}")
    }

    /// `INSERT` of `$1` rows that are all defaults.
    pub(crate) fn insert_defaults_statement(&self) -> String {
        let table = self.quoted();
        format!("INSERT INTO {table} SELECT FROM pg_catalog.generate_series(1, $1::bigint)")
    }
}

/// The name as a quoted SQL identifier: `na"me` is `"na""me"`.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn quote_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.map(quote_identifier).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table = Table {
        schema: "public",
        name: "odd \"one\"",
        columns: &[
            Column {
                name: "id",
                sql_type: "bigint",
                never_null: true,
            },
            Column {
                name: "Order",
                sql_type: "text",
                never_null: false,
            },
        ],
        primary_key: &["id"],
    };

    #[test]
    fn every_identifier_is_quoted() {
        let statements = [
            TABLE.select(),
            TABLE.copy_statement(&["id", "Order"]),
            TABLE.insert_statement(&["id", "Order"]),
            TABLE.insert_statement(&[]),
            TABLE.insert_defaults_statement(),
        ];
        insta::assert_snapshot!(statements.join("\n"));
    }
}
