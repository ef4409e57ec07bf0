//! Which columns of a view can never be null, and why: a proof over the view's resolved query.
//!
//! PostgreSQL says `attnotnull = false` for every column of a view, so the claim has to be earned. Everything is nullable unless
//! a rule here proves the contrary; what is not known (a node, a function, a new version's field) proves nothing. The rules name
//! functions one by one (`functions`): that a function is STRICT says nothing about its result for arguments that are not null.
//!
//! Outside the query: `NOT NULL` of a domain proves nothing, because PostgreSQL documents ways for a null to get into a column of such a
//! domain; and a column that was added to a continuous aggregate is null in older rows. One limit remains: an aggregate or materialized
//! view keeps the nulls that it stored before its source's column became NOT NULL, until they are refreshed, and no catalog shows this.

mod calls;
mod command;
mod conditions;
mod entries;
mod expressions;
mod facts;
mod filled;
mod functions;
mod gaps;
mod grouping;
mod joins;
mod json;
mod returning;
mod rows;
mod scope;
mod set_operations;
mod subqueries;
mod types;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

pub(crate) use functions::Function;

use crate::nodes::Node;
use scope::Scope;

/// The OID of `boolean`.
const BOOLEAN: i64 = 16;

/// What is below is PostgreSQL's own: `FirstNormalObjectId` of `transam.h`.
pub(crate) const FIRST_USER_OID: i64 = 16384;

/// A relation whose columns are asked about or that a view reads.
#[derive(Debug)]
pub(crate) struct Relation {
    /// What a reason calls it: `events`, `app.events`.
    pub(crate) label: String,
    /// By `attnum`.
    pub(crate) columns: HashMap<i64, Column>,
    /// The query of a view; for a continuous aggregate the user's, without the materialized part.
    pub(crate) query: Option<Node>,
    pub(crate) writing: Writing,
}

/// What happens to a row that is written to a relation, as far as it is known: by default anything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writing {
    /// Whether rules, or another server, may do something else in its place.
    pub(crate) is_replaced: bool,
    /// Whether triggers may change it.
    pub(crate) is_changed: bool,
    /// Whether columns are computed of others.
    pub(crate) has_generated: bool,
}

impl Default for Writing {
    fn default() -> Writing {
        Writing {
            is_replaced: true,
            is_changed: true,
            has_generated: true,
        }
    }
}

/// A column of such a relation.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// Why a table's column is never null, as the catalog says it: `NOT NULL`, `primary key`.
    pub(crate) declared: Option<&'static str>,
    /// Whether a continuous aggregate may hold rows from before the column, which are null in it whatever the query says.
    pub(crate) added: bool,
}

/// Why an expression is never null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    text: String,
    constant: bool,
}

impl Proof {
    fn because(text: impl Into<String>) -> Proof {
        Proof {
            text: text.into(),
            constant: false,
        }
    }

    fn constant() -> Proof {
        Proof {
            text: "a constant".to_owned(),
            constant: true,
        }
    }

    /// What an expression over proven ones is called.
    fn over(name: &str, proofs: &[Proof]) -> Proof {
        let mut variable = proofs.iter().filter(|proof| !proof.constant);
        let operands = match (variable.next(), variable.next()) {
            (None, _) => "constants",
            (Some(proof), None) => &proof.text,
            (Some(_), Some(_)) => "values that are never null",
        };
        Proof::because(format!("{name} {operands}"))
    }
}

/// What is known about a database while its views are proven.
#[derive(Debug, Default)]
pub(crate) struct Prover {
    /// By OID.
    pub(crate) relations: HashMap<u32, Relation>,
    /// The functions that views call, by OID.
    pub(crate) functions: HashMap<u32, Function>,
    /// The statement's parameters that are never null, by number; a view has none.
    pub(crate) parameters: HashSet<i64>,
    /// Finished proofs of views, by OID, then by `attnum`; a view whose proof is in progress has none yet.
    proven: RefCell<HashMap<u32, HashMap<i64, Proof>>>,
    /// The views among them that fill gaps, or read one that does.
    filled: RefCell<HashSet<u32>>,
}

impl Prover {
    /// The query of a view.
    pub(crate) fn query(&self, relation: u32) -> Option<&Node> {
        self.relations.get(&relation)?.query.as_ref()
    }

    /// The function whose OID a field of the node has.
    pub(crate) fn function(&self, node: &Node, field: &str) -> Option<&Function> {
        self.functions.get(&node.oid(field)?)
    }

