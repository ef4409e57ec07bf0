//! COPY on the asynchronous driver.

mod by_insert;

use std::borrow::Borrow;
use std::pin::{Pin, pin};

use bytes::Bytes;
use futures_util::{SinkExt, Stream, StreamExt, stream};
use tokio_postgres::{Client, CopyInSink, Error};

use super::CopyIn;
use super::encoder::Encoder;
use super::error::{CopyError, database};
use super::row::{Checked, CopyRow};
use crate::element_oid::ElementOids;
use crate::insert::Insert;
use crate::run::{Answering, Asynchronous};
use crate::table::Table;

/// The same as [`copy_in`](crate::copy_in) for rows that a [`Stream`] gives: rows, references to them, or results, of which an error ends
/// the COPY with no row stored. The stream is asked for the next rows when the connection has room for them.
///
/// What the server refuses is reported when the stream has ended, because the driver shows no answer before. A stream without an end is
/// therefore copied in parts.
///
/// # Errors
/// Those of [`copy_in`](crate::copy_in).
pub fn copy_in_stream<'d, R, C, V, S>(client: &'d C, rows: S) -> Answering<'d, u64, CopyError>
where
    R: Insert + 'd,
    C: Asynchronous<V>,
    S: Stream<Item: CopyRow<R>> + Send + 'd,
{
    let client = client.client();
    Box::pin(copy(client, rows))
}

impl<C: Asynchronous<V>, V> CopyIn<V> for &C {
    type Answer<'d>
        = Answering<'d, u64, CopyError>
    where
        Self: 'd;

    fn copy_in<'d, R, I>(self, rows: I) -> Self::Answer<'d>
    where
        Self: 'd,
        R: Insert + 'd,
        I: Iterator<Item: CopyRow<R>> + Send + 'd,
    {
        let client = self.client();
        Box::pin(copy(client, stream::iter(rows)))
    }
}

async fn copy<R: Insert>(
    client: &Client,
    rows: impl Stream<Item: CopyRow<R>> + Send,
) -> Result<u64, CopyError> {
    let mut rows = pin!(rows);
    let mut checked = Checked::new();
    let Some(first) = rows.next().await else {
        return Ok(0);
    };
    let first = checked.next(first)?;
    let columns = first.borrow().columns();
    if columns.is_empty() {
        return insert_defaults(client, checked, rows).await;
    }
    if R::TABLE.has_text_among(&columns) {
        return by_insert::insert_rows(client, &columns, first, checked, rows).await;
    }
    let oids = element_oids(client, &R::TABLE, &columns).await;
    let Some(oids) = oids.map_err(database::<R>)? else {
        return by_insert::insert_rows(client, &columns, first, checked, rows).await;
    };
    let mut encoder = Encoder::new(&columns, &oids);
    encoder.row(first.borrow())?;
    let statement = R::TABLE.copy_statement(&columns);
    let sink = client.copy_in(&statement).await.map_err(database::<R>)?;
    let copied = send_rows(sink, encoder, checked, rows).await;
    if copied.is_err() {
        // The abort of the COPY is on its way. The answer to this comes when the server has undone it.
        let _ = client.batch_execute("").await;
    }
    copied
}

/// `None` if a COPY cannot carry the rows.
async fn element_oids(
    client: &Client,
    table: &Table,
    columns: &[&str],
) -> Result<Option<ElementOids>, Error> {
    match ElementOids::question(table, columns) {
        None => Ok(Some(ElementOids::none())),
        Some(select) => Ok(ElementOids::answer(&client.prepare(&select).await?)),
    }
}

async fn send_rows<R: Insert>(
    sink: CopyInSink<Bytes>,
    mut encoder: Encoder<'_>,
    mut checked: Checked<R>,
    mut rows: Pin<&mut (impl Stream<Item: CopyRow<R>> + Send)>,
) -> Result<u64, CopyError> {
    let mut sink = pin!(sink);
    while let Some(row) = rows.next().await {
        encoder.row(checked.next(row)?.borrow())?;
        if encoder.is_full() {
            let bytes = encoder.buffer.split().freeze();
            sink.send(bytes).await.map_err(database::<R>)?;
        }
    }
    encoder.end();
    let bytes = encoder.buffer.split().freeze();
    sink.send(bytes).await.map_err(database::<R>)?;
    sink.finish().await.map_err(database::<R>)
}

/// COPY has no form for rows without columns.
async fn insert_defaults<R: Insert>(
    client: &Client,
    mut checked: Checked<R>,
    mut rows: Pin<&mut (impl Stream<Item: CopyRow<R>> + Send)>,
) -> Result<u64, CopyError> {
    while let Some(row) = rows.next().await {
        checked.next(row)?;
    }
    let count = checked.count as i64;
    let statement = R::TABLE.insert_defaults_statement();
    let inserted = client.execute(&statement, &[&count]).await;
    inserted.map_err(database::<R>)
}
