//! Whether a statement that runs alone ran, if the runner or the server died after it was started.
//!
//! A statement in a transaction is recorded by that transaction. One that the server refuses there is recorded before and after, and in
//! between only the catalog knows. What to ask is read from the statement's words; [`of`] sends nothing.
//!
//! Before such a statement the engine updates the migration's row in the history. Everything that the statement puts into the catalog has
//! a younger `xmin` than that row, and everything that was there before has an older one. `xmin` is what distinguishes them, because the
//! server keeps it when it freezes a row, and neither VACUUM nor ANALYZE renews it. Of an object that was there before, single rows may be
//! renewed by others (`ALTER TABLE`, `CLUSTER`, a swap by `REINDEX CONCURRENTLY`); it counts as made by the statement only if all of the
//! rows that were written when it was made are younger. An age below zero belongs to a row so old that the count went round.
//!
//! The answer holds for a session with the parameters that the statement ran under, `search_path` above all. Repairs come before the
//! journal is renewed: an index from before the journal's row was written belongs to somebody else.

mod indexes;
mod objects;
#[cfg(test)]
mod tests;

use sql::lexer::{self, TokenKind};
use sql::qualified::qualified;
use sql::statement::words::Words;
use sql::timescaledb::{self, Cut, Kind, Runs};

use crate::link::Rows;

/// What shows whether a statement that was begun ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery {
    /// Sending it again does no harm and gets it done.
    Redo,
    /// The catalog does not show it: only a person knows.
    Ask,
    /// This query shows it; [`Verdict::parse`] reads its answer.
    Check(String),
}

/// Where the intent was recorded.
#[derive(Debug, Clone, Copy)]
pub struct Journal<'a> {
    /// The history table's quoted, qualified name.
    pub table: &'a str,
    /// The migration's number.
    pub version: u32,
}

impl Journal<'_> {
    /// A relation `begun` of one row, with the age of the journal's row.
    fn begun(&self) -> String {
        format!(
            "(SELECT pg_catalog.age(xmin) AS age FROM {} WHERE version = {}) AS begun",
            self.table, self.version
        )
    }
}

/// What the answer of a check says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It ran.
    Done,
    /// It was not, or not to its end: it has to be sent again.
    Redo {
        /// What has to be sent before, each alone.
        repairs: Vec<String>,
    },
    /// It ran, except for a part that other statements complete.
    Finish {
        /// What has to be sent, each alone; then it is done.
        statements: Vec<String>,
    },
    /// The catalog does not show it: only a person knows.
    Ask,
}

impl Verdict {
    /// Reads the rows of a check: `done`, `redo`, `ask` in the first column, and in the second a statement to send, or null.
    ///
    /// No row means that the statement left nothing. If one row says that it is done and others need a statement, that statement is what is
    /// left to do.
    pub fn parse(rows: &Rows) -> Verdict {
        let column = |index: usize| {
            rows.iter()
                .filter_map(move |row| row.get(index)?.as_deref())
        };
        let statements: Vec<String> = column(1).map(str::to_owned).collect();
        let (mut done, mut redo) = (false, rows.is_empty());
        for word in column(0) {
            match word {
                "done" => done = true,
                "redo" => redo = true,
                _ => return Verdict::Ask,
            }
        }
        match (done, redo) {
            (true, _) if statements.is_empty() => Verdict::Done,
            (true, _) => Verdict::Finish { statements },
            (false, true) => Verdict::Redo {
                repairs: statements,
            },
            (false, false) => Verdict::Ask,
        }
    }
}

/// What shows whether a statement ran. `statement` is the text of the one statement of a step that runs alone.
pub fn of(statement: &str, journal: &Journal<'_>) -> Recovery {
    let Some(Ok(raw)) = lexer::statements(statement).next() else {
        return Recovery::Ask;
    };
    let words = Words {
        sql: statement,
        tokens: &raw.tokens,
    };
    let rule = RULES.iter().find(|(keyword, _)| words.is(0, keyword));
    match rule.and_then(|(_, rule)| rule(words, journal)) {
        // The session has the search path that the statement has.
        Some(Recovery::Check(query)) => Recovery::Check(qualified(&query)),
        known => known.unwrap_or(Recovery::Ask),
    }
}

/// The longest statement that is kept whole while it is not known whether it ran: far longer than what creates an index.
const LONGEST_KEPT: usize = 1 << 16;

/// Whether the catalog shows the outcome of a statement even after it is gone from its file, from the text that the history keeps. A
/// subscription's connection string may contain a password, which readers of the history must not see.
pub fn outlives_its_file(statement: &str, journal: &Journal<'_>) -> bool {
    let holds_secret = lexer::statements(statement)
        .next()
        .and_then(Result::ok)
        .is_some_and(|raw| {
            let words = Words {
                sql: statement,
                tokens: &raw.tokens,
            };
            words.is(1, "subscription")
        });
    statement.len() <= LONGEST_KEPT && !holds_secret && of(statement, journal) != Recovery::Ask
}

