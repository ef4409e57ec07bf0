//! `ltree`, of the extension of that name: a path of labels in a tree.

use std::cmp::Ordering;

use bytes::{BufMut, BytesMut};

use crate::driver::extension_type;
use crate::encode::{self, Encode, EncodeError};
use crate::error::DecodeError;
use crate::text_value::{self, text_value};

/// Version of the binary form, the only one there is.
const VERSION: u8 = 1;

/// An `ltree`: labels with points between them, `top.science.physics`.
///
/// Whether the labels have no other characters than a label may have is for the server to say, when it is sent. The order is the
/// extension's: label by label, and a path comes after its beginning.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ltree(String);

text_value!(Ltree);

impl Ltree {
    /// The labels from the root on; none for the empty path.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        let is_empty = self.0.is_empty();
        self.0.split('.').filter(move |_| !is_empty)
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("ltree", reason);
        match raw.split_first() {
            Some((&VERSION, raw)) => text_value::decode(raw).map(Self).map_err(error),
            _ => Err(error("unknown version")),
        }
    }
}

impl Ord for Ltree {
    fn cmp(&self, other: &Self) -> Ordering {
        self.labels().cmp(other.labels())
    }
}

impl PartialOrd for Ltree {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Encode for Ltree {
    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_u8(VERSION);
        encode::text(&self.0, out)
    }
}

extension_type!(Ltree, "ltree");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_compared_one_by_one() {
        let path = |text: &str| Ltree::from_text(text);
        assert!(path("a.b") < path("a1") && path("a") < path("a.b") && path("") < path("a"));
        assert_eq!(path("a.b").labels().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(path("").labels().count(), 0);
        assert_eq!(
            Ltree::decode(b"\x02a").unwrap_err().reason,
            "unknown version"
        );
    }
}
