//! A refresh window of less than two buckets, which the server refuses.

use crate::act::{Act, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::window;
use crate::value::Span;

pub const RULE: Rule = Rule {
    name: "refresh-window-too-small",
    severity: Severity::Error,
    summary: "the window of a refresh policy is smaller than two buckets",
    failing: &[Example::new(&[
        "CREATE TABLE events (time timestamptz NOT NULL, n int); SELECT create_hypertable('events', by_range('time'));
         CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
             SELECT time_bucket('1 day', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;",
        "SELECT add_continuous_aggregate_policy('daily', start_offset => INTERVAL '2 days', end_offset => INTERVAL '1 day', schedule_interval => INTERVAL '1 hour');",
    ])
    .server(Server::Refuses("22023"))],
    passing: &[Example::new(&[
        "CREATE TABLE events (time timestamptz NOT NULL, n int); SELECT create_hypertable('events', by_range('time'));
         CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
             SELECT time_bucket('1 day', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;",
        "SELECT add_continuous_aggregate_policy('daily', start_offset => INTERVAL '3 days', end_offset => INTERVAL '1 day', schedule_interval => INTERVAL '1 hour');",
    ])],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Call(call) = &act.what else {
        return Vec::new();
    };
    if call.routine != "add_continuous_aggregate_policy" {
        return Vec::new();
    }
    let finding = || {
        let name = call.relation()?;
        let aggregate = context.schema.aggregates.get(&name)?;
        let bucket = aggregate.bucket?;
        let window = window(call)?;
        let (start, end) = (window.start?, window.end?);
        let is_small = match (start, end, bucket) {
            (Span::Units(start), Span::Units(end), Span::Units(bucket)) => start - end < 2 * bucket,
            // Months are of several lengths, and the server reckons with 30 days.
            (Span::Time(_), Span::Time(_), Span::Time(_)) => {
                start.length() - end.length() < 2 * bucket.length()
            }
            _ => return None,
        };
        let message = format!(
            "the window from {start} to {end} ago is smaller than two buckets of {name}, which are {bucket}"
        );
        let finding = Finding::new(context.place(&call.name), message)
            .other(aggregate.made.clone(), format!("the bucket of {name}"))
            .why("only whole buckets are refreshed, so the window has to contain one wherever it begins")
            .help(format!("let start_offset be at least {end} and two buckets"));
        is_small.then_some(finding)
    };
    finding().into_iter().collect()
}
