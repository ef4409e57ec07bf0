//! The building blocks of the rules: shared parts of statements, shared edits, and the error.

use std::ops::Range;

use sql::rewriting::Edit;
use sql::statement::words::Words;

use super::options::Options;

/// What plain mode does not support.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plain mode does not support {what}: {reason}")]
pub struct NotSupported {
    /// Where it stands in the statement.
    pub range: Range<usize>,
    /// What is asked for, as the statement calls it.
    pub what: String,
    /// Why there is nothing like it without TimescaleDB.
    pub reason: &'static str,
}

/// What has to change in a statement, or why there is nothing for it.
pub(super) type Edits = Result<Vec<Edit>, NotSupported>;

/// The index after an `IF NOT EXISTS`, and whether there is one.
pub(super) fn if_not_exists(words: Words<'_>, at: usize) -> (usize, bool) {
    if words.are(at, &["if", "not", "exists"]) {
        (at + 3, true)
    } else {
        (at, false)
    }
}

/// The first `WITH (…)` outside parentheses, by the index of its WITH.
pub(super) fn with_options(words: Words<'_>) -> Option<(usize, Options<'_>)> {
    let mut depth = 0usize;
    for at in 0..words.tokens.len() {
        match words.text(at) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && words.is(at, "as") {
            return None;
        }
        if depth == 0 && words.is(at, "with") && words.is_symbol(at + 1, "(") {
            return Some((at, Options::read(words, at + 1)?));
        }
    }
    None
}

pub(super) fn whole(words: Words<'_>, text: &str, reason: &'static str) -> Edits {
    Ok(vec![Edit {
        range: 0..words.sql.len(),
        replacement: text.to_owned(),
        reason,
    }])
}

pub(super) fn without_ours(words: Words<'_>, options: &Options<'_>, with: usize) -> Edit {
    let (range, rest) = options.without_ours(with);
    if rest.is_empty() {
        removed(words, range)
    } else {
        Edit {
            range,
            replacement: rest,
            reason: "PostgreSQL does not know these options",
        }
    }
}

/// A range to remove, with the whitespace before it; except after a comment, which would absorb what follows.
pub(super) fn removed(words: Words<'_>, range: Range<usize>) -> Edit {
    let before = words.sql[..range.start].trim_end().len();
    let is_behind_a_token = words.tokens.iter().any(|token| token.end == before);
    Edit {
        range: if is_behind_a_token {
            before..range.end
        } else {
            range
        },
        replacement: String::new(),
        reason: "PostgreSQL does not know these options",
    }
}

/// A dollar quote that the statement does not contain, and does not complete by ending in `$plain`.
pub(super) fn tag(sql: &str) -> String {
    let tags = (0..).map(|n: u32| match n {
        0 => "$plain$".to_owned(),
        n => format!("$plain{n}$"),
    });
    tags.into_iter()
        .find(|tag| !sql.contains(&tag[..tag.len() - 1]))
        .unwrap_or_default()
}

pub(super) fn cannot(words: Words<'_>, at: usize, what: String, reason: &'static str) -> Edits {
    let token = words.tokens.get(at).or(words.tokens.last());
    Err(NotSupported {
        range: token.map_or(0..0, |token| token.start..token.end),
        what,
        reason,
    })
}

pub(super) fn unreadable(words: Words<'_>, at: usize) -> Edits {
    cannot(
        words,
        at,
        "this name".to_owned(),
        "its escape character is not read: write it without UESCAPE",
    )
}
