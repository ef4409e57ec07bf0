//! A query's rows as typed values, one at a time, on an asynchronous driver.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;

use crate::query_error::QueryError;

type Source<'a, R> = dyn Stream<Item = Result<R, QueryError>> + Send + 'a;

/// The rows of a query as a [`Stream`], each turned into an `R` when it is asked for. The server's answer is never entirely in memory: the
/// server waits while nobody asks, and so do the client's other statements.
///
/// After an error there are no more rows. When this is dropped before its end, the client discards the rows that are still to come.
#[must_use = "rows come when they are asked for"]
pub struct RowStream<'a, R> {
    rows: Option<Pin<Box<Source<'a, R>>>>,
}

impl<'a, R> RowStream<'a, R> {
    pub(crate) fn new(rows: impl Stream<Item = Result<R, QueryError>> + Send + 'a) -> Self {
        Self {
            rows: Some(Box::pin(rows)),
        }
    }

    /// The next row, or `None` at the end. For programs that need no other combinator of streams.
    ///
    /// # Errors
    /// Those of the server and the driver.
    pub async fn try_next(&mut self) -> Result<Option<R>, QueryError> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context))
            .await
            .transpose()
    }
}

impl<R> Stream for RowStream<'_, R> {
    type Item = Result<R, QueryError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<R, QueryError>>> {
        let Some(rows) = &mut self.rows else {
            return Poll::Ready(None);
        };
        let row = ready!(rows.as_mut().poll_next(context));
        if !matches!(row, Some(Ok(_))) {
            self.rows = None;
        }
        Poll::Ready(row)
    }
}

impl<R> fmt::Debug for RowStream<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").finish_non_exhaustive()
    }
}
