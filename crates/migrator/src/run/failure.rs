//! A statement that the server refused, and its position in the file.

use sql::lexer;

use super::current_step::PlannedStep;
use super::harm::{self, Harm};
use super::{Applied, Facts};
use crate::link::{Position, ServerError};
use crate::message::{Message, Sent};
use crate::plan::{Migration, StepId, StepKind, Temporary};
use crate::server_error::quoted;

/// A step that failed.
#[derive(Debug)]
pub struct Failure {
    /// The migration.
    pub migration: Migration,
    /// Index of the step.
    pub step: usize,
    /// The part of the step that the server refused.
    pub at: At,
    /// How the step's statements changed the history, if it failed because of that.
    pub harm: Option<Harm>,
    /// If that change was committed, because the statement ran alone: SQL that restores the history's record of what is applied.
    pub repair: Option<String>,
    /// What the server said.
    pub error: ServerError,
    /// What this run had applied before the failure.
    pub applied: Vec<Applied>,
    /// The server.
    pub facts: Facts,
    /// Whether the step ran alone, so that what its statement did is committed.
    pub ran_alone: bool,
    /// Whether a statement that ran alone left something behind, which the next run will remove.
    pub remains: bool,
    /// Whether the statement commits while it runs, so that it is unknown how much it committed.
    pub may_be_partial: bool,
    /// If everything pending shared one transaction: its first step.
    pub whole: Option<StepId>,
    /// Whether the run is in plain mode and the server refused SQL in a string or a function body, which would have been rewritten outside
    /// of one.
    pub is_unseen: bool,
    /// The temporary table that the server does not find because the session that created it has ended.
    pub lost: Option<Temporary>,
}

/// The part of a step that the server refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// The byte of the file's text that the server points to, or where the name in its message is.
    Byte(usize),
    /// The `COMMIT`, which checks deferred constraints.
    Commit,
    /// A statement that the runner adds, such as the one that records the step.
    Runner(String),
    /// Unknown.
    Unknown,
}

impl Failure {
    pub(super) fn new(
        step: PlannedStep<'_>,
        message: &Message,
        error: ServerError,
        facts: &Facts,
        applied: &[Applied],
    ) -> Failure {
        let migration = step.migration;
        let step = step.index.min(migration.steps.len().saturating_sub(1));
        let table = &facts.history_table.table;
        let at = At::of(&migration.file.text, message, &error);
        let is_record = matches!(&at, At::Runner(sql) if sql.contains(table));
        let harm = Harm::of(&error.code, is_record);
        let writer = harm.and_then(|_| harm::writer(migration, step, table));
        Failure {
            migration: migration.clone(),
            step,
            at: writer.map_or(at, At::Byte),
            harm,
            repair: None,
            error,
            applied: applied.to_vec(),
            facts: facts.clone(),
            ran_alone: false,
            remains: false,
            may_be_partial: false,
            whole: None,
            is_unseen: false,
            lost: None,
        }
    }

    /// The byte of the file's text to show: the start of the step if nothing better is known.
    pub fn offset(&self) -> usize {
        let step = self.migration.range(self.step);
        match self.at {
            At::Byte(byte) => byte,
            At::Commit => step.end,
            At::Runner(_) | At::Unknown => step.start,
        }
    }

    /// How the step runs; `None` if the file has no such step, and recording it failed.
    pub fn kind(&self) -> Option<&StepKind> {
        self.migration.steps.get(self.step).map(|step| &step.kind)
    }

    /// File, line and column of [`Failure::offset`].
    pub fn place(&self) -> String {
        self.migration.place(self.offset())
    }
}

impl At {
    fn of(file: &str, message: &Message, error: &ServerError) -> At {
        let index = match error.place {
            Position::Byte(byte) => match message.source_offset(byte) {
                Some(offset) => return At::Byte(offset),
                None => message.statement_at(byte),
            },
            Position::Statement(index) => Some(index),
            Position::Unknown => None,
        };
        let Some(sent) = index.and_then(|index| message.statements.get(index)) else {
            return At::Unknown;
        };
        let text = &message.text[sent.range.clone()];
        match &sent.source {
            Some(source) => {
                let statement = &file[source.clone()];
                let at = inside(message, sent, error).or_else(|| {
                    let at = named(statement, &error.message)?;
                    Some(source.start + at)
                });
                At::Byte(at.unwrap_or(source.start))
            }
            None if text == "COMMIT" => At::Commit,
            None => At::Runner(text.to_owned()),
        }
    }
}

/// The byte of a rewritten statement where the SQL is that a function of plain mode executed, and the error in it.
fn inside(message: &Message, sent: &Sent, error: &ServerError) -> Option<usize> {
    let inner = error.inner.as_ref().filter(|_| sent.rewriting.is_some())?;
    let at = message.text[sent.range.clone()].find(&inner.query)?;
    let offset = message.source_offset(sent.range.start + at + inner.byte)?;
    // Text that replaces something else has no better position than its start.
    (offset > sent.source.as_ref()?.start).then_some(offset)
}

/// The position of the name that the server's message quotes first. For many errors, such as a missing column of an index, the server gives
/// no position.
fn named(statement: &str, message: &str) -> Option<usize> {
    let name = quoted(message).next().filter(|name| !name.is_empty())?;
    word(statement, name)
}

/// The position of a name as a word in a statement, strings included.
fn word(statement: &str, name: &str) -> Option<usize> {
    let inside_a_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    lexer::tokens(statement).iter().find_map(|token| {
        let text = token.text(statement);
        let mut found = text.match_indices(name).map(|(at, _)| at);
        let at = found.find(|&at| {
            let before = text[..at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            !inside_a_word(before) && !inside_a_word(after)
        })?;
        Some(token.start + at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_in_the_message_is_found_in_the_statement() {
        let cases = [
            (
                "CREATE INDEX ON t (aa, a)",
                "column \"a\" does not exist",
                Some(23),
            ),
            (
                "CREATE INDEX ON t (\"A b\")",
                "column \"A b\" does not exist",
                Some(20),
            ),
            (
                "CREATE TABLE t ()",
                "relation \"t\" already exists",
                Some(13),
            ),
            (
                "DO $$ SELECT * FROM tt, t $$",
                "relation \"t\" does not exist",
                Some(24),
            ),
            (
                "CREATE INDEX ON t (aa, a)",
                "Spalte »a« existiert nicht",
                Some(23),
            ),
            (
                "CREATE INDEX ON t (aa, a)",
                "la colonne « a » n'existe pas",
                Some(23),
            ),
            ("SELECT f(1) -- g", "function \"g\" does not exist", None),
            ("SELECT 1", "division by zero", None),
            (
                "SELECT 1",
                "zero-length delimited identifier at or near \"\"",
                None,
            ),
        ];
        for (statement, message, expected) in cases {
            assert_eq!(named(statement, message), expected, "{statement}");
        }
    }
}
