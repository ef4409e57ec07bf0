//! What TimescaleDB does with a continuous aggregate: refreshing it, and how far it is.

use std::ops::Range;

use postgres_types::{FromSql, ToSql};
use sql::quote::literal;

use crate::columns::{Columns, FromColumns};
use crate::parameter::Parameter;
use crate::statement::Statement;
use crate::table::{Column, Table};

/// The only value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scalar<T>(pub T);

impl<T: for<'r> FromSql<'r>> FromColumns for Scalar<T> {
    fn from_columns<C: Columns>(columns: &C) -> Result<Self, C::Error> {
        columns.first().map(Self)
    }
}

impl Statement<'_, ()> {
    /// `CALL` of the procedure that computes the buckets of `range` again. TimescaleDB commits in it, so it runs in no transaction.
    ///
    /// # Panics
    /// When the table has no column at `position`, that of its buckets. Likewise the next one.
    #[doc(hidden)]
    pub fn refresh(
        table: &'static Table,
        position: usize,
        range: Range<impl ToSql + Sync + Send + 'static>,
    ) -> Self {
        let mut statement = Self::new(table, refresh_statement(table), false);
        let column = &table.columns[position];
        for bound in [range.start, range.end] {
            let bound = Parameter::owned(column.name, bound);
            statement.push(bound, column.known_type());
        }
        statement
    }
}

impl<T> Statement<'_, Scalar<T>> {
    /// The end of the newest bucket that is materialized.
    #[doc(hidden)]
    pub fn watermark(table: &'static Table, position: usize) -> Self {
        let statement = watermark_statement(table, &table.columns[position]);
        Self::new(table, statement, false)
    }
}

/// TimescaleDB's public procedures are in the schema `public`, unless its extension was created in another one.
fn refresh_statement(table: &Table) -> String {
    let aggregate = literal(&table.quoted());
    format!("CALL public.refresh_continuous_aggregate({aggregate}::pg_catalog.regclass, $1, $2)")
}

fn watermark_statement(table: &Table, bucket: &Column) -> String {
    let watermark = "_timescaledb_functions.cagg_watermark(a.mat_hypertable_id)";
    let value = match bucket.sql_type {
        "timestamp with time zone" => format!("_timescaledb_functions.to_timestamp({watermark})"),
        "timestamp without time zone" => {
            format!("_timescaledb_functions.to_timestamp_without_timezone({watermark})")
        }
        "date" => format!("_timescaledb_functions.to_date({watermark})"),
        _ => format!("{watermark}::{}", bucket.type_name()),
    };
    let [schema, name] = [table.schema, table.name].map(literal);
    format!(
        "SELECT {value} FROM _timescaledb_catalog.continuous_agg AS a \
         WHERE a.user_view_schema OPERATOR(pg_catalog.=) {schema} AND a.user_view_name OPERATOR(pg_catalog.=) {name}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: Table = Table {
        schema: "it's",
        name: "odd \"one\"",
        columns: &[
            Column::never_null("at", "timestamp with time zone"),
            Column::never_null("n", "integer"),
        ],
        primary_key: &[],
    };

    #[test]
    fn every_name_is_quoted_and_has_its_schema() {
        let statements = [
            refresh_statement(&TABLE),
            watermark_statement(&TABLE, &TABLE.columns[0]),
            watermark_statement(&TABLE, &TABLE.columns[1]),
        ];
        insta::assert_snapshot!(statements.join("\n"));
    }
}
