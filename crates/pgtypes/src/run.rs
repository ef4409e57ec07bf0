//! What runs a statement: the drivers.

#[cfg(feature = "tokio")]
mod asynchronous;

use postgres::{Error, GenericClient, Row, RowIter};

use crate::query_error::QueryError;
use crate::request::Request;
use crate::table::Table;

/// What runs a [`Statement`](crate::Statement): a client or a transaction of a driver, by reference.
pub trait Run {
    /// How the answer comes: at once, or as a future.
    type Answer<'d, T: Send + 'd>
    where
        Self: 'd;

    /// Runs a statement and reads the rows that it returns.
    #[doc(hidden)]
    fn rows<'d, T: Send + 'd>(
        self,
        request: Request<'d>,
        read: fn(&'static Table, Vec<Row>) -> Result<T, QueryError>,
    ) -> Self::Answer<'d, T>
    where
        Self: 'd;

    /// Runs a statement and counts the rows that it read or wrote.
    #[doc(hidden)]
    fn count<'d>(self, request: Request<'d>) -> Self::Answer<'d, u64>
    where
        Self: 'd;
}

impl<C: GenericClient> Run for &mut C {
    type Answer<'d, T: Send + 'd>
        = Result<T, QueryError>
    where
        Self: 'd;

    fn rows<'d, T: Send + 'd>(
        self,
        request: Request<'d>,
        read: fn(&'static Table, Vec<Row>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError>
    where
        Self: 'd,
    {
        let rows = match request.typed() {
            Some(typed) => self.query_typed(&request.sql, &typed),
            None => self.query(&request.sql, &request.values()),
        };
        let rows = rows.map_err(|cause| request.table.failed(cause))?;
        read(request.table, rows)
    }

    fn count<'d>(self, request: Request<'d>) -> Result<u64, QueryError>
    where
        Self: 'd,
    {
        let count = match request.typed() {
            Some(typed) => self.execute_typed(&request.sql, &typed),
            None => self.execute(&request.sql, &request.values()),
        };
        count.map_err(|cause| request.table.failed(cause))
    }
}

/// The rows of a statement as they come.
pub(crate) fn stream<'c>(
    client: &'c mut impl GenericClient,
    request: &Request<'_>,
) -> Result<RowIter<'c>, Error> {
    match request.typed() {
        Some(typed) => client.query_typed_raw(&request.sql, typed),
        None => client.query_raw(&request.sql, request.values()),
    }
}
