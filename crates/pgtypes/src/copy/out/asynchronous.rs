//! COPY read on the asynchronous driver.

use std::pin::Pin;

use futures_util::{StreamExt, stream};
use tokio_postgres::{Client, CopyOutStream};

use super::decoder::Decoder;
use super::{CopyOut, request};
use crate::columns::FromColumns;
use crate::query_error::QueryError;
use crate::request::Request;
use crate::row_stream::RowStream;
use crate::run::{Answering, Asynchronous};
use crate::table::Table;

impl<C: Asynchronous<V>, V> CopyOut<V> for &C {
    type Answer<'d, R: 'd>
        = Answering<'d, RowStream<'d, R>>
    where
        Self: 'd;

    fn read_copy<'d, R: FromColumns + 'd>(self, request: Request<'d>) -> Self::Answer<'d, R>
    where
        Self: 'd,
    {
        Box::pin(copy_out(self.client(), request))
    }
}

async fn copy_out<'d, R: FromColumns + 'd>(
    client: &'d Client,
    mut request: Request<'d>,
) -> Result<RowStream<'d, R>, QueryError> {
    request.check()?;
    let table = request.table;
    let failed = |cause| table.failed(cause);
    let prepared = client.prepare(request.sql()).await.map_err(failed)?;
    let statement = request::statement(&request, &prepared)?;
    let types = prepared.columns().iter().map(|it| it.type_().clone());
    let decoder = Decoder::new(table, types.collect());
    let bytes = client.copy_out(&statement).await.map_err(failed)?;
    let rows = stream::unfold(
        (decoder, Box::pin(bytes)),
        move |(mut decoder, mut bytes)| async move {
            let row = next(table, &mut decoder, &mut bytes).await?;
            Some((row, (decoder, bytes)))
        },
    );
    Ok(RowStream::new(rows))
}

async fn next<R: FromColumns>(
    table: &'static Table,
    decoder: &mut Decoder<R>,
    bytes: &mut Pin<Box<CopyOutStream>>,
) -> Option<Result<R, QueryError>> {
    loop {
        if let Some(row) = decoder.next().transpose() {
            return Some(row);
        }
        match bytes.next().await {
            None => return decoder.end().err().map(Err),
            Some(Ok(read)) => decoder.push(&read),
            Some(Err(cause)) => return Some(Err(table.failed(cause))),
        }
    }
}
