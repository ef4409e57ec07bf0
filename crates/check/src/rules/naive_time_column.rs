//! A hypertable whose time column has no time zone.

use crate::act::{Act, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::dimension;
use crate::value::Value;

/// Whose clock a row was written by is lost: this is 12:00 in UTC, and 07:00 in the column.
const WRITTEN: Server = Server::Damages {
    then: "SET TimeZone = 'America/New_York'; INSERT INTO m VALUES (timestamptz '2026-01-01 12:00+00'); RESET TimeZone;",
    query: "SELECT coalesce(max(at)::text, 'none') FROM m",
    before: "none",
    after: "2026-01-01 07:00:00",
};

pub const RULE: Rule = Rule {
    name: "naive-time-column",
    severity: Severity::Warning,
    summary: "the time column of a hypertable is a timestamp without time zone",
    failing: &[
        Example::new(&[
            "CREATE TABLE m (at timestamp NOT NULL);",
            "SELECT create_hypertable('m', by_range('at'));",
        ])
        .server(WRITTEN),
        Example::new(&[
            "CREATE TABLE m (at timestamp(3) without time zone NOT NULL);",
            "SELECT create_hypertable('m', 'at', chunk_time_interval => INTERVAL '1 day');",
        ])
        .server(WRITTEN),
        Example::new(&[
            "CREATE TABLE m (at timestamp);",
            "DROP TABLE m; CREATE TABLE m (at timestamp NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = 'at');",
        ])
        .server(WRITTEN),
    ],
    passing: &[
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, seen timestamp); SELECT create_hypertable('m', by_range('at'));",
        ]),
        Example::new(&[
            "CREATE TABLE m (at timestamp(3) with time zone NOT NULL); SELECT create_hypertable('m', by_range('at'));",
        ]),
        Example::new(&["CREATE TABLE m (at timestamp NOT NULL);"]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let found = match &act.what {
        What::CreateTable(table) => table.hypertable.as_ref().and_then(|it| {
            let time = it.time.as_ref()?;
            let column = table.columns.iter().find(|it| it.name == *time)?;
            let place = context.place(&column.range);
            is_naive(&column.ty).then(|| finding(place, &table.relation, time))
        }),
        What::Call(call) if call.routine == "create_hypertable" => converted(call, context),
        _ => None,
    };
    found.into_iter().collect()
}

fn converted(call: &crate::act::Call, context: &Context<'_>) -> Option<Finding> {
    let relation = call.relation()?;
    let table = context.schema.tables.get(&relation)?;
    let argument = call
        .argument(1, "time_column_name")
        .or(call.argument(1, "dimension"))?;
    let time = match &argument.value {
        Value::Text(name) => name.clone(),
        other => dimension(Some(other))?.0,
    };
    let column = table.column(&time)?;
    if !is_naive(&column.ty) || table.hypertable.is_some() {
        return None;
    }
    let place = context.place(&argument.range);
    Some(finding(place, &relation, &time).other(table.made.clone(), format!("creates {relation}")))
}

fn finding(place: crate::finding::Place, relation: &crate::act::Relation, time: &str) -> Finding {
    let message = format!("{time} of {relation} is a timestamp without time zone");
    let time = crate::act::shown(time);
    Finding::new(place, message)
        .why("it keeps what the clock of the session showed, and not when that was: other sessions read other moments, and an hour of autumn is there twice")
        .help(format!("write timestamptz; for a table with rows, with the time zone that they were written in:\nALTER TABLE {relation} ALTER COLUMN {time} TYPE timestamptz USING {time} AT TIME ZONE 'UTC';"))
}

fn is_naive(ty: &str) -> bool {
    let is_timestamp =
        ty == "timestamp" || ty.starts_with("timestamp(") || ty.starts_with("timestamp ");
    is_timestamp && !ty.contains("with time zone")
}
