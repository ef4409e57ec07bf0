//! The parts of the text forms of dates and times: PostgreSQL's (`datestyle = ISO`) and ISO 8601.

use std::fmt;

use crate::calendar::{Civil, DAY_MICROS};
use crate::text::{Cursor, write_fraction};

const INFINITY: &str = "infinity";
const NEG_INFINITY: &str = "-infinity";

pub(crate) fn infinity(positive: bool) -> &'static str {
    if positive { INFINITY } else { NEG_INFINITY }
}

/// The year as PostgreSQL writes it: counted from 1 in both directions, with the era at the end.
pub(crate) fn write_civil(out: &mut dyn fmt::Write, civil: Civil) -> fmt::Result {
    let Civil { year, month, day } = civil;
    let year = if year > 0 { year } else { 1 - year };
    write!(out, "{year:04}-{month:02}-{day:02}")
}

pub(crate) fn write_era(out: &mut dyn fmt::Write, civil: Civil) -> fmt::Result {
    out.write_str(if civil.year > 0 { "" } else { " BC" })
}

/// The year as ISO 8601 writes it: with a year 0, and with a sign and six digits where four do not do.
pub(crate) fn write_iso_civil(out: &mut dyn fmt::Write, civil: Civil) -> fmt::Result {
    let Civil { year, month, day } = civil;
    match year {
        0..=9999 => write!(out, "{year:04}")?,
        _ => write!(out, "{year:+07}")?,
    }
    write!(out, "-{month:02}-{day:02}")
}

pub(crate) fn write_time(out: &mut dyn fmt::Write, micros: u64) -> fmt::Result {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    write!(out, "{hour:02}:{minute:02}:{second:02}")?;
    write_fraction(out, fraction)
}

/// `±HH[:MM[:SS]]` for seconds east of UTC.
pub(crate) fn write_offset(out: &mut dyn fmt::Write, offset: i32) -> fmt::Result {
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.unsigned_abs();
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    write!(out, "{sign}{hour:02}")?;
    if (minute, second) != (0, 0) {
        write!(out, ":{minute:02}")?;
    }
    if second != 0 {
        write!(out, ":{second:02}")?;
    }
    Ok(())
}

/// `Some(true)` for infinity, `Some(false)` for its negative.
pub(crate) fn parse_infinity(text: &str) -> Option<bool> {
    let text = text.trim_ascii();
    if text.eq_ignore_ascii_case(INFINITY) || text.eq_ignore_ascii_case("+infinity") {
        return Some(true);
    }
    text.eq_ignore_ascii_case(NEG_INFINITY).then_some(false)
}

/// A date as it is written, before its era is known.
pub(crate) struct Written {
    year: i64,
    month: u32,
    day: u32,
}

#[derive(PartialEq)]
pub(crate) enum Era {
    Unsaid,
    Bc,
}

impl Written {
    pub(crate) fn in_era(&self, era: Era) -> Result<Civil, &'static str> {
        let year = match era {
            Era::Bc if self.year < 1 => return Err("years BC are counted from 1"),
            Era::Bc => 1 - self.year,
            Era::Unsaid => self.year,
        };
        Civil::new(year, self.month, self.day).ok_or("no such day")
    }
}

/// A date and a time of day, before the era is known.
pub(crate) struct WrittenDateTime {
    date: Written,
    of_day: i64,
}

impl WrittenDateTime {
    /// Reads the era; microseconds from 2000-01-01 in UTC, for a clock that is `offset` seconds ahead of it.
    pub(crate) fn micros_after(
        &self,
        cursor: &mut Cursor<'_>,
        offset: i64,
    ) -> Result<i64, &'static str> {
        let era = era_part(cursor)?;
        let midnight = self.date.in_era(era)?.days().checked_mul(DAY_MICROS);
        let of_day = self.of_day - offset * 1_000_000;
        let micros = midnight.and_then(|midnight| midnight.checked_add(of_day));
        micros.ok_or("out of range")
    }
}

