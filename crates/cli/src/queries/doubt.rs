//! Whether pending statements may break a query. Pure; what is in doubt is asked on a private cluster, to be sure.
//!
//! A query names what it reads and writes, and a statement names what it changes: so it is read from the words of both. What names nothing,
//! such as `DO` and `CASCADE`, is a doubt about every query. What a `SELECT` does by a function is only seen if the function is the
//! database's own. A query that broke without a doubt is reported after the run.

use std::collections::HashSet;

use catalog::{Catalog, OtherKind};
use migrator::plan::Migration;
use sql::lexer;
use sql::statement::names::{self, Name};
use sql::statement::words::Words;
use sql::timescaledb;

/// Kinds of objects that no query depends on, or none that it names.
const HARMLESS: [&str; 9] = [
    "trigger",
    "policy",
    "publication",
    "subscription",
    "statistics",
    "role",
    "user",
    "event",
    "default",
];
/// Kinds whose change can be about every query.
const WHOLE: [&str; 6] = [
    "schema",
    "extension",
    "database",
    "operator",
    "cast",
    "rule",
];
/// What comes before the kind of an object.
const BEFORE_KIND: [&str; 10] = [
    "or",
    "replace",
    "temp",
    "temporary",
    "global",
    "local",
    "unlogged",
    "foreign",
    "recursive",
    "materialized",
];
const RELATIONS: [&str; 2] = ["table", "view"];
const ROUTINES: [&str; 4] = ["function", "procedure", "aggregate", "routine"];

/// What a statement may change of what queries depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Touch {
    Nothing,
    /// Whatever there is.
    All,
    /// What has one of these names.
    Names(Vec<String>),
    /// It makes what has this name, which hides another at most.
    Makes(String),
}

/// The pending migrations that may break a query of these texts in a database of this catalog. None in an empty one: what they make there,
/// the run shows as soon as a private cluster would.
pub fn suspects<'a>(
    texts: &[&str],
    found: &Catalog,
    pending: &[&'a Migration],
) -> Vec<&'a Migration> {
    if texts.is_empty() || found.is_empty() {
        return Vec::new();
    }
    let needed = needed(texts, found);
    let relations = found.tables.iter().map(|it| &it.name);
    let relations = relations
        .chain(found.views.iter().map(|it| &it.name))
        .chain(found.continuous_aggregates.iter().map(|it| &it.name));
    let types = found.enums.iter().map(|it| &it.name);
    let types = types
        .chain(found.domains.iter().map(|it| &it.name))
        .chain(found.composites.iter().map(|it| &it.name))
        .chain(found.ranges.iter().map(|it| &it.name));
    let mut routines: HashSet<String> = found.routines.iter().map(|it| it.name.clone()).collect();
    let there: HashSet<&String> = relations.chain(types).collect();
    // What only pending migrations make is not there yet, so that nothing depends on it.
    let mut new: HashSet<String> = HashSet::new();
    let mut may_break = |migration: &Migration| {
        let mut is_suspect = false;
        for statement in migration.steps.iter().flat_map(|step| &step.statements) {
            let text = &migration.file.text[statement.clone()];
            is_suspect |= match touch(text, &mut routines) {
                Touch::Nothing => false,
                Touch::All => true,
                Touch::Names(names) => names
                    .iter()
                    .any(|name| needed.contains(name) && !new.contains(name)),
                Touch::Makes(name) if there.contains(&name) => needed.contains(&name),
                Touch::Makes(name) => {
                    new.insert(name);
                    false
                }
            };
        }
        is_suspect
    };
    let pending = pending.iter().copied();
    pending.filter(|migration| may_break(migration)).collect()
}

/// The names that queries of these texts depend on.
fn needed(texts: &[&str], found: &Catalog) -> HashSet<String> {
    let mut needed: HashSet<String> = texts.iter().flat_map(|text| every_name(text)).collect();
    let partitions = found.others.iter();
    let mut partitions: Vec<_> = partitions
        .filter(|it| it.kind == OtherKind::Partition)
        .collect();
    // A column of a parent is one of each of its children.
    loop {
        let before = partitions.len();
        partitions.retain(|it| {
            let is_needed = every_name(&it.name).any(|name| needed.contains(&name));
            if is_needed {
                needed.extend(every_name(&it.definition));
            }
            !is_needed
        });
        if partitions.len() == before {
            return needed;
        }
    }
}

