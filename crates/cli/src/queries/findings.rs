//! What is found about how much a query reads: every chunk of a hypertable, or a reason for that which is not needed. Pure.
//!
//! A bound at one end is enough: a dashboard reads from some time up to now. A `LIMIT` is none, with whatever order: how many rows
//! are looked at before it is reached depends on the conditions and on what the tables hold.

use std::path::Path;

use migrator::settings::Level;
use queries::{DescribedQuery, File, Query, TimeBound};
use serde_json::{Value, json};
use sql::lexer::{self, Token, TokenKind};

use crate::diagnostic::Diagnostic;

use super::{files, words};

/// What is found about a query, each with its place in the file.
pub fn of(
    file: &File,
    root: &Path,
    query: &Query,
    described: &DescribedQuery,
    level: Level,
) -> Vec<Diagnostic> {
    if level == Level::Allow {
        return Vec::new();
    }
    let bounds = described.time_bounds.iter();
    let whole: Vec<&TimeBound> = bounds.filter(|it| !it.lower && !it.upper).collect();
    let found = match (&query.unbounded, &whole[..]) {
        (None, whole) => whole
            .iter()
            .map(|it| every_chunk(file, root, query, it))
            .collect(),
        (Some(_), []) => vec![unused(file, root, query)],
        (Some(_), _) => Vec::new(),
    };
    let with_level = |it: Diagnostic| match level {
        Level::Error => it,
        _ => it.into_warning(),
    };
    found.into_iter().map(with_level).collect()
}

fn every_chunk(file: &File, root: &Path, query: &Query, bound: &TimeBound) -> Diagnostic {
    let name = words::relation(&bound.schema, &bound.name);
    let column = &bound.column;
    let offset = place_of(query, &bound.name).unwrap_or(query.start);
    files::error(file, root, format!("reads every chunk of {name}"), offset)
        .note("query", query.name.clone())
        .note(
            "help",
            format!(
                "compare `{column}` with `>=` or `<`, or write `-- unbounded because …` below the name"
            ),
        )
}

/// A reason that nothing needs.
fn unused(file: &File, root: &Path, query: &Query) -> Diagnostic {
    let above = &file.text[query.start..query.range.start];
    let offset = above.find("unbounded because").unwrap_or(0);
    let message = "`-- unbounded because` is not needed: no hypertable is read without bounds";
    files::error(file, root, message, query.start + offset)
        .note("query", query.name.clone())
        .note("help", "remove the line")
}

/// A finding in a document.
pub fn document(it: &Diagnostic) -> Value {
    let place = it.place.as_ref();
    let query = it.notes.iter().find(|(label, _)| *label == "query");
    json!({
        "message": it.message,
        "query": query.map(|(_, name)| name),
        "file": place.map(|it| &it.file),
        "line": place.map(|it| it.line),
        "column": place.map(|it| it.column),
    })
}

/// The byte of the file where the query reads a relation of this name. A query that reads it through a view does not name it.
fn place_of(query: &Query, relation: &str) -> Option<usize> {
    const BEFORE: [&str; 4] = ["from", "join", "update", "using"];
    let sql = &query.sql;
    let tokens: Vec<Token> = lexer::stream(sql).collect();
    let text = |at: usize| tokens[at].text(sql);
    let is_named = |at: &usize| match tokens[*at].kind {
        TokenKind::Word => text(*at).to_lowercase() == relation,
        TokenKind::Quoted => text(*at).trim_matches('"').replace("\"\"", "\"") == relation,
        _ => false,
    };
    // What stands before the name, its schema and `ONLY`.
    let before = |at: usize| {
        let mut at = at;
        if at >= 2 && text(at - 1) == "." {
            at -= 2;
        }
        if at >= 1 && text(at - 1).eq_ignore_ascii_case("only") {
            at -= 1;
        }
        at.checked_sub(1).map(text)
    };
    let is_after = |at: &usize, words: &[&str]| {
        before(*at).is_some_and(|it| words.iter().any(|word| it.eq_ignore_ascii_case(word)))
    };
    let mut all = 0..tokens.len();
    let named = all.find(|at| is_named(at) && is_after(at, &BEFORE));
    // `FROM a, b`; a column after a comma may have the name, too.
    let named = named.or_else(|| (0..tokens.len()).find(|at| is_named(at) && is_after(at, &[","])));
    named.map(|at| query.range.start + tokens[at].start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(sql: &str, relation: &str) -> Option<usize> {
        let text = format!("-- name: a\n{sql}");
        let query = queries::read(&text).unwrap().remove(0);
        Some(place_of(&query, relation)? - query.range.start)
    }

    #[test]
    fn the_relation_is_found_where_it_is_read() {
        let cases = [
            ("SELECT count(*) AS events FROM events", Some(31)),
            ("SELECT events, 1 AS a FROM x, ops.Events", Some(34)),
            ("SELECT 1 AS a FROM ONLY ops.\"events\"", Some(28)),
            ("DELETE FROM x USING events", Some(20)),
            ("SELECT 'FROM events' AS a FROM view", None),
        ];
        for (sql, expected) in cases {
            assert_eq!(place(sql, "events"), expected, "{sql}");
        }
        assert_eq!(place("SELECT 1 AS a FROM \"Odd\"", "Odd"), Some(19));
        assert_eq!(place("SELECT 1 AS a FROM Odd", "Odd"), None);
    }
}
