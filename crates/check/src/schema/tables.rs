//! What makes, changes and renames tables, their keys and their indexes.

use super::{Enabled, Hypertable, Rows, Schema, Table};
use crate::act::{
    Action, ActionKind, Column, Constraint, ConstraintKind, Like, NewTable, Relation,
};
use crate::finding::Place;
use crate::value::Value;

impl Schema {
    pub(super) fn create_table(&mut self, new: &NewTable, place: Place) {
        let relation = &new.relation;
        if new.if_not_exists && self.contains(relation) {
            return;
        }
        let hypertable = new.hypertable.as_ref().map(|it| Hypertable {
            time: it.time.clone(),
            others: it.others.clone(),
            interval: it.interval.as_ref().and_then(Value::span),
            place: Some(place.clone()),
            has_now: false,
        });
        let columnstore = new.hypertable.as_ref().map(|it| it.columnstore);
        let is_on = columnstore.is_some_and(|it| it != Some(false));
        let mut table = Table {
            columns: new.columns.clone(),
            hypertable,
            rows: if new.is_filled {
                Rows::Maybe(place.clone())
            } else {
                Rows::None(place.file)
            },
            has_more: new.has_more,
            drops_on_commit: new.drops_on_commit,
            columnstore: is_on.then(|| Enabled {
                is_certain: true,
                place: Some(place.clone()),
            }),
            made: Some(place.clone()),
            ..Table::default()
        };
        let mut constraints = new.constraints.clone();
        for like in new.likes.iter().rev() {
            self.copy(like, &mut table, &mut constraints);
        }
        self.forget_relation(relation);
        self.tables.insert(relation.clone(), table);
        self.add_keys(relation, constraints, place.file);
        if let Some(partitioning) = &new.hypertable {
            if let Some(time) = &partitioning.time {
                self.set_column(relation, time, |column| column.not_null = true);
            }
            self.add_time_index(relation);
        }
    }

    /// What `LIKE` copies.
    fn copy(&self, like: &Like, table: &mut Table, constraints: &mut Vec<Constraint>) {
        let Some(from) = self.tables.get(&like.relation) else {
            table.has_more = true;
            return;
        };
        table.has_more |= from.has_more;
        let copied = from.columns.iter().map(|it| Column {
            default: it.default.clone().filter(|_| like.defaults),
            ..it.clone()
        });
        let at = like.at.min(table.columns.len());
        table.columns.splice(at..at, copied);
        for key in &from.keys {
            let is_copied = match key.constraint.kind {
                ConstraintKind::Primary | ConstraintKind::Unique => like.indexes,
                ConstraintKind::Check => like.checks,
                _ => false,
            };
            if is_copied {
                let name = match key.constraint.kind {
                    ConstraintKind::Check => key.constraint.name.clone(),
                    _ => None,
                };
                constraints.push(Constraint {
                    name,
                    range: table.made.as_ref().map_or(0..0, |it| it.range.clone()),
                    ..key.constraint.clone()
                });
            }
        }
    }

    pub(super) fn alter(&mut self, relation: &Relation, action: &Action, file: usize) {
        let place = Place {
            file,
            range: action.range.clone(),
        };
        match &action.what {
            ActionKind::Rename(name) => {
                let to = Relation {
                    schema: relation.schema.clone(),
                    name: name.clone(),
                };
                self.rename(relation, &to);
            }
            ActionKind::SetSchema(schema) => self.set_schema(relation, schema),
            ActionKind::SetOptions(options) => self.set_options(relation, options, place),
            ActionKind::AddConstraint(constraint) => {
                self.add_key(relation, constraint.clone(), place);
            }
            ActionKind::AddColumn(column, constraints, if_not_exists) => {
                self.add_column(relation, column, constraints, *if_not_exists, file);
            }
            ActionKind::DropColumn(name) => self.drop_column(relation, name),
            ActionKind::DropConstraint(name) => self.drop_key(relation, name),
            ActionKind::RenameConstraint(from, to) => self.rename_key(relation, from, to),
            ActionKind::RenameColumn(from, to) => self.rename_column(relation, from, to),
            ActionKind::Retype(name, ty, _) => {
                self.set_column(relation, name, |column| column.ty.clone_from(ty));
            }
            ActionKind::SetNotNull(name) => {
                self.set_column(relation, name, |column| column.not_null = true);
            }
            ActionKind::DropNotNull(name) => {
                self.set_column(relation, name, |column| column.not_null = false);
            }
            ActionKind::Validate(name) => {
                let table = self.tables.get_mut(relation);
                for key in table.into_iter().flat_map(|it| &mut it.keys) {
                    key.constraint.not_valid &= key.constraint.name.as_ref() != Some(name);
                }
            }
            ActionKind::RowSecurity | ActionKind::Rewrite(_) | ActionKind::Other => {}
        }
    }

    pub(super) fn set_column(
        &mut self,
        relation: &Relation,
        name: &str,
        change: impl FnOnce(&mut Column),
    ) {
        let columns = self.tables.get_mut(relation).map(|it| &mut it.columns);
        let column = columns.and_then(|it| it.iter_mut().find(|it| it.name == name));
        if let Some(column) = column {
            change(column);
        }
    }

