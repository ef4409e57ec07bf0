//! `chrono`: moments in UTC, naive dates and times, and durations.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};

use super::{
    END_OF_DAY, INFINITE, OUT_OF_RANGE, Reason, interval, micros_alone, time_of_day, try_from,
    unix_time,
};
use crate::date::Date;
use crate::interval::Interval;
use crate::local_timestamp::LocalTimestamp;
use crate::time::Time;
use crate::timestamp::Timestamp;

/// Days from the day before 0001-01-01, where chrono counts from, to 2000-01-01.
const CE_DAYS: i32 = 730_120;

/// chrono counts the nanoseconds of a leap second from here.
const LEAP_SECOND: u32 = 1_000_000_000;

try_from! {
    Timestamp => DateTime<Utc>, "chrono::DateTime<Utc>", to_utc;
    DateTime<Utc> => Timestamp, "timestamptz", from_utc;
    LocalTimestamp => NaiveDateTime, "chrono::NaiveDateTime",
        |local: LocalTimestamp| to_utc(local.at_utc()).map(|moment| moment.naive_utc());
    NaiveDateTime => LocalTimestamp, "timestamp",
        |naive: NaiveDateTime| from_utc(naive.and_utc()).map(LocalTimestamp::of_utc);
    Date => NaiveDate, "chrono::NaiveDate", to_date;
    NaiveDate => Date, "date", from_date;
    Time => NaiveTime, "chrono::NaiveTime", to_time;
    NaiveTime => Time, "time", from_time;
    Interval => TimeDelta, "chrono::TimeDelta",
        |interval| micros_alone(interval).map(TimeDelta::microseconds);
    TimeDelta => Interval, "interval", from_delta;
}

fn to_utc(timestamp: Timestamp) -> Result<DateTime<Utc>, Reason> {
    let (seconds, micros) = unix_time(timestamp)?;
    DateTime::from_timestamp(seconds, micros * 1000).ok_or(OUT_OF_RANGE)
}

fn from_utc(moment: DateTime<Utc>) -> Result<Timestamp, Reason> {
    let nanos = not_leap(moment.timestamp_subsec_nanos())?;
    super::timestamp(i128::from(moment.timestamp()) * 1_000_000_000 + i128::from(nanos))
}

fn to_date(date: Date) -> Result<NaiveDate, Reason> {
    if !date.is_finite() {
        return Err(INFINITE);
    }
    let days = date.pg_days().checked_add(CE_DAYS);
    days.and_then(NaiveDate::from_num_days_from_ce_opt)
        .ok_or(OUT_OF_RANGE)
}

fn from_date(date: NaiveDate) -> Result<Date, Reason> {
    use chrono::Datelike;
    let days = i64::from(date.num_days_from_ce()) - i64::from(CE_DAYS);
    Date::finite(days).ok_or(OUT_OF_RANGE)
}

fn to_time(time: Time) -> Result<NaiveTime, Reason> {
    let (hour, minute, second, micro) = time.hms_micro();
    NaiveTime::from_hms_micro_opt(hour, minute, second, micro).ok_or(END_OF_DAY)
}

fn from_time(time: NaiveTime) -> Result<Time, Reason> {
    let nanos = not_leap(time.nanosecond())?;
    let seconds = i128::from(time.num_seconds_from_midnight());
    time_of_day(seconds * 1_000_000_000 + i128::from(nanos))
}

fn from_delta(delta: TimeDelta) -> Result<Interval, Reason> {
    let nanos = i128::from(delta.subsec_nanos());
    interval(i128::from(delta.num_seconds()) * 1_000_000_000 + nanos)
}

