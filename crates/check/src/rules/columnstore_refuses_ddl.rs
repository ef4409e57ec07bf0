//! Changes of a table that the columnstore does not support.

use crate::act::{Act, ActionKind, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));
    ALTER TABLE m SET (timescaledb.enable_columnstore = true, timescaledb.orderby = 'at');";

pub const RULE: Rule = Rule {
    name: "columnstore-refuses-ddl",
    severity: Severity::Error,
    summary: "a table with a columnstore is altered in a way that the columnstore refuses",
    failing: &[
        Example::new(&[TABLE, "ALTER TABLE m ADD COLUMN note text NOT NULL;"])
            .server(Server::Refuses("0A000")),
        Example::new(&[TABLE, "ALTER TABLE m ADD COLUMN seen timestamptz DEFAULT now();"])
            .server(Server::Refuses("0A000")),
        Example::new(&[TABLE, "ALTER TABLE m ENABLE ROW LEVEL SECURITY;"])
            .server(Server::Refuses("0A000")),
        Example::new(&[TABLE, "ALTER TABLE m ALTER COLUMN v TYPE bigint;"])
            .rows("INSERT INTO m VALUES (now() - INTERVAL '60 days', 1); SELECT compress_chunk(c) FROM show_chunks('m') AS c;")
            .server(Server::Refuses("0A000")),
    ],
    passing: &[
        Example::new(&[TABLE, "ALTER TABLE m ADD COLUMN note text; ALTER TABLE m ADD COLUMN kind text NOT NULL DEFAULT 'other';"]),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "ALTER TABLE m ADD COLUMN note text NOT NULL; ALTER TABLE m ALTER COLUMN v TYPE bigint;",
        ]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Alter(relation, actions) = &act.what else {
        return Vec::new();
    };
    let Some(table) = context.schema.tables.get(relation) else {
        return Vec::new();
    };
    let Some(enabled) = &table.columnstore else {
        return Vec::new();
    };
    let refused = |what: &ActionKind| match what {
        ActionKind::AddColumn(column, _, _) if column.is_generated => None,
        ActionKind::AddColumn(column, _, _) => match &column.default {
            None if column.not_null => Some((
                format!("{} is NOT NULL and has no default", column.name),
                format!(
                    "ALTER TABLE {relation} ADD COLUMN {} {} NOT NULL DEFAULT …;",
                    column.name, column.ty
                ),
                true,
            )),
            Some(default) if !is_constant(default) => Some((
                format!("the default of {} is not a constant", column.name),
                format!(
                    "ALTER TABLE {relation} ADD COLUMN {0} {1};\nALTER TABLE {relation} ALTER COLUMN {0} SET DEFAULT {default};",
                    column.name, column.ty
                ),
                true,
            )),
            _ => None,
        },
        ActionKind::RowSecurity => Some((
            "row-level security is not supported there".to_owned(),
            "grant a view with the condition instead, and not the table".to_owned(),
            true,
        )),
        ActionKind::Retype(column, ty, _) => Some((
            format!("{column} cannot become {ty} once a chunk is in the columnstore"),
            format!(
                "add a column, fill it, and rename:\nALTER TABLE {relation} ADD COLUMN {column}_new {ty};"
            ),
            false,
        )),
        _ => None,
    };
    let finding = |action: &crate::act::Action| {
        let (reason, help, is_certain) = refused(&action.what)?;
        let message = format!("the columnstore of {relation} refuses this: {reason}");
        let finding = Finding::new(context.place(&action.range), message)
            .other(enabled.place.clone(), "enables the columnstore")
            .help(help);
        Some(if is_certain {
            finding
        } else {
            finding.uncertain()
        })
    };
    actions.iter().filter_map(finding).collect()
}

/// Whether a default surely is a constant to the server: a literal, with or without a cast, or anything without a call.
fn is_constant(default: &str) -> bool {
    const NOW: &[&str] = &[
        "current_timestamp",
        "current_date",
        "current_time",
        "localtimestamp",
        "localtime",
        "current_user",
        "session_user",
    ];
    let folded = default.to_ascii_lowercase();
    !folded.contains('(') && !NOW.contains(&folded.trim())
}
