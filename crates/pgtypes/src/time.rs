//! `time` and `time with time zone`: a time of day, without and with an offset from UTC.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::calendar::DAY_MICROS;
use crate::datetime_text::{offset_part, time_part, write_offset, write_time};
use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::text::{Cursor, pad};

/// Offsets from UTC are less than this, in seconds (`TZDISP_LIMIT`).
const OFFSET_LIMIT: i32 = 16 * 3600;

/// A `time`: a time of day to the microsecond, from 00:00:00 to 24:00:00, both included.
///
/// `Display` prints what PostgreSQL prints, `09:30:00.5`, and `FromStr` reads that.
///
/// ```
/// let closing: pgtypes::Time = "24:00".parse()?;
/// assert_eq!(closing, pgtypes::Time::MAX);
/// assert_eq!(closing.to_string(), "24:00:00");
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// 00:00:00.
    pub const MIDNIGHT: Self = Self(0);
    /// 24:00:00, the end of a day.
    pub const MAX: Self = Self(DAY_MICROS);

    /// The time `micros` microseconds after midnight; `None` after 24:00:00.
    pub const fn from_micros(micros: u64) -> Option<Self> {
        if micros <= Self::MAX.micros() {
            Some(Self(micros as i64))
        } else {
            None
        }
    }

    /// Microseconds since midnight.
    pub const fn micros(self) -> u64 {
        self.0.unsigned_abs()
    }

    /// Hour, minute, second and microsecond; the hour is 24 at the end of a day.
    pub const fn hms_micro(self) -> (u32, u32, u32, u32) {
        let seconds = (self.0 / 1_000_000) as u32;
        let micros = (self.0 % 1_000_000) as u32;
        (seconds / 3600, seconds / 60 % 60, seconds % 60, micros)
    }

    /// The time of day; its microseconds fit into an `i64`.
    pub(crate) const fn of_day(micros: u64) -> Self {
        Self(micros as i64)
    }

    fn from_wire(micros: i64) -> Option<Self> {
        Self::from_micros(u64::try_from(micros).ok()?)
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("time", reason);
        let bytes = raw.try_into().map_err(|_| error("not 8 bytes long"))?;
        Self::from_wire(i64::from_be_bytes(bytes)).ok_or(error("out of range"))
    }
}

impl Encode for Time {
    const ELEMENT_OID: u32 = oid("time");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_i64(self.0);
        Ok(())
    }
}

sql_type!(Time, "time");

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| write_time(out, self.micros()))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Time({self})")
    }
}

impl FromStr for Time {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = |reason| ParseError::new("time", text, reason);
        let mut cursor = Cursor::new(text.trim_ascii());
        let micros = time_part(&mut cursor).map_err(error)?;
        if !cursor.is_empty() {
            return Err(error("expected nothing after the time"));
        }
        Ok(Self(micros))
    }
}

/// A `time with time zone`: a time of day and the offset from UTC of the clock that shows it.
///
/// `Display` prints what PostgreSQL prints, `09:30:00.5+02`, and `FromStr` reads that. The order is PostgreSQL's: by the time in UTC, which
/// may be of another day, and then by the offset, west after east.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeTz {
    time: Time,
    /// Seconds, positive in the east.
    offset: i32,
}

impl TimeTz {
    /// That time on a clock that is `offset` seconds ahead of UTC; `None` when the offset is 16 hours or more in either direction.
    pub const fn new(time: Time, offset: i32) -> Option<Self> {
        if -OFFSET_LIMIT < offset && offset < OFFSET_LIMIT {
            Some(Self { time, offset })
        } else {
            None
        }
    }

    /// What the clock shows.
    pub const fn time(self) -> Time {
        self.time
    }

    /// Seconds by which the clock is ahead of UTC.
    pub const fn offset(self) -> i32 {
        self.offset
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let parts = || {
            let (micros, rest) = raw.split_first_chunk()?;
            let west = i32::from_be_bytes(rest.try_into().ok()?);
            Some((i64::from_be_bytes(*micros), west))
        };
        let error = |reason| DecodeError::new("time with time zone", reason);
        let (micros, west) = parts().ok_or(error("not 12 bytes long"))?;
        let time = Time::from_wire(micros);
        let offset = west.checked_neg();
        time.zip(offset)
            .and_then(|(time, offset)| Self::new(time, offset))
            .ok_or(error("out of range"))
    }
}

impl Ord for TimeTz {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.time.0 - i64::from(it.offset) * 1_000_000, -it.offset);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for TimeTz {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Encode for TimeTz {
    const ELEMENT_OID: u32 = oid("timetz");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_i64(self.time.0);
        // The wire has seconds west of UTC.
        out.put_i32(-self.offset);
        Ok(())
    }
}

sql_type!(TimeTz, "timetz");

impl fmt::Display for TimeTz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            write_time(out, self.time.micros())?;
            write_offset(out, self.offset)
        })
    }
}

impl fmt::Debug for TimeTz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimeTz({self})")
    }
}

impl FromStr for TimeTz {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_with_offset(text)
            .map_err(|reason| ParseError::new("time with time zone", text, reason))
    }
}

fn parse_with_offset(text: &str) -> Result<TimeTz, &'static str> {
    let mut cursor = Cursor::new(text.trim_ascii());
    let time = Time(time_part(&mut cursor)?);
    cursor.eat_space();
    let offset = offset_part(&mut cursor)?;
    if !cursor.is_empty() {
        return Err("expected nothing after the offset");
    }
    let offset = i32::try_from(offset).map_err(|_| "no such offset from UTC")?;
    TimeTz::new(time, offset).ok_or("no such offset from UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_ends_at_24_hours() {
        assert_eq!("23:59:60".parse(), Ok(Time::MAX));
        assert_eq!(Time::MAX.hms_micro(), (24, 0, 0, 0));
        assert_eq!(Time::from_micros(86_400_000_001), None);
        assert_eq!(Time::decode(&[0xff; 8]).unwrap_err().reason, "out of range");
        let half = "12:30:05.000001".parse::<Time>().unwrap();
        assert_eq!(half.hms_micro(), (12, 30, 5, 1));
        assert_eq!(Time::from_micros(half.micros()), Some(half));
    }

    #[test]
    fn offsets_to_the_second() {
        for text in [
            "00:00:00+00",
            "12:00:00.5-03:30",
            "24:00:00+15:59:59",
            "01:02:03-15:59:59",
        ] {
            assert_eq!(text.parse::<TimeTz>().unwrap().to_string(), text);
        }
        assert_eq!(TimeTz::new(Time::MIDNIGHT, 16 * 3600), None);
        let noon = "12:00Z".parse::<TimeTz>().unwrap();
        assert_eq!(
            (noon.time().micros() / 3_600_000_000, noon.offset()),
            (12, 0)
        );
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("24:00:00.000001", "no such time of day"),
            ("12:00 PM", "expected nothing after the time"),
        ] {
            assert_eq!(text.parse::<Time>().unwrap_err().reason(), reason, "{text}");
        }
        for (text, reason) in [
            ("12:00+16", "no such offset from UTC"),
            ("12:00+01 DST", "expected nothing after the offset"),
        ] {
            assert_eq!(
                text.parse::<TimeTz>().unwrap_err().reason(),
                reason,
                "{text}"
            );
        }
    }
}
