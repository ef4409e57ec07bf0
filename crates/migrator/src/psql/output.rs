//! Reading what psql prints. Pure.

use crate::link::{Error, Place, Rows, ServerError};
use crate::script::Message;

/// What stands in the context before the text of a query inside a function, whose positions are not the statement's.
const QUERY: &str = "query: ";

/// The rows of a result printed unaligned with the separators that the driver sets.
pub(super) fn rows(output: &str) -> Rows {
    let Some(output) = output.strip_suffix('\n') else {
        return Rows::new();
    };
    let value = |text: &str| (text != "\u{1d}").then(|| text.to_owned());
    output
        .split('\u{1e}')
        .map(|record| record.split('\u{1f}').map(value).collect())
        .collect()
}

/// An error as psql printed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Its fields, its place not known yet.
    pub error: ServerError,
    /// The line of the file that holds the end of the failed statement, from 1.
    pub line: usize,
    /// `LINE n: excerpt` and the column of the caret in it.
    pub excerpt: Option<Excerpt>,
}

/// The line of a statement that the server points into, as psql shows it: at most 60 columns of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// Line of the statement, from 1.
    pub line: usize,
    /// The shown part.
    pub text: String,
    /// Characters of it that stand before the caret.
    pub caret: usize,
}

/// The first error in what psql printed; warnings and notices are passed over.
pub(super) fn first_error(output: &str) -> Option<Found> {
    let lines: Vec<&str> = output.lines().collect();
    let at = lines.iter().position(|line| headline(line).is_some())?;
    let (line, severity, code, message) = headline(lines[at])?;
    let error = ServerError {
        severity: severity.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
        ..ServerError::default()
    };
    let mut found = Found {
        error,
        line,
        excerpt: None,
    };
    found.read_fields(&lines[at + 1..]);
    Some(found)
}

/// What the server calls a message that is no error; in its own language where `lc_messages` sets one, and then the code tells.
const NO_ERROR: [&str; 5] = ["WARNING", "NOTICE", "INFO", "LOG", "DEBUG"];

/// `psql:FILE:LINE: SEVERITY:  CODE: MESSAGE`, unless the code is one of success (00) or warning (01) or the severity is none of an
/// error: a warning may have any code.
fn headline(line: &str) -> Option<(usize, &str, &str, &str)> {
    let (head, rest) = line.strip_prefix("psql:")?.split_once(": ")?;
    let number = head.rsplit_once(':')?.1.parse().ok()?;
    let (severity, rest) = rest.split_once(":  ")?;
    let (code, message) = rest.split_once(": ")?;
    let is_error = code.len() == 5
        && !code.starts_with("00")
        && !code.starts_with("01")
        && !NO_ERROR.contains(&severity);
    is_error.then_some((number, severity, code, message))
}

impl Found {
    /// Reads the lines behind the headline; a line without a label continues the field before it.
    fn read_fields(&mut self, lines: &[&str]) {
        let mut current = "";
        let mut lines = lines.iter();
        while let Some(line) = lines.next() {
            if line.starts_with("psql:") || line.starts_with("LOCATION:  ") {
                return;
            }
            if let Some((number, text)) = line
                .strip_prefix("LINE ")
                .and_then(|rest| rest.split_once(": "))
            {
                let indent = "LINE : ".len() + number.len();
                let caret = lines
                    .next()
                    .and_then(|line| line.find('^'))
                    .unwrap_or(indent);
                let line = number.parse().unwrap_or(1);
                let caret = caret.saturating_sub(indent);
                self.excerpt = Some(Excerpt {
                    line,
                    text: text.to_owned(),
                    caret,
                });
                continue;
            }
            let label = ["DETAIL", "HINT", "CONTEXT", "QUERY"]
                .into_iter()
                .find_map(|label| Some((label, line.strip_prefix(label)?.strip_prefix(":  ")?)));
            match label {
                Some((label, text)) => {
                    current = label;
                    self.append(label, text);
                }
                None => self.append(current, line),
            }
        }
    }

    fn append(&mut self, label: &str, text: &str) {
        let field = match label {
            "" => {
                self.error.message = format!("{}\n{text}", self.error.message);
                return;
            }
            "DETAIL" => &mut self.error.detail,
            "HINT" => &mut self.error.hint,
            _ => &mut self.error.context,
        };
        let text = if label == "QUERY" {
            format!("{QUERY}{text}")
        } else {
            text.to_owned()
        };
        *field = Some(match field.take() {
            Some(before) => format!("{before}\n{text}"),
            None => text,
        });
    }

