//! From the tokens of a statement to what it does. Total: what is not known is [`What::Other`].

mod aggregate;
mod body;
mod call;
mod options;
mod table;

use std::ops::Range;

use sql::statement::names::Name;
use sql::statement::words::Words;

use crate::act::{Act, Change, Drop, IndexCommand, NewIndex, Relation, Truncate, What};
use crate::value::part;

/// What a statement does.
pub fn acts(words: Words<'_>) -> Vec<Act> {
    if words.is(0, "do") {
        return body::acts(words);
    }
    let what = what(words);
    if let What::Other = what {
        let calls = call::calls(words, &[]);
        if !calls.is_empty() {
            return calls;
        }
    }
    vec![Act {
        range: range(words),
        what,
        is_certain: true,
    }]
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
        schema: name.schema().unwrap_or("public").to_owned(),
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
        "alter" => table::alter(words),
        "drop" => drop(words),
        "reindex" => reindex(words),
        "insert" if words.is(1, "into") => relation(words, 2).map(|it| What::Insert(it.0)),
        "copy" if words.has(&["from"]) => relation(words, 1).map(|it| What::Insert(it.0)),
        "update" => change(words, 1, false),
        "delete" if words.is(1, "from") => change(words, 2, true),
        "truncate" => Some(What::Truncate(Truncate {
            names: relations(words, words.behind(1, &["table"])),
            cascade: words.has(&["cascade"]),
        })),
        _ => None,
    };
    read.unwrap_or(What::Other)
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
    None
}

fn create_index(words: Words<'_>, at: usize) -> Option<NewIndex> {
    let is_unique = words.is(at, "unique");
    let mut at = words.behind(at, &["unique", "index"]);
    let concurrently = concurrently(words, at);
    at = words.behind(at, &["concurrently", "if", "not", "exists"]);
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
    Some(NewIndex {
        name,
        relation,
        is_unique,
        concurrently,
        columns: columns.iter().map(simple).collect(),
        per_chunk: options::is_on(&options, "transaction_per_chunk"),
        is_only,
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
        ("schema", &["schema"]),
        ("type", &["type"]),
        ("function", &["function"]),
    ];
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

fn change(words: Words<'_>, at: usize, is_delete: bool) -> Option<What> {
    let (relation, _) = relation(words, words.behind(at, &["only"]))?;
    Some(What::Change(Change {
        relation,
        is_delete,
        has_where: words.has(&["where"]),
    }))
}
