//! What a `DROP` takes away, with what depends on it.

use super::Schema;
use crate::act::{Drop, Relation, TEMPORARY};
use crate::finding::Place;

impl Schema {
    pub(super) fn drop(&mut self, drop: &Drop, place: &Place) {
        for name in &drop.names {
            match drop.kind {
                "schema" => self.drop_schema(&name.name, place),
                "type" if drop.cascade => self.drop_type(name),
                "function" if drop.cascade => self.drop_routine(name),
                "type" | "function" => {}
                _ => self.drop_relation(name, drop.cascade, place),
            }
        }
    }

    fn drop_relation(&mut self, name: &Relation, cascade: bool, place: &Place) {
        if let Some(aggregate) = self.aggregates.get(name) {
            self.dropped
                .insert(name.clone(), (aggregate.clone(), place.clone()));
        }
        self.forget_relation(name);
        if cascade {
            self.drop_readers(name, place);
        }
    }

    /// Takes a relation of any kind out of the model, with its indexes.
    pub(super) fn forget_relation(&mut self, name: &Relation) {
        self.tables.remove(name);
        self.aggregates.remove(name);
        self.others.remove(name);
        self.indexes.retain(|_, it| it.table != *name);
    }

    fn drop_readers(&mut self, relation: &Relation, place: &Place) {
        let readers: Vec<Relation> = self.readers(relation).map(|it| it.0.clone()).collect();
        for reader in readers {
            self.drop_relation(&reader, true, place);
        }
    }

    fn drop_schema(&mut self, schema: &str, place: &Place) {
        let all = self
            .tables
            .keys()
            .chain(self.aggregates.keys())
            .chain(&self.others);
        let inside: Vec<Relation> = all.filter(|it| it.schema == schema).cloned().collect();
        for name in inside {
            self.drop_relation(&name, true, place);
        }
        self.routines.retain(|it, _| it.schema != schema);
    }

    /// Columns of the type go with it.
    fn drop_type(&mut self, ty: &Relation) {
        let is_of = |written: &str| {
            let base = written.trim_end_matches("[]");
            base.rsplit('.')
                .next()
                .is_some_and(|it| it.trim_matches('"') == ty.name)
        };
        let tables = self.tables.iter().flat_map(|(name, table)| {
            let columns = table.columns.iter().filter(|it| is_of(&it.ty));
            columns.map(|it| (name.clone(), it.name.clone()))
        });
        let columns: Vec<(Relation, String)> = tables.collect();
        for (table, column) in columns {
            self.drop_column(&table, &column);
        }
    }

    /// Aggregates that call it go with it, as far as their text shows.
    fn drop_routine(&mut self, name: &Relation) {
        self.routines.retain(|it, _| it.name != name.name);
        let call = format!("{} (", name.name);
        for aggregate in self.aggregates.values_mut() {
            aggregate.is_doubted |= aggregate.query.contains(&call);
        }
    }

    pub(super) fn drop_temporary(&mut self) {
        self.tables.retain(|it, _| it.schema != TEMPORARY);
        self.others.retain(|it| it.schema != TEMPORARY);
        self.indexes.retain(|it, _| it.schema != TEMPORARY);
    }
}