/// A date, `T` or a space, and a time of day.
pub(crate) fn date_and_time(cursor: &mut Cursor<'_>) -> Result<WrittenDateTime, &'static str> {
    let date = date_part(cursor)?;
    if !cursor.eat("T") && !cursor.eat(" ") {
        return Err("expected a time after the date");
    }
    cursor.eat_space();
    let of_day = time_part(cursor)?;
    cursor.eat_space();
    Ok(WrittenDateTime { date, of_day })
}

/// `[±]Y…YYYY-MM-DD`.
pub(crate) fn date_part(cursor: &mut Cursor<'_>) -> Result<Written, &'static str> {
    let negative = cursor.eat("-");
    let signed = negative || cursor.eat("+");
    let digits = cursor.digits();
    // Seven digits hold the years of every type; longer runs are something else, or far out of range.
    if !(4..=7).contains(&digits.len()) || (signed && digits.len() < 6) {
        return Err("expected YYYY-MM-DD, or a year of six digits after a sign");
    }
    let year: i64 = digits.parse().map_err(|_| "expected a year")?;
    let (month, day) = month_and_day(cursor).ok_or("expected YYYY-MM-DD")?;
    Ok(Written {
        year: if negative { -year } else { year },
        month,
        day,
    })
}

pub(crate) fn month_and_day(cursor: &mut Cursor<'_>) -> Option<(u32, u32)> {
    let month = cursor.eat("-").then(|| cursor.two_digits())??;
    let day = cursor.eat("-").then(|| cursor.two_digits())??;
    Some((month, day))
}

/// `HH:MM[:SS[.f…]]` as microseconds since midnight. As on the server, 24:00 is the next midnight, and second 60 the next minute.
pub(crate) fn time_part(cursor: &mut Cursor<'_>) -> Result<i64, &'static str> {
    let (hour, minute, second) = hour_minute_second(cursor).ok_or("expected HH:MM:SS")?;
    let fraction = cursor.fraction().ok_or("expected digits after the point")?;
    let whole = i64::from(hour * 3600 + minute * 60 + second);
    let micros = whole * 1_000_000 + fraction as i64;
    if minute > 59 || second > 60 || micros > DAY_MICROS {
        return Err("no such time of day");
    }
    Ok(micros)
}

/// `Z` or `±HH[[:]MM[[:]SS]]` as seconds east of UTC.
pub(crate) fn offset_part(cursor: &mut Cursor<'_>) -> Result<i64, &'static str> {
    if cursor.eat("Z") {
        return Ok(0);
    }
    let west = cursor.eat("-");
    if !west && !cursor.eat("+") {
        return Err("without its offset from UTC the moment is unknown: append Z or +00");
    }
    let (hour, minute, second) = hour_minute_second(cursor).ok_or("expected ±HH:MM")?;
    // `MAX_TZDISP_HOUR` is 15.
    if hour > 15 || minute > 59 || second > 59 {
        return Err("no such offset from UTC");
    }
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    Ok(if west { -seconds } else { seconds })
}

/// `HH[[:]MM[[:]SS]]`.
pub(crate) fn hour_minute_second(cursor: &mut Cursor<'_>) -> Option<(u32, u32, u32)> {
    let hour = cursor.two_digits()?;
    let Some(minute) = after_colon(cursor)? else {
        return Some((hour, 0, 0));
    };
    let second = after_colon(cursor)?.unwrap_or(0);
    Some((hour, minute, second))
}

/// Two digits, with or without a colon before them; `Some(None)` when neither comes next.
pub(crate) fn after_colon(cursor: &mut Cursor<'_>) -> Option<Option<u32>> {
    let must = cursor.eat(":") || cursor.rest.starts_with(|c: char| c.is_ascii_digit());
    if must {
        cursor.two_digits().map(Some)
    } else {
        Some(None)
    }
}

pub(crate) fn era_part(cursor: &mut Cursor<'_>) -> Result<Era, &'static str> {
    cursor.eat_space();
    if cursor.eat("BC") {
        return Ok(Era::Bc);
    }
    cursor.eat("AD");
    Ok(Era::Unsaid)
}

#[cfg(test)]
mod tests {
    use crate::date::Date;
    use crate::random::Random;
    use crate::timestamp::Timestamp;

    fn timestamp(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn one_moment_in_many_forms() {
        let expected = timestamp("2026-11-22 12:04:05.25+00");
        for text in [
            "2026-11-22T12:04:05.25Z",
            "2026-11-22t12:04:05.250000z",
            " 2026-11-22 17:34:05.25+05:30 ",
            "2026-11-22 17:34:05.25 +0530",
            "2026-11-22T01:04:05.25-11",
            "2026-11-22 12:04:35.25+00:00:30",
            "+002026-11-22T12:04:05.25Z",
            "2026-11-22 12:04:05.25+00 AD",
            "2026-11-22T120405.25Z",
        ] {
            assert_eq!(timestamp(text), expected, "{text}");
        }
    }

    #[test]
    fn years_bc_and_far_future() {
        let caesar = timestamp("0044-03-15 12:00:00+00 BC");
        assert_eq!(caesar.to_string(), "0044-03-15 12:00:00+00 BC");
        assert_eq!(format!("{caesar:#}"), "-000043-03-15T12:00:00Z");
        assert_eq!(timestamp("-000043-03-15T12:00:00Z"), caesar);
        let year_zero = timestamp("0000-12-31T23:59:59Z");
        assert_eq!(year_zero.to_string(), "0001-12-31 23:59:59+00 BC");
        let far = timestamp("294276-12-31 23:59:59.999999+00");
        assert_eq!(far, Timestamp::MAX);
        assert_eq!(format!("{far:#}"), "+294276-12-31T23:59:59.999999Z");
        assert_eq!(
            timestamp("10000-01-01 00:00:00+00").to_string(),
            "10000-01-01 00:00:00+00"
        );
    }

    #[test]
    fn midnight_by_its_other_names() {
        assert_eq!(
            timestamp("2026-12-31T24:00Z"),
            timestamp("2027-01-01T00:00Z")
        );
        assert_eq!(
            timestamp("2016-12-31T23:59:60Z"),
            timestamp("2017-01-01T00:00:00Z")
        );
        assert_eq!(
            timestamp("2026-12-31T23:59:59.9999996Z"),
            timestamp("2027-01-01T00:00:00Z")
        );
    }

    #[test]
    fn infinities() {
        for (text, value) in [
            ("infinity", Timestamp::INFINITY),
            ("+Infinity", Timestamp::INFINITY),
            (" -infinity ", Timestamp::NEG_INFINITY),
        ] {
            assert_eq!(timestamp(text), value);
            assert_eq!(timestamp(&format!("{value:#}")), value);
        }
        assert_eq!("-INFINITY".parse(), Ok(Date::NEG_INFINITY));
        assert_eq!(Date::INFINITY.to_string(), "infinity");
    }

    #[test]
    fn padding_is_honoured() {
        let day = Date::from_ymd(2026, 1, 2).unwrap();
        assert_eq!(
            format!("{day:>12}|{:<10}|", Date::INFINITY),
            "  2026-01-02|infinity  |"
        );
    }

    #[test]
    fn rejected_with_the_reason() {
        let mut report = String::new();
        for text in [
            "",
            "yesterday",
            "2026-11-22",
            "2026-11-22 12:04:05",
            "2026-02-30 00:00:00Z",
            "2026-13-01 00:00:00Z",
            "0000-01-01 00:00:00Z BC",
            "+2026-01-01 00:00:00Z",
            "26-01-01 00:00:00Z",
            "2026-1-1 00:00:00Z",
            "2026-01-01 24:00:01Z",
            "2026-01-01 23:60:00Z",
            "2026-01-01 23:59:61Z",
            "2026-01-01 23:59:59.Z",
            "2026-01-01 00:00:00+16",
            "2026-01-01 00:00:00+1",
            "2026-01-01 00:00:00Zulu",
            "294277-01-01 00:00:00Z",
            "4714-11-23 23:59:59.999999Z BC",
            "9999999-01-01 00:00:00Z",
            "2026-01-01 é",
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            report.push_str(&format!("{text:32} {}\n", error.reason()));
        }
        insta::assert_snapshot!(report);
    }

    #[test]
    fn dates_rejected() {
        for text in [
            "",
            "2026-11-22Z",
            "2026-11-22 00:00",
            "5874898-01-01",
            "4714-11-23 BC",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert_eq!(
            "2026-02-29".parse::<Date>().unwrap_err().to_string(),
            "invalid date `2026-02-29`: no such day"
        );
    }

    #[test]
    fn every_text_form_reads_back() {
        let mut random = Random::new(1);
        for _ in 0..20_000 {
            let moment = random.timestamp();
            assert_eq!(timestamp(&moment.to_string()), moment);
            assert_eq!(timestamp(&format!("{moment:#}")), moment);
            let day = random.date();
            assert_eq!(day.to_string().parse(), Ok(day));
        }
    }
}