    fn set_options(
        &mut self,
        relation: &Relation,
        options: &[(&'static str, Value)],
        place: Place,
    ) {
        let Some((_, value)) = options.iter().find(|it| it.0 == "columnstore") else {
            return;
        };
        let is_on = *value != Value::Bool(false);
        let enabled = is_on.then_some(Enabled {
            place: Some(place),
            is_certain: true,
        });
        if let Some(table) = self.tables.get_mut(relation) {
            table.columnstore = enabled;
        } else if let Some(aggregate) = self.aggregates.get_mut(relation) {
            aggregate.columnstore = enabled;
        }
    }

    fn add_column(
        &mut self,
        relation: &Relation,
        column: &Column,
        constraints: &[Constraint],
        if_not_exists: bool,
        file: usize,
    ) {
        self.add_to_aggregate(relation, column);
        let Some(table) = self.tables.get_mut(relation) else {
            return;
        };
        match table.column(&column.name) {
            Some(_) if if_not_exists => return,
            Some(_) => {}
            None => table.columns.push(column.clone()),
        }
        self.add_keys(relation, constraints.to_vec(), file);
    }

    pub(super) fn drop_column(&mut self, relation: &Relation, name: &str) {
        let Some(table) = self.tables.get_mut(relation) else {
            return;
        };
        table.columns.retain(|it| it.name != name);
        table
            .keys
            .retain(|it| !it.constraint.columns.iter().any(|it| it == name));
        let has_it = |it: &super::IndexOf| {
            it.table == *relation && it.columns.iter().any(|it| it.as_deref() == Some(name))
        };
        self.indexes.retain(|_, it| !has_it(it));
    }

    fn rename_column(&mut self, relation: &Relation, from: &str, to: &str) {
        let rename = |name: &mut String| {
            if name == from {
                to.clone_into(name);
            }
        };
        self.set_column(relation, from, |column| to.clone_into(&mut column.name));
        if let Some(table) = self.tables.get_mut(relation) {
            for key in &mut table.keys {
                key.constraint.columns.iter_mut().for_each(rename);
                key.constraint.proves.iter_mut().for_each(rename);
            }
            if let Some(hypertable) = &mut table.hypertable {
                hypertable.time.iter_mut().for_each(rename);
                hypertable.others.iter_mut().for_each(rename);
            }
        }
        for index in self.indexes.values_mut().filter(|it| it.table == *relation) {
            index.columns.iter_mut().flatten().for_each(rename);
        }
        for aggregate in self.aggregates.values_mut() {
            if let Some(reads) = aggregate.reads.get_mut(relation) {
                for columns in [&mut reads.surely, &mut reads.maybe] {
                    if columns.remove(from) {
                        columns.insert(to.to_owned());
                    }
                }
            }
        }
    }

    fn set_schema(&mut self, relation: &Relation, schema: &str) {
        let moved = |it: &Relation| Relation {
            schema: schema.to_owned(),
            name: it.name.clone(),
        };
        if self.contains(&moved(relation)) && !self.is_doubted(&moved(relation)) {
            return;
        }
        let indexes = self.indexes.iter().filter(|(_, it)| it.table == *relation);
        let names: Vec<Relation> = indexes.map(|(name, _)| name.clone()).collect();
        for name in names {
            if let Some(index) = self.indexes.remove(&name) {
                self.indexes.insert(moved(&name), index);
            }
        }
        self.rename(relation, &moved(relation));
    }

    pub(super) fn rename_schema(&mut self, from: &str, to: &str) {
        let all = self
            .tables
            .keys()
            .chain(self.aggregates.keys())
            .chain(&self.others);
        let inside: Vec<Relation> = all.filter(|it| it.schema == from).cloned().collect();
        for relation in inside {
            self.set_schema(&relation, to);
        }
    }

    /// Renames a relation of any kind, with everything that refers to it.
    pub(super) fn rename(&mut self, relation: &Relation, to: &Relation) {
        // The server refuses a name that is taken.
        if self.contains(to) && !self.is_doubted(to) {
            return;
        }
        if self.indexes.contains_key(relation) {
            return self.rename_index(relation, &to.name);
        }
        if let Some(table) = self.tables.remove(relation) {
            self.tables.insert(to.clone(), table);
        }
        if let Some(aggregate) = self.aggregates.remove(relation) {
            self.aggregates.insert(to.clone(), aggregate);
        }
        if self.others.remove(relation) {
            self.others.insert(to.clone());
        }
        for index in self.indexes.values_mut().filter(|it| it.table == *relation) {
            index.table.clone_from(to);
        }
        for aggregate in self.aggregates.values_mut() {
            if aggregate.source.as_ref() == Some(relation) {
                aggregate.source = Some(to.clone());
            }
            if let Some(reads) = aggregate.reads.remove(relation) {
                aggregate.reads.insert(to.clone(), reads);
            }
            let named = aggregate.sources.iter_mut().filter(|it| it.0 == *relation);
            named.for_each(|it| it.0.clone_from(to));
        }
    }
}
