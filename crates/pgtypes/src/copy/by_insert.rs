//! Rows that a binary COPY cannot carry, by INSERT of many at a time.

use postgres::{GenericClient, Statement, Transaction};
use postgres_types::ToSql;

use super::{CopyError, check_given, database};
use crate::parameter::Parameter;
use crate::table::Insert;

/// Most parameters of a statement: the protocol counts them with 16 bits.
const PARAMETERS: usize = 65_535;

/// Most rows of a statement. More make it no faster.
const ROWS: usize = 500;

/// Stores the rows, all or none, and returns how many. They give values for `columns`, of which there is at least one.
pub(super) fn insert_rows<'a, R: Insert + 'a>(
    client: &mut impl GenericClient,
    columns: &[&str],
    mut rows: impl Iterator<Item = &'a R>,
) -> Result<u64, CopyError> {
    let most = (PARAMETERS / columns.len()).min(ROWS);
    let mut transaction = client.transaction().map_err(database::<R>)?;
    let mut given = None;
    let mut count = 0;
    let mut prepared: Option<(usize, Statement)> = None;
    loop {
        let batch: Vec<&R> = rows.by_ref().take(most).collect();
        if batch.is_empty() {
            break;
        }
        for (index, row) in (count..).zip(&batch) {
            check_given(&mut given, *row, index)?;
        }
        // Every batch but the last has the same statement.
        let statement = match prepared.take() {
            Some((length, statement)) if length == batch.len() => statement,
            _ => transaction
                .prepare(&R::TABLE.insert_rows_statement(columns, batch.len()))
                .map_err(database::<R>)?,
        };
        execute(&mut transaction, &statement, &batch).map_err(database::<R>)?;
        count += batch.len();
        prepared = Some((batch.len(), statement));
    }
    transaction.commit().map_err(database::<R>)?;
    Ok(count as u64)
}

fn execute<R: Insert>(
    transaction: &mut Transaction<'_>,
    statement: &Statement,
    batch: &[&R],
) -> Result<u64, postgres::Error> {
    let values = batch.iter().flat_map(|row| row.values());
    let values: Vec<Parameter<'_>> = values.map(Parameter::Borrowed).collect();
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    transaction.execute(statement, &values)
}
