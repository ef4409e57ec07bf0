//! What the schema holds while statements are replayed: a light model, with the place that made each part.

mod aggregates;
mod calls;
mod doubt;
mod drops;
mod keys;
mod names;
mod replay;
mod resolve;
mod tables;

pub(crate) use calls::{dimension, window};

use std::collections::{BTreeMap, BTreeSet};

use crate::act::{Column, Constraint, Relation};
use crate::finding::Place;
use crate::value::Span;

/// The schema before a statement.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Tables and hypertables.
    pub tables: BTreeMap<Relation, Table>,
    /// Continuous aggregates.
    pub aggregates: BTreeMap<Relation, Aggregate>,
    /// The indexes, by the name that they have or that the server gives them.
    pub indexes: BTreeMap<Relation, IndexOf>,
    /// Views, sequences and other relations that no rule asks about.
    pub others: BTreeSet<Relation>,
    /// The functions and procedures of the files, and whether calling one may change the schema.
    pub routines: BTreeMap<Relation, bool>,
    /// Aggregates that were dropped by a file that is checked, for the one that is created under the same name.
    pub dropped: BTreeMap<Relation, (Aggregate, Place)>,
    /// A statement changed policies in a way that its text does not show: `alter_job`, `delete_job`.
    pub jobs_changed: bool,
    /// Where names without a schema are looked up; `None` if that is not known.
    path: Option<Vec<String>>,
    /// The same after the transaction, if `SET LOCAL` changed it.
    path_after: Option<Option<Vec<String>>>,
    /// The schema of TimescaleDB's functions, if a file chooses one.
    extension: Option<String>,
}

/// An index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexOf {
    /// Its table or aggregate.
    pub table: Relation,
    /// Its columns; `None` for an expression.
    pub columns: Vec<Option<String>>,
    /// Whether it may not be there.
    pub is_doubted: bool,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its constraints and unique indexes.
    pub keys: Vec<Key>,
    /// What is known of it as a hypertable.
    pub hypertable: Option<Hypertable>,
    /// The statement that created it.
    pub made: Option<Place>,
    /// What is known of its rows.
    pub rows: Rows,
    /// Whether a trigger or a rule may keep rows out.
    pub has_trigger: bool,
    /// Whether columns are missing here: `INHERITS`.
    pub has_more: bool,
    /// `ON COMMIT DROP`.
    pub drops_on_commit: bool,
    /// Where the columnstore was enabled.
    pub columnstore: Option<Enabled>,
    /// Its policies.
    pub policies: Policies,
    /// Whether it may be otherwise: something in a branch, or that cannot be read, may have changed it.
    pub is_doubted: bool,
}

/// What is known of a table's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Rows {
    /// Nothing.
    #[default]
    Unknown,
    /// There was none in this file, after its last statement about the table.
    None(usize),
    /// A statement may have put some there.
    Maybe(Place),
    /// A statement put some there.
    Some(Place),
}

/// A constraint or a unique index, and where it was made. It has the name that the server gave it, if none was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The constraint.
    pub constraint: Constraint,
    /// Where.
    pub place: Option<Place>,
}

/// How a hypertable is partitioned.
#[derive(Debug, Clone, Default, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Enabled {
    /// Where.
    pub place: Option<Place>,
    /// Whether it surely is.
    pub is_certain: bool,
}

/// A continuous aggregate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Aggregate {
    /// The hypertable or the aggregate that it reads.
    pub source: Option<Relation>,
    /// The columns that it reads of each relation.
    pub reads: BTreeMap<Relation, Reads>,
    /// The relations of its query, each with the name that it has there.
    pub sources: Vec<(Relation, String)>,
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
    /// Its policies.
    pub policies: Policies,
    /// Whether it may be otherwise.
    pub is_doubted: bool,
}

/// The columns of a relation that a query reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Surely.
    pub surely: BTreeSet<String>,
    /// Unless they are columns of another relation.
    pub maybe: BTreeSet<String>,
}

/// The policies of a hypertable or an aggregate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policies {
    /// `add_continuous_aggregate_policy`.
    pub refresh: Option<Policy<Window>>,
    /// `add_retention_policy`: `drop_after`.
    pub retention: Option<Policy<Span>>,
    /// `add_columnstore_policy`: `after`.
    pub columnstore: Option<Policy<Span>>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq)]
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

impl Default for Schema {
    fn default() -> Schema {
        Schema {
            tables: BTreeMap::new(),
            aggregates: BTreeMap::new(),
            indexes: BTreeMap::new(),
            others: BTreeSet::new(),
            routines: BTreeMap::new(),
            dropped: BTreeMap::new(),
            jobs_changed: false,
            path: Some(vec!["public".to_owned()]),
            path_after: None,
            extension: None,
        }
    }
}

impl Schema {
    /// The policies of a relation.
    pub fn policies(&self, relation: &Relation) -> Option<&Policies> {
        let table = self.tables.get(relation).map(|it| &it.policies);
        table.or_else(|| self.aggregates.get(relation).map(|it| &it.policies))
    }

    /// The relation of a query that it is computed from; the others are joined.
    pub fn source(&self, sources: &[(Relation, String)]) -> Option<Relation> {
        let is_it = |it: &&(Relation, String)| {
            self.hypertable(&it.0).is_some() || self.aggregates.contains_key(&it.0)
        };
        let source = sources.iter().find(is_it).or(sources.first());
        source.map(|it| it.0.clone())
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

    /// Whether it was created in this file, and is empty.
    pub fn is_new_in(&self, file: usize) -> bool {
        let is_made = self.made.as_ref().is_some_and(|it| it.file == file);
        is_made && self.rows == Rows::None(file)
    }

    /// Whether it surely is a hypertable.
    pub fn is_surely_hypertable(&self) -> bool {
        self.hypertable.is_some() && !self.is_doubted
    }

    /// The statement that put rows into it, or may have.
    pub fn filled(&self) -> Option<&Place> {
        match &self.rows {
            Rows::Maybe(place) | Rows::Some(place) => Some(place),
            Rows::Unknown | Rows::None(_) => None,
        }
    }
}
