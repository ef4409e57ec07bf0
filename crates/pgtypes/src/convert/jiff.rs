//! `jiff`: moments, civil dates and times, and spans.

use jiff::{SignedDuration, Span, civil};

use super::{
    END_OF_DAY, INFINITE, OUT_OF_RANGE, Reason, interval, micros_alone, time_of_day, timestamp,
    try_from,
};
use crate::date::Date;
use crate::interval::Interval;
use crate::local_timestamp::LocalTimestamp;
use crate::time::Time;
use crate::timestamp::Timestamp;

try_from! {
    Timestamp => jiff::Timestamp, "jiff::Timestamp", to_moment;
    jiff::Timestamp => Timestamp, "timestamptz",
        |moment: jiff::Timestamp| timestamp(moment.as_nanosecond());
    LocalTimestamp => civil::DateTime, "jiff::civil::DateTime", to_local;
    civil::DateTime => LocalTimestamp, "timestamp", from_local;
    Date => civil::Date, "jiff::civil::Date", to_date;
    civil::Date => Date, "date", from_date;
    Time => civil::Time, "jiff::civil::Time", to_time;
    civil::Time => Time, "time", from_time;
    Interval => Span, "jiff::Span", to_span;
    Span => Interval, "interval", from_span;
    Interval => SignedDuration, "jiff::SignedDuration",
        |interval| micros_alone(interval).map(SignedDuration::from_micros);
    SignedDuration => Interval, "interval",
        |duration: SignedDuration| interval(duration.as_nanos());
}

fn to_moment(timestamp: Timestamp) -> Result<jiff::Timestamp, Reason> {
    if !timestamp.is_finite() {
        return Err(INFINITE);
    }
    let micros = timestamp.unix_micros();
    let moment = micros.and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok());
    moment.ok_or(OUT_OF_RANGE)
}

fn to_local(local: LocalTimestamp) -> Result<civil::DateTime, Reason> {
    let (date, time) = (to_date(local.date())?, to_time(local.time())?);
    Ok(civil::DateTime::from_parts(date, time))
}

fn from_local(local: civil::DateTime) -> Result<LocalTimestamp, Reason> {
    let (date, time) = (from_date(local.date())?, from_time(local.time())?);
    LocalTimestamp::new(date, time).ok_or(OUT_OF_RANGE)
}

fn to_date(date: Date) -> Result<civil::Date, Reason> {
    let (year, month, day) = date.ymd().ok_or(INFINITE)?;
    let year = i16::try_from(year).map_err(|_| OUT_OF_RANGE)?;
    civil::Date::new(year, month as i8, day as i8).map_err(|_| OUT_OF_RANGE)
}

fn from_date(date: civil::Date) -> Result<Date, Reason> {
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    Date::from_ymd(date.year().into(), month.into(), day.into()).ok_or(OUT_OF_RANGE)
}

fn to_time(time: Time) -> Result<civil::Time, Reason> {
    let (hour, minute, second, micro) = time.hms_micro();
    let nanos = micro as i32 * 1000;
    // Each is less than 60.
    let time = civil::Time::new(hour as i8, minute as i8, second as i8, nanos);
    time.map_err(|_| END_OF_DAY)
}

fn from_time(time: civil::Time) -> Result<Time, Reason> {
    let seconds =
        i128::from(time.hour()) * 3600 + i128::from(time.minute()) * 60 + i128::from(time.second());
    time_of_day(seconds * 1_000_000_000 + i128::from(time.subsec_nanosecond()))
}

fn to_span(interval: Interval) -> Result<Span, Reason> {
    if interval == Interval::INFINITY || interval == Interval::NEG_INFINITY {
        return Err(INFINITE);
    }
    let Interval {
        months,
        days,
        micros,
    } = interval;
    let parts = [months.into(), days.into(), micros];
    if parts.iter().any(|part| *part < 0) && parts.iter().any(|part| *part > 0) {
        return Err("the parts of a span all have the same sign");
    }
    let span = Span::new().try_months(months);
    let span = span.and_then(|span| span.try_days(days));
    let span = span.and_then(|span| span.try_microseconds(micros));
    span.map_err(|_| OUT_OF_RANGE)
}

