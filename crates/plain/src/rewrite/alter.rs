//! `ALTER TABLE` and `ALTER MATERIALIZED VIEW`, action by action, and `ALTER VIEW`.

use std::ops::Range;

use sql::rewriting::Edit;
use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;

use super::aggregates::{enclosed, if_aggregate};
use super::columnstore;
use super::edits::{Edits, removed, tag, whole};
use super::options::{Options, literal};

const RECORDED: &str = "options of TimescaleDB are recorded";

const CHECKED: &str = "TimescaleDB refuses it of some hypertables";

/// `ALTER TABLE … SET (timescaledb.…)`: a call that records the options, and then does what else the statement does.
pub(super) fn table(words: Words<'_>) -> Edits {
    let if_exists = words.are(2, &["if", "exists"]);
    let at = words.behind(2, &["if", "exists", "only"]);
    let is_only = at > 2 && words.is(at - 1, "only");
    let Some((name, at)) = Name::read(words, at) else {
        return Ok(Vec::new());
    };
    let actions = actions(words, at);
    let ours: Vec<Option<Options<'_>>> = actions.iter().map(|it| ours(words, it)).collect();
    let told = actions.iter().zip(&ours).filter_map(|(action, options)| {
        let what = words.text(action.start).to_ascii_lowercase();
        let array = options.as_ref()?.array();
        Some(format!(
            "pg_catalog.jsonb_build_object({}, {array})",
            literal(&what)
        ))
    });
    let told: Vec<String> = told.collect();
    let mut checks: Vec<String> = actions
        .iter()
        .filter_map(|it| columnstore::check(words, it))
        .collect();
    let is_of_all = words.is(at, "rename") || words.are(at, &["set", "schema"]);
    let sets_options = |it: &Range<usize>| {
        words.is_one_of(it.start, &["set", "reset"]) && words.is_symbol(it.start + 1, "(")
    };
    if is_only && !is_of_all && !actions.iter().all(sets_options) {
        checks.push("pg_catalog.jsonb_build_object('only', true)".to_owned());
    }
    if told.is_empty() && checks.is_empty() {
        return Ok(Vec::new());
    }
    let reason = if told.is_empty() { CHECKED } else { RECORDED };
    let call = format!(
        "CALL _timescaledb_functions.alter_table({}, {if_exists}, {}",
        literal(&name.quoted()),
        array(&told)
    );
    let end = if checks.is_empty() {
        ")".to_owned()
    } else {
        format!(", {})", array(&checks))
    };
    let stays =
        |options: &Option<Options<'_>>| options.as_ref().is_none_or(|options| !options.all_ours());
    let Some(last) = ours.iter().rposition(stays) else {
        return whole(words, &format!("{call})"), RECORDED);
    };
    let tag = tag(words.sql);
    let edit = |at: usize, replacement: String| Edit {
        range: at..at,
        replacement,
        reason,
    };
    let mut edits = vec![edit(0, format!("{call}, {tag}"))];
    for (index, options) in ours.iter().enumerate() {
        let Some(options) = options else { continue };
        let action = &actions[index];
        edits.push(match options.all_ours() {
            false => super::edits::without_ours(words, options, action.start),
            // With the comma after it, or before it if nothing follows.
            true if index < last => {
                let next = &words.tokens[actions[index + 1].start];
                Edit {
                    range: words.tokens[action.start].start..next.start,
                    replacement: String::new(),
                    reason: RECORDED,
                }
            }
            true => {
                let before = words.tokens[actions[index - 1].end - 1].end;
                removed(words, before..words.tokens[action.end - 1].end)
            }
        });
    }
    edits.push(edit(words.sql.len(), format!("{tag}{end}")));
    Ok(edits)
}

fn array(objects: &[String]) -> String {
    if objects.is_empty() {
        "'{}'::pg_catalog.jsonb[]".to_owned()
    } else {
        format!("ARRAY[{}]", objects.join(", "))
    }
}

/// `ALTER MATERIALIZED VIEW` that may be of a continuous aggregate: the called procedure checks, and does what TimescaleDB does, or runs
/// the statement as it is.
pub(super) fn materialized_view(words: Words<'_>) -> Edits {
    let Some((name, action)) = Name::read(words, words.behind(3, &["if", "exists"])) else {
        return Ok(Vec::new());
    };
    let is_of_views = words.is_one_of(action, &["rename", "depends", "no"])
        || words.are(action, &["set", "schema"]);
    if is_of_views {
        let mut as_view = words.sql.to_owned();
        as_view.replace_range(words.tokens[1].start..words.tokens[2].start, "");
        return Ok(if_aggregate(words, &name, &as_view));
    }
    let actions = actions(words, action);
    let told: Vec<String> = actions.iter().map(|it| told(words, it)).collect();
    let call = format!(
        "alter_materialized_view({}, ARRAY[{}], ",
        literal(&name.quoted()),
        told.join(", ")
    );
    Ok(enclosed(words, &call))
}

