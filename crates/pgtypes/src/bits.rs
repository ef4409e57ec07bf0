//! `bit` and `bit varying`: a string of bits.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::text::pad;

/// A `bit` or `bit varying`: a string of bits of any length.
///
/// `Display` prints what PostgreSQL prints, `0101`. `FromStr` reads that, and PostgreSQL's `b0101` and `x5`. The order is PostgreSQL's: by
/// the first bit that differs, and a string comes after its beginning.
///
/// ```
/// let flags: pgtypes::Bits = "101".parse()?;
/// assert_eq!((flags.get(0), flags.get(1), flags.get(3)), (Some(true), Some(false), None));
/// assert_eq!(flags, [true, false, true].into_iter().collect());
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Bits {
    len: usize,
    /// The first bit is the highest of the first byte; those after the last one are 0.
    bytes: Vec<u8>,
}

impl Bits {
    /// Number of bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no bit.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bit at `index`, the first one being 0.
    pub fn get(&self, index: usize) -> Option<bool> {
        let byte = self.bytes.get(index / 8)?;
        (index < self.len).then_some(byte & mask(index) != 0)
    }

    /// The bits in their order.
    pub fn iter(&self) -> impl Iterator<Item = bool> {
        (0..self.len).map(|index| self.bytes[index / 8] & mask(index) != 0)
    }

    fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut().filter(|_| bit) {
            *last |= mask(self.len);
        }
        self.len += 1;
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("bit varying", reason);
        let (len, bytes) = raw.split_first_chunk().ok_or(error("no length"))?;
        let len =
            usize::try_from(i32::from_be_bytes(*len)).map_err(|_| error("negative length"))?;
        if bytes.len() != len.div_ceil(8) {
            return Err(error("of another length than it says"));
        }
        let behind = (len..bytes.len() * 8)
            .map(mask)
            .fold(0, |all, bit| all | bit);
        if bytes.last().is_some_and(|last| last & behind != 0) {
            return Err(error("bits are set after the last one"));
        }
        let bytes = bytes.to_vec();
        Ok(Self { len, bytes })
    }
}

fn mask(index: usize) -> u8 {
    0x80 >> (index % 8)
}

impl FromIterator<bool> for Bits {
    fn from_iter<I: IntoIterator<Item = bool>>(all: I) -> Self {
        let mut bits = Self::default();
        all.into_iter().for_each(|bit| bits.push(bit));
        bits
    }
}

impl Ord for Bits {
    fn cmp(&self, other: &Self) -> Ordering {
        let bytes = self.bytes.cmp(&other.bytes);
        bytes.then(self.len.cmp(&other.len))
    }
}

impl PartialOrd for Bits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Encode for Bits {
    const ELEMENT_OID: u32 = oid("varbit");

    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let bytes = self.bytes.len();
        out.put_i32(i32::try_from(self.len).map_err(|_| EncodeError::TooLong { bytes })?);
        out.put_slice(&self.bytes);
        Ok(())
    }
}

sql_type!(Bits, "varbit", "bit");

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            self.iter()
                .try_for_each(|bit| out.write_char(if bit { '1' } else { '0' }))
        })
    }
}

impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bits({self})")
    }
}

impl FromStr for Bits {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let bits = match text.as_bytes() {
            [b'x' | b'X', hex @ ..] => hex_bits(hex),
            [b'b' | b'B', binary @ ..] => binary_bits(binary),
            binary => binary_bits(binary),
        };
        bits.ok_or_else(|| {
            ParseError::new(
                "bit varying",
                text,
                "expected 0 and 1, or x and hexadecimal digits",
            )
        })
    }
}

fn binary_bits(digits: &[u8]) -> Option<Bits> {
    let bit = |digit: &u8| match digit {
        b'0' => Some(false),
        b'1' => Some(true),
        _ => None,
    };
    digits.iter().map(bit).collect()
}

fn hex_bits(digits: &[u8]) -> Option<Bits> {
    let mut bits = Bits::default();
    for digit in digits {
        let value = char::from(*digit).to_digit(16)?;
        (0..4).rev().for_each(|at| bits.push(value >> at & 1 == 1));
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(text: &str) -> Bits {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn the_wire_form_is_postgresqls() {
        let mut out = BytesMut::new();
        bits("1010101011").encode(&mut out).unwrap();
        assert_eq!(&out[..], [0, 0, 0, 10, 0xAA, 0xC0]);
        assert_eq!(Bits::decode(&out), Ok(bits("1010101011")));
        for (raw, reason) in [
            (&[0, 0][..], "no length"),
            (&[0xFF; 4], "negative length"),
            (&[0, 0, 0, 9, 1], "of another length than it says"),
            (&[0, 0, 0, 7, 1], "bits are set after the last one"),
        ] {
            assert_eq!(Bits::decode(raw).unwrap_err().reason, reason);
        }
    }

    #[test]
    fn texts_of_two_bases() {
        assert_eq!(bits("x1F"), bits("00011111"));
        assert_eq!(bits("B01").iter().collect::<Vec<_>>(), [false, true]);
        assert_eq!(bits("").to_string(), "");
        for text in ["2", "xg", "01 ", "é"] {
            assert!(text.parse::<Bits>().is_err(), "{text}");
        }
    }
}
