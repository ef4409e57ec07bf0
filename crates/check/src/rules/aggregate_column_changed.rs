//! A column that a continuous aggregate reads is dropped or gets another type.

use crate::act::{Act, ActionKind, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int, note text); SELECT create_hypertable('m', by_range('at'));
    CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', at) AS bucket, sum(v) AS total FROM m GROUP BY 1 WITH NO DATA;";

pub const RULE: Rule = Rule {
    name: "aggregate-column-changed",
    severity: Severity::Error,
    summary: "a column that a continuous aggregate reads is dropped or gets another type",
    failing: &[
        Example::new(&[TABLE, "ALTER TABLE m ALTER COLUMN v TYPE bigint;"])
            .server(Server::Refuses("0A000")),
        Example::new(&[TABLE, "ALTER TABLE m DROP COLUMN v;"]).server(Server::Refuses("2BP01")),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, id int); SELECT create_hypertable('m', by_range('at'));
             CREATE TABLE device (id int PRIMARY KEY, name text);
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', at) AS bucket, name, count(*) FROM device JOIN m USING (id) GROUP BY 1, 2 WITH NO DATA;",
            "ALTER TABLE device DROP COLUMN name;",
        ])
        .server(Server::Refuses("2BP01")),
    ],
    passing: &[
        Example::new(&[TABLE, "ALTER TABLE m DROP COLUMN note;"]),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int, text int); SELECT create_hypertable('m', by_range('at'));
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', at) AS bucket, max(v::text) AS total FROM m GROUP BY 1 WITH NO DATA;",
            "ALTER TABLE m DROP COLUMN text;",
        ]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Alter(relation, actions) = &act.what else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for action in actions {
        let (column, verb) = match &action.what {
            ActionKind::DropColumn(column) => (column, "dropped"),
            ActionKind::Retype(column, _, _) => (column, "given another type"),
            _ => continue,
        };
        for (name, aggregate) in &context.schema.aggregates {
            let Some(reads) = aggregate.reads.get(relation) else {
                continue;
            };
            let is_sure = reads.surely.contains(column);
            if !is_sure && !reads.maybe.contains(column) {
                continue;
            }
            let message = format!(
                "{column} of {relation} cannot be {verb}: the continuous aggregate {name} reads it"
            );
            let finding = Finding::new(context.place(&action.range), message)
                .other(aggregate.made.clone(), format!("{name} reads {column}"))
                .help(format!("add a column beside it, and build an aggregate that reads the new one:\nALTER TABLE {relation} ADD COLUMN {column}_new …;"));
            found.push(if is_sure {
                finding
            } else {
                finding.uncertain()
            });
        }
    }
    found
}
