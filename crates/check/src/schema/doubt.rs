//! What may have happened: a statement in a branch, or one that cannot be read.

use super::{Aggregate, Enabled, IndexOf, Policies, Policy, Rows, Schema, Table};
use crate::act::Relation;

impl Schema {
    /// Everything may be otherwise from now on.
    pub(super) fn doubt_all(&mut self) {
        for table in self.tables.values_mut() {
            table.is_doubted = true;
            doubt_policies(&mut table.policies);
            table.columnstore = maybe(&table.columnstore, &None);
            if let Rows::Some(place) = &table.rows {
                table.rows = Rows::Maybe(place.clone());
            }
        }
        for aggregate in self.aggregates.values_mut() {
            aggregate.is_doubted = true;
            doubt_policies(&mut aggregate.policies);
            aggregate.columnstore = maybe(&aggregate.columnstore, &None);
        }
        self.indexes
            .values_mut()
            .for_each(|it| it.is_doubted = true);
    }

    /// Whether a relation may be otherwise, or an aggregate that reads it.
    pub fn is_doubted(&self, relation: &Relation) -> bool {
        let itself = |relation: &Relation| {
            let table = self.tables.get(relation).map(|it| it.is_doubted);
            table.or_else(|| self.aggregates.get(relation).map(|it| it.is_doubted))
        };
        let index = self.indexes.get(relation);
        let index = index.is_some_and(|it| it.is_doubted || itself(&it.table) == Some(true));
        let is_itself = itself(relation).unwrap_or(index);
        let mut readers = self.aggregates.values();
        is_itself || readers.any(|it| it.is_doubted && it.reads.contains_key(relation))
    }

    /// Takes into account that what happened since `before` may not have happened: what is in one of both is doubted, and so is what
    /// differs.
    pub fn doubt_since(&mut self, mut before: Schema) {
        for (name, table) in &mut self.tables {
            let Some(old) = before.tables.remove(name) else {
                table.is_doubted = true;
                continue;
            };
            table.rows = either_rows(&old.rows, &table.rows);
            table.policies = either_policies(&old.policies, &table.policies);
            table.columnstore = maybe(&old.columnstore, &table.columnstore);
            let same = Table {
                rows: table.rows.clone(),
                policies: table.policies.clone(),
                columnstore: table.columnstore.clone(),
                ..old
            };
            table.is_doubted |= same != *table;
        }
        for (name, aggregate) in &mut self.aggregates {
            let Some(old) = before.aggregates.remove(name) else {
                aggregate.is_doubted = true;
                continue;
            };
            aggregate.policies = either_policies(&old.policies, &aggregate.policies);
            aggregate.columnstore = maybe(&old.columnstore, &aggregate.columnstore);
            let same = Aggregate {
                policies: aggregate.policies.clone(),
                columnstore: aggregate.columnstore.clone(),
                ..old
            };
            aggregate.is_doubted |= same != *aggregate;
        }
        for (name, index) in &mut self.indexes {
            index.is_doubted |= before.indexes.remove(name).as_ref() != Some(index);
        }
        // What is gone may still be there.
        for (name, table) in before.tables {
            let is_doubted = true;
            self.tables.insert(
                name,
                Table {
                    is_doubted,
                    ..table
                },
            );
        }
        for (name, aggregate) in before.aggregates {
            let is_doubted = true;
            self.aggregates.insert(
                name,
                Aggregate {
                    is_doubted,
                    ..aggregate
                },
            );
        }
        for (name, index) in before.indexes {
            let is_doubted = true;
            self.indexes.insert(
                name,
                IndexOf {
                    is_doubted,
                    ..index
                },
            );
        }
        if self.path != before.path {
            self.path = None;
        }
    }
}

fn either_rows(old: &Rows, new: &Rows) -> Rows {
    match (old, new) {
        _ if old == new => new.clone(),
        (_, Rows::Some(place) | Rows::Maybe(place))
        | (Rows::Some(place) | Rows::Maybe(place), _) => Rows::Maybe(place.clone()),
        _ => Rows::Unknown,
    }
}

/// The columnstore, which may be on if it was in one of both.
fn maybe(old: &Option<Enabled>, new: &Option<Enabled>) -> Option<Enabled> {
    if old == new {
        return new.clone();
    }
    let enabled = new.as_ref().or(old.as_ref())?;
    Some(Enabled {
        // Enabled twice, at different places, it is.
        is_certain: [old, new]
            .into_iter()
            .flatten()
            .filter(|it| it.is_certain)
            .count()
            == 2,
        ..enabled.clone()
    })
}

fn doubt_policies(policies: &mut Policies) {
    *policies = either_policies(policies, &Policies::default());
}

fn either_policies(old: &Policies, new: &Policies) -> Policies {
    Policies {
        refresh: either(&old.refresh, &new.refresh),
        retention: either(&old.retention, &new.retention),
        columnstore: either(&old.columnstore, &new.columnstore),
    }
}

fn either<T: Clone + PartialEq>(
    old: &Option<Policy<T>>,
    new: &Option<Policy<T>>,
) -> Option<Policy<T>> {
    if old == new {
        return new.clone();
    }
    let policy = new.as_ref().or(old.as_ref())?;
    Some(Policy {
        is_certain: false,
        ..policy.clone()
    })
}
