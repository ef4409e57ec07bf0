//! `geometry` and `geography` of PostGIS, as the bytes of their extended well-known binary form (EWKB).

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};

use crate::driver::extension_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::text::{hex_bytes, pad};

/// The bit of the type that says that a reference system comes after it.
const WITH_SRID: u32 = 0x2000_0000;

/// A `geometry`, as EWKB. Equality is of the bytes.
///
/// `Display` prints what PostgreSQL prints, the bytes in hexadecimal digits, and `FromStr` reads that. PostGIS judges the bytes when they
/// are sent.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Geometry(Vec<u8>);

/// A `geography`, as EWKB; see [`Geometry`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Geography(Vec<u8>);

macro_rules! postgis {
    ($type:ident, $name:literal) => {
        impl $type {
            /// The value of these bytes, which are not looked at.
            pub fn from_ewkb(ewkb: impl Into<Vec<u8>>) -> Self {
                Self(ewkb.into())
            }

            /// The bytes.
            pub fn as_ewkb(&self) -> &[u8] {
                &self.0
            }

            /// The bytes.
            pub fn into_ewkb(self) -> Vec<u8> {
                self.0
            }

            /// The reference system that the bytes name, such as 4326; `None` when they name none.
            pub fn srid(&self) -> Option<u32> {
                srid(&self.0)
            }

            fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
                Ok(Self(raw.to_vec()))
            }
        }

        impl Encode for $type {
            // `typdelim`, as PostGIS creates the types.
            const DELIMITER: char = ':';

            fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
                out.put_slice(&self.0);
                Ok(())
            }
        }

        extension_type!($type, $name);

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                pad(f, |out| {
                    self.0.iter().try_for_each(|byte| write!(out, "{byte:02X}"))
                })
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        impl FromStr for $type {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                let error = || ParseError::new($name, text, "expected bytes in hexadecimal digits");
                hex_bytes(text.trim_ascii()).map(Self).ok_or_else(error)
            }
        }
    };
}

postgis!(Geometry, "geometry");
postgis!(Geography, "geography");

fn srid(ewkb: &[u8]) -> Option<u32> {
    let (order, rest) = ewkb.split_first()?;
    let number = |bytes: &[u8; 4]| match order {
        0 => u32::from_be_bytes(*bytes),
        _ => u32::from_le_bytes(*bytes),
    };
    let (kind, rest) = rest.split_first_chunk()?;
    let srid = rest.first_chunk().filter(|_| number(kind) & WITH_SRID != 0);
    srid.map(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_as_digits() {
        // ST_AsEWKB of SRID=4326;POINT(1 2).
        let text = "0101000020E6100000000000000000F03F0000000000000040";
        let point: Geometry = text.parse().unwrap();
        assert_eq!(
            (point.to_string().as_str(), point.srid()),
            (text, Some(4326))
        );
        assert_eq!(Geometry::decode(point.as_ewkb()), Ok(point.clone()));
        let without = "0101000000000000000000F03F0000000000000040".parse::<Geography>();
        assert_eq!(without.unwrap().srid(), None);
        for text in ["0", "0x", "é0"] {
            assert!(text.parse::<Geometry>().is_err(), "{text}");
        }
        assert_eq!(Geometry::from_ewkb([1, 2]).srid(), None);
    }
}
