//! Other settings of a columnstore that may have chunks.

use crate::act::{Act, Action, ActionKind, Relation, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::Enabled;
use crate::value::Value;

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));
    ALTER TABLE m SET (timescaledb.enable_columnstore = true, timescaledb.orderby = 'at');";
const ROWS: &str =
    "INSERT INTO m VALUES (now(), 1); SELECT compress_chunk(c) FROM show_chunks('m') AS c;";

pub const RULE: Rule = Rule {
    name: "compression-settings-changed",
    severity: Severity::Warning,
    summary: "the columnstore of a table of an earlier file gets other settings, which chunks that are in it do not follow",
    failing: &[
        Example::new(&[TABLE, "ALTER TABLE m SET (timescaledb.segmentby = 'v');"]).rows(ROWS).server(Server::Damages {
            then: "",
            query: "SELECT count(*) FROM timescaledb_information.chunk_columnstore_settings WHERE segmentby IS NULL",
            before: "1",
            after: "1",
        }),
        Example::new(&[TABLE, "ALTER TABLE m SET (timescaledb.enable_columnstore = false);"])
            .rows(ROWS)
            .server(Server::Refuses("0A000")),
    ],
    passing: &[
        Example::new(&["CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));
             ALTER TABLE m SET (timescaledb.enable_columnstore = true); ALTER TABLE m SET (timescaledb.segmentby = 'v');"]),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "ALTER TABLE m SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'v');",
        ]),
    ],
    finds: Finds::Acts(find),
};

const SETTINGS: &[&str] = &["segmentby", "orderby", "compress_interval", "index"];

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Alter(relation, actions) = &act.what else {
        return Vec::new();
    };
    let schema = context.schema;
    let of_table = schema
        .tables
        .get(relation)
        .and_then(|it| it.columnstore.as_ref());
    let of_aggregate = schema
        .aggregates
        .get(relation)
        .and_then(|it| it.columnstore.as_ref());
    let enabled = of_table
        .or(of_aggregate)
        .filter(|it| it.place.as_ref().is_none_or(|it| it.file != context.file));
    let Some(enabled) = enabled else {
        return Vec::new();
    };
    actions
        .iter()
        .filter_map(|it| finding(it, relation, enabled, context))
        .collect()
}

fn finding(
    action: &Action,
    relation: &Relation,
    enabled: &Enabled,
    context: &Context<'_>,
) -> Option<Finding> {
    let ActionKind::SetOptions(options) = &action.what else {
        return None;
    };
    let is_off = options
        .iter()
        .any(|it| it.0 == "columnstore" && it.1 == Value::Bool(false));
    let changed: Vec<&str> = options
        .iter()
        .map(|it| it.0)
        .filter(|it| SETTINGS.contains(it))
        .collect();
    let place = context.place(&action.range);
    let finding = if is_off {
        let message =
            format!("the server refuses this once {relation} has a chunk in the columnstore");
        Finding::new(place, message).help(format!(
            "take the chunks out of it before; that takes room and time:\nCALL convert_to_rowstore(c); -- for each c of show_chunks('{relation}')"
        ))
    } else if !changed.is_empty() {
        let message = format!(
            "chunks of {relation} that are in the columnstore keep their {}",
            changed.join(", ")
        );
        Finding::new(place, message).help(format!(
            "convert those that have to follow again, when little is written:\nSELECT compress_chunk(c, recompress => true) FROM show_chunks('{relation}') AS c;"
        ))
    } else {
        return None;
    };
    Some(finding.other(enabled.place.clone(), "enables the columnstore"))
}
