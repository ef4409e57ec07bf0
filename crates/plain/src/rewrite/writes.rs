//! `INSERT`, `UPDATE`, `DELETE`, `MERGE` and `TRUNCATE` of what may be a continuous aggregate, also in a `WITH`: TimescaleDB writes to what it
//! keeps of one, and a view keeps nothing. A write that is not rewritten, in a `PREPARE` or the body of a function, is refused at its place.

use std::collections::BTreeSet;
use std::ops::Range;

use sql::rewriting::Edit;
use sql::statement::names::Name;
use sql::statement::words::Words;

use super::aggregates::{array, enclosed};
use super::bodies;
use super::edits::NotSupported;
use super::options::literal;

/// How many of a statement's tokens name what it writes to, where that is one relation.
pub(super) const FIRST_TOKENS: usize = 16;

/// A call that runs the statement, or refuses it if it writes to a continuous aggregate. `words` are its first words; if it begins with
/// `WITH` or `EXPLAIN`, all that are examined, because anything in it may write.
pub(super) fn to_aggregate(words: Words<'_>, aggregates: &BTreeSet<String>) -> Option<Vec<Edit>> {
    let places = if holds_statements(words) {
        1..words.tokens.len()
    } else {
        0..1
    };
    let merges = places.clone().any(|at| words.are(at, &["merge", "into"]));
    let written = places.filter_map(|at| written_at(words, at));
    let names: Vec<Name> = written
        .filter(|name| aggregates.contains(name.object()))
        .collect();
    if names.is_empty() {
        return None;
    }
    Some(enclosed(
        words,
        &format!("write_to({}, {merges}, ", array(&names)),
    ))
}

/// Whether a statement may hold others.
pub(super) fn holds_statements(words: Words<'_>) -> bool {
    words.is_one_of(0, &["with", "explain"])
}

/// Refuses a write to one of these continuous aggregates that is sent as it is: in a statement that is prepared, and in a body. `words` are
/// all of the statement.
pub(super) fn check(words: Words<'_>, aggregates: &BTreeSet<String>) -> Result<(), NotSupported> {
    let find = |words: Words<'_>, inside: Range<usize>| -> Option<Range<usize>> {
        { inside }.find_map(|at| write_at(words, at, aggregates))
    };
    let found = if bodies::is_routine(words) {
        bodies::find(words, &find)
    } else if words.is(0, "prepare") {
        None
    } else {
        return Ok(());
    };
    // The body may be part of the statement itself, as after PREPARE: BEGIN ATOMIC.
    let found = found.or_else(|| {
        let tokens = find(words, 1..words.tokens.len())?;
        Some(words.tokens[tokens.start].start..words.tokens[tokens.end - 1].end)
    });
    found.map_or(Ok(()), |range| {
        let asked = words.sql[range.clone()].split_whitespace();
        Err(NotSupported {
            what: format!("{} here", asked.collect::<Vec<_>>().join(" ")),
            range,
            reason: "a continuous aggregate is a view, and writes to it are not rewritten in prepared statements, in strings and in bodies of \
                     functions: write it into the file itself",
        })
    })
}

/// The tokens that write to one of the aggregates, if they begin at `at`.
fn write_at(words: Words<'_>, at: usize, aggregates: &BTreeSet<String>) -> Option<Range<usize>> {
    let is_aggregate = |name: &Name| aggregates.contains(name.object());
    if words.is(at, "truncate") {
        let names = words.behind(at + 1, &["table", "only"]);
        let (names, behind) = Name::read_list(words, names)?;
        return names.iter().any(is_aggregate).then_some(at..behind);
    }
    let name = written_at(words, at).filter(is_aggregate)?;
    let mut behind = at + 1..words.tokens.len();
    let last = behind.find(|&at| Name::read(words, at).is_some_and(|(it, _)| it == name))?;
    Some(at..Name::read(words, last)?.1)
}

/// What a statement that begins at `at` writes to.
fn written_at(words: Words<'_>, at: usize) -> Option<Name> {
    let name = if words.are(at, &["insert", "into"]) {
        at + 2
    } else if words.are(at, &["delete", "from"]) || words.are(at, &["merge", "into"]) {
        words.behind(at + 2, &["only"])
    } else if words.is(at, "update") {
        words.behind(at + 1, &["only"])
    } else {
        return None;
    };
    Name::read(words, name).map(|(name, _)| name)
}

