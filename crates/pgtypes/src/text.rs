//! Small means to read and write the text forms.

use std::fmt;

/// Writes through `write`, padded as the format string asks.
pub(crate) fn pad(
    f: &mut fmt::Formatter<'_>,
    write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
) -> fmt::Result {
    if f.width().is_none() && f.precision().is_none() {
        return write(f);
    }
    let mut text = String::new();
    write(&mut text)?;
    f.pad(&text)
}

/// Writes `.` and the fraction of a second without trailing zeros; nothing when it is zero.
pub(crate) fn write_fraction(out: &mut dyn fmt::Write, micros: u64) -> fmt::Result {
    if micros == 0 {
        return Ok(());
    }
    let (mut digits, mut width) = (micros, 6);
    while digits.is_multiple_of(10) {
        digits /= 10;
        width -= 1;
    }
    write!(out, ".{digits:0width$}")
}

/// Whitespace as the input functions of arrays and ranges define it, which is C's.
pub(crate) fn is_c_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

/// The bytes that two hexadecimal digits each stand for.
pub(crate) fn hex_bytes(digits: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16);
    let byte = |pair: &[u8]| match *pair {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    };
    digits.as_bytes().chunks(2).map(byte).collect()
}

/// Writes a text in double quotes, as it is inside arrays and `hstore`: with a backslash before quotes and backslashes.
pub(crate) fn write_quoted(text: &str, out: &mut dyn fmt::Write) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.write_char('\\')?;
        }
        out.write_char(c)?;
    }
    out.write_char('"')
}

/// What is left to read of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    pub(crate) rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes `prefix` if it comes next, whatever its case.
    pub(crate) fn eat(&mut self, prefix: &str) -> bool {
        let next = self.rest.get(..prefix.len());
        let found = next.is_some_and(|next| next.eq_ignore_ascii_case(prefix));
        if found {
            self.rest = &self.rest[prefix.len()..];
        }
        found
    }

    /// Takes the white space that comes next.
    pub(crate) fn eat_space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    /// Takes the longest run of characters that satisfy `wanted`, perhaps none.
    pub(crate) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Takes the run of ASCII digits that comes next, perhaps none.
    pub(crate) fn digits(&mut self) -> &'a str {
        self.take_while(|c| c.is_ascii_digit())
    }

    /// Takes exactly two digits.
    pub(crate) fn two_digits(&mut self) -> Option<u32> {
        let digits = self.rest.get(..2)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.rest = &self.rest[2..];
        digits.parse().ok()
    }

    /// Takes `.` and digits if they come next; the fraction in millionths, rounded half to even as the server rounds.
    pub(crate) fn fraction(&mut self) -> Option<u64> {
        if !self.eat(".") {
            return Some(0);
        }
        let digits = self.digits();
        if digits.is_empty() {
            return None;
        }
        let (kept, cut) = digits.split_at(digits.len().min(6));
        let micros = kept.parse::<u64>().ok()? * 10u64.pow(6 - kept.len() as u32);
        let half = cut.starts_with('5') && cut[1..].bytes().all(|byte| byte == b'0');
        let up = if half {
            micros % 2 == 1
        } else {
            cut.as_bytes().first().is_some_and(|byte| *byte >= b'5')
        };
        Some(micros + u64::from(up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_round_half_to_even() {
        for (text, micros) in [
            ("", 0),
            (".5", 500_000),
            (".000001", 1),
            (".0000005", 0),
            (".0000015", 2),
            (".00000050001", 1),
            (".0000004999", 0),
            (".9999999", 1_000_000),
        ] {
            assert_eq!(Cursor::new(text).fraction(), Some(micros), "{text}");
        }
        assert_eq!(Cursor::new(".").fraction(), None);
    }

    #[test]
    fn fractions_are_written_without_trailing_zeros() {
        for (micros, text) in [(0, ""), (1, ".000001"), (120_000, ".12"), (100, ".0001")] {
            let mut out = String::new();
            write_fraction(&mut out, micros).unwrap();
            assert_eq!(out, text);
        }
    }
}
