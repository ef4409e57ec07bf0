//! What generated code says about a table, and the SQL that follows from it.

use std::fmt::Write;

use postgres::{Error, Row};
use postgres_types::{FromSql, Type};

use sql::quote::{column_as_text, identifier as quote_identifier};

use crate::columns::Unfit;
use crate::driver_error::DriverError;
use crate::known_types::known_type;
use crate::query_error::QueryError;

/// A relation, as the generated code describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Schema of the relation, unquoted.
    pub schema: &'static str,
    /// Name of the relation, unquoted.
    pub name: &'static str,
    /// All columns, by position.
    pub columns: &'static [Column],
    /// Columns of the primary key in its order; empty if there is no primary key.
    pub primary_key: &'static [&'static str],
}

/// Which rows of a table a statement is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows {
    /// Those of the tables that inherit from it too, as of its partitions and chunks.
    All,
    /// Not those of the tables that inherit from it.
    Own,
}

/// How the values of a column are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// By the operator `=` of `pg_catalog`.
    Operator,
    /// By the operator `=` of the schema in which an extension has the type.
    InSchema(&'static str),
    /// As texts: the type has no operator that compares values.
    Text,
}

/// A column of a [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Name of the column, unquoted.
    pub name: &'static str,
    /// Type as `format_type` prints it with an empty search path: `numeric(12,2)`, `public.funnel_status`, `text[]`.
    pub sql_type: &'static str,
    /// Whether a value read from the column is never null.
    pub never_null: bool,
    /// Whether the values are read and written as text, because their type has no Rust type.
    pub as_text: bool,
    /// Whether rows that are read have the column.
    pub is_read: bool,
    /// How its values are compared with one that is expected.
    pub comparison: Comparison,
}

impl Column {
    /// A column that may hold null.
    pub const fn nullable(name: &'static str, sql_type: &'static str) -> Self {
        Self {
            name,
            sql_type,
            never_null: false,
            as_text: false,
            is_read: true,
            comparison: Comparison::Operator,
        }
    }

    /// A column that never holds null.
    pub const fn never_null(name: &'static str, sql_type: &'static str) -> Self {
        Self {
            never_null: true,
            ..Self::nullable(name, sql_type)
        }
    }

    /// A column that may hold null, whose values are text here.
    pub const fn nullable_text(name: &'static str, sql_type: &'static str) -> Self {
        Self {
            as_text: true,
            ..Self::nullable(name, sql_type)
        }
    }

    /// A column that never holds null, whose values are text here.
    pub const fn never_null_text(name: &'static str, sql_type: &'static str) -> Self {
        Self {
            as_text: true,
            ..Self::never_null(name, sql_type)
        }
    }

    /// A column that no row has when it is read.
    pub const fn left_out(name: &'static str, sql_type: &'static str) -> Self {
        Self {
            is_read: false,
            ..Self::nullable(name, sql_type)
        }
    }

    /// The same of a column whose values are text here.
    pub const fn left_out_text(name: &'static str, sql_type: &'static str) -> Self {
        Self {
            is_read: false,
            ..Self::nullable_text(name, sql_type)
        }
    }

    /// The same with values that are compared by the operator of that schema.
    pub const fn compared_in(self, schema: &'static str) -> Self {
        Self {
            comparison: Comparison::InSchema(schema),
            ..self
        }
    }

    /// The same with values that are compared as texts.
    pub const fn compared_as_text(self) -> Self {
        Self {
            comparison: Comparison::Text,
            ..self
        }
    }

    /// The column's type, when it is the same on every server.
    pub(crate) fn known_type(&self) -> Option<Type> {
        known_type(self.sql_type)
    }

    /// The column's type without its modifier, which a cast would cut values by.
    pub(crate) fn type_name(&self) -> String {
        if let Some(known) = sql::types::by_sql(self.sql_type) {
            return format!("pg_catalog.{}", quote_identifier(known.name));
        }
        let modifier = self.sql_type.ends_with(')').then_some('(');
        let name = modifier.and_then(|open| self.sql_type.rsplit_once(open));
        let name = name.map_or(self.sql_type, |(name, _)| name);
        // Types outside `pg_catalog` are printed with their schema; a blank is in the names of syntax.
        if name.contains(['.', ' ', '[']) {
            name.to_owned()
        } else {
            format!("pg_catalog.{name}")
        }
    }

    /// The type of an array of the column's values; `None` for a column of arrays, as there are no arrays of arrays.
    pub(crate) fn array_type(&self) -> Option<String> {
        let is_array = self.sql_type.ends_with("[]");
        (!is_array).then(|| format!("{}[]", self.type_name()))
    }

    /// The column as a query reads it.
    fn read(&self) -> String {
        if self.as_text {
            column_as_text(self.name)
        } else {
            quote_identifier(self.name)
        }
    }
}

impl Table {
    /// Whether the driver knows the types of all columns that are read.
    ///
    /// If not, it looks a type up when it meets it. In a statement that is sent with the types of its parameters that is when its first rows
    /// have arrived, and the driver waits for the answer behind the rest of them, which it does not read: with many rows, for ever.
    pub(crate) fn has_known_types(&self) -> bool {
        let mut columns = self.columns.iter().filter(|column| column.is_read);
        columns.all(|column| column.as_text || column.known_type().is_some())
    }

