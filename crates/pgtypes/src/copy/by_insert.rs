//! Rows that a binary COPY cannot carry, by INSERTs of many rows.

use postgres::error::SqlState;
use postgres::{Error, GenericClient};
use postgres_types::ToSql;

use super::{CopyError, check_given, database};
use crate::parameter::Parameter;
use crate::table::Insert;

/// Most parameters of a statement: the protocol counts them with 16 bits.
const PARAMETERS: usize = 65_535;

/// Stores the rows, all or none, and returns how many. They give values for `columns`, of which there is at least one.
pub(super) fn insert_rows<'a, R: Insert + 'a>(
    client: &mut impl GenericClient,
    columns: &[&'static str],
    mut rows: impl Iterator<Item = &'a R>,
) -> Result<u64, CopyError> {
    let mut batches = Batches {
        most: PARAMETERS / columns.len(),
        rows: &mut rows,
        given: None,
        count: 0,
    };
    let Some(first) = batches.next()? else {
        return Ok(0);
    };
    let Some(second) = batches.next()? else {
        // One statement stores all or none by itself.
        return insert(client, columns, &first).map_err(database::<R>);
    };
    let block = Block::begin(client).map_err(database::<R>)?;
    let mut stored = 0;
    for rows in [first, second] {
        stored += insert(&mut *block.client, columns, &rows).map_err(database::<R>)?;
    }
    while let Some(rows) = batches.next()? {
        stored += insert(&mut *block.client, columns, &rows).map_err(database::<R>)?;
    }
    block.commit().map_err(database::<R>)?;
    Ok(stored)
}

/// The rows, as many at a time as a statement takes.
struct Batches<'i, I, R: Insert> {
    most: usize,
    rows: &'i mut I,
    given: Option<R::Given>,
    count: usize,
}

impl<'a, I: Iterator<Item = &'a R>, R: Insert + 'a> Batches<'_, I, R> {
    fn next(&mut self) -> Result<Option<Vec<&'a R>>, CopyError> {
        let batch: Vec<&R> = self.rows.by_ref().take(self.most).collect();
        for row in &batch {
            check_given(&mut self.given, *row, self.count)?;
            self.count += 1;
        }
        Ok(Some(batch).filter(|batch| !batch.is_empty()))
    }
}

fn insert<R: Insert>(
    client: &mut impl GenericClient,
    columns: &[&'static str],
    batch: &[&R],
) -> Result<u64, Error> {
    let values = batch.iter().flat_map(|row| row.values());
    let values = values.zip(columns.iter().cycle());
    let values: Vec<Parameter<'_>> = values
        .map(|(value, column)| Parameter::borrowed(column, value))
        .collect();
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    let statement = R::TABLE.insert_rows_statement(columns, batch.len());
    client.execute(&statement, &values)
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
        let (commit, undo) = match client.batch_execute("SAVEPOINT timeschema_copy_in") {
            Ok(()) => (
                "RELEASE SAVEPOINT timeschema_copy_in",
                "ROLLBACK TO SAVEPOINT timeschema_copy_in; RELEASE SAVEPOINT timeschema_copy_in",
            ),
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
