//! The statements that are rewritten, by their first words.

use std::collections::BTreeSet;

use super::options::{Options, literal};
use super::{CannotStandFor, Edit};
use crate::statement::names::Name;
use crate::statement::words::Words;

type Edits = Result<Vec<Edit>, CannotStandFor>;

/// Functions and procedures that have no meaning without chunks, or went with distributed hypertables.
const CHUNK_SURGERY: &[&str] = &[
    "attach_chunk",
    "detach_chunk",
    "merge_chunks",
    "merge_chunks_concurrently",
    "move_chunk",
    "recompress_chunk",
    "reorder_chunk",
    "split_chunk",
];
const DISTRIBUTED: &[&str] = &[
    "add_data_node",
    "alter_data_node",
    "attach_data_node",
    "create_distributed_hypertable",
    "create_distributed_restore_point",
    "delete_data_node",
    "detach_data_node",
    "distributed_exec",
    "set_replication_factor",
];

const VIEW: &str =
    "a continuous aggregate is a view, computed whenever it is read and always up to date";
const CHUNKS: &str = "a plain table has no chunks";
const NODES: &str = "a plain database has no data nodes";

/// What has to change in a statement; nothing where PostgreSQL understands it.
pub(super) fn edits(words: Words<'_>) -> Edits {
    if words.is(0, "create") {
        create(words)
    } else if words.is(0, "alter") {
        alter(words)
    } else if words.is(0, "drop") {
        drop(words)
    } else if words.are(0, &["refresh", "materialized", "view"]) {
        refresh(words)
    } else if words.is(0, "set") {
        set(words)
    } else {
        calls(words)
    }
}

fn create(words: Words<'_>) -> Edits {
    let what = words.behind(
        1,
        &[
            "or",
            "replace",
            "global",
            "local",
            "temp",
            "temporary",
            "unlogged",
            "unique",
        ],
    );
    if words.is(what, "extension") {
        create_extension(words, if_not_exists(words, what + 1).0)
    } else if words.are(what, &["materialized", "view"]) {
        create_aggregate(words, what + 2)
    } else if words.is(what, "table") {
        create_table(words, what + 1)
    } else if words.is(what, "index") {
        create_index(words)
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
            "what stands for the extension is there already",
        );
    }
    match text.starts_with("timescaledb") {
        true => cannot(
            words,
            name,
            format!("the extension {text}"),
            "only the functions of timescaledb itself have a stand-in",
        ),
        false => Ok(Vec::new()),
    }
}

