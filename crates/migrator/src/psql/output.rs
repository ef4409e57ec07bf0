//! Reading what psql prints. Pure.

use super::excerpt::Excerpt;
use crate::encoding::Counts;
use crate::link::{Error, Inner, Notice, Position, Rows, ServerError};
use crate::message::Message;

/// The words in the context before the text of a query inside a function, whose positions are not the statement's.
const QUERY: &str = "query: ";

/// What psql writes before each field after a message's first; a line without one continues the field before it.
const LABELS: [&str; 9] = [
    "DETAIL",
    "HINT",
    "QUERY",
    "CONTEXT",
    "SCHEMA NAME",
    "TABLE NAME",
    "COLUMN NAME",
    "DATATYPE NAME",
    "CONSTRAINT NAME",
];

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
    /// The statement that a function ran; the excerpt is then from it.
    pub query: Option<String>,
}

/// The server's message, as psql printed it.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The first error.
    pub error: Option<Found>,
    /// What is no error, in order.
    pub notices: Vec<Notice>,
}

/// Reads what psql printed on its standard error while it ran `source`, a file or its standard input.
///
/// Each message begins with the source's name and a line, and continues to the next: the server may print anything in a message, but it
/// does not know the name of the file.
pub(super) fn heard(errors: &str, source: &str) -> Heard {
    let prefix = format!("psql:{source}:");
    let lines: Vec<&str> = errors.lines().collect();
    let begins = |line: &str| line.starts_with(&prefix);
    let mut heard = Heard::default();
    for (at, line) in lines.iter().enumerate() {
        let Some(head) = line.strip_prefix(&prefix).and_then(Headline::read) else {
            continue;
        };
        let rest = &lines[at + 1..];
        let end = rest.iter().position(|line| begins(line));
        let mut found = Found {
            error: ServerError {
                severity: head.severity.to_owned(),
                code: head.code.to_owned(),
                message: head.message.to_owned(),
                ..ServerError::default()
            },
            line: head.line,
            excerpt: None,
            query: None,
        };
        found.read_fields(&rest[..end.unwrap_or(rest.len())]);
        if !head.is_error() {
            heard.notices.push(Notice {
                severity: found.error.severity,
                code: found.error.code,
                message: found.error.message,
            });
        } else if heard.error.is_none() {
            heard.error = Some(found);
        }
    }
    heard
}

/// The error that ended a query; psql itself knows its code and message. The rest is on standard error after that, and any notices of the
/// server may come before.
pub(super) fn error(errors: &str, source: &str, code: &str, message: &str) -> ServerError {
    let prefix = format!("psql:{source}:");
    let lines: Vec<&str> = errors.lines().collect();
    let first = message.lines().next().unwrap_or_default();
    let is_it = |line: &&str| {
        let head = line.strip_prefix(&prefix).and_then(Headline::read);
        head.is_some_and(|head| head.code == code && head.message == first)
    };
    let known = ServerError {
        severity: "ERROR".to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
        ..ServerError::default()
    };
    let Some(at) = lines.iter().rposition(is_it) else {
        return known;
    };
    let mut found = Found {
        error: known,
        line: 0,
        excerpt: None,
        query: None,
    };
    found.read_fields(&lines[at + 1..]);
    found.error.message = message.to_owned();
    found.error
}

/// `LINE: SEVERITY:  CODE: MESSAGE`, after the name of what psql reads.
struct Headline<'a> {
    line: usize,
    severity: &'a str,
    code: &'a str,
    message: &'a str,
}

