//! From the tokens of a statement to what it does. Total: what is not known is [`What::Other`].

mod aggregate;
mod body;
mod call;
mod options;
mod query;
mod routine;
mod rows;
mod search_path;
mod table;

use std::ops::Range;

use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;

use crate::act::{Act, Drop, IndexCommand, NewIndex, Relation, TEMPORARY, Truncate, What};
use crate::value::part;

/// What a statement does.
pub fn acts(words: Words<'_>) -> Vec<Act> {
    if words.is(0, "do") {
        return body::acts(words);
    }
    of_statement(words, &[])
}

/// What a statement does that is no `DO`, with the variables of the body that it is in.
fn of_statement(words: Words<'_>, variables: &[call::Variable]) -> Vec<Act> {
    let words = explained(words);
    let mut found = call::calls(words, variables);
    let what = what(words);
    if !matches!(what, What::Other) || found.is_empty() {
        let act = Act {
            range: range(words),
            what,
            is_certain: true,
        };
        found.insert(0, act);
    }
    found
}

/// The statement that `EXPLAIN ANALYZE` runs.
fn explained(words: Words<'_>) -> Words<'_> {
    if !words.is(0, "explain") {
        return words;
    }
    let (options, behind) = words.arguments(1);
    let is_on = |it: &Words<'_>| it.switch(&[], "analyze") == Some(true);
    let start = words.behind(behind, &["analyze", "verbose"]);
    if options.iter().any(is_on) || words.is(1, "analyze") {
        part(words, start, words.tokens.len())
    } else {
        words
    }
}

/// The bytes of these tokens.
pub(crate) fn range(words: Words<'_>) -> Range<usize> {
    let first = words.tokens.first().map_or(0, |it| it.start);
    first..words.tokens.last().map_or(first, |it| it.end)
}

/// The relation that is named at `at`, and the first index after it.
pub(crate) fn relation(words: Words<'_>, at: usize) -> Option<(Relation, usize)> {
    let (name, behind) = Name::read(words, at)?;
    Some((named(&name), behind))
}

fn named(name: &Name) -> Relation {
    Relation {
        schema: name.schema().unwrap_or_default().to_owned(),
        name: name.object().to_owned(),
    }
}

fn relations(words: Words<'_>, mut at: usize) -> Vec<Relation> {
    let mut found = Vec::new();
    loop {
        at = words.behind(at, &["only"]);
        let Some((relation, behind)) = relation(words, at) else {
            return found;
        };
        found.push(relation);
        at = if words.is_symbol(behind, "*") {
            behind + 1
        } else {
            behind
        };
        if !words.is_symbol(at, ",") {
            return found;
        }
        at += 1;
    }
}

fn what(words: Words<'_>) -> What {
    let read = match words.text(0).to_ascii_lowercase().as_str() {
        "create" => create(words),
        "alter" => alter(words),
        "drop" => drop(words),
        "reindex" => reindex(words),
        "insert" | "copy" | "with" => rows::insert(words),
        "update" => rows::change(words, 1, false),
        "delete" if words.is(1, "from") => rows::change(words, 2, true),
        "truncate" => Some(What::Truncate(Truncate {
            names: relations(words, words.behind(1, &["table"])),
            cascade: words.has(&["cascade"]),
        })),
        // A prepared statement's text is elsewhere.
        "execute" => Some(What::Unread),
        _ => None,
    };
    let setting = || search_path::read(words).map(What::SearchPath);
    read.or_else(setting).unwrap_or(What::Other)
}

fn create(words: Words<'_>) -> Option<What> {
    let at = words.behind(1, &["or", "replace", "global", "local"]);
    let is_temporary = words.is_one_of(at, &["temp", "temporary"]);
    let at = words.behind(at, &["temp", "temporary", "unlogged"]);
    if words.is(at, "table") {
        return table::create(words, at + 1, is_temporary).map(What::CreateTable);
    }
    if words.are(at, &["materialized", "view"]) {
        return aggregate::create(words, at + 2).map(What::CreateAggregate);
    }
    if words.is(at, "index") || words.are(at, &["unique", "index"]) {
        return create_index(words, at).map(What::CreateIndex);
    }
    if words.is_one_of(at, &["function", "procedure"]) {
        return routine::create(words, at + 1).map(What::CreateRoutine);
    }
    if words.is(at, "extension") {
        return extension(words, at + 1);
    }
    if words.is_one_of(at, &["trigger", "rule"]) || words.are(at, &["constraint", "trigger"]) {
        let on = (at..words.tokens.len()).find(|&it| words.is_one_of(it, &["on", "to"]));
        let on =
            on.map(|it| words.behind(it + 1, &["insert", "update", "delete", "select", "to"]))?;
        return relation(words, on).map(|it| What::CreateTrigger(it.0));
    }
    if words.is_one_of(at, &["view", "recursive", "sequence", "foreign"]) {
        let kinds = [
            "recursive",
            "view",
            "sequence",
            "foreign",
            "table",
            "if",
            "not",
            "exists",
        ];
        let (mut relation, _) = relation(words, words.behind(at, &kinds))?;
        if is_temporary {
            relation.schema = TEMPORARY.to_owned();
        }
        return Some(What::CreateOther(relation));
    }
    None
}

/// `CREATE EXTENSION timescaledb … SCHEMA …`.
fn extension(words: Words<'_>, at: usize) -> Option<What> {
    let at = words.behind(at, &["if", "not", "exists"]);
    let schema = (at + 1..words.tokens.len()).find(|&it| words.is(it, "schema"))?;
    let name = identifier(words, schema + 1)?;
    words
        .is_name(at, "timescaledb")
        .then_some(What::Extension(name))
}

fn alter(words: Words<'_>) -> Option<What> {
    if words.is(1, "schema") {
        let (from, to) = (identifier(words, 2)?, identifier(words, 5)?);
        let renames = words.are(3, &["rename", "to"]);
        return renames.then_some(What::RenameSchema(from, to));
    }
    if words.is(1, "index") {
        let (index, behind) = relation(words, words.behind(2, &["if", "exists"]))?;
        let to = identifier(words, behind + 2)?;
        let renames = words.are(behind, &["rename", "to"]);
        return renames.then_some(What::RenameIndex(index, to));
    }
    table::alter(words)
}

fn create_index(words: Words<'_>, at: usize) -> Option<NewIndex> {
    let is_unique = words.is(at, "unique");
    let mut at = words.behind(at, &["unique", "index"]);
    let concurrently = concurrently(words, at);
    at = words.behind(at, &["concurrently"]);
    let if_not_exists = words.is(at, "if");
    at = words.behind(at, &["if", "not", "exists"]);
    let mut name = None;
    if !words.is(at, "on") {
        let (index, behind) = relation(words, at)?;
        name = Some(index.name);
        at = behind;
    }
    let is_only = words.is(at + 1, "only");
    let (relation, behind) = relation(words, words.behind(at, &["on", "only"]))?;
    let at = if words.is(behind, "using") {
        behind + 2
    } else {
        behind
    };
    let (columns, behind) = words.arguments(at);
    let rest = part(words, behind, words.tokens.len());
    let with = (0..rest.tokens.len()).find(|&at| rest.is(at, "with"));
    let options = with
        .map(|at| options::read(rest.arguments(at + 1).0))
        .unwrap_or_default();
    let simple = |it: &Words<'_>| {
        let (name, behind) = Name::read(*it, 0)?;
        let is_simple = !it.is_symbol(behind, "(") && !it.is_symbol(behind, ".");
        is_simple.then(|| name.object().to_owned())
    };
    let label = |it: &Words<'_>| match Name::read(*it, 0) {
        Some((name, _)) => name.object().to_owned(),
        None => "expr".to_owned(),
    };
    Some(NewIndex {
        name,
        relation,
        is_unique,
        concurrently,
        columns: columns.iter().map(simple).collect(),
        labels: columns.iter().map(label).collect(),
        per_chunk: options::is_on(&options, "transaction_per_chunk"),
        is_only,
        if_not_exists,
    })
}

