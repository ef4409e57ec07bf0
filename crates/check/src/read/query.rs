//! The query of a continuous aggregate: the relations that it reads, and the columns. TimescaleDB allows joins there, and no subqueries.

use sql::lexer::TokenKind;
use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;

use super::relation;
use crate::act::{ColumnRead, Relation};
use crate::value::part;

/// What ends the list of relations.
const AFTER_FROM: &[&str] = &[
    "where", "group", "having", "order", "limit", "window", "union", "offset",
];

/// What follows a relation and is no alias of it.
const NO_ALIAS: &[&str] = &[
    "cross",
    "full",
    "inner",
    "join",
    "left",
    "natural",
    "on",
    "right",
    "tablesample",
    "using",
];

/// Words that are no columns where they are not quoted.
const KEYWORDS: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "collate",
    "cross",
    "desc",
    "distinct",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "fetch",
    "filter",
    "for",
    "from",
    "full",
    "group",
    "having",
    "ilike",
    "in",
    "inner",
    "intersect",
    "interval",
    "is",
    "isnull",
    "join",
    "lateral",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "over",
    "overlaps",
    "partition",
    "right",
    "select",
    "similar",
    "some",
    "symmetric",
    "then",
    "true",
    "union",
    "using",
    "when",
    "where",
    "window",
    "within",
];

/// Words after which another one may be a column, although they are complete expressions.
const OPERATORS: &[&str] = &["false", "null", "true", "end", "isnull", "notnull"];

/// A relation after `FROM`.
pub struct Source {
    /// The relation.
    pub relation: Relation,
    /// Its name in the query.
    pub alias: String,
    /// The tokens of both.
    tokens: std::ops::Range<usize>,
}

/// The relations after `FROM`.
pub fn sources(query: Words<'_>) -> Vec<Source> {
    let Some((start, end)) = from(query) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut expects = true;
    let mut depth = 0usize;
    let mut at = start;
    while at < end {
        if expects {
            let first = query.behind(at, &["only", "lateral"]);
            let Some((relation, behind)) = relation(query, first) else {
                at += 1;
                continue;
            };
            let (alias, behind) = alias(query, behind, &relation);
            let tokens = at..behind;
            found.push(Source {
                relation,
                alias,
                tokens,
            });
            (expects, at) = (false, behind);
            continue;
        }
        match query.text(at) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => expects = true,
            _ if query.is(at, "join") => (expects, depth) = (true, 0),
            _ => {}
        }
        at += 1;
    }
    found
}

fn alias(query: Words<'_>, behind: usize, relation: &Relation) -> (String, usize) {
    let behind = behind + usize::from(query.is_symbol(behind, "*"));
    let at = query.behind(behind, &["as"]);
    let is_none = query.is_one_of(at, NO_ALIAS) || query.is_one_of(at, AFTER_FROM);
    match identifier(query, at).filter(|_| !is_none) {
        Some(alias) => (alias, at + 1),
        None => (relation.name.clone(), behind),
    }
}

/// The first index after `FROM`, and the first one after its list.
fn from(query: Words<'_>) -> Option<(usize, usize)> {
    let mut depth = 0usize;
    let mut start = None;
    for at in 0..query.tokens.len() {
        match query.text(at) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if start.is_none() && query.is(at, "from") => start = Some(at + 1),
            _ if query.is_one_of(at, AFTER_FROM) => {
                if let Some(start) = start {
                    return Some((start, at));
                }
            }
            _ => {}
        }
    }
    Some((start?, query.tokens.len()))
}

/// The columns that the query reads, without those that are only its own.
pub fn columns(query: Words<'_>, sources: &[Source]) -> Vec<ColumnRead> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < query.tokens.len() {
        let source = sources.iter().find(|it| it.tokens.contains(&at));
        if let Some(source) = source {
            at = source.tokens.end;
            continue;
        }
        let (column, next) = column(query, at);
        found.extend(column);
        at = next.max(at + 1);
    }
    found.sort_by(|a, b| (&a.name, &a.of).cmp(&(&b.name, &b.of)));
    found.dedup();
    found
}

/// The column that is named at `at`, and the first index after what is there.
fn column(query: Words<'_>, at: usize) -> (Option<ColumnRead>, usize) {
    if query.is_symbol(at, "::") {
        return (None, type_end(query, at + 1));
    }
    // An alias, or the type of a CAST.
    if query.is(at, "as") {
        return (None, type_end(query, at + 1));
    }
    if query.is_one_of(at, KEYWORDS) {
        return (None, at + 1);
    }
    if query.are(at, &["at", "time", "zone"]) {
        return (None, at + 3);
    }
    let Some((name, behind)) = Name::read(query, at) else {
        return (all(query, at), at + 1);
    };
    if query.is_symbol(behind, "(")
        || query.is_symbol(at.wrapping_sub(1), ".")
        || is_alias(query, at)
    {
        return (None, behind);
    }
    // INTERVAL '1 day' is a constant of a type.
    if query
        .tokens
        .get(behind)
        .is_some_and(|it| it.kind == TokenKind::String)
    {
        return (None, behind);
    }
    let column = match name.clone().split() {
        Some((of, name)) => ColumnRead {
            of: Some(of.object().to_owned()),
            name,
        },
        None => ColumnRead {
            of: None,
            name: name.object().to_owned(),
        },
    };
    (Some(column), behind)
}

/// `m.*`
fn all(query: Words<'_>, at: usize) -> Option<ColumnRead> {
    let is_star = query.is_symbol(at + 1, ".") && query.is_symbol(at + 2, "*");
    is_star.then(|| ColumnRead {
        of: identifier(query, at),
        name: "*".to_owned(),
    })
}

/// Whether a name is an alias without AS: it follows an expression that is complete.
fn is_alias(query: Words<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    match query.tokens[before].kind {
        TokenKind::Word => query.is_one_of(before, OPERATORS) || !query.is_one_of(before, KEYWORDS),
        TokenKind::Quoted | TokenKind::String | TokenKind::Number => true,
        TokenKind::Symbol => matches!(query.text(before), ")" | "]"),
        TokenKind::Variable => false,
    }
}

/// The first index after a type that begins at `at`.
fn type_end(query: Words<'_>, at: usize) -> usize {
    let Some((_, behind)) = Name::read(query, at) else {
        return at;
    };
    let behind = query.behind(behind, &["precision", "varying"]);
    let behind = query.arguments(behind).1;
    if query.is_one_of(behind, &["with", "without"]) {
        return query.behind(behind, &["with", "without", "time", "zone"]);
    }
    let rest = part(query, behind, query.tokens.len());
    let brackets = (0..rest.tokens.len()).take_while(|&it| matches!(rest.text(it), "[" | "]"));
    behind + brackets.count()
}
