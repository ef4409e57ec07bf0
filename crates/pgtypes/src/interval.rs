//! `interval`: months, days and microseconds, which do not convert into each other. Its text form is in `text`.

mod text;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};

/// An `interval`. Each of its three parts has its own sign: a month is not always 30 days, nor a day always 24 hours.
///
/// `Display` prints what PostgreSQL prints with `intervalstyle = postgres`: `1 year 2 mons -3 days +04:05:06.7`. `FromStr` reads
/// that, and PostgreSQL's longer names of the units. Equality and order are PostgreSQL's: one month equals 30 days, and one day
/// 24 hours, although they are printed and stored apart. Compare the fields to distinguish them.
///
/// ```
/// use pgtypes::Interval;
/// let week: Interval = "1 week 2 hours".parse()?;
/// assert_eq!(week, Interval::new(0, 7, 2 * 3_600_000_000));
/// assert_eq!(week.to_string(), "7 days 02:00:00");
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Interval {
    /// Months; twelve to the year.
    pub months: i32,
    /// Days; seven to the week.
    pub days: i32,
    /// Microseconds; any number, also more than a day's.
    pub micros: i64,
}

impl Interval {
    /// No time at all.
    pub const ZERO: Self = Self::new(0, 0, 0);
    /// `infinity`; PostgreSQL has it from version 17, and an older server reads the same bytes as a very long finite interval.
    pub const INFINITY: Self = Self::new(i32::MAX, i32::MAX, i64::MAX);
    /// `-infinity`; see [`INFINITY`](Self::INFINITY).
    pub const NEG_INFINITY: Self = Self::new(i32::MIN, i32::MIN, i64::MIN);

    /// An interval of the three parts.
    pub const fn new(months: i32, days: i32, micros: i64) -> Self {
        Self {
            months,
            days,
            micros,
        }
    }

    /// Whole months.
    pub const fn from_months(months: i32) -> Self {
        Self::new(months, 0, 0)
    }

    /// Whole days.
    pub const fn from_days(days: i32) -> Self {
        Self::new(0, days, 0)
    }

    /// Microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self::new(0, 0, micros)
    }

    /// What PostgreSQL compares: `interval_cmp_value` of `src/backend/utils/adt/timestamp.c`.
    fn span(&self) -> i128 {
        let days = i128::from(self.months) * 30 + i128::from(self.days);
        days * 86_400_000_000 + i128::from(self.micros)
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let parts = || {
            let (micros, rest) = raw.split_first_chunk()?;
            let (days, rest) = rest.split_first_chunk()?;
            let months = rest.try_into().ok()?;
            Some(Self {
                months: i32::from_be_bytes(months),
                days: i32::from_be_bytes(*days),
                micros: i64::from_be_bytes(*micros),
            })
        };
        parts().ok_or(DecodeError::new("interval", "not 16 bytes long"))
    }
}

impl PartialEq for Interval {
    fn eq(&self, other: &Self) -> bool {
        self.span() == other.span()
    }
}

impl Eq for Interval {}

impl PartialOrd for Interval {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Interval {
    fn cmp(&self, other: &Self) -> Ordering {
        self.span().cmp(&other.span())
    }
}

impl Hash for Interval {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.span().hash(state);
    }
}

impl Encode for Interval {
    const ELEMENT_OID: u32 = oid("interval");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_i64(self.micros);
        out.put_i32(self.days);
        out.put_i32(self.months);
        Ok(())
    }
}

sql_type!(Interval, "interval");

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::fmt(*self, f)
    }
}

impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interval({self})")
    }
}

impl FromStr for Interval {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_is_postgresqls() {
        let interval = Interval::new(-1, 2, 3);
        let mut out = BytesMut::new();
        interval.encode(&mut out).unwrap();
        assert_eq!(&out[..], b"\0\0\0\0\0\0\0\x03\0\0\0\x02\xff\xff\xff\xff");
        assert_eq!(Interval::decode(&out), Ok(interval));
        for wrong in [&out[1..], &[0; 17], &[]] {
            assert!(Interval::decode(wrong).is_err());
        }
    }
}
