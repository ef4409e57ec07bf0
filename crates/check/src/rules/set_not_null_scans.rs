//! `SET NOT NULL` without a constraint that proves it.

use crate::act::{Act, Action, ActionKind, ConstraintKind, What};
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
    ],
    passing: &[
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
    // What a check says is not read: a valid one is taken for the proof.
    let has_check = table.keys.iter().any(|it| {
        it.constraint.kind == ConstraintKind::Check
            && !it.constraint.not_valid
            && it
                .place
                .as_ref()
                .is_some_and(|it| Some(it) != table.made.as_ref())
    });
    let finding = |action: &Action| {
        let ActionKind::SetNotNull(column) = &action.what else {
            return None;
        };
        let is_known = table.column(column).is_some_and(|it| it.not_null);
        let message = format!(
            "{relation} is read to its end while nobody can use it, and the first null in {column} stops the migration"
        );
        (!is_known && !has_check).then(|| {
            Finding::new(context.place(&action.range), message).help(format!(
                "prove it first, under a weaker lock:\nALTER TABLE {relation} ADD CONSTRAINT {column}_is_there CHECK ({column} IS NOT NULL) NOT VALID;\nALTER TABLE {relation} VALIDATE CONSTRAINT {column}_is_there;\nALTER TABLE {relation} ALTER COLUMN {column} SET NOT NULL;\nALTER TABLE {relation} DROP CONSTRAINT {column}_is_there;"
            ))
        })
    };
    actions.iter().filter_map(finding).collect()
}
