//! Rows in COPY's binary format.

use bytes::{BufMut, BytesMut};

use super::SEND_AT;
use super::error::CopyError;
use crate::element_oid::ElementOids;
use crate::insert::Insert;

/// How the format begins: "File Formats, Binary Format" of the manual's page on COPY.
pub(super) const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Signature, no flags, no header extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The end marker, in place of a row's number of fields.
pub(super) const TRAILER: i16 = -1;

/// Writes rows in COPY's binary format, into one buffer.
pub(super) struct Encoder<'a> {
    columns: &'a [&'static str],
    oids: &'a ElementOids,
    rows: usize,
    /// What is to be sent next.
    pub(super) buffer: BytesMut,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(columns: &'a [&'static str], oids: &'a ElementOids) -> Self {
        // Room for a row of usual size after the mark.
        let mut buffer = BytesMut::with_capacity(SEND_AT + SEND_AT / 4);
        buffer.put_slice(HEADER);
        Self {
            columns,
            oids,
            rows: 0,
            buffer,
        }
    }

    /// Appends a row.
    pub(super) fn row<R: Insert>(&mut self, row: &R) -> Result<(), CopyError> {
        // PostgreSQL has 1600 columns to a table at most.
        self.buffer.put_i16(self.columns.len() as i16);
        let start = self.buffer.len();
        if let Err(cause) = row.encode(&mut self.buffer) {
            let whole_fields = count_fields(&self.buffer[start..]);
            return Err(CopyError::Encode {
                table: R::TABLE.quoted(),
                row: self.rows,
                column: self.columns.get(whole_fields).copied().unwrap_or("?"),
                cause,
            });
        }
        self.oids.apply(&mut self.buffer[start..]);
        self.rows += 1;
        Ok(())
    }

    /// Whether there is enough to be sent.
    pub(super) fn is_full(&self) -> bool {
        self.buffer.len() >= SEND_AT
    }

    /// Appends the end.
    pub(super) fn end(&mut self) {
        self.buffer.put_i16(TRAILER);
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
