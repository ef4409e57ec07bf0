//! The text form of arrays: `array_out`'s braces, quotes and bounds, read back as `array_in` reads them.

use std::fmt;
use std::str::FromStr;

use crate::array::{Array, Dimension};
use crate::encode::Encode;
use crate::error::ParseError;
use crate::text::{Cursor, is_c_space, write_quoted};

/// PostgreSQL's array literal, `{a,NULL,"b c"}` or `[0:1]={1,2}`, with each element as its own `Display` prints it.
///
/// That is what the server prints for every element type of this crate, for integers, text and [`Uuid`](crate::Uuid). Rust prints
/// `true` and great floats in its own way, which the server reads as well.
impl<T: Encode + fmt::Display> fmt::Display for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::text::pad(f, |out| {
            if self.is_empty() {
                return out.write_str("{}");
            }
            write_bounds(self.dimensions(), out)?;
            write_dimension(self.dimensions(), self.elements(), out)
        })
    }
}

/// The subscripts, when any dimension does not count from 1.
fn write_bounds(dimensions: &[Dimension], out: &mut dyn fmt::Write) -> fmt::Result {
    if dimensions
        .iter()
        .all(|dimension| dimension.lower_bound == 1)
    {
        return Ok(());
    }
    for Dimension { len, lower_bound } in dimensions {
        let last = i64::from(*lower_bound) + *len as i64 - 1;
        write!(out, "[{lower_bound}:{last}]")?;
    }
    out.write_char('=')
}

fn write_dimension<T: Encode + fmt::Display>(
    dimensions: &[Dimension],
    elements: &[Option<T>],
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let [outer, inner @ ..] = dimensions else {
        return elements
            .iter()
            .try_for_each(|element| write_element(element, out));
    };
    out.write_char('{')?;
    let step = elements.len() / outer.len;
    for (index, part) in elements.chunks(step).enumerate() {
        if index > 0 {
            out.write_char(T::DELIMITER)?;
        }
        write_dimension(inner, part, out)?;
    }
    out.write_char('}')
}

fn write_element<T: Encode + fmt::Display>(
    element: &Option<T>,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let Some(element) = element else {
        return out.write_str("NULL");
    };
    let text = element.to_string();
    let special = |c| is_c_space(c) || c == T::DELIMITER || matches!(c, '{' | '}' | '"' | '\\');
    if !text.is_empty() && !text.eq_ignore_ascii_case("null") && !text.contains(special) {
        return out.write_str(&text);
    }
    write_quoted(&text, out)
}

/// Reads PostgreSQL's array literal.
impl<T: Encode + FromStr> FromStr for Array<T> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).map_err(|reason| ParseError::new("array", text, reason))
    }
}

fn parse<T: Encode + FromStr>(text: &str) -> Result<Array<T>, &'static str> {
    let mut cursor = Cursor::new(text.trim_matches(is_c_space));
    let bounds = bounds(&mut cursor)?;
    let mut reader = Reader {
        cursor,
        lengths: Vec::new(),
        depth: 0,
        elements: Vec::new(),
    };
    reader.braces()?;
    if !reader.cursor.is_empty() {
        return Err("expected nothing after the closing brace");
    }
    let lengths = reader.lengths.iter().map(|length| length.unwrap_or(0));
    let dimensions = match bounds {
        None => lengths
            .map(|len| Dimension {
                len,
                lower_bound: 1,
            })
            .collect(),
        Some(bounds) if lengths.eq(bounds.iter().map(|bound| bound.len)) => bounds,
        Some(_) => return Err("the bounds do not fit the elements"),
    };
    Array::new(dimensions, reader.elements).map_err(|_| "no array has such dimensions")
}

/// `[low:high]…=`, when it comes next.
fn bounds(cursor: &mut Cursor<'_>) -> Result<Option<Vec<Dimension>>, &'static str> {
    if !cursor.rest.starts_with('[') {
        return Ok(None);
    }
    let (written, rest) = cursor
        .rest
        .split_once('=')
        .ok_or("expected = after the bounds")?;
    cursor.rest = rest.trim_start_matches(is_c_space);
    let inner = written.trim_end_matches(is_c_space).strip_prefix('[');
    let inner = inner.and_then(|inner| inner.strip_suffix(']'));
    let bounds = inner.ok_or("expected [low:high]")?.split("][");
    let bounds: Option<Vec<Dimension>> = bounds.map(bound).collect();
    bounds.ok_or("expected [low:high]").map(Some)
}

fn bound(text: &str) -> Option<Dimension> {
    let (low, high) = text.split_once(':')?;
    let lower_bound: i32 = low.parse().ok()?;
    let high: i32 = high.parse().ok()?;
    let len = i64::from(high) - i64::from(lower_bound) + 1;
    let len = usize::try_from(len).ok()?;
    Some(Dimension { len, lower_bound })
}

struct Reader<'a, T> {
    cursor: Cursor<'a>,
    /// Per depth, how many items each pair of braces there holds; `None` until the first one closes.
    lengths: Vec<Option<usize>>,
    depth: usize,
    elements: Vec<Option<T>>,
}

