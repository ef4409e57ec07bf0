//! What the proofs start from: tables with what is declared of them, views with their queries, and the functions that they call.

use std::collections::{BTreeSet, HashMap};

use crate::nodes::{self, Node};
use crate::nullability::{self, Prover, Writing};

use super::raw::{self, Answer};
use super::relations::{self, Relation};

pub(super) fn prover(answer: &Answer, relations: &[Relation]) -> Prover {
    let mut prover = Prover::default();
    for function in answer.functions.iter().flatten() {
        let known = nullability::Function {
            owner: owner(function),
            name: function.name.clone(),
            arguments: function.arguments.clone().unwrap_or_default(),
            is_strict: function.strict,
            is_volatile: function.volatile,
        };
        prover.functions.insert(function.oid, known);
    }
    let loose = loose(answer.children.as_deref().unwrap_or_default());
    for relation in relations {
        prover
            .relations
            .insert(relation.oid, known(relation, loose.get(&relation.oid)));
    }
    prover
}

/// The extension or `pg_catalog`; that of what a superuser added to PostgreSQL's own schema is not PostgreSQL.
fn owner(function: &raw::Function) -> String {
    let is_added = i64::from(function.oid) >= nullability::FIRST_USER_OID;
    match function.owner.as_str() {
        "pg_catalog" if is_added => "an addition to pg_catalog".to_owned(),
        owner => owner.to_owned(),
    }
}

fn known(relation: &Relation, loose: Option<&BTreeSet<&str>>) -> nullability::Relation {
    let column = |column: &relations::Column| {
        let checked =
            column.not_null && !loose.is_some_and(|loose| loose.contains(column.name.as_str()));
        let declared = match (checked, column.primary_key) {
            (false, _) => None,
            (true, true) => Some("primary key"),
            (true, false) => Some("NOT NULL"),
        };
        let known = nullability::Column {
            name: column.name.clone(),
            declared,
            added: column.added,
        };
        (column.position, known)
    };
    let is_view = matches!(relation.kind.as_str(), "v" | "m");
    nullability::Relation {
        label: label(&relation.schema, &relation.name),
        columns: relation.columns.iter().map(column).collect(),
        // A view whose query cannot be read has one all the same: an empty node, which proves nothing.
        query: is_view.then(|| {
            let tree = relation.tree.as_deref().and_then(nodes::parse);
            tree.unwrap_or_else(Node::unknown)
        }),
        writing: Writing::default(),
    }
}

/// What a reason calls a relation.
pub(super) fn label(schema: &str, name: &str) -> String {
    match schema {
        "public" => name.to_owned(),
        schema => format!("{schema}.{name}"),
    }
}

/// The columns that some descendant lets be null, by table.
fn loose(children: &[raw::Child]) -> HashMap<u32, BTreeSet<&str>> {
    let mut parents: HashMap<u32, Vec<u32>> = HashMap::new();
    for edge in children {
        parents.entry(edge.child).or_default().push(edge.parent);
    }
    let mut loose: HashMap<u32, BTreeSet<&str>> = HashMap::new();
    for edge in children {
        let mut ancestors = vec![edge.parent];
        let mut done = BTreeSet::new();
        while let Some(ancestor) = ancestors.pop() {
            if done.insert(ancestor) {
                let nullable = edge.nullable.iter().flatten().map(String::as_str);
                loose.entry(ancestor).or_default().extend(nullable);
                ancestors.extend(parents.get(&ancestor).into_iter().flatten());
            }
        }
    }
    loose
}
