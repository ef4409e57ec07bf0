//! PostgreSQL's values without loss, their text and binary forms, and binary COPY.
//!
//! Here live the value types that generated modules are made of, and what those modules call at run time. Each type holds every
//! value that PostgreSQL can store in the SQL type it is for: infinities, years BC, numerics of any length, arrays with bounds.
//! `Display` writes what PostgreSQL prints and `FromStr` reads it back. Not here: names and structure of anybody's schema, which
//! are generated, and conversions to other crates' date and decimal types.
//!
//! | SQL type | here |
//! |---|---|
//! | `timestamp with time zone` | [`Timestamp`] |
//! | `date` | [`Date`] |
//! | `numeric` | [`Numeric`] |
//! | `interval` | [`Interval`] |
//! | `inet`, `cidr` | [`Inet`], [`Cidr`] |
//! | `json`, `jsonb` | [`Json`], [`Jsonb`] |
//! | `uuid` | [`Uuid`] |
//! | an array | [`Array`] |
//! | an enum | a type of one's own with [`enum_sql!`] |
//! | `boolean`, `smallint`, `integer`, `bigint`, `real`, `double precision`, `text`, `bytea` | Rust's own types |

#[cfg(test)]
extern crate self as pgtypes;

mod array;
mod array_text;
mod calendar;
mod copy;
mod date;
mod datetime_text;
mod element_oid;
mod encode;
mod enums;
mod error;
#[cfg(test)]
mod hostile_input;
mod insert;
mod interval;
mod json;
mod net;
mod numeric;
#[cfg(test)]
#[path = "../tests/support/random.rs"]
mod random;
mod rows;
mod sql;
mod table;
mod text;
mod timestamp;

pub use array::{Array, ArrayError, Dimension};
pub use bytes::BytesMut;
pub use copy::{CopyError, copy_in};
pub use date::Date;
pub use encode::{Encode, EncodeError, field, nullable_field};
pub use error::{OutOfRange, ParseError};
pub use insert::insert;
pub use interval::Interval;
pub use json::{Json, Jsonb};
pub use net::{Cidr, Inet};
pub use numeric::Numeric;
pub use postgres_types::{FromSql, ToSql};
pub use rows::Rows;
pub use table::{Column, Insert, Table, quote_identifier};
pub use timestamp::Timestamp;
pub use uuid::Uuid;

/// The driver, so that generated code needs no dependency of its own.
pub use postgres;

/// What [`enum_sql!`] expands to. Not for other use.
#[doc(hidden)]
pub mod private {
    pub use crate::enums::{accepts, decode};
    pub use postgres_types::{IsNull, Type, to_sql_checked};
}
