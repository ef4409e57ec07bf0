//! Rows that a binary COPY cannot carry, by INSERTs on the blocking driver.

use std::borrow::Borrow;

use postgres::error::SqlState;
use postgres::{Error, GenericClient};

use crate::copy::error::{CopyError, database};
use crate::copy::insert::{ManyRows, RELEASE, SAVEPOINT, UNDO, most_rows};
use crate::insert::Insert;

/// Stores the rows, all or none, and returns how many. They give values for `columns`, of which there is at least one.
pub(super) fn insert_rows<R: Insert, T: Borrow<R>>(
    client: &mut impl GenericClient,
    columns: &[&'static str],
    mut rows: impl Iterator<Item = Result<T, CopyError>>,
) -> Result<u64, CopyError> {
    let most = most_rows(columns.len());
    let mut next = || rows.by_ref().take(most).collect::<Result<Vec<T>, _>>();
    let first = next()?;
    let mut batch = next()?;
    if batch.is_empty() {
        // One statement stores all or none by itself.
        return insert(client, columns, &first).map_err(database::<R>);
    }
    let block = Block::begin(client).map_err(database::<R>)?;
    let mut stored = insert(&mut *block.client, columns, &first).map_err(database::<R>)?;
    while !batch.is_empty() {
        stored += insert(&mut *block.client, columns, &batch).map_err(database::<R>)?;
        batch = next()?;
    }
    block.commit().map_err(database::<R>)?;
    Ok(stored)
}

fn insert<R: Insert>(
    client: &mut impl GenericClient,
    columns: &[&'static str],
    rows: &[impl Borrow<R>],
) -> Result<u64, Error> {
    let insert = ManyRows::of(columns, rows);
    client.execute(&insert.sql, &insert.values())
}

/// What makes several statements one: a savepoint in the caller's transaction, or a transaction. Undone when it is dropped.
struct Block<'c, C: GenericClient> {
    client: &'c mut C,
    commit: &'static str,
    undo: Option<&'static str>,
}

impl<'c, C: GenericClient> Block<'c, C> {
    /// A client does not say whether its session is in a transaction that the caller began with SQL; the server does.
    fn begin(client: &'c mut C) -> Result<Self, Error> {
        let (commit, undo) = match client.batch_execute(SAVEPOINT) {
            Ok(()) => (RELEASE, UNDO),
            Err(error) if error.code() == Some(&SqlState::NO_ACTIVE_SQL_TRANSACTION) => {
                client.batch_execute("BEGIN")?;
                ("COMMIT", "ROLLBACK")
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            client,
            commit,
            undo: Some(undo),
        })
    }

    fn commit(mut self) -> Result<(), Error> {
        let committed = self.client.batch_execute(self.commit);
        if committed.is_ok() {
            self.undo = None;
        }
        committed
    }
}

impl<C: GenericClient> Drop for Block<'_, C> {
    fn drop(&mut self) {
        if let Some(undo) = self.undo {
            // Its own failure says less than that of the statement before.
            let _ = self.client.batch_execute(undo);
        }
    }
}
