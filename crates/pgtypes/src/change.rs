//! An `UPDATE` of the columns that are set, where others are as they were.

use postgres_types::ToSql;
use sql::quote::identifier as quote_identifier;

use crate::parameter::Parameter;
use crate::statement::Statement;
use crate::table::{Column, Rows, Table};

/// Values for some columns of a row, as generated for a table: `Update`.
pub trait Change {
    /// Gives the columns that are set.
    fn columns<'a>(&'a self, to: &mut ColumnValues<'a>);

    /// How values of the column at `position` of the table are compared.
    fn comparison(position: usize) -> Comparison {
        let _ = position;
        Comparison::Operator
    }
}

/// How the values of a column are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// By the operator `=` of `pg_catalog`.
    Operator,
    /// By the operator `=` of the schema in which an extension has the type.
    InSchema(&'static str),
    /// As texts: the type has no operator that compares values.
    Text,
}

/// Columns by their position in the table, each with its value or null.
pub struct ColumnValues<'a>(Vec<(usize, Option<&'a (dyn ToSql + Sync)>)>);

impl<'a> ColumnValues<'a> {
    fn of(change: &'a impl Change) -> Self {
        let mut values = Self(Vec::new());
        change.columns(&mut values);
        values
    }

    /// A column that is never null, unless `value` is `None`.
    pub fn column<T: ToSql + Sync>(&mut self, position: usize, value: &'a Option<T>) {
        if let Some(value) = value {
            self.0.push((position, Some(value)));
        }
    }

    /// A column that `Some(None)` makes null.
    pub fn nullable<T: ToSql + Sync>(&mut self, position: usize, value: &'a Option<Option<T>>) {
        if let Some(value) = value {
            let value = value.as_ref().map(|value| value as _);
            self.0.push((position, value));
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
    pub fn unchanged<C: Change>(mut self, expected: &'a C) -> Self {
        let ColumnValues(values) = ColumnValues::of(expected);
        for (position, value) in values {
            let column = &self.table.columns[position];
            let is_null = value.is_none();
            let value = self.value(column, value);
            self.condition(&if is_null {
                null(column)
            } else {
                equal(column, C::comparison(position), &value)
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

fn equal(column: &Column, comparison: Comparison, value: &str) -> String {
    let name = quote_identifier(column.name);
    match comparison {
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
            equal(&code, Comparison::Operator, "$1"),
            equal(&code, Comparison::InSchema("my ext"), "$1"),
            equal(&code, Comparison::Text, "$1"),
            equal(&shape, Comparison::Text, "$2"),
            null(&code),
        ];
        insta::assert_snapshot!(conditions.join("\n"));
    }
}
