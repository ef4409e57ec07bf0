//! Whether pending statements may make what the generated code cannot have. Pure; what is in doubt is made on a private cluster, to be sure.
//!
//! It is read from the words of the statements alone, without knowing what they do: every identifier and every string is a name that there
//! may be afterwards. Names that a function makes when it runs are not seen.

use std::collections::HashSet;

use catalog::Catalog;
use codegen::Choices;
use migrator::plan::Migration;
use sql::lexer::{self, TokenKind};
use sql::statement::names;
use sql::statement::words::Words;

/// PostgreSQL's names and labels are not longer, in bytes.
const LONGEST: usize = 63;
/// The first words of statements that carry data: they make no names, and can be long.
const DATA: [&str; 3] = ["insert", "update", "delete"];
/// The words of statements after which a relation may be gone.
const TAKE_AWAY: [&str; 3] = ["drop", "rename", "schema"];

/// Whether a database of this catalog may have something after these migrations that no code can be generated for.
pub fn is_in_doubt<'a>(
    choices: &Choices,
    found: &Catalog,
    pending: impl IntoIterator<Item = &'a Migration>,
) -> bool {
    let mut words = HashSet::new();
    for migration in pending {
        for statement in migration.steps.iter().flat_map(|step| &step.statements) {
            read(&migration.file.text[statement.clone()], true, &mut words);
        }
    }
    codegen::check(found, choices).is_err()
        || codegen::may_collide(found, words.iter().map(String::as_str))
        || may_take_away(choices, &words)
}

/// Adds the names of a statement; those of a body in it, too.
fn read(text: &str, is_whole: bool, words: &mut HashSet<String>) {
    for (at, token) in lexer::stream(text).enumerate() {
        let word = token.text(text);
        if at == 0 && DATA.iter().any(|data| word.eq_ignore_ascii_case(data)) {
            return;
        }
        let one = Words {
            sql: text,
            tokens: &[token],
        };
        match token.inside(text) {
            Some(body) if word.starts_with('$') && is_whole => read(&text[body], false, words),
            Some(string) if string.len() <= LONGEST => {
                words.insert(text[string].replace("''", "'"));
            }
            Some(_) => {}
            None if token.kind != TokenKind::String => words.extend(names::identifier(one, 0)),
            None => {}
        }
    }
}

/// Whether something that the project chooses a type for may no longer be there after statements of these words.
fn may_take_away(choices: &Choices, words: &HashSet<String>) -> bool {
    let takes_away = TAKE_AWAY.iter().any(|word| words.contains(*word));
    let is_named = |key: &String| names_in(key).any(|name| words.contains(name));
    // What PostgreSQL has itself stays.
    let is_own = |key: &&String| {
        let choices = Choices {
            types: [((*key).clone(), String::new())].into(),
            ..Choices::default()
        };
        let errors = codegen::check(&Catalog::default(), &choices).err();
        errors.is_some_and(|errors| {
            errors
                .iter()
                .any(|it| matches!(it, codegen::Error::UnknownChoice { .. }))
        })
    };
    takes_away
        && (choices.columns.keys().any(is_named)
            || choices.types.keys().filter(is_own).any(is_named))
}

/// The names that a choice may consist of, whichever of its dots belong to them.
fn names_in(key: &str) -> impl Iterator<Item = &str> {
    let ends = || key.match_indices('.').map(|(at, _)| at);
    let starts: Vec<usize> = [0].into_iter().chain(ends().map(|at| at + 1)).collect();
    let ends: Vec<usize> = ends().chain([key.len()]).collect();
    starts.into_iter().flat_map(move |start| {
        let ends: Vec<usize> = ends.iter().copied().filter(|end| *end >= start).collect();
        ends.into_iter().map(move |end| &key[start..end])
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use codegen::ColumnChoice;
    use migrator::source::File;

    use super::*;

    /// Whether this migration leaves a doubt in a database with a table `t` that has a column `a_b`, which is left out.
    fn is_doubtful(text: &str) -> bool {
        let catalog = r#"{"tables": [{"schema": "public", "name": "t", "columns":
            [{"name": "a_b", "type": {"sql": "integer", "name": "int4"}}]}]}"#;
        let choices = Choices {
            types: [("uuid".to_owned(), "Id".to_owned())].into(),
            columns: [("t.a_b".to_owned(), ColumnChoice::LeftOut)].into(),
        };
        let file = File::new(Path::new("001_one.sql"), text.into()).unwrap();
        let migration = Migration::parse(file).unwrap();
        is_in_doubt(&choices, &Catalog::parse(catalog).unwrap(), [&migration])
    }

    #[test]
    fn what_may_collide_or_take_away_is_in_doubt() {
        for text in [
            "ALTER TABLE t ADD \"aB\" int, ADD a_b_x73d5 int; ALTER TABLE t ADD a_b_x550f int",
            "CREATE TYPE e AS ENUM ('aB', 'a_b_x550f')",
            "DO $$ BEGIN CREATE TABLE u (\"aB\" int, a_b_x550f int); END $$",
            "ALTER TABLE t DROP COLUMN a_b",
            "ALTER TABLE public.\"t\" RENAME TO u",
            "ALTER TABLE T SET SCHEMA app",
            "DROP TABLE t",
        ] {
            assert!(is_doubtful(text), "{text}");
        }
        for text in [
            "CREATE TABLE u (\"aB\" int, a_b int, \"a b\" int, id uuid)",
            "ALTER TABLE t ADD c int",
            "DROP TABLE u",
            "INSERT INTO t VALUES ('aB'), ('a_b_x550f')",
            "SELECT 'aB', E'a_b_x550f'",
        ] {
            assert!(!is_doubtful(text), "{text}");
        }
    }
}
