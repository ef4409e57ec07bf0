//! From the answer's lists to a [`Catalog`]: joined, proven, sorted.

use std::collections::BTreeSet;

use crate::json::JsonError;
use crate::model::*;
use crate::nullability::Prover;
use crate::queries::{Marked, QueryFacts};

use super::bucket;
use super::definition::{as_written, portable};
use super::known::prover;
use super::queries::Queries;
use super::raw::{self, Answer, Rows};
use super::relations::{self, Relation};
use super::timescale::Timescale;

pub(super) fn catalog(mut answer: Answer) -> Result<Catalog, JsonError> {
    let relations = relations::take(&mut answer)?;
    let prover = prover(&answer, &relations);
    Ok(assembled(answer, relations, &prover))
}

/// The catalog, and what is proven of a program's queries.
pub(super) fn with_queries(
    mut answer: Answer,
    queries: Queries,
    marked: Marked<'_>,
) -> Result<(Catalog, Vec<QueryFacts>), JsonError> {
    let relations = relations::take(&mut answer)?;
    let mut prover = prover(&answer, &relations);
    let aggregates = answer.continuous_aggregates.as_deref().unwrap_or_default();
    let facts = queries.facts(aggregates, &mut prover, marked);
    Ok((assembled(answer, relations, &prover), facts))
}

fn assembled(mut answer: Answer, relations: Vec<Relation>, prover: &Prover) -> Catalog {
    let children = answer.children.take().unwrap_or_default();
    let parents: BTreeSet<u32> = children.iter().map(|child| child.parent).collect();
    let mut facts = Timescale::of(&mut answer);
    let mut catalog = Catalog {
        extensions: answer.extensions.unwrap_or_default(),
        enums: list(answer.enums, enumeration),
        domains: list(answer.domains, domain),
        composites: list(answer.composites, composite),
        ranges: answer.ranges.unwrap_or_default(),
        routines: routines(answer.routines.unwrap_or_default()),
        others: answer.others.unwrap_or_default(),
        ..Catalog::default()
    };
    for relation in relations {
        let name = RelationRef {
            schema: relation.schema.clone(),
            name: relation.name.clone(),
        };
        match (facts.aggregates.remove(&name), relation.kind.as_str()) {
            (Some(aggregate), _) => {
                catalog.continuous_aggregates.push(continuous_aggregate(
                    relation, aggregate, &mut facts, prover,
                ));
            }
            (None, "v" | "m") => catalog.views.push(view(relation, prover)),
            (None, _) => {
                let hypertable = facts.hypertables.remove(&name);
                // A partitioned table has no rows of its own.
                let inherited = relation.kind != "p" && parents.contains(&relation.oid);
                let table = table(relation, hypertable, prover);
                catalog.tables.push(Table { inherited, ..table });
            }
        }
    }
    catalog.jobs = facts.jobs;
    sort(&mut catalog);
    catalog
}

fn list<T, U>(rows: Rows<T>, convert: impl Fn(T) -> U) -> Vec<U> {
    rows.unwrap_or_default().into_iter().map(convert).collect()
}

fn continuous_aggregate(
    relation: Relation,
    aggregate: raw::ContinuousAggregate,
    facts: &mut Timescale,
    prover: &Prover,
) -> ContinuousAggregate {
    let query = prover.query(relation.oid);
    let bucket = query.and_then(|query| bucket::find(query, prover));
    let (bucket_column, bucket_width) =
        bucket.map_or((None, None), |bucket| (Some(bucket.column), bucket.width));
    let settings = facts
        .columnstore
        .remove(&aggregate.storage)
        .unwrap_or_default();
    let name = RelationRef {
        schema: relation.schema.clone(),
        name: relation.name.clone(),
    };
    ContinuousAggregate {
        columns: columns(relation.oid, relation.columns, prover),
        schema: relation.schema,
        name: relation.name,
        comment: relation.comment,
        definition: portable(&aggregate.definition, query),
        source: facts
            .views
            .get(&aggregate.source)
            .cloned()
            .unwrap_or(aggregate.source),
        bucket_column,
        bucket_width,
        materialized_only: aggregate.materialized_only,
        columnstore: aggregate.columnstore.then_some(settings),
        policies: facts.aggregate_policies.remove(&name).unwrap_or_default(),
    }
}

