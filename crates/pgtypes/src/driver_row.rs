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
    R::from_columns(&DriverRow {
        table,
        row,
        is_in_order: false,
    })
}

/// Reads the rows of one answer, all of which have the same columns.
pub(crate) struct Reader {
    table: &'static Table,
    /// Whether the columns are those of the table in its order, so that they need not be searched by name. `None` before the first row.
    is_in_order: Option<bool>,
}

impl Reader {
    pub(crate) fn of(table: &'static Table) -> Self {
        Self {
            table,
            is_in_order: None,
        }
    }

    /// A row as an `R`.
    pub(crate) fn read<R: FromColumns>(&mut self, row: &Row) -> Result<R, QueryError> {
        let table = self.table;
        let is_in_order = *self
            .is_in_order
            .get_or_insert_with(|| table.is_in_order(row));
        let read = R::from_columns(&DriverRow {
            table,
            row,
            is_in_order,
        });
        read.map_err(|cause| table.unreadable(row, cause))
    }

    /// The same of what a driver gives in place of a row.
    pub(crate) fn answer<R: FromColumns>(
        &mut self,
        row: Result<Row, Error>,
    ) -> Result<R, QueryError> {
        let row = row.map_err(|cause| self.table.failed(cause))?;
        self.read(&row)
    }
}

/// A row of the driver, with the table whose columns it has.
struct DriverRow<'r> {
    table: &'r Table,
    row: &'r Row,
    is_in_order: bool,
}

impl Columns for DriverRow<'_> {
    type Error = Error;

    fn column<'r, T: FromSql<'r>>(&'r self, position: usize) -> Result<T, Error> {
        if self.is_in_order {
            return self.row.try_get(position);
        }
        self.table.get(self.row, position)
    }

    fn first<'r, T: FromSql<'r>>(&'r self) -> Result<T, Error> {
        self.row.try_get(0)
    }
}

impl Table {
    /// Whether a row's first columns are those of the table, in its order.
    fn is_in_order(&self, row: &Row) -> bool {
        let columns = row.columns();
        let mut own = self.columns.iter().zip(columns);
        self.columns.len() <= columns.len() && own.all(|(own, column)| own.name == column.name())
    }

    /// Why a row is none of the table's.
    fn unreadable(&self, row: &Row, cause: Error) -> QueryError {
        match self.unexpected_null(row) {
            Some(column) => QueryError::UnexpectedNull {
                relation: self.quoted(),
                column,
            },
            None => self.failed(cause),
        }
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
