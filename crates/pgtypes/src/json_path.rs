//! `jsonpath`, as text.

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{self, Encode, EncodeError};
use crate::error::DecodeError;
use crate::text_value::{self, text_value};

/// Version of the binary form, the only one there is.
const VERSION: u8 = 1;

/// A `jsonpath`: the text that PostgreSQL prints, which is normalized.
///
/// The server decides whether the text is a path, when it is sent. Equality is of the text, and so means something only between two
/// values that were read; PostgreSQL has none.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JsonPath(String);

text_value!(JsonPath);

impl JsonPath {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("jsonpath", reason);
        match raw.split_first() {
            Some((&VERSION, raw)) => text_value::decode(raw).map(Self).map_err(error),
            _ => Err(error("unknown version")),
        }
    }
}

impl Encode for JsonPath {
    const ELEMENT_OID: u32 = oid("jsonpath");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_u8(VERSION);
        encode::text(&self.0, out)
    }
}

sql_type!(JsonPath, "jsonpath");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_checked() {
        assert_eq!(JsonPath::decode(b"\x01$").unwrap().as_str(), "$");
        assert_eq!(
            JsonPath::decode(b"\x02$").unwrap_err().reason,
            "unknown version"
        );
        assert_eq!(
            JsonPath::decode(b"\x01\xff").unwrap_err().reason,
            "not UTF-8"
        );
    }
}