/// A call that truncates what is not a continuous aggregate, and refuses what TimescaleDB refuses: only the database knows whether a table
/// after `ONLY` is a hypertable. `words` are all of the statement.
pub(super) fn truncate(words: Words<'_>, aggregates: &BTreeSet<String>) -> Option<Vec<Edit>> {
    let (mut names, mut only) = (Vec::new(), Vec::new());
    let mut at = words.behind(1, &["table"]);
    let behind = loop {
        let is_only = words.is(at, "only");
        let (name, behind) = Name::read(words, at + usize::from(is_only))?;
        if is_only {
            only.push(name.clone());
        }
        names.push(name);
        let behind = behind + usize::from(words.is_symbol(behind, "*"));
        if !words.is_symbol(behind, ",") {
            break behind;
        }
        at = behind + 1;
    };
    let has_aggregates = names.iter().any(|name| aggregates.contains(name.object()));
    if only.is_empty() && !has_aggregates {
        return None;
    }
    let rest = words.between(behind..words.tokens.len());
    let call = format!(
        "truncate({}, {}, {}, ",
        array(&names),
        array(&only),
        literal(rest)
    );
    Some(enclosed(words, &call))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sql::lexer;

    fn call(sql: &str) -> Option<String> {
        let tokens = lexer::tokens(sql);
        let words = Words {
            sql,
            tokens: &tokens,
        };
        let aggregates = BTreeSet::from(["Daily".to_owned()]);
        let edits = if words.is(0, "truncate") {
            truncate(words, &aggregates)?
        } else {
            to_aggregate(words, &aggregates)?
        };
        Some(edits[0].replacement.clone())
    }

    #[test]
    fn the_first_words_name_what_is_written_to() {
        let to = |names: &str, merges: bool| {
            Some(format!(
                "CALL _timescaledb_functions.write_to(ARRAY[{names}]::pg_catalog.text[], {merges}, $plain$"
            ))
        };
        assert_eq!(
            call("INSERT INTO s.\"Daily\" SELECT 1"),
            to("'\"s\".\"Daily\"'", false)
        );
        assert_eq!(call("DELETE FROM ONLY \"Daily\""), to("'\"Daily\"'", false));
        assert_eq!(
            call("UPDATE \"Daily\" AS d SET n = 1"),
            to("'\"Daily\"'", false)
        );
        assert_eq!(
            call("MERGE INTO ONLY \"Daily\" USING t ON true"),
            to("'\"Daily\"'", true)
        );
        for sql in [
            "INSERT INTO daily SELECT 1",
            "INSERT INTO t SELECT * FROM \"Daily\"",
            "SELECT * FROM \"Daily\"",
            "UPDATE",
        ] {
            assert_eq!(call(sql), None, "{sql}");
        }
    }

    #[test]
    fn what_a_with_writes_to_is_found_wherever_it_stands() {
        let to = |names: &str| {
            Some(format!(
                "CALL _timescaledb_functions.write_to(ARRAY[{names}]::pg_catalog.text[], false, $plain$"
            ))
        };
        assert_eq!(
            call("WITH x AS (SELECT 1) INSERT INTO \"Daily\" SELECT * FROM x"),
            to("'\"Daily\"'")
        );
        assert_eq!(
            call(
                "WITH x AS (DELETE FROM \"Daily\" RETURNING n), y AS (UPDATE s.\"Daily\" SET n = 1) SELECT 1"
            ),
            to("'\"Daily\"', '\"s\".\"Daily\"'")
        );
        assert_eq!(
            call("EXPLAIN ANALYZE DELETE FROM \"Daily\""),
            to("'\"Daily\"'")
        );
        for sql in [
            "WITH x AS (SELECT * FROM \"Daily\" FOR UPDATE) INSERT INTO t SELECT * FROM x ON CONFLICT DO UPDATE SET n = 1",
            "WITH x AS (SELECT 'INSERT INTO \"Daily\"') SELECT * FROM x",
        ] {
            assert_eq!(call(sql), None, "{sql}");
        }
    }

    /// What is refused, as it is written.
    fn refused(sql: &str) -> Option<String> {
        let tokens = lexer::tokens(sql);
        let words = Words {
            sql,
            tokens: &tokens,
        };
        let error = check(words, &BTreeSet::from(["daily".to_owned()])).err()?;
        Some(sql[error.range].to_owned())
    }

    #[test]
    fn what_is_not_rewritten_is_refused_at_its_place() {
        for (sql, expected) in [
            (
                "PREPARE p (int) AS INSERT INTO daily VALUES ($1)",
                "INSERT INTO daily",
            ),
            (
                "PREPARE p AS WITH x AS (DELETE FROM ONLY s.daily RETURNING 1) SELECT 1",
                "DELETE FROM ONLY s.daily",
            ),
            (
                "DO $$ BEGIN IF true THEN UPDATE daily SET n = 1; END IF; END $$",
                "UPDATE daily",
            ),
            (
                "DO $$ BEGIN EXECUTE 'DELETE FROM \"daily\"'; END $$",
                "DELETE FROM \"daily\"",
            ),
            (
                "DO $$ BEGIN TRUNCATE TABLE t, daily; END $$",
                "TRUNCATE TABLE t, daily",
            ),
            (
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT 1; MERGE INTO daily USING t ON true WHEN MATCHED THEN DELETE'",
                "MERGE INTO daily",
            ),
            (
                "CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC INSERT INTO daily SELECT 1; END",
                "INSERT INTO daily",
            ),
        ] {
            assert_eq!(refused(sql).as_deref(), Some(expected), "{sql}");
        }
        for sql in [
            "PREPARE p AS SELECT * FROM daily FOR UPDATE",
            "PREPARE p AS INSERT INTO t SELECT * FROM daily",
            "DO $$ BEGIN RAISE NOTICE 'DELETE FROM daily'; PERFORM 1 FROM daily; DELETE FROM weekly; END $$",
            "INSERT INTO daily SELECT 1",
            "COMMENT ON TABLE t IS 'DELETE FROM daily'",
        ] {
            assert_eq!(refused(sql), None, "{sql}");
        }
    }

    #[test]
    fn all_that_is_truncated_is_named() {
        let names = |call: &str| {
            Some(format!(
                "CALL _timescaledb_functions.truncate({call}, $plain$"
            ))
        };
        let none = "'{}'::pg_catalog.text[]";
        assert_eq!(
            call("TRUNCATE t, s.\"Daily\" *, u RESTART IDENTITY"),
            names(&format!(
                "ARRAY['\"t\"', '\"s\".\"Daily\"', '\"u\"']::pg_catalog.text[], {none}, 'RESTART IDENTITY'"
            ))
        );
        assert_eq!(
            call("TRUNCATE TABLE t, ONLY u"),
            names(
                "ARRAY['\"t\"', '\"u\"']::pg_catalog.text[], ARRAY['\"u\"']::pg_catalog.text[], ''"
            )
        );
        for sql in ["TRUNCATE t, daily CASCADE", "TRUNCATE", "TRUNCATE TABLE t,"] {
            assert_eq!(call(sql), None, "{sql}");
        }
    }
}
