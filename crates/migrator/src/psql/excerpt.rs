//! The line of a statement that psql shows below an error, and what it points at. Pure.

use crate::encoding::Counts;

/// The line of a statement that the server points into, as psql shows it: at most 60 columns of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// Line of the statement, from 1.
    pub line: usize,
    /// The shown part.
    pub text: String,
    /// Columns of it before the caret.
    pub caret: usize,
}

impl Excerpt {
    /// The byte of the statement that the server means. The caret's place assumes that the server counts characters, because psql reads its
    /// number that way.
    pub(super) fn byte(&self, statement: &str, counts: Counts) -> Option<usize> {
        let caret = self.caret(statement)?;
        Some(match counts {
            Counts::Characters => caret,
            Counts::Bytes => counts.byte(statement, statement[..caret].chars().count()),
        })
    }

    /// The byte of the statement that the caret stands under.
    fn caret(&self, statement: &str) -> Option<usize> {
        let line = statement.split('\n').nth(self.line - 1)?;
        let start: usize = statement
            .split('\n')
            .take(self.line - 1)
            .map(|l| l.len() + 1)
            .sum();
        // psql shows a tab as one space, and cuts a long line at either end.
        let shown: String = line.replace(['\t', '\r'], " ");
        let (from, columns) = if shown.starts_with(self.text.trim_end_matches("...")) {
            (0, self.caret)
        } else {
            let body = self.text.strip_prefix("...")?;
            let found = shown
                .find(body.strip_suffix("...").unwrap_or(body))
                .or_else(|| shown.find(body))?;
            (found, self.caret.checked_sub(3)?)
        };
        let mut columns = columns;
        for (at, c) in line[from..].char_indices() {
            if columns == 0 {
                return Some(start + from + at);
            }
            columns = columns.saturating_sub(width(c));
        }
        Some(start + line.len())
    }
}

/// How many columns psql counts for a character: <https://www.unicode.org/reports/tr11/>, and one for each that takes none.
fn width(c: char) -> usize {
    const WIDE: [std::ops::RangeInclusive<u32>; 17] = [
        0x1100..=0x115f,
        0x231a..=0x231b,
        0x2e80..=0x303e,
        0x3041..=0x4dbf,
        0x4e00..=0xa4c6,
        0xa960..=0xa97c,
        0xac00..=0xd7a3,
        0xf900..=0xfaff,
        0xfe30..=0xfe6b,
        0xff01..=0xff60,
        0xffe0..=0xffe6,
        0x17000..=0x18cd5,
        0x1b000..=0x1b2fb,
        0x1f300..=0x1f320,
        0x1f32d..=0x1f64f,
        0x1f680..=0x1f6c5,
        0x1f900..=0x3fffd,
    ];
    let code = u32::from(c);
    1 + usize::from(WIDE.iter().any(|range| range.contains(&code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_is_found_in_a_cut_line() {
        let before = "SELECT\n  ".to_owned() + &"aaaa, ".repeat(40);
        let statement = format!("{before}wrong, {}", "bbbb, ".repeat(40));
        let text = "... aaaa, aaaa, wrong, bbbb, b...".to_owned();
        let excerpt = Excerpt {
            line: 2,
            caret: text.find("wrong").unwrap(),
            text,
        };
        assert_eq!(
            excerpt.byte(&statement, Counts::Characters),
            Some(before.len())
        );
    }

    #[test]
    fn a_caret_counts_columns() {
        let excerpt = |caret: usize, text: &str| Excerpt {
            line: 1,
            caret,
            text: text.to_owned(),
        };
        for (before, columns) in [("SELECT '🦀日本é', ", 18), ("SELECT 'é', ", 12)] {
            let statement = format!("{before}nope");
            let shown = excerpt(columns, &statement);
            assert_eq!(
                shown.byte(&statement, Counts::Characters),
                Some(before.len())
            );
        }
        // The server's number is 12, in bytes, and psql reads it as characters.
        let statement = "SELECT 'é' nope, 1";
        let shown = excerpt(12, statement);
        assert_eq!(shown.byte(statement, Counts::Bytes), Some(12));
    }
}
