//! What plain PostgreSQL is sent in place of a statement that only TimescaleDB understands: the same statement with some ranges of bytes
//! replaced. One statement stays one statement.
//!
//! What the words of a statement do not show (whether a MATERIALIZED VIEW is a continuous aggregate) is determined by the procedure that
//! the new text calls. Functions need no rewriting: the stand-in has them. What it does not support is an error; an unknown statement is
//! sent as it is, and the server judges it.

mod aggregates;
mod alter;
mod bodies;
mod calls;
mod columnstore;
mod edits;
mod executed;
mod extension;
mod indexes;
mod internals;
mod options;
mod statements;
#[cfg(test)]
mod tests;
mod writes;

pub use edits::NotSupported;

use std::collections::BTreeSet;

use sql::lexer;
use sql::rewriting::Rewriting;
use sql::statement::words::Words;

/// How much of a statement is looked at that may be long; those that are rewritten say what they are before that.
const FIRST_TOKENS: usize = 4096;

/// The name of the continuous aggregate that a statement creates, without its schema.
pub(crate) fn created_aggregate(statement: &str) -> Option<String> {
    let tokens = lexer::tokens(statement);
    aggregates::created_aggregate(Words {
        sql: statement,
        tokens: &tokens,
    })
}

/// Whether a statement calls a procedure that TimescaleDB refuses in a transaction block and that commits nothing here.
pub fn does_nothing(statement: &str) -> bool {
    let tokens: Vec<_> = lexer::stream(statement).take(FIRST_TOKENS).collect();
    calls::does_nothing(Words {
        sql: statement,
        tokens: &tokens,
    })
}

/// The rewriting of a statement that creates an index on, or writes to, what may be one of these continuous aggregates, which only the
/// migrations name: every other statement stays as it is.
pub(crate) fn on_aggregate(statement: &str, aggregates: &BTreeSet<String>) -> Option<Rewriting> {
    let first: Vec<_> = lexer::stream(statement)
        .take(writes::FIRST_TOKENS)
        .collect();
    let words = Words {
        sql: statement,
        tokens: &first,
    };
    let (is_index, is_truncate) = (words.is(0, "create"), words.is(0, "truncate"));
    let tokens = if is_index || is_truncate {
        lexer::tokens(statement)
    } else if writes::holds_statements(words) {
        lexer::stream(statement).take(FIRST_TOKENS).collect()
    } else {
        first
    };
    let words = Words {
        sql: statement,
        tokens: &tokens,
    };
    let edits = if is_index {
        indexes::on_aggregate(words, aggregates)?
    } else if is_truncate {
        writes::truncate(words, aggregates)?
    } else {
        writes::to_aggregate(words, aggregates)?
    };
    Some(Rewriting::new(statement, edits))
}

/// Refuses a write to one of these continuous aggregates that is sent as it is: of a statement that is prepared, or in the body of a function.
pub(crate) fn check_writes(
    statement: &str,
    aggregates: &BTreeSet<String>,
) -> Result<(), NotSupported> {
    let first = lexer::stream(statement).next();
    let may_hold = ["prepare", "do", "create"];
    let is_candidate = first.is_some_and(|token| {
        let text = token.text(statement);
        may_hold.iter().any(|word| text.eq_ignore_ascii_case(word))
    });
    if aggregates.is_empty() || !is_candidate {
        return Ok(());
    }
    let tokens = lexer::tokens(statement);
    writes::check(
        Words {
            sql: statement,
            tokens: &tokens,
        },
        aggregates,
    )
}

/// The name of the table or view that a statement creates and that is no continuous aggregate, without its schema.
pub(crate) fn created_relation(statement: &str) -> Option<String> {
    let tokens: Vec<_> = lexer::stream(statement)
        .take(writes::FIRST_TOKENS)
        .collect();
    statements::created_relation(Words {
        sql: statement,
        tokens: &tokens,
    })
}

/// What to send instead of one statement, which has no semicolon at its end.
///
/// # Errors
/// When the statement asks for what only TimescaleDB can do.
pub fn rewrite(statement: &str) -> Result<Rewriting, NotSupported> {
    let first = lexer::stream(statement).next();
    let long = ["create", "alter", "drop"];
    let is_long = first.is_some_and(|token| {
        let text = token.text(statement);
        long.iter().any(|word| text.eq_ignore_ascii_case(word))
    });
    let tokens: Vec<_> = if is_long {
        lexer::tokens(statement)
    } else {
        lexer::stream(statement).take(FIRST_TOKENS).collect()
    };
    let words = Words {
        sql: statement,
        tokens: &tokens,
    };
    bodies::check(words)?;
    internals::check(words)?;
    let mut edits = statements::edits(words)?;
    edits.extend(extension::lookups(words));
    Ok(Rewriting::new(statement, edits))
}
