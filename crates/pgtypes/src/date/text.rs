//! The text form of `date`.

use std::fmt;

use super::Date;
use crate::datetime_text::{date_part, era_part, infinity, parse_infinity, write_civil, write_era};
use crate::error::ParseError;
use crate::text::{Cursor, pad};

pub(crate) fn fmt(date: Date, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(civil) = date.civil() else {
        return f.pad(infinity(date == Date::INFINITY));
    };
    pad(f, |out| {
        write_civil(out, civil)?;
        write_era(out, civil)
    })
}

pub(crate) fn parse(text: &str) -> Result<Date, ParseError> {
    let error = |reason| ParseError::new("date", text, reason);
    if let Some(positive) = parse_infinity(text) {
        return Ok(if positive {
            Date::INFINITY
        } else {
            Date::NEG_INFINITY
        });
    }
    let mut cursor = Cursor::new(text.trim_ascii());
    let written = date_part(&mut cursor).map_err(error)?;
    let era = era_part(&mut cursor).map_err(error)?;
    if !cursor.is_empty() {
        return Err(error("expected YYYY-MM-DD, and nothing after it but BC"));
    }
    let civil = written.in_era(era).map_err(error)?;
    Date::finite(civil.days()).ok_or_else(|| error("out of range"))
}
