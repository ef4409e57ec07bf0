//! A check or a foreign key that is validated at once.

use crate::act::{Act, Action, ActionKind, ConstraintKind, What, shown};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

pub const RULE: Rule = Rule {
    name: "constraint-scans",
    severity: Severity::Warning,
    summary: "a check or foreign key of a table of an earlier file is added without NOT VALID, so that all rows are read under a lock",
    failing: &[
        Example::new(&["CREATE TABLE orders (id int, total int);", "ALTER TABLE orders ADD CONSTRAINT total_is_positive CHECK (total > 0);"])
            .server(Server::Locks("orders", "AccessExclusiveLock")),
        Example::new(&[
            "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (id int, user_id int);",
            "ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users;",
        ])
        .server(Server::Locks("users", "ShareRowExclusiveLock")),
    ],
    passing: &[
        Example::new(&[
            "CREATE TABLE orders (id int, total int);",
            "ALTER TABLE orders ADD CONSTRAINT total_is_positive CHECK (total > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT total_is_positive;",
        ]),
        Example::new(&["CREATE TABLE orders (id int, total int); ALTER TABLE orders ADD CHECK (total > 0);"]),
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
    let finding = |action: &Action| {
        let ActionKind::AddConstraint(constraint) = &action.what else {
            return None;
        };
        let blocked = match &constraint.kind {
            ConstraintKind::Check => relation.to_string(),
            ConstraintKind::Foreign(Some(other)) => format!("{relation} and {other}"),
            _ => return None,
        };
        // TimescaleDB has no NOT VALID for keys of hypertables.
        if constraint.not_valid || table.hypertable.is_some() {
            return None;
        }
        let message = format!("all rows of {relation} are read while writes of {blocked} wait");
        let help = match &constraint.name {
            Some(name) => {
                let name = shown(name);
                format!(
                    "write NOT VALID at its end, and in a later file, under a weaker lock:\nALTER TABLE {relation} VALIDATE CONSTRAINT {name};"
                )
            }
            None => "give it a name, write NOT VALID at its end, and validate it in a later file"
                .to_owned(),
        };
        Some(Finding::new(context.place(&action.range), message).help(help))
    };
    actions.iter().filter_map(finding).collect()
}
