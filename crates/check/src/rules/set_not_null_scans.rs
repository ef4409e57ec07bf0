//! `SET NOT NULL` without a constraint that proves it.

use crate::act::{Act, Action, ActionKind, Column, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

pub const RULE: Rule = Rule {
    name: "set-not-null-scans",
    severity: Severity::Warning,
    summary: "SET NOT NULL reads a whole table of an earlier file under a lock, and fails at the first null",
    failing: &[
        Example::new(&["CREATE TABLE orders (id int, note text);", "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;"])
            .rows("INSERT INTO orders VALUES (1, NULL);")
            .server(Server::Refuses("23502")),
        Example::new(&["CREATE TABLE orders (id int, note text);", "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;"])
            .server(Server::Locks("orders", "AccessExclusiveLock")),
        // Another check proves nothing.
        Example::new(&[
            "CREATE TABLE orders (id int, note text CHECK (note <> ''), total int, CHECK (note IS NOT NULL OR total > 0));",
            "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
        ])
        .rows("INSERT INTO orders VALUES (1, NULL, 1);")
        .server(Server::Refuses("23502")),
    ],
    passing: &[
        Example::new(&[
            "CREATE TABLE orders (id serial, note text, total int, CONSTRAINT is_there CHECK ((note IS NOT NULL) AND total > 0));",
            "ALTER TABLE orders ALTER COLUMN note SET NOT NULL, ALTER COLUMN id SET NOT NULL;",
        ]),
        Example::new(&[
            "CREATE TABLE orders (id int, note text);",
            "ALTER TABLE orders ADD CONSTRAINT note_is_there CHECK (note IS NOT NULL) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT note_is_there;
             ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
        ]),
        Example::new(&["CREATE TABLE orders (id int, note text); ALTER TABLE orders ALTER COLUMN note SET NOT NULL;"]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Alter(relation, actions) = &act.what else {
        return Vec::new();
    };
    let Some(table) = context.schema.tables.get(relation) else {
        return Vec::new();
    };
    if table.is_new_in(context.file) {
        return Vec::new();
    }
    let is_proven = |column: &String| {
        table.keys.iter().any(|it| {
            let check = &it.constraint;
            !check.not_valid && check.proves.contains(column)
        })
    };
    let finding = |action: &Action| {
        let ActionKind::SetNotNull(column) = &action.what else {
            return None;
        };
        let is_known = |it: &Column| it.not_null || it.is_serial();
        let is_known = table.column(column).is_some_and(is_known);
        let message = format!(
            "{relation} is read to its end while nobody can use it, and the first null in {column} stops the migration"
        );
        (!is_known && !is_proven(column)).then(|| {
            Finding::new(context.place(&action.range), message).help(format!(
                "prove it first, under a weaker lock:\nALTER TABLE {relation} ADD CONSTRAINT {column}_is_there CHECK ({column} IS NOT NULL) NOT VALID;\nALTER TABLE {relation} VALIDATE CONSTRAINT {column}_is_there;\nALTER TABLE {relation} ALTER COLUMN {column} SET NOT NULL;\nALTER TABLE {relation} DROP CONSTRAINT {column}_is_there;"
            ))
        })
    };
    actions.iter().filter_map(finding).collect()
}
