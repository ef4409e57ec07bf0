//! The binary form of values, as COPY and parameters carry it.
//!
//! The trait, the framing of a field, and the impls for Rust's types. This crate's value types implement the trait where they are defined.

use bytes::{BufMut, BytesMut};
use sql::types::oid;
use thiserror::Error;
use uuid::Uuid;

/// A value that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The value's binary form is longer than a length prefix can say.
    #[error("the value takes {bytes} bytes, and a field holds at most 2147483647")]
    TooLong {
        /// Length of the binary form.
        bytes: usize,
    },
    /// PostgreSQL's text holds every character but U+0000.
    #[error("the text has a NUL character at byte {at}, which PostgreSQL cannot store")]
    NulInText {
        /// Byte offset of the first NUL.
        at: usize,
    },
    /// The value is known as its text, and the binary form of its type is not.
    #[error("the value is known only as its text, which a binary COPY cannot carry")]
    OnlyAsText,
    /// The binary form names the types of the attributes, which only the server's answer to a statement has.
    #[error("a composite value is sent only as a parameter, and a binary COPY has none")]
    OnlyAsParameter,
    /// The type that the value is stored as cannot hold it.
    #[error("{0}")]
    Unfit(String),
}

/// Values with a binary form.
pub trait Encode {
    /// OID of the SQL type when values of this type are the elements of an array; 0 when only the server knows it, as for an enum.
    const ELEMENT_OID: u32 = 0;

    /// What is written between the elements of an array as text: `typdelim`, which is a comma for every built-in type but `box`.
    const DELIMITER: char = ',';

    /// Appends the binary form, without a length prefix.
    ///
    /// # Errors
    /// When PostgreSQL cannot hold the value. `out` may then end in part of it.
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError>;
}

/// Appends `value` as a field: its length, and its binary form.
///
/// # Errors
/// Those of [`Encode::encode`]; `out` is then as it was before.
#[inline]
pub fn field<T: Encode>(value: &T, out: &mut BytesMut) -> Result<(), EncodeError> {
    let start = out.len();
    out.put_i32(0);
    let encoded = value.encode(out).and_then(|()| set_length(start, out));
    if encoded.is_err() {
        out.truncate(start);
    }
    encoded
}

/// Appends `value` as a field, `None` as null.
///
/// # Errors
/// Those of [`field`].
#[inline]
pub fn nullable_field<T: Encode>(value: &Option<T>, out: &mut BytesMut) -> Result<(), EncodeError> {
    match value {
        Some(value) => field(value, out),
        None => {
            out.put_i32(-1);
            Ok(())
        }
    }
}

#[inline]
pub(crate) fn set_length(start: usize, out: &mut BytesMut) -> Result<(), EncodeError> {
    let bytes = out.len() - start - 4;
    let length = i32::try_from(bytes).map_err(|_| EncodeError::TooLong { bytes })?;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// Appends a text, which must not hold U+0000.
#[inline]
pub(crate) fn text(text: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    // `contains` is the standard library's fast search; the slow search for the position runs only to report it.
    if text.as_bytes().contains(&0) {
        let at = text.find('\0').unwrap_or_default();
        return Err(EncodeError::NulInText { at });
    }
    out.put_slice(text.as_bytes());
    Ok(())
}

/// `impl Encode` for a type whose binary form one `put_*` writes. The names are those of the SQL types.
macro_rules! encode_with {
    ($($type:ty, $name:literal, |$value:ident, $out:ident| $put:expr;)+) => {$(
        impl Encode for $type {
            const ELEMENT_OID: u32 = oid($name);

            #[inline]
            fn encode(&self, $out: &mut BytesMut) -> Result<(), EncodeError> {
                let $value = self;
                $put;
                Ok(())
            }
        }
    )+};
}

encode_with! {
    bool, "bool", |value, out| out.put_u8(u8::from(*value));
    Vec<u8>, "bytea", |value, out| out.put_slice(value);
    i64, "int8", |value, out| out.put_i64(*value);
    i16, "int2", |value, out| out.put_i16(*value);
    i32, "int4", |value, out| out.put_i32(*value);
    f32, "float4", |value, out| out.put_f32(*value);
    f64, "float8", |value, out| out.put_f64(*value);
    Uuid, "uuid", |value, out| out.put_slice(value.as_bytes());
}

impl Encode for str {
    const ELEMENT_OID: u32 = oid("text");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        text(self, out)
    }
}

impl Encode for String {
    const ELEMENT_OID: u32 = str::ELEMENT_OID;

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        text(self, out)
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    const ELEMENT_OID: u32 = T::ELEMENT_OID;
    const DELIMITER: char = T::DELIMITER;

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        (**self).encode(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_length_and_the_value() {
        let mut out = BytesMut::new();
        field(&7i16, &mut out).unwrap();
        field(&"né", &mut out).unwrap();
        nullable_field::<i64>(&None, &mut out).unwrap();
        nullable_field(&Some(true), &mut out).unwrap();
        let expected: &[u8] = b"\0\0\0\x02\0\x07\0\0\0\x03n\xc3\xa9\xff\xff\xff\xff\0\0\0\x01\x01";
        assert_eq!(&out[..], expected);
    }

    #[test]
    fn a_refused_value_leaves_nothing_behind() {
        let mut out = BytesMut::new();
        field(&1i32, &mut out).unwrap();
        let before = out.clone();
        assert_eq!(
            field(&"ab\0c".to_owned(), &mut out),
            Err(EncodeError::NulInText { at: 2 })
        );
        assert_eq!(out, before);
    }
}
