//! `timestamp without time zone`: a day and a time of day, of no zone.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::BytesMut;
use sql::types::oid;

use crate::date::Date;
use crate::datetime_text::{
    date_and_time, infinity, parse_infinity, write_civil, write_era, write_iso_civil, write_time,
};
use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::text::{Cursor, pad};
use crate::time::Time;
use crate::timestamp::Timestamp;

const NAME: &str = "timestamp without time zone";

/// A `timestamp without time zone`: what a calendar and a clock on a wall show, to the microsecond, from 4714-11-24 BC to
/// 294276-12-31, or an infinity. Which moment that is depends on where the wall is: [`at_utc`](Self::at_utc) takes it to be in UTC.
///
/// `Display` prints what PostgreSQL prints with `datestyle = ISO`: `2026-11-22 12:04:05.25`, `0044-03-15 00:00:00 BC`, `-infinity`. The
/// alternate form `{:#}` is ISO 8601: `2026-11-22T12:04:05.25`. `FromStr` reads both. It refuses an offset from UTC, which PostgreSQL
/// reads and forgets.
///
/// ```
/// use pgtypes::LocalTimestamp;
/// let opening: LocalTimestamp = "2026-11-22T09:00:00".parse()?;
/// assert_eq!(opening.to_string(), "2026-11-22 09:00:00");
/// assert_eq!(opening.at_utc().to_string(), "2026-11-22 09:00:00+00");
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTimestamp(Timestamp);

impl LocalTimestamp {
    /// `infinity`, later than every other.
    pub const INFINITY: Self = Self(Timestamp::INFINITY);
    /// `-infinity`, earlier than every other.
    pub const NEG_INFINITY: Self = Self(Timestamp::NEG_INFINITY);
    /// The first that PostgreSQL can hold, 4714-11-24 00:00:00 BC.
    pub const MIN: Self = Self(Timestamp::MIN);
    /// The last that PostgreSQL can hold, the microsecond before the year 294277.
    pub const MAX: Self = Self(Timestamp::MAX);

    /// That time of that day, 24:00:00 being the start of the next; an infinite day gives an infinity. `None` outside PostgreSQL's range.
    pub fn new(date: Date, time: Time) -> Option<Self> {
        let midnight = date.midnight_utc()?;
        let since = Duration::from_micros(time.micros());
        midnight.checked_add(since).map(Self)
    }

    /// `micros` microseconds after 2000-01-01 00:00:00, PostgreSQL's time zero. The greatest and least `i64` are the infinities, as on
    /// the wire; `None` for any other number outside PostgreSQL's range.
    pub const fn from_pg_micros(micros: i64) -> Option<Self> {
        match Timestamp::from_pg_micros(micros) {
            Some(timestamp) => Some(Self(timestamp)),
            None => None,
        }
    }

    /// Microseconds since 2000-01-01 00:00:00; the greatest and least `i64` for the infinities.
    pub const fn pg_micros(self) -> i64 {
        self.0.pg_micros()
    }

    /// Whether this is no infinity.
    pub const fn is_finite(self) -> bool {
        self.0.is_finite()
    }

    /// The day; an infinity becomes the date's.
    pub fn date(self) -> Date {
        self.0.date_utc()
    }

    /// The time of day; midnight for the infinities.
    pub fn time(self) -> Time {
        Time::of_day(self.0.micros_of_day())
    }

    /// The moment at which clocks that show UTC show this.
    pub const fn at_utc(self) -> Timestamp {
        self.0
    }

    /// What clocks that show UTC show at that moment.
    pub const fn of_utc(moment: Timestamp) -> Self {
        Self(moment)
    }

    /// `duration` later, cut to the microsecond; an infinity stays what it is. `None` outside PostgreSQL's range.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    /// `duration` earlier, cut to the microsecond; an infinity stays what it is. `None` outside PostgreSQL's range.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).map(Self)
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new(NAME, reason);
        let bytes = raw.try_into().map_err(|_| error("not 8 bytes long"))?;
        Self::from_pg_micros(i64::from_be_bytes(bytes)).ok_or(error("out of range"))
    }
}

impl Encode for LocalTimestamp {
    const ELEMENT_OID: u32 = oid("timestamp");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        self.0.encode(out)
    }
}

sql_type!(LocalTimestamp, "timestamp");

impl fmt::Display for LocalTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(civil) = self.date().civil() else {
            return f.pad(infinity(*self == Self::INFINITY));
        };
        let micros = self.0.micros_of_day();
        let iso = f.alternate();
        pad(f, |out| {
            if iso {
                write_iso_civil(out, civil)?;
                out.write_char('T')?;
                return write_time(out, micros);
            }
            write_civil(out, civil)?;
            out.write_char(' ')?;
            write_time(out, micros)?;
            write_era(out, civil)
        })
    }
}

impl fmt::Debug for LocalTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalTimestamp({self})")
    }
}

impl FromStr for LocalTimestamp {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match parse_infinity(text) {
            Some(true) => Ok(Self::INFINITY),
            Some(false) => Ok(Self::NEG_INFINITY),
            None => parse(text).map_err(|reason| ParseError::new(NAME, text, reason)),
        }
    }
}

fn parse(text: &str) -> Result<LocalTimestamp, &'static str> {
    let mut cursor = Cursor::new(text.trim_ascii());
    let written = date_and_time(&mut cursor)?;
    let micros = written.micros_after(&mut cursor, 0)?;
    if !cursor.is_empty() {
        return Err("expected nothing after the time but BC: a time zone would be lost");
    }
    let timestamp = Timestamp::finite(micros).ok_or("out of range")?;
    Ok(LocalTimestamp(timestamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> LocalTimestamp {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_day_and_a_time() {
        let evening = local("2026-11-22 23:59:59.5");
        assert_eq!(evening.date(), "2026-11-22".parse().unwrap());
        assert_eq!(evening.time(), "23:59:59.5".parse().unwrap());
        assert_eq!(
            LocalTimestamp::new(evening.date(), evening.time()),
            Some(evening)
        );
        let midnight = LocalTimestamp::new(evening.date(), Time::MAX).unwrap();
        assert_eq!(midnight, local("2026-11-23 00:00:00"));
        assert_eq!(
            evening.checked_add(Duration::from_millis(500)),
            Some(midnight)
        );
        assert_eq!(
            midnight.checked_sub(Duration::from_millis(500)),
            Some(evening)
        );
        assert_eq!(LocalTimestamp::of_utc(evening.at_utc()), evening);
        assert_eq!(LocalTimestamp::new(Date::MAX, Time::MIDNIGHT), None);
    }

    #[test]
    fn two_forms_are_read() {
        let caesar = local("0044-03-15 12:00:00 BC");
        assert_eq!(format!("{caesar:#}"), "-000043-03-15T12:00:00");
        assert_eq!(local("-000043-03-15T12:00:00"), caesar);
        assert_eq!(local("-infinity"), LocalTimestamp::NEG_INFINITY);
        assert_eq!(format!("{:>10}|", LocalTimestamp::INFINITY), "  infinity|");
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("2026-11-22", "expected a time after the date"),
            ("2026-11-22 25:00", "no such time of day"),
            (
                "2026-11-22 12:00:00+02",
                "expected nothing after the time but BC: a time zone would be lost",
            ),
            ("294277-01-01 00:00:00", "out of range"),
            ("2026-02-30 00:00:00", "no such day"),
        ] {
            let error = text.parse::<LocalTimestamp>().unwrap_err();
            assert_eq!(error.reason(), reason, "{text}");
        }
    }
}
