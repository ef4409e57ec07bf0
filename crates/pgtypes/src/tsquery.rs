//! `tsquery`: what documents are searched for.

mod text;

use std::fmt;
use std::str::FromStr;

use bytes::{Buf, BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{self, Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::lexeme::{Weight, take_cstring};

/// `QI_VAL` of PostgreSQL's `tsearch/ts_type.h`.
const LEXEME: u8 = 1;
/// `QI_OPR`.
const OPERATOR: u8 = 2;

/// A `tsquery`: a condition on the lexemes of a document; the empty one is true of none.
///
/// PostgreSQL 18.6 refuses the binary form of the empty one ("malformed tsquery"), also where it has written it itself.
///
/// `Display` prints what PostgreSQL prints, `'fat':A & ( 'cat' | 'dog' )`, and `FromStr` reads that. Two of them are
/// equal when their operators are applied in the same order, which the text does not always say: `a & ( b & c )` is printed as `a & b & c`.
///
/// ```
/// use pgtypes::TsQuery;
/// let query = TsQuery::lexeme("fat").and(TsQuery::lexeme("cat").or(TsQuery::lexeme("dog")));
/// assert_eq!(query.to_string(), "'fat' & ( 'cat' | 'dog' )");
/// assert_eq!("fat & (cat | dog)".parse(), Ok(query));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct TsQuery {
    /// As on the wire: each operator, what is right of it, and what is left of it.
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Item {
    Lexeme {
        text: String,
        /// A bit for each weight; none for a place of any weight.
        weights: u8,
        prefix: bool,
    },
    Operator(Operator),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operator {
    Or,
    And,
    /// Followed by, at that distance.
    Phrase(u16),
    Not,
}

impl TsQuery {
    /// The greatest distance in a phrase (`MAXENTRYPOS`).
    pub const MAX_DISTANCE: u16 = 1 << 14;

    /// Documents with that lexeme.
    pub fn lexeme(text: impl Into<String>) -> Self {
        Self::weighted(text, &[], false)
    }

    /// Documents with a lexeme that begins so.
    pub fn prefix(text: impl Into<String>) -> Self {
        Self::weighted(text, &[], true)
    }

    /// Documents with that lexeme, or one that begins so if `prefix`, at a place of one of these weights; at any place when there are none.
    pub fn weighted(text: impl Into<String>, weights: &[Weight], prefix: bool) -> Self {
        let weights = weights
            .iter()
            .fold(0, |all, weight| all | 1 << *weight as u8);
        let text = text.into();
        let lexeme = Item::Lexeme {
            text,
            weights,
            prefix,
        };
        Self {
            items: vec![lexeme],
        }
    }

    /// Documents for which both are true.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.binary(Operator::And, other)
    }

    /// Documents for which one is true.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.binary(Operator::Or, other)
    }

    /// Documents in which `next` is true `distance` places after this; `None` for a distance of more than
    /// [`MAX_DISTANCE`](Self::MAX_DISTANCE).
    pub fn followed_by(self, next: Self, distance: u16) -> Option<Self> {
        let phrase = Operator::Phrase(distance);
        (distance <= Self::MAX_DISTANCE).then(|| self.binary(phrase, next))
    }

    /// Documents for which it is not true.
    #[must_use]
    #[allow(
        clippy::should_implement_trait,
        reason = "as `and` and `or`, which have no traits"
    )]
    pub fn not(mut self) -> Self {
        if !self.items.is_empty() {
            self.items.insert(0, Item::Operator(Operator::Not));
        }
        self
    }

    /// Whether there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// An empty query adds nothing to another, as PostgreSQL's operators have it.
    fn binary(mut self, operator: Operator, mut right: Self) -> Self {
        if self.items.is_empty() {
            return right;
        }
        if !right.items.is_empty() {
            right.items.insert(0, Item::Operator(operator));
            right.items.append(&mut self.items);
            return right;
        }
        self
    }

    fn decode(mut raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("tsquery", reason);
        let count = raw.try_get_i32().map_err(|_| error("no count"))?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(take_item(&mut raw).ok_or(error("cut short, or an unknown item"))?);
        }
        if count < 0 || !raw.is_empty() {
            return Err(error("of another length than it says"));
        }
        if !items.is_empty() && !is_one_tree(&items) {
            return Err(error("operators without operands"));
        }
        Ok(Self { items })
    }
}