/// `CREATE MATERIALIZED VIEW … WITH (timescaledb.continuous)`: a view that a procedure makes and records.
fn create_aggregate(words: Words<'_>, behind: usize) -> Edits {
    let (at, if_not_exists) = if_not_exists(words, behind);
    let Some((with, options)) = with_options(words) else {
        return Ok(Vec::new());
    };
    if !options.is_on("continuous") {
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
        options.object(),
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

/// `CREATE TABLE … WITH (tsdb.hypertable, …)`: the table without these options, and the hypertable that a procedure makes of it.
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
        options.object(),
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

fn create_index(words: Words<'_>) -> Edits {
    match with_options(words) {
        Some((with, options)) if options.any_ours() => {
            Ok(vec![without_ours(words, &options, with)])
        }
        _ => Ok(Vec::new()),
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

/// `CREATE INDEX` on a continuous aggregate: TimescaleDB makes it on the rows that it stores, and a view stores none.
pub(super) fn index_on_aggregate(
    words: Words<'_>,
    aggregates: &BTreeSet<String>,
) -> Option<Vec<Edit>> {
    let index = words.behind(1, &["unique"]);
    if !words.is(0, "create") || !words.is(index, "index") || words.is(index + 1, "concurrently") {
        return None;
    }
    let on = (index..words.tokens.len()).find(|&at| words.is(at, "on"))?;
    let (name, _) = Name::read(words, words.behind(on + 1, &["only"]))?;
    aggregates.contains(name.object()).then(|| {
        let nothing = "DO 'BEGIN RAISE NOTICE ''a view has no index: plain mode makes none''; END'";
        if_aggregate(words, &name, nothing)
    })
}

fn alter(words: Words<'_>) -> Edits {
    if words.is(1, "extension") && words.is_name(2, "timescaledb") {
        return match words.is(3, "update") {
            true => whole(
                words,
                "CALL _timescaledb_functions.create_extension()",
                "what stands for the extension has no versions",
            ),
            false => cannot(
                words,
                3,
                "ALTER EXTENSION timescaledb".to_owned(),
                "the extension is not there",
            ),
        };
    }
    if words.is(1, "table") {
        return alter_relation(words, 2, "alter_table");
    }
    if !words.are(1, &["materialized", "view"]) {
        return Ok(Vec::new());
    }
    let edits = alter_relation(words, 3, "alter_continuous_aggregate")?;
    if !edits.is_empty() {
        return Ok(edits);
    }
    alter_view(words)
}

/// `ALTER … SET (timescaledb.…)`: a call that records the options.
fn alter_relation(words: Words<'_>, behind: usize, procedure: &str) -> Edits {
    let if_exists = words.are(behind, &["if", "exists"]);
    let at = words.behind(behind, &["if", "exists", "only"]);
    let Some((name, action)) = Name::read(words, at) else {
        return Ok(Vec::new());
    };
    let is_setting =
        |at: usize| words.is_one_of(at, &["set", "reset"]) && words.is_symbol(at + 1, "(");
    let ours = (action..words.tokens.len()).find_map(|at| {
        let options = Options::read(words, at + 1).filter(|_| is_setting(at))?;
        options.any_ours().then_some((at, options))
    });
    let Some((set, options)) = ours else {
        return Ok(Vec::new());
    };
    if words.is(set, "reset") {
        return cannot(
            words,
            set,
            "RESET of TimescaleDB's options".to_owned(),
            "write SET with the value that shall hold",
        );
    }
    if set != action || options.behind != words.tokens.len() || !options.all_ours() {
        return cannot(
            words,
            set,
            "TimescaleDB's options beside other changes".to_owned(),
            "write a statement of their own for them",
        );
    }
    let call = format!(
        "CALL _timescaledb_functions.{procedure}({}, {if_exists}, {})",
        literal(&name.quoted()),
        options.object()
    );
    whole(words, &call, "what TimescaleDB is told is recorded")
}

/// `ALTER MATERIALIZED VIEW` that may be of a continuous aggregate: the procedure that is called asks, and carries out one of the two texts.
fn alter_view(words: Words<'_>) -> Edits {
    let at = words.behind(3, &["if", "exists"]);
    let Some((name, action)) = Name::read(words, at) else {
        return Ok(Vec::new());
    };
    if words.is_one_of(action, &["add", "drop"]) {
        return cannot(
            words,
            action,
            "a changed column of a continuous aggregate".to_owned(),
            "the query of a view stays as it is: drop the aggregate and create it again",
        );
    }
    let mut as_view = words.sql.to_owned();
    as_view.replace_range(words.tokens[1].start..words.tokens[2].start, "");
    Ok(if_aggregate(words, &name, &as_view))
}

/// `REFRESH MATERIALIZED VIEW`, which TimescaleDB refuses where it is a continuous aggregate.
fn refresh(words: Words<'_>) -> Edits {
    let Some((name, _)) = Name::read(words, words.behind(3, &["concurrently"])) else {
        return Ok(Vec::new());
    };
    let refused = "CALL _timescaledb_functions.refuse_refresh()";
    Ok(if_aggregate(words, &name, refused))
}

/// A call that carries out the statement, or `on_aggregate` where it is about a continuous aggregate.
fn if_aggregate(words: Words<'_>, name: &Name, on_aggregate: &str) -> Vec<Edit> {
    let tag = tag(words.sql);
    let call = format!(
        "on_materialized_view({}, {tag}{on_aggregate}{tag}, ",
        literal(&name.quoted())
    );
    enclosed(words, &call)
}

/// The whole statement as the last argument of a call, which carries it out or does not.
fn enclosed(words: Words<'_>, call: &str) -> Vec<Edit> {
    let tag = tag(words.sql);
    let edit = |at: usize, replacement: String| Edit {
        range: at..at,
        replacement,
        reason: "whether it is a continuous aggregate, which is a view, only the database knows",
    };
    vec![
        edit(0, format!("CALL _timescaledb_functions.{call}{tag}")),
        edit(words.sql.len(), format!("{tag})")),
    ]
}

fn drop(words: Words<'_>) -> Edits {
    let behind = words.behind(2, &["if", "exists"]);
    if words.is(1, "extension") {
        let named = (behind..words.tokens.len()).find(|&at| words.is_name(at, "timescaledb"));
        return match named {
            Some(at) => cannot(
                words,
                at,
                "DROP EXTENSION timescaledb".to_owned(),
                "a database that is in plain mode stays so",
            ),
            None => Ok(Vec::new()),
        };
    }
    let is_view = words.is(1, "view");
    if !is_view && !words.are(1, &["materialized", "view"]) {
        return Ok(Vec::new());
    }
    let what = if is_view { 2 } else { 3 };
    let if_exists = words.are(what, &["if", "exists"]);
    let list = Name::read_list(words, words.behind(what, &["if", "exists"]));
    let Some((names, end)) = list else {
        return Ok(Vec::new());
    };
    let names: Vec<String> = names.iter().map(|name| literal(&name.quoted())).collect();
    let names = format!("ARRAY[{}]::pg_catalog.text[]", names.join(", "));
    if is_view {
        return Ok(enclosed(words, &format!("drop_views({names}, ")));
    }
    let call = format!(
        "CALL _timescaledb_functions.drop_materialized_views({names}, {if_exists}, {})",
        words.is(end, "cascade"),
    );
    whole(words, &call, "a continuous aggregate is a view")
}

fn set(words: Words<'_>) -> Edits {
    let name = words.behind(1, &["session", "local"]);
    let option = words.text(name + 2);
    let is_direct = words.is_name(name, "timescaledb")
        && option
            .to_ascii_lowercase()
            .starts_with("enable_direct_compress");
    match is_direct && !words.is_off(name + 4) {
        true => cannot(
            words,
            name + 2,
            option.to_owned(),
            "a plain table has no columnstore to write to",
        ),
        false => Ok(Vec::new()),
    }
}

/// Calls of functions that there is nothing for.
fn calls(words: Words<'_>) -> Edits {
    for at in 1..words.tokens.len() {
        if !words.is_symbol(at, "(") {
            continue;
        }
        let is_called = |names: &[&str]| names.iter().any(|name| words.is_name(at - 1, name));
        let reason = if is_called(CHUNK_SURGERY) {
            CHUNKS
        } else if is_called(DISTRIBUTED) {
            NODES
        } else {
            continue;
        };
        return cannot(words, at - 1, words.text(at - 1).to_owned(), reason);
    }
    Ok(Vec::new())
}

// What the rules above are made of.

/// The index behind an `IF NOT EXISTS`, and whether there is one.
fn if_not_exists(words: Words<'_>, at: usize) -> (usize, bool) {
    match words.are(at, &["if", "not", "exists"]) {
        true => (at + 3, true),
        false => (at, false),
    }
}

/// The first `WITH (…)` outside parentheses, by the index of its WITH.
fn with_options(words: Words<'_>) -> Option<(usize, Options<'_>)> {
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

fn whole(words: Words<'_>, text: &str, reason: &'static str) -> Edits {
    Ok(vec![Edit {
        range: 0..words.sql.len(),
        replacement: text.to_owned(),
        reason,
    }])
}

fn without_ours(words: Words<'_>, options: &Options<'_>, with: usize) -> Edit {
    let (range, rest) = options.without_ours(with);
    match rest.is_empty() {
        true => removed(words, range),
        false => Edit {
            range,
            replacement: rest,
            reason: "PostgreSQL does not know these options",
        },
    }
}

/// A range that goes, with the white space before it.
fn removed(words: Words<'_>, range: std::ops::Range<usize>) -> Edit {
    let before = words.sql[..range.start].trim_end().len();
    Edit {
        range: before..range.end,
        replacement: String::new(),
        reason: "PostgreSQL does not know these options",
    }
}

/// A dollar quote that the statement does not contain, nor makes where it ends in `$plain` and one follows.
fn tag(sql: &str) -> String {
    let tags = (0..).map(|n: u32| match n {
        0 => "$plain$".to_owned(),
        n => format!("$plain{n}$"),
    });
    tags.into_iter()
        .find(|tag| !sql.contains(&tag[..tag.len() - 1]))
        .unwrap_or_default()
}

fn cannot(words: Words<'_>, at: usize, what: String, reason: &'static str) -> Edits {
    let token = words.tokens.get(at).or(words.tokens.last());
    Err(CannotStandFor {
        range: token.map_or(0..0, |token| token.start..token.end),
        what,
        reason,
    })
}

fn unreadable(words: Words<'_>, at: usize) -> Edits {
    cannot(
        words,
        at,
        "this name".to_owned(),
        "it says by itself how it is to be read: write it without UESCAPE",
    )
}
