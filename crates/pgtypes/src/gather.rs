//! What becomes of the rows of an answer, by how many are asked for.

use crate::columns::FromColumns;
use crate::query_error::QueryError;
use crate::table::Table;

/// What takes the rows of an answer.
#[doc(hidden)]
pub trait Gather: Default + Send {
    /// A row.
    type Row: FromColumns + Send;
    /// What is asked for.
    type Gathered: Send;

    /// Takes the next row.
    fn push(&mut self, row: Self::Row);

    /// What is asked for, after the last row.
    fn finish(self, table: &'static Table) -> Result<Self::Gathered, QueryError>;
}

/// Any number of rows.
impl<R: FromColumns + Send> Gather for Vec<R> {
    type Row = R;
    type Gathered = Self;

    fn push(&mut self, row: R) {
        Self::push(self, row);
    }

    fn finish(self, _: &'static Table) -> Result<Self, QueryError> {
        Ok(self)
    }
}

/// One row or none. A `Vec` would take memory for it.
pub(crate) struct OneAtMost<R> {
    row: Option<R>,
    /// How many there were.
    rows: usize,
}

impl<R> Default for OneAtMost<R> {
    fn default() -> Self {
        Self { row: None, rows: 0 }
    }
}

impl<R: FromColumns + Send> Gather for OneAtMost<R> {
    type Row = R;
    type Gathered = Option<R>;

    fn push(&mut self, row: R) {
        self.rows += 1;
        self.row = Some(row);
    }

    fn finish(self, table: &'static Table) -> Result<Option<R>, QueryError> {
        match self.rows {
            0 | 1 => Ok(self.row),
            rows => Err(QueryError::SeveralRows {
                relation: table.quoted(),
                rows,
            }),
        }
    }
}

/// One row.
pub(crate) struct One<R>(OneAtMost<R>);

impl<R> Default for One<R> {
    fn default() -> Self {
        Self(OneAtMost::default())
    }
}

impl<R: FromColumns + Send> Gather for One<R> {
    type Row = R;
    type Gathered = R;

    fn push(&mut self, row: R) {
        self.0.push(row);
    }

    fn finish(self, table: &'static Table) -> Result<R, QueryError> {
        self.0.finish(table)?.ok_or_else(|| QueryError::NoRow {
            relation: table.quoted(),
        })
    }
}
