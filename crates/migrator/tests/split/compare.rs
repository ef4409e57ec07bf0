//! What psql has to send for a text if our splits are right, byte by byte.
//!
//! psql reads line by line and sends each statement with the semicolon that ends it, an empty statement too. It changes three things
//! (`psqlscan.l` and `mainloop.c` of PostgreSQL 15):
//! - White space and `--` comments before anything else of a statement are left out. A block comment is already part of it.
//! - A line without a single byte is left out, unless it lies within quotes or a block comment.
//! - The newline at the end of the last line is never there.

use std::ops::Range;

use sql::lexer::{self, Problem, RawStatement};

use crate::gap::gap_piece;

/// What psql has to send for a text.
pub struct Expected {
    pub sends: Vec<String>,
    /// What follows them, if the text cannot be split to its end.
    pub stop: Option<Stop>,
    /// How many of `sends` are statements.
    pub statements: usize,
}

pub struct Stop {
    pub problem: Problem,
    /// The rest of the text after the last send.
    pub rest: String,
}

impl Expected {
    pub fn of(sql: &str) -> Self {
        let mut expected = Expected {
            sends: Vec::new(),
            stop: None,
            statements: 0,
        };
        // First byte after the last semicolon.
        let mut start = 0;
        for statement in lexer::statements(sql) {
            let statement = match statement {
                Ok(statement) => statement,
                Err(error) => {
                    start = expected.empty_statements(sql, start..sql.len());
                    let rest = sql[start..].to_owned();
                    let problem = error.problem;
                    expected.stop = Some(Stop { problem, rest });
                    return expected;
                }
            };
            let range = statement.range();
            start = expected.empty_statements(sql, start..range.start);
            let end = semicolon(&sql[range.end..]).map_or(sql.len(), |length| range.end + length);
            expected.send(sql, start..end, Some(&statement));
            expected.statements += 1;
            start = end;
        }
        start = expected.empty_statements(sql, start..sql.len());
        expected.send(sql, start..sql.len(), None);
        expected
    }

    /// Sends the semicolons of a text without tokens, and returns where the rest starts.
    fn empty_statements(&mut self, sql: &str, range: Range<usize>) -> usize {
        let mut start = range.start;
        while let Some(length) = semicolon(&sql[start..range.end]) {
            self.send(sql, start..start + length, None);
            start += length;
        }
        start
    }

    fn send(&mut self, sql: &str, range: Range<usize>, statement: Option<&RawStatement>) {
        let start = range.start + ignored(&sql[range.clone()]);
        let mut text = String::new();
        let mut at = start;
        let range_of_tokens = statement.map_or(range.end..range.end, RawStatement::range);
        for token in lexer::tokens(&sql[range_of_tokens.clone()]) {
            push_gap(&mut text, &sql[at..range_of_tokens.start + token.start]);
            push_token(&mut text, token.text(&sql[range_of_tokens.clone()]));
            at = range_of_tokens.start + token.end;
        }
        push_gap(&mut text, &sql[at..range.end]);
        if range.end == sql.len() && text.ends_with('\n') {
            text.pop();
        }
        if !text.is_empty() {
            self.sends.push(text);
        }
    }

    /// How what psql sent differs from this, if it does.
    pub fn difference(&self, sent: &[String]) -> Option<String> {
        for (index, (ours, psql)) in self.sends.iter().zip(sent).enumerate() {
            if ours != psql {
                return Some(format!("statement {index}\nours: {ours:?}\npsql: {psql:?}"));
            }
        }
        let more = sent.get(self.sends.len()..);
        match (more, &self.stop) {
            (None, _) => Some(format!("ours sends {:?} more", &self.sends[sent.len()..])),
            (Some([]), None) => None,
            (Some(more), None) => Some(format!("psql sends {more:?} more")),
            // A backslash starts what is no SQL, and where psql and the server disagree we stop.
            (Some(_), Some(stop)) if !stop.is_unclosed() => None,
            (Some(more), Some(stop)) => {
                let rest = &stop.rest[ignored(&stop.rest)..];
                let same = matches!(more, [only] if squeeze(only) == squeeze(rest));
                (!same).then(|| format!("{}\nours: {rest:?}\npsql: {more:?}", stop.problem))
            }
        }
    }
}

impl Stop {
    fn is_unclosed(&self) -> bool {
        !matches!(
            self.problem,
            Problem::MetaCommand | Problem::ContinuedEscapes | Problem::Variable
        )
    }
}

/// Bytes up to and including the semicolon, if no token comes before it.
fn semicolon(sql: &str) -> Option<usize> {
    let at = gap(sql);
    sql[at..].starts_with(';').then_some(at + 1)
}

/// Bytes of white space and comments at the start.
fn gap(sql: &str) -> usize {
    let mut at = 0;
    while let Some(length) = gap_piece(&sql[at..]) {
        at += length;
    }
    at
}

/// Bytes of white space and `--` comments at the start.
fn ignored(sql: &str) -> usize {
    let mut at = 0;
    while let Some(length) = gap_piece(&sql[at..])
        && !sql[at..].starts_with("/*")
    {
        at += length;
    }
    at
}

/// Adds a token. Between the parts of a constant are no quotes, so that psql leaves out empty lines there too.
fn push_token(text: &mut String, token: &str) {
    let has_parts = token.starts_with(['e', 'E']) && token[1..].starts_with('\'');
    let mut at = if has_parts {
        1 + part(&token[1..])
    } else {
        token.len()
    };
    text.push_str(&token[..at]);
    while at < token.len() {
        let opening = at + gap(&token[at..]);
        push_gap(text, &token[at..opening]);
        at = opening + part(&token[opening..]);
        text.push_str(&token[opening..at]);
    }
}

/// Bytes of the first part of a constant with escapes, from quote to quote.
fn part(constant: &str) -> usize {
    let mut at = 1;
    loop {
        at += constant[at..].find(['\'', '\\']).expect("a part is closed");
        if !constant[at..].starts_with('\\') && !constant[at..].starts_with("''") {
            return at + 1;
        }
        // The character that is escaped may be of several bytes.
        at += 1 + constant[at + 1..].chars().next().map_or(0, char::len_utf8);
    }
}

/// Adds what lies between two tokens, without its empty lines.
fn push_gap(text: &mut String, gap: &str) {
    let mut at = 0;
    while let Some(length) = gap_piece(&gap[at..]) {
        let piece = &gap[at..at + length];
        if piece != "\n" || !text.ends_with('\n') {
            text.push_str(piece);
        }
        at += length;
    }
    text.push_str(&gap[at..]);
}

/// A text without white space.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}
