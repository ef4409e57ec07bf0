//! What a statement changes in the model.

use super::{
    Aggregate, Enabled, Hypertable, IndexOf, Key, Policies, Policy, Schema, Table, Window,
};
use crate::act::{
    Act, Action, ActionKind, Call, Constraint, ConstraintKind, Drop, NewAggregate, NewIndex,
    NewTable, Relation, What,
};
use crate::finding::Place;
use crate::value::{Span, Value};

impl Schema {
    /// Applies an act of a file.
    pub fn apply(&mut self, act: &Act, file: usize) {
        let place = Place {
            file,
            range: act.range.clone(),
        };
        match &act.what {
            What::CreateTable(table) => self.create_table(table, place),
            What::Alter(relation, actions) => {
                for action in actions {
                    self.alter(relation, action, file);
                }
            }
            What::CreateIndex(index) => self.create_index(index, place),
            What::Index(command) if !command.is_reindex => {
                for name in &command.names {
                    self.indexes.remove(name);
                    for table in self.tables.values_mut() {
                        table
                            .keys
                            .retain(|it| it.constraint.name.as_ref() != Some(&name.name));
                    }
                }
            }
            What::CreateAggregate(aggregate) => self.create_aggregate(aggregate, place),
            What::Drop(drop) => self.drop(drop, &place),
            What::Call(call) => {
                let place = Place {
                    file,
                    range: call.name.clone(),
                };
                self.call(call, place, act.is_certain);
            }
            What::Insert(relation) => {
                if let Some(table) = self.tables.get_mut(relation) {
                    table.filled.get_or_insert(place);
                }
            }
            _ => {}
        }
    }

    fn create_table(&mut self, new: &NewTable, place: Place) {
        if new.is_temporary || (new.if_not_exists && self.tables.contains_key(&new.relation)) {
            return;
        }
        let key = |constraint: &Constraint| Key {
            constraint: constraint.clone(),
            place: Some(Place {
                file: place.file,
                range: constraint.range.clone(),
            }),
        };
        let hypertable = new.hypertable.as_ref().map(|it| Hypertable {
            time: it.time.clone(),
            others: it.others.clone(),
            interval: it.interval.as_ref().and_then(Value::span),
            place: Some(place.clone()),
            has_now: false,
        });
        let table = Table {
            columns: new.columns.clone(),
            keys: new.constraints.iter().map(key).collect(),
            hypertable,
            filled: new.is_filled.then(|| place.clone()),
            has_more: new.has_more,
            is_declared: new.hypertable.is_some(),
            made: Some(place),
            ..Table::default()
        };
        self.tables.insert(new.relation.clone(), table);
    }

    fn create_index(&mut self, index: &NewIndex, place: Place) {
        let given = || {
            let columns = index.columns.iter();
            let columns: Vec<&str> = columns.map(|it| it.as_deref().unwrap_or("expr")).collect();
            format!("{}_{}_idx", index.relation.name, columns.join("_"))
        };
        let name = Relation {
            schema: index.relation.schema.clone(),
            name: index.name.clone().unwrap_or_else(given),
        };
        let of = IndexOf {
            table: index.relation.clone(),
            columns: index.columns.clone(),
        };
        self.indexes.insert(name, of);
        let columns: Option<Vec<String>> = index.columns.iter().cloned().collect();
        let table = self.tables.get_mut(&index.relation);
        if let (true, Some(table), Some(columns)) = (index.is_unique, table, columns) {
            table.keys.push(Key {
                constraint: Constraint {
                    range: place.range.clone(),
                    name: index.name.clone(),
                    kind: ConstraintKind::Unique,
                    columns,
                    not_valid: false,
                },
                place: Some(place),
            });
        }
    }

    fn create_aggregate(&mut self, new: &NewAggregate, place: Place) {
        let exists = self.aggregates.contains_key(&new.relation);
        if !new.is_continuous || (new.if_not_exists && exists) {
            return;
        }
        self.dropped.remove(&new.relation);
        let aggregate = Aggregate {
            source: new.source.clone(),
            bucket: new.bucket.as_ref().and_then(Value::span),
            query: new.query.clone(),
            words: new.words.clone(),
            is_declared: new.options.iter().any(|it| it.0 == "columnstore"),
            made: Some(place),
            ..Aggregate::default()
        };
        self.aggregates.insert(new.relation.clone(), aggregate);
    }

    fn drop(&mut self, drop: &Drop, place: &Place) {
        if drop.kind == "schema" {
            let names: Vec<&str> = drop.names.iter().map(|it| it.name.as_str()).collect();
            self.tables
                .retain(|it, _| !names.contains(&it.schema.as_str()));
            self.aggregates
                .retain(|it, _| !names.contains(&it.schema.as_str()));
        }
        for name in &drop.names {
            self.tables.remove(name);
            if let Some(aggregate) = self.aggregates.remove(name) {
                self.dropped
                    .insert(name.clone(), (aggregate, place.clone()));
            }
            if drop.cascade {
                self.drop_readers(name, place);
            }
        }
    }

