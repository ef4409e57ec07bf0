//! The text form of `interval`: PostgreSQL's `intervalstyle = postgres`, which is its default.

use std::fmt;

use crate::error::ParseError;
use crate::interval::Interval;
use crate::text::{Cursor, pad, write_fraction};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

pub(crate) fn fmt(interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // No other parts are equal to these: each is at its end.
    if interval == Interval::INFINITY {
        f.pad("infinity")
    } else if interval == Interval::NEG_INFINITY {
        f.pad("-infinity")
    } else {
        pad(f, |out| write(interval, out))
    }
}

/// As `EncodeInterval` of PostgreSQL: each part that is not zero, and the time also when all are. A part that follows a negative
/// one says its own `+`.
fn write(interval: Interval, out: &mut dyn fmt::Write) -> fmt::Result {
    let parts = [
        (interval.months / 12, "year"),
        (interval.months % 12, "mon"),
        (interval.days, "day"),
    ];
    let (mut space, mut after_negative) = ("", false);
    for (value, unit) in parts.into_iter().filter(|(value, _)| *value != 0) {
        let plus = if after_negative && value > 0 { "+" } else { "" };
        let plural = if value == 1 { "" } else { "s" };
        write!(out, "{space}{plus}{value} {unit}{plural}")?;
        (space, after_negative) = (" ", value < 0);
    }
    if interval.micros == 0 && !space.is_empty() {
        return Ok(());
    }
    let sign = match (interval.micros < 0, after_negative) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    };
    write!(out, "{space}{sign}")?;
    let micros = interval.micros.unsigned_abs();
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    write!(out, "{hours:02}:{minutes:02}:{:02}", seconds % 60)?;
    write_fraction(out, fraction)
}

pub(crate) fn parse(text: &str) -> Result<Interval, ParseError> {
    let trimmed = text.trim_ascii();
    match trimmed.to_ascii_lowercase().as_str() {
        "infinity" | "+infinity" => return Ok(Interval::INFINITY),
        "-infinity" => return Ok(Interval::NEG_INFINITY),
        _ => {}
    }
    parse_parts(trimmed).map_err(|reason| ParseError::new("interval", text, reason))
}

fn parse_parts(text: &str) -> Result<Interval, &'static str> {
    let mut cursor = Cursor::new(text);
    if cursor.is_empty() {
        return Err("expected a number and a unit");
    }
    let mut sum = Sum::default();
    while !cursor.is_empty() {
        let part = part(&mut cursor)?;
        sum.add(&part).ok_or("out of range")?;
        cursor.eat_space();
    }
    sum.interval().ok_or("out of range")
}

/// The parts read so far, wider than an interval's so that no order of the parts overflows.
#[derive(Default)]
struct Sum {
    months: i128,
    days: i128,
    micros: i128,
}

impl Sum {
    fn add(&mut self, part: &Part) -> Option<()> {
        let sum = match part.unit {
            Unit::Months => &mut self.months,
            Unit::Days => &mut self.days,
            Unit::Micros => &mut self.micros,
        };
        *sum = sum.checked_add(part.amount)?;
        Some(())
    }

    fn interval(&self) -> Option<Interval> {
        Some(Interval {
            months: self.months.try_into().ok()?,
            days: self.days.try_into().ok()?,
            micros: self.micros.try_into().ok()?,
        })
    }
}

struct Part {
    amount: i128,
    unit: Unit,
}

enum Unit {
    Months,
    Days,
    Micros,
}

