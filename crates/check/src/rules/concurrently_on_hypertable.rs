//! `CONCURRENTLY` on a hypertable, which the server refuses.

use crate::act::{Act, IndexCommand, NewIndex, Relation, What};
use crate::finding::{Finding, Place, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

pub const RULE: Rule = Rule {
    name: "concurrently-on-hypertable",
    severity: Severity::Error,
    summary: "an index of a hypertable is built, dropped or rebuilt with CONCURRENTLY",
    failing: &[
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "CREATE INDEX CONCURRENTLY m_v_idx ON m (v);",
        ])
        .server(Server::Refuses("0A000")),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', 'at'); CREATE INDEX m_v_idx ON m (v);",
            "REINDEX TABLE CONCURRENTLY m;",
        ])
        .server(Server::Refuses("0A000")),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', 'at');
             CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', at) AS bucket, max(v) AS most FROM m GROUP BY 1 WITH NO DATA;",
            "CREATE INDEX CONCURRENTLY ON daily (most);",
        ])
        .server(Server::Refuses("0A000")),
    ],
    passing: &[
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "CREATE INDEX m_v_idx ON m (v) WITH (timescaledb.transaction_per_chunk);",
        ]),
        Example::new(&[
            "CREATE TABLE plain (v int);",
            "CREATE INDEX CONCURRENTLY plain_v_idx ON plain (v);",
        ]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let found = match &act.what {
        What::CreateIndex(index) => created(index, context),
        What::Index(command) => commanded(command, context),
        _ => None,
    };
    found.into_iter().collect()
}

fn created(index: &NewIndex, context: &Context<'_>) -> Option<Finding> {
    let (kind, place) = kind(&index.relation, context)?;
    let range = index.concurrently.as_ref()?;
    let table = &index.relation;
    let help = if index.is_unique {
        "remove CONCURRENTLY; a unique index cannot be built chunk by chunk either".to_owned()
    } else {
        let columns: Vec<&str> = index
            .columns
            .iter()
            .map(|it| it.as_deref().unwrap_or("…"))
            .collect();
        let name = index
            .name
            .as_ref()
            .map(|it| format!("{} ", crate::act::shown(it)));
        format!(
            "build it chunk by chunk, so that writes wait for one chunk only:\nCREATE INDEX {}ON {table} ({}) WITH (timescaledb.transaction_per_chunk);",
            name.unwrap_or_default(),
            columns.join(", "),
        )
    };
    let message = format!("the server builds no index of the {kind} {table} concurrently");
    Some(
        Finding::new(context.place(range), message)
            .other(place, format!("makes {table} a {kind}"))
            .help(help),
    )
}

/// What a relation is whose indexes cannot be built concurrently, and where it was made.
fn kind(relation: &Relation, context: &Context<'_>) -> Option<(&'static str, Option<Place>)> {
    if let Some(hypertable) = context.schema.hypertable(relation) {
        return Some(("hypertable", hypertable.place.clone()));
    }
    let aggregate = context.schema.aggregates.get(relation)?;
    Some(("continuous aggregate", aggregate.made.clone()))
}

fn commanded(command: &IndexCommand, context: &Context<'_>) -> Option<Finding> {
    let range = command.concurrently.as_ref()?;
    let table_of = |name| {
        if command.of_table {
            Some(name)
        } else {
            context.schema.indexes.get(name).map(|it| &it.table)
        }
    };
    let (table, (kind, place)) = command.names.iter().find_map(|name| {
        let table = table_of(name)?;
        Some((table, kind(table, context)?))
    })?;
    let verb = if command.is_reindex {
        "rebuilds"
    } else {
        "drops"
    };
    let message = format!("the server {verb} no index of the {kind} {table} concurrently");
    Some(
        Finding::new(context.place(range), message)
            .other(place, format!("makes {table} a {kind}"))
            .help("remove CONCURRENTLY")
            .edit(range.clone(), ""),
    )
}
