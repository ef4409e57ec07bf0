//! The text form of `hstore`.

use std::fmt;

use super::Hstore;
use crate::text::{Cursor, is_c_space, pad, write_quoted};

impl fmt::Display for Hstore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            for (index, (key, value)) in self.iter().enumerate() {
                out.write_str(if index == 0 { "" } else { ", " })?;
                write_quoted(key, out)?;
                out.write_str("=>")?;
                match value {
                    Some(value) => write_quoted(value, out)?,
                    None => out.write_str("NULL")?,
                }
            }
            Ok(())
        })
    }
}

pub(super) fn parse(text: &str) -> Result<Hstore, &'static str> {
    let mut cursor = Cursor::new(text);
    let mut pairs = Vec::new();
    eat_space(&mut cursor);
    while !cursor.is_empty() {
        let (key, _) = take(&mut cursor, '=')?;
        if !cursor.eat("=>") {
            return Err("expected => after a key");
        }
        eat_space(&mut cursor);
        let (value, quoted) = take(&mut cursor, ',')?;
        let is_null = !quoted && value.eq_ignore_ascii_case("null");
        pairs.push((key, (!is_null).then_some(value)));
        if !cursor.is_empty() && !cursor.eat(",") {
            return Err("expected a comma after a value");
        }
        eat_space(&mut cursor);
    }
    Ok(pairs.into_iter().collect())
}

fn eat_space(cursor: &mut Cursor<'_>) {
    cursor.take_while(is_c_space);
}

/// A text in quotes, or one that ends before whitespace or `end`, and the whitespace after it; and whether it was in quotes.
fn take(cursor: &mut Cursor<'_>, end: char) -> Result<(String, bool), &'static str> {
    let quoted = cursor.eat("\"");
    let mut text = String::new();
    let mut chars = cursor.rest.chars();
    loop {
        let before = chars.as_str();
        match chars.next() {
            Some('\\') => text.push(chars.next().ok_or("expected a character after \\")?),
            Some('"') if quoted => break,
            None if quoted => return Err("expected the closing quote"),
            Some(c) if quoted || !(is_c_space(c) || c == end) => text.push(c),
            _ => {
                chars = before.chars();
                break;
            }
        }
    }
    cursor.rest = chars.as_str();
    if text.is_empty() && !quoted {
        return Err("expected a text");
    }
    eat_space(cursor);
    Ok((text, quoted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_and_read() {
        for text in [
            "",
            "\"a\"=>\"1\"",
            "\"a\"=>NULL, \"bb\"=>\"NULL\"",
            "\"\"=>\"\", \"q\\\"\\\\\"=>\"é => , \"",
        ] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        for (text, same) in [
            (" a => 1 , b=>null ", "\"a\"=>\"1\", \"b\"=>NULL"),
            ("a\\ b=>\\=x,", "\"a b\"=>\"=x\""),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), same);
        }
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("a", "expected => after a key"),
            ("=>1", "expected a text"),
            ("a=>", "expected a text"),
            ("a=>1 b=>2", "expected a comma after a value"),
            ("\"a", "expected the closing quote"),
            ("a\\", "expected a character after \\"),
        ] {
            assert_eq!(parse(text).unwrap_err(), reason, "{text}");
        }
    }
}
