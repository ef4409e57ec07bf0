//! What is known of the database beside the trees: names, keys, operators, and what happens on writing.

use std::collections::{BTreeSet, HashMap};

use crate::model::RelationRef;
use crate::nullability::Prover;

use super::{ColumnRef, TimeBound};

/// What the proofs start from.
#[derive(Debug, Default)]
pub(crate) struct World {
    /// The relations that the queries read, directly or through views, by OID.
    pub(crate) relations: HashMap<u32, Traits>,
    /// The operators in the queries, by OID.
    pub(crate) operators: HashMap<u32, Operator>,
}

/// What is known of a relation.
#[derive(Debug)]
pub(crate) struct Traits {
    pub(crate) name: RelationRef,
    /// Columns that refuse null, by `NOT NULL` or by that of their domain.
    pub(crate) required: BTreeSet<i64>,
    /// Whether rules, beside that of a view, may replace what is done to it.
    pub(crate) has_rules: bool,
    /// Whether triggers may change or drop rows before they are written.
    pub(crate) has_row_triggers: bool,
    /// The column of time of a hypertable or a continuous aggregate.
    pub(crate) time: Option<String>,
}

/// An operator.
#[derive(Debug)]
pub(crate) struct Operator {
    pub(crate) name: String,
    /// The operator with its sides exchanged.
    pub(crate) commutator: Option<String>,
}

impl World {
    pub(crate) fn column(
        &self,
        prover: &Prover,
        relation: u32,
        position: i64,
    ) -> Option<ColumnRef> {
        let name = &self.relations.get(&relation)?.name;
        let column = prover.relations.get(&relation)?.columns.get(&position)?;
        Some(ColumnRef {
            schema: name.schema.clone(),
            relation: name.name.clone(),
            column: column.name.clone(),
        })
    }

    pub(super) fn names(&self, relations: &BTreeSet<u32>) -> Vec<RelationRef> {
        let known = relations.iter().filter_map(|it| self.relations.get(it));
        let mut names: Vec<RelationRef> = known.map(|it| it.name.clone()).collect();
        names.sort();
        names
    }

    pub(super) fn unbound(&self, relations: &BTreeSet<u32>) -> Vec<TimeBound> {
        let known = relations.iter().filter_map(|it| self.relations.get(it));
        let bound = |it: &Traits| {
            Some(TimeBound {
                relation: it.name.clone(),
                column: it.time.clone()?,
                lower: false,
                upper: false,
            })
        };
        let mut bounds: Vec<TimeBound> = known.filter_map(bound).collect();
        bounds.sort_by(|a, b| a.relation.cmp(&b.relation));
        bounds
    }
}