    /// Why the column is never null, in words that end a sentence; `None` when null must be expected.
    pub(crate) fn never_null(&self, relation: u32, position: i64) -> Option<String> {
        let found = self.relations.get(&relation)?;
        if found.query.is_none() {
            return found.columns.get(&position)?.declared.map(str::to_owned);
        }
        self.view_column(relation, position).map(|proof| proof.text)
    }

    /// Why each column of a query's result is never null.
    pub(crate) fn result(&self, query: &Node) -> Vec<Option<String>> {
        // However many views there are upon each other.
        for view in self.views_in(query) {
            self.prove(view);
        }
        let outputs = Scope::outputs_of(self, query, None).into_iter();
        outputs.map(|it| it.map(|proof| proof.text)).collect()
    }

    /// Whether a query gives at least one row, whatever the tables hold.
    pub(crate) fn has_a_row(&self, query: &Node) -> bool {
        Scope::new(self, query, None).is_some_and(|it| it.has_a_row())
    }

    /// Whether the query's output may have rows that come from no table row.
    pub(crate) fn fills_gaps(&self, query: &Node) -> bool {
        filled::fills_gaps(self, query)
    }

    /// Whether a query inside this one, or a view that it reads, fills gaps: the server may evaluate a condition on its output before it does.
    fn reads_filled(&self, query: &Node) -> bool {
        let filled = self.filled.borrow();
        let mut found = false;
        query.walk(&mut |node| {
            found |= node.tag() == "QUERY" && self.fills_gaps(node);
            found |= node.oid("relid").is_some_and(|it| filled.contains(&it));
        });
        found
    }

    /// The proof for a reference to a relation's column from a query.
    fn column(&self, relation: u32, position: i64) -> Option<Proof> {
        let found = self.relations.get(&relation)?;
        let column = found.columns.get(&position)?;
        let why = match found.query {
            Some(_) => self
                .view_column(relation, position)
                .map(|_| "is never null"),
            None => column.declared.map(|_| "is NOT NULL"),
        }?;
        Some(Proof::because(format!(
            "`{}.{}`, which {why}",
            found.label, column.name
        )))
    }

    fn view_column(&self, relation: u32, position: i64) -> Option<Proof> {
        self.prove(relation);
        self.proven.borrow().get(&relation)?.get(&position).cloned()
    }

    /// Proves a view, those that its query reads before it: however many of them are upon each other, the stack does not grow with them.
    fn prove(&self, relation: u32) {
        let mut open = vec![relation];
        let mut entered = HashSet::new();
        while let Some(&view) = open.last() {
            let is_proven = self.proven.borrow().contains_key(&view);
            if !is_proven && entered.insert(view) {
                let reads = self.views_read(view);
                open.extend(reads.into_iter().filter(|it| !entered.contains(it)));
                continue;
            }
            open.pop();
            if !is_proven {
                // Entered first: a view that reads itself proves nothing by it.
                self.proven.borrow_mut().insert(view, HashMap::new());
                if self.query(view).is_some_and(|it| self.reads_filled(it)) {
                    self.filled.borrow_mut().insert(view);
                }
                let proofs = self.outputs(view).unwrap_or_default();
                self.proven.borrow_mut().insert(view, proofs);
            }
        }
    }

    /// The proofs for a view's columns.
    fn outputs(&self, view: u32) -> Option<HashMap<i64, Proof>> {
        let found = self.relations.get(&view)?;
        let outputs = Scope::outputs_of(self, found.query.as_ref()?, None);
        let numbered = (1..).zip(outputs);
        let is_older = |at: &i64| found.columns.get(at).is_some_and(|column| !column.added);
        let proofs = numbered.filter(|(at, _)| is_older(at));
        Some(
            proofs
                .filter_map(|(at, proof)| Some((at, proof?)))
                .collect(),
        )
    }

    /// The views whose columns the query of this one refers to.
    fn views_read(&self, view: u32) -> Vec<u32> {
        let query = self.query(view);
        query.map(|it| self.views_in(it)).unwrap_or_default()
    }

    fn views_in(&self, query: &Node) -> Vec<u32> {
        let mut read = Vec::new();
        query.walk(&mut |node| {
            let oid = node.oid("relid");
            read.extend(oid.filter(|&oid| self.query(oid).is_some()));
        });
        read
    }
}

#[cfg(test)]
mod tests;
