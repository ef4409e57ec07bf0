//! The text form of `timestamp with time zone`.

use std::fmt;

use super::Timestamp;
use crate::datetime_text::{
    date_and_time, infinity, offset_part, parse_infinity, write_civil, write_era, write_iso_civil,
    write_time,
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
    let written = date_and_time(&mut cursor).map_err(error)?;
    let offset = offset_part(&mut cursor).map_err(error)?;
    let micros = written.micros_after(&mut cursor, offset).map_err(error)?;
    if !cursor.is_empty() {
        return Err(error("expected nothing after the offset but BC"));
    }
    Timestamp::finite(micros).ok_or_else(|| error("out of range"))
}