/// A year is 12 months and a week 7 days, as they are to PostgreSQL.
fn from_span(span: Span) -> Result<Interval, Reason> {
    let months = i32::from(span.get_years()) * 12 + span.get_months();
    let days = span.get_weeks() * 7 + span.get_days();
    let minutes = i128::from(span.get_hours()) * 60 + i128::from(span.get_minutes());
    let seconds = minutes * 60 + i128::from(span.get_seconds());
    let millis = seconds * 1000 + i128::from(span.get_milliseconds());
    let micros = millis * 1000 + i128::from(span.get_microseconds());
    let time = interval(micros * 1000 + i128::from(span.get_nanoseconds()))?;
    Ok(Interval {
        months,
        days,
        ..time
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{all_round_trip, refused, round_trips};
    use crate::random::Random;

    fn last() -> LocalTimestamp {
        "9999-12-31 23:59:59.999999".parse().unwrap()
    }

    /// Any of jiff's, of which some are before 4714 BC and some have nanoseconds.
    fn moment(random: &mut Random) -> jiff::Timestamp {
        let [first, last] =
            [jiff::Timestamp::MIN, jiff::Timestamp::MAX].map(jiff::Timestamp::as_second);
        let seconds = first + random.below((last - first) as u64) as i64;
        jiff::Timestamp::new(seconds, random.below(3) as i32 * 500).unwrap()
    }

    #[test]
    fn moments() {
        let last = Timestamp::try_from(
            jiff::Timestamp::from_second(jiff::Timestamp::MAX.as_second()).unwrap(),
        )
        .unwrap();
        let fits = |it: &Timestamp| *it <= last;
        round_trips(
            Random::timestamp,
            jiff::Timestamp::try_from,
            Timestamp::try_from,
            fits,
        );
        let first = jiff::Timestamp::try_from(Timestamp::MIN).unwrap();
        let fits = |it: &jiff::Timestamp| it.subsec_nanosecond() % 1000 == 0 && *it >= first;
        round_trips(moment, Timestamp::try_from, jiff::Timestamp::try_from, fits);
        assert_eq!(
            refused(jiff::Timestamp::try_from(Timestamp::INFINITY)),
            "cannot convert infinity to jiff::Timestamp: it is infinite"
        );
        for far in ["20000-01-01 00:00:00+00", "294276-12-31 00:00:00+00"] {
            let error = refused(jiff::Timestamp::try_from(far.parse::<Timestamp>().unwrap()));
            let expected = format!("cannot convert {far} to jiff::Timestamp: it is out of range");
            assert_eq!(error, expected);
        }
        assert_eq!(
            refused(Timestamp::try_from(jiff::Timestamp::new(0, 1).unwrap())),
            "cannot convert 1970-01-01T00:00:00.000000001Z to timestamptz: PostgreSQL stores whole microseconds: round it first"
        );
    }

    #[test]
    fn local_timestamps() {
        let local = |random: &mut Random| LocalTimestamp::of_utc(random.timestamp());
        let fits = |it: &LocalTimestamp| *it <= last();
        round_trips(
            local,
            civil::DateTime::try_from,
            LocalTimestamp::try_from,
            fits,
        );
        for outside in [LocalTimestamp::INFINITY, LocalTimestamp::MAX] {
            assert!(civil::DateTime::try_from(outside).is_err());
        }
        assert!(LocalTimestamp::try_from(civil::DateTime::MIN).is_err());
        assert!(
            LocalTimestamp::try_from(civil::DateTime::MAX).is_err(),
            "nanoseconds"
        );
    }

    #[test]
    fn dates() {
        let fits = |it: &Date| *it <= last().date();
        round_trips(Random::date, civil::Date::try_from, Date::try_from, fits);
        for outside in [Date::INFINITY, Date::NEG_INFINITY, Date::MAX] {
            assert!(civil::Date::try_from(outside).is_err());
        }
        assert!(Date::try_from(civil::Date::MIN).is_err());
    }

    #[test]
    fn times_of_day() {
        let fits = |it: &Time| *it < Time::MAX;
        round_trips(Random::time, civil::Time::try_from, Time::try_from, fits);
        assert_eq!(
            refused(civil::Time::try_from(Time::MAX)),
            "cannot convert 24:00:00 to jiff::civil::Time: there, a day ends before 24:00:00"
        );
        assert!(Time::try_from(civil::Time::MAX).is_err(), "nanoseconds");
    }

    /// An interval whose parts have mostly the same sign and are mostly not too long.
    fn interval_of_a_span(random: &mut Random) -> Interval {
        let Interval {
            months,
            days,
            micros,
        } = random.interval();
        let (months, days, micros) = (months >> 12, days >> 8, micros >> 4);
        if random.one_in(4) {
            return Interval::new(months, days, micros);
        }
        Interval::new(months.abs(), days.abs(), micros.abs())
    }

    fn fits(interval: &Interval) -> bool {
        let Interval {
            months,
            days,
            micros,
        } = *interval;
        let parts = [i64::from(months), days.into(), micros];
        let one_sign = parts.iter().all(|it| *it >= 0) || parts.iter().all(|it| *it <= 0);
        one_sign
            && months.unsigned_abs() <= 239_976
            && days.unsigned_abs() <= 7_304_484
            && micros.unsigned_abs() <= 631_107_417_600_000_000
    }

    #[test]
    fn spans() {
        round_trips(interval_of_a_span, Span::try_from, Interval::try_from, fits);
        let there = |text: &str| refused(Span::try_from(text.parse::<Interval>().unwrap()));
        assert_eq!(
            there("1 mon -1 day"),
            "cannot convert 1 mon -1 days to jiff::Span: the parts of a span all have the same sign"
        );
        assert_eq!(
            there("20000 years"),
            "cannot convert 20000 years to jiff::Span: it is out of range"
        );
        assert!(Span::try_from(Interval::INFINITY).is_err());
        let span = Span::new()
            .years(1)
            .months(2)
            .weeks(1)
            .days(3)
            .hours(4)
            .minutes(5);
        let span = span.seconds(6).milliseconds(7).microseconds(8);
        assert_eq!(
            Interval::try_from(span).unwrap().to_string(),
            "1 year 2 mons 10 days 04:05:06.007008"
        );
        assert_eq!(
            Interval::try_from(-span).unwrap(),
            Interval::new(-14, -10, -14_706_007_008)
        );
        assert!(Interval::try_from(span.nanoseconds(1)).is_err());
        assert!(Interval::try_from(span.nanoseconds(1000)).is_ok());
    }

    #[test]
    fn durations() {
        let alone = |it: &Interval| it.months == 0 && it.days == 0;
        round_trips(
            Random::interval,
            SignedDuration::try_from,
            Interval::try_from,
            alone,
        );
        let micros = |random: &mut Random| SignedDuration::from_micros(random.u64() as i64);
        all_round_trip(micros, Interval::try_from, SignedDuration::try_from);
        for outside in [
            SignedDuration::MIN,
            SignedDuration::MAX,
            SignedDuration::from_nanos(1),
        ] {
            assert!(Interval::try_from(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn both_print_the_same() {
        let mut random = Random::new(27);
        for _ in 0..5_000 {
            let moment = moment(&mut random);
            if let Ok(timestamp) = Timestamp::try_from(moment) {
                assert_eq!(moment.to_string(), format!("{timestamp:#}"));
            }
        }
    }
}
