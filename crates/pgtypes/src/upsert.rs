//! An `INSERT` that says what happens to a row that exists.

use crate::insert::Insert;
use crate::statement::Statement;
use crate::table::{Table, quote_list};
use sql::quote::identifier as quote_identifier;

/// A statement that writes rows, or changes those that exist. It is a [`Statement`], and runs like one.
///
/// It changes the columns that the new row gives, except those of the key by which it is found and of the primary key.
/// [`changing`](Self::changing) and [`or_ignore`](Self::or_ignore) decide otherwise.
pub type Upsert<'a, R> = Statement<'a, R, OnConflict>;

/// The key by which an [`Upsert`] finds a row that exists.
#[derive(Debug)]
pub struct OnConflict {
    key: Vec<&'static str>,
}

impl<'a, R> Statement<'a, R, OnConflict> {
    /// `INSERT` of one row that changes the row with the same values in the columns at the positions `key`.
    ///
    /// # Panics
    /// When the table has no column at one of the positions. Likewise the next one.
    #[doc(hidden)]
    pub fn upsert<N: Insert>(table: &'static Table, key: &[usize], row: &'a N) -> Self {
        let statement = Statement::insert(table, row);
        statement.on_conflict(key, &row.columns())
    }

    /// The same of many rows.
    #[doc(hidden)]
    pub fn upsert_many<N: Insert>(table: &'static Table, key: &[usize], rows: &'a [N]) -> Self {
        let mut statement = Statement::insert_many(table, rows);
        let Some(first) = rows.first() else {
            return statement.with_kind(OnConflict { key: Vec::new() });
        };
        let given = first.given();
        if let Some(index) = rows.iter().position(|row| !given.is_that_of(row)) {
            statement.refuse(format!(
                "row {index} leaves different columns to their defaults than row 0: upsert such rows separately"
            ));
        }
        statement.on_conflict(key, &first.columns())
    }

    /// Changes these columns of a row that exists, to what the new row gives or to their defaults, and no other.
    ///
    /// A name that is no column of the table is an error when the statement is run.
    pub fn changing(mut self, columns: &[&str]) -> Statement<'a, R> {
        let of_table = |name: &&str| self.table.columns.iter().any(|it| it.name == *name);
        if let Some(unknown) = columns.iter().find(|name| !of_table(name)) {
            self.refuse(format!("there is no column {}", quote_identifier(unknown)));
        }
        if self.writes {
            self.tail = update_clause(&self.kind.key, columns);
        }
        self.with_kind(())
    }

    /// Leaves a row that exists as it is, and does not return it: run the statement by [`optional`](Self::optional) or
    /// [`all`](Self::all).
    pub fn or_ignore(mut self) -> Statement<'a, R> {
        if self.writes {
            self.tail = format!("{} NOTHING", target(&self.kind.key));
        }
        self.with_kind(())
    }
}

impl<'a, R> Statement<'a, R> {
    fn on_conflict(mut self, key: &[usize], given: &[&str]) -> Upsert<'a, R> {
        let table = self.table;
        let key: Vec<&str> = key.iter().map(|at| table.columns[*at].name).collect();
        let mut changed = given.to_vec();
        changed.retain(|column| !key.contains(column) && !table.primary_key.contains(column));
        if table.name == NEW_ROW {
            let quoted = table.quoted();
            self.head = self
                .head
                .replacen(&quoted, &format!("{quoted} AS stored"), 1);
        }
        self.tail = update_clause(&key, &changed);
        self.with_kind(OnConflict { key })
    }
}

/// What `ON CONFLICT` calls the new row; a table of that name needs another one.
const NEW_ROW: &str = "excluded";

fn target(key: &[&str]) -> String {
    format!(" ON CONFLICT ({}) DO", quote_list(key.iter().copied()))
}

fn update_clause(key: &[&str], columns: &[&str]) -> String {
    // A row that is not changed would not be returned.
    let columns = if columns.is_empty() { key } else { columns };
    let sets = columns.iter().map(|column| {
        let column = quote_identifier(column);
        format!("{column} = EXCLUDED.{column}")
    });
    let sets: Vec<String> = sets.collect();
    format!("{} UPDATE SET {}", target(key), sets.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_is_quoted() {
        let clauses = [
            update_clause(&["id"], &["Order", "sh\"ape"]),
            update_clause(&["id", "Order"], &[]),
            target(&["sh\"ape"]),
        ];
        insta::assert_snapshot!(clauses.join("\n"));
    }
}
