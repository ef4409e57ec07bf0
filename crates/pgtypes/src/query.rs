//! A named query as a value: which of its texts is sent, its parameters, the type of its rows, and how many there can be.
//!
//! Generated functions return queries. What sends them is in `run`.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use postgres::types::ToSql;

use crate::columns::FromColumns;
use crate::gather::{One, OneAtMost};
use crate::parameter::Parameter;
use crate::query_error::QueryError;
use crate::query_text::{QueryText, QueryVariant};
use crate::request::{Request, Text};
#[cfg(any(feature = "tokio", feature = "sqlx"))]
use crate::row_stream::RowStream;
use crate::rows::Rows;
use crate::run::{self, Blocking, Run};
#[cfg(any(feature = "tokio", feature = "sqlx"))]
use crate::run::{Answering, RunStream};

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
    /// Those that are given, in the order of the query's parameters.
    parameters: Vec<Parameter<'a>>,
    /// The numbers of the others, which lines depend on.
    left_out: Vec<usize>,
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
            left_out: Vec::new(),
            given: 0,
            optional: 0,
            row: PhantomData,
        }
    }

    /// The next parameter.
    #[doc(hidden)]
    pub fn with(mut self, value: impl ToSql + Sync + Send + 'a) -> Self {
        let name = self.text.parameters[self.next()].name;
        self.parameters.push(Parameter::owned(name, value));
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
                self.left_out.push(self.next());
                self
            }
        }
    }

    /// The number of the next parameter.
    fn next(&self) -> usize {
        self.parameters.len() + self.left_out.len()
    }

    /// The SQL that is sent.
    pub fn sql(&self) -> &'static str {
        self.variant().sql
    }

    fn variant(&self) -> &'static QueryVariant {
        &self.text.variants[self.given]
    }

    fn request(self) -> Request<'a> {
        let numbers = self.variant().parameters;
        let given = (0..self.next()).filter(|at| !self.left_out.contains(at));
        let parameters = if given.clone().eq(numbers.iter().copied()) {
            self.parameters
        } else {
            let mut parameters: BTreeMap<usize, _> = given.zip(self.parameters).collect();
            let numbers = numbers.iter();
            numbers.filter_map(|at| parameters.remove(at)).collect()
        };
        Request {
            table: &self.text.table,
            refused: None,
            text: Text::Query(self.text, self.given),
            parameters,
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
        driver.rows::<One<R>>(self.request())
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
        driver.rows::<OneAtMost<R>>(self.request())
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
        driver.rows::<Vec<R>>(self.request())
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
        run::blocking::iter(client.session(), self.request())
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
