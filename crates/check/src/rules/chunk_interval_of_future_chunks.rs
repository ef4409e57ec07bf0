//! Another chunk interval for a hypertable that has chunks.

use crate::act::{Act, ActionKind, Relation, What};
use crate::finding::{Finding, Place, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::value::{Span, Value};

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at', INTERVAL '7 days'));";

/// The chunk that is there is as wide as before.
const KEPT: Server = Server::Damages {
    then: "",
    query: "SELECT min(range_end - range_start) FROM timescaledb_information.chunks WHERE hypertable_name = 'm'",
    before: "7 days",
    after: "7 days",
};

pub const RULE: Rule = Rule {
    name: "chunk-interval-of-future-chunks",
    severity: Severity::Warning,
    summary: "the chunk interval of a hypertable of an earlier file is changed: the chunks that are there stay as they are",
    failing: &[
        Example::new(&[TABLE, "SELECT set_chunk_time_interval('m', INTERVAL '1 day');"])
            .rows("INSERT INTO m VALUES (now(), 1);")
            .server(KEPT),
        Example::new(&[TABLE, "ALTER TABLE m SET (tsdb.chunk_interval = '1 day');"])
            .rows("INSERT INTO m VALUES (now(), 1);")
            .server(KEPT),
    ],
    passing: &[
        Example::new(&["CREATE TABLE m (at timestamptz NOT NULL); SELECT create_hypertable('m', by_range('at'));
             SELECT set_chunk_time_interval('m', INTERVAL '1 day');"]),
        Example::new(&[TABLE, "SELECT set_chunk_time_interval('m', INTERVAL '7 days');"]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    match &act.what {
        What::Call(call) => {
            let (at, name) = match call.routine {
                "set_chunk_time_interval" => (1, "chunk_time_interval"),
                "set_partitioning_interval" => (1, "partition_interval"),
                _ => return Vec::new(),
            };
            let finding = || {
                finding(
                    &call.relation()?,
                    call.value(at, name),
                    context.place(&call.name),
                    context,
                )
            };
            finding().into_iter().collect()
        }
        What::Alter(relation, actions) => {
            let options = actions.iter().filter_map(|it| match &it.what {
                ActionKind::SetOptions(options) => Some((it, options)),
                _ => None,
            });
            let interval = options.filter_map(|(action, options)| {
                let (_, value) = options.iter().find(|it| it.0 == "chunk_interval")?;
                finding(relation, Some(value), context.place(&action.range), context)
            });
            interval.collect()
        }
        _ => Vec::new(),
    }
}

fn finding(
    relation: &Relation,
    new: Option<&Value>,
    place: Place,
    context: &Context<'_>,
) -> Option<Finding> {
    let table = context.schema.tables.get(relation)?;
    let hypertable = table.hypertable.as_ref()?;
    let new = new.and_then(Value::span);
    if table.is_new_in(context.file) || (new.is_some() && new == hypertable.interval) {
        return None;
    }
    let words = |span: Option<Span>| span.map_or("another one".to_owned(), |it| it.to_string());
    let old = hypertable
        .interval
        .map(|it| format!(" of {it}"))
        .unwrap_or_default();
    let message = format!(
        "only new chunks of {relation} get the interval {}: those that are there keep theirs{old}",
        words(new)
    );
    Some(
        Finding::new(place, message)
            .other(hypertable.place.clone(), format!("makes {relation} a hypertable"))
            .help("wait until retention has dropped the old chunks, or write their rows into a new hypertable; TimescaleDB 2.18 merges two chunks:\nCALL merge_chunks('…', '…');"),
    )
}
