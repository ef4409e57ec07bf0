//! A statement as a value: its SQL, its parameters and the type of its rows. A driver runs it, blocking or asynchronous.
//!
//! Generated functions return statements. What sends them is in `run`.

use std::fmt::Write;
use std::marker::PhantomData;

use postgres::types::{ToSql, Type};
use sql::quote::identifier as quote_identifier;

use crate::columns::FromColumns;
use crate::copy::CopyOut;
use crate::gather::{One, OneAtMost};
use crate::insert::Insert;
use crate::parameter::Parameter;
use crate::query_error::QueryError;
use crate::request::{Request, Text};
#[cfg(any(feature = "tokio", feature = "sqlx"))]
use crate::row_stream::RowStream;
use crate::rows::Rows;
use crate::run::{self, Blocking, Run};
#[cfg(any(feature = "tokio", feature = "sqlx"))]
use crate::run::{Answering, RunStream};
use crate::table::{self, Table};

/// A statement, its parameters, and the type of the rows that it returns.
///
/// It is sent when it is run: by [`one`](Self::one), [`optional`](Self::optional), [`all`](Self::all), [`iter`](Self::iter),
/// `stream` or [`execute`](Self::execute). These take a `&mut postgres::Client` or `&mut postgres::Transaction`, and return a `Result`.
/// With the feature `tokio` all but `iter` also take a `&tokio_postgres::Client` or `&tokio_postgres::Transaction`, and return a future of
/// the `Result`; only these clients run `stream`. A reference to what dereferences to a client serves as well: an `Arc`, the object of a
/// pool.
///
/// A client that is itself a `&mut` parameter is lent again for each statement: `.one(&mut *client)`.
#[must_use = "a statement is sent when it is run: by `one`, `optional`, `all`, `iter`, `stream` or `execute`"]
pub struct Statement<'a, R, K = ()> {
    pub(crate) table: &'static Table,
    /// Up to its conditions.
    pub(crate) head: String,
    pub(crate) conditions: String,
    /// `ORDER BY` and the like.
    pub(crate) tail: String,
    /// Whether the statement writes, and returns rows only if it is asked to.
    pub(crate) writes: bool,
    /// Why it must not be sent.
    refused: Option<String>,
    /// What only statements of a kind have.
    pub(crate) kind: K,
    pub(crate) parameters: Vec<Parameter<'a>>,
    types: Vec<Option<Type>>,
    /// How many columns of the primary key are compared with one value.
    key_columns: usize,
    /// Whether the statement is about one row at most.
    is_one_row: bool,
    /// Whether the same SQL is expected again.
    pub(crate) recurs: bool,
    row: PhantomData<fn() -> R>,
}

impl<'a, R> Statement<'a, R> {
    /// `SELECT` of all rows.
    #[doc(hidden)]
    pub fn select(table: &'static Table) -> Self {
        Self::new(table, table.select(), false)
    }

    /// The same without the rows of tables that inherit from it.
    #[doc(hidden)]
    pub fn select_only(table: &'static Table) -> Self {
        Self::new(table, table.select_of(table::Rows::Own), false)
    }

    /// `DELETE` of all rows.
    #[doc(hidden)]
    pub fn delete(table: &'static Table) -> Self {
        Self::delete_of(table, table::Rows::All)
    }

    /// The same without the rows of tables that inherit from it.
    #[doc(hidden)]
    pub fn delete_only(table: &'static Table) -> Self {
        Self::delete_of(table, table::Rows::Own)
    }

    fn delete_of(table: &'static Table, rows: table::Rows) -> Self {
        Self::new(table, format!("DELETE FROM {}", table.rows(rows)), true)
    }

    /// `INSERT` of one row.
    #[doc(hidden)]
    pub fn insert<N: Insert>(table: &'static Table, row: &'a N) -> Self {
        let columns = row.columns();
        let mut statement = Self::new(table, table.insert_statement(&columns), true);
        for (column, value) in row.sent().into_iter().zip(row.values()) {
            let parameter = Parameter::borrowed(column.name, value.sql);
            statement.push(parameter, column.known_type());
        }
        statement
    }

    pub(crate) fn new(table: &'static Table, head: String, writes: bool) -> Self {
        Self {
            table,
            head,
            conditions: String::new(),
            tail: String::new(),
            writes,
            refused: None,
            kind: (),
            parameters: Vec::new(),
            types: Vec::new(),
            key_columns: 0,
            is_one_row: false,
            recurs: true,
            row: PhantomData,
        }
    }

    /// Adds a parameter, with its type if that is the same on every server.
    pub(crate) fn push(&mut self, parameter: Parameter<'a>, ty: Option<Type>) {
        self.parameters.push(parameter);
        self.types.push(ty);
    }

