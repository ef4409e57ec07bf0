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
    let schema = context.schema;
    let (kind, columnstore) = match (schema.tables.get(&name), schema.aggregates.get(&name)) {
        (Some(table), _) if table.hypertable.is_some() => ("TABLE", &table.columnstore),
        (None, Some(aggregate)) => ("MATERIALIZED VIEW", &aggregate.columnstore),
        _ => return Vec::new(),
    };
    if columnstore.as_ref().is_some_and(|it| it.is_certain) {
        return Vec::new();
    }
    let message =
        format!("the columnstore of {name} is not enabled here, so the server refuses the policy");
    let finding = Finding::new(context.place(&call.name), message).help(format!(
        "enable it before:\nALTER {kind} {name} SET (timescaledb.enable_columnstore = true);"
    ));
    vec![match columnstore {
        Some(_) => finding.uncertain(),
        None => finding,
    }]
}
