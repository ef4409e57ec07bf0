//! A named query as a value: which of its texts is sent, its parameters, the type of its rows, and how many there can be.
//!
//! Generated functions return queries. What sends them is in `run`.

use std::marker::PhantomData;

use postgres::types::{ToSql, Type};

use crate::columns::FromColumns;
use crate::parameter::Parameter;
use crate::query_error::QueryError;
use crate::request::Request;
#[cfg(any(feature = "tokio", feature = "sqlx"))]
use crate::row_stream::RowStream;
use crate::rows::Rows;
use crate::run::{self, Blocking, Run};
#[cfg(any(feature = "tokio", feature = "sqlx"))]
use crate::run::{Answering, RunStream};
use crate::statement::{at_most_one, exactly_one};
use crate::table::{Column, Table};

/// A query, as the generated code describes it.
#[doc(hidden)]
#[derive(Debug)]
pub struct QueryText {
    /// What errors call it, and the columns that it returns.
    pub table: Table,
    /// Where its file has it: `queries/dashboard.sql:14`.
    pub place: &'static str,
    /// The relations that it names, each with its schema.
    pub relations: &'static [(&'static str, &'static str)],
    /// Its parameters, by name.
    pub parameters: &'static [Column],
    /// The text for each choice of the parameters that lines depend on. The first parameter is the lowest bit.
    pub variants: &'static [QueryVariant],
}

/// One of a query's texts.
#[doc(hidden)]
#[derive(Debug)]
pub struct QueryVariant {
    /// With `$1` and so on.
    pub sql: &'static str,
    /// Which of the query's parameters `$1` and so on are.
    pub parameters: &'static [usize],
}

/// How many rows a query returns: exactly one.
#[derive(Debug, Clone, Copy)]
pub enum ExactlyOne {}

/// How many rows a query returns: one or none.
#[derive(Debug, Clone, Copy)]
pub enum AtMostOne {}

/// How many rows a query returns: any number.
#[derive(Debug, Clone, Copy)]
pub enum Many {}

/// Queries that are proven to return exactly one row.
#[diagnostic::on_unimplemented(
    message = "this query may return no row, or several",
    note = "`.optional()` reads one row or none where that is proven, and `.all()`, `.iter()` and `.stream()` read any number"
)]
pub trait IsOne {}

/// Queries that are proven to return no second row.
#[diagnostic::on_unimplemented(
    message = "this query may return several rows",
    note = "`.all()`, `.iter()` and `.stream()` read any number; `LIMIT 1` in the query, or a comparison with all columns of a unique \
            key, proves that there is no second one"
)]
pub trait IsAtMostOne {}

impl IsOne for ExactlyOne {}
impl IsAtMostOne for ExactlyOne {}
impl IsAtMostOne for AtMostOne {}

/// A query of the project, with its parameters, the type of the rows that it returns, and how many these can be: [`ExactlyOne`],
/// [`AtMostOne`] or [`Many`].
///
/// It is sent when it is run: by [`one`](Self::one), [`optional`](Self::optional), [`all`](Self::all), [`iter`](Self::iter), `stream` or
/// [`execute`](Self::execute), on what a [`Statement`](crate::Statement) runs on.
///
/// What is not proven does not compile: `one` needs [`ExactlyOne`], and `optional` needs that or [`AtMostOne`].
///
/// ```
/// # use pgtypes::{AtMostOne, ExactlyOne, FromColumns, Many, Query, QueryError, postgres::Client};
/// fn read<R: FromColumns + Send>(
///     client: &mut Client,
///     one: Query<'_, R, ExactlyOne>,
///     at_most_one: Query<'_, R, AtMostOne>,
///     many: Query<'_, R, Many>,
/// ) -> Result<(R, Option<R>, Vec<R>), QueryError> {
///     let one = one.one(&mut *client)?;
///     let at_most_one = at_most_one.optional(&mut *client)?;
///     Ok((one, at_most_one, many.all(client)?))
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use pgtypes::{AtMostOne, FromColumns, Query, QueryError, postgres::Client};
/// fn read<R: FromColumns + Send>(
///     client: &mut Client,
///     query: Query<'_, R, AtMostOne>,
/// ) -> Result<R, QueryError> {
///     query.one(client)
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use pgtypes::{FromColumns, Many, Query, QueryError, postgres::Client};
/// fn read<R: FromColumns + Send>(
///     client: &mut Client,
///     query: Query<'_, R, Many>,
/// ) -> Result<Option<R>, QueryError> {
///     query.optional(client)
/// }
/// ```
#[must_use = "a query is sent when it is run: by `one`, `optional`, `all`, `iter`, `stream` or `execute`"]
pub struct Query<'a, R, N> {
    text: &'static QueryText,
    /// In the order of the query's parameters; `None` where one is not given that lines depend on.
    parameters: Vec<Option<Parameter<'a>>>,
    /// Which parameters that lines depend on are given.
    given: usize,
    /// How many parameters that lines depend on there were so far.
    optional: u32,
    row: PhantomData<fn() -> (R, N)>,
}

