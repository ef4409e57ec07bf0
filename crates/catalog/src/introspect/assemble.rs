//! From the answer's lists to a [`Catalog`]: joined, proven, sorted.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::model::*;
use crate::nodes::{self, Node};
use crate::nullability::{self, Prover};

use super::bucket;
use super::definition::portable;
use super::raw::{self, Answer, Rows};

/// Keys of a job's configuration that hold a number of this server's.
const SERVER_IDS: [&str; 2] = ["hypertable_id", "mat_hypertable_id"];

pub(super) fn catalog(mut answer: Answer) -> Catalog {
    let prover = prover(&answer);
    let mut facts = Timescale::of(&mut answer);
    let mut catalog = Catalog {
        extensions: answer.extensions.unwrap_or_default(),
        enums: list(answer.enums, enumeration),
        domains: list(answer.domains, domain),
        routines: answer.routines.unwrap_or_default(),
        ..Catalog::default()
    };
    for relation in answer.relations.unwrap_or_default() {
        let name = RelationRef {
            schema: relation.schema.clone(),
            name: relation.name.clone(),
        };
        match (facts.aggregates.remove(&name), relation.kind.as_str()) {
            (Some(aggregate), _) => {
                catalog.continuous_aggregates.push(continuous_aggregate(
                    relation, aggregate, &mut facts, &prover,
                ));
            }
            (None, "v" | "m") => catalog.views.push(view(relation, &prover)),
            (None, _) => {
                let hypertable = facts.hypertables.remove(&name);
                catalog.tables.push(table(relation, hypertable, &prover));
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

fn prover(answer: &Answer) -> Prover {
    let mut prover = Prover::default();
    for function in answer.functions.iter().flatten() {
        let known = nullability::Function {
            owner: function.owner.clone(),
            name: function.name.clone(),
            arguments: function.arguments.clone().unwrap_or_default(),
        };
        prover.functions.insert(function.oid, known);
    }
    for relation in answer.relations.iter().flatten() {
        let columns = relation.columns.iter().flatten().map(|column| {
            let declared = match (column.not_null, column.primary_key) {
                (false, _) => None,
                (true, true) => Some("primary key"),
                (true, false) => Some("NOT NULL"),
            };
            (
                column.position,
                nullability::Column {
                    name: column.name.clone(),
                    declared,
                    added: column.added,
                },
            )
        });
        let label = match relation.schema.as_str() {
            "public" => relation.name.clone(),
            schema => format!("{schema}.{}", relation.name),
        };
        let query = match relation.kind.as_str() {
            // A view whose query cannot be read has one all the same: an empty node, which proves nothing.
            "v" | "m" => Some(
                relation
                    .tree
                    .as_deref()
                    .and_then(nodes::parse)
                    .unwrap_or_else(Node::unknown),
            ),
            _ => None,
        };
        prover.relations.insert(
            relation.oid,
            nullability::Relation {
                label,
                columns: columns.collect(),
                query,
            },
        );
    }
    prover
}

/// What TimescaleDB says, by the relation that users know.
struct Timescale {
    hypertables: HashMap<RelationRef, Hypertable>,
    aggregates: HashMap<RelationRef, raw::ContinuousAggregate>,
    aggregate_policies: HashMap<RelationRef, Vec<Job>>,
    /// Settings of all that has its columnstore enabled, aggregates by their storage.
    columnstore: HashMap<RelationRef, Columnstore>,
    /// The view that a storage belongs to.
    views: HashMap<RelationRef, RelationRef>,
    jobs: Vec<Job>,
}

impl Timescale {
    fn of(answer: &mut Answer) -> Timescale {
        let aggregates: HashMap<_, _> = answer
            .continuous_aggregates
            .take()
            .into_iter()
            .flatten()
            .map(|aggregate| {
                (
                    RelationRef {
                        schema: aggregate.schema.clone(),
                        name: aggregate.name.clone(),
                    },
                    aggregate,
                )
            })
            .collect();
        let views = aggregates
            .iter()
            .map(|(view, aggregate)| (aggregate.storage.clone(), view.clone()))
            .collect();
        let mut facts = Timescale {
            hypertables: HashMap::new(),
            aggregates,
            aggregate_policies: HashMap::new(),
            columnstore: columnstore(answer.columnstore.take()),
            views,
            jobs: Vec::new(),
        };
        facts.add_hypertables(answer.hypertables.take(), answer.dimensions.take());
        for job in answer.jobs.take().into_iter().flatten() {
            facts.add_job(job);
        }
        facts
    }

    fn add_hypertables(
        &mut self,
        hypertables: Rows<raw::Hypertable>,
        dimensions: Rows<raw::Dimension>,
    ) {
        for hypertable in hypertables.into_iter().flatten() {
            let name = RelationRef {
                schema: hypertable.schema,
                name: hypertable.name,
            };
            let settings = self.columnstore.remove(&name).unwrap_or_default();
            let columnstore = hypertable.columnstore.then_some(settings);
            self.hypertables.insert(
                name,
                Hypertable {
                    dimensions: Vec::new(),
                    columnstore,
                    policies: Vec::new(),
                },
            );
        }
        let mut dimensions = dimensions.unwrap_or_default();
        dimensions.sort_by_key(|dimension| dimension.number);
        for dimension in dimensions {
            let name = RelationRef {
                schema: dimension.schema,
                name: dimension.name,
            };
            if let Some(hypertable) = self.hypertables.get_mut(&name) {
                hypertable.dimensions.push(Dimension {
                    column: dimension.column,
                    time_interval: dimension.time_interval,
                    integer_interval: dimension.integer_interval,
                    partitions: dimension.partitions,
                    integer_now: dimension.integer_now,
                });
            }
        }
    }

    /// A policy goes with its relation; TimescaleDB's own jobs that serve none (telemetry) are the server's, not the schema's.
    fn add_job(&mut self, raw: raw::Job) {
        let own = raw.procedure_schema.starts_with("_timescaledb_");
        let relation = self.relation_of(&raw);
        let procedure = if own {
            raw.procedure
        } else {
            format!("{}.{}", raw.procedure_schema, raw.procedure)
        };
        let job = Job {
            procedure,
            schedule_interval: raw.schedule_interval,
            scheduled: raw.scheduled,
            config: config(raw.config, raw.intervals),
        };
        match relation {
            Some(name) if self.aggregates.contains_key(&name) => {
                self.aggregate_policies.entry(name).or_default().push(job)
            }
            Some(name) => {
                if let Some(hypertable) = self.hypertables.get_mut(&name) {
                    hypertable.policies.push(job);
                }
            }
            None if own => {}
            None => self.jobs.push(job),
        }
    }

    /// Up to TimescaleDB 2.19 the view of jobs names an aggregate's storage or nothing at all, and the id stands in the configuration.
    fn relation_of(&self, job: &raw::Job) -> Option<RelationRef> {
        if let Some(name) = &job.relation {
            return Some(self.views.get(name).unwrap_or(name).clone());
        }
        let id = job.config.as_ref()?.get("mat_hypertable_id")?.as_i64()?;
        let storage = format!("_materialized_hypertable_{id}");
        self.views
            .iter()
            .find(|(name, _)| name.name == storage)
            .map(|(_, view)| view.clone())
    }
}

fn columnstore(rows: Rows<raw::Columnstore>) -> HashMap<RelationRef, Columnstore> {
    let settings = |row: raw::Columnstore| {
        let name = RelationRef {
            schema: row.schema,
            name: row.name,
        };
        (
            name,
            Columnstore {
                segment_by: row.segment_by,
                order_by: row.order_by,
            },
        )
    };
    rows.into_iter().flatten().map(settings).collect()
}

/// Without this server's numbers, intervals in one style, keys sorted.
fn config(config: Option<Value>, intervals: Option<BTreeMap<String, String>>) -> Value {
    let Some(Value::Object(given)) = config else {
        return config.unwrap_or_default();
    };
    let mut sorted: BTreeMap<String, Value> = given
        .into_iter()
        .filter(|(key, _)| !SERVER_IDS.contains(&key.as_str()))
        .collect();
    sorted.extend(
        intervals
            .into_iter()
            .flatten()
            .map(|(key, interval)| (key, Value::String(interval))),
    );
    Value::Object(sorted.into_iter().collect::<Map<_, _>>())
}

fn continuous_aggregate(
    relation: raw::Relation,
    aggregate: raw::ContinuousAggregate,
    facts: &mut Timescale,
    prover: &Prover,
) -> ContinuousAggregate {
    let query = prover.query(relation.oid);
    let bucket = query.and_then(|query| bucket::find(query, &prover.functions));
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

fn view(relation: raw::Relation, prover: &Prover) -> View {
    let definition = relation.definition.unwrap_or_default();
    View {
        definition: portable(&definition, prover.query(relation.oid)),
        columns: columns(relation.oid, relation.columns, prover),
        schema: relation.schema,
        name: relation.name,
        comment: relation.comment,
        materialized: relation.kind == "m",
        indexes: list(relation.indexes, index),
    }
}

fn table(relation: raw::Relation, hypertable: Option<Hypertable>, prover: &Prover) -> Table {
    Table {
        columns: columns(relation.oid, relation.columns, prover),
        schema: relation.schema,
        name: relation.name,
        comment: relation.comment,
        constraints: constraints(relation.constraints),
        indexes: list(relation.indexes, index),
        triggers: relation.triggers.unwrap_or_default(),
        hypertable,
    }
}

fn columns(relation: u32, columns: Rows<raw::Column>, prover: &Prover) -> Vec<Column> {
    list(columns, |column| Column {
        name: column.name,
        ty: column.ty,
        comment: column.comment,
        never_null: prover.never_null(relation, column.position),
        default: column.default,
        identity: column.identity.map(|identity| {
            if identity == "a" {
                Identity::Always
            } else {
                Identity::ByDefault
            }
        }),
        generated: column.generated,
    })
}

fn constraints(rows: Rows<raw::Constraint>) -> Vec<Constraint> {
    let constraint = |row: raw::Constraint| {
        let kind = match row.kind.as_str() {
            "p" => ConstraintKind::PrimaryKey,
            "u" => ConstraintKind::Unique,
            "f" => ConstraintKind::ForeignKey,
            "x" => ConstraintKind::Exclusion,
            _ => ConstraintKind::Check,
        };
        Constraint {
            name: row.name,
            kind,
            definition: row.definition,
            columns: row.columns.unwrap_or_default(),
        }
    };
    let mut constraints = list(rows, constraint);
    constraints.sort_by(|a, b| a.name.cmp(&b.name));
    constraints
}

fn index(row: raw::Index) -> Index {
    Index {
        name: row.name,
        definition: row.definition,
        invalid: row.invalid,
    }
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
        checks: constraints(row.checks),
    }
}

/// Every list by its natural key; Rust's order of bytes, not a collation of the server's.
fn sort(catalog: &mut Catalog) {
    catalog.extensions.sort();
    catalog
        .enums
        .sort_by_cached_key(|it| (it.schema.clone(), it.name.clone()));
    catalog
        .domains
        .sort_by_cached_key(|it| (it.schema.clone(), it.name.clone()));
    catalog
        .tables
        .sort_by_cached_key(|it| (it.schema.clone(), it.name.clone()));
    catalog
        .views
        .sort_by_cached_key(|it| (it.schema.clone(), it.name.clone()));
    catalog
        .continuous_aggregates
        .sort_by_cached_key(|it| (it.schema.clone(), it.name.clone()));
    catalog
        .routines
        .sort_by_cached_key(|it| (it.schema.clone(), it.name.clone(), it.arguments.clone()));
    sort_jobs(&mut catalog.jobs);
    for table in &mut catalog.tables {
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        table.triggers.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(hypertable) = &mut table.hypertable {
            sort_jobs(&mut hypertable.policies);
        }
    }
    for view in &mut catalog.views {
        view.indexes.sort_by(|a, b| a.name.cmp(&b.name));
    }
    for aggregate in &mut catalog.continuous_aggregates {
        sort_jobs(&mut aggregate.policies);
    }
}

fn sort_jobs(jobs: &mut [Job]) {
    jobs.sort_by_cached_key(|job| {
        (
            job.procedure.clone(),
            job.config.to_string(),
            job.schedule_interval.clone(),
        )
    });
}