    /// Only rows whose column at `position` of the table is equal to `value`. The operators are named with their schema: a statement runs no
    /// other, whatever the search path is.
    ///
    /// # Panics
    /// When the table has no column at `position`. Likewise the next two.
    #[doc(hidden)]
    pub fn equal(self, position: usize, value: impl ToSql + Sync + Send + 'a) -> Self {
        self.and_equal(position, "pg_catalog.=", value)
    }

    /// The same by the operator of that schema, in which an extension has the column's type.
    #[doc(hidden)]
    pub fn equal_in(
        self,
        schema: &str,
        position: usize,
        value: impl ToSql + Sync + Send + 'a,
    ) -> Self {
        let operator = format!("{}.=", quote_identifier(schema));
        self.and_equal(position, &operator, value)
    }

    /// Only rows whose column at `position` is not less than `value`.
    #[doc(hidden)]
    pub fn from(self, position: usize, value: impl ToSql + Sync + Send + 'a) -> Self {
        self.and(position, "pg_catalog.>=", value)
    }

    /// Only rows whose column at `position` is less than `value`.
    #[doc(hidden)]
    pub fn before(self, position: usize, value: impl ToSql + Sync + Send + 'a) -> Self {
        self.and(position, "pg_catalog.<", value)
    }

    /// The rows in ascending order of the column at `position`.
    #[doc(hidden)]
    pub fn ordered_by(mut self, position: usize) -> Self {
        let column = quote_identifier(self.table.columns[position].name);
        self.tail = format!(" ORDER BY {column}");
        self
    }

    fn and_equal(
        self,
        position: usize,
        operator: &str,
        value: impl ToSql + Sync + Send + 'a,
    ) -> Self {
        let key = self.table.primary_key;
        let is_of_key = key.contains(&self.table.columns[position].name);
        let mut statement = self.and(position, operator, value);
        if is_of_key {
            statement.key_columns += 1;
            statement.is_one_row |= statement.key_columns == key.len();
        }
        statement
    }

    fn and(
        mut self,
        position: usize,
        operator: &str,
        value: impl ToSql + Sync + Send + 'a,
    ) -> Self {
        let column = &self.table.columns[position];
        self.push(Parameter::owned(column.name, value), column.known_type());
        let number = self.parameters.len();
        let name = quote_identifier(column.name);
        self.condition(&format!("{name} OPERATOR({operator}) ${number}"));
        self
    }

    /// Only rows for which `condition` is true too.
    pub(crate) fn condition(&mut self, condition: &str) {
        let is_first = self.conditions.is_empty();
        let word = if is_first { "WHERE" } else { "AND" };
        // Writing to a String does not fail.
        let _ = write!(self.conditions, " {word} {condition}");
    }
}

impl<'a, R, K> Statement<'a, R, K> {
    /// The statement as one of another kind.
    pub(crate) fn with_kind<L>(self, kind: L) -> Statement<'a, R, L> {
        Statement {
            table: self.table,
            head: self.head,
            conditions: self.conditions,
            tail: self.tail,
            writes: self.writes,
            refused: self.refused,
            kind,
            parameters: self.parameters,
            types: self.types,
            key_columns: self.key_columns,
            is_one_row: self.is_one_row,
            recurs: self.recurs,
            row: PhantomData,
        }
    }

    /// The statement must not be sent. The first reason counts.
    pub(crate) fn refuse(&mut self, reason: String) {
        self.refused.get_or_insert(reason);
    }

    /// The SQL, without what a statement that writes returns.
    pub fn sql(&self) -> String {
        format!("{}{}{}", self.head, self.conditions, self.tail)
    }

    fn request(self, returns: bool) -> Request<'a> {
        let is_sent_with_types = !returns || self.reads_one_row() || self.table.has_known_types();
        let mut sql = self.head;
        sql += &self.conditions;
        sql += &self.tail;
        if returns && self.writes {
            sql += " RETURNING ";
            sql += &self.table.returning_list();
        }
        let types = self.types.into_iter().collect();
        Request {
            table: self.table,
            refused: self.refused,
            text: Text::Built {
                sql,
                types: if is_sent_with_types { types } else { None },
                recurs: self.recurs,
            },
            parameters: self.parameters,
        }
    }

    /// Whether the driver may look up types of the answer after the statement has run: there are not many rows, which it would wait behind.
    /// Nor can the statement violate a constraint: in a transaction the look-up would fail too, and the driver would report that error.
    fn reads_one_row(&self) -> bool {
        self.is_one_row && !self.writes
    }

    /// Runs the statement and returns how many rows it read or wrote.
    ///
    /// # Errors
    /// Those of the server and the driver.
    pub fn execute<'d, D: Run<V> + 'd, V>(self, driver: D) -> D::Answer<'d, u64>
    where
        'a: 'd,
    {
        driver.count(self.request(false))
    }
}

