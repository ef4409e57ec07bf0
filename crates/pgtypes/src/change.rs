//! An `UPDATE` of the columns that are set, where others are as they were.

use postgres_types::ToSql;
use sql::quote::identifier as quote_identifier;

use crate::insert::Field;
use crate::parameter::Parameter;
use crate::statement::Statement;
use crate::table::{Column, Comparison, Rows, Table};

/// Values for some columns of a row, as generated for a table: `Update`.
pub trait Change {
    /// Gives the columns that are set.
    fn columns<'a>(&'a self, to: &mut ColumnValues<'a>);
}

/// Columns by their position in the table, each with its value or null.
pub struct ColumnValues<'a>(Vec<(usize, Option<&'a (dyn ToSql + Sync)>)>);

impl<'a> ColumnValues<'a> {
    fn of(change: &'a impl Change) -> Self {
        let mut values = Self(Vec::new());
        change.columns(&mut values);
        values
    }

    /// A column, unless `value` is `None`. One that can be null becomes so by `Some(None)`.
    pub fn column<T: Field>(&mut self, position: usize, value: &'a Option<T>) {
        if let Some(value) = value {
            let sent: &'a (dyn ToSql + Sync) = value;
            self.0.push((position, (!value.is_null()).then_some(sent)));
        }
    }
}

impl std::fmt::Debug for ColumnValues<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let positions = self.0.iter().map(|(position, _)| position);
        f.debug_tuple("ColumnValues")
            .field(&positions.collect::<Vec<_>>())
            .finish()
    }
}

impl<'a, R> Statement<'a, R> {
    /// `UPDATE` of all rows, to the values that are set. With none it reads the rows and changes nothing.
    ///
    /// # Panics
    /// When `change` gives a column that the table does not have. Likewise the next one.
    #[doc(hidden)]
    pub fn update(table: &'static Table, change: &'a impl Change) -> Self {
        Self::update_of(table, change, Rows::All)
    }

    /// The same without the rows of tables that inherit from it.
    #[doc(hidden)]
    pub fn update_only(table: &'static Table, change: &'a impl Change) -> Self {
        Self::update_of(table, change, Rows::Own)
    }

    fn update_of(table: &'static Table, change: &'a impl Change, rows: Rows) -> Self {
        let ColumnValues(values) = ColumnValues::of(change);
        if values.is_empty() {
            return Self::new(table, table.select_of(rows), false);
        }
        let mut statement = Self::new(table, format!("UPDATE {} SET ", table.rows(rows)), true);
        for (index, (position, value)) in values.into_iter().enumerate() {
            let column = &table.columns[position];
            let value = statement.value(column, value);
            let comma = if index == 0 { "" } else { ", " };
            statement.head += &format!("{comma}{} = {value}", quote_identifier(column.name));
        }
        statement
    }

    /// Only rows whose columns have the values that `expected` sets.
    #[doc(hidden)]
    pub fn unchanged(mut self, expected: &'a impl Change) -> Self {
        let ColumnValues(values) = ColumnValues::of(expected);
        for (position, value) in values {
            let column = &self.table.columns[position];
            let is_null = value.is_none();
            let value = self.value(column, value);
            self.condition(&if is_null {
                null(column)
            } else {
                equal(column, &value)
            });
        }
        self
    }

    /// `$1`, or `NULL`.
    fn value(&mut self, column: &Column, value: Option<&'a (dyn ToSql + Sync)>) -> String {
        let Some(value) = value else {
            return "NULL".to_owned();
        };
        self.push(Parameter::borrowed(column.name, value), column.known_type());
        format!("${}", self.parameters.len())
    }
}

/// `IS NULL` would be true also of a row of nulls.
fn null(column: &Column) -> String {
    let name = quote_identifier(column.name);
    format!("{name} IS NOT DISTINCT FROM NULL")
}

fn equal(column: &Column, value: &str) -> String {
    let name = quote_identifier(column.name);
    match column.comparison {
        Comparison::Operator => format!("{name} OPERATOR(pg_catalog.=) {value}"),
        Comparison::InSchema(schema) => {
            format!("{name} OPERATOR({}.=) {value}", quote_identifier(schema))
        }
        // The text of null is that of an empty value.
        Comparison::Text => format!(
            "{name} IS DISTINCT FROM NULL AND pg_catalog.format('%s', {name}) OPERATOR(pg_catalog.=) \
             pg_catalog.format('%s', {value}::{})",
            column.type_name()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comparison_names_its_operator() {
        let code = Column::nullable("co\"de", "character varying(3)");
        let shape = Column::nullable_text("shape", "public.shape");
        let conditions = [
            equal(&code, "$1"),
            equal(&code.compared_in("my ext"), "$1"),
            equal(&code.compared_as_text(), "$1"),
            equal(&shape.compared_as_text(), "$2"),
            null(&code),
        ];
        insta::assert_snapshot!(conditions.join("\n"));
    }
}
