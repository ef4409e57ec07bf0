//! `date`: a day, without time of day and without zone. Its text forms are in `text`.

mod text;

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::calendar::Civil;
use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};

/// A `date`: a day from 4714-11-24 BC to 5874897-12-31, or an infinity, in the proleptic Gregorian calendar.
///
/// `Display` prints what PostgreSQL prints with `datestyle = ISO`: `2026-11-22`, `0044-03-15 BC`, `infinity`. `FromStr` reads that.
///
/// ```
/// let day: pgtypes::Date = "2026-11-22".parse()?;
/// assert_eq!(day.checked_add_days(9).unwrap().to_string(), "2026-12-01");
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// `infinity`, later than every other date.
    pub const INFINITY: Self = Self(i32::MAX);
    /// `-infinity`, earlier than every other date.
    pub const NEG_INFINITY: Self = Self(i32::MIN);
    /// The first day PostgreSQL can hold, 4714-11-24 BC (`DATETIME_MIN_JULIAN`).
    pub const MIN: Self = Self(-2_451_545);
    /// The last day PostgreSQL can hold, 5874897-12-31 (the day before `DATE_END_JULIAN`).
    pub const MAX: Self = Self(2_145_031_948);

    /// The day of the calendar, where year 0 is 1 BC; `None` when there is no such day, or PostgreSQL cannot hold it.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let days = Civil::new(year.into(), month, day)?.days();
        Self::finite(days)
    }

    /// Year (0 is 1 BC), month and day; `None` for the infinities.
    pub fn ymd(self) -> Option<(i32, u32, u32)> {
        let Civil { year, month, day } = self.civil()?;
        Some((i32::try_from(year).ok()?, month, day))
    }

    /// The day that is `days` after 2000-01-01, PostgreSQL's day zero. The greatest and least `i32` are the infinities, as on the
    /// wire; `None` for any other number outside PostgreSQL's range.
    pub const fn from_pg_days(days: i32) -> Option<Self> {
        let date = Self(days);
        let in_range = Self::MIN.0 <= days && days <= Self::MAX.0;
        if in_range || !date.is_finite() {
            Some(date)
        } else {
            None
        }
    }

    /// Days since 2000-01-01; the greatest and least `i32` for the infinities.
    pub const fn pg_days(self) -> i32 {
        self.0
    }

    /// Whether this is a day, not an infinity.
    pub const fn is_finite(self) -> bool {
        self.0 != i32::MAX && self.0 != i32::MIN
    }

    /// The date `days` later; an infinity stays what it is. `None` outside PostgreSQL's range.
    pub fn checked_add_days(self, days: i64) -> Option<Self> {
        if !self.is_finite() {
            return Some(self);
        }
        Self::finite(i64::from(self.0).checked_add(days)?)
    }

    /// The calendar's name of the day; `None` for the infinities.
    pub(crate) fn civil(self) -> Option<Civil> {
        self.is_finite().then(|| Civil::from_days(self.0.into()))
    }

    /// The day `days` after 2000-01-01, never an infinity.
    pub(crate) fn finite(days: i64) -> Option<Self> {
        let date = Self(i32::try_from(days).ok()?);
        (Self::MIN..=Self::MAX).contains(&date).then_some(date)
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("date", reason);
        let bytes = raw.try_into().map_err(|_| error("not 4 bytes long"))?;
        Self::from_pg_days(i32::from_be_bytes(bytes)).ok_or(error("out of range"))
    }
}

impl Encode for Date {
    const ELEMENT_OID: u32 = oid("date");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_i32(self.0);
        Ok(())
    }
}

sql_type!(Date, "date");

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::fmt(*self, f)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

impl FromStr for Date {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::Timestamp;

    #[test]
    fn the_range_is_postgresqls() {
        assert_eq!(Date::MIN.to_string(), "4714-11-24 BC");
        assert_eq!(Date::MAX.to_string(), "5874897-12-31");
        assert_eq!(Date::MAX.checked_add_days(1), None);
        assert_eq!(Date::MIN.checked_add_days(-1), None);
        assert_eq!(Date::MAX.checked_add_days(i64::MAX), None);
        assert_eq!(Date::from_ymd(-4713, 11, 23), None);
        assert_eq!(Date::from_pg_days(i32::MAX), Some(Date::INFINITY));
        assert_eq!(Date::from_pg_days(i32::MAX - 1), None);
        assert_eq!(Date::from_pg_days(0), Date::from_ymd(2000, 1, 1));
    }

    #[test]
    fn infinities_stay_and_order() {
        assert_eq!(Date::INFINITY.checked_add_days(-5), Some(Date::INFINITY));
        assert!(Date::NEG_INFINITY < Date::MIN && Date::MAX < Date::INFINITY);
        assert_eq!(Date::INFINITY.ymd(), None);
        assert_eq!(Date::INFINITY.midnight_utc(), Some(Timestamp::INFINITY));
    }

    #[test]
    fn midnight_is_a_timestamp_where_one_exists() {
        let day = Date::from_ymd(2026, 11, 22).unwrap();
        let midnight = day.midnight_utc().unwrap();
        assert_eq!(midnight.to_string(), "2026-11-22 00:00:00+00");
        assert_eq!(midnight.date_utc(), day);
        assert_eq!(Date::MAX.midnight_utc(), None);
        assert_eq!(Date::MIN.midnight_utc(), Some(Timestamp::MIN));
    }
}
