//! Types whose form is a text: the one that PostgreSQL prints, but ISO 8601 for timestamps.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{JsonForm, TextReader, as_serde_does};
use crate::as_text::AsText;
use crate::bits::Bits;
use crate::calendar::Civil;
use crate::date::Date;
use crate::datetime_text::{infinity, write_civil, write_era, write_time};
use crate::geometry::{Circle, Line, LineSegment, Path, Point, Polygon, Rectangle};
use crate::hstore::Hstore;
use crate::ids::{Cid, Oid, PgLsn, Tid, Xid, Xid8};
use crate::internal_char::InternalChar;
use crate::interval::Interval;
use crate::json_path::JsonPath;
use crate::local_timestamp::LocalTimestamp;
use crate::ltree::Ltree;
use crate::macaddr::{MacAddr, MacAddr8};
use crate::money::Money;
use crate::multirange::Multirange;
use crate::net::{Cidr, Inet};
use crate::postgis::{Geography, Geometry};
use crate::range::Range;
use crate::range_element::RangeElement;
use crate::snapshot::PgSnapshot;
use crate::time::{Time, TimeTz};
use crate::timestamp::Timestamp;
use crate::tsquery::TsQuery;
use crate::tsvector::TsVector;
use crate::vector::Vector;
use crate::xml::Xml;

fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn read<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(TextReader("the text of a value", parse))
}

/// Reads what `FromStr` reads.
macro_rules! from_text {
    ($($type:ty),+) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer)
            }
        }

        as_serde_does!($type);
    )+};
}

/// Writes what `Display` writes.
macro_rules! as_text {
    ($($type:ty),+ $(,)?) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        from_text!($type);
    )+};
}

as_text!(
    AsText,
    Bits,
    Cid,
    Cidr,
    Circle,
    Date,
    Geography,
    Geometry,
    Inet,
    InternalChar,
    Interval,
    JsonPath,
    Line,
    LineSegment,
    Ltree,
    MacAddr,
    MacAddr8,
    Money,
    Oid,
    Path,
    PgLsn,
    PgSnapshot,
    Point,
    Polygon,
    Rectangle,
    Tid,
    Time,
    TimeTz,
    TsQuery,
    TsVector,
    Vector,
    Xid,
    Xid8,
    Xml,
);

from_text!(LocalTimestamp, Timestamp);

/// `2026-11-22T12:04:05.25+00:00`: for the years 1 to 9999 RFC 3339. Others are as PostgreSQL prints them, with ` BC` at the end.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Iso(*self, "+00:00"))
    }
}

/// The same without an offset.
impl Serialize for LocalTimestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Iso(self.at_utc(), ""))
    }
}

/// A timestamp as `EncodeDateTime` prints it for `to_json`, with an offset.
struct Iso(Timestamp, &'static str);

impl Display for Iso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(timestamp, offset) = *self;
        let Some(civil) = timestamp.date_utc().civil() else {
            return f.write_str(infinity(timestamp == Timestamp::INFINITY));
        };
        write_date_and_time(f, civil, timestamp.micros_of_day())?;
        f.write_str(offset)?;
        write_era(f, civil)
    }
}

fn write_date_and_time(f: &mut fmt::Formatter<'_>, civil: Civil, micros: u64) -> fmt::Result {
    write_civil(f, civil)?;
    f.write_str("T")?;
    write_time(f, micros)
}

/// As the text of the range, `[1,5)`.
macro_rules! ranges {
    ($($type:ident),+) => {$(
        impl<T: RangeElement> Serialize for $type<T> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de, T: RangeElement + FromStr> Deserialize<'de> for $type<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer)
            }
        }

        impl<T: RangeElement + FromStr> JsonForm for $type<T> {
            fn to_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }

            fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        }
    )+};
}

ranges!(Range, Multirange);

/// As the object of its keys, as the extension's cast to `json` gives it.
impl Serialize for Hstore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Hstore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs: std::collections::BTreeMap<String, Option<String>> =
            Deserialize::deserialize(deserializer)?;
        Ok(pairs.into_iter().collect())
    }
}

as_serde_does!(Hstore);

/// As `\x` and hexadecimal digits.
impl JsonForm for Vec<u8> {
    fn to_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Hex(self))
    }

    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "bytes as \\x and hexadecimal digits";
        let parse = |text: &str| {
            bytes(text).ok_or_else(|| "expected \\x and hexadecimal digits".to_owned())
        };
        deserializer.deserialize_str(TextReader(expected, parse))
    }
}

struct Hex<'a>(&'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\\x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    crate::text::hex_bytes(text.strip_prefix("\\x")?)
}
