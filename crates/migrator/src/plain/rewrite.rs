//! What plain PostgreSQL is sent in place of a statement that only TimescaleDB understands: the same statement with some ranges of bytes
//! replaced. One statement stays one statement.
//!
//! What the words of a statement do not tell (whether a MATERIALIZED VIEW is a continuous aggregate) is asked by the procedure that the new
//! text calls. Functions need no rewriting: the stand-in has them. What it cannot stand for is an error; what nobody knows here is sent as
//! it is, and the server is the judge.

#[cfg(feature = "plain")]
mod aggregates;
#[cfg(feature = "plain")]
mod alter;
#[cfg(feature = "plain")]
mod bodies;
#[cfg(feature = "plain")]
mod calls;
#[cfg(feature = "plain")]
mod columnstore;
#[cfg(feature = "plain")]
mod edits;
#[cfg(feature = "plain")]
mod extension;
#[cfg(feature = "plain")]
mod internals;
#[cfg(feature = "plain")]
mod options;
#[cfg(feature = "plain")]
mod statements;
#[cfg(all(test, feature = "plain"))]
mod tests;
#[cfg(feature = "plain")]
mod writes;

#[cfg(feature = "plain")]
use std::collections::BTreeSet;
use std::ops::Range;

#[cfg(feature = "plain")]
use sql::lexer;
#[cfg(feature = "plain")]
use sql::statement::words::Words;

/// How much of a statement is looked at that may be long; those that are rewritten say what they are before that.
#[cfg(feature = "plain")]
const FIRST_TOKENS: usize = 4096;

/// A statement as plain PostgreSQL is sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewriting {
    /// The text to send.
    pub text: String,
    /// How it came from the statement's own text, from the first byte to the last; none where nothing had to change.
    pub edits: Vec<Edit>,
}

impl Rewriting {
    /// The byte of the statement as it was written that a byte of the text stands for: of what stands in a range's place, the first of it.
    pub fn origin(&self, byte: usize) -> usize {
        let (mut written, mut sent) = (0, 0);
        for edit in &self.edits {
            let kept = edit.range.start - written;
            if byte < sent + kept {
                break;
            }
            sent += kept;
            if byte < sent + edit.replacement.len() {
                return edit.range.start;
            }
            sent += edit.replacement.len();
            written = edit.range.end;
        }
        written + byte.saturating_sub(sent)
    }
}

/// One replaced range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the statement as it was written.
    pub range: Range<usize>,
    /// What stands there instead.
    pub replacement: String,
    /// Why, for a person.
    pub reason: &'static str,
}

/// What plain mode has nothing for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plain mode cannot stand for {what}: {reason}")]
pub struct CannotStandFor {
    /// Where it stands in the statement.
    pub range: Range<usize>,
    /// What is asked for, as the statement calls it.
    pub what: String,
    /// Why there is nothing like it without TimescaleDB.
    pub reason: &'static str,
}

/// The name of the continuous aggregate that a statement creates, without its schema.
#[cfg(feature = "plain")]
pub(crate) fn created_aggregate(statement: &str) -> Option<String> {
    let tokens = lexer::tokens(statement);
    aggregates::created_aggregate(Words {
        sql: statement,
        tokens: &tokens,
    })
}

/// Whether a statement calls a procedure that TimescaleDB refuses in a transaction block and that commits nothing here.
#[cfg(feature = "plain")]
pub(crate) fn is_refresh(statement: &str) -> bool {
    let tokens: Vec<_> = lexer::stream(statement).take(FIRST_TOKENS).collect();
    calls::is_refresh(Words {
        sql: statement,
        tokens: &tokens,
    })
}

/// The rewriting of a statement that makes an index on, or writes to, what may be one of these continuous aggregates, of which only the
/// migrations tell: every other one stays a statement of PostgreSQL's.
#[cfg(feature = "plain")]
pub(crate) fn on_aggregate(statement: &str, aggregates: &BTreeSet<String>) -> Option<Rewriting> {
    let first: Vec<_> = lexer::stream(statement)
        .take(writes::FIRST_TOKENS)
        .collect();
    let words = Words {
        sql: statement,
        tokens: &first,
    };
    let is_index = words.is(0, "create");
    if !is_index && !words.is(0, "truncate") {
        let edits = writes::to_aggregate(words, aggregates)?;
        return Some(rewritten(statement, edits));
    }
    let tokens = lexer::tokens(statement);
    let words = Words {
        sql: statement,
        tokens: &tokens,
    };
    let edits = match is_index {
        true => aggregates::index_on_aggregate(words, aggregates)?,
        false => writes::truncate(words, aggregates)?,
    };
    Some(rewritten(statement, edits))
}

/// What to send in place of one statement, which has no semicolon behind it.
///
/// # Errors
/// When the statement asks for what only TimescaleDB can do.
#[cfg(feature = "plain")]
pub fn rewrite(statement: &str) -> Result<Rewriting, CannotStandFor> {
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
    internals::calls(words)?;
    let mut edits = statements::edits(words)?;
    edits.extend(extension::lookups(words));
    Ok(rewritten(statement, edits))
}

#[cfg(feature = "plain")]
fn rewritten(statement: &str, mut edits: Vec<Edit>) -> Rewriting {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut text = String::with_capacity(statement.len());
    let mut done = 0;
    for edit in &edits {
        text.push_str(&statement[done..edit.range.start]);
        text.push_str(&edit.replacement);
        done = edit.range.end;
    }
    text.push_str(&statement[done..]);
    Rewriting { text, edits }
}
