//! `timestamp with time zone`: a moment in time. Its text forms are in `text`.

mod text;

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::calendar::{DAY_MICROS, UNIX_DAYS};
use crate::date::Date;
use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, OutOfRange, ParseError};

const OUT_OF_RANGE: OutOfRange = OutOfRange {
    kind: "timestamp with time zone",
};

/// A `timestamp with time zone`: a moment, to the microsecond, from 4714-11-24 BC to 294276-12-31, or an infinity.
///
/// PostgreSQL stores no zone with it, and neither does this type: all is UTC. `Display` prints what PostgreSQL prints with
/// `timezone = UTC` and `datestyle = ISO`: `2026-11-22 12:04:05.25+00`, `0044-03-15 00:00:00+00 BC`, `-infinity`. The alternate form
/// `{:#}` is ISO 8601, and for the years 0 to 9999 RFC 3339: `2026-11-22T12:04:05.25Z`. `FromStr` reads both, with any offset from UTC.
///
/// ```
/// use pgtypes::Timestamp;
/// let moment: Timestamp = "2026-11-22T14:04:05+02:00".parse()?;
/// assert_eq!(moment.to_string(), "2026-11-22 12:04:05+00");
/// assert_eq!(format!("{moment:#}"), "2026-11-22T12:04:05Z");
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// `infinity`, later than every other timestamp.
    pub const INFINITY: Self = Self(i64::MAX);
    /// `-infinity`, earlier than every other timestamp.
    pub const NEG_INFINITY: Self = Self(i64::MIN);
    /// The first moment PostgreSQL can hold, 4714-11-24 00:00:00 BC (`MIN_TIMESTAMP`).
    pub const MIN: Self = Self(-211_813_488_000_000_000);
    /// The last moment PostgreSQL can hold, the microsecond before the year 294277 (`END_TIMESTAMP`).
    pub const MAX: Self = Self(9_223_371_331_199_999_999);
    /// 1970-01-01 00:00:00 UTC.
    pub const UNIX_EPOCH: Self = Self(-UNIX_DAYS * DAY_MICROS);

    /// The present moment by this machine's clock, cut to the microsecond.
    ///
    /// # Panics
    /// If the clock shows a time before 4714 BC or after the year 294276.
    pub fn now() -> Self {
        match Self::try_from(SystemTime::now()) {
            Ok(now) => now,
            Err(error) => panic!("this machine's clock: {error}"),
        }
    }

    /// The moment `micros` microseconds after 1970-01-01 UTC; `None` outside PostgreSQL's range.
    pub const fn from_unix_micros(micros: i64) -> Option<Self> {
        match micros.checked_add(Self::UNIX_EPOCH.0) {
            Some(micros) => Self::finite(micros),
            None => None,
        }
    }

    /// Microseconds since 1970-01-01 UTC; `None` for the infinities, and for the last decades before the year 294277, whose count
    /// an `i64` does not hold.
    pub const fn unix_micros(self) -> Option<i64> {
        if self.is_finite() {
            self.0.checked_sub(Self::UNIX_EPOCH.0)
        } else {
            None
        }
    }

    /// The moment `micros` microseconds after 2000-01-01 UTC, PostgreSQL's time zero. The greatest and least `i64` are the
    /// infinities, as on the wire; `None` for any other number outside PostgreSQL's range.
    pub const fn from_pg_micros(micros: i64) -> Option<Self> {
        match micros {
            i64::MAX => Some(Self::INFINITY),
            i64::MIN => Some(Self::NEG_INFINITY),
            _ => Self::finite(micros),
        }
    }

    /// Microseconds since 2000-01-01 UTC; the greatest and least `i64` for the infinities.
    pub const fn pg_micros(self) -> i64 {
        self.0
    }

    /// Whether this is a moment, not an infinity.
    pub const fn is_finite(self) -> bool {
        self.0 != i64::MAX && self.0 != i64::MIN
    }

    /// The moment `duration` later, the duration cut to the microsecond; an infinity stays what it is. `None` outside PostgreSQL's
    /// range.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.shifted(i64::try_from(duration.as_micros()).ok()?)
    }

    /// The moment `duration` earlier, the duration cut to the microsecond; an infinity stays what it is. `None` outside PostgreSQL's
    /// range.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.shifted(-i64::try_from(duration.as_micros()).ok()?)
    }

    /// The moment `days` times 24 hours later; an infinity stays what it is. `None` outside PostgreSQL's range.
    pub fn checked_add_days(self, days: i64) -> Option<Self> {
        self.shifted(days.checked_mul(DAY_MICROS)?)
    }

    /// How long this is after `earlier`; `None` when it is before, or when either is an infinity.
    pub fn duration_since(self, earlier: Self) -> Option<Duration> {
        if self < earlier || !self.is_finite() || !earlier.is_finite() {
            return None;
        }
        Some(Duration::from_micros(self.0.abs_diff(earlier.0)))
    }

    /// The day in UTC; an infinity becomes the date's.
    pub fn date_utc(self) -> Date {
        match self {
            Self::INFINITY => Date::INFINITY,
            Self::NEG_INFINITY => Date::NEG_INFINITY,
            // A bigint of microseconds is at most 106752000 days.
            Self(micros) => Date::finite(micros.div_euclid(DAY_MICROS)).unwrap_or(if micros > 0 {
                Date::MAX
            } else {
                Date::MIN
            }),
        }
    }

    /// Microseconds since midnight UTC; 0 for the infinities.
    pub(crate) fn micros_of_day(self) -> u64 {
        if self.is_finite() {
            self.0.rem_euclid(DAY_MICROS).unsigned_abs()
        } else {
            0
        }
    }

    /// The moment `micros` after 2000-01-01 UTC, never an infinity.
    pub(crate) const fn finite(micros: i64) -> Option<Self> {
        if Self::MIN.0 <= micros && micros <= Self::MAX.0 {
            Some(Self(micros))
        } else {
            None
        }
    }

    fn shifted(self, micros: i64) -> Option<Self> {
        if !self.is_finite() {
            return Some(self);
        }
        Self::finite(self.0.checked_add(micros)?)
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("timestamp with time zone", reason);
        let bytes = raw.try_into().map_err(|_| error("not 8 bytes long"))?;
        Self::from_pg_micros(i64::from_be_bytes(bytes)).ok_or(error("out of range"))
    }
}

