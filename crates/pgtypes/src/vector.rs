//! `vector`, of the extension of that name (pgvector): numbers of which there are as many in each value of a column.

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};

use crate::driver::extension_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::float_text::{take_f32, write_f32};
use crate::text::{Cursor, pad};

/// A `vector`: from 1 to 16000 finite numbers.
///
/// `Display` prints what PostgreSQL prints, `[1,2.5]`, and `FromStr` reads that.
#[derive(Clone, PartialEq, PartialOrd, Default)]
pub struct Vector(pub Vec<f32>);

impl Vector {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("vector", reason);
        let (header, numbers) = raw.split_first_chunk::<4>().ok_or(error("no header"))?;
        let [high, low, unused @ ..] = *header;
        if numbers.len() != 4 * usize::from(u16::from_be_bytes([high, low])) || unused != [0; 2] {
            return Err(error("of another length than it says"));
        }
        let (numbers, _) = numbers.as_chunks();
        let numbers = numbers.iter().map(|number| f32::from_be_bytes(*number));
        Ok(Self(numbers.collect()))
    }
}

impl Encode for Vector {
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let bytes = self.0.len().saturating_mul(4);
        let count = u16::try_from(self.0.len());
        out.put_u16(count.map_err(|_| EncodeError::TooLong { bytes })?);
        out.put_u16(0);
        self.0.iter().for_each(|number| out.put_f32(*number));
        Ok(())
    }
}

extension_type!(Vector, "vector");

impl fmt::Display for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            out.write_char('[')?;
            for (index, number) in self.0.iter().enumerate() {
                out.write_str(if index == 0 { "" } else { "," })?;
                write_f32(out, *number)?;
            }
            out.write_char(']')
        })
    }
}

impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vector({self})")
    }
}

impl FromStr for Vector {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let numbers = numbers(&mut Cursor::new(text.trim_ascii()));
        numbers
            .map(Self)
            .ok_or_else(|| ParseError::new("vector", text, "expected numbers as in [1,2.5]"))
    }
}

fn numbers(cursor: &mut Cursor<'_>) -> Option<Vec<f32>> {
    if !cursor.eat("[") {
        return None;
    }
    let mut numbers = vec![finite(cursor)?];
    while cursor.eat(",") {
        numbers.push(finite(cursor)?);
    }
    (cursor.eat("]") && cursor.is_empty()).then_some(numbers)
}

fn finite(cursor: &mut Cursor<'_>) -> Option<f32> {
    take_f32(cursor).filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_wire_form() {
        let vector: Vector = "[1, -2.5,1e-07]".parse().unwrap();
        assert_eq!(vector.to_string(), "[1,-2.5,1e-07]");
        let mut raw = BytesMut::new();
        vector.encode(&mut raw).unwrap();
        assert_eq!(&raw[..8], [0, 3, 0, 0, 0x3F, 0x80, 0, 0]);
        assert_eq!(Vector::decode(&raw), Ok(vector));
        for wrong in [&raw[..3], &raw[..8], &[0, 0, 0, 1]] {
            assert!(Vector::decode(wrong).is_err());
        }
        for text in ["", "[]", "[1", "[1,]", "[1]2", "[NaN]", "[1e39]"] {
            assert!(text.parse::<Vector>().is_err(), "{text}");
        }
    }
}