impl<'a, R: FromColumns + Send, K> Statement<'a, R, K> {
    /// Runs the statement and returns its one row.
    ///
    /// # Errors
    /// [`QueryError::NoRow`] and [`QueryError::SeveralRows`], and those of the server and the driver.
    pub fn one<'d, D: Run<V> + 'd, V>(self, driver: D) -> D::Answer<'d, R>
    where
        'a: 'd,
        R: 'd,
    {
        driver.rows::<One<R>>(self.request(true))
    }

    /// Runs the statement and returns its row, if there is one.
    ///
    /// # Errors
    /// [`QueryError::SeveralRows`], and those of the server and the driver.
    pub fn optional<'d, D: Run<V> + 'd, V>(self, driver: D) -> D::Answer<'d, Option<R>>
    where
        'a: 'd,
        R: 'd,
    {
        driver.rows::<OneAtMost<R>>(self.request(true))
    }

    /// Runs the statement on the blocking driver and returns the rows one at a time. The server's answer is never entirely in memory.
    ///
    /// # Errors
    /// Those of the server and the driver, here or with a row.
    pub fn iter<'d, C: Blocking<V>, V: 'd>(
        self,
        client: &'d mut C,
    ) -> Result<Rows<'d, R>, QueryError>
    where
        R: 'd,
    {
        run::blocking::iter(client.session(), self.request(true))
    }

    /// Runs the statement on an asynchronous driver and returns the rows one at a time, as a [`Stream`](futures_util::Stream). The
    /// server's answer is never entirely in memory.
    ///
    /// # Errors
    /// Those of the server and the driver, here or with a row.
    #[cfg(any(feature = "tokio", feature = "sqlx"))]
    pub fn stream<'d, D: RunStream<V> + 'd, V>(self, driver: D) -> Answering<'d, RowStream<'d, R>>
    where
        'a: 'd,
        R: 'd,
    {
        driver.stream(self.request(true))
    }

    /// Runs the statement and returns all rows.
    ///
    /// # Errors
    /// Those of the server and the driver.
    pub fn all<'d, D: Run<V> + 'd, V>(self, driver: D) -> D::Answer<'d, Vec<R>>
    where
        'a: 'd,
        R: 'd,
    {
        driver.rows::<Vec<R>>(self.request(true))
    }
}

impl<'a, R: FromColumns, K> Statement<'a, R, K> {
    /// Reads the rows by one binary COPY, one at a time: the server sends them faster than as an answer, and the answer is never entirely
    /// in memory. Returns what [`iter`](Self::iter) returns on the blocking driver, and a future of what `stream` returns on the
    /// asynchronous one.
    ///
    /// The statement is prepared first, for the types of its columns. A COPY takes no parameters: values are constants in its text. Values of
    /// binary, composite and geometric types and the like are not, and a statement with them is [`QueryError::NotSent`].
    ///
    /// # Errors
    /// Those of the server and the driver, here or with a row. A COPY of which the end is missing is one: no row is missed unnoticed.
    pub fn copy_out<'d, D: CopyOut<V> + 'd, V>(self, driver: D) -> D::Answer<'d, R>
    where
        'a: 'd,
        R: 'd,
    {
        driver.read_copy(self.request(true))
    }
}

impl<R, K> std::fmt::Debug for Statement<'_, R, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Statement({:?})", self.sql())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Array;
    use crate::table::Column;

    static TABLE: Table = Table {
        schema: "public",
        name: "t",
        columns: &[
            Column::never_null("id", "bigint"),
            Column::never_null("code", "character varying(3)"),
            Column::never_null("mood", "public.mood"),
            Column::never_null("tags", "text[]"),
        ],
        primary_key: &["id"],
    };

    #[test]
    fn types_that_every_server_knows_are_sent_with_the_statement() {
        let known = Statement::<()>::select(&TABLE)
            .equal(0, 7_i64)
            .equal(1, "a")
            .equal(3, Array::<String>::default());
        let known = known.request(true);
        let typed = known.typed().expect("all types are built in");
        let types: Vec<Type> = typed.into_iter().map(|(_, ty)| ty).collect();
        assert_eq!(types, [Type::INT8, Type::VARCHAR, Type::TEXT_ARRAY]);

        let asked = Statement::<()>::select(&TABLE)
            .equal(0, 7_i64)
            .equal(2, "b");
        assert!(asked.request(true).typed().is_none());
    }

    #[test]
    fn types_that_the_driver_looks_up_are_not_met_after_a_write() {
        let read = || Statement::<()>::select(&TABLE).equal(0, 7_i64);
        let delete = || Statement::<()>::delete(&TABLE).equal(0, 7_i64);
        assert!(read().request(true).typed().is_some());
        assert!(delete().request(true).typed().is_none());
        // Without an answer there is nothing to look up.
        assert!(delete().request(false).typed().is_some());
    }
}
