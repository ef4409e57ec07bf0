//! What is sent at once: SQL, and where in the file each statement of it comes from.

use std::ops::Range;

use sql::rewriting::Rewriting;

use crate::server_error::{Position, ServerError};

/// One message to the server: a query string that runs as one unit if it contains a `BEGIN`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The SQL, each statement on separate lines and ended by a semicolon.
    pub text: String,
    /// Its statements in order.
    pub statements: Vec<Sent>,
}

/// One statement of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its bytes in the message.
    pub range: Range<usize>,
    /// Its bytes in the migration's text; `None` for what the runner adds.
    pub source: Option<Range<usize>>,
    /// How it was derived from them, if the text differs.
    pub rewriting: Option<Rewriting>,
}

impl Message {
    /// One of the runner's statements.
    pub fn own(sql: &str) -> Message {
        let mut message = Message::default();
        message.push(sql, None);
        message
    }

    pub(crate) fn push(&mut self, sql: &str, source: Option<Range<usize>>) {
        let start = self.text.len();
        self.text.push_str(sql);
        self.statements.push(Sent {
            range: start..self.text.len(),
            source,
            rewriting: None,
        });
        self.text.push_str(";\n");
    }

    /// Index of the statement that holds a byte of this message.
    pub fn statement_at(&self, byte: usize) -> Option<usize> {
        self.statements
            .iter()
            .position(|sent| sent.range.start <= byte && byte <= sent.range.end)
    }

    /// Whether the server refused a statement that the runner added.
    pub(crate) fn is_own(&self, error: &ServerError) -> bool {
        let index = match error.place {
            Position::Byte(byte) => self.statement_at(byte),
            Position::Statement(index) => Some(index),
            Position::Unknown => None,
        };
        let sent = index.and_then(|index| self.statements.get(index));
        sent.is_some_and(|sent| sent.source.is_none())
    }

    /// The byte of the migration's text that a byte of this message comes from.
    pub fn source_offset(&self, byte: usize) -> Option<usize> {
        let sent = &self.statements[self.statement_at(byte)?];
        let byte = byte - sent.range.start;
        let byte = sent.rewriting.as_ref().map_or(byte, |it| it.origin(byte));
        Some(sent.source.as_ref()?.start + byte)
    }
}