    /// The error with its place in the message that psql read from a file.
    pub(super) fn locate(self, message: &Message) -> ServerError {
        let line_of = |byte: usize| message.text[..byte].matches('\n').count() + 1;
        let failed = message
            .statements
            .iter()
            .position(|sent| line_of(sent.range.end) == self.line);
        let mut error = self.error;
        if let Some(index) = failed {
            let range = message.statements[index].range.clone();
            // psql sends the semicolon too, and shows it.
            let shown = message.text.get(range.start..=range.end);
            let inside = self
                .excerpt
                .as_ref()
                .and_then(|excerpt| excerpt.byte(shown.unwrap_or(&message.text[range.clone()])));
            error.place = match inside {
                // A position inside a function's body is one of another text.
                Some(byte) if !error.context.as_deref().unwrap_or_default().contains(QUERY) => {
                    Place::Byte(range.start + byte)
                }
                _ => Place::Statement(index),
            };
        }
        error
    }
}

impl Excerpt {
    /// The byte of the statement that the caret stands under.
    fn byte(&self, statement: &str) -> Option<usize> {
        let line = statement.split('\n').nth(self.line - 1)?;
        let start: usize = statement
            .split('\n')
            .take(self.line - 1)
            .map(|l| l.len() + 1)
            .sum();
        // psql shows a tab as one space, and cuts a long line at either end.
        let shown: String = line.replace(['\t', '\r'], " ");
        let characters = |text: &str| text.chars().count();
        let column = match shown.starts_with(self.text.trim_end_matches("...")) {
            true => self.caret,
            false => {
                let body = self.text.strip_prefix("...")?;
                let found = shown
                    .find(body.strip_suffix("...").unwrap_or(body))
                    .or_else(|| shown.find(body))?;
                characters(&shown[..found]) + self.caret.checked_sub(3)?
            }
        };
        let byte = line
            .char_indices()
            .nth(column)
            .map_or(line.len(), |(byte, _)| byte);
        Some(start + byte)
    }
}

/// Why psql ended without an error of a statement.
pub(super) fn ending(output: &str) -> Error {
    let text = output.trim();
    let text = if text.is_empty() {
        "psql ended without a word"
    } else {
        text
    };
    Error::Lost(text.lines().last().unwrap_or(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_null_and_empty_apart() {
        assert_eq!(rows(""), Rows::new());
        assert_eq!(rows("\n"), [[Some(String::new())]]);
        assert_eq!(
            rows("a\u{1f}\u{1d}\u{1e}b\n\u{1f}\n"),
            [
                [Some("a".to_owned()), None],
                [Some("b\n".to_owned()), Some(String::new())]
            ]
        );
    }

    #[test]
    fn an_error_is_read_field_by_field() {
        let output = "psql:/tmp/x/00001.sql:3: NOTICE:  00000: relation \"t\" already exists, skipping\n\
            LOCATION:  transformCreateStmt, parse_utilcmd.c:209\n\
            psql:/tmp/x/00001.sql:9: ERROR:  42703: column \"user_idd\" does not exist\n\
            LINE 2:   WHERE user_idd = 1\n\
            \x20               ^\n\
            DETAIL:  one\ntwo\n\
            HINT:  perhaps you meant \"user_id\"\n\
            LOCATION:  errorMissingColumn, parse_relation.c:3676\n";
        let found = first_error(output).unwrap();
        assert_eq!(found.line, 9);
        assert_eq!(found.error.code, "42703");
        assert_eq!(found.error.message, "column \"user_idd\" does not exist");
        assert_eq!(found.error.detail.as_deref(), Some("one\ntwo"));
        assert_eq!(
            found.error.hint.as_deref(),
            Some("perhaps you meant \"user_id\"")
        );
        let excerpt = Excerpt {
            line: 2,
            text: "  WHERE user_idd = 1".to_owned(),
            caret: 8,
        };
        assert_eq!(found.excerpt, Some(excerpt));
    }

    #[test]
    fn a_warning_with_an_error_s_code_is_no_error() {
        let output = "psql:/tmp/x/00001.sql:3: WARNING:  22P06: nonstandard use of \\' in a string literal\n\
            psql:/tmp/x/00001.sql:4: ERROR:  22012: division by zero\n";
        assert_eq!(first_error(output).unwrap().error.code, "22012");
    }

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
        assert_eq!(excerpt.byte(&statement), Some(before.len()));
    }
}
