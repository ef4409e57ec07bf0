//! The statements that are rewritten, by their first words.

use sql::rewriting::Edit;
use sql::statement::names::Name;
use sql::statement::words::Words;

use super::edits::{
    Edits, cannot, if_not_exists, tag, unreadable, whole, with_options, without_ours,
};
use super::options::literal;
use super::{aggregates, alter, calls, indexes};

/// What has to change in a statement; nothing where PostgreSQL understands it.
pub(super) fn edits(words: Words<'_>) -> Edits {
    if words.is(0, "create") {
        create(words)
    } else if words.is(0, "alter") {
        alter(words)
    } else if words.is(0, "drop") {
        drop(words)
    } else if words.are(0, &["refresh", "materialized", "view"]) {
        aggregates::refresh(words)
    } else if words.are(0, &["comment", "on", "extension"]) && words.is_name(3, "timescaledb") {
        whole(
            words,
            "CALL _timescaledb_functions.comment_on_extension()",
            "the extension is not there",
        )
    } else if words.is(0, "set") {
        calls::set(words)
    } else {
        calls::calls(words)
    }
}

/// The words between `CREATE` and what is created.
const BEFORE_KIND: &[&str] = &[
    "or",
    "replace",
    "global",
    "local",
    "temp",
    "temporary",
    "unlogged",
    "unique",
];

/// The name of the table or the plain view that a statement creates.
pub(super) fn created_relation(words: Words<'_>) -> Option<String> {
    let what = words.behind(1, BEFORE_KIND);
    let is_relation = words.is(0, "create") && words.is_one_of(what, &["table", "view"]);
    let name = is_relation.then(|| Name::read(words, if_not_exists(words, what + 1).0))??;
    Some(name.0.object().to_owned())
}

fn create(words: Words<'_>) -> Edits {
    let what = words.behind(1, BEFORE_KIND);
    if words.is(what, "extension") {
        create_extension(words, if_not_exists(words, what + 1).0)
    } else if words.are(what, &["materialized", "view"]) {
        aggregates::create_aggregate(words, what + 2)
    } else if words.is(what, "table") {
        create_table(words, what + 1)
    } else if words.is(what, "index") {
        Ok(indexes::with_its_options(words).unwrap_or_default())
    } else {
        Ok(Vec::new())
    }
}

fn create_extension(words: Words<'_>, name: usize) -> Edits {
    let text = words.text(name).trim_matches('"').to_ascii_lowercase();
    if text == "timescaledb" {
        return whole(
            words,
            "CALL _timescaledb_functions.create_extension()",
            "the stand-in for the extension is there already",
        );
    }
    if text.starts_with("timescaledb") {
        cannot(
            words,
            name,
            format!("the extension {text}"),
            "only the functions of timescaledb itself have a stand-in",
        )
    } else {
        Ok(Vec::new())
    }
}

/// `CREATE TABLE … WITH (tsdb.hypertable, …)`: the table without these options, which a procedure then turns into a hypertable.
fn create_table(words: Words<'_>, behind: usize) -> Edits {
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
    let tag = tag(words.sql);
    let head = format!(
        "CALL _timescaledb_functions.create_table({}, {if_not_exists}, {}, {tag}",
        literal(&name.quoted()),
        options.array(),
    );
    Ok(vec![
        Edit {
            range: 0..0,
            replacement: head,
            reason: "a hypertable is a plain table that is recorded as one",
        },
        without_ours(words, &options, with),
        Edit {
            range: words.sql.len()..words.sql.len(),
            replacement: format!("{tag})"),
            reason: "a hypertable is a plain table that is recorded as one",
        },
    ])
}

fn alter(words: Words<'_>) -> Edits {
    if words.is(1, "extension") && words.is_name(2, "timescaledb") {
        return if words.is(3, "update") {
            whole(
                words,
                "CALL _timescaledb_functions.create_extension()",
                "the stand-in for the extension has no versions",
            )
        } else {
            cannot(
                words,
                3,
                "ALTER EXTENSION timescaledb".to_owned(),
                "the extension is not there",
            )
        };
    }
    if words.is(1, "table") {
        alter::table(words)
    } else if words.are(1, &["materialized", "view"]) {
        alter::materialized_view(words)
    } else if words.is(1, "view") {
        alter::view(words)
    } else {
        Ok(Vec::new())
    }
}

/// `DROP EXTENSION`, `DROP TABLE`, `DROP VIEW` and `DROP MATERIALIZED VIEW`.
fn drop(words: Words<'_>) -> Edits {
    if words.is(1, "extension") {
        drop_extension(words)
    } else if words.is(1, "view") || words.are(1, &["materialized", "view"]) {
        aggregates::drop(words)
    } else if words.is(1, "table") {
        aggregates::drop_tables(words)
    } else {
        Ok(Vec::new())
    }
}

fn drop_extension(words: Words<'_>) -> Edits {
    let behind = words.behind(2, &["if", "exists"]);
    let named = (behind..words.tokens.len()).find(|&at| words.is_name(at, "timescaledb"));
    match named {
        Some(at) => cannot(
            words,
            at,
            "DROP EXTENSION timescaledb".to_owned(),
            "a database that is in plain mode stays so",
        ),
        None => Ok(Vec::new()),
    }
}
