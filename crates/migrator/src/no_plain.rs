//! What replaces the crate `plain` in a program that is built without it: nothing runs in plain mode, because there is no such mode.

use std::ops::Range;

use sql::rewriting::Rewriting;

/// What a database is, which stays what it was when the first migration was applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// The migrations run as they are written.
    #[default]
    TimescaleDb,
}

impl Mode {
    /// The mode for a PostgreSQL without TimescaleDB.
    pub(crate) const PLAIN: Option<Mode> = None;
}

pub(crate) const CHECK: &str = "";
pub(crate) const LOCK: &str = "";
pub(crate) const UNSEEN: &str = "";
/// No stand-in is older.
pub(crate) const VERSION: u32 = 0;

pub(crate) fn made() -> String {
    String::new()
}

pub(crate) fn updated() -> String {
    String::new()
}

pub(crate) fn context_of_others(_: &str) -> Option<String> {
    None
}

pub(crate) mod rewrite {
    pub(crate) fn does_nothing(_: &str) -> bool {
        false
    }
}

/// Leaves statements as they are.
pub(crate) struct Rewriter;

impl Rewriter {
    pub(crate) fn new<'a>(_: impl Iterator<Item = &'a str>) -> Rewriter {
        Rewriter
    }

    pub(crate) fn rewrite(&self, statement: &str) -> Result<Rewriting, NotSupported> {
        Ok(Rewriting::new(statement, Vec::new()))
    }

    pub(crate) fn is_unseen<'a>(&self, _: &str, _: impl Iterator<Item = &'a str>) -> bool {
        false
    }
}

/// Nothing makes one.
#[derive(Debug, thiserror::Error)]
#[error("plain mode does not support this")]
pub(crate) struct NotSupported {
    pub(crate) range: Range<usize>,
}
