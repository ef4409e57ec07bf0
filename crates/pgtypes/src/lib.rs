//! PostgreSQL's values without loss, their text and binary forms, and binary COPY.
//!
//! The value types that generated modules use, and what those modules call at run time. Each type holds every value that PostgreSQL can
//! store in the SQL type it is for: infinities, years BC, numerics of any length, arrays with bounds. `Display` writes what PostgreSQL
//! prints and `FromStr` reads it back. Not here: names and structure of a schema, which are generated.
//!
//! `sql::types` is the table of SQL types and their Rust types. An array is an [`Array`], an enum is your own type with [`enum_sql!`], and a
//! composite type with [`composite_sql!`].
//!
//! # Features
//! `bigdecimal`, `chrono`, `ipnet`, `jiff`, `rust_decimal` and `time` add conversions to and from the types of the crate of that name, by
//! `From` where every value fits and by `TryFrom` where not. A value that would lose something is a [`ConversionError`]. `serde` adds
//! `Serialize` and `Deserialize` for every value: see the module `json_form`. `tokio` and `sqlx` run statements on these drivers; `sqlx` also
//! adds `FromRow` for rows, and `Type`, `Encode` and `Decode` for values. `deadpool` and `bb8` are for pools whose clients are [`Prepared`].
//!
//! ```
//! # #[cfg(all(feature = "chrono", feature = "rust_decimal"))] {
//! use chrono::{DateTime, SubsecRound, Utc};
//! use pgtypes::{Numeric, Timestamp};
//! use rust_decimal::Decimal;
//!
//! let moment: Timestamp = "2026-11-22 12:04:05.25+00".parse()?;
//! assert_eq!(DateTime::<Utc>::try_from(moment)?.timestamp_subsec_millis(), 250);
//! let error = DateTime::<Utc>::try_from(Timestamp::INFINITY).unwrap_err();
//! assert_eq!(error.to_string(), "cannot convert infinity to chrono::DateTime<Utc>: it is infinite");
//!
//! // PostgreSQL stores microseconds. How the rest is dropped is for the caller to say.
//! let moment = DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
//! assert!(Timestamp::try_from(moment).is_err());
//! assert_eq!(Timestamp::try_from(moment.trunc_subsecs(6))?.to_string(), "2023-11-14 22:13:20.123456+00");
//!
//! let price: Numeric = "19.90".parse()?;
//! assert_eq!(Decimal::try_from(&price)?.to_string(), "19.90");
//! let third: Numeric = "0.33333333333333333333333333333333333".parse()?;
//! assert!(Decimal::try_from(&third).is_err());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(test)]
extern crate self as pgtypes;

mod aggregate;
mod array;
mod array_text;
mod as_text;
mod bits;
mod calendar;
mod change;
mod column_array;
mod columns;
mod composite;
mod convert;
mod converted;
mod copy;
mod date;
mod datetime_text;
mod dense;
mod driver;
mod driver_error;
mod driver_row;
mod element_oid;
mod encode;
mod enums;
mod error;
mod float_text;
mod gather;
mod geometry;
#[cfg(test)]
mod hostile_input;
mod hstore;
mod ids;
mod insert;
mod internal_char;
mod interval;
mod json;
#[cfg(feature = "serde")]
pub mod json_form;
mod json_path;
mod key;
mod known_types;
mod lexeme;
mod local_timestamp;
mod ltree;
mod macaddr;
mod many;
mod money;
mod multirange;
mod net;
mod numeric;
#[cfg(feature = "sqlx")]
mod on_sqlx;
mod one_line;
mod page;
mod parameter;
mod postgis;
mod prepared;
mod query;
mod query_error;
mod query_text;
#[cfg(test)]
#[path = "../tests/support/random.rs"]
mod random;
mod range;
mod range_element;
mod relation;
mod request;
#[cfg(any(feature = "tokio", feature = "sqlx"))]
mod row_stream;
mod rows;
mod run;
#[cfg(test)]
#[allow(dead_code, reason = "the tests on a server read the rest")]
#[path = "../tests/support/samples/mod.rs"]
mod samples;
mod server_error;
mod snapshot;
mod sqlx_macros;
mod statement;
mod struct_json;
mod table;
mod text;
mod text_literal;
mod text_value;
mod time;
mod timestamp;
mod tsquery;
mod tsvector;
mod upsert;
mod vector;
mod violation;
mod xml;

pub use bytes::BytesMut;
pub use change::{Change, ColumnValues};
pub use columns::{Columns, FromColumns};
pub use composite::CompositeType;
#[cfg(feature = "tokio")]
pub use copy::copy_in_stream;
pub use copy::{CopyIn, CopyOut, CopyRow, copy_in};
pub use encode::{Encode, field, nullable_field};
pub use insert::{Field, Fields, Given, Insert, Value};
#[cfg(feature = "sqlx")]
pub use on_sqlx::Sqlx;
pub use postgres_types::{FromSql, ToSql};
#[cfg(any(feature = "bb8", feature = "deadpool"))]
pub use prepared::PreparedManager;
pub use prepared::{Begin, Held, Kept};
pub use query::{IsAtMostOne, IsOne};
pub use query_text::{QueryText, QueryVariant};
#[cfg(any(feature = "tokio", feature = "sqlx"))]
pub use row_stream::RowStream;
#[cfg(feature = "tokio")]
pub use run::Asynchronous;
#[cfg(any(feature = "tokio", feature = "sqlx"))]
pub use run::{Answering, RunStream};
pub use run::{Blocking, Direct, Through};
pub use sql::quote::identifier as quote_identifier;
pub use table::{Column, Comparison, Table};

