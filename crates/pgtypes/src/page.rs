//! Pages of rows in the order of a key.
//!
//! A page begins at a row's place instead of after a number of rows: it costs the same at the end of a table as at its start, and rows
//! that are written meanwhile move nothing.

use postgres::types::{ToSql, Type};
use sql::quote::identifier as quote_identifier;

use crate::parameter::Parameter;
use crate::statement::Statement;
use crate::table::Table;

/// Values of a key's columns.
#[doc(hidden)]
pub trait Place {
    /// The values, in the order of the columns.
    fn into_values(self) -> Vec<Box<dyn ToSql + Sync + Send>>;
}

macro_rules! places {
    ($($name:ident)+) => {
        impl<$($name: ToSql + Sync + Send + 'static),+> Place for ($($name,)+) {
            fn into_values(self) -> Vec<Box<dyn ToSql + Sync + Send>> {
                #[expect(non_snake_case, reason = "a variable for each type")]
                let ($($name,)+) = self;
                vec![$(Box::new($name)),+]
            }
        }
    };
}
places! { A }
places! { A B }
places! { A B C }
places! { A B C D }
places! { A B C D E }
places! { A B C D E F }
places! { A B C D E F G }
places! { A B C D E F G H }

#[derive(Clone, Copy)]
enum Direction {
    After,
    Before,
}

impl<R> Statement<'_, R> {
    /// `SELECT` of at most `rows` rows after `cursor`, in ascending order of the columns at the positions `key`.
    ///
    /// # Panics
    /// When the table has no column at one of the positions. Likewise the next one.
    #[doc(hidden)]
    pub fn page_after(
        table: &'static Table,
        key: &[usize],
        cursor: Option<impl Place>,
        rows: u32,
    ) -> Self {
        page(table, key, cursor, rows, Direction::After)
    }

    /// The same before `cursor`, in descending order.
    #[doc(hidden)]
    pub fn page_before(
        table: &'static Table,
        key: &[usize],
        cursor: Option<impl Place>,
        rows: u32,
    ) -> Self {
        page(table, key, cursor, rows, Direction::Before)
    }
}

fn page<'a, R>(
    table: &'static Table,
    key: &[usize],
    cursor: Option<impl Place>,
    rows: u32,
    direction: Direction,
) -> Statement<'a, R> {
    let columns: Vec<_> = key.iter().map(|at| &table.columns[*at]).collect();
    let names: Vec<String> = columns.iter().map(|it| quote_identifier(it.name)).collect();
    let mut statement = Statement::select(table);
    if let Some(cursor) = cursor {
        statement.conditions = beyond(&names, direction);
        for (column, value) in columns.into_iter().zip(cursor.into_values()) {
            statement.push(Parameter::boxed(column.name, value), column.known_type());
        }
    }
    let limit = Parameter::owned("LIMIT", i64::from(rows));
    statement.push(limit, Some(Type::INT8));
    let number = statement.parameters.len();
    statement.tail = format!(" ORDER BY {} LIMIT ${number}", sorted(&names, direction));
    statement
}

/// The condition for rows beyond the place that the parameters give. A comparison of rows alone would exclude no chunk: the first column is
/// bounded by itself too.
fn beyond(names: &[String], direction: Direction) -> String {
    let operator = match direction {
        Direction::After => ">",
        Direction::Before => "<",
    };
    let [first, ..] = names else {
        return String::new();
    };
    if names.len() == 1 {
        return format!(" WHERE {first} OPERATOR(pg_catalog.{operator}) $1");
    }
    let numbers: Vec<String> = (1..=names.len()).map(|it| format!("${it}")).collect();
    format!(
        " WHERE {first} OPERATOR(pg_catalog.{operator}=) $1 AND ({}) OPERATOR(pg_catalog.{operator}) ({})",
        names.join(", "),
        numbers.join(", ")
    )
}

fn sorted(names: &[String], direction: Direction) -> String {
    match direction {
        Direction::After => names.join(", "),
        Direction::Before => format!("{} DESC", names.join(" DESC, ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    static TABLE: Table = Table {
        schema: "public",
        name: "t",
        columns: &[
            Column::never_null("id", "bigint"),
            Column::never_null("at\"", "timestamp with time zone"),
        ],
        primary_key: &["id", "at\""],
    };

    #[test]
    fn a_page_is_bounded_by_the_first_column_of_its_order() {
        let first = Statement::<()>::page_after(&TABLE, &[1, 0], None::<(i64, i64)>, 2);
        let next = Statement::<()>::page_after(&TABLE, &[1, 0], Some((1_i64, 2_i64)), 2);
        let before = Statement::<()>::page_before(&TABLE, &[1, 0], Some((1_i64, 2_i64)), 2);
        let one = Statement::<()>::page_before(&TABLE, &[0], Some((1_i64,)), 2);
        let sql = [first.sql(), next.sql(), before.sql(), one.sql()];
        insta::assert_snapshot!(sql.join("\n"));
    }
}
