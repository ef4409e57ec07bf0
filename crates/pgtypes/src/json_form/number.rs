//! Numbers that a JSON number does not hold in every reader: numerics, and floating point with NaN and the infinities.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{JsonForm, Of, as_serde_does, raw};
use crate::numeric::Numeric;

/// As a text: see [`json_form`](super).
impl Serialize for Numeric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Numeric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        raw::deserialize(deserializer, Reader(Of::<Self>::default()))
    }
}

as_serde_does!(Numeric);

/// As a number, and as a text if it is none.
macro_rules! floating_point {
    ($($type:ty, $serialize:ident;)+) => {$(
        impl JsonForm for $type {
            fn to_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match *self {
                    number if number.is_finite() => serializer.$serialize(number),
                    number if number.is_nan() => serializer.serialize_str("NaN"),
                    number if number > 0.0 => serializer.serialize_str("Infinity"),
                    _ => serializer.serialize_str("-Infinity"),
                }
            }

            fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                raw::deserialize(deserializer, Reader(Of::<Self>::default()))
            }
        }

        impl Number for $type {
            fn from_double(number: f64) -> Result<Self, &'static str> {
                let rounded = number as Self;
                if number.is_finite() && !rounded.is_finite() {
                    return Err("the number is out of range");
                }
                Ok(rounded)
            }

            fn is_in_range(&self) -> bool {
                self.is_finite()
            }
        }
    )+};
}

floating_point! {
    f32, serialize_f32;
    f64, serialize_f64;
}

/// A type whose values are read from numbers and from texts.
trait Number: FromStr<Err: Display> {
    fn from_double(number: f64) -> Result<Self, &'static str>;

    /// Whether this may be what a number in JSON is, which is no infinity.
    fn is_in_range(&self) -> bool;
}

impl Number for Numeric {
    fn from_double(_: f64) -> Result<Self, &'static str> {
        Err(
            "a number with a fraction has lost digits here: read it by serde_json alone, or write it as a text",
        )
    }

    fn is_in_range(&self) -> bool {
        self.is_finite()
    }
}

struct Reader<T>(Of<T>);

fn parse<T: Number, E: Error>(text: &str) -> Result<T, E> {
    text.parse().map_err(E::custom)
}

fn parse_number<T: Number, E: Error>(text: &str) -> Result<T, E> {
    let number: T = parse(text)?;
    if !number.is_in_range() {
        return Err(E::custom(format_args!("the number {text} is out of range")));
    }
    Ok(number)
}

impl<'de, T: Number> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or the text of one")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let raw = raw::text(map)?;
        match raw.get().as_bytes() {
            [b'-' | b'0'..=b'9', ..] => parse_number(raw.get()),
            _ => {
                let text: String = serde_json::from_str(raw.get()).map_err(A::Error::custom)?;
                parse(&text)
            }
        }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        parse_number(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        parse_number(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        T::from_double(number).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        parse(text)
    }
}