impl<'a> Headline<'a> {
    fn read(text: &'a str) -> Option<Headline<'a>> {
        let (line, rest) = text.split_once(": ")?;
        let (severity, rest) = rest.split_once(":  ")?;
        let (code, message) = rest
            .split_once(": ")
            .or(rest.strip_suffix(':').map(|it| (it, "")))?;
        let is_code = code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Some(Headline {
            line: line.parse().ok()?,
            severity,
            code: Some(code).filter(|_| is_code)?,
            message,
        })
    }

    /// The severity may be in the server's language; then the code shows it: success (00) or warning (01) if it is not an error.
    fn is_error(&self) -> bool {
        const ERRORS: [&str; 3] = ["ERROR", "FATAL", "PANIC"];
        const NO_ERRORS: [&str; 5] = ["WARNING", "NOTICE", "INFO", "LOG", "DEBUG"];
        let is_success = self.code.starts_with("00") || self.code.starts_with("01");
        ERRORS.contains(&self.severity) || !(NO_ERRORS.contains(&self.severity) || is_success)
    }
}

impl Found {
    /// Reads the lines after the headline; a line without a label continues the field before it.
    fn read_fields(&mut self, lines: &[&str]) {
        let mut current = "";
        let mut lines = lines.iter();
        while let Some(line) = lines.next() {
            if line.starts_with("LOCATION:  ") {
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
            let label = LABELS
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
            "QUERY" | "CONTEXT" => &mut self.error.context,
            // The names of what it is about.
            _ => return,
        };
        if label == "QUERY" {
            self.query = Some(match self.query.take() {
                Some(before) => format!("{before}\n{text}"),
                None => text.to_owned(),
            });
        }
        let text = if label == "QUERY" && field.is_none() {
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
    pub(super) fn locate(self, message: &Message, counts: Counts) -> ServerError {
        let line_of = |byte: usize| message.text[..byte].matches('\n').count() + 1;
        let failed = message
            .statements
            .iter()
            .position(|sent| line_of(sent.range.end) == self.line);
        let mut error = self.error;
        error.inner = self.query.as_ref().and_then(|query| {
            Some(Inner {
                byte: self.excerpt.as_ref()?.byte(query, counts)?,
                query: query.clone(),
            })
        });
        if let Some(index) = failed {
            let range = message.statements[index].range.clone();
            // psql sends the semicolon too, and shows it.
            let shown = message.text.get(range.start..=range.end);
            let inside = self.excerpt.as_ref().and_then(|excerpt| {
                excerpt.byte(shown.unwrap_or(&message.text[range.clone()]), counts)
            });
            error.place = match inside {
                // A position inside a function's body is one of another text.
                Some(byte) if !error.context.as_deref().unwrap_or_default().contains(QUERY) => {
                    Position::Byte(range.start + byte)
                }
                _ => Position::Statement(index),
            };
        }
        error
    }
}

/// Whether the server ended the session with this; the severity may be in the server's language.
pub(super) fn ends_session(error: &ServerError) -> bool {
    ["FATAL", "PANIC"].contains(&error.severity.as_str()) || error.code.starts_with("57P0")
}

/// Why psql ended without an error of a statement.
pub(super) fn ending(output: &str) -> Error {
    let text = output.trim();
    let text = if text.is_empty() {
        "psql exited without output"
    } else {
        text
    };
    Error::lost(text.lines().last().unwrap_or(text))
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

    const FILE: &str = "/tmp/x/migrations-1.sql";

    #[test]
    fn an_error_is_read_field_by_field() {
        let errors = "psql:/tmp/x/migrations-1.sql:3: NOTICE:  00000: relation \"t\" already exists, skipping\n\
            LOCATION:  transformCreateStmt, parse_utilcmd.c:209\n\
            psql:/tmp/x/migrations-1.sql:9: ERROR:  42703: column \"user_idd\" does not exist\n\
            LINE 2:   WHERE user_idd = 1\n\
            \x20               ^\n\
            DETAIL:  one\ntwo\n\
            HINT:  perhaps you meant \"user_id\"\n\
            SCHEMA NAME:  public\n\
            LOCATION:  errorMissingColumn, parse_relation.c:3676\n";
        let heard = heard(errors, FILE);
        let found = heard.error.unwrap();
        assert_eq!(found.line, 9);
        assert_eq!(found.error.code, "42703");
        assert_eq!(found.error.message, "column \"user_idd\" does not exist");
        assert_eq!(found.error.detail.as_deref(), Some("one\ntwo"));
        assert_eq!(
            found.error.hint.as_deref(),
            Some("perhaps you meant \"user_id\"")
        );
        assert_eq!(found.error.context, None);
        let excerpt = Excerpt {
            line: 2,
            text: "  WHERE user_idd = 1".to_owned(),
            caret: 8,
        };
        assert_eq!(found.excerpt, Some(excerpt));
        let notice = Notice {
            severity: "NOTICE".to_owned(),
            code: "00000".to_owned(),
            message: "relation \"t\" already exists, skipping".to_owned(),
        };
        assert_eq!(heard.notices, [notice]);
    }

    #[test]
    fn what_the_server_says_is_an_error_or_a_notice_and_goes_on_over_lines() {
        let lines = |of: &[&str]| {
            of.iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>()
        };
        let own = |rest: &str| format!("psql:{FILE}:{rest}");
        let errors = lines(&[
            "time=\"…\" level=warning msg=\"the attribute `version` is obsolete\"",
            &own("3: WARNING:  22P06: nonstandard use of \\' in a string literal"),
            "LINE 1: SELECT 'a\\'b'",
            "               ^",
            "HINT:  Use '' to write quotes in strings.",
            "LOCATION:  check_string_escape_warning, scan.l:1447",
            &own("7: NOTICE:  00000: one"),
            "",
            "  two",
            "psql:/tmp/y.sql:7: ERROR:  22012: division by zero",
            "CONTEXT:  PL/pgSQL function inline_code_block line 1 at RAISE",
            "LOCATION:  exec_stmt_raise, pl_exec.c:3893",
            &own("8: NOTICE:  00000:"),
            "three",
            &own("8: HINWEIS:  00000: auf Deutsch"),
            "LOCATION:  exec_stmt_raise, pl_exec.c:3893",
            &own("9: error: invalid command \\foo"),
            &own("9: FEHLER:  22012: Division durch Null"),
            "LOCATION:  int4div, int.c:837",
            &own("9: ERROR:  01000: raised with the code of a warning"),
        ]);
        let heard = heard(&errors, FILE);
        assert_eq!(heard.error.unwrap().error.code, "22012");
        let notices = heard.notices.iter();
        let shown: Vec<String> = notices
            .map(|it| format!("{} {} {}", it.severity, it.code, it.message))
            .collect();
        assert_eq!(
            shown,
            [
                "WARNING 22P06 nonstandard use of \\' in a string literal",
                "NOTICE 00000 one\n\n  two\npsql:/tmp/y.sql:7: ERROR:  22012: division by zero",
                "NOTICE 00000 \nthree",
                "HINWEIS 00000 auf Deutsch",
            ]
        );
        let last = errors.lines().last().unwrap();
        let raised = super::heard(last, FILE).error.unwrap().error;
        assert_eq!(raised.message, "raised with the code of a warning");
    }

    #[test]
    fn an_error_in_what_a_function_carries_out_has_its_place_there() {
        let sql = "DO $$ BEGIN\n EXECUTE 'SELECT 1,\n 2 + ) FROM t'; END $$";
        let message = Message {
            text: format!("{sql};\n"),
            statements: vec![crate::message::Sent {
                range: 0..sql.len(),
                source: Some(0..sql.len()),
                rewriting: None,
            }],
        };
        let errors = "psql:/tmp/x/migrations-1.sql:3: ERROR:  42601: syntax error at or near \")\"\n\
            LINE 2:  2 + ) FROM t\n\
            \x20            ^\n\
            QUERY:  SELECT 1,\n 2 + ) FROM t\n\
            CONTEXT:  PL/pgSQL function inline_code_block line 2 at EXECUTE\n\
            LOCATION:  scanner_yyerror, scan.l:1188\n";
        let error = heard(errors, FILE)
            .error
            .unwrap()
            .locate(&message, Counts::Characters);
        assert_eq!(error.place, Position::Statement(0));
        let inner = error.inner.unwrap();
        assert_eq!(inner.query, "SELECT 1,\n 2 + ) FROM t");
        assert_eq!(&inner.query[inner.byte..], ") FROM t");
        assert_eq!(
            error.context.as_deref(),
            Some(
                "query: SELECT 1,\n 2 + ) FROM t\nPL/pgSQL function inline_code_block line 2 at EXECUTE"
            )
        );
    }
}
