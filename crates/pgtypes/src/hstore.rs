//! `hstore`, of the extension of that name: texts by their keys. Its text form is in `text`.

mod text;

use std::fmt;
use std::str::FromStr;

use bytes::{Buf, BufMut, BytesMut};

use crate::driver::{extension_type, take_field};
use crate::encode::{self, Encode, EncodeError, set_length};
use crate::error::{DecodeError, ParseError};

/// An `hstore`: texts, any of which may be null, by their keys.
///
/// The keys are in the order in which the extension keeps them: by length, then by their bytes. `Display` prints what PostgreSQL prints,
/// `"a"=>"1", "b"=>NULL`, and `FromStr` reads that.
///
/// ```
/// let tags: pgtypes::Hstore = "size => big, color => NULL".parse()?;
/// assert_eq!(tags.get("size"), Some(Some("big")));
/// assert_eq!((tags.get("color"), tags.get("weight")), (Some(None), None));
/// assert_eq!(tags.to_string(), r#""size"=>"big", "color"=>NULL"#);
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Hstore(Vec<(String, Option<String>)>);

impl Hstore {
    /// The text of that key; `Some(None)` for null, and `None` when there is no such key.
    #[allow(clippy::option_option, reason = "both mean something else")]
    pub fn get(&self, key: &str) -> Option<Option<&str>> {
        let found = self.0.binary_search_by(|(it, _)| cmp(it, key)).ok()?;
        Some(self.0[found].1.as_deref())
    }

    /// Keys and texts in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let pairs = self.0.iter();
        pairs.map(|(key, value)| (key.as_str(), value.as_deref()))
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn decode(mut raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("hstore", reason);
        let count = raw.try_get_i32().map_err(|_| error("no count"))?;
        let mut pairs = Vec::new();
        for _ in 0..count {
            pairs.push(take_pair(&mut raw).ok_or(error("cut short, or not UTF-8"))?);
        }
        if count < 0 || !raw.is_empty() {
            return Err(error("of another length than it says"));
        }
        if !pairs.is_sorted_by(|(a, _), (b, _)| cmp(a, b).is_lt()) {
            return Err(error("keys out of order"));
        }
        Ok(Self(pairs))
    }
}

/// The order of keys: the shorter one first.
fn cmp(a: &str, b: &str) -> std::cmp::Ordering {
    (a.len(), a).cmp(&(b.len(), b))
}

fn take_pair(raw: &mut &[u8]) -> Option<(String, Option<String>)> {
    let mut text = || match take_field(raw)? {
        Some(text) => Some(Some(String::from_utf8(text.to_vec()).ok()?)),
        None => Some(None),
    };
    let (key, value) = (text()??, text()?);
    Some((key, value))
}

/// Of a key that comes more than once the first text counts.
impl FromIterator<(String, Option<String>)> for Hstore {
    fn from_iter<I: IntoIterator<Item = (String, Option<String>)>>(pairs: I) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_by(|(a, _), (b, _)| cmp(a, b));
        pairs.dedup_by(|(next, _), (kept, _)| next == kept);
        Self(pairs)
    }
}

impl Encode for Hstore {
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let bytes = self.0.len();
        out.put_i32(i32::try_from(bytes).map_err(|_| EncodeError::TooLong { bytes })?);
        let put = |text: &str, out: &mut BytesMut| {
            let start = out.len();
            out.put_i32(0);
            encode::text(text, out)?;
            set_length(start, out)
        };
        for (key, value) in &self.0 {
            put(key, out)?;
            match value {
                Some(value) => put(value, out)?,
                None => out.put_i32(-1),
            }
        }
        Ok(())
    }
}

extension_type!(Hstore, "hstore");

impl fmt::Debug for Hstore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hstore({self})")
    }
}

impl FromStr for Hstore {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text::parse(text).map_err(|reason| ParseError::new("hstore", text, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_is_the_extensions() {
        let mut raw = BytesMut::new();
        let pairs: Hstore = "bb=>1,a=>NULL".parse().unwrap();
        pairs.encode(&mut raw).unwrap();
        let expected = b"\0\0\0\x02\0\0\0\x01a\xff\xff\xff\xff\0\0\0\x02bb\0\0\0\x011";
        assert_eq!(&raw[..], expected);
        assert_eq!(Hstore::decode(&raw), Ok(pairs));
        for (raw, reason) in [
            (&b""[..], "no count"),
            (b"\xff\xff\xff\xff", "of another length than it says"),
            (b"\0\0\0\x01\xff\xff\xff\xff", "cut short, or not UTF-8"),
            (
                b"\0\0\0\x02\0\0\0\x01b\0\0\0\0\0\0\0\x01a\0\0\0\0",
                "keys out of order",
            ),
        ] {
            assert_eq!(Hstore::decode(raw).unwrap_err().reason, reason);
        }
    }

    #[test]
    fn the_first_of_equal_keys_counts() {
        let pairs: Hstore = "a=>1, b=>2, a=>3".parse().unwrap();
        assert_eq!((pairs.len(), pairs.get("a")), (2, Some(Some("1"))));
        assert_eq!(
            pairs.iter().collect::<Vec<_>>(),
            [("a", Some("1")), ("b", Some("2"))]
        );
    }
}
