//! A program's queries in the answer, and what they are proven from.

use std::collections::{BTreeSet, HashSet};

use crate::json::record;
use crate::model::RelationRef;
use crate::nodes::{self, Node};
use crate::nullability::{self, Prover, Writing};
use crate::queries::{Key, KeyColumn, Marked, Operator, Query, QueryFacts, Traits, World};

use super::bucket;
use super::known::label;
use super::raw::{ContinuousAggregate, Rows};

record! {
    /// The part of the answer that [`Answer`](super::raw::Answer) does not have.
    pub(super) struct WithQueries {
        pub(super) queries: Option<Queries>,
    }
}

record! {
    #[derive(Default)]
    pub(super) struct Queries {
        pub(super) trees: Rows<Tree>,
        pub(super) relations: Rows<Relation>,
        pub(super) operators: Rows<RawOperator>,
        pub(super) loose_collations: Rows<u32>,
    }
}

record! {
    pub(super) struct Tree {
        pub(super) name: String,
        pub(super) parameters: u32,
        /// `pg_proc.prosqlbody`.
        pub(super) tree: String,
    }
}

record! {
    /// A relation that a query reads, directly or through views.
    pub(super) struct Relation {
        pub(super) oid: u32,
        pub(super) schema: String,
        pub(super) name: String,
        /// `relkind`.
        pub(super) kind: String,
        /// The query of a view that the catalog does not have.
        pub(super) tree: Option<String>,
        /// Whether the catalog has it.
        pub(super) is_known: bool,
        pub(super) columns: Rows<Column>,
        pub(super) keys: Rows<RawKey>,
        pub(super) is_inherited: bool,
        pub(super) has_generated: bool,
        pub(super) has_rules: bool,
        pub(super) has_row_triggers: bool,
        pub(super) is_foreign: bool,
        pub(super) time: Option<String>,
    }
}

record! {
    pub(super) struct Column {
        pub(super) position: i64,
        pub(super) name: String,
        pub(super) not_null: bool,
        pub(super) required: bool,
    }
}

record! {
    pub(super) struct RawKey {
        pub(super) columns: Rows<RawKeyColumn>,
    }
}

record! {
    pub(super) struct RawKeyColumn {
        pub(super) position: i64,
        pub(super) family: u32,
        pub(super) collation: u32,
    }
}

record! {
    pub(super) struct RawOperator {
        pub(super) oid: u32,
        pub(super) name: String,
        pub(super) commutator: Option<String>,
        pub(super) equality_of: Rows<u32>,
    }
}

impl Queries {
    /// What is proven of the queries, in the order of their numbers.
    pub(super) fn facts(
        self,
        aggregates: &[ContinuousAggregate],
        prover: &mut Prover,
        marked: Marked<'_>,
    ) -> Vec<QueryFacts> {
        let (world, queries) = take(self, aggregates, prover);
        let facts = |it: &Query| crate::queries::facts(&world, prover, it, marked);
        queries.iter().map(facts).collect()
    }
}

/// The queries, and what is known around them. The prover gets to know the relations beside the catalog's.
fn take(
    queries: Queries,
    aggregates: &[ContinuousAggregate],
    prover: &mut Prover,
) -> (World, Vec<Query>) {
    let mut world = World::default();
    let aggregates: HashSet<(&str, &str)> = aggregates
        .iter()
        .map(|it| (it.schema.as_str(), it.name.as_str()))
        .collect();
    for relation in queries.relations.into_iter().flatten() {
        if !relation.is_known {
            prover.relations.insert(relation.oid, known(&relation));
        }
        if let Some(known) = prover.relations.get_mut(&relation.oid) {
            known.writing = Writing {
                is_replaced: relation.has_rules || relation.is_foreign,
                is_changed: relation.has_row_triggers,
                has_generated: relation.has_generated,
            };
        }
        let is_aggregate = aggregates.contains(&(relation.schema.as_str(), relation.name.as_str()));
        let bucket = || {
            let query = prover.query(relation.oid).filter(|_| is_aggregate)?;
            Some(bucket::find(query, prover)?.column)
        };
        let time = relation.time.clone().or_else(bucket);
        world.relations.insert(relation.oid, traits(relation, time));
    }
    for operator in queries.operators.into_iter().flatten() {
        let known = Operator {
            name: operator.name,
            commutator: operator.commutator,
            equality_of: operator.equality_of.unwrap_or_default(),
        };
        world.operators.insert(operator.oid, known);
    }
    world.loose_collations = queries.loose_collations.into_iter().flatten().collect();
    let mut trees: Vec<Query> = queries.trees.into_iter().flatten().map(query).collect();
    trees.sort_by_key(|it| (it.name.len(), it.name.clone()));
    (world, trees)
}

fn query(raw: Tree) -> Query {
    Query {
        name: raw.name,
        parameters: usize::try_from(raw.parameters).unwrap_or_default(),
        // The body is a list of one list, which has the statements.
        tree: nodes::parse(&raw.tree).unwrap_or_else(Node::unknown),
    }
}

fn known(relation: &Relation) -> nullability::Relation {
    // What inherits from it may be looser, and foreign servers promise nothing.
    let is_kept = !relation.is_inherited && !relation.is_foreign;
    let column = |column: &Column| {
        let known = nullability::Column {
            name: column.name.clone(),
            declared: (column.not_null && is_kept).then_some("NOT NULL"),
            // Of an aggregate that is not read itself, nothing shows it.
            added: false,
        };
        (column.position, known)
    };
    let is_view = matches!(relation.kind.as_str(), "v" | "m");
    let parsed = |tree: &String| nodes::parse(tree).unwrap_or_else(Node::unknown);
    nullability::Relation {
        label: label(&relation.schema, &relation.name),
        columns: relation.columns.iter().flatten().map(column).collect(),
        writing: Writing::default(),
        query: is_view.then(|| relation.tree.as_ref().map_or_else(Node::unknown, parsed)),
    }
}

fn traits(relation: Relation, time: Option<String>) -> Traits {
    let columns = relation.columns.iter().flatten();
    let required: BTreeSet<i64> = columns
        .filter(|it| it.required)
        .map(|it| it.position)
        .collect();
    Traits {
        required,
        keys: relation.keys.into_iter().flatten().map(key).collect(),
        is_inherited: relation.is_inherited,
        is_foreign: relation.is_foreign,
        kind: relation.kind,
        has_rules: relation.has_rules,
        has_row_triggers: relation.has_row_triggers,
        time,
        name: RelationRef {
            schema: relation.schema,
            name: relation.name,
        },
    }
}

fn key(raw: RawKey) -> Key {
    let column = |column: RawKeyColumn| KeyColumn {
        position: column.position,
        families: vec![column.family],
        collation: column.collation,
    };
    Key {
        columns: raw.columns.into_iter().flatten().map(column).collect(),
    }
}
