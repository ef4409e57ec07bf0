//! What the calls of TimescaleDB's routines change in the model.

use super::{Hypertable, Policies, Policy, Schema, Window};
use crate::act::{Call, Relation};
use crate::finding::Place;
use crate::value::{Span, Value};

impl Schema {
    fn policies_mut(&mut self, relation: &Relation) -> Option<&mut Policies> {
        let aggregate = self.aggregates.get_mut(relation).map(|it| &mut it.policies);
        match self.tables.get_mut(relation) {
            Some(table) => Some(&mut table.policies),
            None => aggregate,
        }
    }

    pub(super) fn call(&mut self, call: &Call, place: Place, is_certain: bool) {
        if matches!(call.routine, "alter_job" | "delete_job" | "alter_policies") {
            self.jobs_changed = true;
            return;
        }
        let Some(relation) = call.relation() else {
            return;
        };
        let span = |at, name| call.value(at, name).and_then(Value::span);
        match call.routine {
            "create_hypertable" => self.create_hypertable(&relation, call, place),
            "add_dimension" => {
                let column = dimension(call.value(1, "dimension")).map(|it| it.0);
                let column = column.or(match call.value(1, "column_name") {
                    Some(Value::Text(name)) => Some(name.clone()),
                    _ => None,
                });
                if let Some(table) = self.tables.get_mut(&relation)
                    && let Some(hypertable) = &mut table.hypertable
                {
                    hypertable.others.extend(column);
                }
            }
            "set_chunk_time_interval" => {
                if let Some(table) = self.tables.get_mut(&relation)
                    && let Some(hypertable) = &mut table.hypertable
                {
                    hypertable.interval = span(1, "chunk_time_interval");
                }
            }
            "set_integer_now_func" => {
                if let Some(table) = self.tables.get_mut(&relation)
                    && let Some(hypertable) = &mut table.hypertable
                {
                    hypertable.has_now = true;
                }
            }
            _ => self.policy(&relation, call, place, is_certain),
        }
    }

    fn policy(&mut self, relation: &Relation, call: &Call, place: Place, is_certain: bool) {
        let span = |at, name| call.value(at, name).and_then(Value::span);
        let keeps = call.keeps_policy();
        let Some(policies) = self.policies_mut(relation) else {
            return;
        };
        match call.routine {
            "add_retention_policy" => {
                let policy = Policy {
                    value: span(1, "drop_after"),
                    place: Some(place),
                    is_certain,
                };
                put(&mut policies.retention, policy, keeps);
            }
            "add_columnstore_policy" | "add_compression_policy" => {
                let name = match call.routine {
                    "add_columnstore_policy" => "after",
                    _ => "compress_after",
                };
                let policy = Policy {
                    value: span(1, name),
                    place: Some(place),
                    is_certain,
                };
                put(&mut policies.columnstore, policy, keeps);
            }
            "add_continuous_aggregate_policy" => {
                let policy = Policy {
                    value: window(call),
                    place: Some(place),
                    is_certain,
                };
                put(&mut policies.refresh, policy, keeps);
            }
            "remove_retention_policy" => policies.retention = None,
            "remove_columnstore_policy" | "remove_compression_policy" => {
                policies.columnstore = None
            }
            "remove_continuous_aggregate_policy" => policies.refresh = None,
            "remove_all_policies" => *policies = Policies::default(),
            _ => {}
        }
    }

    fn create_hypertable(&mut self, relation: &Relation, call: &Call, place: Place) {
        let Some(table) = self.tables.get_mut(relation) else {
            return;
        };
        let dimension = dimension(call.value(1, "dimension"));
        let text = |at, name| match call.value(at, name) {
            Some(Value::Text(name)) => Some(name.clone()),
            _ => None,
        };
        let is_new_form = dimension.is_some();
        let (time, interval) = match dimension {
            Some((column, interval)) => (Some(column), interval),
            None => (
                text(1, "time_column_name"),
                call.value(6, "chunk_time_interval").and_then(Value::span),
            ),
        };
        let others = if is_new_form {
            None
        } else {
            text(2, "partitioning_column")
        };
        if table.hypertable.is_some() {
            return;
        }
        table.hypertable = Some(Hypertable {
            time: time.clone(),
            others: others.into_iter().collect(),
            interval,
            place: Some(place),
            has_now: false,
        });
        if let Some(time) = time.as_deref() {
            self.set_column(relation, time, |column| column.not_null = true);
        }
        let indexes = call.value(if is_new_form { 2 } else { 7 }, "create_default_indexes");
        if indexes.and_then(Value::bool) != Some(false) {
            self.add_time_index(relation);
        }
    }
}

/// A second policy is refused, or with `if_not_exists` ignored.
fn put<T>(slot: &mut Option<Policy<T>>, policy: Policy<T>, keeps: bool) {
    if slot.is_none() || !keeps {
        *slot = Some(policy);
    }
}

/// The column and the interval of `by_range('time', INTERVAL '1 day')`, the column of `by_hash`.
pub(crate) fn dimension(value: Option<&Value>) -> Option<(String, Option<Span>)> {
    let Some(Value::Call(name, arguments)) = value else {
        return None;
    };
    let is_dimension = name == "by_range" || name == "by_hash";
    match arguments.first() {
        Some(Value::Text(column)) if is_dimension => {
            let interval = arguments.get(1).and_then(Value::span);
            Some((column.clone(), interval.filter(|_| name == "by_range")))
        }
        _ => None,
    }
}

/// The window of a refresh policy; `None` if an offset is not a constant.
pub(crate) fn window(call: &Call) -> Option<Window> {
    let offset = |at, name| match call.value(at, name)? {
        Value::Null => Some(None),
        value => value.span().map(Some),
    };
    Some(Window {
        start: offset(1, "start_offset")?,
        end: offset(2, "end_offset")?,
    })
}