/// `ALTER VIEW`, which TimescaleDB refuses for a continuous aggregate if more than a column's name is altered.
pub(super) fn view(words: Words<'_>) -> Edits {
    let Some((name, action)) = Name::read(words, words.behind(2, &["if", "exists"])) else {
        return Ok(Vec::new());
    };
    if words.is(action, "rename") && !words.is(action + 1, "to") {
        return Ok(Vec::new());
    }
    let call = format!("alter_view({}, ", literal(&name.quoted()));
    Ok(enclosed(words, &call))
}

/// What a procedure is given of one action, as an expression that is a jsonb object.
fn told(words: Words<'_>, action: &Range<usize>) -> String {
    let at = action.start;
    let (key, value) = if words.is(at, "set") && words.is_symbol(at + 1, "(") {
        let Some(options) = Options::read(words, at + 1) else {
            return "'{}'::pg_catalog.jsonb".to_owned();
        };
        let others = if options.all_ours() { "false" } else { "true" };
        let pairs = format!("{}, 'has_others', {others}", options.array());
        ("set", pairs)
    } else if words.are(at, &["owner", "to"]) {
        ("owner", literal(words.between(at + 2..action.end)))
    } else if words.are(at, &["set", "tablespace"]) {
        ("tablespace", literal(words.between(at + 2..action.end)))
    } else if words.is(at, "add") && !columnstore::is_constraint_added(words, action) {
        ("add", column(words, action))
    } else {
        return "'{}'::pg_catalog.jsonb".to_owned();
    };
    format!("pg_catalog.jsonb_build_object('{key}', {value})")
}

/// Of `ADD COLUMN name type GENERATED ALWAYS AS (…) STORED` the name, and if it is one, type and expression.
fn column(words: Words<'_>, action: &Range<usize>) -> String {
    let at = words.behind(action.start + 1, &["column", "if", "not", "exists"]);
    let mut value = literal(&identifier(words, at).unwrap_or_default());
    let mut inside = at + 1..action.end;
    let Some(generated) = inside.find(|&at| words.are(at, &["generated", "always", "as"])) else {
        return value;
    };
    let (_, behind) = words.arguments(generated + 3);
    if behind == generated + 3 || !words.is(behind, "stored") {
        return value;
    }
    let constraints = [
        "not",
        "null",
        "default",
        "constraint",
        "check",
        "unique",
        "primary",
        "references",
        "storage",
        "compression",
    ];
    let constrained = (at + 1..generated).find(|&at| words.is_one_of(at, &constraints));
    let is_constrained = constrained.is_some() || behind + 1 < action.end;
    let end = constrained.unwrap_or(generated);
    let collate = (at + 1..end).find(|&at| words.is(at, "collate"));
    let ty = words.between(at + 1..collate.unwrap_or(end));
    let collation = words.between(collate.unwrap_or(end)..end);
    let expression = words.between(generated + 4..behind - 1);
    value.push_str(&format!(
        ", 'type', {}, 'collation', {}, 'expression', {}, 'has_constraints', {is_constrained}",
        literal(ty),
        literal(collation),
        literal(expression)
    ));
    value
}

/// TimescaleDB's options in an action that sets or resets options. A value in a RESET is for the server to refuse.
fn ours<'a>(words: Words<'a>, action: &Range<usize>) -> Option<Options<'a>> {
    let at = action.start;
    let is_reset = words.is(at, "reset");
    if !words.is_one_of(at, &["set", "reset"]) || !words.is_symbol(at + 1, "(") {
        return None;
    }
    let options = Options::read(words, at + 1)?;
    let is_ours = options.any_ours() && options.behind == action.end;
    (is_ours && !(is_reset && options.any_value())).then_some(options)
}

/// The actions from `at` to the end, which have commas between them.
fn actions(words: Words<'_>, at: usize) -> Vec<Range<usize>> {
    let (mut depth, mut start) = (0usize, at);
    let mut actions = Vec::new();
    for at in at..words.tokens.len() {
        if words.is_symbol(at, "(") {
            depth += 1;
        } else if words.is_symbol(at, ")") {
            depth = depth.saturating_sub(1);
        } else if words.is_symbol(at, ",") && depth == 0 {
            actions.push(start..at);
            start = at + 1;
        }
    }
    actions.push(start..words.tokens.len());
    actions.retain(|it| !it.is_empty());
    actions
}
