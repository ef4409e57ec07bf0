//! How a step's statements damaged this tool's own history, and which statement did it. Pure.

use sql::lexer;
use sql::statement::names::Name;
use sql::statement::words::Words;

use crate::history::{SPOILED, UNUSABLE};
use crate::plan::Migration;

/// How many levels of nested strings are searched.
const DEEPEST: usize = 4;

/// How a step's statements damaged the history, so that the step cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// They dropped, renamed or moved it.
    Dropped,
    /// They altered its columns or constraints.
    Altered,
    /// They changed its rows.
    Written,
    /// They turned it into a table that is not accepted as a history.
    Unusable,
}

impl Harm {
    /// The damage that an error of this SQLSTATE shows. `is_record`: the statement that failed reads or writes the history itself.
    pub(super) fn of(code: &str, is_record: bool) -> Option<Harm> {
        match code {
            SPOILED => Some(Harm::Written),
            UNUSABLE => Some(Harm::Unusable),
            _ if !is_record => None,
            // Undefined table, undefined schema.
            "42P01" | "3F000" => Some(Harm::Dropped),
            // Unique violation: the migration's own number exists already.
            "23505" => Some(Harm::Written),
            // Insufficient privilege: the role that the file switched to may not write it.
            "42501" => None,
            // Errors about columns and constraints.
            _ if ["22", "23", "42"].contains(&code.get(..2)?) => Some(Harm::Altered),
            _ => None,
        }
    }
}

/// Where a step names the history in a statement that changes it. Strings and function bodies count only if no other statement does.
pub(super) fn writer(migration: &Migration, step: usize, table: &str) -> Option<usize> {
    let step = migration.steps.get(step)?;
    (0..=DEEPEST).find_map(|depth| {
        step.statements.iter().find_map(|range| {
            let at = written(&migration.file.text[range.clone()], table, depth)?;
            Some(range.start + at)
        })
    })
}

/// Where a text names the table in a statement that changes it, in strings at this level of nesting.
fn written(sql: &str, table: &str, depth: usize) -> Option<usize> {
    let tokens = lexer::tokens(sql);
    let words = Words {
        sql,
        tokens: &tokens,
    };
    let Some(depth) = depth.checked_sub(1) else {
        let mut places = 0..tokens.len();
        return places.find_map(|at| target(words, at, table));
    };
    tokens.iter().find_map(|token| {
        let inside = token.inside(sql)?;
        Some(inside.start + written(&sql[inside.clone()], table, depth)?)
    })
}

/// The table's name, if a statement begins at this token that changes the table.
fn target(words: Words<'_>, at: usize, table: &str) -> Option<usize> {
    let named = |at: usize| {
        let (name, behind) = Name::read(words, at)?;
        (name.object() == table).then(|| words.tokens[behind - 1].start)
    };
    let only = |at: usize| named(words.behind(at, &["only"]));
    if words.are(at, &["insert", "into"]) {
        named(at + 2)
    } else if words.are(at, &["delete", "from"]) || words.are(at, &["merge", "into"]) {
        only(at + 2)
    } else if words.is(at, "update") {
        only(at + 1)
    } else if words.is(at, "copy") {
        let behind = Name::read(words, at + 1)?.1;
        let (_, behind) = words.arguments(behind);
        named(at + 1).filter(|_| words.is(behind, "from"))
    } else if words.are(at, &["alter", "table"]) {
        named(words.behind(at + 2, &["if", "exists", "only"]))
    } else if words.is(at, "truncate") || words.are(at, &["drop", "table"]) {
        listed(
            words,
            words.behind(at + 1, &["table", "if", "exists", "only"]),
            table,
        )
    } else if words.is(at, "create") {
        put_on(words, at, table)
    } else {
        None
    }
}

/// The table's name in a list that begins at `at`.
fn listed(words: Words<'_>, mut at: usize, table: &str) -> Option<usize> {
    loop {
        let (name, behind) = Name::read(words, at)?;
        if name.object() == table {
            return Some(words.tokens[behind - 1].start);
        }
        let behind = behind + usize::from(words.is_symbol(behind, "*"));
        if !words.is_symbol(behind, ",") {
            return None;
        }
        at = words.behind(behind + 1, &["only"]);
    }
}

/// The table's name in a statement that creates a trigger, a rule or a policy on it.
fn put_on(words: Words<'_>, at: usize, table: &str) -> Option<usize> {
    let what = words.behind(at + 1, &["or", "replace", "constraint"]);
    if !words.is_one_of(what, &["trigger", "rule", "policy"]) {
        return None;
    }
    let mut rest = what..words.tokens.len();
    rest.find_map(|at| {
        let follows = words.is_one_of(at, &["on", "to"]).then_some(at + 1)?;
        let (name, behind) = Name::read(words, follows)?;
        (name.object() == table).then(|| words.tokens[behind - 1].start)
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::File;

    /// The line that is found, from the history's name on.
    fn found(text: &str) -> Option<String> {
        let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
        let migration = Migration::parse(file).unwrap();
        let at = writer(&migration, 0, "h")?;
        let line = text[..at].lines().count();
        let rest: String = text[at..].chars().take(1).collect();
        Some(format!("{line}{rest}"))
    }

    #[test]
    fn the_statement_that_changes_the_history_is_found_after_others_that_name_it() {
        let before =
            "SELECT 'DELETE FROM h' FROM h;\nCREATE VIEW v AS SELECT * FROM h FOR UPDATE OF h;\n";
        for statement in [
            "INSERT INTO h VALUES (1)",
            "INSERT INTO s.h SELECT * FROM h",
            "UPDATE ONLY h SET name = ''",
            "DELETE FROM h",
            "MERGE INTO h USING h AS i ON true WHEN MATCHED THEN DELETE",
            "TRUNCATE t, ONLY h CASCADE",
            "TRUNCATE TABLE h",
            "ALTER TABLE IF EXISTS h SET UNLOGGED",
            "DROP TABLE IF EXISTS t, h",
            "CREATE OR REPLACE TRIGGER h BEFORE UPDATE ON h FOR EACH ROW EXECUTE FUNCTION f()",
            "CREATE RULE r AS ON INSERT TO h DO INSTEAD NOTHING",
            "CREATE POLICY p ON h",
            "WITH gone AS (DELETE FROM h RETURNING *) SELECT * FROM gone",
            "PREPARE p AS UPDATE h SET name = ''",
        ] {
            let text = format!("{before}{statement};\nDELETE FROM h;\n");
            assert_eq!(found(&text).as_deref(), Some("3h"), "{statement}");
        }
        let copy = Words {
            sql: "copy h (version) from program 'x'",
            tokens: &lexer::tokens("copy h (version) from program 'x'"),
        };
        assert_eq!(target(copy, 0, "h"), Some(5));
    }

    #[test]
    fn what_strings_change_comes_after_what_statements_do() {
        let body = "SELECT 1;\nDO $$ BEGIN EXECUTE 'UPDATE h SET name = ''''a'''''; END $$;\n";
        assert_eq!(found(body).as_deref(), Some("2h"));
        let both = format!("{body}DELETE FROM h;\n");
        assert_eq!(found(&both).as_deref(), Some("3h"));
        for text in [
            "SELECT * FROM h;\nCOPY h TO PROGRAM 'x';",
            "DO $$ BEGIN EXECUTE 'DELETE FROM ' || 'h'; END $$;",
            "DELETE FROM hh;\nUPDATE t SET a = (SELECT max(version) FROM h);",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
