//! `xml`, as text.

use bytes::BytesMut;
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{self, Encode, EncodeError};
use crate::error::DecodeError;
use crate::text_value::{self, text_value};

/// An `xml`: the text that PostgreSQL prints, which is what was stored without the encoding that its declaration may name.
///
/// The server decides whether the text is XML, when it is sent. Equality is of the text; PostgreSQL has none.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Xml(String);

text_value!(Xml);

impl Xml {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let text = text_value::decode(raw);
        text.map(Self)
            .map_err(|reason| DecodeError::new("xml", reason))
    }
}

impl Encode for Xml {
    const ELEMENT_OID: u32 = oid("xml");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        encode::text(&self.0, out)
    }
}

sql_type!(Xml, "xml");
