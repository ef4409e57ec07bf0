//! Many rows by binary COPY.

mod by_insert;

use std::io::{self, Write};

use bytes::{BufMut, BytesMut};
use postgres::GenericClient;
use thiserror::Error;

use crate::element_oid::ElementOids;
use crate::encode::EncodeError;
use crate::query_error::Described;
use crate::table::Insert;

/// Signature, no flags, no header extension: "File Formats, Binary Format" of the manual's page on COPY.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The end marker, in place of a row's number of fields.
const TRAILER: i16 = -1;

/// Rows are collected up to this many bytes before they are sent. From 64 KiB on more makes no difference.
const SEND_AT: usize = 64 * 1024;

/// Why a COPY failed. No row of it was stored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CopyError {
    /// A value cannot be sent.
    #[error("COPY into {table}: row {row}, column {column}: {cause}")]
    Encode {
        /// The table, quoted for SQL.
        table: String,
        /// Index of the row, the first being 0.
        row: usize,
        /// Name of the column.
        column: &'static str,
        /// What is wrong with the value.
        cause: EncodeError,
    },
    /// A row sets other defaulted columns than the first one; one COPY has one list of columns.
    #[error(
        "COPY into {table}: row {row} leaves different columns to their defaults than row 0: copy such rows separately"
    )]
    MixedDefaults {
        /// The table, quoted for SQL.
        table: String,
        /// Index of the row, the first being 0.
        row: usize,
    },
    /// The server refused, or the connection broke.
    #[error("COPY into {table}: {}", Described(.cause))]
    Database {
        /// The table, quoted for SQL.
        table: String,
        /// What the driver says.
        cause: postgres::Error,
    },
    /// Writing failed before it reached the driver's connection.
    #[error("COPY into {table}: {cause}")]
    Io {
        /// The table, quoted for SQL.
        table: String,
        /// What failed.
        cause: io::Error,
    },
}

/// Stores the rows by one binary COPY and returns how many. All are stored or none.
///
/// Rows with a column that is [`AsText`](crate::AsText) or holds composite values are stored by `INSERT`s of many rows instead. In a transaction these are in a
/// savepoint, so that an error leaves the transaction usable.
///
/// The columns are those that the first row sets; the other columns get their defaults in all rows. No memory is allocated per row. Outside
/// a transaction the rows are committed at the end; inside one, an error aborts the transaction, as with any statement. After an error the
/// client is ready for the next statement.
///
/// # Errors
/// The first row that cannot be sent, by its index, or what the server says.
pub fn copy_in<'a, C, R>(
    client: &mut C,
    rows: impl IntoIterator<Item = &'a R>,
) -> Result<u64, CopyError>
where
    C: GenericClient,
    R: Insert + 'a,
{
    let mut rows = rows.into_iter().peekable();
    let Some(first) = rows.peek() else {
        return Ok(0);
    };
    let columns = first.columns();
    if columns.is_empty() {
        return insert_defaults(client, rows);
    }
    if R::TABLE.has_text_among(&columns) {
        return by_insert::insert_rows(client, &columns, rows);
    }
    let oids = ElementOids::of(client, &R::TABLE, &columns).map_err(database::<R>)?;
    let Some(oids) = oids else {
        return by_insert::insert_rows(client, &columns, rows);
    };
    let statement = R::TABLE.copy_statement(&columns);
    let copied = copy_rows(client, &statement, Encoder::new(&columns, &oids), rows);
    if copied.is_err() {
        // The driver has queued the abort of the COPY, and sends it with the next message only: until then the server would keep its locks.
        // This statement's result does not matter; the COPY's error does.
        let _ = client.batch_execute("");
    }
    copied
}

fn copy_rows<'a, R: Insert + 'a>(
    client: &mut impl GenericClient,
    statement: &str,
    mut encoder: Encoder<'_>,
    rows: impl Iterator<Item = &'a R>,
) -> Result<u64, CopyError> {
    let mut writer = client.copy_in(statement).map_err(database::<R>)?;
    encoder.rows(rows, &mut writer)?;
    writer.finish().map_err(database::<R>)
}

/// COPY has no form for rows without columns.
fn insert_defaults<'a, R: Insert + 'a>(
    client: &mut impl GenericClient,
    rows: impl Iterator<Item = &'a R>,
) -> Result<u64, CopyError> {
    let mut given = None;
    let mut count: i64 = 0;
    for (index, row) in rows.enumerate() {
        check_given(&mut given, row, index)?;
        count += 1;
    }
    let statement = R::TABLE.insert_defaults_statement();
    let inserted = client.execute(&statement, &[&count]);
    inserted.map_err(database::<R>)
}

/// Fails when the row sets other defaulted columns than the first one.
fn check_given<R: Insert>(
    first: &mut Option<R::Given>,
    row: &R,
    index: usize,
) -> Result<(), CopyError> {
    let given = row.given();
    if *first.get_or_insert(given) == given {
        return Ok(());
    }
    Err(CopyError::MixedDefaults {
        table: R::TABLE.quoted(),
        row: index,
    })
}

fn database<R: Insert>(cause: postgres::Error) -> CopyError {
    CopyError::Database {
        table: R::TABLE.quoted(),
        cause,
    }
}

/// Writes rows in COPY's binary format, through one buffer.
struct Encoder<'a> {
    columns: &'a [&'static str],
    oids: &'a ElementOids,
    buffer: BytesMut,
}

impl<'a> Encoder<'a> {
    fn new(columns: &'a [&'static str], oids: &'a ElementOids) -> Self {
        Self {
            columns,
            oids,
            // Room for a row of usual size after the mark.
            buffer: BytesMut::with_capacity(SEND_AT + SEND_AT / 4),
        }
    }

    fn rows<'r, R: Insert + 'r>(
        &mut self,
        rows: impl Iterator<Item = &'r R>,
        out: &mut impl Write,
    ) -> Result<(), CopyError> {
        self.buffer.put_slice(HEADER);
        let mut given = None;
        for (index, row) in rows.enumerate() {
            check_given(&mut given, row, index)?;
            self.row(row, index)?;
            if self.buffer.len() >= SEND_AT {
                self.send(out).map_err(connection::<R>)?;
            }
        }
        self.buffer.put_i16(TRAILER);
        self.send(out).map_err(connection::<R>)
    }

    fn row<R: Insert>(&mut self, row: &R, index: usize) -> Result<(), CopyError> {
        // PostgreSQL has 1600 columns to a table at most.
        self.buffer.put_i16(self.columns.len() as i16);
        let start = self.buffer.len();
        if let Err(cause) = row.encode(&mut self.buffer) {
            let whole_fields = count_fields(&self.buffer[start..]);
            return Err(CopyError::Encode {
                table: R::TABLE.quoted(),
                row: index,
                column: self.columns.get(whole_fields).copied().unwrap_or("?"),
                cause,
            });
        }
        self.oids.apply(&mut self.buffer[start..]);
        Ok(())
    }

    fn send(&mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.buffer)?;
        // The driver's writer would keep it until the next write.
        out.flush()?;
        self.buffer.clear();
        Ok(())
    }
}

/// The driver wraps its errors for `Write`.
fn connection<R: Insert>(error: io::Error) -> CopyError {
    let table = R::TABLE.quoted();
    match error.downcast::<postgres::Error>() {
        Ok(cause) => CopyError::Database { table, cause },
        Err(cause) => CopyError::Io { table, cause },
    }
}

fn count_fields(mut row: &[u8]) -> usize {
    let mut count = 0;
    while let Some((length, rest)) = row.split_first_chunk() {
        let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0);
        row = rest.get(length..).unwrap_or_default();
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests;
