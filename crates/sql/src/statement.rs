//! What a statement is, read from its own tokens: whether it may share a transaction, and what it does to one.
//!
//! The reading is total: a statement that no rule knows is an ordinary one. It never asks a server: what depends on the catalog (whether a
//! table is a hypertable, whether a procedure commits) is asked by the engine, or `-- migrate: alone` on the line before
//! says it by hand.

pub mod names;
pub mod rules;
#[cfg(test)]
mod tests;
pub mod words;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::lexer::{self, RawStatement};
use words::Words;

/// One statement of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes in the file, without the semicolon.
    pub range: Range<usize>,
    /// How it has to be run.
    pub kind: Kind,
}

/// How a statement has to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// May share a transaction with others.
    Ordinary,
    /// Sets a parameter for the rest of the session.
    Set,
    /// Refused by the server inside a transaction block, for this reason.
    Alone(Reason),
    /// Must be the first statement of its session.
    FreshSession,
    /// Opens an explicit transaction.
    Begin,
    /// Ends an explicit transaction and keeps its work.
    Commit,
    /// Cannot be part of a migration, for this reason.
    Refused(Refusal),
}

/// Why a statement runs alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A continuous aggregate that is filled when it is created.
    #[error("the server refuses this in a transaction block (WITH NO DATA would be allowed)")]
    AggregateWithData,
    /// A procedure or index build of TimescaleDB that commits chunk by chunk.
    #[error("it commits between chunks, so the server refuses it in a transaction block")]
    CommitsByItself,
    /// One of PostgreSQL's commands, such as `VACUUM` or `CREATE DATABASE`.
    #[error("the server refuses this in a transaction block")]
    Utility,
    /// An index command or detach with `CONCURRENTLY`.
    #[error("CONCURRENTLY: the server refuses this in a transaction block")]
    Concurrently,
    /// A `DO` whose body commits.
    #[error("its body commits, so the server refuses it in a transaction block")]
    BodyCommits,
    /// `CLUSTER` or `REINDEX` of a partitioned table.
    #[error(
        "the table is partitioned and each partition gets a transaction of its own, so the server refuses this in a transaction block"
    )]
    Partitioned,
    /// A `CALL`, or a `DO` with one, of a procedure that commits.
    #[error("the procedure that it calls commits, so the server refuses it in a transaction block")]
    ProcedureCommits,
    /// The file says so.
    #[error("the comment `-- migrate: alone` before it says so")]
    Annotated,
}

/// Why a statement cannot be part of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `COPY … FROM stdin`.
    #[error(
        "COPY … FROM stdin reads data that a migration file cannot carry: write INSERT … VALUES, as `pg_dump --inserts` does"
    )]
    CopyFromStdin,
    /// `COPY … TO stdout`.
    #[error("COPY … TO stdout sends rows to nobody: remove it")]
    CopyToStdout,
    /// `ROLLBACK` or `ABORT`.
    #[error("ROLLBACK would undo the migration's work: remove the statements instead")]
    Rollback,
    /// `PREPARE TRANSACTION`.
    #[error("PREPARE TRANSACTION leaves the work in doubt: use COMMIT")]
    TwoPhase,
    /// `COMMIT AND CHAIN`.
    #[error("AND CHAIN opens a transaction that the file does not end: write COMMIT and BEGIN")]
    Chain,
    /// `SET standard_conforming_strings = off`.
    #[error(
        "standard_conforming_strings = off changes where a string ends: remove it and write E'' strings where a backslash escapes"
    )]
    StandardStrings,
    /// `BEGIN` inside `BEGIN … COMMIT`.
    #[error("BEGIN inside an open transaction")]
    NestedBegin,
    /// `COMMIT` outside `BEGIN … COMMIT`.
    #[error("COMMIT without BEGIN: each file's statements run in a transaction anyway; remove it")]
    StrayCommit,
    /// `BEGIN` without a `COMMIT` after it.
    #[error("this BEGIN has no COMMIT in the file")]
    UnclosedBegin,
    /// `CREATE UNIQUE INDEX … WITH (timescaledb.transaction_per_chunk)`.
    #[error("a unique index cannot be built chunk by chunk: remove transaction_per_chunk")]
    UniqueByChunk,
    /// `CREATE INDEX CONCURRENTLY` on a hypertable.
    #[error(
        "hypertable indexes cannot be built concurrently: write CREATE INDEX … WITH (timescaledb.transaction_per_chunk)"
    )]
    HypertableIndexConcurrently,
    /// `CREATE UNIQUE INDEX CONCURRENTLY` on a hypertable.
    #[error(
        "hypertable indexes cannot be built concurrently, and a unique one not chunk by chunk: write CREATE UNIQUE INDEX without \
            CONCURRENTLY"
    )]
    HypertableUniqueConcurrently,
    /// `DROP INDEX CONCURRENTLY` of a hypertable's index.
    #[error(
        "the server drops no index of a hypertable concurrently: write DROP INDEX without CONCURRENTLY"
    )]
    HypertableDropConcurrently,
    /// `REINDEX TABLE CONCURRENTLY` of a hypertable.
    #[error(
        "the server rebuilds no hypertable concurrently: write REINDEX TABLE without CONCURRENTLY"
    )]
    HypertableReindexConcurrently,
    /// `REINDEX INDEX` of a hypertable's index.
    #[error(
        "the server rebuilds no single index of a hypertable: write REINDEX TABLE, without CONCURRENTLY"
    )]
    HypertableReindexIndex,
    /// A statement that runs alone, inside `BEGIN … COMMIT`.
    #[error("the server refuses this in a transaction block: move it out of BEGIN … COMMIT")]
    AloneInBlock,
}

