//! Values as JSON, both ways, for serde: what PostgreSQL's `to_json` prints, and so what PostgREST sends.
//!
//! The value types implement serde's `Serialize` and `Deserialize`. A few types of Rust do so in another form than PostgreSQL's: bytes would
//! be a list of numbers, and a NaN would be null. A struct with such fields has PostgreSQL's form with `#[serde(with =
//! "pgtypes::json_form")]`, which serves for every field that holds a value, an `Option` of one or an array:
//!
//! ```
//! use pgtypes::{Array, Numeric, Timestamp};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Reading {
//!     time: Timestamp,
//!     price: Numeric,
//!     #[serde(with = "pgtypes::json_form")]
//!     ratio: f64,
//!     #[serde(with = "pgtypes::json_form")]
//!     payload: Option<Vec<u8>>,
//!     tags: Array<String>,
//! }
//!
//! let reading = Reading {
//!     time: "2026-11-22 12:04:05.25+00".parse()?,
//!     price: "19.90".parse()?,
//!     ratio: f64::NAN,
//!     payload: Some(vec![0, 255]),
//!     tags: Array::from_elements(vec![Some("new".to_owned()), None]),
//! };
//! let json = serde_json::to_string(&reading)?;
//! assert_eq!(
//!     json,
//!     r#"{"time":"2026-11-22T12:04:05.25+00:00","price":"19.90","ratio":"NaN","payload":"\\x00ff","tags":["new",null]}"#
//! );
//! // What PostgreSQL prints has the numeric as a number: all of its digits are read.
//! let json = json.replace("\"19.90\"", "19.9000000000000000000000000000000001");
//! let read: Reading = serde_json::from_str(&json)?;
//! assert_eq!(read.price.to_string(), "19.9000000000000000000000000000000001");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Differences from `to_json`:
//! - A [`Numeric`](crate::Numeric) is written as a text. A JSON number would be exact as well, but most programs that read JSON round it
//!   to a double. Both are read. Of a number, serde_json gives every digit; where serde has to buffer the value, as for `flatten` and
//!   untagged enums, a number with a fraction is an error.
//! - An [`Oid`](crate::Oid) is its number, also where PostgreSQL prints the name of what it identifies, as for `regclass`.
//! - A [`Geometry`](crate::Geometry) is its text, where PostGIS gives GeoJSON, which loses the dimension M.
//! - An [`AsText`](crate::AsText) is its text, also of a composite type, which is an object to PostgreSQL.
//!
//! As in `to_json`, the lower bounds of an array are lost, and so is the difference between SQL's null and the `null` of a `json`, in a
//! column or an array. An array of `json` that is read has one dimension. White space around a `json` is lost, and that in it is kept.

mod array;
mod document;
mod members;
mod number;
mod raw;
mod text;

use std::fmt;
use std::marker::PhantomData;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

#[doc(hidden)]
pub use members::{Members, next_column, present, read_member, skip_member};

/// A type with a form in JSON that is PostgreSQL's.
pub trait JsonForm: Sized {
    /// Whether a list may be one value of the type, as it may of `json`.
    #[doc(hidden)]
    const IS_DOCUMENT: bool = false;

    /// Whether null is a value of the type.
    #[doc(hidden)]
    const IS_NULLABLE: bool = false;

    /// The value of a member that is not there, if there is one.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }

    /// Whether this is the value of a member that is not there.
    #[doc(hidden)]
    fn is_absent(&self) -> bool {
        false
    }

    /// Writes the form.
    ///
    /// # Errors
    /// The serializer's, and if a `json` is none.
    fn to_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads the form.
    ///
    /// # Errors
    /// If there is something else.
    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// For `#[serde(with = "…::json_form")]`.
///
/// # Errors
/// Those of [`JsonForm::to_json`].
pub fn serialize<T: JsonForm, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.to_json(serializer)
}

/// For `#[serde(with = "…::json_form")]`.
///
/// # Errors
/// Those of [`JsonForm::from_json`].
pub fn deserialize<'de, T: JsonForm, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_json(deserializer)
}

/// Implements [`JsonForm`] for types of which serde's form is PostgreSQL's.
macro_rules! as_serde_does {
    ($($type:ty),+) => {$(
        impl $crate::json_form::JsonForm for $type {
            fn to_json<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(self, serializer)
            }

            fn from_json<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer)
            }
        }
    )+};
}
use as_serde_does;

as_serde_does!(bool, i16, i32, i64, String, Uuid);

/// Null is `None`, and where it is a value by itself, as of `Option<Option<_>>`, it is `Some(None)`: there, `None` is a member that is
/// not there.
impl<T: JsonForm> JsonForm for Option<T> {
    const IS_NULLABLE: bool = true;

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn to_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(Form).serialize(serializer)
    }

    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if T::IS_NULLABLE {
            return T::from_json(deserializer).map(Some);
        }
        let value: Option<Form<T>> = Option::deserialize(deserializer)?;
        Ok(value.map(|Form(value)| value))
    }
}

/// A value by the form of its type, for what asks for serde's traits.
struct Form<T>(T);

impl<T: JsonForm> Serialize for Form<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.to_json(serializer)
    }
}

impl<'de, T: JsonForm> Deserialize<'de> for Form<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_json(deserializer).map(Form)
    }
}

/// Reads a text that `parse` takes.
struct TextReader<T>(&'static str, fn(&str) -> Result<T, String>);

impl<T> Visitor<'_> for TextReader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        (self.1)(text).map_err(E::custom)
    }
}

/// No value, but its type.
type Of<T> = PhantomData<fn() -> T>;

#[cfg(test)]
mod tests;
