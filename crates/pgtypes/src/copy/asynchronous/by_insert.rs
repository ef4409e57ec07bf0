//! Rows that a binary COPY cannot carry, by INSERTs on the asynchronous driver.

use std::borrow::Borrow;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use futures_util::{Stream, StreamExt};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use crate::copy::error::{CopyError, database};
use crate::copy::insert::{ManyRows, RELEASE, SAVEPOINT, UNDO, most_rows};
use crate::copy::row::{Checked, CopyRow};
use crate::insert::Insert;

/// Stores the rows, all or none, and returns how many. They give values for `columns`, of which there is at least one.
///
/// It needs the caller's transaction. One that began here could take in the statements of other tasks that use the same client.
pub(super) async fn insert_rows<R: Insert, T: CopyRow<R>>(
    client: &Client,
    columns: &[&'static str],
    first: impl Borrow<R> + Send + Sync,
    mut checked: Checked<R>,
    mut rows: Pin<&mut (impl Stream<Item = T> + Send)>,
) -> Result<u64, CopyError> {
    let savepoint = Savepoint::begin::<R>(client).await?;
    let mut stored = insert(client, columns, &[first]).await;
    let most = most_rows(columns.len());
    loop {
        let stored_before = stored.map_err(database::<R>)?;
        let mut batch: Vec<T::Row> = Vec::new();
        while batch.len() < most
            && let Some(row) = rows.next().await
        {
            batch.push(checked.next(row)?);
        }
        if batch.is_empty() {
            savepoint.release().await.map_err(database::<R>)?;
            return Ok(stored_before);
        }
        let inserted = insert(client, columns, &batch).await;
        stored = inserted.map(|inserted| stored_before + inserted);
    }
}

async fn insert<R: Insert, T: Borrow<R> + Sync>(
    client: &Client,
    columns: &[&'static str],
    rows: &[T],
) -> Result<u64, Error> {
    let insert = ManyRows::of(columns, rows);
    client.execute(&insert.sql, &insert.values()).await
}

/// A savepoint in the caller's transaction. Undone when it is dropped.
struct Savepoint<'c> {
    client: &'c Client,
    is_open: bool,
}

impl<'c> Savepoint<'c> {
    async fn begin<R: Insert>(client: &'c Client) -> Result<Self, CopyError> {
        match client.batch_execute(SAVEPOINT).await {
            Ok(()) => Ok(Self {
                client,
                is_open: true,
            }),
            Err(error) if error.code() == Some(&SqlState::NO_ACTIVE_SQL_TRANSACTION) => {
                Err(CopyError::NoTransaction {
                    table: R::TABLE.quoted(),
                })
            }
            Err(error) => Err(database::<R>(error)),
        }
    }

    async fn release(mut self) -> Result<(), Error> {
        let released = self.client.batch_execute(RELEASE).await;
        self.is_open = released.is_err();
        released
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // The first poll sends the statement. Nobody waits for its answer; the next statement does.
            let undo = pin!(self.client.batch_execute(UNDO));
            let _ = undo.poll(&mut Context::from_waker(Waker::noop()));
        }
    }
}
