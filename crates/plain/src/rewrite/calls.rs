//! Calls and settings that plain mode does not support, or has nothing to do for.

use sql::statement::words::Words;
use sql::timescaledb::{self, Plain, Routine, Schema};

use super::edits::{Edits, cannot};
use crate::lacking::reason;

pub(super) fn set(words: Words<'_>) -> Edits {
    let name = words.behind(1, &["session", "local"]);
    let option = words.text(name + 2);
    let is_direct = words.is_name(name, "timescaledb")
        && option
            .to_ascii_lowercase()
            .starts_with("enable_direct_compress");
    if is_direct && !words.is_off(name + 4) {
        cannot(
            words,
            name + 2,
            option.to_owned(),
            "a plain table has no columnstore to write to",
        )
    } else {
        Ok(Vec::new())
    }
}

/// Calls of functions that plain mode does not support, where the words leave no doubt that it is a call: in a list the function itself says so.
pub(super) fn calls(words: Words<'_>) -> Edits {
    for at in 1..words.tokens.len() {
        if !words.is_one_of(at - 1, &["call", "select", "from"]) {
            continue;
        }
        let name = behind_schema(words, at);
        if !words.is_symbol(name + 1, "(") {
            continue;
        }
        let routine = public(words, name).map(|routine| routine.plain);
        if let Some(Plain::Refused(lacking) | Plain::Gone(lacking)) = routine {
            return cannot(words, name, words.text(name).to_owned(), reason(lacking));
        }
    }
    Ok(Vec::new())
}

/// Whether a `CALL` has nothing to do here, and commits nothing.
pub(super) fn does_nothing(words: Words<'_>) -> bool {
    let routine = public(words, behind_schema(words, 1));
    words.is(0, "call") && routine.is_some_and(|routine| routine.plain == Plain::Nothing)
}

/// The index of a name, after the schema if that is `public`.
fn behind_schema(words: Words<'_>, at: usize) -> usize {
    if words.is_name(at, "public") && words.is_symbol(at + 1, ".") {
        at + 2
    } else {
        at
    }
}

/// The routine of the extension's schema that is named here.
fn public(words: Words<'_>, at: usize) -> Option<&'static Routine> {
    timescaledb::routine_at(words, at).filter(|it| it.schema == Schema::Extension)
}
