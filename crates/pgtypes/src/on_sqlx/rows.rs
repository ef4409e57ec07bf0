//! A statement's rows as they come.

use std::ops::DerefMut;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use ::sqlx::Executor;
use ::sqlx::postgres::PgConnection;
use futures_util::{Stream, StreamExt};
use postgres_types::Type;

use super::{arguments, row};
use crate::columns::FromColumns;
use crate::query_error::QueryError;
use crate::request::Request;
use crate::row_stream::RowStream;

/// Runs a statement on a connection, which the stream keeps.
pub(super) async fn stream<'d, C, R>(
    mut connection: C,
    mut request: Request<'d>,
) -> Result<RowStream<'d, R>, QueryError>
where
    C: DerefMut<Target: AsConnection> + Send + 'd,
    R: FromColumns + Send + 'd,
{
    request.check()?;
    let table = request.table;
    let query = arguments::bind(connection.as_connection(), &request).await?;
    Ok(RowStream::new(generator(move |slot| async move {
        let mut types: Option<Vec<Type>> = None;
        let mut rows = connection.as_connection().fetch(query.as_sqlx());
        while let Some(row) = rows.next().await {
            let row = row.map_err(|cause| table.failed_on_sqlx(cause));
            let row = row.and_then(|row| {
                let types = types.get_or_insert_with(|| row::types_of(&row));
                row::read(table, &row, types)
            });
            slot.give(row).await;
        }
    })))
}

/// What is a connection, or dereferences to one.
pub(super) trait AsConnection {
    fn as_connection(&mut self) -> &mut PgConnection;
}

impl AsConnection for PgConnection {
    fn as_connection(&mut self) -> &mut PgConnection {
        self
    }
}

impl AsConnection for ::sqlx::pool::PoolConnection<::sqlx::Postgres> {
    fn as_connection(&mut self) -> &mut PgConnection {
        self
    }
}

impl AsConnection for ::sqlx::Transaction<'_, ::sqlx::Postgres> {
    fn as_connection(&mut self) -> &mut PgConnection {
        self
    }
}

/// Where a generator puts its next item. sqlx's own stream borrows the connection and the SQL, so that no struct can hold all three; the
/// generator's future can.
struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Slot<T> {
    fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Gives an item, and continues when the next one is asked for.
    async fn give(&self, item: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(item);
        let mut was_given = false;
        std::future::poll_fn(|_| {
            if std::mem::replace(&mut was_given, true) {
                Poll::Ready(())
            } else {
                // The stream polls again when it is asked.
                Poll::Pending
            }
        })
        .await;
    }
}

struct Generator<T, F> {
    slot: Slot<T>,
    /// `None` at the end.
    future: Option<Pin<Box<F>>>,
}

fn generator<T, F: Future<Output = ()>>(run: impl FnOnce(Slot<T>) -> F) -> Generator<T, F> {
    let slot = Slot(Arc::new(Mutex::new(None)));
    let future = Box::pin(run(Slot(Arc::clone(&slot.0))));
    Generator {
        slot,
        future: Some(future),
    }
}

impl<T, F: Future<Output = ()>> Stream for Generator<T, F> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(future) = &mut self.future else {
            return Poll::Ready(None);
        };
        let is_done = future.as_mut().poll(context).is_ready();
        if is_done {
            self.future = None;
        }
        match self.slot.take() {
            Some(item) => Poll::Ready(Some(item)),
            None if is_done => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
