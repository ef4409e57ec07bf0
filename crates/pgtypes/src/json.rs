//! `json` and `jsonb`, as text.

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{self, Encode, EncodeError};
use crate::error::DecodeError;
use crate::text_value::{self, text_value};

/// Version of the binary form of `jsonb`, which every PostgreSQL since 9.4 writes.
const JSONB_VERSION: u8 = 1;

/// A `json`: the text exactly as it was stored, with its white space, the order of its keys and their repeats.
///
/// Whether the text is JSON is for the server to say, when it is sent. Equality is of the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Json(String);

/// A `jsonb`: the text that PostgreSQL prints, which is normalized; numbers keep every digit.
///
/// Whether the text is JSON is for the server to say, when it is sent. Equality is of the text, and so means something only between
/// two values that were read.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Jsonb(String);

macro_rules! json_type {
    ($type:ident) => {
        text_value!($type);

        #[cfg(feature = "serde_json")]
        impl $type {
            /// The value as a Rust type of the caller's.
            ///
            /// # Errors
            /// When the JSON is not of that shape.
            pub fn to<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
                serde_json::from_str(&self.0)
            }

            /// A Rust value as JSON.
            ///
            /// # Errors
            /// When the value has no JSON form, as a map whose keys are no strings.
            pub fn from_serialize<T: serde::Serialize + ?Sized>(
                value: &T,
            ) -> Result<Self, serde_json::Error> {
                serde_json::to_string(value).map(Self)
            }
        }
    };
}

json_type!(Json);
json_type!(Jsonb);

impl Json {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        text_value::decode(raw)
            .map(Self)
            .map_err(|reason| DecodeError::new("json", reason))
    }
}

impl Jsonb {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("jsonb", reason);
        match raw.split_first() {
            Some((&JSONB_VERSION, raw)) => text_value::decode(raw).map(Self).map_err(error),
            _ => Err(error("unknown version")),
        }
    }
}

impl Encode for Json {
    const ELEMENT_OID: u32 = oid("json");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        encode::text(&self.0, out)
    }
}

impl Encode for Jsonb {
    const ELEMENT_OID: u32 = oid("jsonb");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_u8(JSONB_VERSION);
        encode::text(&self.0, out)
    }
}

sql_type!(Json, "json");
sql_type!(Jsonb, "jsonb");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_kept_and_jsonb_says_its_version() {
        let text = r#"{"b": 1.000, "a": [null]}"#;
        let mut out = BytesMut::new();
        Jsonb::from_text(text).encode(&mut out).unwrap();
        assert_eq!((out[0], &out[1..]), (1, text.as_bytes()));
        assert_eq!(Jsonb::decode(&out).unwrap().as_str(), text);
        assert_eq!(Json::decode(text.as_bytes()).unwrap().into_string(), text);
    }

    #[test]
    fn bytes_that_are_no_json() {
        assert_eq!(
            Jsonb::decode(b"\x02{}").unwrap_err().reason,
            "unknown version"
        );
        assert_eq!(Jsonb::decode(b"").unwrap_err().reason, "unknown version");
        assert_eq!(Json::decode(b"\xff").unwrap_err().reason, "not UTF-8");
    }

    #[cfg(feature = "serde_json")]
    #[test]
    fn to_and_from_rust_types() {
        let value: Vec<Option<u8>> = vec![Some(1), None];
        let json = Jsonb::from_serialize(&value).unwrap();
        assert_eq!(json.as_str(), "[1,null]");
        assert_eq!(json.to::<Vec<Option<u8>>>().unwrap(), value);
        assert!(json.to::<String>().is_err());
    }
}
