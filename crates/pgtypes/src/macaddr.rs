//! `macaddr` and `macaddr8`: an address of a network card.

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::text::{hex_bytes, pad};

/// A `macaddr`: six bytes.
///
/// `Display` prints what PostgreSQL prints, `08:00:2b:01:02:03`. `FromStr` reads that, and PostgreSQL's other forms: `08-00-2b-01-02-03`,
/// `08002b:010203`, `08002b-010203`, `0800.2b01.0203`, `0800-2b01-0203` and `08002b010203`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddr(pub [u8; 6]);

/// A `macaddr8`: eight bytes, in EUI-64 format.
///
/// `Display` prints what PostgreSQL prints, `08:00:2b:01:02:03:04:05`. `FromStr` reads that, with `-`, `.` or nothing in place of the colons
/// and groups of any size, and an address of six bytes, in whose middle it puts `ff:fe` as PostgreSQL does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddr8(pub [u8; 8]);

macro_rules! address {
    ($type:ident, $name:literal, $length:literal) => {
        impl $type {
            fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
                let bytes = raw.try_into();
                let reason = concat!("not ", $length, " bytes long");
                bytes.map(Self).map_err(|_| DecodeError::new($name, reason))
            }
        }

        impl Encode for $type {
            const ELEMENT_OID: u32 = oid($name);

            #[inline]
            fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
                out.put_slice(&self.0);
                Ok(())
            }
        }

        sql_type!($type, $name);

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                pad(f, |out| {
                    for (index, byte) in self.0.iter().enumerate() {
                        let colon = if index == 0 { "" } else { ":" };
                        write!(out, "{colon}{byte:02x}")?;
                    }
                    Ok(())
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
                let bytes = bytes(text.trim_ascii()).and_then(Self::of_bytes);
                bytes.ok_or_else(|| {
                    ParseError::new($name, text, "expected bytes of two hexadecimal digits")
                })
            }
        }
    };
}

address!(MacAddr, "macaddr", 6);
address!(MacAddr8, "macaddr8", 8);

impl MacAddr {
    fn of_bytes(bytes: Vec<u8>) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl MacAddr8 {
    fn of_bytes(mut bytes: Vec<u8>) -> Option<Self> {
        if bytes.len() == 6 {
            bytes.splice(3..3, [0xFF, 0xFE]);
        }
        bytes.try_into().ok().map(Self)
    }
}

/// The bytes in groups of one size with one separator between them.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let separator = text.chars().find(|c| !c.is_ascii_hexdigit());
    let groups: Vec<&str> = match separator {
        None => vec![text],
        Some(separator @ (':' | '-' | '.')) => text.split(separator).collect(),
        Some(_) => return None,
    };
    let size = groups[0].len();
    let even = groups
        .iter()
        .all(|group| group.len() == size && size.is_multiple_of(2));
    hex_bytes(&groups.concat()).filter(|_| even && size > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_in_many_forms() {
        let expected = MacAddr([8, 0, 0x2b, 1, 2, 3]);
        for text in [
            "08:00:2b:01:02:03",
            "08-00-2B-01-02-03",
            "08002b:010203",
            "08002b-010203",
            "0800.2b01.0203",
            "0800-2b01-0203",
            " 08002b010203 ",
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        assert_eq!(expected.to_string(), "08:00:2b:01:02:03");
        assert_eq!(
            "08002b010203".parse::<MacAddr8>().unwrap().to_string(),
            "08:00:2b:ff:fe:01:02:03"
        );
    }

    #[test]
    fn rejected() {
        for text in [
            "",
            ":",
            "08:00:2b:01:02",
            "08:00:2b:01:02:03:04",
            "08:00-2b:01:02:03",
            "8:0:2b:1:2:3",
            "08:00:2b:01:02:0g",
            "0800é2b010203",
        ] {
            assert!(text.parse::<MacAddr>().is_err(), "{text}");
        }
        assert!("08:00:2b:01:02:03:04".parse::<MacAddr8>().is_err());
        assert!(MacAddr::decode(&[0; 5]).is_err() && MacAddr8::decode(&[0; 6]).is_err());
    }
}
