//! What the schema holds while statements are replayed: a light model, with the place that made each part.

mod replay;

pub(crate) use replay::{dimension, window};

use std::collections::BTreeMap;

use crate::act::{Column, Constraint, Relation};
use crate::finding::Place;
use crate::value::Span;

/// The schema before a statement.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Tables and hypertables.
    pub tables: BTreeMap<Relation, Table>,
    /// Continuous aggregates.
    pub aggregates: BTreeMap<Relation, Aggregate>,
    /// The indexes, by the name that they have or that the server gives them.
    pub indexes: BTreeMap<Relation, IndexOf>,
    /// Aggregates that were dropped by a file that is checked, for the one that is created under the same name.
    pub dropped: BTreeMap<Relation, (Aggregate, Place)>,
    /// A statement changed policies in a way that its text does not show: `alter_job`, `delete_job`.
    pub jobs_changed: bool,
}

/// An index.
#[derive(Debug, Clone)]
pub struct IndexOf {
    /// Its table.
    pub table: Relation,
    /// Its columns; `None` for an expression.
    pub columns: Vec<Option<String>>,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its constraints and unique indexes.
    pub keys: Vec<Key>,
    /// What is known of it as a hypertable.
    pub hypertable: Option<Hypertable>,
    /// The statement that created it.
    pub made: Option<Place>,
    /// Whether rows are known to be in it.
    pub filled: Option<Place>,
    /// Whether columns are missing here: `LIKE`, `INHERITS`.
    pub has_more: bool,
    /// Where the columnstore was enabled.
    pub columnstore: Option<Enabled>,
    /// Whether its options were written with it: what they turn on by default depends on the version.
    pub is_declared: bool,
    /// Its policies.
    pub policies: Policies,
}

/// A constraint or a unique index, and where it was made.
#[derive(Debug, Clone)]
pub struct Key {
    /// The constraint.
    pub constraint: Constraint,
    /// Where.
    pub place: Option<Place>,
}

/// How a hypertable is partitioned.
#[derive(Debug, Clone, Default)]
pub struct Hypertable {
    /// Its time column.
    pub time: Option<String>,
    /// The columns of other dimensions.
    pub others: Vec<String>,
    /// The chunk interval, if it is written.
    pub interval: Option<Span>,
    /// Where it was made.
    pub place: Option<Place>,
    /// Whether `set_integer_now_func` was called.
    pub has_now: bool,
}

/// Something was turned on.
#[derive(Debug, Clone)]
pub struct Enabled {
    /// Where.
    pub place: Option<Place>,
}

/// A continuous aggregate.
#[derive(Debug, Clone, Default)]
pub struct Aggregate {
    /// The hypertable or the aggregate that it reads.
    pub source: Option<Relation>,
    /// The width of its bucket.
    pub bucket: Option<Span>,
    /// Its query, with single blanks.
    pub query: String,
    /// The identifiers of its query.
    pub words: Vec<String>,
    /// Where it was made.
    pub made: Option<Place>,
    /// Where the columnstore was enabled.
    pub columnstore: Option<Enabled>,
    /// Whether its options were written with it: what they turn on by default depends on the version.
    pub is_declared: bool,
    /// Its policies.
    pub policies: Policies,
}

/// The policies of a hypertable or an aggregate.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// `add_continuous_aggregate_policy`.
    pub refresh: Option<Policy<Window>>,
    /// `add_retention_policy`: `drop_after`.
    pub retention: Option<Policy<Span>>,
    /// `add_columnstore_policy`: `after`.
    pub columnstore: Option<Policy<Span>>,
}

/// A policy.
#[derive(Debug, Clone)]
pub struct Policy<T> {
    /// What it says; `None` if it is not a constant.
    pub value: Option<T>,
    /// Where it was added.
    pub place: Option<Place>,
    /// Whether it is surely there.
    pub is_certain: bool,
}

/// The window of a refresh: from so long ago until so long ago.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// `start_offset`; `None` is the beginning.
    pub start: Option<Span>,
    /// `end_offset`; `None` is the end.
    pub end: Option<Span>,
}

impl Schema {
    /// The policies of a relation.
    pub fn policies(&self, relation: &Relation) -> Option<&Policies> {
        let table = self.tables.get(relation).map(|it| &it.policies);
        table.or_else(|| self.aggregates.get(relation).map(|it| &it.policies))
    }

    /// A table that is a hypertable.
    pub fn hypertable(&self, relation: &Relation) -> Option<&Hypertable> {
        self.tables.get(relation)?.hypertable.as_ref()
    }

    /// The aggregates that read a relation directly.
    pub fn readers<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> impl Iterator<Item = (&'a Relation, &'a Aggregate)> {
        let all = self.aggregates.iter();
        all.filter(move |(_, it)| it.source.as_ref() == Some(relation))
    }
}

impl Table {
    /// A column.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|it| it.name == name)
    }

    /// Whether it was created in this file, so that it is empty unless rows were inserted.
    pub fn is_new_in(&self, file: usize) -> bool {
        self.made.as_ref().is_some_and(|it| it.file == file) && self.filled.is_none()
    }
}
