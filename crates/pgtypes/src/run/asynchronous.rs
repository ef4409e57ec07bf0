//! The asynchronous driver, `tokio-postgres`.

use std::ops::Deref;
use std::pin::pin;

use futures_util::StreamExt;
use tokio_postgres::{Client, Error, GenericClient};

use super::{Answering, Direct, Run, RunStream, Through};
use crate::columns::FromColumns;
use crate::driver_row::Reader;
use crate::gather::Gather;
use crate::request::Request;
use crate::row_stream::RowStream;

/// A client or a transaction of the asynchronous driver, or what dereferences to one: an `Arc`, the object of a pool.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no client or transaction of `tokio_postgres`",
    note = "nor does it dereference to one"
)]
pub trait Asynchronous<Via = Direct> {
    /// How it sends statements.
    #[doc(hidden)]
    type Session<'s>: Session + 's
    where
        Self: 's;

    /// The driver's client.
    #[doc(hidden)]
    fn client(&self) -> &Client;

    /// The client as it sends statements.
    #[doc(hidden)]
    fn session(&self) -> Self::Session<'_>;
}

/// What sends statements: a client, with or without what it has prepared.
#[doc(hidden)]
pub trait Session: Send {
    /// Sends a statement and gives the rows as they come.
    fn send(
        self,
        request: &Request<'_>,
    ) -> impl Future<Output = Result<tokio_postgres::RowStream, Error>> + Send;
}

impl Session for &Client {
    async fn send(self, request: &Request<'_>) -> Result<tokio_postgres::RowStream, Error> {
        match request.typed() {
            Some(typed) => self.query_typed_raw(request.sql(), typed).await,
            None => self.query_raw(request.sql(), request.values()).await,
        }
    }
}

impl<C: GenericClient> Asynchronous for C {
    type Session<'s>
        = &'s Client
    where
        Self: 's;

    fn client(&self) -> &Client {
        GenericClient::client(self)
    }

    fn session(&self) -> &Client {
        GenericClient::client(self)
    }
}

impl<P, V> Asynchronous<Through<V>> for P
where
    P: Deref<Target: Asynchronous<V>>,
{
    type Session<'s>
        = <P::Target as Asynchronous<V>>::Session<'s>
    where
        Self: 's;

    fn client(&self) -> &Client {
        (**self).client()
    }

    fn session(&self) -> Self::Session<'_> {
        (**self).session()
    }
}

impl<C: Asynchronous<V>, V> Run<V> for &C {
    type Answer<'d, T: Send + 'd>
        = Answering<'d, T>
    where
        Self: 'd;

    fn rows<'d, G: Gather + 'd>(self, mut request: Request<'d>) -> Self::Answer<'d, G::Gathered>
    where
        Self: 'd,
    {
        let session = self.session();
        Box::pin(async move {
            request.check()?;
            let table = request.table;
            let sent = session.send(&request).await;
            let mut sent = pin!(sent.map_err(|cause| table.failed(cause))?);
            let mut reader = Reader::of(table);
            let mut gathered = G::default();
            while let Some(row) = sent.next().await {
                gathered.push(reader.answer(row)?);
            }
            gathered.finish(table)
        })
    }

    fn count<'d>(self, mut request: Request<'d>) -> Self::Answer<'d, u64>
    where
        Self: 'd,
    {
        let session = self.session();
        Box::pin(async move {
            request.check()?;
            let failed = |cause| request.table.failed(cause);
            let mut rows = pin!(session.send(&request).await.map_err(failed)?);
            while let Some(row) = rows.next().await {
                row.map_err(failed)?;
            }
            Ok(rows.rows_affected().unwrap_or(0))
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
        let session = self.session();
        Box::pin(async move {
            request.check()?;
            let table = request.table;
            let rows = session.send(&request).await;
            let rows = rows.map_err(|cause| table.failed(cause))?;
            let mut reader = Reader::of(table);
            Ok(RowStream::new(rows.map(move |row| reader.answer(row))))
        })
    }
}
