//! Rows that a binary COPY cannot carry, as INSERTs of many rows.

use std::borrow::Borrow;

use postgres_types::ToSql;

use crate::insert::Insert;
use crate::parameter::Parameter;

/// Most parameters of a statement: the protocol counts them with 16 bits.
const PARAMETERS: usize = 65_535;

/// Gives up the savepoint, with what was done since.
pub(super) const SAVEPOINT: &str = "SAVEPOINT timeschema_copy_in";
pub(super) const RELEASE: &str = "RELEASE SAVEPOINT timeschema_copy_in";
pub(super) const UNDO: &str =
    "ROLLBACK TO SAVEPOINT timeschema_copy_in; RELEASE SAVEPOINT timeschema_copy_in";

/// How many rows a statement takes that give values for so many columns. There is at least one.
pub(super) fn most_rows(columns: usize) -> usize {
    PARAMETERS / columns
}

/// One INSERT of many rows.
pub(super) struct ManyRows<'a> {
    pub(super) sql: String,
    parameters: Vec<Parameter<'a>>,
}

impl<'a> ManyRows<'a> {
    pub(super) fn of<R: Insert + 'a>(columns: &[&'static str], rows: &'a [impl Borrow<R>]) -> Self {
        let values = rows.iter().flat_map(|row| row.borrow().values());
        let values = values.zip(columns.iter().cycle());
        Self {
            sql: R::TABLE.insert_rows_statement(columns, rows.len()),
            parameters: values
                .map(|(value, column)| Parameter::borrowed(column, value.sql))
                .collect(),
        }
    }

    pub(super) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        let values = self.parameters.iter();
        values.map(|value| value as _).collect()
    }
}
