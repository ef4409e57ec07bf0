//! `CREATE INDEX` with TimescaleDB's options, or on a continuous aggregate.

use std::collections::BTreeSet;
use std::ops::Range;

use sql::rewriting::Edit;
use sql::statement::names::Name;
use sql::statement::words::Words;

use super::edits::{tag, with_options, without_ours};
use super::options::literal;

/// With TimescaleDB's options, which are checked and go.
pub(super) fn with_its_options(words: Words<'_>) -> Option<Vec<Edit>> {
    let (with, options) = with_options(words)?;
    if !options.any_ours() {
        return None;
    }
    let reason = "TimescaleDB's options of an index are checked, and PostgreSQL does not know them";
    call(words, reason, |_| true).or_else(|| Some(vec![without_ours(words, &options, with)]))
}

/// On one of these continuous aggregates, for which it is made on its storage.
pub(super) fn on_aggregate(words: Words<'_>, aggregates: &BTreeSet<String>) -> Option<Vec<Edit>> {
    let reason = "an index of a continuous aggregate is an index of its storage";
    call(words, reason, |name| aggregates.contains(name.object()))
}

/// A call with the statement before and after its relation's name, if that is one of those meant. An index that is built concurrently
/// cannot run in a procedure.
fn call(
    words: Words<'_>,
    reason: &'static str,
    is_meant: impl Fn(&Name) -> bool,
) -> Option<Vec<Edit>> {
    let index = words.behind(1, &["unique"]);
    if !words.is(0, "create") || !words.is(index, "index") || words.is(index + 1, "concurrently") {
        return None;
    }
    let on = (index..words.tokens.len()).find(|&at| words.is(at, "on"))?;
    let at = words.behind(on + 1, &["only"]);
    let (name, behind) = Name::read(words, at)?;
    if !is_meant(&name) {
        return None;
    }
    let tag = tag(words.sql);
    let edit = |range: Range<usize>, replacement: String| Edit {
        range,
        replacement,
        reason,
    };
    let ours = with_options(words).filter(|(_, options)| options.any_ours());
    let array = ours.as_ref().map_or("'[]'".to_owned(), |it| it.1.array());
    let head = format!(
        "CALL _timescaledb_functions.create_index({}, {}, {array}, {tag}",
        literal(&name.quoted()),
        index > 1
    );
    let name_range = words.tokens[at].start..words.tokens[behind - 1].end;
    let mut edits = vec![
        edit(0..0, head),
        edit(name_range, format!("{tag}, {tag}")),
        edit(words.sql.len()..words.sql.len(), format!("{tag})")),
    ];
    if let Some((with, options)) = &ours {
        edits.push(without_ours(words, options, *with));
    }
    Some(edits)
}
