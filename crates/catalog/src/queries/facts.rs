//! What is known of the database beside the trees: names, keys, operators, and what happens on writing.

use std::collections::{BTreeSet, HashMap};

use crate::model::RelationRef;
use crate::nullability::Prover;

use super::ColumnRef;

/// What the proofs start from.
#[derive(Debug, Default)]
pub(crate) struct World {
    /// The relations that the queries read, directly or through views, by OID.
    pub(crate) relations: HashMap<u32, Traits>,
    /// The operators in the queries, by OID.
    pub(crate) operators: HashMap<u32, Operator>,
    /// Collations in which different texts may be equal.
    pub(crate) loose_collations: BTreeSet<u32>,
}

/// What is known of a relation.
#[derive(Debug)]
pub(crate) struct Traits {
    pub(crate) name: RelationRef,
    /// Columns that refuse null, by `NOT NULL` or by that of their domain.
    pub(crate) required: BTreeSet<i64>,
    pub(crate) keys: Vec<Key>,
    /// Whether it has children whose rows its keys do not cover.
    pub(crate) is_inherited: bool,
    /// Whether rules, beside that of a view, may replace what is done to it.
    pub(crate) has_rules: bool,
    /// Whether triggers may change or drop rows before they are written.
    pub(crate) has_row_triggers: bool,
    /// Whether it, or a part of it, is on a server that promises nothing.
    pub(crate) is_foreign: bool,
    /// `relkind`.
    pub(crate) kind: String,
    /// The column of time of a hypertable or a continuous aggregate.
    pub(crate) time: Option<String>,
}

/// Columns that no two rows have the same values in. Those of a unique index are checked at once, for all rows.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) columns: Vec<KeyColumn>,
}

#[derive(Debug, Clone)]
pub(crate) struct KeyColumn {
    /// `attnum`.
    pub(crate) position: i64,
    /// The operator families one of whose equality it uses.
    pub(crate) families: Vec<u32>,
    pub(crate) collation: u32,
}

/// An operator.
#[derive(Debug)]
pub(crate) struct Operator {
    pub(crate) name: String,
    /// The operator with its sides exchanged.
    pub(crate) commutator: Option<String>,
    /// The B-tree families that it is the equality of.
    pub(crate) equality_of: Vec<u32>,
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
}