/// Exports the types of values and errors, and makes `use_values!`, by which a schema crate exports the same at its root. One list, so
/// that a type is forgotten in neither.
macro_rules! values {
    ($dollar:tt $($module:ident::{$($name:ident),+};)+) => {
        $(pub use $module::{$($name),+};)+

        /// `pub use` of every type of this crate that is a value or an error, from the crate or module of that path.
        #[macro_export]
        macro_rules! use_values {
            ($dollar($dollar from:tt)+) => {
                pub use $dollar($dollar from)+::{$($($name),+),+};
            };
        }
    };
}

values! { $
    aggregate::{Scalar};
    array::{Array, ArrayError, Dimension};
    as_text::{AsText};
    bits::{Bits};
    convert::{ConversionError};
    converted::{Converted};
    copy::{CopyError};
    date::{Date};
    dense::{Dense};
    driver_error::{DriverError};
    encode::{EncodeError};
    error::{OutOfRange, ParseError};
    geometry::{Circle, Line, LineSegment, Path, Point, Polygon, Rectangle};
    hstore::{Hstore};
    ids::{Cid, Oid, PgLsn, Tid, Xid, Xid8};
    internal_char::{InternalChar};
    interval::{Interval};
    json::{Json, Jsonb};
    json_path::{JsonPath};
    lexeme::{Weight};
    local_timestamp::{LocalTimestamp};
    ltree::{Ltree};
    macaddr::{MacAddr, MacAddr8};
    money::{Money};
    multirange::{Multirange};
    net::{Cidr, Inet};
    numeric::{Numeric};
    postgis::{Geography, Geometry};
    prepared::{Prepared, Statements};
    range::{Range, RangeError};
    range_element::{RangeElement};
    query::{AtMostOne, ExactlyOne, Many, Query};
    query_error::{QueryError};
    rows::{Rows};
    run::{Run};
    snapshot::{PgSnapshot};
    statement::{Statement};
    time::{Time, TimeTz};
    timestamp::{Timestamp};
    tsquery::{TsQuery};
    tsvector::{Lexeme, Position, TsVector};
    upsert::{OnConflict, Upsert};
    uuid::{Uuid};
    vector::{Vector};
    server_error::{Reported, ServerError};
    xml::{Xml};
}

/// `pub use` of what only the asynchronous driver has, from the crate or module of that path.
#[cfg(feature = "tokio")]
#[macro_export]
macro_rules! use_asynchronous {
    ($($from:tt)+) => {
        pub use $($from)+::{RowStream, copy_in_stream};
    };
}

/// `pub use` of what is there with `sqlx` alone, from the crate or module of that path.
#[cfg(all(feature = "sqlx", not(feature = "tokio")))]
#[macro_export]
macro_rules! use_asynchronous {
    ($($from:tt)+) => {
        pub use $($from)+::RowStream;
    };
}

/// Nothing: there is no asynchronous driver.
#[cfg(not(any(feature = "tokio", feature = "sqlx")))]
#[macro_export]
macro_rules! use_asynchronous {
    ($($from:tt)+) => {};
}

/// `pub use` of what is there with `deadpool`, from the crate or module of that path.
#[cfg(feature = "deadpool")]
#[macro_export]
macro_rules! use_pools {
    ($($from:tt)+) => {
        pub use $($from)+::{PreparedManager, deadpool};
    };
}

/// `pub use` of what is there with `bb8` alone, from the crate or module of that path.
#[cfg(all(feature = "bb8", not(feature = "deadpool")))]
#[macro_export]
macro_rules! use_pools {
    ($($from:tt)+) => {
        pub use $($from)+::PreparedManager;
    };
}

/// Nothing: there is no pool.
#[cfg(not(any(feature = "bb8", feature = "deadpool")))]
#[macro_export]
macro_rules! use_pools {
    ($($from:tt)+) => {};
}

/// The driver, so that generated code needs no other dependency.
pub use postgres;

/// The pools that [`PreparedManager`] is for. `deadpool-postgres` exports the pool of its own manager alone.
#[cfg(feature = "deadpool")]
pub use deadpool;

/// What [`enum_sql!`] and [`composite_sql!`] expand to. Not for other use.
#[doc(hidden)]
pub mod private {
    pub use crate::composite::{
        Attributes, PutField, fits_composite, reads, write_composite, writes,
    };
    pub use crate::driver_row::from_driver;
    pub use crate::enums::{accepts, decode};
    #[cfg(feature = "serde")]
    pub use crate::json_form::{JsonForm, Members, next_column, present, read_member, skip_member};
    #[cfg(feature = "sqlx")]
    pub use crate::on_sqlx::{Declared, decode_value, encode_value, from_row, is_compatible};
    pub use crate::relation::at;
    pub use crate::violation::Violated;
    #[cfg(feature = "sqlx")]
    pub use ::sqlx;
    pub use postgres_types::{IsNull, Type, to_sql_checked};
    #[cfg(feature = "serde")]
    pub use serde;
}