impl Date {
    /// Midnight UTC at the start of the day; an infinity becomes the timestamp's. `None` for a day that `timestamptz` cannot hold,
    /// which ends with the year 294276.
    pub fn midnight_utc(self) -> Option<Timestamp> {
        match self {
            Self::INFINITY => Some(Timestamp::INFINITY),
            Self::NEG_INFINITY => Some(Timestamp::NEG_INFINITY),
            _ => {
                let micros = i64::from(self.pg_days()).checked_mul(DAY_MICROS)?;
                Timestamp::finite(micros)
            }
        }
    }
}

/// The moment, cut to the microsecond at or before it.
impl TryFrom<SystemTime> for Timestamp {
    type Error = OutOfRange;

    fn try_from(time: SystemTime) -> Result<Self, OutOfRange> {
        let micros = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).ok(),
            Err(before) => {
                let micros = before.duration().as_nanos().div_ceil(1000);
                i64::try_from(micros).ok().map(|micros| -micros)
            }
        };
        micros.and_then(Self::from_unix_micros).ok_or(OUT_OF_RANGE)
    }
}

/// Fails for the infinities, and where the platform's clock type ends before PostgreSQL's.
impl TryFrom<Timestamp> for SystemTime {
    type Error = OutOfRange;

    fn try_from(timestamp: Timestamp) -> Result<Self, OutOfRange> {
        let error = OutOfRange { kind: "SystemTime" };
        if !timestamp.is_finite() {
            return Err(error);
        }
        let distance = Duration::from_micros(timestamp.0.abs_diff(Timestamp::UNIX_EPOCH.0));
        let time = if timestamp >= Timestamp::UNIX_EPOCH {
            Self::UNIX_EPOCH.checked_add(distance)
        } else {
            Self::UNIX_EPOCH.checked_sub(distance)
        };
        time.ok_or(error)
    }
}

impl Encode for Timestamp {
    const ELEMENT_OID: u32 = oid("timestamptz");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_i64(self.0);
        Ok(())
    }
}

