//! A real-time aggregate over an aggregate.

use crate::act::{Act, ActionKind, Relation, What};
use crate::finding::{Finding, Place, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::value::Value;

const TABLES: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));
    CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 hour', at) AS bucket, sum(v) AS total FROM m GROUP BY 1 WITH NO DATA;
    CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', bucket) AS bucket, sum(total) AS total FROM hourly GROUP BY 1 WITH NO DATA;
    CREATE FUNCTION plan_of_daily() RETURNS text LANGUAGE plpgsql AS $$
        DECLARE line text; plan text := '';
        BEGIN
            FOR line IN EXPLAIN SELECT * FROM daily LOOP plan := plan || line; END LOOP;
            RETURN plan;
        END $$;";

pub const RULE: Rule = Rule {
    name: "real-time-hierarchy",
    severity: Severity::Warning,
    summary: "a continuous aggregate over another one is made real-time",
    failing: &[
        // It misses what the one below it misses.
        Example::new(&[TABLES, "ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only = false);"])
            .rows("INSERT INTO m VALUES (now(), 1);")
            .server(Server::Damages {
                then: "",
                query: "SELECT count(*) FROM daily",
                before: "0",
                after: "0",
            }),
        // It computes both levels from the rows, at each query.
        Example::new(&[TABLES, "ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only = false);"])
            .rows("INSERT INTO m VALUES (now(), 1); ALTER MATERIALIZED VIEW hourly SET (timescaledb.materialized_only = false);")
            .server(Server::Damages {
                then: "",
                query: "SELECT plan_of_daily() ~ '_hyper_1_'",
                before: "false",
                after: "true",
            }),
        Example::new(&[
            TABLES,
            "DROP MATERIALIZED VIEW daily;
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
                 SELECT time_bucket('1 day', bucket) AS bucket, sum(total) AS total FROM hourly GROUP BY 1 WITH NO DATA;",
        ])
        .rows("INSERT INTO m VALUES (now(), 1);")
        .server(Server::Damages {
            then: "",
            query: "SELECT count(*) FROM daily",
            before: "0",
            after: "0",
        }),
    ],
    passing: &[
        Example::new(&[TABLES, "ALTER MATERIALIZED VIEW hourly SET (timescaledb.materialized_only = false);"]),
        Example::new(&[TABLES, "ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only = true);"]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    match &act.what {
        What::CreateAggregate(new) if new.is_continuous && is_real_time(&new.options) => {
            let source = context.schema.source(&new.sources);
            let source = source.as_ref();
            let finding = source
                .and_then(|it| finding(&new.relation, it, context.place(&act.range), context));
            finding.into_iter().collect()
        }
        What::Alter(relation, actions) => {
            let source = context
                .schema
                .aggregates
                .get(relation)
                .and_then(|it| it.source.as_ref());
            let of = |it: &crate::act::Action| match &it.what {
                ActionKind::SetOptions(options) if is_real_time(options) => {
                    finding(relation, source?, context.place(&it.range), context)
                }
                _ => None,
            };
            actions.iter().filter_map(of).collect()
        }
        _ => Vec::new(),
    }
}

fn is_real_time(options: &[(&'static str, Value)]) -> bool {
    let mut options = options.iter();
    options.any(|(name, value)| *name == "materialized_only" && *value == Value::Bool(false))
}

fn finding(
    name: &Relation,
    source: &Relation,
    place: Place,
    context: &Context<'_>,
) -> Option<Finding> {
    let below = context.schema.aggregates.get(source)?;
    let message = format!("{name} is real-time over {source}, which is an aggregate itself");
    Some(
        Finding::new(place, message)
            .other(below.made.clone(), format!("creates {source}"))
            .why(format!("if {source} is not real-time, what it has not refreshed is missing here too; if it is, each query computes both from the rows"))
            .help(format!("leave {name} as it is, and refresh both often enough:\nSELECT add_continuous_aggregate_policy('{name}', start_offset => …, end_offset => …, schedule_interval => …);")),
    )
}
