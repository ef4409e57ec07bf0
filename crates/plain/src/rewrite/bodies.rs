//! Statements in the body of a `DO` block, a function or a procedure, and in what that executes: they reach the server as they are, so that
//! one which plain mode would have to rewrite is refused at its place, before anything runs.

use std::ops::Range;

use sql::lexer;
use sql::statement::words::Words;
use sql::timescaledb::NAMESPACES;

use super::edits::NotSupported;
use super::executed;
use super::options::Options;

/// What a statement of a body comes after.
const BEFORE: &[&str] = &["begin", "then", "else", "loop", "execute"];

/// Refuses the first statement of a body that only TimescaleDB understands.
pub(super) fn check(words: Words<'_>) -> Result<(), NotSupported> {
    if !is_routine(words) {
        return Ok(());
    }
    let found = find(words, &of_timescaledb);
    found.map_or(Ok(()), |range| {
        let asked = &words.sql[range.clone()];
        Err(NotSupported {
            what: format!("{} here", asked.split_whitespace().collect::<Vec<_>>().join(" ")),
            range,
            reason: "statements in strings and in bodies of functions are not rewritten: write it into the file itself",
        })
    })
}

/// Finds something in a statement of a body, which has these tokens: its tokens.
pub(super) type Find<'f> = &'f dyn Fn(Words<'_>, Range<usize>) -> Option<Range<usize>>;

/// The bytes of the first thing in the bodies of a statement that one of their statements has.
pub(super) fn find(words: Words<'_>, of: Find<'_>) -> Option<Range<usize>> {
    bodies(words).find_map(|body| first(words.sql, body, of))
}

/// Whether a statement has a body: a `DO`, or one that creates a function or a procedure.
pub(super) fn is_routine(words: Words<'_>) -> bool {
    let what = words.behind(1, &["or", "replace"]);
    words.is(0, "do") || words.is(0, "create") && words.is_one_of(what, &["function", "procedure"])
}

/// What may be the body of such a statement: its string constants.
pub(super) fn bodies(words: Words<'_>) -> impl Iterator<Item = Range<usize>> {
    let tokens = words.tokens.iter();
    tokens.filter_map(move |it| it.inside(words.sql))
}

/// The first thing in a part of `sql` that one of its statements has.
fn first(sql: &str, body: Range<usize>, of: Find<'_>) -> Option<Range<usize>> {
    let text = &sql[body.clone()];
    let tokens = lexer::tokens(text);
    let all = Words {
        sql: text,
        tokens: &tokens,
    };
    let at_offset = |found: Range<usize>| body.start + found.start..body.start + found.end;
    let written = (0..tokens.len()).find_map(|at| {
        let is_start = at == 0 || all.is_symbol(at - 1, ";") || all.is_one_of(at - 1, BEFORE);
        let found = is_start.then(|| of(all, at..executed::end(all, at)));
        let found = found.flatten()?;
        Some(at_offset(
            tokens[found.start].start..tokens[found.end - 1].end,
        ))
    });
    let executed = executed::constants(all).into_iter().find_map(|at| {
        let inside = tokens[at].inside(text)?;
        let whole = first(sql, at_offset(inside), of);
        whole.or_else(|| joined(all, at..executed::end(all, at)).map(at_offset))
    });
    written
        .into_iter()
        .chain(executed)
        .min_by_key(|range| range.start)
}

/// The first of TimescaleDB's options in the constants that a statement is composed of, starting with the one that begins it: their bytes
/// in the body.
fn joined(body: Words<'_>, inside: Range<usize>) -> Option<Range<usize>> {
    let mut is_first = true;
    for at in inside {
        let Some(part) = body.tokens[at].inside(body.sql) else {
            continue;
        };
        let sql = &body.sql[part.clone()];
        let tokens = lexer::tokens(sql);
        let words = Words {
            sql,
            tokens: &tokens,
        };
        if is_first && !words.is_one_of(0, &["create", "alter"]) {
            return None;
        }
        is_first = false;
        let found = (1..tokens.len()).find(|&at| {
            let is_in_list = words.is_symbol(at - 1, "(") || words.is_symbol(at - 1, ",");
            let is_namespace = NAMESPACES.iter().any(|it| words.is_name(at, it));
            is_in_list && is_namespace && words.is_symbol(at + 1, ".")
        });
        if let Some(option) = found.filter(|&at| at + 2 < tokens.len()) {
            let bytes = tokens[option].start..tokens[option + 2].end;
            return Some(part.start + bytes.start..part.start + bytes.end);
        }
    }
    None
}

/// The tokens that make a statement one of TimescaleDB's: an option, or what is done with the extension.
fn of_timescaledb(words: Words<'_>, inside: Range<usize>) -> Option<Range<usize>> {
    let start = inside.start;
    if !words.is_one_of(start, &["create", "alter", "drop"]) {
        return None;
    }
    if words.is(start + 1, "extension") {
        let name = words.behind(start + 2, &["if", "not", "exists"]);
        return words.is_name(name, "timescaledb").then(|| start..name + 1);
    }
    inside.clone().find_map(|at| {
        let is_list =
            words.is_one_of(at, &["with", "set", "reset"]) && words.is_symbol(at + 1, "(");
        let options = is_list.then(|| Options::read(words, at + 1)).flatten()?;
        options.any_ours().then_some(())?;
        let is_namespace = |at: usize| {
            NAMESPACES.iter().any(|it| words.is_name(at, it)) && words.is_symbol(at + 1, ".")
        };
        let option = (at + 2..options.behind).find(|&at| is_namespace(at))?;
        Some(option..option + 3)
    })
}

#[cfg(test)]
mod tests {
    use crate::rewrite::rewrite;

    /// What is refused, as it is written.
    fn refused(sql: &str) -> Option<String> {
        let error = rewrite(sql).err()?;
        Some(sql[error.range].to_owned())
    }

    #[test]
    fn a_statement_of_timescaledb_in_a_body_is_refused_at_its_place() {
        let refused = |sql: &str| refused(sql).unwrap_or_default();
        assert_eq!(
            refused(
                "DO $$ BEGIN IF true THEN CREATE EXTENSION IF NOT EXISTS timescaledb; END IF; END $$"
            ),
            "CREATE EXTENSION IF NOT EXISTS timescaledb"
        );
        assert_eq!(
            refused(
                "DO $do$ BEGIN EXECUTE $q$CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS SELECT 1$q$; END $do$"
            ),
            "timescaledb.continuous"
        );
        assert_eq!(
            refused(
                "DO $$ BEGIN FOR t IN SELECT 1 LOOP EXECUTE format('ALTER TABLE %I SET (fillfactor = 70, tsdb.compress)', t); END LOOP; END $$"
            ),
            "tsdb.compress"
        );
        assert_eq!(
            refused(
                "DO $$ BEGIN EXECUTE 'ALTER TABLE ' || quote_ident(t) || ' SET (fillfactor = 70, timescaledb.compress_segmentby = ' || quote_literal(c) || ')'; END $$"
            ),
            "timescaledb.compress_segmentby"
        );
        assert_eq!(
            refused(
                "CREATE PROCEDURE p() LANGUAGE plpgsql AS $p$ BEGIN EXECUTE 'CREATE MATERIALIZED VIEW ' || v || ' WITH (tsdb.continuous) AS SELECT 1'; END $p$"
            ),
            "tsdb.continuous"
        );
        assert_eq!(
            refused(
                "DO $$ DECLARE t text; command text := 'SELECT 1'; BEGIN command := 'ALTER TABLE ' || t || ' SET (tsdb.orderby)'; EXECUTE command; END $$"
            ),
            "tsdb.orderby"
        );
        assert_eq!(
            refused(
                "DO $$ DECLARE command text := 'CREATE EXTENSION timescaledb'; BEGIN EXECUTE command; END $$"
            ),
            "CREATE EXTENSION timescaledb"
        );
        assert_eq!(
            refused(
                "CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN ALTER TABLE t SET (timescaledb.compress); END'"
            ),
            "timescaledb.compress"
        );
    }

    #[test]
    fn what_is_executed_is_found_in_the_values_of_its_variables() {
        let found = |declared: &str, body: &str| {
            let sql = format!("DO $$ DECLARE {declared} BEGIN {body} END $$");
            refused(&sql).unwrap_or_default()
        };
        let compress = "format('ALTER TABLE %I SET (timescaledb.compress)', t)";
        for (declared, body) in [
            ("c text;", format!("c := {compress}; EXECUTE c;")),
            ("c text;", format!("c = {compress}; EXECUTE c;")),
            ("c text;", format!("SELECT {compress} INTO c; EXECUTE c;")),
            (
                "n int; c text;",
                format!("SELECT 1, {compress} INTO STRICT n, c FROM tables AS t; EXECUTE c;"),
            ),
            (
                "c text;",
                format!("SELECT INTO c {compress} FROM tables AS t; EXECUTE c;"),
            ),
            (
                "r record;",
                format!("FOR r IN SELECT {compress} AS c FROM tables AS t LOOP EXECUTE r.c; END LOOP;"),
            ),
            (
                "c text;",
                "FOREACH c IN ARRAY ARRAY['SELECT 1', 'ALTER TABLE t SET (timescaledb.compress)'] LOOP EXECUTE c; END LOOP;".to_owned(),
            ),
            (
                "a text; b text;",
                format!("a := {compress}; b := a || ';'; EXECUTE b USING 1;"),
            ),
            (
                "c text DEFAULT 'ALTER TABLE t SET (timescaledb.compress)';",
                "EXECUTE c;".to_owned(),
            ),
            (
                "",
                "EXECUTE concat('ALTER TABLE ', t, ' SET (timescaledb.compress)');".to_owned(),
            ),
        ] {
            assert_eq!(found(declared, &body), "timescaledb.compress", "{declared} {body}");
        }
    }

    #[test]
    fn what_only_mentions_it_is_not() {
        for sql in [
            "DO $$ BEGIN RAISE NOTICE 'ALTER TABLE t SET (timescaledb.compress)'; PERFORM create_hypertable('t', 'time'); END $$",
            "DO $$ BEGIN -- CREATE EXTENSION timescaledb\nCREATE EXTENSION pgcrypto; DROP VIEW v; END $$",
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'CREATE EXTENSION timescaledb' $$",
            "DO $$ BEGIN EXECUTE 'SELECT ' || quote_literal('(timescaledb.compress)'); EXECUTE 'ALTER TABLE t RENAME TO ' || 'u'; END $$",
            "DO $$ DECLARE shown text := 'ALTER TABLE t SET (timescaledb.compress)'; command text; BEGIN EXECUTE command; END $$",
            "DO $$ DECLARE c text; n text; BEGIN SELECT 'ALTER TABLE t SET (timescaledb.compress)' INTO n; RAISE NOTICE '%', n; EXECUTE c INTO n; END $$",
            "DO $$ BEGIN EXECUTE 'SELECT $1' USING 'ALTER TABLE t SET (timescaledb.compress)'; END $$",
            "COMMENT ON TABLE t IS $$ALTER TABLE t SET (timescaledb.compress)$$",
        ] {
            assert_eq!(refused(sql), None, "{sql}");
        }
    }
}