sql_type!(Timestamp, "timestamptz");

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::fmt(*self, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl FromStr for Timestamp {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_range_is_postgresqls() {
        assert_eq!(Timestamp::MIN.to_string(), "4714-11-24 00:00:00+00 BC");
        assert_eq!(
            Timestamp::MAX.to_string(),
            "294276-12-31 23:59:59.999999+00"
        );
        assert_eq!(Timestamp::MAX.checked_add(Duration::from_micros(1)), None);
        assert_eq!(Timestamp::MIN.checked_sub(Duration::from_micros(1)), None);
        assert_eq!(Timestamp::MAX.checked_add(Duration::MAX), None);
        assert_eq!(Timestamp::MIN.checked_add_days(i64::MIN), None);
        assert_eq!(Timestamp::from_pg_micros(i64::MAX - 1), None);
        assert_eq!(Timestamp::from_unix_micros(i64::MIN), None);
        assert_eq!(Timestamp::MAX.unix_micros(), None);
    }

    #[test]
    fn unix_micros_both_ways() {
        for micros in [0, 1, -1, 1_795_000_000_000_000, -62_135_596_800_000_000] {
            let timestamp = Timestamp::from_unix_micros(micros).unwrap();
            assert_eq!(timestamp.unix_micros(), Some(micros));
        }
        assert_eq!(Timestamp::from_unix_micros(0), Some(Timestamp::UNIX_EPOCH));
        assert_eq!(Timestamp::UNIX_EPOCH.to_string(), "1970-01-01 00:00:00+00");
    }

    #[test]
    fn infinities_stay_and_order() {
        let [low, high] = [Timestamp::NEG_INFINITY, Timestamp::INFINITY];
        assert!(low < Timestamp::MIN && Timestamp::MAX < high);
        assert_eq!(high.checked_sub(SECOND), Some(high));
        assert_eq!(low.checked_add_days(1), Some(low));
        assert_eq!(
            (low.unix_micros(), low.date_utc()),
            (None, Date::NEG_INFINITY)
        );
        assert_eq!(high.duration_since(Timestamp::MIN), None);
    }

    #[test]
    fn arithmetic() {
        let start: Timestamp = "2026-02-28T23:59:59Z".parse().unwrap();
        let later = start.checked_add(SECOND).unwrap();
        assert_eq!(later.to_string(), "2026-03-01 00:00:00+00");
        assert_eq!(later.checked_sub(SECOND), Some(start));
        assert_eq!(later.duration_since(start), Some(SECOND));
        assert_eq!(start.duration_since(later), None);
        let week_before = later.checked_add_days(-7).unwrap();
        assert_eq!(week_before.to_string(), "2026-02-22 00:00:00+00");
        let whole = Timestamp::MAX.duration_since(Timestamp::MIN).unwrap();
        assert_eq!(whole.as_micros(), 9_435_184_819_199_999_999);
    }

    #[test]
    fn system_time_is_cut_downwards() {
        let nanos = |nanos| Duration::from_nanos(nanos);
        for (time, unix_micros) in [
            (SystemTime::UNIX_EPOCH + nanos(1_999), 1),
            (SystemTime::UNIX_EPOCH - nanos(1), -1),
            (SystemTime::UNIX_EPOCH - nanos(1_000), -1),
            (SystemTime::UNIX_EPOCH - nanos(1_001), -2),
        ] {
            let timestamp = Timestamp::try_from(time).unwrap();
            assert_eq!(timestamp.unix_micros(), Some(unix_micros));
        }
    }

    #[test]
    fn system_time_and_back() {
        for timestamp in [Timestamp::now(), Timestamp::UNIX_EPOCH, Timestamp::MIN] {
            let time = SystemTime::try_from(timestamp).unwrap();
            assert_eq!(Timestamp::try_from(time), Ok(timestamp));
        }
        for infinity in [Timestamp::INFINITY, Timestamp::NEG_INFINITY] {
            let error = SystemTime::try_from(infinity).unwrap_err();
            assert_eq!(error.to_string(), "value is out of range for SystemTime");
        }
    }

    #[test]
    fn now_is_the_systems_clock() {
        let before = SystemTime::now() - SECOND;
        let now = SystemTime::try_from(Timestamp::now()).unwrap();
        assert!(before < now && now <= SystemTime::now());
    }
}
