//! The text form of floating-point numbers inside other types, which differs from Rust's: `1e+15`, `Infinity`, `-0`.

use std::fmt;

use crate::text::Cursor;

/// Writes a `double precision` as PostgreSQL prints it with `extra_float_digits = 1`, which is its default: with the fewest digits that
/// read back as the same number.
pub(crate) fn write_f64(out: &mut dyn fmt::Write, value: f64) -> fmt::Result {
    if !value.is_finite() {
        return write_special(out, value);
    }
    let is_large = value.abs() >= (1_u64 << f64::MANTISSA_DIGITS) as f64;
    let shortest = format!("{value:e}");
    let shortest = shortest_inside(
        shortest,
        is_large,
        |digits| format!("{value:.digits$e}"),
        |text| text.parse() == Ok(value),
    );
    // `DBL_DIG` is 15.
    write_shortest(out, &shortest, 15)
}

/// The same of a `real`.
pub(crate) fn write_f32(out: &mut dyn fmt::Write, value: f32) -> fmt::Result {
    if !value.is_finite() {
        return write_special(out, value.into());
    }
    let is_large = value.abs() >= (1_u64 << f32::MANTISSA_DIGITS) as f32;
    let shortest = format!("{value:e}");
    let shortest = shortest_inside(
        shortest,
        is_large,
        |digits| format!("{value:.digits$e}"),
        |text| text.parse() == Ok(value),
    );
    // `FLT_DIG` is 6.
    write_shortest(out, &shortest, 6)
}

/// The shortest text as PostgreSQL chooses it. Of two that are equally near it takes the even one, and Rust the greater. Rust's may also be
/// exactly half-way to the next number, and reads back by rounding to even: 1e23. PostgreSQL takes none of these, and prints
/// 9.999999999999999e+22. Below 2^53, and 2^24 for `real`, no half-way number is as short.
fn shortest_inside(
    rusts: String,
    is_large: bool,
    of_digits: impl Fn(usize) -> String,
    reads_back: impl Fn(&str) -> bool,
) -> String {
    let mantissa = rusts.split('e').next().unwrap_or_default();
    let fraction = mantissa
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    let mut nearest = (fraction..17).map(of_digits);
    let found =
        nearest.find(|text| reads_back(text) && (!is_large || is_inside(text, &reads_back)));
    found.unwrap_or(rusts)
}

/// Whether the numbers next to it on both sides read back as the same number too.
fn is_inside(scientific: &str, reads_back: impl Fn(&str) -> bool) -> bool {
    let parts = || {
        let (mantissa, exponent) = scientific.split_once('e')?;
        let fraction = mantissa
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        let digits: i64 = mantissa.replace('.', "").parse().ok()?;
        let exponent: i64 = exponent.parse().ok()?;
        Some((digits, exponent - fraction as i64))
    };
    parts().is_some_and(|(digits, exponent)| {
        let (sign, digits) = (digits.signum(), digits.abs());
        let sign = if sign < 0 { "-" } else { "" };
        let exponent = exponent - 40;
        reads_back(&format!("{sign}{digits}{:040}e{exponent}", 1))
            && reads_back(&format!("{sign}{}{:9<40}e{exponent}", digits - 1, ""))
    })
}

fn write_special(out: &mut dyn fmt::Write, value: f64) -> fmt::Result {
    out.write_str(match value {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    })
}

/// Writes what Rust prints as `-d.ddde-7`, with the exponent only where it is less than -4, or where the digits before the point would be
/// more than `most`.
fn write_shortest(out: &mut dyn fmt::Write, scientific: &str, most: i32) -> fmt::Result {
    let (mantissa, exponent) = scientific.split_once('e').ok_or(fmt::Error)?;
    let exponent: i32 = exponent.parse().map_err(|_| fmt::Error)?;
    if exponent < -4 || exponent >= most {
        let sign = if exponent < 0 { '-' } else { '+' };
        return write!(out, "{mantissa}e{sign}{:02}", exponent.abs());
    }
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |mantissa| ("-", mantissa));
    let digits = mantissa.replace('.', "");
    out.write_str(sign)?;
    let Ok(whole) = usize::try_from(exponent + 1) else {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return write!(out, "0.{zeros}{digits}");
    };
    match digits.split_at_checked(whole) {
        None | Some((_, "")) => write!(out, "{digits:0<whole$}"),
        Some(("", fraction)) => write!(out, "0.{fraction}"),
        Some((whole, fraction)) => write!(out, "{whole}.{fraction}"),
    }
}

/// Takes a number as PostgreSQL prints it. A number that is too large, or too small to differ from zero, is refused.
pub(crate) fn take_f64(cursor: &mut Cursor<'_>) -> Option<f64> {
    let text = take(cursor)?;
    let value: f64 = text.parse().ok()?;
    in_range(text, value.is_infinite(), value == 0.0).then_some(value)
}

/// The same of a `real`.
pub(crate) fn take_f32(cursor: &mut Cursor<'_>) -> Option<f32> {
    let text = take(cursor)?;
    let value: f32 = text.parse().ok()?;
    in_range(text, value.is_infinite(), value == 0.0).then_some(value)
}

/// The characters that a number consists of; Rust's own parser judges their order.
fn take<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    cursor.eat_space();
    let text = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    cursor.eat_space();
    (!text.is_empty()).then_some(text)
}

fn in_range(text: &str, is_infinite: bool, is_zero: bool) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let written_infinite = text.to_ascii_lowercase().contains("inf");
    let written_zero = !mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    is_infinite == written_infinite && (!is_zero || written_zero)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_as_postgresql_prints_it() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.0001, "0.0001"),
            (0.000_012, "1.2e-05"),
            (0.5, "0.5"),
            (1e14, "100000000000000"),
            (1e15, "1e+15"),
            (1e22, "1e+22"),
            (1e23, "9.999999999999999e+22"),
            (-1e23, "-9.999999999999999e+22"),
            (123_456_789_012_345.6, "123456789012345.6"),
            (184_211_968_329_984.62, "184211968329984.62"),
            (1.25e-300, "1.25e-300"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            let mut out = String::new();
            write_f64(&mut out, value).unwrap();
            assert_eq!(out, text);
            let read = take_f64(&mut Cursor::new(text)).unwrap();
            assert_eq!(read.to_bits(), value.to_bits(), "{text}");
        }
        let mut out = String::new();
        write_f32(&mut out, 1e6).unwrap();
        write_f32(&mut out, 100_000.5).unwrap();
        assert_eq!(out, "1e+06100000.5");
    }

    #[test]
    fn out_of_range_is_no_number() {
        for text in ["1e400", "-1e400", "1e-400", "", "1e", "e5", "x"] {
            assert_eq!(take_f64(&mut Cursor::new(text)), None, "{text}");
        }
        assert_eq!(take_f32(&mut Cursor::new("1e39")), None);
        assert_eq!(take_f64(&mut Cursor::new("0e-400")), Some(0.0));
        assert_eq!(take_f64(&mut Cursor::new("-inf")), Some(f64::NEG_INFINITY));
    }
}
