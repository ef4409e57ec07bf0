//! Many rows by one `INSERT`.
//!
//! If all rows set the same columns, each column is one parameter, an array: the SQL is the same for any number of rows. There are no arrays
//! of arrays, and an array has no place for a default. Rows that need these are a list of `VALUES`, with a parameter for each value.

use std::fmt::Write;

use postgres_types::{ToSql, Type};

use crate::column_array::ColumnArray;
use crate::insert::{Insert, Value};
use crate::parameter::Parameter;
use crate::statement::Statement;
use crate::table::{Column, Table, quote_list};

/// Most parameters of a statement: the protocol counts them with 16 bits.
pub(crate) const MOST_PARAMETERS: usize = 65_535;

impl<'a, R> Statement<'a, R> {
    /// `INSERT` of the rows, in their order.
    #[doc(hidden)]
    pub fn insert_many<N: Insert>(table: &'static Table, rows: &'a [N]) -> Self {
        let Some(first) = rows.first() else {
            return Self::of_no_rows(table);
        };
        let given = first.given();
        if !rows.iter().all(|row| given.is_that_of(row)) {
            return with_defaults(table, rows);
        }
        let columns = first.sent();
        if columns.is_empty() {
            let mut statement = Self::new(table, table.insert_defaults_statement(), true);
            let count = Parameter::owned("count", rows.len() as i64);
            statement.push(count, Some(Type::INT8));
            return statement;
        }
        by_arrays(table, &columns, rows).unwrap_or_else(|| with_defaults(table, rows))
    }

    /// A statement that reads and writes nothing.
    fn of_no_rows(table: &'static Table) -> Self {
        let mut statement = Self::select(table);
        statement.condition("false");
        statement
    }
}

/// A parameter for each column, of which there is at least one; `None` if a row gives an array, and if the rows could give nothing else.
fn by_arrays<'a, R, N: Insert>(
    table: &'static Table,
    columns: &[&'static Column],
    rows: &'a [N],
) -> Option<Statement<'a, R>> {
    let mut values = vec![Vec::with_capacity(rows.len()); columns.len()];
    for row in rows {
        for (values, value) in values.iter_mut().zip(row.values()) {
            values.push(value);
        }
    }
    let names = quote_list(columns.iter().map(|column| column.name));
    let head = format!("INSERT INTO {} ({names}) SELECT ", table.quoted());
    let mut statement = Statement::new(table, head, true);
    for (at, (column, values)) in columns.iter().zip(values).enumerate() {
        statement.head += if at == 0 { "" } else { ", " };
        let Some(ty) = column.array_type() else {
            if !values.iter().all(|value| value.is_null) {
                return None;
            }
            statement.head += "NULL";
            continue;
        };
        statement.push(
            Parameter::owned(column.name, ColumnArray(of_driver(values))),
            None,
        );
        statement.head += &unnested(statement.parameters.len(), &ty);
    }
    // Without an array nothing would say how many rows there are.
    (!statement.parameters.is_empty()).then_some(statement)
}

fn of_driver(values: Vec<Value<'_>>) -> Vec<&(dyn ToSql + Sync)> {
    values.into_iter().map(|value| value.sql).collect()
}

/// The elements of a parameter. Functions that return sets in the list of `SELECT` run side by side; in `FROM`, one of a composite type
/// would become several columns.
fn unnested(parameter: usize, ty: &str) -> String {
    format!("pg_catalog.unnest(${parameter}::{ty})")
}

/// A parameter for each value, and `DEFAULT` where a row leaves a column out that another one gives.
fn with_defaults<'a, R, N: Insert>(table: &'static Table, rows: &'a [N]) -> Statement<'a, R> {
    let by_row: Vec<_> = rows.iter().map(Insert::sent).collect();
    let is_given = |column: &&Column| by_row.iter().flatten().any(|it| it.name == column.name);
    let columns: Vec<&Column> = table.columns.iter().filter(is_given).collect();
    let names = quote_list(columns.iter().map(|column| column.name));
    let head = format!("INSERT INTO {} ({names}) VALUES ", table.quoted());
    let mut statement = Statement::new(table, head, true);
    statement.recurs = false;
    for (index, (row, given)) in rows.iter().zip(by_row).enumerate() {
        statement.head += if index == 0 { "(" } else { "), (" };
        let mut values = given.into_iter().zip(row.values()).peekable();
        for (at, column) in columns.iter().enumerate() {
            statement.head += if at == 0 { "" } else { ", " };
            match values.next_if(|(given, _)| given.name == column.name) {
                Some((_, value)) => push_value(&mut statement, column, value.sql),
                None => statement.head += "DEFAULT",
            }
        }
    }
    statement.head += ")";
    if statement.parameters.len() > MOST_PARAMETERS {
        let most = MOST_PARAMETERS / columns.len();
        statement.refuse(format!(
            "{} rows that differ in what they leave to defaults, or that give arrays, are too many for one statement: \
             write {most} at a time, or use copy_in",
            rows.len()
        ));
    }
    statement
}

fn push_value<'a, R>(
    statement: &mut Statement<'a, R>,
    column: &Column,
    value: &'a (dyn ToSql + Sync),
) {
    let parameter = Parameter::borrowed(column.name, value);
    statement.push(parameter, column.known_type());
    let number = statement.parameters.len();
    // Writing to a String does not fail.
    let _ = write!(statement.head, "${number}");
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: Table = Table {
        schema: "public",
        name: "t",
        columns: &[
            Column::never_null("id", "bigint"),
            Column::never_null("code\"", "character varying(3)"),
            Column::never_null("mood", "public.\"my (mood)\""),
            Column::never_null("place", "public.geometry(Point,4326)"),
        ],
        primary_key: &[],
    };

    #[test]
    fn every_column_is_an_array_of_its_type_without_modifier() {
        let arrays = TABLE.columns.iter().map(Column::array_type);
        let arrays: Vec<String> = arrays.map(|ty| unnested(1, &ty.unwrap())).collect();
        insta::assert_snapshot!(arrays.join("\n"));
        assert_eq!(Column::nullable("tags", "text[]").array_type(), None);
    }
}