    /// `"schema"."name"`, quoted for SQL.
    pub fn quoted(&self) -> String {
        let [schema, name] = [self.schema, self.name].map(quote_identifier);
        format!("{schema}.{name}")
    }

    /// `SELECT` of all columns that are read, in their order; the caller appends `WHERE` and the rest.
    pub fn select(&self) -> String {
        self.select_of(Rows::All)
    }

    pub(crate) fn select_of(&self, rows: Rows) -> String {
        format!("SELECT {} FROM {}", self.read_list(), self.rows(rows))
    }

    /// The table as a statement names it that reads or changes these rows.
    pub(crate) fn rows(&self, rows: Rows) -> String {
        let only = match rows {
            Rows::All => "",
            Rows::Own => "ONLY ",
        };
        format!("{only}{}", self.quoted())
    }

    /// The value of the column at `position` of [`columns`](Self::columns), from a row of any query that has a column of its name.
    ///
    /// A row with the column at the same position, such as one of [`select`](Self::select), needs no search by name.
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

    /// All columns that are read, in their order, as a query reads them.
    pub(crate) fn read_list(&self) -> String {
        let columns = self.columns.iter().filter(|column| column.is_read);
        let columns: Vec<String> = columns.map(Column::read).collect();
        columns.join(", ")
    }

    /// Why a value is none of its column's Rust type.
    pub(crate) fn unfit(&self, unfit: Unfit) -> QueryError {
        let column = &self.columns[unfit.position];
        let relation = self.quoted();
        if unfit.is_null && column.never_null {
            return QueryError::UnexpectedNull {
                relation,
                column: column.name,
            };
        }
        QueryError::Value {
            relation,
            column: column.name,
            cause: DriverError::Other(unfit.cause),
        }
    }

    /// A driver's error with the name of the relation, and that of the column whose value does not fit.
    pub(crate) fn failed(&self, cause: Error) -> QueryError {
        let relation = self.quoted();
        match self.unfit_column(&cause) {
            Some(column) => QueryError::Value {
                relation,
                column,
                cause: cause.into(),
            },
            None => QueryError::Database {
                relation,
                cause: cause.into(),
            },
        }
    }

    /// The column that an error is about, by its position among those that are read. The driver has the position in its message alone.
    fn unfit_column(&self, cause: &Error) -> Option<&'static str> {
        let message = cause.to_string();
        let position = message.strip_prefix("error deserializing column ")?;
        let position = position.split(|c: char| !c.is_ascii_digit()).next()?;
        let mut columns = self.columns.iter().filter(|column| column.is_read);
        let column = columns.nth(position.parse().ok()?)?;
        Some(column.name)
    }

    /// The same after `RETURNING`, which cannot be empty.
    pub(crate) fn returning_list(&self) -> String {
        if !self.columns.iter().any(|column| column.is_read) {
            return "NULL".to_owned();
        }
        self.read_list()
    }

    /// Whether one of the columns of these names is text here.
    pub(crate) fn has_text_among(&self, columns: &[&str]) -> bool {
        let mut text = self.columns.iter().filter(|column| column.as_text);
        text.any(|column| columns.contains(&column.name))
    }

    /// `COPY table (columns) FROM STDIN`, in the binary format.
    pub(crate) fn copy_statement(&self, columns: &[&str]) -> String {
        let columns = quote_list(columns.iter().copied());
        let table = self.quoted();
        format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)")
    }

    /// `INSERT` of one row by parameters.
    pub(crate) fn insert_statement(&self, columns: &[&str]) -> String {
        if columns.is_empty() {
            return format!("INSERT INTO {} DEFAULT VALUES", self.quoted());
        }
        self.insert_rows_statement(columns, 1)
    }

    /// `INSERT` of that many rows by parameters, row after row. There is at least one column, and one row.
    pub(crate) fn insert_rows_statement(&self, columns: &[&str], rows: usize) -> String {
        let table = self.quoted();
        let mut values = String::new();
        for number in 1..=columns.len() * rows {
            let before = match number {
                1 => "(",
                number if number % columns.len() == 1 || columns.len() == 1 => "), (",
                _ => ", ",
            };
            // Writing to a String does not fail.
            let _ = write!(values, "{before}${number}");
        }
        let columns = quote_list(columns.iter().copied());
        format!("INSERT INTO {table} ({columns}) VALUES {values})")
    }

    /// `INSERT` of `$1` rows that are all defaults.
    pub(crate) fn insert_defaults_statement(&self) -> String {
        let table = self.quoted();
        format!("INSERT INTO {table} SELECT FROM pg_catalog.generate_series(1, $1::bigint)")
    }
}

/// The names quoted, with commas between them.
pub(crate) fn quote_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
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
            Column::never_null("id", "bigint"),
            Column::nullable("Order", "text"),
            Column::nullable_text("sh\"ape", "public.shape"),
            Column::left_out("secret", "text"),
        ],
        primary_key: &["id"],
    };

    #[test]
    fn every_identifier_is_quoted() {
        let statements = [
            TABLE.select(),
            TABLE.copy_statement(&["id", "Order"]),
            TABLE.insert_statement(&["id", "Order"]),
            TABLE.insert_rows_statement(&["id", "Order"], 3),
            TABLE.insert_rows_statement(&["id"], 2),
            TABLE.insert_statement(&[]),
            TABLE.insert_defaults_statement(),
        ];
        insta::assert_snapshot!(statements.join("\n"));
    }
}