/// Whether each operator has its operands and nothing is left over.
fn is_one_tree(items: &[Item]) -> bool {
    let mut wanted = 1_usize;
    items.iter().all(|item| {
        let was_wanted = wanted > 0;
        match item {
            Item::Lexeme { .. } => wanted = wanted.saturating_sub(1),
            Item::Operator(Operator::Not) => {}
            Item::Operator(_) => wanted += 1,
        }
        was_wanted
    }) && wanted == 0
}

fn take_item(raw: &mut &[u8]) -> Option<Item> {
    match raw.try_get_u8().ok()? {
        LEXEME => {
            let weights = raw.try_get_u8().ok().filter(|weights| *weights < 16)?;
            let prefix = raw.try_get_u8().ok()? != 0;
            let text = take_cstring(raw)?;
            Some(Item::Lexeme {
                text,
                weights,
                prefix,
            })
        }
        OPERATOR => take_operator(raw).map(Item::Operator),
        _ => None,
    }
}

fn take_operator(raw: &mut &[u8]) -> Option<Operator> {
    Some(match raw.try_get_u8().ok()? {
        1 => Operator::Not,
        2 => Operator::And,
        3 => Operator::Or,
        4 => {
            let distance = raw.try_get_u16().ok()?;
            Operator::Phrase(Some(distance).filter(|it| *it <= TsQuery::MAX_DISTANCE)?)
        }
        _ => return None,
    })
}

impl Encode for TsQuery {
    const ELEMENT_OID: u32 = oid("tsquery");

    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let bytes = self.items.len();
        out.put_i32(i32::try_from(bytes).map_err(|_| EncodeError::TooLong { bytes })?);
        for item in &self.items {
            match item {
                Item::Lexeme {
                    text,
                    weights,
                    prefix,
                } => {
                    out.put_slice(&[LEXEME, *weights, u8::from(*prefix)]);
                    encode::text(text, out)?;
                    out.put_u8(0);
                }
                Item::Operator(Operator::Not) => out.put_slice(&[OPERATOR, 1]),
                Item::Operator(Operator::And) => out.put_slice(&[OPERATOR, 2]),
                Item::Operator(Operator::Or) => out.put_slice(&[OPERATOR, 3]),
                Item::Operator(Operator::Phrase(distance)) => {
                    out.put_slice(&[OPERATOR, 4]);
                    out.put_u16(*distance);
                }
            }
        }
        Ok(())
    }
}

sql_type!(TsQuery, "tsquery");

impl fmt::Debug for TsQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TsQuery({self})")
    }
}

impl FromStr for TsQuery {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text::parse(text).map_err(|reason| ParseError::new("tsquery", text, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_is_postgresqls() {
        let mut raw = BytesMut::new();
        let query: TsQuery = "!a:*B <2> b".parse().unwrap();
        query.encode(&mut raw).unwrap();
        let expected = b"\0\0\0\x04\x02\x04\0\x02\x01\0\0b\0\x02\x01\x01\x04\x01a\0";
        assert_eq!(&raw[..], expected);
        assert_eq!(TsQuery::decode(&raw), Ok(query));
    }

    #[test]
    fn an_empty_query_adds_nothing() {
        let [empty, a] = [TsQuery::default(), TsQuery::lexeme("a")];
        assert_eq!(empty.clone().and(a.clone()), a);
        assert_eq!(a.clone().or(empty.clone()), a);
        assert!(empty.not().is_empty());
        assert_eq!(a.clone().followed_by(a, 16385), None);
    }

    #[test]
    fn bytes_that_are_none() {
        for (raw, reason) in [
            (&b"\0"[..], "no count"),
            (b"\0\0\0\x01\x03", "cut short, or an unknown item"),
            (b"\0\0\0\x01\x01\x10\0a\0", "cut short, or an unknown item"),
            (b"\0\0\0\x01\x02\x01", "operators without operands"),
            (
                b"\0\0\0\x02\x01\0\0a\0\x01\0\0a\0",
                "operators without operands",
            ),
            (b"\0\0\0\0a", "of another length than it says"),
        ] {
            assert_eq!(TsQuery::decode(raw).unwrap_err().reason, reason);
        }
    }

    #[test]
    fn depth_takes_no_stack() {
        let nots = format!("{}a", "!".repeat(100_000));
        assert_eq!(nots.parse::<TsQuery>().unwrap().to_string().len(), 100_003);
        let parens = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(parens.parse::<TsQuery>().unwrap().to_string(), "'a'");
    }
}
