//! The blocking driver, `postgres`.

use std::ops::DerefMut;

use postgres::fallible_iterator::FallibleIterator;
use postgres::{Error, GenericClient, Row, RowIter};

use super::{Direct, Run, Through};
use crate::columns::FromColumns;
use crate::driver_row::Reader;
use crate::gather::Gather;
use crate::query_error::QueryError;
use crate::request::{Request, Value};
use crate::rows::Rows;

/// A client or a transaction of the blocking driver, or what dereferences to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no client or transaction of `postgres`",
    note = "nor does it dereference to one"
)]
pub trait Blocking<Via = Direct> {
    /// The driver's type.
    #[doc(hidden)]
    type Client: GenericClient;

    /// How it sends statements.
    #[doc(hidden)]
    type Session<'s>: Session<'s>
    where
        Self: 's;

    /// The driver's client.
    #[doc(hidden)]
    fn client(&mut self) -> &mut Self::Client;

    /// The client as it sends statements.
    #[doc(hidden)]
    fn session(&mut self) -> Self::Session<'_>;
}

/// What sends statements: a client, with or without what it has prepared.
#[doc(hidden)]
pub trait Session<'s> {
    /// Sends a statement and waits for its rows.
    fn query(self, request: &Request<'_>) -> Result<Vec<Row>, Error>;

    /// Sends a statement and counts the rows that it read or wrote.
    fn execute(self, request: &Request<'_>) -> Result<u64, Error>;

    /// Sends a statement and gives the rows as they come.
    fn iter(self, request: &Request<'_>) -> Result<RowIter<'s>, Error>;
}

impl<'s, C: GenericClient> Session<'s> for &'s mut C {
    fn query(self, request: &Request<'_>) -> Result<Vec<Row>, Error> {
        match request.typed() {
            Some(typed) => self.query_typed(request.sql(), &typed),
            None => self.query(request.sql(), &values(request)),
        }
    }

    fn execute(self, request: &Request<'_>) -> Result<u64, Error> {
        match request.typed() {
            Some(typed) => self.execute_typed(request.sql(), &typed),
            None => self.execute(request.sql(), &values(request)),
        }
    }

    fn iter(self, request: &Request<'_>) -> Result<RowIter<'s>, Error> {
        match request.typed() {
            Some(typed) => self.query_typed_raw(request.sql(), typed),
            None => self.query_raw(request.sql(), request.values()),
        }
    }
}

/// The parameters as the driver's methods take them.
pub(crate) fn values<'r>(request: &'r Request<'_>) -> Vec<Value<'r>> {
    request.values().collect()
}

impl<C: GenericClient> Blocking for C {
    type Client = C;
    type Session<'s>
        = &'s mut C
    where
        Self: 's;

    fn client(&mut self) -> &mut C {
        self
    }

    fn session(&mut self) -> &mut C {
        self
    }
}

impl<P, V> Blocking<Through<V>> for P
where
    P: DerefMut<Target: Blocking<V>>,
{
    type Client = <P::Target as Blocking<V>>::Client;
    type Session<'s>
        = <P::Target as Blocking<V>>::Session<'s>
    where
        Self: 's;

    fn client(&mut self) -> &mut Self::Client {
        (**self).client()
    }

    fn session(&mut self) -> Self::Session<'_> {
        (**self).session()
    }
}

impl<C: Blocking<V>, V> Run<V> for &mut C {
    type Answer<'d, T: Send + 'd>
        = Result<T, QueryError>
    where
        Self: 'd;

    fn rows<'d, G: Gather + 'd>(self, mut request: Request<'d>) -> Result<G::Gathered, QueryError>
    where
        Self: 'd,
    {
        request.check()?;
        let table = request.table;
        let rows = self.session().query(&request);
        let mut reader = Reader::of(table);
        let mut gathered = G::default();
        for row in rows.map_err(|cause| table.failed(cause))? {
            gathered.push(reader.read(&row)?);
        }
        gathered.finish(table)
    }

    fn count<'d>(self, mut request: Request<'d>) -> Result<u64, QueryError>
    where
        Self: 'd,
    {
        request.check()?;
        let count = self.session().execute(&request);
        count.map_err(|cause| request.table.failed(cause))
    }
}

/// The rows of a statement as they come.
pub(crate) fn iter<'d, R: FromColumns + 'd>(
    session: impl Session<'d>,
    mut request: Request<'_>,
) -> Result<Rows<'d, R>, QueryError> {
    request.check()?;
    let table = request.table;
    let rows = session.iter(&request);
    let rows = rows.map_err(|cause| table.failed(cause))?.iterator();
    let mut reader = Reader::of(table);
    Ok(Rows::new(rows.map(move |row| reader.answer(row))))
}
