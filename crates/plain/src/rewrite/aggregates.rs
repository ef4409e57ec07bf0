//! Statements about continuous aggregates, which are views here, and about materialized views that may be one.

use sql::rewriting::Edit;
use sql::statement::names::Name;
use sql::statement::words::Words;

use super::edits::{Edits, cannot, if_not_exists, removed, tag, unreadable, whole, with_options};
use super::options::literal;

const VIEW: &str =
    "a continuous aggregate is a view, computed whenever it is read and always up to date";

/// `CREATE MATERIALIZED VIEW … WITH (timescaledb.continuous)`: a view that a procedure creates and records. It checks TimescaleDB's options
/// first, even if it is not a continuous aggregate.
pub(super) fn create_aggregate(words: Words<'_>, behind: usize) -> Edits {
    let (at, if_not_exists) = if_not_exists(words, behind);
    let Some((with, options)) = with_options(words) else {
        return Ok(Vec::new());
    };
    if !options.any_ours() {
        return Ok(Vec::new());
    }
    let Some((name, _)) = Name::read(words, at) else {
        return unreadable(words, at);
    };
    if let Some(storage) = (at..with).find(|&at| words.is_one_of(at, &["using", "tablespace"])) {
        return cannot(
            words,
            storage,
            words.text(storage).to_ascii_uppercase(),
            "a continuous aggregate is a view here, which stores nothing",
        );
    }
    let tag = tag(words.sql);
    let head = format!(
        "CALL _timescaledb_functions.create_continuous_aggregate({}, {if_not_exists}, {}, {tag}CREATE VIEW ",
        literal(&name.quoted()),
        options.array(),
    );
    let (list, _) = options.without_ours(with);
    let end = words.tokens[with_data(words) - 1].end;
    Ok(vec![
        Edit {
            range: 0..words.tokens[at].start,
            replacement: head,
            reason: VIEW,
        },
        removed(words, list),
        Edit {
            range: end..words.sql.len(),
            replacement: format!("{tag})"),
            reason: if end < words.sql.len() {
                "a view is never filled"
            } else {
                VIEW
            },
        },
    ])
}

/// Index of the `WITH [NO] DATA` at the end, or of the end.
fn with_data(words: Words<'_>) -> usize {
    let end = words.tokens.len();
    if words.ends_with(&["with", "no", "data"]) {
        end - 3
    } else if words.ends_with(&["with", "data"]) {
        end - 2
    } else {
        end
    }
}

/// The name of the continuous aggregate that is created, without its schema.
pub(super) fn created_aggregate(words: Words<'_>) -> Option<String> {
    if !words.are(0, &["create", "materialized", "view"]) {
        return None;
    }
    let (_, options) = with_options(words)?;
    let (name, _) = Name::read(words, if_not_exists(words, 3).0)?;
    options
        .is_on("continuous")
        .then(|| name.object().to_owned())
}

/// `REFRESH MATERIALIZED VIEW`, which TimescaleDB refuses for a continuous aggregate.
pub(super) fn refresh(words: Words<'_>) -> Edits {
    let Some((name, _)) = Name::read(words, words.behind(3, &["concurrently"])) else {
        return Ok(Vec::new());
    };
    let refused = "CALL _timescaledb_functions.refuse_refresh()";
    Ok(if_aggregate(words, &name, refused))
}

/// `DROP VIEW` and `DROP MATERIALIZED VIEW`.
pub(super) fn drop(words: Words<'_>) -> Edits {
    let is_view = words.is(1, "view");
    let what = if is_view { 2 } else { 3 };
    let if_exists = words.are(what, &["if", "exists"]);
    let list = Name::read_list(words, words.behind(what, &["if", "exists"]));
    let Some((names, end)) = list else {
        return Ok(Vec::new());
    };
    let names = array(&names);
    if is_view {
        return Ok(enclosed(words, &format!("drop_views({names}, ")));
    }
    let call = format!(
        "CALL _timescaledb_functions.drop_materialized_views({names}, {if_exists}, {})",
        words.is(end, "cascade"),
    );
    whole(words, &call, "a continuous aggregate is a view")
}

/// `DROP TABLE … CASCADE`, which may drop aggregates: TimescaleDB drops them itself.
pub(super) fn drop_tables(words: Words<'_>) -> Edits {
    let list = Name::read_list(words, words.behind(2, &["if", "exists"]));
    match list {
        Some((names, end)) if words.is(end, "cascade") => {
            let call = format!("drop_cascade({}, ", array(&names));
            Ok(enclosed(words, &call))
        }
        _ => Ok(Vec::new()),
    }
}

/// Names as an expression that is an array of texts.
pub(super) fn array(names: &[Name]) -> String {
    if names.is_empty() {
        return "'{}'::pg_catalog.text[]".to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| literal(&name.quoted())).collect();
    format!("ARRAY[{}]::pg_catalog.text[]", names.join(", "))
}

/// A call that runs the statement, or `on_aggregate` for a continuous aggregate.
pub(super) fn if_aggregate(words: Words<'_>, name: &Name, on_aggregate: &str) -> Vec<Edit> {
    let tag = tag(words.sql);
    let call = format!(
        "on_materialized_view({}, {tag}{on_aggregate}{tag}, ",
        literal(&name.quoted())
    );
    enclosed(words, &call)
}

/// The whole statement as the last argument of a call, which carries it out or does not.
pub(super) fn enclosed(words: Words<'_>, call: &str) -> Vec<Edit> {
    let tag = tag(words.sql);
    let edit = |at: usize, replacement: String| Edit {
        range: at..at,
        replacement,
        reason: "only the database knows whether it is a continuous aggregate, which is a view",
    };
    vec![
        edit(0, format!("CALL _timescaledb_functions.{call}{tag}")),
        edit(words.sql.len(), format!("{tag})")),
    ]
}
