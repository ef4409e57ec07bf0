//! `time`: moments with an offset, dates and times of day, and durations.

use time::{Duration, OffsetDateTime, PrimitiveDateTime, UtcDateTime};

use super::{
    END_OF_DAY, INFINITE, OUT_OF_RANGE, Reason, interval, micros_alone, time_of_day, timestamp,
    try_from, unix_time,
};
use crate::date::Date;
use crate::interval::Interval;
use crate::local_timestamp::LocalTimestamp;
use crate::time::Time;
use crate::timestamp::Timestamp;

/// Julian day of 2000-01-01.
const JULIAN_DAYS: i32 = 2_451_545;

try_from! {
    Timestamp => OffsetDateTime, "time::OffsetDateTime", to_utc;
    OffsetDateTime => Timestamp, "timestamptz",
        |moment: OffsetDateTime| timestamp(moment.unix_timestamp_nanos());
    Timestamp => UtcDateTime, "time::UtcDateTime", |it| to_utc(it).map(OffsetDateTime::to_utc);
    UtcDateTime => Timestamp, "timestamptz",
        |moment: UtcDateTime| timestamp(moment.unix_timestamp_nanos());
    LocalTimestamp => PrimitiveDateTime, "time::PrimitiveDateTime", to_local;
    PrimitiveDateTime => LocalTimestamp, "timestamp", from_local;
    Date => time::Date, "time::Date", to_date;
    time::Date => Date, "date", from_date;
    Time => time::Time, "time::Time", to_time;
    time::Time => Time, "time", from_time;
    Interval => Duration, "time::Duration",
        |interval| micros_alone(interval).map(Duration::microseconds);
    Duration => Interval, "interval",
        |duration: Duration| interval(duration.whole_nanoseconds());
}

fn to_utc(timestamp: Timestamp) -> Result<OffsetDateTime, Reason> {
    let (seconds, micros) = unix_time(timestamp)?;
    let moment = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| OUT_OF_RANGE)?;
    Ok(moment + Duration::microseconds(micros.into()))
}

fn to_local(local: LocalTimestamp) -> Result<PrimitiveDateTime, Reason> {
    let date = to_date(local.date())?;
    Ok(PrimitiveDateTime::new(date, to_time(local.time())?))
}

fn from_local(local: PrimitiveDateTime) -> Result<LocalTimestamp, Reason> {
    let (date, time) = (from_date(local.date())?, from_time(local.time())?);
    LocalTimestamp::new(date, time).ok_or(OUT_OF_RANGE)
}

fn to_date(date: Date) -> Result<time::Date, Reason> {
    if !date.is_finite() {
        return Err(INFINITE);
    }
    let julian = date.pg_days().checked_add(JULIAN_DAYS);
    let there = julian.and_then(|day| time::Date::from_julian_day(day).ok());
    there.ok_or(OUT_OF_RANGE)
}

fn from_date(date: time::Date) -> Result<Date, Reason> {
    let days = i64::from(date.to_julian_day()) - i64::from(JULIAN_DAYS);
    Date::finite(days).ok_or(OUT_OF_RANGE)
}

fn to_time(time: Time) -> Result<time::Time, Reason> {
    let (hour, minute, second, micro) = time.hms_micro();
    // Each is less than 60.
    let there = time::Time::from_hms_micro(hour as u8, minute as u8, second as u8, micro);
    there.map_err(|_| END_OF_DAY)
}

fn from_time(time: time::Time) -> Result<Time, Reason> {
    let since = time - time::Time::MIDNIGHT;
    time_of_day(since.whole_nanoseconds())
}

#[cfg(test)]
mod tests {
    use time::UtcOffset;

    use super::*;
    use crate::convert::testing::{all_round_trip, refused, round_trips};
    use crate::random::Random;

    fn last() -> LocalTimestamp {
        "9999-12-31 23:59:59.999999".parse().unwrap()
    }

