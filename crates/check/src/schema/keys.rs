//! Constraints and indexes, with the names that the server gives them.

use super::{IndexOf, Key, Schema, names};
use crate::act::{Constraint, ConstraintKind, NewIndex, Relation};
use crate::finding::Place;

impl Schema {
    /// Adds the constraints of a statement. The server makes the primary key first, and one that is written twice once.
    pub(super) fn add_keys(
        &mut self,
        relation: &Relation,
        mut constraints: Vec<Constraint>,
        file: usize,
    ) {
        constraints.sort_by_key(|it| it.kind != ConstraintKind::Primary);
        let mut made: Vec<Constraint> = Vec::new();
        for constraint in constraints {
            let is_same =
                |it: &Constraint| it.kind == constraint.kind && it.columns == constraint.columns;
            let is_unique = constraint.kind == ConstraintKind::Unique;
            if is_unique && constraint.name.is_none() && made.iter().any(is_same) {
                continue;
            }
            let place = Place {
                file,
                range: constraint.range.clone(),
            };
            made.push(constraint.clone());
            self.add_key(relation, constraint, place);
        }
    }

    /// Adds a constraint.
    pub(super) fn add_key(
        &mut self,
        relation: &Relation,
        mut constraint: Constraint,
        place: Place,
    ) {
        let columns = &constraint.columns;
        let (columns, label): (&[String], &str) = match constraint.kind {
            ConstraintKind::Primary => (&[], "pkey"),
            ConstraintKind::Unique | ConstraintKind::UsingIndex => (columns, "key"),
            ConstraintKind::Exclude => (columns, "excl"),
            ConstraintKind::Foreign(_) => (columns, "fkey"),
            ConstraintKind::Check if columns.len() == 1 => (columns, "check"),
            ConstraintKind::Check => (&[], "check"),
        };
        let chosen = || self.chosen_name(relation, columns, label);
        let name = constraint.name.clone().unwrap_or_else(chosen);
        if matches!(
            constraint.kind,
            ConstraintKind::Primary | ConstraintKind::Unique | ConstraintKind::Exclude
        ) {
            let columns = constraint.columns.iter().cloned().map(Some).collect();
            self.add_index(relation, name.clone(), columns);
        }
        constraint.name = Some(name);
        if let Some(table) = self.tables.get_mut(relation) {
            table.keys.push(Key {
                constraint,
                place: Some(place),
            });
        }
    }

    pub(super) fn create_index(&mut self, index: &NewIndex, place: Place) {
        let relation = &index.relation;
        let chosen = || self.chosen_name(relation, &index.labels, "idx");
        let name = index.name.clone().unwrap_or_else(chosen);
        let of = self.index_name(relation, &name);
        if index.if_not_exists && self.contains(&of) {
            return;
        }
        self.add_index(relation, name.clone(), index.columns.clone());
        let columns: Option<Vec<String>> = index.columns.iter().cloned().collect();
        let table = self.tables.get_mut(relation);
        if let (true, Some(table), Some(columns)) = (index.is_unique, table, columns) {
            table.keys.push(Key {
                constraint: Constraint {
                    range: place.range.clone(),
                    name: Some(name),
                    kind: ConstraintKind::Unique,
                    columns,
                    proves: Vec::new(),
                    not_valid: false,
                },
                place: Some(place),
            });
        }
    }

    /// The index that `create_hypertable` makes of the time column, unless there is one.
    pub(super) fn add_time_index(&mut self, relation: &Relation) {
        let Some(time) = self.hypertable(relation).and_then(|it| it.time.clone()) else {
            return;
        };
        let is_first =
            |it: &IndexOf| it.table == *relation && it.columns.first() == Some(&Some(time.clone()));
        if !self.indexes.values().any(is_first) {
            let name = self.chosen_name(relation, std::slice::from_ref(&time), "idx");
            self.add_index(relation, name, vec![Some(time)]);
        }
    }

    fn add_index(&mut self, relation: &Relation, name: String, columns: Vec<Option<String>>) {
        let index = IndexOf {
            table: relation.clone(),
            columns,
            is_doubted: false,
        };
        self.indexes.insert(self.index_name(relation, &name), index);
    }

    /// An index is in the schema of its table, and that of an aggregate in that of the hypertable behind it.
    fn index_name(&self, relation: &Relation, name: &str) -> Relation {
        let schema = if self.aggregates.contains_key(relation) {
            "_timescaledb_internal"
        } else {
            &relation.schema
        };
        Relation {
            schema: schema.to_owned(),
            name: name.to_owned(),
        }
    }

    /// The name that the server gives to an index of a table.
    fn chosen_name(&self, table: &Relation, columns: &[String], label: &str) -> String {
        let keys = self.tables.get(table).map(|it| &it.keys);
        let is_key = |name: &str| {
            let mut keys = keys.into_iter().flatten();
            keys.any(|it| it.constraint.name.as_deref() == Some(name))
        };
        names::chosen(&table.name, columns, label, |name| {
            is_key(name) || self.contains(&self.index_name(table, name))
        })
    }

    pub(super) fn drop_indexes(&mut self, names: &[Relation]) {
        for name in names {
            if let Some(index) = self.indexes.remove(name)
                && let Some(table) = self.tables.get_mut(&index.table)
            {
                table
                    .keys
                    .retain(|it| it.constraint.name.as_ref() != Some(&name.name));
            }
        }
    }

    pub(super) fn drop_key(&mut self, relation: &Relation, name: &str) {
        let index = self.index_name(relation, name);
        self.indexes.remove(&index);
        if let Some(table) = self.tables.get_mut(relation) {
            table
                .keys
                .retain(|it| it.constraint.name.as_deref() != Some(name));
        }
    }

    /// Renames an index, and the constraint that it belongs to.
    pub(super) fn rename_index(&mut self, index: &Relation, to: &str) {
        let Some(of) = self.indexes.remove(index) else {
            return;
        };
        if let Some(table) = self.tables.get_mut(&of.table) {
            for key in &mut table.keys {
                if key.constraint.name.as_ref() == Some(&index.name) {
                    key.constraint.name = Some(to.to_owned());
                }
            }
        }
        let name = Relation {
            schema: index.schema.clone(),
            name: to.to_owned(),
        };
        self.indexes.insert(name, of);
    }

    pub(super) fn rename_key(&mut self, relation: &Relation, from: &str, to: &str) {
        let index = self.index_name(relation, from);
        if self.indexes.contains_key(&index) {
            return self.rename_index(&index, to);
        }
        let table = self.tables.get_mut(relation);
        for key in table.into_iter().flat_map(|it| &mut it.keys) {
            if key.constraint.name.as_deref() == Some(from) {
                key.constraint.name = Some(to.to_owned());
            }
        }
    }
}