impl<T: Encode + FromStr> Reader<'_, T> {
    /// `{item,…}`, its items all elements or all braces again.
    fn braces(&mut self) -> Result<(), &'static str> {
        if !self.cursor.eat("{") {
            return Err("expected an opening brace");
        }
        if self.depth == self.lengths.len() {
            // Elements before mean that this level was already the innermost.
            if !self.elements.is_empty() {
                return Err("the dimensions differ");
            }
            self.lengths.push(None);
        }
        self.depth += 1;
        let count = self.items()?;
        self.depth -= 1;
        match &mut self.lengths[self.depth] {
            Some(length) if *length != count => Err("the dimensions differ"),
            length => {
                *length = Some(count);
                Ok(())
            }
        }
    }

    fn items(&mut self) -> Result<usize, &'static str> {
        self.cursor.eat_space();
        if self.cursor.eat("}") {
            // Only the empty array has empty braces.
            let empty = self.depth == 1 && self.lengths.len() == 1;
            return if empty { Ok(0) } else { Err("empty braces") };
        }
        let mut count = 0;
        loop {
            self.cursor.eat_space();
            if self.cursor.rest.starts_with('{') {
                self.braces()?;
            } else {
                self.element()?;
            }
            count += 1;
            self.cursor.eat_space();
            if self.cursor.eat("}") {
                return Ok(count);
            }
            if !self.cursor.eat(T::DELIMITER.encode_utf8(&mut [0; 4])) {
                return Err("expected a comma or the closing brace");
            }
        }
    }

    fn element(&mut self) -> Result<(), &'static str> {
        if self.depth != self.lengths.len() {
            return Err("the dimensions differ");
        }
        let text = if self.cursor.eat("\"") {
            self.quoted()?
        } else {
            let text = self.unquoted()?;
            if text.eq_ignore_ascii_case("null") {
                self.elements.push(None);
                return Ok(());
            }
            text
        };
        let element = text
            .parse()
            .map_err(|_| "an element is not a valid value of its type")?;
        self.elements.push(Some(element));
        Ok(())
    }

    fn quoted(&mut self) -> Result<String, &'static str> {
        let mut text = String::new();
        let mut chars = self.cursor.rest.chars();
        loop {
            match chars.next().ok_or("expected the closing quote")? {
                '"' => break,
                '\\' => text.push(chars.next().ok_or("expected a character after \\")?),
                c => text.push(c),
            }
        }
        self.cursor.rest = chars.as_str();
        Ok(text)
    }

    fn unquoted(&mut self) -> Result<String, &'static str> {
        let mut text = String::new();
        let mut chars = self.cursor.rest.chars();
        // White space that no backslash protects does not count at the end.
        let mut kept = 0;
        loop {
            let before = chars.as_str();
            match chars.next().ok_or("expected the closing brace")? {
                c if c == T::DELIMITER || c == '}' => {
                    self.cursor.rest = before;
                    break;
                }
                '{' | '"' => return Err("expected a comma or the closing brace"),
                '\\' => {
                    text.push(chars.next().ok_or("expected a character after \\")?);
                    kept = text.len();
                }
                c => {
                    text.push(c);
                    kept = if is_c_space(c) { kept } else { text.len() };
                }
            }
        }
        text.truncate(kept);
        if text.is_empty() {
            return Err("expected an element");
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn strings(text: &str) -> Array<String> {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn printed_as_postgresql_prints_it() {
        for text in [
            "{}",
            "{a}",
            "{a,NULL,\"null\",\"\"}",
            "{\"a b\",\"c,d\",\"{\",\"}\",\"q\\\"\",\"\\\\\",é}",
            "{{1,2,3},{4,5,6}}",
            "{{{1},{2}},{{3},{NULL}}}",
            "[0:1]={1,2}",
            "[-2:-1][1:1]={{1},{2}}",
            "[2147483646:2147483646]={x}",
        ] {
            assert_eq!(strings(text).to_string(), text);
        }
    }

    #[test]
    fn read_as_postgresql_reads_it() {
        for (text, same) in [
            (" { a , \"b\" , null } ", "{a,b,NULL}"),
            ("{ }", "{}"),
            ("{a b ,c\\ }", "{\"a b\",\"c \"}"),
            ("{\\a\\,b}", "{\"a,b\"}"),
            ("[1:2] = {a,b}", "{a,b}"),
        ] {
            assert_eq!(strings(text), strings(same), "{text}");
        }
        assert_eq!(
            "{1,NULL}".parse(),
            Ok(Array::from_elements(vec![Some(1), None]))
        );
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("", "expected an opening brace"),
            ("{", "expected the closing brace"),
            ("{1", "expected the closing brace"),
            ("{1}}", "expected nothing after the closing brace"),
            ("{1,}", "expected an element"),
            ("{,1}", "expected an element"),
            ("{\"1}", "expected the closing quote"),
            ("{\"1\"2}", "expected a comma or the closing brace"),
            ("{1{2}}", "expected a comma or the closing brace"),
            ("{1\\", "expected a character after \\"),
            ("{{1},2}", "the dimensions differ"),
            ("{1,{2}}", "the dimensions differ"),
            ("{{1},{2,3}}", "the dimensions differ"),
            ("{{1},{{2}}}", "the dimensions differ"),
            ("{{}}", "empty braces"),
            ("{{1},{}}", "empty braces"),
            ("[1:2]{1,2}", "expected = after the bounds"),
            ("[1]={1}", "expected [low:high]"),
            ("[1:2]={1}", "the bounds do not fit the elements"),
            ("[1:1][1:1]={1}", "the bounds do not fit the elements"),
            ("[2:0]={}", "expected [low:high]"),
            ("{{{{{{{1}}}}}}}", "no array has such dimensions"),
            ("{x}", "an element is not a valid value of its type"),
        ] {
            let error = text.parse::<Array<i32>>().unwrap_err();
            assert_eq!(error.reason(), reason, "{text}");
        }
    }

    #[test]
    fn every_text_form_reads_back() {
        let mut random = Random::new(5);
        for _ in 0..5_000 {
            let array = random.array();
            assert_eq!(array.to_string().parse(), Ok(array));
        }
    }
}
