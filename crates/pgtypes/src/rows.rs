//! A query's rows as typed values, one at a time.

use crate::query_error::QueryError;

/// The rows of a query, each turned into an `R` when it is asked for. The server's answer is never entirely in memory.
///
/// After an error there are no more rows.
pub struct Rows<'a, R> {
    rows: Option<Box<dyn Iterator<Item = Result<R, QueryError>> + 'a>>,
}

impl<'a, R> Rows<'a, R> {
    pub(crate) fn new(rows: impl Iterator<Item = Result<R, QueryError>> + 'a) -> Self {
        Self {
            rows: Some(Box::new(rows)),
        }
    }
}

impl<R> Iterator for Rows<'_, R> {
    type Item = Result<R, QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.as_mut()?.next();
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
