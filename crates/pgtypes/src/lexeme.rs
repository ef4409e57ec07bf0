//! What `tsvector` and `tsquery` have in common: normalized words and the weights of places.

use std::fmt;

use crate::text::Cursor;

/// How much a place in a document counts; `A` most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// The least, which is not printed.
    D,
    /// More than `D`.
    C,
    /// More than `C`.
    B,
    /// The greatest.
    A,
}

impl Weight {
    /// From the least to the greatest, as they are numbered on the wire.
    pub(crate) const ALL: [Self; 4] = [Self::D, Self::C, Self::B, Self::A];

    pub(crate) const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
        }
    }

    /// The weight whose letter, in either case, comes next.
    pub(crate) fn take(cursor: &mut Cursor<'_>) -> Option<Self> {
        let all = Self::ALL.into_iter();
        let mut found = all.filter(|weight| cursor.eat(weight.letter().encode_utf8(&mut [0; 4])));
        found.next()
    }
}

/// Writes a lexeme in quotes, with quotes and backslashes doubled.
pub(crate) fn write_lexeme(out: &mut dyn fmt::Write, lexeme: &str) -> fmt::Result {
    out.write_char('\'')?;
    for c in lexeme.chars() {
        if matches!(c, '\'' | '\\') {
            out.write_char(c)?;
        }
        out.write_char(c)?;
    }
    out.write_char('\'')
}

/// Takes a lexeme in quotes, or up to white space or one of `ends`.
pub(crate) fn take_lexeme(cursor: &mut Cursor<'_>, ends: &[char]) -> Result<String, &'static str> {
    let mut lexeme = String::new();
    let quoted = cursor.eat("'");
    let mut chars = cursor.rest.chars();
    loop {
        let before = chars.as_str();
        match chars.next() {
            Some('\\') => lexeme.push(chars.next().ok_or("expected a character after \\")?),
            Some('\'') if quoted && chars.as_str().starts_with('\'') => {
                lexeme.push('\'');
                chars.next();
            }
            Some('\'') if quoted => break,
            None if quoted => return Err("expected the closing quote"),
            Some(c) if quoted || !(c.is_ascii_whitespace() || c == '\x0b' || ends.contains(&c)) => {
                lexeme.push(c);
            }
            _ => {
                chars = before.chars();
                break;
            }
        }
    }
    cursor.rest = chars.as_str();
    if lexeme.is_empty() {
        return Err("expected a lexeme");
    }
    Ok(lexeme)
}

/// Takes a text that ends with a zero byte.
pub(crate) fn take_cstring(raw: &mut &[u8]) -> Option<String> {
    let end = raw.iter().position(|byte| *byte == 0)?;
    let (text, rest) = raw.split_at(end);
    *raw = &rest[1..];
    String::from_utf8(text.to_vec()).ok()
}