fn view(relation: Relation, prover: &Prover) -> View {
    let definition = relation.definition.unwrap_or_default();
    View {
        definition: portable(&definition, prover.query(relation.oid)),
        columns: columns(relation.oid, relation.columns, prover),
        schema: relation.schema,
        name: relation.name,
        comment: relation.comment,
        materialized: relation.kind == "m",
        indexes: relation.indexes,
    }
}

fn table(relation: Relation, hypertable: Option<Hypertable>, prover: &Prover) -> Table {
    Table {
        columns: columns(relation.oid, relation.columns, prover),
        schema: relation.schema,
        name: relation.name,
        comment: relation.comment,
        constraints: by_name(relation.constraints),
        indexes: relation.indexes,
        triggers: relation.triggers,
        inherited: false,
        hypertable,
    }
}

fn columns(relation: u32, columns: Vec<relations::Column>, prover: &Prover) -> Vec<Column> {
    let column = |column: relations::Column| Column {
        never_null: prover.never_null(relation, column.position),
        name: column.name,
        ty: column.ty,
        comment: column.comment,
        default: column.default,
        identity: column.identity,
        generated: column.generated,
        is_virtual: column.is_virtual,
    };
    columns.into_iter().map(column).collect()
}

fn by_name(mut constraints: Vec<Constraint>) -> Vec<Constraint> {
    by_names(&mut constraints, |it| [&it.name, "", ""]);
    constraints
}

fn enumeration(row: raw::Enum) -> Enum {
    Enum {
        schema: row.schema,
        name: row.name,
        comment: row.comment,
        labels: row.labels.unwrap_or_default(),
    }
}

fn domain(row: raw::Domain) -> Domain {
    Domain {
        schema: row.schema,
        name: row.name,
        comment: row.comment,
        base: row.base,
        not_null: row.not_null,
        default: row.default,
        checks: by_name(list(row.checks, relations::of_domain)),
    }
}

fn composite(row: raw::Composite) -> Composite {
    Composite {
        schema: row.schema,
        name: row.name,
        comment: row.comment,
        attributes: row.attributes.unwrap_or_default(),
    }
}

fn routines(mut routines: Vec<Routine>) -> Vec<Routine> {
    for routine in &mut routines {
        routine.definition = as_written(&routine.definition);
    }
    routines
}

/// Every list by its natural key; Rust's order of bytes, not a collation of the server's.
fn sort(catalog: &mut Catalog) {
    catalog.extensions.sort();
    by_names(&mut catalog.enums, |it| [&it.schema, &it.name, ""]);
    by_names(&mut catalog.domains, |it| [&it.schema, &it.name, ""]);
    by_names(&mut catalog.composites, |it| [&it.schema, &it.name, ""]);
    by_names(&mut catalog.ranges, |it| [&it.schema, &it.name, ""]);
    by_names(&mut catalog.tables, |it| [&it.schema, &it.name, ""]);
    by_names(&mut catalog.views, |it| [&it.schema, &it.name, ""]);
    by_names(&mut catalog.continuous_aggregates, |it| {
        [&it.schema, &it.name, ""]
    });
    by_names(&mut catalog.routines, |it| {
        [&it.schema, &it.name, &it.arguments]
    });
    by_names(&mut catalog.others, |it| [&it.name, "", ""]);
    // Stable: within a kind they stay ordered by name.
    catalog.others.sort_by_cached_key(|it| it.kind as u32);
    sort_jobs(&mut catalog.jobs);
    for table in &mut catalog.tables {
        by_names(&mut table.indexes, |it| [&it.name, "", ""]);
        by_names(&mut table.triggers, |it| [&it.name, "", ""]);
        if let Some(hypertable) = &mut table.hypertable {
            sort_jobs(&mut hypertable.policies);
        }
    }
    for view in &mut catalog.views {
        by_names(&mut view.indexes, |it| [&it.name, "", ""]);
    }
    for aggregate in &mut catalog.continuous_aggregates {
        sort_jobs(&mut aggregate.policies);
    }
}

fn sort_jobs(jobs: &mut [Job]) {
    jobs.sort_by_cached_key(|job| {
        [
            job.procedure.clone(),
            job.config.to_string(),
            job.schedule_interval.clone(),
        ]
    });
}

/// Sorts by up to three names. All lists share one kind of key: every other kind is one more copy of the sorting in a service's program.
fn by_names<T>(items: &mut [T], names: impl for<'a> Fn(&'a T) -> [&'a str; 3]) {
    items.sort_by_cached_key(|item| names(item).map(str::to_owned));
}