impl<'a, R, N> Query<'a, R, N> {
    /// The query without its parameters, which follow in their order.
    #[doc(hidden)]
    pub fn new(text: &'static QueryText) -> Self {
        Self {
            text,
            parameters: Vec::with_capacity(text.parameters.len()),
            given: 0,
            optional: 0,
            row: PhantomData,
        }
    }

    /// The next parameter.
    #[doc(hidden)]
    pub fn with(mut self, value: impl ToSql + Sync + Send + 'a) -> Self {
        let name = self.text.parameters[self.parameters.len()].name;
        self.parameters.push(Some(Parameter::owned(name, value)));
        self
    }

    /// The next parameter, which lines of the query depend on.
    #[doc(hidden)]
    pub fn with_optional(mut self, value: Option<impl ToSql + Sync + Send + 'a>) -> Self {
        let bit = self.optional;
        self.optional += 1;
        match value {
            Some(value) => {
                self.given |= 1 << bit;
                self.with(value)
            }
            None => {
                self.parameters.push(None);
                self
            }
        }
    }

    /// The SQL that is sent.
    pub fn sql(&self) -> &'static str {
        self.variant().sql
    }

    fn variant(&self) -> &'static QueryVariant {
        &self.text.variants[self.given]
    }

    fn request(mut self) -> Request<'a> {
        let variant = self.variant();
        let numbers = variant.parameters.iter();
        let types: Option<Vec<Type>> = numbers
            .clone()
            .map(|at| self.text.parameters[*at].known_type())
            .collect();
        let parameters = numbers
            .filter_map(|at| self.parameters[*at].take())
            .collect();
        Request {
            table: &self.text.table,
            refused: None,
            sql: variant.sql.to_owned(),
            parameters,
            types: types.filter(|_| self.text.table.has_known_types()),
        }
    }

    /// Runs the query and returns how many rows it read or wrote.
    ///
    /// # Errors
    /// Those of the server and the driver.
    pub fn execute<'d, D: Run<V> + 'd, V>(self, driver: D) -> D::Answer<'d, u64>
    where
        'a: 'd,
    {
        driver.count(self.request())
    }
}

impl<'a, R: FromColumns + Send, N> Query<'a, R, N> {
    /// Runs the query and returns its one row.
    ///
    /// # Errors
    /// Those of the server and the driver.
    pub fn one<'d, D: Run<V> + 'd, V>(self, driver: D) -> D::Answer<'d, R>
    where
        N: IsOne,
        'a: 'd,
        R: 'd,
    {
        driver.rows(self.request(), exactly_one)
    }

    /// Runs the query and returns its row, if there is one.
    ///
    /// # Errors
    /// Those of the server and the driver.
    pub fn optional<'d, D: Run<V> + 'd, V>(self, driver: D) -> D::Answer<'d, Option<R>>
    where
        N: IsAtMostOne,
        'a: 'd,
        R: 'd,
    {
        driver.rows(self.request(), at_most_one)
    }

    /// Runs the query and returns all rows.
    ///
    /// # Errors
    /// Those of the server and the driver.
    pub fn all<'d, D: Run<V> + 'd, V>(self, driver: D) -> D::Answer<'d, Vec<R>>
    where
        'a: 'd,
        R: 'd,
    {
        driver.rows(self.request(), |_, rows| Ok(rows))
    }

    /// Runs the query on the blocking driver and returns the rows one at a time. The server's answer is never entirely in memory.
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
        run::blocking::iter(client.client(), self.request())
    }

    /// Runs the query on an asynchronous driver and returns the rows one at a time, as a [`Stream`](futures_util::Stream). The server's
    /// answer is never entirely in memory.
    ///
    /// # Errors
    /// Those of the server and the driver, here or with a row.
    #[cfg(any(feature = "tokio", feature = "sqlx"))]
    pub fn stream<'d, D: RunStream<V> + 'd, V>(self, driver: D) -> Answering<'d, RowStream<'d, R>>
    where
        'a: 'd,
        R: 'd,
    {
        driver.stream(self.request())
    }
}

impl<R, N> std::fmt::Debug for Query<'_, R, N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Query({:?})", self.sql())
    }
}