/// Splits a text and reads each statement.
pub fn read(sql: &str) -> Result<Vec<Statement>, lexer::Error> {
    statements(sql).collect()
}

/// The statements of a text, split and read one at a time. Nothing follows an error.
pub fn statements(sql: &str) -> impl Iterator<Item = Result<Statement, lexer::Error>> + '_ {
    lexer::statements(sql).map(|raw| {
        let raw = raw?;
        Ok(Statement {
            range: raw.range(),
            kind: kind(sql, &raw),
        })
    })
}

/// Whether the one statement of a text is a [`Kind::Set`]. Its first words show it; a call of `set_config` has the most.
pub fn is_setting(sql: &str) -> bool {
    let tokens: Vec<_> = lexer::stream(sql).take(12).collect();
    let words = Words {
        sql,
        tokens: &tokens,
    };
    rules::kind(words) == Kind::Set
}

/// Whether the one statement of a text puts all parameters of its session back, with them those that the runner has set.
pub fn resets_all(sql: &str) -> bool {
    begins(sql, &["reset", "all"]) || discards_all(sql)
}

/// Whether the one statement of a text is `DISCARD ALL`, which also releases the session's advisory locks.
pub fn discards_all(sql: &str) -> bool {
    begins(sql, &["discard", "all"])
}

/// Whether the one statement of a text is `ALTER TYPE … ADD VALUE`: nothing may use the value before the transaction is committed.
pub fn adds_enum_value(sql: &str) -> bool {
    if !begins(sql, &["alter", "type"]) {
        return false;
    }
    let tokens = lexer::tokens(sql);
    let words = Words {
        sql,
        tokens: &tokens,
    };
    words.has(&["add", "value"])
}

/// The name of the temporary table, view or sequence that the one statement of a text makes.
pub fn temporary(sql: &str) -> Option<String> {
    if !begins(sql, &["create"]) {
        return None;
    }
    let tokens = lexer::tokens(sql);
    let words = Words {
        sql,
        tokens: &tokens,
    };
    let at = words.behind(1, &["or", "replace", "global", "local"]);
    if !words.is_one_of(at, &["temp", "temporary"]) {
        return None;
    }
    let at = words.behind(
        at + 1,
        &[
            "recursive",
            "table",
            "view",
            "sequence",
            "if",
            "not",
            "exists",
        ],
    );
    let (name, _) = names::Name::read(words, at)?;
    Some(name.object().to_owned())
}

/// The parameters of qualified names, such as `my.flag`, that a text sets. An undeclared name stays known until the session ends. Includes
/// those in strings and comments: one query more does no harm.
pub fn qualified_parameters(text: &str) -> BTreeSet<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let words = text.split(|c| !is_word(c)).filter(|word| !word.is_empty());
    let mut words = words.peekable();
    let mut names = BTreeSet::new();
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case("set") {
            let scope = ["session", "local"];
            words.next_if(|next| scope.iter().any(|it| next.eq_ignore_ascii_case(it)));
        } else if !word.to_ascii_lowercase().ends_with("set_config") {
            continue;
        }
        names.extend(words.next_if(|name| name.contains('.')));
    }
    names
}

fn begins(sql: &str, keywords: &[&str]) -> bool {
    let tokens: Vec<_> = lexer::stream(sql).take(keywords.len()).collect();
    let words = Words {
        sql,
        tokens: &tokens,
    };
    words.are(0, keywords)
}

fn kind(sql: &str, raw: &RawStatement) -> Kind {
    let kind = rules::kind(Words {
        sql,
        tokens: &raw.tokens,
    });
    if kind == Kind::Ordinary && is_annotated_alone(sql, raw) {
        return Kind::Alone(Reason::Annotated);
    }
    kind
}

/// Whether the comment on the line right before the statement is `-- migrate: alone`.
fn is_annotated_alone(sql: &str, raw: &RawStatement) -> bool {
    raw.comments.last().is_some_and(|comment| {
        let text = sql[comment.clone()].trim_start_matches('-');
        let gap = &sql[comment.end..raw.range().start];
        gap.matches('\n').count() == 1
            && text.split_once(':').is_some_and(|(key, value)| {
                key.trim().eq_ignore_ascii_case("migrate")
                    && value.trim().eq_ignore_ascii_case("alone")
            })
    })
}
