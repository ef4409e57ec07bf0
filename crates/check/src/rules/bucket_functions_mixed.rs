//! `time_bucket` and `date_bin` for the same buckets.

use sql::statement::words::Words;

use crate::act::Relation;
use crate::finding::{Finding, Severity};
use crate::progress::calls_of;
use crate::read::{range, relation};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::Aggregate;
use crate::value::part;

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));";
const WEEKLY: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));
    CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS
        SELECT time_bucket('7 days', at) AS bucket, sum(v) AS total FROM m GROUP BY 1 WITH NO DATA;
    CREATE TABLE report (week timestamptz, total bigint);";

pub const RULE: Rule = Rule {
    name: "bucket-functions-mixed",
    severity: Severity::Warning,
    summary: "date_bin is used for what time_bucket has put into buckets, which begin elsewhere",
    failing: &[
        // Weeks that begin on Saturday, of sums of weeks that begin on Monday.
        Example::new(&[WEEKLY, "INSERT INTO report SELECT date_bin('7 days', bucket, '2000-01-01'), sum(total) FROM weekly GROUP BY 1;"])
            .rows("INSERT INTO m VALUES (now(), 1); CALL refresh_continuous_aggregate('weekly', NULL, NULL);")
            .server(Server::Damages {
                then: "",
                query: "SELECT count(*) FROM report WHERE week NOT IN (SELECT bucket FROM weekly)",
                before: "0",
                after: "1",
            }),
        Example::new(&[
            TABLE,
            "CREATE TABLE report AS SELECT time_bucket('7 days', at) AS week, date_bin('7 days', at, '2000-01-01') AS same, v FROM m;",
        ])
        .rows("INSERT INTO m VALUES (now(), 1); CREATE FUNCTION differ() RETURNS bigint LANGUAGE plpgsql AS $$
                   BEGIN RETURN (SELECT count(*) FROM report WHERE week <> same); EXCEPTION WHEN undefined_table THEN RETURN 0; END $$;")
        .server(Server::Damages {
            then: "",
            query: "SELECT differ()",
            before: "0",
            after: "1",
        }),
        Example::new(&[
            TABLE,
            "CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS
                 SELECT date_bin('7 days', at, '2000-01-01') AS bucket, sum(v) AS total FROM m GROUP BY 1 WITH NO DATA;",
        ])
        .server(Server::Refuses("0A000")),
    ],
    passing: &[
        Example::new(&[WEEKLY, "INSERT INTO report SELECT time_bucket('14 days', bucket), sum(total) FROM weekly GROUP BY 1;"]),
        Example::new(&["CREATE TABLE plain (at timestamptz, v int); CREATE VIEW weeks AS SELECT date_bin('7 days', at, '2000-01-03') AS week, v FROM plain;"]),
    ],
    finds: Finds::Statements(find),
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let words = context.words;
    let Some(at) = calls_of(words, "date_bin").next() else {
        return Vec::new();
    };
    let place = context.place(&range(part(words, at, at + 1)));
    let has_both = calls_of(words, "time_bucket").next().is_some();
    let finding = if is_aggregate(words) && !has_both {
        Finding::new(
            place,
            "the server takes no continuous aggregate whose buckets are those of date_bin",
        )
        .help("write time_bucket")
    } else if has_both {
        Finding::new(place, "this statement puts times into buckets of time_bucket and of date_bin, which begin elsewhere")
            .why(WHY)
            .help("write time_bucket for both, with the same origin")
    } else if let Some((name, aggregate)) = aggregate_that_is_read(words, context) {
        Finding::new(
            place,
            format!(
                "the buckets of {name} are those of time_bucket, and date_bin begins elsewhere"
            ),
        )
        .other(aggregate.made.clone(), format!("creates {name}"))
        .why(WHY)
        .help(format!("write time_bucket, over the bucket of {name}"))
    } else {
        return Vec::new();
    };
    vec![finding]
}

const WHY: &str = "time_bucket begins with a Monday, or a first of the month, of 2000 unless an origin is passed; date_bin begins with its third argument and knows no months";

fn is_aggregate(words: Words<'_>) -> bool {
    words.are(0, &["create", "materialized", "view"]) && words.has(&["with"]) && {
        let is_option =
            |at: usize| words.is_name(at, "continuous") && words.is_symbol(at.wrapping_sub(1), ".");
        (3..words.tokens.len()).any(is_option)
    }
}

/// A continuous aggregate that the statement reads.
fn aggregate_that_is_read<'a>(
    words: Words<'_>,
    context: &Context<'a>,
) -> Option<(Relation, &'a Aggregate)> {
    let starts = (0..words.tokens.len()).filter(|&at| words.is_one_of(at, &["from", "join"]));
    starts.into_iter().find_map(|at| {
        let (name, _) = relation(words, words.behind(at + 1, &["only"]))?;
        let name = context.schema.meant(name);
        let aggregate = context.schema.aggregates.get(&name)?;
        Some((name, aggregate))
    })
}
