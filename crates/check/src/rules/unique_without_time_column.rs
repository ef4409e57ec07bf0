//! A unique key of a hypertable that lacks a partitioning column.

use crate::act::{Act, ActionKind, Constraint, ConstraintKind, NewTable, Relation, What};
use crate::finding::{Finding, Place, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::Table;
use crate::value::Value;

pub const RULE: Rule = Rule {
    name: "unique-without-time-column",
    severity: Severity::Error,
    summary: "a primary key, unique constraint or unique index of a hypertable lacks a partitioning column",
    failing: &[
        Example::new(&[
            "CREATE TABLE m (id bigint PRIMARY KEY, at timestamptz NOT NULL); SELECT create_hypertable('m', by_range('at'));",
        ])
        .server(Server::Refuses("TS103")),
        Example::new(&[
            "CREATE TABLE m (id bigint, at timestamptz NOT NULL); SELECT create_hypertable('m', 'at', chunk_time_interval => INTERVAL '1 day');",
            "CREATE UNIQUE INDEX m_id_idx ON m (id);",
        ])
        .server(Server::Refuses("TS103")),
        Example::new(&[
            "CREATE TABLE m (id bigint, at timestamptz NOT NULL); SELECT create_hypertable('m', 'at');",
            "ALTER TABLE m ADD CONSTRAINT m_key UNIQUE (id);",
        ])
        .server(Server::Refuses("TS103")),
    ],
    passing: &[
        Example::new(&[
            "CREATE TABLE m (id int PRIMARY KEY, code int UNIQUE, at timestamptz NOT NULL);
             CREATE UNIQUE INDEX m_other ON m (code);
             ALTER TABLE m DROP CONSTRAINT m_pkey, DROP CONSTRAINT m_code_key, ADD PRIMARY KEY (id, at);
             DROP INDEX m_other;
             SELECT create_hypertable('m', by_range('at'));",
        ]),
        Example::new(&[
            "CREATE TABLE m (id bigint, at timestamptz, PRIMARY KEY (id, at)); SELECT create_hypertable('m', by_range('at'));",
            "CREATE UNIQUE INDEX ON m (at, id); ALTER TABLE m ADD UNIQUE (at);",
        ]),
        Example::new(&["CREATE TABLE plain (id bigint PRIMARY KEY, at timestamptz); CREATE UNIQUE INDEX ON plain (id);"]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    match &act.what {
        What::Call(call) if call.routine == "create_hypertable" => {
            let Some(relation) = call.relation() else {
                return Vec::new();
            };
            let Some(table) = context.schema.tables.get(&relation) else {
                return Vec::new();
            };
            if table.is_surely_hypertable() {
                return Vec::new();
            }
            let at = call
                .argument(1, "time_column_name")
                .or(call.argument(1, "dimension"));
            let column = match at.map(|it| &it.value) {
                Some(Value::Text(name)) => name.clone(),
                other => match crate::schema::dimension(other) {
                    Some((name, _)) => name,
                    None => return Vec::new(),
                },
            };
            let place = context.place(&call.name);
            converted(&relation, table, &column, &place)
        }
        What::CreateTable(table) if !is_there(table, context) => {
            let time = table.hypertable.as_ref().and_then(|it| it.time.clone());
            let columns: Vec<String> = time.into_iter().collect();
            let of =
                |it: &Constraint| lacking(it, &columns, &table.relation, context.place(&it.range));
            table.constraints.iter().filter_map(of).collect()
        }
        What::Alter(relation, actions) => {
            let columns = partitioning(relation, context);
            let of = |it: &Constraint| lacking(it, &columns, relation, context.place(&it.range));
            let constraints = actions.iter().flat_map(|it| match &it.what {
                ActionKind::AddConstraint(it) => std::slice::from_ref(it).iter(),
                ActionKind::AddColumn(_, constraints, _) => constraints.iter(),
                _ => [].iter(),
            });
            constraints.filter_map(of).collect()
        }
        What::CreateIndex(index) if index.is_unique => {
            let columns = partitioning(&index.relation, context);
            let constraint = Constraint {
                range: act.range.clone(),
                name: index.name.clone(),
                kind: ConstraintKind::Unique,
                columns: index.columns.iter().flatten().cloned().collect(),
                proves: Vec::new(),
                not_valid: false,
            };
            let found = lacking(
                &constraint,
                &columns,
                &index.relation,
                context.place(&act.range),
            );
            found.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Whether IF NOT EXISTS finds a table, so that nothing is created.
fn is_there(table: &NewTable, context: &Context<'_>) -> bool {
    table.if_not_exists && context.schema.contains(&table.relation)
}

fn partitioning(relation: &Relation, context: &Context<'_>) -> Vec<String> {
    let Some(hypertable) = context.schema.hypertable(relation) else {
        return Vec::new();
    };
    hypertable
        .time
        .iter()
        .chain(&hypertable.others)
        .cloned()
        .collect()
}

/// The key, if it lacks one of these columns.
fn lacking(
    key: &Constraint,
    columns: &[String],
    relation: &Relation,
    place: Place,
) -> Option<Finding> {
    let is_key = matches!(key.kind, ConstraintKind::Primary | ConstraintKind::Unique);
    let lacks = columns
        .iter()
        .find(|it| !key.columns.contains(it))
        .filter(|_| is_key)?;
    let message =
        format!("this key of the hypertable {relation} lacks its partitioning column {lacks}");
    Some(
        Finding::new(place, message)
            .why(WHY)
            .help(rewritten(key, lacks)),
    )
}

/// The keys of a table that is about to become a hypertable.
fn converted(relation: &Relation, table: &Table, column: &str, place: &Place) -> Vec<Finding> {
    let columns = [column.to_owned()];
    let of = |key: &crate::schema::Key| {
        let finding = lacking(&key.constraint, &columns, relation, place.clone())?;
        Some(Finding {
            message: format!(
                "a key of {relation} lacks its partitioning column {column}, so it cannot become a hypertable"
            ),
            ..finding.other(key.place.clone(), "the key")
        })
    };
    table.keys.iter().filter_map(of).collect()
}

const WHY: &str = "each chunk has an index of its own, so a key can only be unique within a chunk";

fn rewritten(key: &Constraint, column: &str) -> String {
    let mut columns: Vec<String> = key.columns.iter().map(|it| crate::act::shown(it)).collect();
    columns.push(crate::act::shown(column));
    let kind = match key.kind {
        ConstraintKind::Primary => "PRIMARY KEY",
        _ => "UNIQUE",
    };
    format!(
        "put the column into the key: {kind} ({})",
        columns.join(", ")
    )
}
