//! sqlx's rows as those of a relation.

use ::sqlx::postgres::{PgRow, PgValueFormat};
use ::sqlx::{Column, Row, ValueRef};
use postgres_types::{FromSql, Type};

use super::types;
use crate::columns::{Columns, FromColumns, Unfit};
use crate::gather::Gather;
use crate::query_error::QueryError;
use crate::table::Table;

/// A row with the table whose columns it has.
struct SqlxRow<'r> {
    table: &'r Table,
    row: &'r PgRow,
    /// The types of the row's columns.
    types: &'r [Type],
}

/// All rows of an answer.
pub(super) fn read_all<G: Gather>(
    table: &'static Table,
    rows: &[PgRow],
) -> Result<G::Gathered, QueryError> {
    let types = rows.first().map_or(Vec::new(), types_of);
    let mut gathered = G::default();
    for row in rows {
        gathered.push(read(table, row, &types)?);
    }
    gathered.finish(table)
}

/// One of them.
pub(super) fn read<R: FromColumns>(
    table: &'static Table,
    row: &PgRow,
    types: &[Type],
) -> Result<R, QueryError> {
    R::from_columns(&SqlxRow { table, row, types }).map_err(|unfit| table.unfit(unfit))
}

/// The types of a row's columns.
pub(super) fn types_of(row: &PgRow) -> Vec<Type> {
    let columns = row.columns().iter();
    columns
        .map(|column| types::of(column.type_info()))
        .collect()
}

/// A row of any query as a generated one, for sqlx's `FromRow`.
///
/// # Errors
/// When a column is missing, or its value does not fit.
pub fn from_row<R: FromColumns>(table: &Table, row: &PgRow) -> Result<R, ::sqlx::Error> {
    let types = types_of(row);
    let row = SqlxRow {
        table,
        row,
        types: &types,
    };
    R::from_columns(&row).map_err(|unfit| ::sqlx::Error::ColumnDecode {
        index: table.columns[unfit.position].name.to_owned(),
        source: unfit.cause,
    })
}

impl SqlxRow<'_> {
    fn value<'r, T: FromSql<'r>>(&'r self, place: usize, position: usize) -> Result<T, Unfit> {
        let unfit = |is_null, cause| Unfit {
            position,
            is_null,
            cause,
        };
        let value = self.row.try_get_raw(place);
        let value = value.map_err(|error| unfit(false, error.into()))?;
        let ty = &self.types[place];
        if !T::accepts(ty) {
            let rust = std::any::type_name::<T>();
            let cause = format!("{rust} does not hold values of type {ty}");
            return Err(unfit(false, cause.into()));
        }
        if value.is_null() {
            return T::from_sql_null(ty).map_err(|cause| unfit(true, cause));
        }
        if value.format() != PgValueFormat::Binary {
            let cause = "it came as text: give the query its parameters by `bind`, or use `query` in place of `raw_sql`";
            return Err(unfit(false, cause.into()));
        }
        let raw = value.as_bytes().map_err(|cause| unfit(false, cause))?;
        T::from_sql(ty, raw).map_err(|cause| unfit(false, cause))
    }
}

impl Columns for SqlxRow<'_> {
    type Error = Unfit;

    fn column<'r, T: FromSql<'r>>(&'r self, position: usize) -> Result<T, Unfit> {
        let name = self.table.columns[position].name;
        let columns = self.row.columns();
        let is_it = |place: &usize| columns.get(*place).is_some_and(|it| it.name() == name);
        let place = Some(position)
            .filter(is_it)
            .or_else(|| (0..columns.len()).find(is_it));
        let place = place.ok_or_else(|| Unfit {
            position,
            is_null: false,
            cause: "the query does not return it".into(),
        })?;
        self.value(place, position)
    }

    fn first<'r, T: FromSql<'r>>(&'r self) -> Result<T, Unfit> {
        self.value(0, 0)
    }
}
