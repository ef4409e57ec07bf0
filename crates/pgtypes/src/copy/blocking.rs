//! COPY on the blocking driver.

mod by_insert;

use std::borrow::Borrow;
use std::io::{self, Write};
use std::iter;

use postgres::{Error, GenericClient};

use super::CopyIn;
use super::encoder::Encoder;
use super::error::{CopyError, database};
use super::row::{Checked, CopyRow};
use crate::element_oid::ElementOids;
use crate::insert::Insert;
use crate::run::Blocking;
use crate::table::Table;

impl<C: Blocking<V>, V> CopyIn<V> for &mut C {
    type Answer<'d>
        = Result<u64, CopyError>
    where
        Self: 'd;

    fn copy_in<'d, R, I>(self, rows: I) -> Result<u64, CopyError>
    where
        Self: 'd,
        R: Insert + 'd,
        I: Iterator<Item: CopyRow<R>> + Send + 'd,
    {
        copy_in(self.client(), rows)
    }
}

fn copy_in<R: Insert>(
    client: &mut impl GenericClient,
    mut rows: impl Iterator<Item: CopyRow<R>>,
) -> Result<u64, CopyError> {
    let mut checked = Checked::new();
    let Some(first) = rows.next() else {
        return Ok(0);
    };
    let first = checked.next(first)?;
    let columns = first.borrow().columns();
    let mut rows = iter::once(Ok(first)).chain(rows.map(|row| checked.next(row)));
    if columns.is_empty() {
        return insert_defaults::<R>(client, rows);
    }
    if R::TABLE.has_text_among(&columns) {
        return by_insert::insert_rows(client, &columns, rows);
    }
    let Some(oids) = element_oids(client, &R::TABLE, &columns).map_err(database::<R>)? else {
        return by_insert::insert_rows(client, &columns, rows);
    };
    let statement = R::TABLE.copy_statement(&columns);
    let copied = copy_rows(client, &statement, Encoder::new(&columns, &oids), &mut rows);
    if copied.is_err() {
        // The driver has queued the abort of the COPY, and sends it with the next message only: until then the server would keep its locks.
        // This statement's result does not matter; the COPY's error does.
        let _ = client.batch_execute("");
    }
    copied
}

/// `None` if a COPY cannot carry the rows.
fn element_oids(
    client: &mut impl GenericClient,
    table: &Table,
    columns: &[&str],
) -> Result<Option<ElementOids>, Error> {
    match ElementOids::question(table, columns) {
        None => Ok(Some(ElementOids::none())),
        Some(select) => Ok(ElementOids::answer(&client.prepare(&select)?)),
    }
}

fn copy_rows<R: Insert>(
    client: &mut impl GenericClient,
    statement: &str,
    mut encoder: Encoder<'_>,
    rows: impl Iterator<Item = Result<impl Borrow<R>, CopyError>>,
) -> Result<u64, CopyError> {
    let mut writer = client.copy_in(statement).map_err(database::<R>)?;
    send_rows(&mut encoder, rows, &mut writer)?;
    writer.finish().map_err(database::<R>)
}

pub(super) fn send_rows<R: Insert>(
    encoder: &mut Encoder<'_>,
    rows: impl Iterator<Item = Result<impl Borrow<R>, CopyError>>,
    out: &mut impl Write,
) -> Result<(), CopyError> {
    for row in rows {
        encoder.row(row?.borrow())?;
        if encoder.is_full() {
            send(encoder, out).map_err(connection::<R>)?;
        }
    }
    encoder.end();
    send(encoder, out).map_err(connection::<R>)
}

fn send(encoder: &mut Encoder<'_>, out: &mut impl Write) -> io::Result<()> {
    out.write_all(&encoder.buffer)?;
    // The driver's writer would keep it until the next write.
    out.flush()?;
    encoder.buffer.clear();
    Ok(())
}

/// COPY has no form for rows without columns.
fn insert_defaults<R: Insert>(
    client: &mut impl GenericClient,
    mut rows: impl Iterator<Item = Result<impl Borrow<R>, CopyError>>,
) -> Result<u64, CopyError> {
    let count: i64 = rows.try_fold(0, |count, row| row.map(|_| count + 1))?;
    let statement = R::TABLE.insert_defaults_statement();
    let inserted = client.execute(&statement, &[&count]);
    inserted.map_err(database::<R>)
}

/// The driver wraps its errors for `Write`.
fn connection<R: Insert>(error: io::Error) -> CopyError {
    let table = R::TABLE.quoted();
    match error.downcast::<Error>() {
        Ok(cause) => CopyError::Database { table, cause },
        Err(cause) => CopyError::Io { table, cause },
    }
}
