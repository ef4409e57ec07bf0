//! Arguments of two generations of `create_hypertable` in one call.

use crate::act::{Act, Argument, Call, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::value::Value;

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int);";

pub const RULE: Rule = Rule {
    name: "mixed-dimension-builders",
    severity: Severity::Error,
    summary: "by_range or by_hash is passed together with arguments that only the older form has, so that there is no such function",
    failing: &[
        Example::new(&[TABLE, "SELECT create_hypertable('m', by_range('at'), chunk_time_interval => INTERVAL '1 day');"])
            .server(Server::Refuses("42883")),
        Example::new(&[TABLE, "SELECT create_hypertable('m', 'at', by_hash('v', 2));"])
            .server(Server::Refuses("42883")),
        Example::new(&[
            TABLE,
            "SELECT create_hypertable('m', by_range('at')); SELECT add_dimension('m', by_hash('v', 2), number_partitions => 2);",
        ])
        .server(Server::Refuses("42883")),
    ],
    passing: &[
        Example::new(&[TABLE, "SELECT create_hypertable('m', by_range('at', INTERVAL '1 day'), if_not_exists => true, migrate_data => true);"]),
        Example::new(&[TABLE, "SELECT create_hypertable('m', 'at', chunk_time_interval => INTERVAL '1 day'); SELECT add_dimension('m', 'v', number_partitions => 2);"]),
        Example::new(&[TABLE, "SELECT create_hypertable('m', by_range('at')); SELECT add_dimension('m', by_hash('v', 2), if_not_exists => true);"]),
    ],
    finds: Finds::Acts(find),
};

/// What may be passed beside a dimension.
const BESIDE: &[&str] = &[
    "relation",
    "hypertable",
    "dimension",
    "create_default_indexes",
    "if_not_exists",
    "migrate_data",
];

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    match &act.what {
        What::Call(call) if matches!(call.routine, "create_hypertable" | "add_dimension") => {
            mixed(call, context).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn mixed(call: &Call, context: &Context<'_>) -> Option<Finding> {
    let at = call.arguments.iter().position(|it| builder(it).is_some())?;
    let dimension = &call.arguments[at];
    let name = builder(dimension)?;
    let is_old = |it: &&Argument| match &it.name {
        Some(name) => !BESIDE.contains(&name.as_str()),
        None => false,
    };
    let old = call.arguments.iter().position(|it| is_old(&it));
    // As the second one it is a dimension; after a column's name it is nothing.
    let is_misplaced = at > 1 && dimension.name.is_none();
    let (argument, message) = match (old, is_misplaced) {
        (Some(old), _) => {
            let argument = &call.arguments[old];
            let other = argument.name.as_deref().unwrap_or_default();
            (
                argument,
                format!("there is no {} with both {name} and {other}", call.routine),
            )
        }
        (None, true) => (
            dimension,
            format!("{} takes {name} as its second argument only", call.routine),
        ),
        (None, false) => return None,
    };
    let finding = Finding::new(context.place(&argument.range), message).help(help(call, name));
    Some(match old.and_then(|old| merged(call, at, old, context)) {
        Some((range, text)) => finding.edit(range, text),
        None => finding,
    })
}

/// `by_range` or `by_hash`, if it is called here.
fn builder(argument: &Argument) -> Option<&'static str> {
    match &argument.value {
        Value::Call(name, _) if name == "by_range" => Some("by_range"),
        Value::Call(name, _) if name == "by_hash" => Some("by_hash"),
        _ => None,
    }
}

fn help(call: &Call, name: &str) -> String {
    let relation = call.relation().map_or("…".to_owned(), |it| it.to_string());
    match (call.routine, name) {
        ("create_hypertable", "by_hash") => format!(
            "add it as a second dimension:\nSELECT add_dimension('{relation}', by_hash(…));"
        ),
        (routine, "by_range") => format!(
            "pass the interval to by_range:\nSELECT {routine}('{relation}', by_range('…', INTERVAL '…'));"
        ),
        (routine, _) => {
            format!("pass the number to by_hash:\nSELECT {routine}('{relation}', by_hash('…', 4));")
        }
    }
}

/// The two arguments as one, where the second is the interval of the first.
fn merged(
    call: &Call,
    at: usize,
    old: usize,
    context: &Context<'_>,
) -> Option<(std::ops::Range<usize>, String)> {
    let (dimension, interval) = (&call.arguments[at], &call.arguments[old]);
    let Value::Call(_, inner) = &dimension.value else {
        return None;
    };
    let is_interval = interval.name.as_deref() == Some("chunk_time_interval");
    if !is_interval || inner.len() != 1 || old != at + 1 {
        return None;
    }
    let text = |range: std::ops::Range<usize>| context.words.sql.get(range);
    let written = text(interval.range.clone())?;
    let (_, value) = written.split_once('>').or(written.split_once(":="))?;
    let before = text(dimension.range.clone())?
        .trim_end()
        .strip_suffix(')')?;
    let range = dimension.range.start..interval.range.end;
    Some((range, format!("{before}, {})", value.trim())))
}
