//! `create_hypertable` of a table that holds rows.

use crate::act::{Act, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::Rows;

pub const RULE: Rule = Rule {
    name: "hypertable-over-rows",
    severity: Severity::Error,
    summary: "a table that holds rows, or may, becomes a hypertable: without migrate_data the server refuses that, with it all rows move under a lock",
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
    passing: &[
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at')); INSERT INTO m VALUES (now(), 1);",
        ]),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); INSERT INTO m VALUES (now(), 1);",
            "DELETE FROM m; SELECT create_hypertable('m', by_range('at'));",
        ]),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); INSERT INTO m VALUES (now(), 1); TRUNCATE m; SELECT create_hypertable('m', 'at');",
        ]),
    ],
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
    if table.is_surely_hypertable() || table.rows == Rows::None(context.file) {
        return Vec::new();
    }
    let is_new_form = crate::schema::dimension(call.value(1, "dimension")).is_some();
    let moves = match call.value(if is_new_form { 4 } else { 10 }, "migrate_data") {
        Some(value) => value.bool() != Some(false),
        None => false,
    };
    let place = context.place(&call.name);
    let finding = match (moves, &table.rows) {
        (true, _) => Finding::new(
            place,
            format!("all rows of {name} move into chunks while nobody can read or write it"),
        )
        .uncertain(),
        (false, Rows::Some(_)) => Finding::new(
            place,
            format!("{name} holds rows, so the server refuses to make it a hypertable"),
        ),
        (false, Rows::Maybe(_)) => Finding::new(
            place,
            format!("{name} may hold rows by now: then the server refuses to make it a hypertable"),
        )
        .uncertain(),
        (false, Rows::Unknown | Rows::None(_)) => Finding::new(
            place,
            format!("{name} was created by an earlier file: if it holds rows by now, the server refuses this"),
        )
        .uncertain(),
    };
    let help = format!(
        "for a large table: create the hypertable beside it, copy in parts, and swap the names:\nCREATE TABLE {name}_new (LIKE {name} INCLUDING ALL);\nSELECT create_hypertable('{name}_new', …);"
    );
    vec![
        finding
            .other(table.made.clone(), format!("creates {name}"))
            .other(table.filled().cloned(), "inserts rows")
            .help(help),
    ]
}