fn concurrently(words: Words<'_>, at: usize) -> Option<Range<usize>> {
    words
        .is(at, "concurrently")
        .then(|| range(part(words, at, at + 1)))
}

fn drop(words: Words<'_>) -> Option<What> {
    const KINDS: &[(&str, &[&str])] = &[
        ("materialized view", &["materialized", "view"]),
        ("table", &["table"]),
        ("view", &["view"]),
        ("foreign table", &["foreign", "table"]),
        ("sequence", &["sequence"]),
        ("schema", &["schema"]),
        ("type", &["type"]),
        ("type", &["domain"]),
        ("function", &["function"]),
        ("function", &["procedure"]),
        ("function", &["routine"]),
    ];
    // What an owner has, and what an extension made, is not known.
    if words.is_one_of(1, &["owned", "extension"]) {
        return words.ends_with(&["cascade"]).then_some(What::Unread);
    }
    if words.is(1, "index") {
        let at = words.behind(2, &["concurrently", "if", "exists"]);
        return Some(What::Index(IndexCommand {
            names: relations(words, at),
            is_reindex: false,
            of_table: false,
            concurrently: concurrently(words, 2),
        }));
    }
    let (kind, keywords) = KINDS.iter().find(|(_, keywords)| words.are(1, keywords))?;
    let at = 1 + keywords.len();
    Some(What::Drop(Drop {
        kind,
        if_exists: words.is(at, "if"),
        names: relations(words, words.behind(at, &["if", "exists"])),
        cascade: words.ends_with(&["cascade"]),
    }))
}

fn reindex(words: Words<'_>) -> Option<What> {
    let at = words.arguments(1).1;
    let of_table = words.is(at, "table");
    if !of_table && !words.is(at, "index") {
        return None;
    }
    Some(What::Index(IndexCommand {
        names: relations(words, words.behind(at + 1, &["concurrently"])),
        is_reindex: true,
        of_table,
        concurrently: concurrently(words, at + 1),
    }))
}
