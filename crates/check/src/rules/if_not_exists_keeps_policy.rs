//! `if_not_exists` where there is another policy, which stays.

use crate::act::{Act, What};
use crate::finding::{Finding, Place, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::{Policy, window};
use crate::value::Value;

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));
    SELECT add_retention_policy('m', INTERVAL '30 days');";

pub const RULE: Rule = Rule {
    name: "if-not-exists-keeps-policy",
    severity: Severity::Warning,
    summary: "a policy is added with if_not_exists where there is another one, which stays as it is",
    failing: &[
        Example::new(&[TABLE, "SELECT add_retention_policy('m', INTERVAL '90 days', if_not_exists => true);"])
            .server(Server::Damages {
                then: "",
                query: "SELECT count(*) FROM timescaledb_information.jobs WHERE config->>'drop_after' = '30 days'",
                before: "1",
                after: "1",
            }),
    ],
    passing: &[
        Example::new(&[TABLE, "SELECT remove_retention_policy('m'); SELECT add_retention_policy('m', INTERVAL '90 days', if_not_exists => true);"]),
        Example::new(&[TABLE, "SELECT add_retention_policy('m', INTERVAL '30 days', if_not_exists => true);"]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Call(call) = &act.what else {
        return Vec::new();
    };
    if !call.keeps_policy() {
        return Vec::new();
    }
    let finding = || {
        let name = call.relation()?;
        let policies = context.schema.policies(&name)?;
        let span = |parameter| call.value(1, parameter).and_then(Value::span);
        let (place, remove) = match call.routine {
            "add_retention_policy" => (
                other(policies.retention.as_ref()?, span("drop_after"))?,
                "SELECT remove_retention_policy",
            ),
            "add_compression_policy" => (
                other(policies.columnstore.as_ref()?, span("compress_after"))?,
                "SELECT remove_compression_policy",
            ),
            "add_columnstore_policy" => (
                other(policies.columnstore.as_ref()?, span("after"))?,
                "CALL remove_columnstore_policy",
            ),
            "add_continuous_aggregate_policy" => (
                other(policies.refresh.as_ref()?, window(call))?,
                "SELECT remove_continuous_aggregate_policy",
            ),
            _ => return None,
        };
        let message = format!(
            "{name} has such a policy already, and if_not_exists keeps it: this one is not added"
        );
        Some(
            Finding::new(context.place(&call.name), message)
                .other(place, "the policy that stays")
                .help(format!("remove it before:\n{remove}('{name}');")),
        )
    };
    finding().into_iter().collect()
}

/// The place of a policy that says something else.
fn other<T: PartialEq>(policy: &Policy<T>, new: Option<T>) -> Option<Option<Place>> {
    let differs = new.is_some() && policy.value.is_some() && policy.value != new;
    differs.then(|| policy.place.clone())
}
