//! The text form of ranges.

use std::fmt;
use std::ops::Bound;
use std::str::FromStr;

use super::{Range, RangeError, value};
use crate::error::ParseError;
use crate::range_element::RangeElement;
use crate::text::{Cursor, is_c_space, pad};

impl<T: RangeElement> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((lower, upper)) = self.bounds() else {
            return f.pad("empty");
        };
        let included = |bound: &Bound<T>| matches!(bound, Bound::Included(_));
        pad(f, |out| {
            out.write_char(if included(lower) { '[' } else { '(' })?;
            write_value(value(lower), out)?;
            out.write_char(',')?;
            write_value(value(upper), out)?;
            out.write_char(if included(upper) { ']' } else { ')' })
        })
    }
}

/// Like PostgreSQL's `range_bound_escape`; nothing if there is no bound.
fn write_value(value: Option<&impl RangeElement>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Some(value) = value else {
        return Ok(());
    };
    let mut text = String::new();
    value.print(&mut text)?;
    let special = |c| is_c_space(c) || matches!(c, '"' | '\\' | '(' | ')' | '[' | ']' | ',');
    if !text.is_empty() && !text.contains(special) {
        return out.write_str(&text);
    }
    out.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.write_char(c)?;
        }
        out.write_char(c)?;
    }
    out.write_char('"')
}

impl<T: RangeElement + FromStr> FromStr for Range<T> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = |reason| ParseError::new("range", text, reason);
        let mut cursor = Cursor::new(text.trim_matches(is_c_space));
        let range = take(&mut cursor).map_err(error)?;
        if !cursor.is_empty() {
            return Err(error("expected nothing after the range"));
        }
        Ok(range)
    }
}

/// The range that comes next.
pub(super) fn take<T: RangeElement + FromStr>(
    cursor: &mut Cursor<'_>,
) -> Result<Range<T>, &'static str> {
    if cursor.eat("empty") {
        return Ok(Range::EMPTY);
    }
    let lower_included = cursor.eat("[");
    if !lower_included && !cursor.eat("(") {
        return Err("expected empty, [ or (");
    }
    let lower = take_value(cursor)?;
    if !cursor.eat(",") {
        return Err("expected a comma after the lower bound");
    }
    let upper = take_value(cursor)?;
    let upper_included = cursor.eat("]");
    if !upper_included && !cursor.eat(")") {
        return Err("expected ] or ) after the upper bound");
    }
    let range = Range::new(bound(lower, lower_included), bound(upper, upper_included));
    range.map_err(|error| match error {
        RangeError::Reversed => "the lower bound is greater than the upper one",
        RangeError::OutOfRange => "the value next to a bound is out of range",
    })
}

fn bound<T>(value: Option<T>, included: bool) -> Bound<T> {
    match (value, included) {
        (None, _) => Bound::Unbounded,
        (Some(value), true) => Bound::Included(value),
        (Some(value), false) => Bound::Excluded(value),
    }
}

/// The value of a bound, quoted as a whole, in part or not; `None` when nothing comes next.
fn take_value<T: FromStr>(cursor: &mut Cursor<'_>) -> Result<Option<T>, &'static str> {
    let mut text = String::new();
    let (mut is_quoted, mut was_quoted) = (false, false);
    let mut chars = cursor.rest.chars();
    loop {
        let before = chars.as_str();
        match chars.next().ok_or("expected the end of the range")? {
            '\\' => text.push(chars.next().ok_or("expected a character after \\")?),
            '"' if is_quoted && chars.as_str().starts_with('"') => {
                text.push('"');
                chars.next();
            }
            '"' => (is_quoted, was_quoted) = (!is_quoted, true),
            ',' | ')' | ']' | '(' | '[' if !is_quoted => {
                cursor.rest = before;
                break;
            }
            c => text.push(c),
        }
    }
    if text.is_empty() && !was_quoted {
        return Ok(None);
    }
    // As the input functions of all these types, which ignore whitespace around a value.
    let value = text.trim_matches(is_c_space).parse();
    value
        .map(Some)
        .map_err(|_| "a bound is no value of its type")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Numeric;
    use crate::timestamp::Timestamp;

    #[test]
    fn printed_and_read() {
        for text in [
            "empty",
            "(,)",
            "[1.5,2)",
            "(1,2]",
            "[1,1]",
            "[NaN,)",
            "(,-Infinity]",
        ] {
            assert_eq!(text.parse::<Range<Numeric>>().unwrap().to_string(), text);
        }
        let text = "[\"2026-11-22 00:00:00+00\",infinity)";
        assert_eq!(text.parse::<Range<Timestamp>>().unwrap().to_string(), text);
        for (text, same) in [
            (" EMPTY ", "empty"),
            ("[1,3]", "[1,4)"),
            ("[,3)", "(,3)"),
            ("[\"1\",3)", "[1,3)"),
            ("[ 1, 3 )", "[1,3)"),
            ("[1\"2\"3,1000)", "[123,1000)"),
            ("(1,2)", "empty"),
        ] {
            assert_eq!(text.parse::<Range<i32>>().unwrap().to_string(), same);
        }
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("", "expected empty, [ or ("),
            ("1,2", "expected empty, [ or ("),
            ("[1", "expected the end of the range"),
            ("[1)", "expected a comma after the lower bound"),
            ("[1,2,3)", "expected ] or ) after the upper bound"),
            ("[x,2)", "a bound is no value of its type"),
            ("[\"\",2)", "a bound is no value of its type"),
            ("[2,1)", "the lower bound is greater than the upper one"),
            (
                "[1,2147483647]",
                "the value next to a bound is out of range",
            ),
            ("[1,2) x", "expected nothing after the range"),
            ("[1\\", "expected a character after \\"),
        ] {
            let error = text.parse::<Range<i32>>().unwrap_err();
            assert_eq!(error.reason(), reason, "{text}");
        }
    }
}
