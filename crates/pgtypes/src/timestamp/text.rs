//! The text form of `timestamp with time zone`.

use std::fmt;

use super::Timestamp;
use crate::calendar::DAY_MICROS;
use crate::datetime_text::{
    date_part, era_part, infinity, offset_part, parse_infinity, time_part, write_civil, write_era,
    write_iso_civil, write_time,
};
use crate::error::ParseError;
use crate::text::{Cursor, pad};

pub(crate) fn fmt(timestamp: Timestamp, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(civil) = timestamp.date_utc().civil() else {
        return f.pad(infinity(timestamp == Timestamp::INFINITY));
    };
    let micros = timestamp.micros_of_day();
    let iso = f.alternate();
    pad(f, |out| {
        if iso {
            write_iso_civil(out, civil)?;
            out.write_char('T')?;
            write_time(out, micros)?;
            return out.write_char('Z');
        }
        write_civil(out, civil)?;
        out.write_char(' ')?;
        write_time(out, micros)?;
        out.write_str("+00")?;
        write_era(out, civil)
    })
}

pub(crate) fn parse(text: &str) -> Result<Timestamp, ParseError> {
    let error = |reason| ParseError::new("timestamp with time zone", text, reason);
    if let Some(positive) = parse_infinity(text) {
        return Ok(if positive {
            Timestamp::INFINITY
        } else {
            Timestamp::NEG_INFINITY
        });
    }
    let mut cursor = Cursor::new(text.trim_ascii());
    let written = date_part(&mut cursor).map_err(error)?;
    if !cursor.eat("T") && !cursor.eat(" ") {
        return Err(error("expected a time after the date"));
    }
    cursor.eat_space();
    let of_day = time_part(&mut cursor).map_err(error)?;
    cursor.eat_space();
    let offset = offset_part(&mut cursor).map_err(error)?;
    let era = era_part(&mut cursor).map_err(error)?;
    if !cursor.is_empty() {
        return Err(error("expected nothing after the offset but BC"));
    }
    let civil = written.in_era(era).map_err(error)?;
    let micros = civil
        .days()
        .checked_mul(DAY_MICROS)
        .and_then(|midnight| midnight.checked_add(of_day - offset * 1_000_000));
    micros
        .and_then(Timestamp::finite)
        .ok_or_else(|| error("out of range"))
}
