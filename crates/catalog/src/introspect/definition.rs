//! One text for a view's query, whichever version of PostgreSQL prints it.
//!
//! Up to version 15 a view's range table holds two entries in addition to the tables of its FROM clause, so that PostgreSQL always finds
//! more than one table and writes `events.revenue`. From 16 on they are gone, and over a single table it writes `revenue`. The shorter form
//! is kept: a database on another version has not drifted.

use crate::nodes::{Node, rte};

/// The definition as PostgreSQL 16 and later print it, given the query that it is printed from.
pub(super) fn portable(definition: &str, query: Option<&Node>) -> String {
    let definition = definition.trim();
    match query.and_then(only_table) {
        Some(alias) => without_prefix(definition, alias),
        None => definition.to_owned(),
    }
}

/// The definition of a function as a migration wrote it: in plain mode what it reads of the server's lists of extensions it reads of the
/// stand-in's, which differ in their schema alone.
pub(super) fn as_written(definition: &str) -> String {
    ["pg_", "\"pg_"]
        .iter()
        .fold(definition.to_owned(), |text, list| {
            text.replace(
                &format!("\"_timescaledb_config\".{list}"),
                &format!("pg_catalog.{list}"),
            )
            .replace(&format!("_timescaledb_config.{list}"), list)
        })
}

/// What the query calls its table, when there is only one.
fn only_table(query: &Node) -> Option<&str> {
    let mut tables = query
        .nodes("rtable")
        .filter(|entry| entry.int("rtekind") != Some(rte::GROUP))
        .filter(|entry| entry.is_true("inFromCl"));
    let table = tables.next()?;
    if tables.next().is_some() {
        return None;
    }
    table.node("eref")?.text("aliasname")
}

/// Leaves out `alias.` in front of columns, but in subqueries, where every version writes it.
fn without_prefix(definition: &str, alias: &str) -> String {
    let mut text = String::with_capacity(definition.len());
    let mut rest = definition;
    let mut before = "";
    while let Some(token) = token(rest) {
        let (token, after) = rest.split_at(token);
        let column = after.strip_prefix('.').filter(|_| name(token) == alias);
        match column {
            Some(column) if !matches!(before, "." | "FROM") && is_column(column) => rest = column,
            _ if token == "(" && starts_query(after) => {
                let (query, after) = after.split_at(closing(after));
                text.push_str(token);
                text.push_str(query);
                rest = after;
            }
            _ => {
                text.push_str(token);
                rest = after;
            }
        }
        if !token.trim().is_empty() {
            before = token;
        }
    }
    text
}

/// Whether what follows a dot is a column, and not a function or the whole row.
fn is_column(text: &str) -> bool {
    let length = token(text).unwrap_or(0);
    let (name, after) = text.split_at(length);
    !name.is_empty() && name != "*" && !after.starts_with('(')
}

fn starts_query(text: &str) -> bool {
    let word = text.trim_start().split([' ', '\n']).next();
    matches!(word, Some("SELECT" | "WITH" | "VALUES"))
}

/// Where the parenthesis closes in which `text` starts; its end if it never does.
fn closing(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while let Some(length) = token(&text[at..]) {
        match &text[at..at + length] {
            ")" if depth == 0 => break,
            ")" => depth -= 1,
            "(" => depth += 1,
            _ => {}
        }
        at += length;
    }
    at
}

/// Length of the next token in bytes: a literal, a name, a run of blanks, or one character of anything else.
fn token(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let run = |more: fn(char) -> bool| text.find(|c| !more(c)).unwrap_or(text.len());
    Some(match first {
        '\'' | '"' => quoted(text, first),
        c if is_name(c) => run(is_name),
        c if c.is_whitespace() => run(char::is_whitespace),
        c => c.len_utf8(),
    })
}

/// Length of a quoted text. Doubled quotes need no care: what follows the first is another quoted text.
fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

fn name(token: &str) -> String {
    match token
        .strip_prefix('"')
        .and_then(|token| token.strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\""),
        None => token.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_the_only_table_lose_its_name() {
        let old = "SELECT public.time_bucket('1 day'::interval, events.\"time\") AS bucket,\n    count(*) AS events,\n    \
                   'events.x'::text AS text\n   FROM public.events\n  GROUP BY (public.time_bucket('1 day'::interval, events.\"time\"));";
        let new = "SELECT public.time_bucket('1 day'::interval, \"time\") AS bucket,\n    count(*) AS events,\n    \
                   'events.x'::text AS text\n   FROM public.events\n  GROUP BY (public.time_bucket('1 day'::interval, \"time\"));";
        assert_eq!(without_prefix(old, "events"), new);
        assert_eq!(without_prefix(new, "events"), new);
    }

    #[test]
    fn what_only_looks_like_a_column_stays() {
        for text in [
            "SELECT e.* FROM public.t e",
            "SELECT row_to_json(e.*) AS r FROM public.t e",
            "SELECT e.f(1) AS f FROM e.e",
            "SELECT ( SELECT max(x.a) AS max FROM public.x WHERE (x.b = (e.b))) AS m FROM public.t e",
            "SELECT 'it''s e.a' AS a, \"x.e.a\" FROM public.t e",
        ] {
            assert_eq!(without_prefix(text, "e"), text);
        }
        assert_eq!(
            without_prefix("SELECT \"E\".a, \"E\".\"B\" FROM t \"E\"", "E"),
            "SELECT a, \"B\" FROM t \"E\""
        );
        assert_eq!(
            without_prefix("SELECT (e.a + (e.b)), e.c", "e"),
            "SELECT (a + (b)), c"
        );
    }

    #[test]
    fn what_plain_mode_reads_of_extensions_is_what_was_written() {
        assert_eq!(
            as_written(
                "FROM _timescaledb_config.pg_extension, \"_timescaledb_config\".\"pg_extension\", _timescaledb_config.bgw_job"
            ),
            "FROM pg_extension, pg_catalog.\"pg_extension\", _timescaledb_config.bgw_job"
        );
    }

    #[test]
    fn unbalanced_text_is_read_to_its_end() {
        for text in ["", "(", "( SELECT (", "'", "\"", "e.", "(SELECT ')'"] {
            assert_eq!(without_prefix(text, "e"), text);
        }
    }
}
