//! The decoder alone; COPY with a server is in `crates/codegen/tests/copy_out.rs`.

use bytes::BufMut;

use super::*;
use crate::copy::encoder::HEADER;
use crate::encode::{field, nullable_field};
use crate::table::Column;

#[derive(Debug, Clone, PartialEq)]
struct Row {
    id: i64,
    note: Option<String>,
}

impl FromColumns for Row {
    fn from_columns<C: Columns>(columns: &C) -> Result<Self, C::Error> {
        Ok(Self {
            id: columns.column(0)?,
            note: columns.column(2)?,
        })
    }
}

static TABLE: Table = Table {
    schema: "web",
    name: "visits",
    columns: &[
        Column::never_null("id", "bigint"),
        Column::left_out("secret", "text"),
        Column::nullable("note", "text"),
    ],
    primary_key: &["id"],
};

fn rows() -> Vec<Row> {
    let row = |id, note: Option<&str>| Row {
        id,
        note: note.map(str::to_owned),
    };
    vec![row(1, Some("a")), row(-1, None), row(i64::MAX, Some(""))]
}

/// All of a COPY up to its end marker.
fn bytes(rows: &[Row]) -> BytesMut {
    let mut bytes = BytesMut::from(HEADER);
    for row in rows {
        bytes.put_i16(2);
        field(&row.id, &mut bytes).unwrap();
        nullable_field(&row.note, &mut bytes).unwrap();
    }
    bytes.put_i16(TRAILER);
    bytes
}

/// The rows of bytes that come in parts of that length.
fn read(bytes: &[u8], part: usize) -> Result<Vec<Row>, String> {
    let mut decoder = Decoder::<Row>::new(&TABLE, vec![Type::INT8, Type::TEXT]);
    let mut rows = Vec::new();
    for part in bytes.chunks(part) {
        decoder.push(part);
        while let Some(row) = decoder.next().map_err(|error| error.to_string())? {
            rows.push(row);
        }
    }
    decoder.end().map_err(|error| error.to_string())?;
    Ok(rows)
}

#[test]
fn rows_come_in_any_parts() {
    let rows = rows();
    let bytes = bytes(&rows);
    for part in 1..=bytes.len() {
        assert_eq!(read(&bytes, part).as_ref(), Ok(&rows), "{part}");
    }
    assert_eq!(read(&tests::bytes(&[]), 7), Ok(Vec::new()));
}

#[test]
fn a_cut_at_any_byte_is_an_error() {
    let bytes = bytes(&rows());
    for length in 0..bytes.len() {
        let error = read(&bytes[..length], 5).unwrap_err();
        assert!(
            error.ends_with("it ends without its end marker"),
            "{length}: {error}"
        );
    }
}

#[test]
fn what_is_no_copy_is_an_error() {
    let whole = bytes(&rows());
    let with = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        read(&bytes, 1000).unwrap_err()
    };
    let mut longer = whole.clone();
    longer.put_u8(0);
    let errors = [
        with(3, b'x'),
        // Flags, number of fields, length of a field.
        with(12, 1),
        with(20, 3),
        with(21, 0x80),
        read(&longer, 1000).unwrap_err(),
        read(&longer, 1).unwrap_err(),
        read(b"1\ta\n", 1000).unwrap_err(),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_value_that_does_not_fit_is_named_by_its_column() {
    let mut bytes = BytesMut::from(HEADER);
    bytes.put_i16(2);
    nullable_field::<i64>(&None, &mut bytes).unwrap();
    field(&"a", &mut bytes).unwrap();
    let null = read(&bytes, 1000).unwrap_err();

    let mut decoder = Decoder::<Row>::new(&TABLE, vec![Type::INT8, Type::BYTEA]);
    decoder.push(&tests::bytes(&rows()));
    let ty = decoder.next().unwrap_err().to_string();

    let mut bytes = BytesMut::from(HEADER);
    bytes.put_i16(2);
    field(&7_i32, &mut bytes).unwrap();
    field(&"a", &mut bytes).unwrap();
    let length = read(&bytes, 1000).unwrap_err();
    insta::assert_snapshot!([null, ty, length].join("\n"));
}