/// Every identifier, and what every string may name.
fn every_name(text: &str) -> impl Iterator<Item = String> {
    lexer::stream(text).flat_map(move |token| {
        let one = [token];
        let words = Words {
            sql: text,
            tokens: &one,
        };
        match token.inside(text) {
            Some(inside) => {
                let string = text[inside].replace("''", "'");
                let last = string.rsplit('.').next().unwrap_or_default().to_owned();
                vec![string, last]
            }
            None => names::identifier(words, 0).into_iter().collect(),
        }
    })
}

/// What a statement may change. Adds the routine that it makes to `routines`, the database's own.
fn touch(text: &str, routines: &mut HashSet<String>) -> Touch {
    let raw = lexer::stream(text).take(lexer::FIRST_TOKENS);
    let tokens: Vec<_> = raw.collect();
    let words = Words {
        sql: text,
        tokens: &tokens,
    };
    if words.is_one_of(0, &["do", "execute"]) {
        return Touch::All;
    }
    if words.is_one_of(0, &["call", "select", "with"]) {
        let is_own = |at: usize| {
            let Some(name) = names::identifier(words, at).filter(|_| words.is_symbol(at + 1, "("))
            else {
                return false;
            };
            let is_called = words.is(0, "call") && at <= 3;
            routines.contains(&name) || is_called && timescaledb::routine(&name).is_none()
        };
        let calls_own = (1..tokens.len()).any(is_own);
        return if calls_own {
            Touch::All
        } else {
            Touch::Nothing
        };
    }
    if !words.is_one_of(0, &["create", "alter", "drop"]) {
        return Touch::Nothing;
    }
    let kind = words.behind(1, &BEFORE_KIND);
    let name = words.behind(kind + 1, &["concurrently", "if", "not", "exists", "only"]);
    if words.is(0, "create") {
        return created(words, kind, name, routines);
    }
    if words.is_one_of(kind, &HARMLESS) {
        return if words.has(&["search_path"]) {
            Touch::All
        } else {
            Touch::Nothing
        };
    }
    if words.is_one_of(kind, &WHOLE) || words.has(&["cascade"]) {
        return Touch::All;
    }
    if words.is(kind, "index") {
        // ON CONFLICT finds a unique index by its columns.
        let conflict = Touch::Names(vec!["conflict".to_owned()]);
        return if words.is(0, "drop") {
            conflict
        } else {
            Touch::Nothing
        };
    }
    if words.is(0, "alter") {
        return altered(words, kind, name);
    }
    Touch::Names(names_from(words, name))
}

fn created(words: Words<'_>, kind: usize, name: usize, routines: &mut HashSet<String>) -> Touch {
    let Some((made, _)) = Name::read(words, name) else {
        return Touch::Nothing;
    };
    let made = made.object().to_owned();
    if words.is_one_of(kind, &RELATIONS) || words.is_one_of(kind, &["type", "domain", "sequence"]) {
        return Touch::Makes(made);
    }
    if words.is_one_of(kind, &ROUTINES) {
        routines.insert(made.clone());
        // One more of the name may leave a call without a best one.
        return Touch::Names(vec![made]);
    }
    if words.is_one_of(kind, &["operator", "cast", "rule"]) {
        return Touch::All;
    }
    Touch::Nothing
}

fn altered(words: Words<'_>, kind: usize, name: usize) -> Touch {
    let is_relation = words.is_one_of(kind, &RELATIONS);
    let changes = [
        "drop", "rename", "type", "schema", "add", "inherit", "attach",
    ];
    if !is_relation && !words.is_one_of(kind, &ROUTINES) {
        // A new label is no harm.
        return if words.has(&["add", "value"]) {
            Touch::Nothing
        } else {
            Touch::Names(names_from(words, name))
        };
    }
    if is_relation && !changes.iter().any(|word| words.has(&[word])) {
        return Touch::Nothing;
    }
    let Some((changed, behind)) = Name::read(words, name) else {
        return Touch::All;
    };
    let mut names = vec![changed.object().to_owned()];
    if words.are(behind, &["rename", "to"]) {
        names.extend(names::identifier(words, behind + 2));
    }
    Touch::Names(names)
}

