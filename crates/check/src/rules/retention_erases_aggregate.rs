//! Rows that retention drops before a refresh computes their buckets for the last time: the refresh then deletes these buckets.

use std::collections::BTreeMap;

use crate::act::Relation;
use crate::finding::{Finding, Place, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::{Aggregate, Policy, Schema, Window};
use crate::timeline;
use crate::value::Span;

pub const RULE: Rule = Rule {
    name: "retention-erases-aggregate",
    severity: Severity::Error,
    summary: "a refresh of a continuous aggregate reaches back beyond the retention of its source, and deletes what is dropped there",
    failing: &[
        Example::new(&[
            "CREATE TABLE events (time timestamptz NOT NULL, n int);
             SELECT create_hypertable('events', by_range('time', INTERVAL '1 day'));
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;
             SELECT add_continuous_aggregate_policy('daily', start_offset => INTERVAL '60 days', end_offset => INTERVAL '1 day', schedule_interval => INTERVAL '1 hour');",
            "SELECT add_retention_policy('events', drop_after => INTERVAL '30 days');",
        ])
        .rows(ROWS)
        .server(Server::Damages {
            then: JOBS,
            query: "SELECT count(*) > 45 FROM daily",
            before: "true",
            after: "false",
        }),
        Example::new(&[
            "CREATE TABLE events (time timestamptz NOT NULL, n int);
             SELECT create_hypertable('events', by_range('time', INTERVAL '1 day'));
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;
             SELECT add_retention_policy('events', INTERVAL '30 days');",
            "SELECT add_continuous_aggregate_policy('daily', NULL, INTERVAL '1 day', INTERVAL '1 hour');",
        ])
        .rows(ROWS)
        .server(Server::Damages {
            then: JOBS,
            query: "SELECT count(*) > 45 FROM daily",
            before: "true",
            after: "false",
        }),
    ],
    passing: &[
        // What is calculated is not known.
        Example::new(&[
            "CREATE TABLE events (time timestamptz NOT NULL, n int);
             SELECT create_hypertable('events', by_range('time', INTERVAL '1 day'));
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;
             SELECT add_continuous_aggregate_policy('daily', '1 day'::interval * 7, INTERVAL '1 day', INTERVAL '1 hour');
             SELECT add_retention_policy('events', INTERVAL '1 day' * 90);",
        ]),
        Example::new(&[
            "CREATE TABLE events (time timestamptz NOT NULL, n int);
             SELECT create_hypertable('events', by_range('time', INTERVAL '1 day'));
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;
             SELECT add_continuous_aggregate_policy('daily', INTERVAL '7 days', INTERVAL '1 day', INTERVAL '1 hour');
             SELECT add_retention_policy('events', INTERVAL '3 days');",
            "SELECT remove_retention_policy('events');
             SELECT add_retention_policy('events', drop_after => INTERVAL '8 days');",
        ]),
    ],
    finds: Finds::Schema(find),
};

/// A row an hour for 61 days, computed.
const ROWS: &str =
    "INSERT INTO events SELECT now() - n * INTERVAL '1 hour', n FROM generate_series(0, 1463) AS n;
    CALL refresh_continuous_aggregate('daily', NULL, NULL);";

/// The retention and then the refresh, as the scheduler runs them.
const JOBS: &str = "DO $$ DECLARE job int; BEGIN
        SELECT job_id INTO job FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention';
        CALL run_job(job); END $$;
    DO $$ DECLARE job int; BEGIN
        SELECT job_id INTO job FROM timescaledb_information.jobs WHERE proc_name = 'policy_refresh_continuous_aggregate';
        CALL run_job(job); END $$;";

/// What is lost of a relation: what is older than `newer` and, unless all is, not older than `older`.
#[derive(Clone)]
struct Loss {
    older: Option<Span>,
    newer: Span,
    is_certain: bool,
}

fn find(context: &Context<'_>) -> Vec<Finding> {
    let schema = context.schema;
    let mut found = Vec::new();
    let retained = schema.tables.iter().map(|(name, it)| (name, &it.policies));
    let retained = retained.chain(
        schema
            .aggregates
            .iter()
            .map(|(name, it)| (name, &it.policies)),
    );
    for (source, policies) in retained {
        let Some(retention) = &policies.retention else {
            continue;
        };
        let Some(kept) = retention.value else {
            continue;
        };
        for (name, aggregate) in schema.readers(source) {
            let dropped = Loss {
                older: None,
                newer: kept,
                is_certain: retention.is_certain && !schema.jobs_changed,
            };
            let Some(loss) = loss(aggregate, &dropped) else {
                continue;
            };
            found.extend(finding(
                context, source, retention, kept, name, aggregate, &loss,
            ));
        }
    }
    found
}

/// What of an aggregate a refresh deletes, if that is lost of its source.
fn loss(aggregate: &Aggregate, dropped: &Loss) -> Option<Loss> {
    let policy = aggregate.policies.refresh.as_ref()?;
    let Window { start, end } = policy.value?;
    let newer = match end {
        Some(end) if dropped.newer.is_surely_shorter(end) => end,
        _ => dropped.newer,
    };
    let older = match (start, dropped.older) {
        (Some(start), Some(older)) if older.is_surely_shorter(start) => Some(older),
        (Some(start), _) => Some(start),
        (None, older) => older,
    };
    let is_surely_lost = older.is_none_or(|it| newer.is_surely_shorter(it));
    // The last bucket that is refreshed begins as long ago as the first row that is dropped, or months differ.
    let is_maybe_lost =
        older.is_some_and(|it| newer.is_comparable(it) && newer.length() <= it.length());
    (is_surely_lost || is_maybe_lost).then_some(Loss {
        older,
        newer,
        // With a retention of its own, it may be meant to lose the same.
        is_certain: dropped.is_certain
            && policy.is_certain
            && is_surely_lost
            && aggregate.policies.retention.is_none(),
    })
}

fn finding(
    context: &Context<'_>,
    source: &Relation,
    retention: &Policy<Span>,
    kept: Span,
    name: &Relation,
    aggregate: &Aggregate,
    loss: &Loss,
) -> Option<Finding> {
    let refresh = aggregate.policies.refresh.as_ref()?;
    let window = refresh.value?;
    let (retained, refreshed) = (retention.place.clone()?, refresh.place.clone()?);
    let reach = match window.start {
        Some(start) => format!("from {start} ago"),
        None => "from the beginning".to_owned(),
    };
    let of_retention = format!("rows of {source} are kept for {kept}");
    let of_refresh = format!("refreshes {name} {reach}");
    let (place, label, other) = if refreshed.is_before(&retained) {
        (retained, of_retention, (refreshed, of_refresh))
    } else {
        (refreshed, of_refresh, (retained, of_retention))
    };
    let mut finding = Finding::new(place, message(context, name, loss))
        .label(label)
        .other(Some(other.0), other.1);
    for (reader, place, reach) in through(context.schema, name, loss) {
        finding = finding.other(
            place,
            format!("refreshes {reader} {reach}, which reads {name}: it loses the same"),
        );
    }
    finding.drawing = timeline::draw(window.start, window.end, kept);
    if !loss.is_certain {
        finding = finding.uncertain();
    }
    Some(finding.help(help(source, kept, name, &window)))
}

fn message(context: &Context<'_>, name: &Relation, loss: &Loss) -> String {
    let can = "the next refresh of";
    match (loss.older, loss.newer) {
        (Some(Span::Time(_)), Span::Time(_)) if loss.older == Some(loss.newer) => {
            format!("{can} {name} begins where retention ends: nothing is kept between the two")
        }
        (Some(older @ Span::Time(_)), newer @ Span::Time(_)) => format!(
            "{can} {name} can erase {} to {}",
            context.today.before(older.length()),
            context.today.before(newer.length()),
        ),
        (None, newer @ Span::Time(_)) => format!(
            "{can} {name} can erase everything before {}",
            context.today.before(newer.length())
        ),
        (_, newer) => format!("{can} {name} can erase what is more than {newer} old"),
    }
}

/// The aggregates over one that loses buckets, which lose them too, each with its policy's place and reach.
fn through(
    schema: &Schema,
    name: &Relation,
    loss: &Loss,
) -> Vec<(Relation, Option<Place>, String)> {
    let mut found = BTreeMap::new();
    let mut open = vec![(name.clone(), loss.clone())];
    while let Some((name, lost)) = open.pop() {
        for (reader, aggregate) in schema.readers(&name) {
            let Some(next) = self::loss(aggregate, &lost) else {
                continue;
            };
            let refresh = aggregate.policies.refresh.as_ref();
            let start = refresh.and_then(|it| it.value).and_then(|it| it.start);
            let reach = start.map_or("from the beginning".to_owned(), |it| {
                format!("from {it} ago")
            });
            let place = refresh.and_then(|it| it.place.clone());
            if found.insert(reader.clone(), (place, reach)).is_none() {
                open.push((reader.clone(), next));
            }
        }
    }
    let rows = found.into_iter();
    rows.map(|(reader, (place, reach))| (reader, place, reach))
        .collect()
}

fn help(source: &Relation, kept: Span, name: &Relation, window: &Window) -> String {
    let longer = window.start.and_then(|start| {
        let start = start.interval()?;
        let mut longer = start;
        longer.days = longer.days.checked_add(1)?;
        Some(Span::Time(longer))
    });
    match (longer, kept) {
        (Some(longer), Span::Time(_)) => format!(
            "keep rows for longer than the refresh reaches back: drop_after => INTERVAL '{longer}',\nor let the refresh reach back for less than {kept}:\n\
             SELECT remove_continuous_aggregate_policy('{name}');\n\
             SELECT add_continuous_aggregate_policy('{name}', start_offset => …, end_offset => …, schedule_interval => …);"
        ),
        _ => format!(
            "let the refresh of {name} reach back for less than {kept}, which is how long rows of {source} are kept"
        ),
    }
}
