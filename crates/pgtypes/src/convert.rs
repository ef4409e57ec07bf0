//! Conversions to and from the types of other crates and of the standard library, by `From` where every value fits and by `TryFrom` where
//! not. None loses anything that PostgreSQL or the other side stores: what does not fit is an error.

#[cfg(feature = "bigdecimal")]
mod bigdecimal;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "geo-types")]
mod geo_types;
#[cfg(feature = "ipnet")]
mod ipnet;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "pgvector")]
mod pgvector;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
mod standard;
#[cfg(feature = "time")]
mod time;

use std::fmt;

use thiserror::Error;

use crate::error::shown;
use crate::interval::Interval;
#[cfg(any(feature = "bigdecimal", feature = "rust_decimal"))]
use crate::numeric::{Finite, Numeric};
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
use crate::{
    calendar::{DAY_MICROS, UNIX_DAYS},
    time::Time,
    timestamp::Timestamp,
};

/// A value that the type it was converted to cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot convert {value} to {target}: {reason}")]
pub struct ConversionError {
    value: String,
    target: &'static str,
    reason: &'static str,
}

impl ConversionError {
    fn new(value: impl fmt::Display, target: &'static str, reason: &'static str) -> Self {
        Self {
            value: shown(&value.to_string()),
            target,
            reason,
        }
    }

    /// The type that cannot hold the value.
    pub fn target(&self) -> &str {
        self.target
    }

    /// Why it cannot hold it.
    pub fn reason(&self) -> &str {
        self.reason
    }
}

/// Why a value cannot be converted.
type Reason = &'static str;

const INFINITE: Reason = "it is infinite";
const OUT_OF_RANGE: Reason = "it is out of range";
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
const END_OF_DAY: Reason = "there, a day ends before 24:00:00";
const NOT_WHOLE_MICROS: Reason = "PostgreSQL stores whole microseconds: round it first";
const MONTHS_OR_DAYS: Reason =
    "the length of a month or a day depends on the date that it is added to";

/// `TryFrom`, both errors and the name of the target included, over a function that returns the reason of a failure.
macro_rules! try_from {
    ($($from:ty => $to:ty, $target:literal, $convert:expr;)+) => {$(
        impl TryFrom<$from> for $to {
            type Error = $crate::convert::ConversionError;

            fn try_from(value: $from) -> Result<Self, $crate::convert::ConversionError> {
                let error = |reason| $crate::convert::ConversionError::new(value, $target, reason);
                $convert(value).map_err(error)
            }
        }
    )+};
}
use try_from;

/// Whole seconds since 1970-01-01 UTC and the microseconds after them.
#[cfg(any(feature = "chrono", feature = "time"))]
fn unix_time(timestamp: Timestamp) -> Result<(i64, u32), Reason> {
    if !timestamp.is_finite() {
        return Err(INFINITE);
    }
    let micros = timestamp.pg_micros();
    let seconds = micros.div_euclid(1_000_000) + UNIX_DAYS * (DAY_MICROS / 1_000_000);
    Ok((seconds, micros.rem_euclid(1_000_000) as u32))
}

/// The moment that many nanoseconds after 1970-01-01 UTC.
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
fn timestamp(unix_nanos: i128) -> Result<Timestamp, Reason> {
    let micros = whole_micros(unix_nanos)? - i128::from(UNIX_DAYS * DAY_MICROS);
    let micros = i64::try_from(micros).ok();
    micros.and_then(Timestamp::finite).ok_or(OUT_OF_RANGE)
}

/// The time that many nanoseconds after midnight.
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
fn time_of_day(nanos: i128) -> Result<Time, Reason> {
    let micros = u64::try_from(whole_micros(nanos)?).ok();
    micros.and_then(Time::from_micros).ok_or(OUT_OF_RANGE)
}

/// An interval of neither months nor days.
fn interval(nanos: i128) -> Result<Interval, Reason> {
    let micros = i64::try_from(whole_micros(nanos)?).map_err(|_| OUT_OF_RANGE)?;
    Ok(Interval::from_micros(micros))
}

fn whole_micros(nanos: i128) -> Result<i128, Reason> {
    if nanos % 1000 != 0 {
        return Err(NOT_WHOLE_MICROS);
    }
    Ok(nanos / 1000)
}

/// The number, where it is one.
#[cfg(any(feature = "bigdecimal", feature = "rust_decimal"))]
fn finite(number: &Numeric) -> Result<&Finite, Reason> {
    let reason = if number.is_nan() {
        "it is not a number"
    } else {
        INFINITE
    };
    number.finite().ok_or(reason)
}

/// The microseconds of an interval that has neither months nor days.
fn micros_alone(interval: Interval) -> Result<i64, Reason> {
    if interval == Interval::INFINITY || interval == Interval::NEG_INFINITY {
        return Err(INFINITE);
    }
    if interval.months != 0 || interval.days != 0 {
        return Err(MONTHS_OR_DAYS);
    }
    Ok(interval.micros)
}

#[cfg(test)]
mod testing;
