//! `"char"`, the type of one byte that PostgreSQL's catalogs use. It is not `char(1)`, which is a text.

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::text::pad;

/// A `"char"`: one byte.
///
/// `Display` prints what PostgreSQL prints from version 16 on: an ASCII character as it is, nothing for the byte 0, and `\377` for a byte
/// above 127, which an older server prints as it is. `FromStr` reads that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InternalChar(pub u8);

impl InternalChar {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        match raw {
            [byte] => Ok(Self(*byte)),
            _ => Err(DecodeError::new("\"char\"", "not 1 byte long")),
        }
    }
}

impl Encode for InternalChar {
    const ELEMENT_OID: u32 = oid("char");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_u8(self.0);
        Ok(())
    }
}

sql_type!(InternalChar, "char");

impl fmt::Display for InternalChar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| match self.0 {
            0 => Ok(()),
            1..=127 => out.write_char(self.0.into()),
            _ => write!(out, "\\{:03o}", self.0),
        })
    }
}

impl fmt::Debug for InternalChar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InternalChar({self})")
    }
}

/// Reads nothing as the byte 0, one ASCII character, and `\` with three octal digits.
impl FromStr for InternalChar {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let byte = match text.as_bytes() {
            [] => Some(0),
            [byte] => Some(*byte),
            [b'\\', octal @ ..] if octal.len() == 3 && octal.iter().all(u8::is_ascii_digit) => {
                u8::from_str_radix(&text[1..], 8).ok()
            }
            _ => None,
        };
        byte.map(Self)
            .ok_or_else(|| ParseError::new("\"char\"", text, "expected one byte"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_text() {
        for byte in 0..=255 {
            let text = InternalChar(byte).to_string();
            assert_eq!(text.parse(), Ok(InternalChar(byte)));
        }
        assert_eq!(InternalChar(255).to_string(), "\\377");
        for text in ["ab", "é", "\\400", "\\+77", "\\18"] {
            assert!(text.parse::<InternalChar>().is_err(), "{text}");
        }
    }
}