/// `±N unit` or `±HH:MM[:SS[.f]]`.
fn part(cursor: &mut Cursor<'_>) -> Result<Part, &'static str> {
    let negative = cursor.eat("-");
    if !negative {
        cursor.eat("+");
    }
    let digits = cursor.digits();
    let number = digits.parse().map_err(|_| "expected a number")?;
    let mut part = if cursor.eat(":") {
        clock(number, cursor)?
    } else {
        counted(number, cursor)?
    };
    if negative {
        part.amount = -part.amount;
    }
    Ok(part)
}

fn clock(hours: u64, cursor: &mut Cursor<'_>) -> Result<Part, &'static str> {
    let minutes = cursor.two_digits().ok_or("expected HH:MM:SS")?;
    let seconds = if cursor.eat(":") {
        cursor.two_digits().ok_or("expected HH:MM:SS")?
    } else {
        0
    };
    let fraction = cursor.fraction().ok_or("expected digits after the point")?;
    if minutes > 59 || seconds > 59 {
        return Err("minutes and seconds of a time end at 59");
    }
    let whole = i128::from(minutes) * i128::from(MINUTE) + i128::from(seconds) * i128::from(SECOND);
    Ok(Part {
        amount: i128::from(hours) * i128::from(HOUR) + whole + i128::from(fraction),
        unit: Unit::Micros,
    })
}

fn counted(number: u64, cursor: &mut Cursor<'_>) -> Result<Part, &'static str> {
    let fraction = cursor.fraction().ok_or("expected digits after the point")?;
    cursor.eat_space();
    let name = cursor.take_while(|c| c.is_ascii_alphabetic());
    let (unit, factor) = match name.to_ascii_lowercase().as_str() {
        "year" | "years" => (Unit::Months, 12),
        "mon" | "mons" | "month" | "months" => (Unit::Months, 1),
        "week" | "weeks" => (Unit::Days, 7),
        "day" | "days" => (Unit::Days, 1),
        "hour" | "hours" => (Unit::Micros, HOUR),
        "min" | "mins" | "minute" | "minutes" => (Unit::Micros, MINUTE),
        "sec" | "secs" | "second" | "seconds" => {
            let amount = i128::from(number) * i128::from(SECOND) + i128::from(fraction);
            let unit = Unit::Micros;
            return Ok(Part { amount, unit });
        }
        _ => return Err("expected a unit from years to seconds after the number"),
    };
    if fraction != 0 {
        return Err("only seconds may have a fraction");
    }
    let amount = i128::from(number) * i128::from(factor);
    Ok(Part { amount, unit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn printed_as_postgresql_prints_it() {
        for (interval, text) in [
            (Interval::ZERO, "00:00:00"),
            (Interval::from_months(1), "1 mon"),
            (Interval::from_months(-1), "-1 mons"),
            (Interval::from_months(14), "1 year 2 mons"),
            (Interval::from_days(1), "1 day"),
            (Interval::from_micros(-1), "-00:00:00.000001"),
            (Interval::from_micros(36 * HOUR), "36:00:00"),
            (
                Interval::new(-13, 1, -(4 * HOUR + 5 * MINUTE + 6_700_000)),
                "-1 years -1 mons +1 day -04:05:06.7",
            ),
            (Interval::new(0, -1, HOUR), "-1 days +01:00:00"),
            (Interval::new(12, -1, 0), "1 year -1 days"),
            (Interval::new(-12, 1, 0), "-1 years +1 day"),
            (Interval::new(-1, 1, 1), "-1 mons +1 day 00:00:00.000001"),
            (Interval::from_micros(i64::MIN), "-2562047788:00:54.775808"),
            (Interval::from_months(i32::MIN), "-178956970 years -8 mons"),
            (Interval::INFINITY, "infinity"),
            (Interval::NEG_INFINITY, "-infinity"),
        ] {
            assert_eq!(interval.to_string(), text);
            assert_eq!(parse(text), Ok(interval), "{text}");
        }
        assert_eq!(format!("{:>10}|", Interval::from_days(1)), "     1 day|");
    }

    #[test]
    fn units_by_their_other_names() {
        for (text, interval) in [
            ("2 weeks", Interval::from_days(14)),
            ("1 Month 1 DAY", Interval::new(1, 1, 0)),
            ("1day", Interval::from_days(1)),
            (
                "90 minutes 0.5 secs",
                Interval::from_micros(90 * MINUTE + 500_000),
            ),
            ("-1 hour +30 min", Interval::from_micros(-30 * MINUTE)),
            ("+04:05", Interval::from_micros(4 * HOUR + 5 * MINUTE)),
            ("2147483648 days -1 day", Interval::from_days(i32::MAX)),
        ] {
            assert_eq!(parse(text), Ok(interval), "{text}");
        }
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("", "expected a number and a unit"),
            ("soon", "expected a number"),
            (
                "5",
                "expected a unit from years to seconds after the number",
            ),
            (
                "5 parsecs",
                "expected a unit from years to seconds after the number",
            ),
            ("1.5 days", "only seconds may have a fraction"),
            ("1. secs", "expected digits after the point"),
            ("01:60", "minutes and seconds of a time end at 59"),
            ("01:2", "expected HH:MM:SS"),
            ("2147483648 days", "out of range"),
            ("99999999999999999999 days", "expected a number"),
            ("9999999999999999999 hours", "out of range"),
        ] {
            assert_eq!(parse(text).unwrap_err().reason(), reason, "{text}");
        }
    }

    #[test]
    fn every_text_form_reads_back() {
        let mut random = Random::new(4);
        for _ in 0..20_000 {
            let interval = random.interval();
            assert_eq!(parse(&interval.to_string()), Ok(interval));
        }
    }
}