fn not_leap(nanos: u32) -> Result<u32, Reason> {
    if nanos >= LEAP_SECOND {
        return Err("PostgreSQL has no leap seconds");
    }
    Ok(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{all_round_trip, refused, round_trips};
    use crate::random::Random;

    /// chrono's years end with 262142.
    const LAST: &str = "262142-12-31 23:59:59.999999";

    fn moment(random: &mut Random) -> DateTime<Utc> {
        let nanos = random.below(4) as u32 * 250;
        let seconds = random.u64() as i64 >> (20 + random.below(40));
        DateTime::from_timestamp(seconds, nanos).unwrap_or_default()
    }

    #[test]
    fn moments() {
        let last: Timestamp = format!("{LAST}+00").parse().unwrap();
        let fits = |it: &Timestamp| *it <= last;
        round_trips(
            Random::timestamp,
            DateTime::try_from,
            Timestamp::try_from,
            fits,
        );
        let first = DateTime::<Utc>::try_from(Timestamp::MIN).unwrap();
        let fits = |it: &DateTime<Utc>| it.timestamp_subsec_nanos() == 0 && *it >= first;
        round_trips(moment, Timestamp::try_from, DateTime::<Utc>::try_from, fits);
    }

    #[test]
    fn moments_that_do_not_fit() {
        let there = |it: Timestamp| refused(DateTime::<Utc>::try_from(it));
        assert_eq!(
            there(Timestamp::INFINITY),
            "cannot convert infinity to chrono::DateTime<Utc>: it is infinite"
        );
        assert_eq!(
            there(Timestamp::MAX),
            "cannot convert 294276-12-31 23:59:59.999999+00 to chrono::DateTime<Utc>: it is out of range"
        );
        let back = |it: DateTime<Utc>| refused(Timestamp::try_from(it));
        assert_eq!(
            back(DateTime::from_timestamp(0, 1).unwrap()),
            "cannot convert 1970-01-01 00:00:00.000000001 UTC to timestamptz: PostgreSQL stores whole microseconds: round it first"
        );
        assert!(
            back(DateTime::from_timestamp(59, 1_500_000_000).unwrap())
                .ends_with(": PostgreSQL has no leap seconds")
        );
        assert!(back(DateTime::<Utc>::MIN_UTC).ends_with(": it is out of range"));
    }

    #[test]
    fn local_timestamps() {
        let last: LocalTimestamp = LAST.parse().unwrap();
        let fits = |it: &LocalTimestamp| *it <= last;
        let local = |random: &mut Random| LocalTimestamp::of_utc(random.timestamp());
        round_trips(
            local,
            NaiveDateTime::try_from,
            LocalTimestamp::try_from,
            fits,
        );
        assert_eq!(
            refused(NaiveDateTime::try_from(LocalTimestamp::NEG_INFINITY)),
            "cannot convert -infinity to chrono::NaiveDateTime: it is infinite"
        );
    }

    #[test]
    fn dates() {
        let last = Date::from_ymd(262_142, 12, 31).unwrap();
        round_trips(Random::date, NaiveDate::try_from, Date::try_from, |it| {
            *it <= last
        });
        for refused in [Date::INFINITY, Date::NEG_INFINITY, Date::MAX] {
            assert!(NaiveDate::try_from(refused).is_err());
        }
        assert!(Date::try_from(NaiveDate::MIN).is_err());
        assert!(Date::try_from(NaiveDate::MAX).is_ok());
    }

    #[test]
    fn times_of_day() {
        let fits = |it: &Time| *it < Time::MAX;
        round_trips(Random::time, NaiveTime::try_from, Time::try_from, fits);
        assert_eq!(
            refused(NaiveTime::try_from(Time::MAX)),
            "cannot convert 24:00:00 to chrono::NaiveTime: there, a day ends before 24:00:00"
        );
        for nanos in [1, 999, 1_000_000_000] {
            let time = NaiveTime::from_hms_nano_opt(23, 59, 59, nanos).unwrap();
            assert!(Time::try_from(time).is_err(), "{time}");
        }
    }

    #[test]
    fn durations() {
        let alone = |it: &Interval| it.months == 0 && it.days == 0;
        round_trips(
            Random::interval,
            TimeDelta::try_from,
            Interval::try_from,
            alone,
        );
        let micros = |random: &mut Random| TimeDelta::microseconds(random.u64() as i64);
        all_round_trip(micros, Interval::try_from, TimeDelta::try_from);
        for delta in [TimeDelta::MIN, TimeDelta::MAX, TimeDelta::nanoseconds(-1)] {
            assert!(Interval::try_from(delta).is_err(), "{delta}");
        }
    }

    #[test]
    fn both_print_the_same() {
        let mut random = Random::new(25);
        for _ in 0..5_000 {
            let timestamp = random.timestamp();
            let Ok(moment) = DateTime::<Utc>::try_from(timestamp) else {
                continue;
            };
            let text = moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
            let local = LocalTimestamp::of_utc(timestamp);
            assert_eq!(printed_alike(&text).parse(), Ok(local));
        }
    }

    /// chrono signs years of more than four digits, and pads none with zeros.
    fn printed_alike(text: &str) -> String {
        let signed = text.starts_with(['+', '-']);
        let (sign, rest) = text.split_at(usize::from(signed));
        let width = if signed { 6 } else { 4 };
        let (year, rest) = rest.split_once('-').unwrap();
        format!("{sign}{year:0>width$}-{rest}")
    }
}
