//! `create_hypertable` of a table that holds rows.

use crate::act::{Act, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::value::Value;

pub const RULE: Rule = Rule {
    name: "hypertable-over-rows",
    severity: Severity::Error,
    summary: "a table that may hold rows becomes a hypertable: refused without migrate_data, and with it locked while all rows move",
    failing: &[
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); INSERT INTO m VALUES (now(), 1);",
            "SELECT create_hypertable('m', by_range('at'));",
        ])
        .server(Server::Refuses("0A000")),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int);",
            "SELECT create_hypertable('m', 'at', migrate_data => true);",
        ])
        .rows("INSERT INTO m VALUES (now(), 1);")
        .server(Server::Locks("m", "AccessExclusiveLock")),
    ],
    passing: &[Example::new(&[
        "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at')); INSERT INTO m VALUES (now(), 1);",
    ])],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Call(call) = &act.what else {
        return Vec::new();
    };
    if call.routine != "create_hypertable" {
        return Vec::new();
    }
    let Some(name) = call.relation() else {
        return Vec::new();
    };
    let Some(table) = context.schema.tables.get(&name) else {
        return Vec::new();
    };
    if table.hypertable.is_some() || table.is_new_in(context.file) {
        return Vec::new();
    }
    let moves = match call.argument(usize::MAX, "migrate_data") {
        Some(argument) => argument.value != Value::Bool(false),
        None => false,
    };
    let place = context.place(&call.name);
    let finding = match (moves, &table.filled) {
        (false, Some(_)) => Finding::new(place, format!("{name} holds rows, so the server refuses to make it a hypertable")),
        (false, None) => Finding::new(
            place,
            format!("{name} was created by an earlier file: if it holds rows by now, the server refuses this"),
        )
        .uncertain(),
        (true, _) => Finding::new(
            place,
            format!("all rows of {name} move into chunks while nobody can read or write it"),
        )
        .uncertain(),
    };
    let help = format!(
        "for a large table: create the hypertable beside it, copy in parts, and swap the names:\nCREATE TABLE {name}_new (LIKE {name} INCLUDING ALL);\nSELECT create_hypertable('{name}_new', …);"
    );
    vec![
        finding
            .other(table.made.clone(), format!("creates {name}"))
            .other(table.filled.clone(), "inserts rows")
            .help(help),
    ]
}
