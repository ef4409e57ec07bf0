//! The text form of `tsvector`.

use std::fmt;

use super::{Lexeme, Position, TsVector};
use crate::lexeme::{Weight, take_lexeme, write_lexeme};
use crate::text::{Cursor, pad};

impl fmt::Display for TsVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            for (index, lexeme) in self.lexemes().iter().enumerate() {
                out.write_str(if index == 0 { "" } else { " " })?;
                write(lexeme, out)?;
            }
            Ok(())
        })
    }
}

fn write(lexeme: &Lexeme, out: &mut dyn fmt::Write) -> fmt::Result {
    write_lexeme(out, &lexeme.text)?;
    for (index, position) in lexeme.positions.iter().enumerate() {
        let before = if index == 0 { ':' } else { ',' };
        write!(out, "{before}{}", position.number())?;
        if position.weight() != Weight::D {
            out.write_char(position.weight().letter())?;
        }
    }
    Ok(())
}

pub(super) fn parse(text: &str) -> Result<TsVector, &'static str> {
    let mut cursor = Cursor::new(text);
    let mut lexemes = Vec::new();
    cursor.eat_space();
    while !cursor.is_empty() {
        let text = take_lexeme(&mut cursor, &[':'])?;
        let mut positions = Vec::new();
        if cursor.eat(":") {
            positions.push(position(&mut cursor)?);
            while cursor.eat(",") {
                positions.push(position(&mut cursor)?);
            }
        }
        let ended = cursor.rest.starts_with(|c: char| c.is_ascii_whitespace());
        if !ended && !cursor.is_empty() {
            return Err("expected a space after a lexeme");
        }
        lexemes.push(Lexeme { text, positions });
        cursor.eat_space();
    }
    Ok(TsVector::new(lexemes))
}

/// A number and a weight. As on the server a number that is too great is the last one.
fn position(cursor: &mut Cursor<'_>) -> Result<Position, &'static str> {
    let digits = cursor.digits();
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Err("expected a position from 1 on");
    }
    let number = significant.parse().unwrap_or(Position::LAST);
    let weight = Weight::take(cursor).unwrap_or(Weight::D);
    let position = Position::new(number.min(Position::LAST), weight);
    position.ok_or("expected a position from 1 on")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_and_read() {
        for text in [
            "",
            "'a'",
            "'a':1",
            "'a b':1A,2B,3C,4",
            "'\\\\' 'it''s'",
            "'é':16383",
        ] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        for (text, same) in [
            (" b  a:1d ", "'a':1 'b'"),
            ("a\\ b:99999", "'a b':16383"),
            ("'\\x'", "'x'"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), same);
        }
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("''", "expected a lexeme"),
            (":1", "expected a lexeme"),
            ("'a", "expected the closing quote"),
            ("a\\", "expected a character after \\"),
            ("a:", "expected a position from 1 on"),
            ("a:0", "expected a position from 1 on"),
            ("a:1E", "expected a space after a lexeme"),
            ("'a''b'c", "expected a space after a lexeme"),
        ] {
            assert_eq!(parse(text).unwrap_err(), reason, "{text}");
        }
    }
}
