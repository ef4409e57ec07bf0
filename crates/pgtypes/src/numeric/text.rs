//! The text form of `numeric`, as `numeric_out` prints it and `numeric_in` of PostgreSQL 15 reads it.

use std::fmt;

use crate::error::ParseError;
use crate::numeric::{Finite, Numeric};
use crate::text::{Cursor, pad};

pub(crate) fn fmt(number: &Finite, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    pad(f, |out| {
        out.write_str(if number.negative { "-" } else { "" })?;
        write_whole(number, out)?;
        write_fraction(number, out)
    })
}

/// The wire digit that counts 10000 to the power of `weight`.
fn digit(number: &Finite, weight: i32) -> i16 {
    let index = usize::try_from(i32::from(number.weight) - weight);
    let digit = index.ok().and_then(|index| number.digits.get(index));
    digit.copied().unwrap_or(0)
}

fn write_whole(number: &Finite, out: &mut dyn fmt::Write) -> fmt::Result {
    let weight = i32::from(number.weight).max(0);
    write!(out, "{}", digit(number, weight))?;
    for weight in (0..weight).rev() {
        write!(out, "{:04}", digit(number, weight))?;
    }
    Ok(())
}

fn write_fraction(number: &Finite, out: &mut dyn fmt::Write) -> fmt::Result {
    if number.scale == 0 {
        return Ok(());
    }
    out.write_char('.')?;
    let mut left = u32::from(number.scale);
    let mut weight = -1;
    while left >= 4 {
        write!(out, "{:04}", digit(number, weight))?;
        left -= 4;
        weight -= 1;
    }
    if left > 0 {
        let first = digit(number, weight) / 10i16.pow(4 - left);
        write!(out, "{first:0width$}", width = left as usize)?;
    }
    Ok(())
}

pub(crate) fn parse(text: &str) -> Result<Numeric, ParseError> {
    parse_trimmed(text.trim_ascii()).map_err(|reason| ParseError::new("numeric", text, reason))
}

fn parse_trimmed(text: &str) -> Result<Numeric, &'static str> {
    let mut cursor = Cursor::new(text);
    if cursor.rest.eq_ignore_ascii_case("nan") {
        return Ok(Numeric::NAN);
    }
    let negative = cursor.eat("-");
    if !negative {
        cursor.eat("+");
    }
    if ["infinity", "inf"]
        .iter()
        .any(|name| cursor.rest.eq_ignore_ascii_case(name))
    {
        return Ok(if negative {
            Numeric::NEG_INFINITY
        } else {
            Numeric::INFINITY
        });
    }
    let whole = cursor.digits();
    let fraction = if cursor.eat(".") { cursor.digits() } else { "" };
    if whole.is_empty() && fraction.is_empty() {
        return Err("expected a decimal number, NaN or Infinity");
    }
    let exponent = exponent(&mut cursor)?;
    if !cursor.is_empty() {
        return Err("expected nothing after the number");
    }
    let decimal = [whole, fraction].concat();
    let point = whole.len() as i64 + exponent;
    let scale = (fraction.len() as i64 - exponent).max(0);
    let number = Finite::from_decimal(negative, decimal.as_bytes(), point, scale);
    let number =
        number.ok_or("a numeric has at most 131072 digits before its point and 16383 after it")?;
    Ok(Numeric::from(number))
}

fn exponent(cursor: &mut Cursor<'_>) -> Result<i64, &'static str> {
    if !cursor.eat("e") {
        return Ok(0);
    }
    let negative = cursor.eat("-");
    if !negative {
        cursor.eat("+");
    }
    let digits = cursor.digits();
    if digits.is_empty() {
        return Err("expected digits after the e");
    }
    let exponent: i32 = digits.parse().map_err(|_| "the exponent is out of range")?;
    Ok(i64::from(if negative { -exponent } else { exponent }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn printed_as_postgresql_prints_it() {
        for (text, printed) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.00", "0.00"),
            (".5", "0.5"),
            ("5.", "5"),
            (" +007.50 ", "7.50"),
            ("1e3", "1000"),
            ("1.5e3", "1500"),
            ("1.2345e2", "123.45"),
            ("1E-5", "0.00001"),
            ("-12345678.000100", "-12345678.000100"),
            (
                "10000000000000000000000000000",
                "10000000000000000000000000000",
            ),
            ("0e-3", "0.000"),
            ("nan", "NaN"),
            ("inf", "Infinity"),
            ("+Infinity", "Infinity"),
            ("-INF", "-Infinity"),
        ] {
            let number = parse(text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(number.to_string(), printed, "{text}");
        }
        assert_eq!(
            format!("{:>8}|{:<6}|", parse("1.50").unwrap(), Numeric::NAN),
            "    1.50|NaN   |"
        );
    }

    #[test]
    fn the_longest() {
        let longest = format!("{}.{}", "9".repeat(131_072), "1".repeat(16_383));
        assert_eq!(parse(&longest).unwrap().to_string(), longest);
        let smallest = format!("0.{}1", "0".repeat(16_382));
        assert_eq!(parse("1e-16383").unwrap().to_string(), smallest);
        assert_eq!(parse("1e131071").unwrap().to_string().len(), 131_072);
        let reason = "a numeric has at most 131072 digits before its point and 16383 after it";
        for text in [
            "1e131072",
            "1e-16384",
            "0e-16384",
            "1e2147483647",
            "-1e-2147483647",
        ] {
            assert_eq!(parse(text).unwrap_err().reason(), reason, "{text}");
        }
        assert_eq!(parse("0e131072").unwrap(), Numeric::ZERO);
    }

    #[test]
    fn rejected() {
        for text in [
            "",
            " ",
            ".",
            "-",
            "+.",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "1 2",
            "- 1",
            "--1",
            "+nan",
            "-nan",
            "0x1f",
            "1_000",
            "infinit",
            "1e99999999999",
            "١",
        ] {
            assert!(parse(text).is_err(), "`{text}`");
        }
        assert_eq!(
            parse("12a").unwrap_err().to_string(),
            "invalid numeric `12a`: expected nothing after the number"
        );
    }

    #[test]
    fn every_text_form_reads_back() {
        let mut random = Random::new(3);
        for _ in 0..20_000 {
            let number = random.numeric();
            let text = number.to_string();
            let back = parse(&text).unwrap();
            assert_eq!(back, number);
            assert_eq!(back.to_string(), text);
        }
    }
}
