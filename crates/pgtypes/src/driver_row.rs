//! Rows of the drivers `postgres` and `tokio_postgres` as generated ones.

use postgres::{Error, Row};
use postgres_types::{FromSql, Type};

use crate::columns::{Columns, FromColumns};
use crate::query_error::QueryError;
use crate::table::Table;

/// A row of the driver as a generated one.
///
/// # Errors
/// When a column is missing, or its value does not fit.
pub fn from_driver<R: FromColumns>(table: &Table, row: &Row) -> Result<R, Error> {
    R::from_columns(&DriverRow(table, row))
}

/// A row of the driver, with the table whose columns it has.
struct DriverRow<'r>(&'r Table, &'r Row);

impl Columns for DriverRow<'_> {
    type Error = Error;

    fn column<'r, T: FromSql<'r>>(&'r self, position: usize) -> Result<T, Error> {
        self.0.get(self.1, position)
    }

    fn first<'r, T: FromSql<'r>>(&'r self) -> Result<T, Error> {
        self.1.try_get(0)
    }
}

impl Table {
    /// A row with the columns of the table as an `R`.
    pub(crate) fn read_row<R: FromColumns>(&self, row: &Row) -> Result<R, QueryError> {
        from_driver(self, row).map_err(|cause| match self.unexpected_null(row) {
            Some(column) => QueryError::UnexpectedNull {
                relation: self.quoted(),
                column,
            },
            None => self.failed(cause),
        })
    }

    /// The same of what a driver gives in place of a row.
    pub(crate) fn read_answer<R: FromColumns>(
        &self,
        row: Result<Row, Error>,
    ) -> Result<R, QueryError> {
        self.read_row(&row.map_err(|cause| self.failed(cause))?)
    }

    /// The first column that is null in `row`, and never is by the schema.
    fn unexpected_null(&self, row: &Row) -> Option<&'static str> {
        let never_null = self.columns.iter().filter(|column| column.never_null);
        let mut names = never_null.map(|column| column.name);
        names.find(|name| matches!(row.try_get(*name), Ok(IsNull(true))))
    }
}

/// Whether a value of any type is null.
struct IsNull(bool);

impl FromSql<'_> for IsNull {
    fn from_sql(_: &Type, _: &[u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(false))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(true))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
