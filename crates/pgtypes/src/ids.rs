//! The numbers by which PostgreSQL names its own things: `oid` and its kin, transactions, commands, places of rows and of the log.

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::text::{Cursor, pad};

/// A type that is one unsigned number, on the wire and as text.
macro_rules! number {
    ($type:ident, $number:ty, $put:ident, $name:literal $(, $second:literal)*) => {
        impl $type {
            fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
                let bytes = raw.try_into();
                let bytes = bytes.map_err(|_| DecodeError::new($name, "of another length"))?;
                Ok(Self(<$number>::from_be_bytes(bytes)))
            }
        }

        impl Encode for $type {
            const ELEMENT_OID: u32 = oid($name);

            #[inline]
            fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
                out.$put(self.0);
                Ok(())
            }
        }

        sql_type!($type, $name $(, $second)*);

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                pad(f, |out| write!(out, "{}", self.0))
            }
        }

        impl FromStr for $type {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                let number = text.trim_ascii().parse();
                number
                    .map(Self)
                    .map_err(|_| ParseError::new($name, text, "expected a number in range"))
            }
        }

        impl From<$number> for $type {
            fn from(number: $number) -> Self {
                Self(number)
            }
        }
    };
}

/// An `oid`, or a `regclass`, `regtype` or another `reg…`, which PostgreSQL stores as an OID.
///
/// `Display` prints the number, which PostgreSQL reads for all of them. The name that it prints for a `reg…` is in its catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(pub u32);

/// An `xid`: the number of a transaction, which starts again after four billion of them. So it has no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Xid(pub u32);

/// An `xid8`: the number of a transaction, which does not start again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Xid8(pub u64);

/// A `cid`: the number of a command in its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cid(pub u32);

number!(
    Oid,
    u32,
    put_u32,
    "oid",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype"
);
number!(Xid, u32, put_u32, "xid");
number!(Xid8, u64, put_u64, "xid8");
number!(Cid, u32, put_u32, "cid");

/// A `tid`: where in its table a row's version is.
///
/// `Display` prints what PostgreSQL prints, `(0,1)`, and `FromStr` reads that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tid {
    /// Number of the page.
    pub block: u32,
    /// Number of the version on its page, the first being 1.
    pub offset: u16,
}

impl Tid {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let parts = || {
            let (block, offset) = raw.split_first_chunk()?;
            Some(Self {
                block: u32::from_be_bytes(*block),
                offset: u16::from_be_bytes(offset.try_into().ok()?),
            })
        };
        parts().ok_or(DecodeError::new("tid", "not 6 bytes long"))
    }
}

impl Encode for Tid {
    const ELEMENT_OID: u32 = oid("tid");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_u32(self.block);
        out.put_u16(self.offset);
        Ok(())
    }
}

sql_type!(Tid, "tid");

impl fmt::Display for Tid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| write!(out, "({},{})", self.block, self.offset))
    }
}

impl FromStr for Tid {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let parts = || {
            let inner = text.trim_ascii().strip_prefix('(')?.strip_suffix(')')?;
            let (block, offset) = inner.split_once(',')?;
            Some(Self {
                block: block.parse().ok()?,
                offset: offset.parse().ok()?,
            })
        };
        parts().ok_or_else(|| ParseError::new("tid", text, "expected (block,offset)"))
    }
}

/// A `pg_lsn`: a place in the write-ahead log, in bytes from its beginning.
///
/// `Display` prints what PostgreSQL prints, `16/B374D848`, and `FromStr` reads that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PgLsn(pub u64);

impl PgLsn {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let bytes = raw.try_into();
        let bytes = bytes.map_err(|_| DecodeError::new("pg_lsn", "not 8 bytes long"))?;
        Ok(Self(u64::from_be_bytes(bytes)))
    }
}

impl Encode for PgLsn {
    const ELEMENT_OID: u32 = oid("pg_lsn");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_u64(self.0);
        Ok(())
    }
}

sql_type!(PgLsn, "pg_lsn");

impl fmt::Display for PgLsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            write!(out, "{:X}/{:X}", self.0 >> 32, self.0 as u32)
        })
    }
}

impl FromStr for PgLsn {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut cursor = Cursor::new(text.trim_ascii());
        let mut half = || {
            let digits = cursor.take_while(|c| c.is_ascii_hexdigit());
            cursor.eat("/");
            u32::from_str_radix(digits, 16).ok()
        };
        let lsn = half().zip(half()).filter(|_| cursor.is_empty());
        let written_once = text.matches('/').count() == 1;
        lsn.filter(|_| written_once)
            .map(|(high, low)| Self(u64::from(high) << 32 | u64::from(low)))
            .ok_or_else(|| ParseError::new("pg_lsn", text, "expected XXXXXXXX/XXXXXXXX"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_the_log() {
        let lsn: PgLsn = "16/B374D848".parse().unwrap();
        assert_eq!(lsn, PgLsn(0x16_B374_D848));
        assert_eq!(PgLsn(u64::MAX).to_string(), "FFFFFFFF/FFFFFFFF");
        for text in [
            "",
            "16",
            "16/",
            "/16",
            "16/B374D848/",
            "1/2/3",
            "123456789/0",
            "g/0",
        ] {
            assert!(text.parse::<PgLsn>().is_err(), "{text}");
        }
    }

    #[test]
    fn places_of_rows() {
        assert_eq!(
            "(7,65535)".parse(),
            Ok(Tid {
                block: 7,
                offset: 65535
            })
        );
        for text in ["", "(7,65536)", "7,1", "(7)", "(-1,1)", "(1,2,3)"] {
            assert!(text.parse::<Tid>().is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_unsigned() {
        assert_eq!("4294967295".parse(), Ok(Oid(u32::MAX)));
        let error = "4294967296".parse::<Oid>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid oid `4294967296`: expected a number in range"
        );
        assert_eq!(format!("{:>3}|", Xid8::from(7)), "  7|");
        assert!(Cid::decode(&[0; 3]).is_err() && Xid::decode(&[0; 8]).is_err());
    }
}
