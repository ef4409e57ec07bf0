//! The blocking driver, `postgres`.

use std::ops::DerefMut;

use postgres::GenericClient;
use postgres::fallible_iterator::FallibleIterator;

use super::{Direct, Run, Through};
use crate::columns::FromColumns;
use crate::query_error::QueryError;
use crate::request::Request;
use crate::rows::Rows;
use crate::table::Table;

/// A client or a transaction of the blocking driver, or what dereferences to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no client or transaction of `postgres`",
    note = "nor does it dereference to one"
)]
pub trait Blocking<Via = Direct> {
    /// The driver's type.
    #[doc(hidden)]
    type Client: GenericClient;

    /// The driver's client.
    #[doc(hidden)]
    fn client(&mut self) -> &mut Self::Client;
}

impl<C: GenericClient> Blocking for C {
    type Client = C;

    fn client(&mut self) -> &mut C {
        self
    }
}

impl<P, V> Blocking<Through<V>> for P
where
    P: DerefMut<Target: Blocking<V>>,
{
    type Client = <P::Target as Blocking<V>>::Client;

    fn client(&mut self) -> &mut Self::Client {
        (**self).client()
    }
}

impl<C: Blocking<V>, V> Run<V> for &mut C {
    type Answer<'d, T: Send + 'd>
        = Result<T, QueryError>
    where
        Self: 'd;

    fn rows<'d, R: FromColumns + Send + 'd, T: Send + 'd>(
        self,
        mut request: Request<'d>,
        take: fn(&'static Table, Vec<R>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError>
    where
        Self: 'd,
    {
        request.check()?;
        let client = self.client();
        let rows = match request.typed() {
            Some(typed) => client.query_typed(&request.sql, &typed),
            None => client.query(&request.sql, &request.values()),
        };
        let rows = rows.map_err(|cause| request.table.failed(cause))?;
        let rows = rows.iter().map(|row| request.table.read_row(row));
        take(request.table, rows.collect::<Result<_, _>>()?)
    }

    fn count<'d>(self, mut request: Request<'d>) -> Result<u64, QueryError>
    where
        Self: 'd,
    {
        request.check()?;
        let client = self.client();
        let count = match request.typed() {
            Some(typed) => client.execute_typed(&request.sql, &typed),
            None => client.execute(&request.sql, &request.values()),
        };
        count.map_err(|cause| request.table.failed(cause))
    }
}

/// The rows of a statement as they come.
pub(crate) fn iter<'d, R: FromColumns + 'd>(
    client: &'d mut impl GenericClient,
    mut request: Request<'_>,
) -> Result<Rows<'d, R>, QueryError> {
    request.check()?;
    let rows = match request.typed() {
        Some(typed) => client.query_typed_raw(&request.sql, typed),
        None => client.query_raw(&request.sql, request.values()),
    };
    let table = request.table;
    let rows = rows.map_err(|cause| table.failed(cause))?.iterator();
    Ok(Rows::new(rows.map(move |row| table.read_answer(row))))
}