/// Whether two texts hold one statement each, and the same one: comments, white space and the case of keywords do not count.
pub fn is_same(one: &str, other: &str) -> bool {
    let tokens = |text: &str| -> Option<Vec<String>> {
        let mut statements = lexer::statements(text);
        let raw = statements.next()?.ok()?;
        let is_whole = statements.next().is_none() && raw.tokens.len() < lexer::FIRST_TOKENS;
        let word = |token: &lexer::Token| match token.kind {
            TokenKind::Word => token.text(text).to_lowercase(),
            _ => token.text(text).to_owned(),
        };
        is_whole.then(|| raw.tokens.iter().map(word).collect())
    };
    one == other || matches!((tokens(one), tokens(other)), (Some(a), Some(b)) if a == b)
}

/// `None` where a statement is not recognised.
type Rule = fn(Words<'_>, &Journal<'_>) -> Option<Recovery>;

/// The rule for each first word.
const RULES: &[(&str, Rule)] = &[
    ("create", create),
    ("drop", drop),
    ("reindex", indexes::reindex),
    ("alter", alter),
    ("call", call),
    ("select", query),
    ("with", query),
    ("explain", query),
    ("commit", objects::prepared),
    ("rollback", objects::prepared),
    ("vacuum", |_, _| Some(Recovery::Redo)),
    ("analyze", |_, _| Some(Recovery::Redo)),
    ("cluster", |_, _| Some(Recovery::Redo)),
    ("discard", |_, _| Some(Recovery::Redo)),
];

fn create(words: Words<'_>, journal: &Journal<'_>) -> Option<Recovery> {
    let what = words.behind(1, &["unique"]);
    if words.is(what, "index") {
        return indexes::create(words, what + 1, journal);
    }
    if words.are(1, &["materialized", "view"]) {
        return objects::create_aggregate(words, 3, journal);
    }
    objects::create(words, journal)
}

fn drop(words: Words<'_>, _: &Journal<'_>) -> Option<Recovery> {
    if words.is(1, "index") {
        indexes::drop(words)
    } else {
        objects::drop(words)
    }
}

fn alter(words: Words<'_>, journal: &Journal<'_>) -> Option<Recovery> {
    if words.is(1, "table") {
        return objects::detach(words, journal);
    }
    if words.is(1, "subscription") {
        return objects::alter_subscription(words);
    }
    let is_repeatable = words.is(1, "system")
        || (words.is(1, "database") && words.are(3, &["set", "tablespace"]))
        || (words.is(1, "extension") && words.is(3, "update"));
    is_repeatable.then_some(Recovery::Redo)
}

fn call(words: Words<'_>, _: &Journal<'_>) -> Option<Recovery> {
    let parenthesis = (1..words.tokens.len()).find(|&at| words.is_symbol(at, "("))?;
    let routine = timescaledb::routine_at(words, parenthesis - 1)?;
    let (arguments, _) = words.arguments(parenthesis);
    match routine.cut {
        _ if routine.kind != Kind::Procedure => None,
        Cut::Ask => None,
        Cut::Repeat => Some(Recovery::Redo),
        Cut::OfJob => objects::run_job(&arguments),
        Cut::Chunks => objects::merge_chunks(&arguments),
    }
}

/// PostgreSQL's functions, in addition to TimescaleDB's, that a query may call and still be sent again.
const REPEATABLE_FUNCTIONS: &[&str] = &["format", "now"];

/// Words that may precede a parenthesis and are not functions.
const BEFORE_PARENTHESES: &[&str] = &[
    "select",
    "from",
    "where",
    "and",
    "or",
    "not",
    "in",
    "exists",
    "as",
    "materialized",
    "with",
    "explain",
    "lateral",
    "join",
    "on",
    "any",
    "all",
    "values",
    "array",
    "limit",
];

/// Words of queries that write.
const WRITING: &[&str] = &["insert", "update", "delete", "merge", "into"];

/// A query that calls `reorder_chunk` or `move_chunk`, which rewrite a chunk in one transaction: repeatable if its words show nothing else
/// that writes.
fn query(words: Words<'_>, _: &Journal<'_>) -> Option<Recovery> {
    let indices = 0..words.tokens.len();
    let function = |at: usize| {
        let routine = timescaledb::routine_at(words, at)?;
        (routine.kind == Kind::Function && routine.cut == Cut::Repeat).then_some(routine)
    };
    let is_plain = indices.clone().all(|at| {
        let is_writing = words.is_one_of(at, WRITING);
        let is_call = words.is_symbol(at + 1, "(")
            && matches!(words.tokens[at].kind, TokenKind::Word | TokenKind::Quoted);
        let is_known = words.is_one_of(at, BEFORE_PARENTHESES)
            || function(at).is_some()
            || REPEATABLE_FUNCTIONS
                .iter()
                .any(|name| words.is_name(at, name));
        !is_writing && (!is_call || is_known)
    });
    let is_chunk_by_chunk = indices
        .filter_map(function)
        .any(|routine| routine.runs == Runs::Alone);
    (is_plain && is_chunk_by_chunk).then_some(Recovery::Redo)
}
