//! A psql script, one statement at a time: its meta-commands are followed as far as the tables and the data need them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sql::lexer::{self, Problem, TokenKind};

/// What a script does next.
pub(super) enum Step {
    /// A statement is sent. With a prefix, the columns of its one row become variables.
    Statement(String, Option<String>),
    /// `COPY … FROM stdin`, with the lines that follow it.
    Copy(String, String),
    /// `\c`: another session.
    Reconnect,
}

/// The rest of a script.
pub(super) struct Script {
    text: String,
    at: usize,
    folder: PathBuf,
    pub(super) variables: BTreeMap<String, String>,
    environment: BTreeMap<&'static str, String>,
}

impl Script {
    /// A file, with psql's variables and the values that `\getenv` finds.
    pub(super) fn read(
        path: &Path,
        variables: BTreeMap<String, String>,
        environment: BTreeMap<&'static str, String>,
    ) -> Script {
        Script {
            text: text(path),
            at: 0,
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            variables,
            environment,
        }
    }

    /// The next step; nothing follows what cannot be read.
    pub(super) fn next(&mut self) -> Option<Step> {
        loop {
            let rest = &self.text[self.at..];
            match lexer::statements(rest).next()? {
                Ok(statement) => {
                    let range = statement.range();
                    let start = self.at + range.start;
                    let end = self.at + range.end;
                    if self.replace_variables(start..end) {
                        continue;
                    }
                    let sql = self.text[start..end].to_owned();
                    self.at = end;
                    if is_copy_from_stdin(&sql) {
                        let data = self.take_data();
                        return Some(Step::Copy(sql, data));
                    }
                    return Some(Step::Statement(sql, None));
                }
                Err(error) => {
                    let at = self.at + error.offset;
                    match error.problem {
                        Problem::MetaCommand => {
                            if let Some(step) = self.meta_command(at) {
                                return Some(step);
                            }
                        }
                        Problem::Variable => self.text.replace_range(at..=at, " "),
                        _ => return None,
                    }
                }
            }
        }
    }

    /// Puts the values of psql's variables in; whether there were any.
    fn replace_variables(&mut self, range: std::ops::Range<usize>) -> bool {
        let replaced = self.with_variables(&self.text[range.clone()]);
        let is_other = replaced.as_deref() != Some(&self.text[range.clone()]);
        if let Some(replaced) = replaced.filter(|_| is_other) {
            self.text.replace_range(range, &replaced);
            return true;
        }
        false
    }

    /// `:name`, `:'name'` and `:"name"`; `None` without a variable that is known.
    fn with_variables(&self, text: &str) -> Option<String> {
        let mut shown = String::new();
        let mut copied = 0;
        let tokens = lexer::tokens(text);
        for (at, token) in tokens.iter().enumerate() {
            let is_start = token.text(text) == ":" || token.kind == TokenKind::Variable;
            if !is_start || token.start < copied {
                continue;
            }
            let name = match token.kind {
                TokenKind::Variable => token.start + 1..token.end,
                _ => match tokens.get(at + 1) {
                    Some(next) if next.start == token.end => next.start..next.end,
                    _ => continue,
                },
            };
            let written = &text[name.clone()];
            let plain = written.trim_matches(['\'', '"']);
            let Some(value) = self.variables.get(plain) else {
                continue;
            };
            shown += &text[copied..token.start];
            match written.as_bytes().first() {
                Some(b'\'') => shown += &format!("'{}'", value.replace('\'', "''")),
                Some(b'"') => shown += &format!("\"{}\"", value.replace('"', "\"\"")),
                _ => shown += value,
            }
            copied = name.end;
        }
        if copied == 0 {
            return None;
        }
        shown += &text[copied..];
        Some(shown)
    }

    /// Follows a meta-command, and takes it out. One that sends the statement before it is a semicolon then.
    fn meta_command(&mut self, at: usize) -> Option<Step> {
        let line = self.text[at..].find('\n');
        let line = line.map_or(self.text.len(), |length| at + length);
        let command = self.text[at..line].trim().to_owned();
        let (name, arguments) = command
            .split_once(char::is_whitespace)
            .unwrap_or((&command, ""));
        let arguments = arguments.trim();
        let mut instead = String::new();
        match name {
            "\\set" => {
                let (variable, value) = arguments
                    .split_once(char::is_whitespace)
                    .unwrap_or((arguments, ""));
                let value = self.joined(value);
                self.variables.insert(variable.to_owned(), value);
            }
            "\\getenv" => {
                if let Some((variable, name)) = arguments.split_once(char::is_whitespace)
                    && let Some(value) = self.environment.get(name.trim())
                {
                    self.variables.insert(variable.to_owned(), value.clone());
                }
            }
            "\\ir" | "\\i" | "\\include" => {
                let path = self.folder.join(self.joined(arguments));
                if path.is_file() {
                    instead = text(&path);
                }
            }
            "\\c" | "\\connect" => {
                self.text.replace_range(at..line, "");
                return Some(Step::Reconnect);
            }
            "\\gset" => {
                let is_between = |it: char| it == ';' || it.is_whitespace();
                let sql = self.text[self.at..at]
                    .trim_start_matches(is_between)
                    .to_owned();
                let sql = self.with_variables(&sql).unwrap_or(sql);
                self.at = line;
                return Some(Step::Statement(sql, Some(arguments.to_owned())));
            }
            _ if name.eq_ignore_ascii_case("\\copy")
                && arguments.to_ascii_lowercase().contains("from stdin") =>
            {
                self.text.replace_range(at..line, "");
                self.take_data();
            }
            _ if name.starts_with("\\g") || ["\\crosstabview", "\\;"].contains(&name) => {
                instead = ";".to_owned();
            }
            _ => {}
        }
        let line = line.min(self.text.len()).max(at);
        self.text.replace_range(at..line, &instead);
        None
    }

    /// The value of `\set`: its words in one.
    fn joined(&self, value: &str) -> String {
        let words = value.split_whitespace();
        words
            .map(|word| match word.strip_prefix(':') {
                Some(name) => {
                    let name = name.trim_matches(['\'', '"']);
                    self.variables.get(name).cloned().unwrap_or_default()
                }
                None => word.trim_matches('\'').replace("''", "'"),
            })
            .collect()
    }

    /// The lines up to the one with `\.`, taken out.
    fn take_data(&mut self) -> String {
        let Some(first) = self.text[self.at..].find('\n') else {
            return String::new();
        };
        let first = self.at + first + 1;
        let mut end = first;
        for line in self.text[first..].split_inclusive('\n') {
            if line.trim_end() == "\\." {
                let data = self.text[first..end].to_owned();
                self.text.replace_range(first..end + line.len(), "");
                return data;
            }
            end += line.len();
        }
        String::new()
    }
}

fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = String::from_utf8_lossy(&bytes).replace('\0', "");
    // psql puts TRUE or FALSE for it.
    text.trim_start_matches('\u{feff}').replace(":{?", ": {?")
}

fn is_copy_from_stdin(statement: &str) -> bool {
    let words = lexer::tokens(statement);
    let mut words = words
        .iter()
        .filter(|it| it.kind == TokenKind::Word)
        .map(|it| it.text(statement).to_ascii_lowercase());
    let is_copy = words.next().is_some_and(|it| it == "copy");
    let words: Vec<String> = words.collect();
    is_copy
        && words
            .windows(2)
            .any(|it| it[0] == "from" && it[1].starts_with("std"))
}