    fn drop_readers(&mut self, relation: &Relation, place: &Place) {
        let readers: Vec<Relation> = self.readers(relation).map(|it| it.0.clone()).collect();
        for reader in readers {
            if let Some(aggregate) = self.aggregates.remove(&reader) {
                self.dropped
                    .insert(reader.clone(), (aggregate, place.clone()));
                self.drop_readers(&reader, place);
            }
        }
    }

    fn alter(&mut self, relation: &Relation, action: &Action, file: usize) {
        let place = || Place {
            file,
            range: action.range.clone(),
        };
        if let ActionKind::Rename(_) | ActionKind::SetSchema(_) = &action.what {
            return self.rename(relation, &action.what);
        }
        if let ActionKind::SetOptions(options) = &action.what {
            let on = options.iter().find(|it| it.0 == "columnstore");
            let enabled = match on.map(|it| &it.1) {
                Some(Value::Bool(false)) => None,
                Some(_) => Some(Enabled {
                    place: Some(place()),
                }),
                None => return,
            };
            if let Some(table) = self.tables.get_mut(relation) {
                table.columnstore = enabled;
            } else if let Some(aggregate) = self.aggregates.get_mut(relation) {
                aggregate.columnstore = enabled;
            }
            return;
        }
        let Some(table) = self.tables.get_mut(relation) else {
            return;
        };
        let mut add = |constraint: &Constraint| {
            table.keys.push(Key {
                constraint: constraint.clone(),
                place: Some(place()),
            });
        };
        match &action.what {
            ActionKind::AddConstraint(constraint) => add(constraint),
            ActionKind::AddColumn(column, constraints, _) => {
                constraints.iter().for_each(add);
                if table.column(&column.name).is_none() {
                    table.columns.push(column.clone());
                }
            }
            ActionKind::DropColumn(name) => {
                table.columns.retain(|it| it.name != *name);
                table
                    .keys
                    .retain(|it| !it.constraint.columns.contains(name));
            }
            ActionKind::DropConstraint(name) => drop_constraint(table, relation, name),
            ActionKind::Validate(name) => {
                for key in &mut table.keys {
                    key.constraint.not_valid &= key.constraint.name.as_ref() != Some(name);
                }
            }
            ActionKind::Retype(name, ty, _) => {
                set(table, name, |column| column.ty.clone_from(ty));
            }
            ActionKind::SetNotNull(name) => set(table, name, |column| column.not_null = true),
            ActionKind::DropNotNull(name) => set(table, name, |column| column.not_null = false),
            ActionKind::RenameColumn(from, to) => {
                set(table, from, |column| column.name.clone_from(to));
                for key in &mut table.keys {
                    for column in &mut key.constraint.columns {
                        if column == from {
                            column.clone_from(to);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn rename(&mut self, relation: &Relation, action: &ActionKind) {
        let mut to = relation.clone();
        match action {
            ActionKind::Rename(name) => to.name.clone_from(name),
            ActionKind::SetSchema(name) => to.schema.clone_from(name),
            _ => {}
        }
        if let Some(table) = self.tables.remove(relation) {
            self.tables.insert(to.clone(), table);
        }
        if let Some(aggregate) = self.aggregates.remove(relation) {
            self.aggregates.insert(to.clone(), aggregate);
        }
        for aggregate in self.aggregates.values_mut() {
            if aggregate.source.as_ref() == Some(relation) {
                aggregate.source = Some(to.clone());
            }
        }
    }

    fn policies_mut(&mut self, relation: &Relation) -> Option<&mut Policies> {
        let aggregate = self.aggregates.get_mut(relation).map(|it| &mut it.policies);
        match self.tables.get_mut(relation) {
            Some(table) => Some(&mut table.policies),
            None => aggregate,
        }
    }

    fn call(&mut self, call: &Call, place: Place, is_certain: bool) {
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
        let keeps = call.is_on("if_not_exists");
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
        if let Some(time) = time.as_deref() {
            set(table, time, |column| column.not_null = true);
        }
        table.hypertable.get_or_insert(Hypertable {
            time,
            others: others.into_iter().collect(),
            interval,
            place: Some(place),
            has_now: false,
        });
    }
}

/// Removes a constraint, which may have the name that the server gave it.
fn drop_constraint(table: &mut Table, relation: &Relation, name: &str) {
    let given = |it: &Key| {
        let middle = match it.constraint.kind {
            ConstraintKind::Primary => "pkey".to_owned(),
            _ => format!("{}_key", it.constraint.columns.join("_")),
        };
        format!("{}_{middle}", relation.name)
    };
    let is_it = |it: &Key| match &it.constraint.name {
        Some(written) => written == name,
        None => given(it) == name,
    };
    if table.keys.iter().any(is_it) {
        return table.keys.retain(|it| !is_it(it));
    }
    // A long name is cut, and a renamed table keeps the old one: which it is of those without a name is not known.
    table.keys.retain(|it| it.constraint.name.is_some());
}

fn set(table: &mut Table, name: &str, change: impl FnOnce(&mut crate::act::Column)) {
    if let Some(column) = table.columns.iter_mut().find(|it| it.name == name) {
        change(column);
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
