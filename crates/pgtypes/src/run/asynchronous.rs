//! The asynchronous driver, `tokio-postgres`.

use std::ops::Deref;

use futures_util::StreamExt;
use tokio_postgres::{Client, Error, GenericClient};

use super::{Answering, Direct, Run, RunStream, Through};
use crate::columns::FromColumns;
use crate::query_error::QueryError;
use crate::request::Request;
use crate::row_stream::RowStream;
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

impl<C: Asynchronous<V>, V> Run<V> for &C {
    type Answer<'d, T: Send + 'd>
        = Answering<'d, T>
    where
        Self: 'd;

    fn rows<'d, R: FromColumns + Send + 'd, T: Send + 'd>(
        self,
        mut request: Request<'d>,
        take: fn(&'static Table, Vec<R>) -> Result<T, QueryError>,
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
            let rows = rows.iter().map(|row| request.table.read_row(row));
            take(request.table, rows.collect::<Result<_, _>>()?)
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

impl<C: Asynchronous<V>, V> RunStream<V> for &C {
    fn stream<'d, R: FromColumns + Send + 'd>(
        self,
        mut request: Request<'d>,
    ) -> Answering<'d, RowStream<'d, R>>
    where
        Self: 'd,
    {
        let client = self.client();
        Box::pin(async move {
            request.check()?;
            let table = request.table;
            let rows = stream(client, &request).await;
            let rows = rows.map_err(|cause| table.failed(cause))?;
            Ok(RowStream::new(rows.map(move |row| table.read_answer(row))))
        })
    }
}

/// The rows of a statement as they come.
async fn stream(
    client: &Client,
    request: &Request<'_>,
) -> Result<tokio_postgres::RowStream, Error> {
    match request.typed() {
        Some(typed) => client.query_typed_raw(&request.sql, typed).await,
        None => client.query_raw(&request.sql, request.values()).await,
    }
}
