//! A table or column that the release that runs now may still use.

use crate::act::{Act, Action, ActionKind, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

pub const RULE: Rule = Rule {
    name: "drop-or-rename",
    severity: Severity::Warning,
    summary: "a table or column of an earlier file is dropped or renamed: the release that runs now may use it",
    failing: &[
        Example::new(&["CREATE TABLE orders (id int, note text);", "ALTER TABLE orders DROP COLUMN note;"]).server(Server::Damages {
            then: "",
            query: "SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'note'",
            before: "1",
            after: "0",
        }),
        Example::new(&["CREATE TABLE orders (id int, note text);", "ALTER TABLE orders RENAME COLUMN note TO remark;"]).server(Server::Damages {
            then: "",
            query: "SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'note'",
            before: "1",
            after: "0",
        }),
        Example::new(&["CREATE TABLE orders (id int, note text);", "DROP TABLE orders;"]).server(Server::Damages {
            then: "",
            query: "SELECT count(*) FROM pg_class WHERE relname = 'orders'",
            before: "1",
            after: "0",
        }),
    ],
    passing: &[
        Example::new(&["CREATE TABLE orders (id int, note text); ALTER TABLE orders DROP COLUMN note; DROP TABLE orders;"]),
        Example::new(&["SELECT 1;", "DROP TABLE IF EXISTS orders;"]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let older = |relation| {
        context
            .schema
            .tables
            .get(relation)
            .filter(|it| it.made.as_ref().is_none_or(|it| it.file != context.file))
    };
    match &act.what {
        What::Drop(drop) => {
            let finding = |name| {
                let table = older(name)?;
                let message = format!(
                    "{name} is dropped with its rows: the release that runs now fails if it uses it"
                );
                Some(
                    Finding::new(context.place(&act.range), message)
                        .other(table.made.clone(), format!("creates {name}"))
                        .help(LATER),
                )
            };
            drop.names.iter().filter_map(finding).collect()
        }
        What::Alter(relation, actions) => {
            let Some(table) = older(relation) else {
                return Vec::new();
            };
            let finding = |action: &Action| {
                let (message, help) = match &action.what {
                    ActionKind::DropColumn(column) => (
                        format!(
                            "{column} of {relation} is dropped with its values: the release that runs now fails if it uses it"
                        ),
                        LATER.to_owned(),
                    ),
                    ActionKind::RenameColumn(from, to) => (
                        format!(
                            "{from} of {relation} gets another name: the release that runs now fails if it uses it"
                        ),
                        format!(
                            "add the new column and fill both for one release:\nALTER TABLE {relation} ADD COLUMN {to} …;"
                        ),
                    ),
                    ActionKind::Rename(to) => (
                        format!(
                            "{relation} gets another name: the release that runs now fails if it uses it"
                        ),
                        format!(
                            "keep the old name as a view for one release:\nCREATE VIEW {relation} AS SELECT * FROM {to};"
                        ),
                    ),
                    _ => return None,
                };
                Some(
                    Finding::new(context.place(&action.range), message)
                        .other(table.made.clone(), format!("creates {relation}"))
                        .help(help),
                )
            };
            actions.iter().filter_map(finding).collect()
        }
        _ => Vec::new(),
    }
}

const LATER: &str = "deploy a release that does not use it first, and drop it in the next one";
