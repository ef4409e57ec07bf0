//! The asynchronous driver, `tokio-postgres`.

use std::ops::Deref;
use std::pin::Pin;

use postgres::{Error, Row};
use tokio_postgres::{Client, GenericClient, RowStream};

use super::{Direct, Run, Through};
use crate::query_error::QueryError;
use crate::request::Request;
use crate::table::Table;

/// A client or a transaction of the asynchronous driver, or what dereferences to one: an `Arc`, the object of a pool.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no client or transaction of `tokio_postgres`",
    note = "nor does it dereference to one"
)]
pub trait Asynchronous<Via = Direct> {
    /// The driver's client.
    #[doc(hidden)]
    fn client(&self) -> &Client;
}

impl<C: GenericClient> Asynchronous for C {
    fn client(&self) -> &Client {
        GenericClient::client(self)
    }
}

impl<P, V> Asynchronous<Through<V>> for P
where
    P: Deref<Target: Asynchronous<V>>,
{
    fn client(&self) -> &Client {
        (**self).client()
    }
}

/// An answer on its way.
pub type Answering<'d, T, E = QueryError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'd>>;

impl<C: Asynchronous<V>, V> Run<V> for &C {
    type Answer<'d, T: Send + 'd>
        = Answering<'d, T>
    where
        Self: 'd;

    fn rows<'d, T: Send + 'd>(
        self,
        mut request: Request<'d>,
        read: fn(&'static Table, Vec<Row>) -> Result<T, QueryError>,
    ) -> Self::Answer<'d, T>
    where
        Self: 'd,
    {
        let client = self.client();
        Box::pin(async move {
            request.check()?;
            let rows = match request.typed() {
                Some(typed) => client.query_typed(&request.sql, &typed).await,
                None => client.query(&request.sql, &request.values()).await,
            };
            let rows = rows.map_err(|cause| request.table.failed(cause))?;
            read(request.table, rows)
        })
    }

    fn count<'d>(self, mut request: Request<'d>) -> Self::Answer<'d, u64>
    where
        Self: 'd,
    {
        let client = self.client();
        Box::pin(async move {
            request.check()?;
            let count = match request.typed() {
                Some(typed) => client.execute_typed(&request.sql, &typed).await,
                None => client.execute(&request.sql, &request.values()).await,
            };
            count.map_err(|cause| request.table.failed(cause))
        })
    }
}

/// The rows of a statement as they come.
pub(crate) async fn stream(client: &Client, request: &Request<'_>) -> Result<RowStream, Error> {
    match request.typed() {
        Some(typed) => client.query_typed_raw(&request.sql, typed).await,
        None => client.query_raw(&request.sql, request.values()).await,
    }
}
