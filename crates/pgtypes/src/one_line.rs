//! Foreign text in an error, on one line.

use std::fmt::{self, Display, Write};

/// What an error repeats of a text, in characters. The driver's error has all of it.
const MOST: usize = 2_000;

/// Shows a value on one line. Line breaks and other characters that divide a log or steer a terminal are escaped; a long text is cut.
pub(crate) struct OneLine<T>(pub(crate) T);

impl<T: Display> Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line { out: f, room: MOST };
        write!(line, "{}", self.0)
    }
}

struct Line<W> {
    out: W,
    /// How many characters may follow.
    room: usize,
}

impl<W: Write> Write for Line<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if self.room == 0 {
                break;
            }
            self.room -= 1;
            match c {
                _ if self.room == 0 => self.out.write_char('…')?,
                _ if steers(c) => write!(self.out, "{}", c.escape_default())?,
                _ => self.out.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Whether a character does something else than to stand in a line.
fn steers(c: char) -> bool {
    // The bidirectional controls reorder what stands beside them: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
    let reorders = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || reorders || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_its_line() {
        let hostile = "a\nb\r\n\u{1b}[31mc\u{202e}d\u{2028}é\t\"";
        assert_eq!(
            OneLine(hostile).to_string(),
            r#"a\nb\r\n\u{1b}[31mc\u{202e}d\u{2028}é\t""#
        );
    }

    #[test]
    fn a_long_text_is_cut() {
        let just = "é".repeat(MOST - 1);
        assert_eq!(OneLine(&just).to_string(), just);
        let long = OneLine("é".repeat(MOST * 9)).to_string();
        assert_eq!(long, format!("{just}…"));
        // Also of several pieces.
        let pieces = OneLine(format_args!("{just}{}{}", "x", "y")).to_string();
        assert_eq!(pieces, format!("{just}…"));
    }
}
