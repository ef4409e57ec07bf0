//! A query's rows as typed values, one at a time.

use std::marker::PhantomData;

use postgres::fallible_iterator::FallibleIterator;
use postgres::{Error, Row, RowIter};

use crate::query_error::QueryError;
use crate::table::Table;

/// The rows of a query, each turned into an `R` when it is asked for. The server's answer is never entirely in memory.
///
/// After an error there are no more rows.
pub struct Rows<'a, R> {
    table: &'static Table,
    rows: Option<RowIter<'a>>,
    row_type: PhantomData<fn() -> R>,
}

impl<'a, R> Rows<'a, R> {
    pub(crate) fn new(table: &'static Table, rows: RowIter<'a>) -> Self {
        Self {
            table,
            rows: Some(rows),
            row_type: PhantomData,
        }
    }
}

impl<R> Iterator for Rows<'_, R>
where
    R: for<'r> TryFrom<&'r Row, Error = Error>,
{
    type Item = Result<R, QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let table = self.table;
        let row = self.rows.as_mut()?.next().transpose();
        let row = row.map(|row| table.read_row(&row.map_err(|cause| table.failed(cause))?));
        if !matches!(row, Some(Ok(_))) {
            self.rows = None;
        }
        row
    }
}

impl<R> std::fmt::Debug for Rows<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}