    fn moment(random: &mut Random) -> OffsetDateTime {
        let seconds = random.below(300_000_000_000) as i64 - 150_000_000_000;
        let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let offset = UtcOffset::from_whole_seconds(random.below(7200) as i32 - 3600).unwrap();
        (moment + Duration::nanoseconds(random.below(3) as i64 * 500)).to_offset(offset)
    }

    #[test]
    fn moments() {
        let fits = |it: &Timestamp| *it <= last().at_utc();
        round_trips(
            Random::timestamp,
            OffsetDateTime::try_from,
            Timestamp::try_from,
            fits,
        );
        round_trips(
            Random::timestamp,
            UtcDateTime::try_from,
            Timestamp::try_from,
            fits,
        );
        let first = OffsetDateTime::try_from(Timestamp::MIN).unwrap();
        let fits = |it: &OffsetDateTime| it.nanosecond().is_multiple_of(1000) && *it >= first;
        round_trips(moment, Timestamp::try_from, OffsetDateTime::try_from, fits);
        assert_eq!(
            refused(OffsetDateTime::try_from(Timestamp::NEG_INFINITY)),
            "cannot convert -infinity to time::OffsetDateTime: it is infinite"
        );
        let far = "20000-01-01 00:00:00+00".parse::<Timestamp>().unwrap();
        assert_eq!(
            refused(OffsetDateTime::try_from(far)),
            "cannot convert 20000-01-01 00:00:00+00 to time::OffsetDateTime: it is out of range"
        );
        let nano = OffsetDateTime::UNIX_EPOCH + Duration::nanoseconds(1);
        assert!(refused(Timestamp::try_from(nano)).ends_with("round it first"));
    }

    #[test]
    fn local_timestamps() {
        let local = |random: &mut Random| LocalTimestamp::of_utc(random.timestamp());
        let fits = |it: &LocalTimestamp| *it <= last();
        round_trips(
            local,
            PrimitiveDateTime::try_from,
            LocalTimestamp::try_from,
            fits,
        );
        for outside in [LocalTimestamp::INFINITY, LocalTimestamp::MAX] {
            assert!(PrimitiveDateTime::try_from(outside).is_err());
        }
        assert!(LocalTimestamp::try_from(PrimitiveDateTime::MIN).is_err());
    }

    #[test]
    fn dates() {
        let fits = |it: &Date| *it <= last().date();
        round_trips(Random::date, time::Date::try_from, Date::try_from, fits);
        for outside in [Date::INFINITY, Date::NEG_INFINITY, Date::MAX] {
            assert!(time::Date::try_from(outside).is_err());
        }
        assert!(Date::try_from(time::Date::MIN).is_err());
    }

    #[test]
    fn times_of_day() {
        let fits = |it: &Time| *it < Time::MAX;
        round_trips(Random::time, time::Time::try_from, Time::try_from, fits);
        assert_eq!(
            refused(time::Time::try_from(Time::MAX)),
            "cannot convert 24:00:00 to time::Time: there, a day ends before 24:00:00"
        );
        assert!(Time::try_from(time::Time::MAX).is_err(), "nanoseconds");
    }

    #[test]
    fn durations() {
        let alone = |it: &Interval| it.months == 0 && it.days == 0;
        round_trips(
            Random::interval,
            Duration::try_from,
            Interval::try_from,
            alone,
        );
        let micros = |random: &mut Random| Duration::microseconds(random.u64() as i64);
        all_round_trip(micros, Interval::try_from, Duration::try_from);
        for outside in [Duration::MIN, Duration::MAX, Duration::nanoseconds(1)] {
            assert!(Interval::try_from(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn both_print_the_same() {
        let mut random = Random::new(26);
        for _ in 0..5_000 {
            let moment = moment(&mut random);
            let Ok(timestamp) = Timestamp::try_from(moment) else {
                continue;
            };
            if moment.year() > 0 {
                // Its hours are not padded.
                let zero = if moment.hour() < 10 { "0" } else { "" };
                let (date, time) = (moment.date(), moment.time());
                let text = format!("{date} {zero}{time}{}", moment.offset());
                assert_eq!(text.parse(), Ok(timestamp));
            }
        }
    }
}
