//! A continuous aggregate that is dropped and created anew: what its source no longer holds is gone.

use crate::act::{Act, NewAggregate, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::Aggregate;

pub const RULE: Rule = Rule {
    name: "aggregate-recreated",
    severity: Severity::Error,
    summary: "a continuous aggregate is dropped and created again, so that it loses what its source no longer holds",
    failing: &[Example::new(&[
        "CREATE TABLE events (time timestamptz NOT NULL, n int);
         SELECT create_hypertable('events', by_range('time', INTERVAL '1 day'));
         CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
             SELECT time_bucket('1 day', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;
         SELECT add_continuous_aggregate_policy('daily', INTERVAL '7 days', INTERVAL '1 day', INTERVAL '1 hour');
         SELECT add_retention_policy('events', INTERVAL '30 days');",
        "DROP MATERIALIZED VIEW daily;
         CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
             SELECT time_bucket('1 day', time) AS bucket, count(*) AS n, sum(n) AS total FROM events GROUP BY 1 WITH NO DATA;",
    ])
    .rows(
        "INSERT INTO events SELECT now() - n * INTERVAL '1 hour', n FROM generate_series(0, 1463) AS n;
         CALL refresh_continuous_aggregate('daily', NULL, NULL);
         SELECT drop_chunks('events', INTERVAL '30 days');",
    )
    .server(Server::Damages {
        then: "CALL refresh_continuous_aggregate('daily', NULL, NULL);",
        query: "SELECT count(*) > 45 FROM daily",
        before: "true",
        after: "false",
    })],
    passing: &[
        Example::new(&[
            "CREATE TABLE events (time timestamptz NOT NULL, n int);
             SELECT create_hypertable('events', by_range('time', INTERVAL '1 day'));
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;
             SELECT add_retention_policy('events', INTERVAL '30 days');",
            "CREATE MATERIALIZED VIEW daily_v2 WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', time) AS bucket, count(*) AS n, sum(n) AS total FROM events GROUP BY 1 WITH NO DATA;",
        ]),
        Example::new(&[
            "CREATE TABLE events (time timestamptz NOT NULL, n int); SELECT create_hypertable('events', by_range('time'));
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;
             DROP MATERIALIZED VIEW daily;
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 hour', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;",
        ]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::CreateAggregate(new) = &act.what else {
        return Vec::new();
    };
    let Some((old, dropped)) = context.schema.dropped.get(&new.relation) else {
        return Vec::new();
    };
    // Made and dropped by the same file, it held nothing yet; dropped by an earlier one, it is no matter of this file.
    let was_new = old.made.as_ref().is_some_and(|it| it.file == context.file);
    if !new.is_continuous || was_new || dropped.file != context.file {
        return Vec::new();
    }
    let name = &new.relation;
    let source = context.schema.source(&new.sources);
    let policies = source.as_ref().and_then(|it| context.schema.policies(it));
    let retention = policies.and_then(|it| it.retention.as_ref());
    let kept = retention.and_then(|it| it.value);
    let (message, is_lost) = match kept {
        Some(kept) => {
            let before = match kept.interval() {
                Some(_) => format!("before {}", context.today.before(kept.length())),
                None => format!("more than {kept} old"),
            };
            (
                format!("{name} loses everything {before}: its source keeps rows for {kept} only"),
                true,
            )
        }
        None => (
            format!("{name} is computed again from the rows that its source still holds"),
            false,
        ),
    };
    let mut finding = Finding::new(context.place(&(act.range.start..act.range.end)), message)
        .label(differences(old, new))
        .other(
            Some(dropped.clone()),
            format!("drops {name} with its rows and policies"),
        )
        .other(
            retention.and_then(|it| it.place.clone()),
            "rows of its source are dropped",
        )
        .help(help(new, old));
    if !is_lost || old.query == new.query && old.source != source {
        finding = finding.uncertain();
    }
    vec![finding]
}

/// What the second definition has that the first has not, and the other way round.
fn differences(old: &Aggregate, new: &NewAggregate) -> String {
    if old.query == new.query {
        return "the query is the same".to_owned();
    }
    let gained: Vec<&str> = missing(&new.words, &old.words);
    let lost: Vec<&str> = missing(&old.words, &new.words);
    let mut parts = Vec::new();
    if !gained.is_empty() {
        parts.push(format!("new: {}", gained.join(", ")));
    }
    if !lost.is_empty() {
        parts.push(format!("gone: {}", lost.join(", ")));
    }
    if parts.is_empty() {
        "the query differs".to_owned()
    } else {
        parts.join("; ")
    }
}

fn missing<'a>(of: &'a [String], from: &[String]) -> Vec<&'a str> {
    of.iter()
        .filter(|it| !from.contains(it))
        .map(String::as_str)
        .collect()
}

fn help(new: &NewAggregate, old: &Aggregate) -> String {
    let name = &new.relation;
    let beside = crate::act::Relation {
        schema: name.schema.clone(),
        name: format!("{}_new", name.name),
    };
    let mut lines = vec![
        "build the new one beside the old one, keep both, and read what is older from the old one; TimescaleDB 2.28 can add a column instead:".to_owned(),
        format!("ALTER MATERIALIZED VIEW {name} ADD COLUMN … GENERATED ALWAYS AS (…) STORED;"),
        "or:".to_owned(),
        format!("CREATE MATERIALIZED VIEW {beside} WITH (timescaledb.continuous) AS … WITH NO DATA;"),
        format!("CALL refresh_continuous_aggregate('{beside}', NULL, now() - INTERVAL '1 hour');"),
        format!("ALTER MATERIALIZED VIEW {name} RENAME TO {};", crate::act::shown(&format!("{}_old", name.name))),
        format!("ALTER MATERIALIZED VIEW {beside} RENAME TO {};", crate::act::shown(&name.name)),
    ];
    if old.policies.refresh.is_some() {
        lines.push(format!(
            "SELECT add_continuous_aggregate_policy('{name}', …);"
        ));
    }
    lines.join("\n")
}
