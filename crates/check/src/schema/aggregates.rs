//! Continuous aggregates: what their queries read.

use std::collections::BTreeMap;

use super::{Aggregate, Reads, Schema};
use crate::act::{Column, ColumnRead, NewAggregate, Relation};
use crate::finding::Place;
use crate::value::Value;

/// The relations of a query, each with its name there.
type Sources = [(Relation, String)];

impl Schema {
    pub(super) fn create_aggregate(&mut self, new: &NewAggregate, place: Place) {
        if new.if_not_exists && self.contains(&new.relation) {
            return;
        }
        if !new.is_continuous {
            self.others.insert(new.relation.clone());
            return;
        }
        self.dropped.remove(&new.relation);
        let mut aggregate = Aggregate {
            source: self.source(&new.sources),
            sources: new.sources.clone(),
            bucket: new.bucket.as_ref().and_then(Value::span),
            query: new.query.clone(),
            words: new.words.clone(),
            made: Some(place),
            ..Aggregate::default()
        };
        for (relation, _) in &new.sources {
            aggregate.reads.entry(relation.clone()).or_default();
        }
        self.read(&new.columns, &new.sources, &mut aggregate.reads);
        self.aggregates.insert(new.relation.clone(), aggregate);
    }

    /// `ALTER MATERIALIZED VIEW … ADD COLUMN … GENERATED ALWAYS AS (…)`.
    pub(super) fn add_to_aggregate(&mut self, relation: &Relation, column: &Column) {
        let Some(aggregate) = self.aggregates.get(relation) else {
            return;
        };
        let mut reads = aggregate.reads.clone();
        self.read(&column.reads, &aggregate.sources, &mut reads);
        if let Some(aggregate) = self.aggregates.get_mut(relation) {
            aggregate.reads = reads;
        }
    }

    /// Adds the columns that a query reads to those of each relation.
    fn read(
        &self,
        columns: &[ColumnRead],
        sources: &Sources,
        reads: &mut BTreeMap<Relation, Reads>,
    ) {
        let has = |relation: &Relation, column: &str| match self.tables.get(relation) {
            Some(table) if table.column(column).is_some() => Some(true),
            Some(table) if !table.has_more => Some(false),
            _ => None,
        };
        for column in columns {
            let is_meant = |it: &&(Relation, String)| match &column.of {
                Some(alias) => it.1 == *alias,
                None => true,
            };
            let meant: Vec<&Relation> = sources.iter().filter(is_meant).map(|it| &it.0).collect();
            let has_it = |it: &&&Relation| has(it, &column.name) == Some(true);
            let is_found = meant.iter().any(|it| has_it(&it));
            for relation in &meant {
                let reads = reads.entry((*relation).clone()).or_default();
                match has(relation, &column.name) {
                    Some(true) => reads.surely.insert(column.name.clone()),
                    _ if column.of.is_some() => reads.surely.insert(column.name.clone()),
                    None if !is_found => reads.maybe.insert(column.name.clone()),
                    _ => false,
                };
            }
        }
    }
}
