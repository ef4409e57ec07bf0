//! What TimescaleDB's views show, assigned to the relations that users know: hypertables, policies, columnstore settings.
//!
//! TimescaleDB names an aggregate's storage where it means the aggregate; this maps it back.

use std::collections::{BTreeMap, HashMap};

use crate::json::JsonValue;
use crate::model::*;

use super::raw::{self, Answer, Rows};

/// Keys of a job's configuration that hold a number of this server's.
const SERVER_IDS: [&str; 2] = ["hypertable_id", "mat_hypertable_id"];

/// What TimescaleDB says, by the relation that users know.
pub(super) struct Timescale {
    pub(super) hypertables: HashMap<RelationRef, Hypertable>,
    pub(super) aggregates: HashMap<RelationRef, raw::ContinuousAggregate>,
    pub(super) aggregate_policies: HashMap<RelationRef, Vec<Job>>,
    /// Settings of every relation with an enabled columnstore; aggregates under their storage.
    pub(super) columnstore: HashMap<RelationRef, Columnstore>,
    /// The view that a storage belongs to.
    pub(super) views: HashMap<RelationRef, RelationRef>,
    pub(super) jobs: Vec<Job>,
}

impl Timescale {
    /// Takes TimescaleDB's lists out of the answer.
    pub(super) fn of(answer: &mut Answer) -> Timescale {
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
        dimensions.sort_by_cached_key(|dimension| dimension.number);
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

    /// A policy belongs to its relation; TimescaleDB's jobs without a relation (telemetry) belong to the server, not to the schema.
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

    /// Up to TimescaleDB 2.19 the view of jobs names an aggregate's storage or nothing at all, and the id is in the configuration.
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

/// Without this server's numbers, and with intervals in one style.
fn config(config: Option<JsonValue>, intervals: Option<BTreeMap<String, String>>) -> JsonValue {
    let mut config = config.unwrap_or_default();
    if let JsonValue::Object(members) = &mut config {
        members.retain(|key, _| !SERVER_IDS.contains(&key.as_str()));
        let intervals = intervals.into_iter().flatten();
        members.extend(intervals.map(|(key, interval)| (key, JsonValue::String(interval))));
    }
    config
}
