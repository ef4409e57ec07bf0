//! Looks into the server's lists of extensions, in which plain mode has no `timescaledb`: a migration that asks for it, or for its version,
//! is answered by views of the stand-in, also from the body of a `DO` block, a function or a procedure.
//!
//! A view that a migration creates reads the server's lists: it belongs to the application, and its definition is compared with the one
//! under TimescaleDB. The catalog removes these prefixes from the definitions of functions again (`catalog/src/introspect/definition.rs`).

use sql::lexer;
use sql::rewriting::Edit;
use sql::statement::words::Words;

use super::{bodies, executed};

/// The lists, which the stand-in has views of the same name and columns of.
const LISTS: &[&str] = &[
    "pg_extension",
    "pg_available_extensions",
    "pg_available_extension_versions",
];

/// Where those views are.
const SCHEMA: &str = "_timescaledb_config";

/// What the list of tables after a FROM does not go beyond.
const CLAUSES: &[&str] = &[
    "select",
    "where",
    "group",
    "order",
    "having",
    "returning",
    "set",
    "by",
    "using",
];

/// The edits by which the lists that a statement reads become the stand-in's.
pub(super) fn lookups(words: Words<'_>) -> Vec<Edit> {
    if bodies::is_routine(words) {
        let bodies = bodies::bodies(words);
        return bodies
            .into_iter()
            .flat_map(|body| in_body(words.sql, body))
            .collect();
    }
    let what = words.behind(1, &["global", "local", "temp", "temporary", "unlogged"]);
    if words.is(0, "create") && !words.is(what, "table") {
        Vec::new()
    } else {
        in_statement(words, 0)
    }
}

/// The same of a part of `sql` that is a body, or a statement in a string that it executes.
fn in_body(sql: &str, body: std::ops::Range<usize>) -> Vec<Edit> {
    let text = &sql[body.clone()];
    let tokens = lexer::tokens(text);
    let words = Words {
        sql: text,
        tokens: &tokens,
    };
    let mut edits = in_statement(words, body.start);
    let executed = executed::constants(words).into_iter();
    for inside in executed.filter_map(|at| tokens[at].inside(text)) {
        edits.extend(in_body(
            sql,
            body.start + inside.start..body.start + inside.end,
        ));
    }
    edits
}

/// The edits of these words, which begin at the byte `start` of the statement.
fn in_statement(words: Words<'_>, start: usize) -> Vec<Edit> {
    let names = 0..words.tokens.len();
    let found = names.filter_map(|at| prefixed(words, at)).map(|mut edit| {
        edit.range = edit.range.start + start..edit.range.end + start;
        edit
    });
    found.collect()
}

/// The edit of one name, if it names a list that rows are read from. The way in which the schema was written is kept: with quotes if it
/// replaces `pg_catalog`.
fn prefixed(words: Words<'_>, at: usize) -> Option<Edit> {
    if !LISTS.iter().any(|name| words.is_name(at, name)) || words.is_symbol(at + 1, "(") {
        return None;
    }
    let has_schema = at > 0 && words.is_symbol(at - 1, ".");
    let first = if has_schema {
        at.checked_sub(2)
            .filter(|&schema| words.is_name(schema, "pg_catalog"))?
    } else {
        at
    };
    if !is_table(words, first) {
        return None;
    }
    let token = &words.tokens[first];
    Some(Edit {
        range: if has_schema {
            token.start..token.end
        } else {
            token.start..token.start
        },
        replacement: if has_schema {
            format!("\"{SCHEMA}\"")
        } else {
            format!("{SCHEMA}.")
        },
        reason: "plain mode lists its replacement of the extension",
    })
}

/// Whether rows are read of what is named here: it comes after FROM or JOIN, or later in the list after one.
fn is_table(words: Words<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    if words.is(before, "only") {
        return is_table(words, before);
    }
    if words.is_symbol(before, ",") {
        return is_in_from(words, before);
    }
    let is_deleted = before > 0 && words.is(before - 1, "delete");
    words.is_one_of(before, &["from", "join"]) && !is_deleted
}

/// Whether a comma is one between tables.
fn is_in_from(words: Words<'_>, comma: usize) -> bool {
    let mut depth = 0usize;
    for at in (0..comma).rev() {
        match words.text(at) {
            ")" => depth += 1,
            "(" if depth == 0 => return false,
            "(" => depth -= 1,
            _ if depth > 0 => {}
            _ if words.is(at, "from") => return true,
            _ if words.is_one_of(at, CLAUSES) => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::rewrite::rewrite;

    #[track_caller]
    fn becomes(sql: &str, expected: &str) {
        assert_eq!(rewrite(sql).unwrap().text, expected);
    }

    #[test]
    fn lists_of_extensions_are_read_of_the_stand_in() {
        becomes(
            "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'",
            "SELECT extversion FROM _timescaledb_config.pg_extension WHERE extname = 'timescaledb'",
        );
        becomes(
            "INSERT INTO t SELECT pg_extension.extname FROM pg_namespace AS n, ONLY PG_CATALOG.\"pg_extension\" JOIN pg_available_extensions USING (a)",
            "INSERT INTO t SELECT pg_extension.extname FROM pg_namespace AS n, ONLY \"_timescaledb_config\".\"pg_extension\" JOIN _timescaledb_config.pg_available_extensions USING (a)",
        );
        becomes(
            "DO $$ BEGIN IF EXISTS (SELECT FROM pg_extension) THEN EXECUTE format('SELECT 1 FROM pg_catalog.pg_extension'); END IF; END $$",
            "DO $$ BEGIN IF EXISTS (SELECT FROM _timescaledb_config.pg_extension) THEN EXECUTE format('SELECT 1 FROM \"_timescaledb_config\".pg_extension'); END IF; END $$",
        );
        becomes(
            "CREATE FUNCTION f() RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM pg_extension)'",
            "CREATE FUNCTION f() RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM _timescaledb_config.pg_extension)'",
        );
        becomes(
            "DO $$ DECLARE q text; v text; BEGIN q := format('SELECT 1 FROM pg_extension'); EXECUTE q INTO v; END $$",
            "DO $$ DECLARE q text; v text; BEGIN q := format('SELECT 1 FROM _timescaledb_config.pg_extension'); EXECUTE q INTO v; END $$",
        );
        becomes(
            "CREATE TABLE t AS SELECT extname FROM pg_extension",
            "CREATE TABLE t AS SELECT extname FROM _timescaledb_config.pg_extension",
        );
    }

    #[test]
    fn what_only_has_such_a_name_stays() {
        for sql in [
            "CREATE VIEW v AS SELECT extname FROM pg_extension",
            "DELETE FROM pg_extension WHERE extname = 'x'",
            "UPDATE pg_extension SET extrelocatable = true",
            "SELECT 'pg_extension'::regclass, pg_extension FROM mine.pg_extension, t ORDER BY a, pg_extension",
            "SELECT f(a, pg_extension), count(*) FROM pg_available_extensions()",
            "SELECT 'FROM pg_extension' -- FROM pg_extension",
            "DO $$ BEGIN RAISE NOTICE 'FROM pg_extension'; END $$",
        ] {
            becomes(sql, sql);
        }
    }
}
