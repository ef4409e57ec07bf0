//! Rows from COPY's binary format.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::Range;

use bytes::{Buf, BytesMut};
use postgres_types::{FromSql, Type};

use crate::columns::{Columns, FromColumns, Unfit};
use crate::copy::encoder::{SIGNATURE, TRAILER};
use crate::query_error::QueryError;
use crate::table::Table;

/// The bit of the flags that says that rows begin with an OID, of servers before PostgreSQL 12.
const HAS_OIDS: i32 = 1 << 16;

/// Reads rows from the bytes of a COPY as they come. What was read is not kept.
pub(super) struct Decoder<R> {
    table: &'static Table,
    columns: CopyColumns,
    bytes: BytesMut,
    part: Part,
    /// How many rows there were.
    rows: u64,
    row: PhantomData<fn() -> R>,
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Header,
    Rows,
    Nothing,
}

impl<R: FromColumns> Decoder<R> {
    /// For rows of these types, in the order in which the table's columns are read.
    pub(super) fn new(table: &'static Table, types: Vec<Type>) -> Self {
        let read = table.columns.iter().scan(0, |next, column| {
            let place = *next;
            *next += usize::from(column.is_read);
            Some(place)
        });
        Self {
            table,
            columns: CopyColumns {
                places: read.collect(),
                fields: Vec::with_capacity(types.len()),
                accepted: vec![false; types.len()]
                    .into_iter()
                    .map(Cell::new)
                    .collect(),
                types,
                row: BytesMut::new(),
            },
            bytes: BytesMut::new(),
            part: Part::Header,
            rows: 0,
            row: PhantomData,
        }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next row, if all of its bytes are there.
    pub(super) fn next(&mut self) -> Result<Option<R>, QueryError> {
        if self.part == Part::Header && !self.take_header()? {
            return Ok(None);
        }
        if self.part == Part::Rows
            && let Some(length) = self.find_row()?
        {
            self.columns.row = self.bytes.split_to(length);
            let row = R::from_columns(&self.columns);
            self.rows += 1;
            return row.map(Some).map_err(|unfit| self.table.unfit(unfit));
        }
        if self.part == Part::Nothing && !self.bytes.is_empty() {
            return Err(self.broken("there are bytes after the end marker"));
        }
        Ok(None)
    }

    /// Checks that there was everything, when no more bytes come.
    pub(super) fn end(&self) -> Result<(), QueryError> {
        if self.part == Part::Nothing && self.bytes.is_empty() {
            return Ok(());
        }
        Err(self.broken("it ends without its end marker"))
    }

    fn take_header(&mut self) -> Result<bool, QueryError> {
        let mut rest = &self.bytes[..];
        let begin = rest.len().min(SIGNATURE.len());
        if rest[..begin] != SIGNATURE[..begin] {
            return Err(self.broken("it does not begin with the signature of the binary format"));
        }
        rest.advance(begin);
        let (Ok(flags), Ok(extension)) = (rest.try_get_i32(), rest.try_get_u32()) else {
            return Ok(false);
        };
        if flags & HAS_OIDS != 0 {
            return Err(self.broken("its rows have OIDs"));
        }
        let length = SIGNATURE.len() + 8 + extension as usize;
        if self.bytes.len() < length {
            return Ok(false);
        }
        self.bytes.advance(length);
        self.part = Part::Rows;
        Ok(true)
    }

    /// Finds the fields of the next row and returns its length, if all of it is there. Takes the end marker.
    fn find_row(&mut self) -> Result<Option<usize>, QueryError> {
        let mut rest = &self.bytes[..];
        let Ok(count) = rest.try_get_i16() else {
            return Ok(None);
        };
        if count == TRAILER {
            self.bytes.advance(2);
            self.part = Part::Nothing;
            return Ok(None);
        }
        if usize::try_from(count) != Ok(self.columns.types.len()) {
            return Err(self.broken("a row has another number of columns"));
        }
        self.columns.fields.clear();
        for _ in 0..count {
            let Ok(length) = rest.try_get_i32() else {
                return Ok(None);
            };
            if length == -1 {
                self.columns.fields.push(None);
                continue;
            }
            let Ok(length) = usize::try_from(length) else {
                return Err(self.broken("a field has a negative length"));
            };
            if rest.len() < length {
                return Ok(None);
            }
            let start = self.bytes.len() - rest.len();
            self.columns.fields.push(Some(start..start + length));
            rest.advance(length);
        }
        Ok(Some(self.bytes.len() - rest.len()))
    }

    fn broken(&self, reason: &'static str) -> QueryError {
        QueryError::BrokenCopy {
            relation: self.table.quoted(),
            rows: self.rows,
            reason,
        }
    }
}

/// The columns of one row.
struct CopyColumns {
    types: Vec<Type>,
    /// Where the fields of the table's columns are, by the columns' positions.
    places: Vec<usize>,
    /// Whether the Rust type of a field is known to hold the field's type.
    accepted: Vec<Cell<bool>>,
    row: BytesMut,
    fields: Vec<Option<Range<usize>>>,
}

impl Columns for CopyColumns {
    type Error = Unfit;

    fn column<'r, T: FromSql<'r>>(&'r self, position: usize) -> Result<T, Unfit> {
        let place = self.places[position];
        let (ty, accepted) = (&self.types[place], &self.accepted[place]);
        let raw = self.fields[place].clone().map(|range| &self.row[range]);
        let unfit = |cause| Unfit {
            position,
            is_null: raw.is_none(),
            cause,
        };
        if !accepted.get() {
            if !T::accepts(ty) {
                let rust = std::any::type_name::<T>();
                return Err(unfit(
                    format!("{rust} does not hold values of type {ty}").into(),
                ));
            }
            accepted.set(true);
        }
        T::from_sql_nullable(ty, raw).map_err(unfit)
    }

    fn first<'r, T: FromSql<'r>>(&'r self) -> Result<T, Unfit> {
        self.column(0)
    }
}

#[cfg(test)]
mod tests;