/// Every name from this token on.
fn names_from(words: Words<'_>, at: usize) -> Vec<String> {
    match words.tokens.get(at) {
        Some(first) => every_name(&words.sql[first.start..]).collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use migrator::source::File;

    use super::*;

    /// Which of these migrations may break queries of a database with `people`, `other`, its partition `part` and a function `own`.
    fn suspects_of(texts: &[&str], files: &[&str]) -> Vec<usize> {
        let catalog = r#"{
            "tables": [
                {"schema": "public", "name": "people", "columns": []},
                {"schema": "public", "name": "other", "columns": []}],
            "routines": [{"schema": "public", "name": "own", "arguments": "", "definition": ""}],
            "others": [{"kind": "partition", "name": "public.part", "definition": "PARTITION OF public.whole DEFAULT"}]}"#;
        let catalog = Catalog::parse(catalog).unwrap();
        let migrations: Vec<Migration> = files
            .iter()
            .enumerate()
            .map(|(at, text)| {
                let name = format!("{:03}_it.sql", at + 1);
                Migration::parse(File::new(Path::new(&name), (*text).into()).unwrap()).unwrap()
            })
            .collect();
        let pending: Vec<&Migration> = migrations.iter().collect();
        let suspects = suspects(texts, &catalog, &pending);
        suspects.iter().map(|it| it.file.version as usize).collect()
    }

    const QUERIES: [&str; 2] = [
        "SELECT id, name, helper(id) FROM people WHERE mood = 'ok' AND id = :id",
        "INSERT INTO part VALUES (nextval('app.numbers')) ON CONFLICT (id) DO NOTHING",
    ];

    #[test]
    fn what_a_query_names_may_break_it() {
        for text in [
            "ALTER TABLE people RENAME COLUMN name TO full_name",
            "ALTER TABLE IF EXISTS ONLY public.\"people\" DROP COLUMN x",
            "ALTER TABLE people ALTER x TYPE text",
            "ALTER TABLE other RENAME TO people",
            "ALTER TABLE whole DROP COLUMN x",
            "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
            "DROP TABLE IF EXISTS other, people",
            "DROP VIEW other CASCADE",
            "DROP INDEX one",
            "DROP FUNCTION helper(bigint)",
            "DROP SEQUENCE app.numbers",
            "CREATE FUNCTION helper(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE TABLE app.people ()",
            "CREATE OR REPLACE VIEW people AS SELECT 1",
            "ALTER SCHEMA public RENAME TO app",
            "ALTER ROLE service SET search_path = app",
            "DO $$ BEGIN END $$",
            "CALL anything(1)",
            "SELECT own()",
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS ''; SELECT public.f()",
        ] {
            assert_eq!(suspects_of(&QUERIES, &[text]), [1], "{text}");
        }
    }

    #[test]
    fn other_statements_touch_no_query() {
        for text in [
            "CREATE TABLE u (id int, name text REFERENCES people)",
            "CREATE TABLE u (id int); ALTER TABLE u ADD name text; DROP TABLE u",
            "CREATE INDEX ON people (name)",
            "ALTER TABLE other DROP COLUMN name",
            "ALTER TABLE people SET (fillfactor = 70)",
            "ALTER TYPE mood ADD VALUE 'new'",
            "INSERT INTO people VALUES (1)",
            "SELECT create_hypertable('people', 'id')",
            "CALL refresh_continuous_aggregate('people', NULL, NULL)",
            "COMMENT ON TABLE people IS 'x'",
            "CREATE SCHEMA app",
            "DROP TRIGGER t ON people",
        ] {
            assert!(suspects_of(&QUERIES, &[text]).is_empty(), "{text}");
        }
        assert!(suspects_of(&[], &["DROP TABLE people CASCADE"]).is_empty());
    }

    #[test]
    fn only_what_was_there_can_break() {
        let files = [
            "CREATE TABLE u (id int)",
            "ALTER TABLE u DROP COLUMN id",
            "DROP TABLE people",
        ];
        let queries = ["SELECT id FROM u", "SELECT * FROM people"];
        assert_eq!(suspects_of(&queries, &files), [3]);
        let migration = File::new(Path::new("001_it.sql"), "DROP TABLE u".into()).unwrap();
        let migration = Migration::parse(migration).unwrap();
        assert!(suspects(&queries, &Catalog::default(), &[&migration]).is_empty());
    }
}
