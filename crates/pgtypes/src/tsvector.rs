//! `tsvector`: the words of a document and where they are.

mod text;

use std::fmt;
use std::str::FromStr;

use bytes::{Buf, BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{self, Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::lexeme::{Weight, take_cstring};

/// A `tsvector`: lexemes in ascending order, each once.
///
/// `Display` prints what PostgreSQL prints, `'cat':3 'fat':2A`, and `FromStr` reads that, in any order and with repeats. PostgreSQL's order
/// of these values, which is by their size in memory, is left to it.
///
/// ```
/// let document: pgtypes::TsVector = "fat:2A cat:3".parse()?;
/// assert_eq!(document.to_string(), "'cat':3 'fat':2A");
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct TsVector {
    lexemes: Vec<Lexeme>,
}

/// A normalized word, and its places in ascending order, if they are known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lexeme {
    /// The word.
    pub text: String,
    /// Where it is.
    pub positions: Vec<Position>,
}

/// A place in a document. Two of them are ordered by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    number: u16,
    weight: Weight,
}

impl Position {
    /// The last place that has a number; words after it have this one.
    pub const LAST: u16 = (1 << 14) - 1;

    /// The place of that number, which is from 1 to [`LAST`](Self::LAST).
    pub const fn new(number: u16, weight: Weight) -> Option<Self> {
        match number {
            1..=Self::LAST => Some(Self { number, weight }),
            _ => None,
        }
    }

    /// The number, the first one being 1.
    pub const fn number(self) -> u16 {
        self.number
    }

    /// How much the place counts.
    pub const fn weight(self) -> Weight {
        self.weight
    }

    fn from_wire(bits: u16) -> Self {
        Self {
            number: bits & Self::LAST,
            weight: Weight::ALL[usize::from(bits >> 14)],
        }
    }

    fn wire(self) -> u16 {
        (self.weight as u16) << 14 | self.number
    }
}

impl TsVector {
    /// Places that are kept of one lexeme (`MAXNUMPOS`).
    const MOST_POSITIONS: usize = 256;

    /// The document of these lexemes: sorted, repeats put together, and of places with the same number the one that counts most.
    pub fn new(mut lexemes: Vec<Lexeme>) -> Self {
        lexemes.sort_by(|a, b| a.text.cmp(&b.text));
        lexemes.dedup_by(|next, kept| {
            let same = next.text == kept.text;
            if same {
                kept.positions.append(&mut next.positions);
            }
            same
        });
        for lexeme in &mut lexemes {
            let positions = &mut lexeme.positions;
            positions.sort_by_key(|position| (position.number, std::cmp::Reverse(position.weight)));
            positions.dedup_by_key(|position| position.number);
            positions.truncate(Self::MOST_POSITIONS);
        }
        Self { lexemes }
    }

    /// The lexemes in ascending order.
    pub fn lexemes(&self) -> &[Lexeme] {
        &self.lexemes
    }

    fn decode(mut raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("tsvector", reason);
        let count = raw.try_get_i32().map_err(|_| error("no count"))?;
        let mut lexemes = Vec::new();
        for _ in 0..count {
            let lexeme = take_lexeme(&mut raw).ok_or(error("cut short, or not UTF-8"))?;
            lexemes.push(lexeme);
        }
        if count < 0 || !raw.is_empty() {
            return Err(error("of another length than it says"));
        }
        let sorted = lexemes.is_sorted_by(|a, b| a.text < b.text);
        let numbered = |lexeme: &Lexeme| {
            let numbers = lexeme.positions.iter().map(|position| position.number);
            numbers.is_sorted_by(|a, b| a < b)
        };
        if !sorted || !lexemes.iter().all(numbered) {
            return Err(error("out of order"));
        }
        Ok(Self { lexemes })
    }
}

fn take_lexeme(raw: &mut &[u8]) -> Option<Lexeme> {
    let text = take_cstring(raw)?;
    let count = raw.try_get_u16().ok()?;
    let positions = (0..count).map(|_| raw.try_get_u16().ok().map(Position::from_wire));
    let positions = positions.collect::<Option<_>>()?;
    Some(Lexeme { text, positions })
}

impl Encode for TsVector {
    const ELEMENT_OID: u32 = oid("tsvector");

    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let too_long = |bytes: usize| EncodeError::TooLong { bytes };
        let count = self.lexemes.len();
        out.put_i32(i32::try_from(count).map_err(|_| too_long(count))?);
        for Lexeme { text, positions } in &self.lexemes {
            encode::text(text, out)?;
            out.put_u8(0);
            let count = positions.len();
            out.put_u16(u16::try_from(count).map_err(|_| too_long(count * 2))?);
            positions
                .iter()
                .for_each(|position| out.put_u16(position.wire()));
        }
        Ok(())
    }
}

sql_type!(TsVector, "tsvector");

impl fmt::Debug for TsVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TsVector({self})")
    }
}

impl FromStr for TsVector {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text::parse(text).map_err(|reason| ParseError::new("tsvector", text, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_put_together() {
        let document: TsVector = "b:3,1 a:1 b:1A,2 c".parse().unwrap();
        assert_eq!(document.to_string(), "'a':1 'b':1A,2,3 'c'");
        let b = &document.lexemes()[1];
        assert_eq!((b.text.as_str(), b.positions[0].weight()), ("b", Weight::A));
        assert_eq!(Position::new(0, Weight::A), None);
        assert_eq!(Position::new(16384, Weight::A), None);
    }

    #[test]
    fn bytes_that_are_none() {
        let mut raw = BytesMut::new();
        "'a':1B 'bc'"
            .parse::<TsVector>()
            .unwrap()
            .encode(&mut raw)
            .unwrap();
        assert_eq!(&raw[..], b"\0\0\0\x02a\0\0\x01\x80\x01bc\0\0\0");
        assert!(TsVector::decode(&raw).is_ok());
        for (raw, reason) in [
            (&b"\0\0"[..], "no count"),
            (b"\0\0\0\x01a", "cut short, or not UTF-8"),
            (b"\0\0\0\x01\xff\0\0\0", "cut short, or not UTF-8"),
            (b"\0\0\0\0a", "of another length than it says"),
            (b"\xff\0\0\0", "of another length than it says"),
            (b"\0\0\0\x02b\0\0\0a\0\0\0", "out of order"),
            (b"\0\0\0\x01a\0\0\x02\0\x01\0\x01", "out of order"),
        ] {
            assert_eq!(TsVector::decode(raw).unwrap_err().reason, reason);
        }
    }
}
