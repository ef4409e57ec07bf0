//! The encoder alone, writing to memory; COPY with a server is in `tests/server.rs`.

use std::io;

use super::blocking::send_rows;
use super::encoder::{Encoder, HEADER};
use super::row::Checked;
use super::{CopyError, SEND_AT};
use crate::element_oid::ElementOids;
use crate::encode::EncodeError;
use crate::insert::{Fields, Insert};
use crate::table::{Column, Table};

struct Visit {
    id: i64,
    page: String,
    note: Option<Option<String>>,
}

impl Insert for Visit {
    const TABLE: Table = Table {
        schema: "web",
        name: "visits",
        columns: &[
            column("id", true),
            column("page", true),
            column("note", false),
        ],
        primary_key: &["id"],
    };

    fn visit<'a>(&'a self, to: &mut impl Fields<'a>) -> Result<(), EncodeError> {
        to.field(0, &self.id)?;
        to.field(1, &self.page)?;
        to.defaulted(2, &self.note)
    }
}

const fn column(name: &'static str, never_null: bool) -> Column {
    if never_null {
        Column::never_null(name, "text")
    } else {
        Column::nullable(name, "text")
    }
}

fn visit(id: i64, page: &str, note: Option<Option<&str>>) -> Visit {
    Visit {
        id,
        page: page.to_owned(),
        note: note.map(|note| note.map(str::to_owned)),
    }
}

/// Remembers each send.
#[derive(Default)]
struct Sends(Vec<Vec<u8>>);

impl io::Write for Sends {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn encode(rows: &[Visit]) -> Result<Sends, CopyError> {
    let columns = rows[0].columns();
    let mut sends = Sends::default();
    let oids = ElementOids::none();
    let mut checked = Checked::new();
    let rows = rows.iter().map(|row| checked.next(row));
    send_rows::<Visit>(&mut Encoder::new(&columns, &oids), rows, &mut sends)?;
    Ok(sends)
}

#[test]
fn the_format_is_copys() {
    let sends = encode(&[visit(7, "/", Some(None)), visit(8, "", Some(Some("x")))]).unwrap();
    let mut expected = HEADER.to_vec();
    expected.extend_from_slice(b"\0\x03\0\0\0\x08\0\0\0\0\0\0\0\x07\0\0\0\x01/\xff\xff\xff\xff");
    expected.extend_from_slice(b"\0\x03\0\0\0\x08\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0\x01x\xff\xff");
    assert_eq!(sends.0, [expected]);
}

#[test]
fn many_rows_go_through_one_buffer_in_large_sends() {
    let rows: Vec<Visit> = (0..50_000).map(|id| visit(id, "/a/page", None)).collect();
    let columns = rows[0].columns();
    let oids = ElementOids::none();
    let mut encoder = Encoder::new(&columns, &oids);
    let before = (encoder.buffer.as_ptr(), encoder.buffer.capacity());
    let mut sends = Sends::default();
    send_rows::<Visit>(&mut encoder, rows.iter().map(Ok), &mut sends).unwrap();
    assert_eq!((encoder.buffer.as_ptr(), encoder.buffer.capacity()), before);

    let (last, whole) = sends.0.split_last().unwrap();
    assert!(whole.len() > 10, "{} sends", whole.len());
    assert!(whole.iter().all(|send| send.len() >= SEND_AT));
    assert!(last.len() < SEND_AT + 2);
}

#[test]
fn an_unsendable_value_is_named_by_row_and_column() {
    let error = encode(&[visit(1, "/", Some(None)), visit(2, "/", Some(Some("a\0b")))]);
    assert_eq!(
        error.map(|_| ()).unwrap_err().to_string(),
        "COPY into \"web\".\"visits\": row 1, column note: \
         the text has a NUL character at byte 1, which PostgreSQL cannot store"
    );
}

#[test]
fn a_row_with_other_defaults_is_named() {
    let error = encode(&[
        visit(1, "/", Some(None)),
        visit(2, "/", Some(None)),
        visit(3, "/", None),
    ]);
    assert_eq!(
        error.map(|_| ()).unwrap_err().to_string(),
        "COPY into \"web\".\"visits\": row 2 leaves different columns to their defaults than row 0: copy such rows separately"
    );
}
