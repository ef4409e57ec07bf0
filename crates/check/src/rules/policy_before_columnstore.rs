//! A columnstore policy before the columnstore is enabled.

use crate::act::{Act, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

pub const RULE: Rule = Rule {
    name: "policy-before-columnstore",
    severity: Severity::Error,
    summary: "a columnstore policy is added before the columnstore is enabled",
    failing: &[
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "SELECT add_compression_policy('m', INTERVAL '7 days');",
        ])
        .server(Server::Refuses("0A000")),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "CALL add_columnstore_policy('m', after => INTERVAL '7 days');",
        ])
        .server(Server::Refuses("0A000")),
    ],
    passing: &[
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "ALTER TABLE m SET (timescaledb.compress, timescaledb.compress_orderby = 'at'); SELECT add_compression_policy('m', INTERVAL '7 days');",
        ]),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));
             ALTER TABLE m SET (timescaledb.enable_columnstore = true);",
            "CALL add_columnstore_policy('m', after => INTERVAL '7 days');",
        ]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Call(call) = &act.what else {
        return Vec::new();
    };
    if !matches!(
        call.routine,
        "add_compression_policy" | "add_columnstore_policy"
    ) {
        return Vec::new();
    }
    let Some(name) = call.relation() else {
        return Vec::new();
    };
    let is_off = match (
        context.schema.tables.get(&name),
        context.schema.aggregates.get(&name),
    ) {
        // A table that was created WITH (tsdb.hypertable) has it on by default, depending on the version.
        (Some(table), _) => {
            table.columnstore.is_none() && !table.is_declared && table.hypertable.is_some()
        }
        (None, Some(aggregate)) => aggregate.columnstore.is_none() && !aggregate.is_declared,
        (None, None) => false,
    };
    if !is_off {
        return Vec::new();
    }
    let kind = if context.schema.tables.contains_key(&name) {
        "TABLE"
    } else {
        "MATERIALIZED VIEW"
    };
    let message =
        format!("the columnstore of {name} is not enabled here, so the server refuses the policy");
    vec![
        Finding::new(context.place(&call.name), message).help(format!(
            "enable it before:\nALTER {kind} {name} SET (timescaledb.enable_columnstore = true);"
        )),
    ]
}
