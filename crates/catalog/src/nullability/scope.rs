//! One query of a view: what its columns are, and what is known where an expression of it is evaluated.
//!
//! The rules are in files of their own: `joins` and `conditions` find what a query's rows have in common, `entries` proves the columns
//! of what it reads, `expressions` and `calls` what it computes of them, `subqueries` and `set_operations` the queries inside it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::nodes::{Node, Value, nth};

use super::command::{Command, RowVersion};
use super::conditions::{Conditions, Outcome};
use super::facts::{Facts, Reference};
use super::filled::fills_gaps;
use super::joins::Joined;
use super::{Function, Proof, Prover};

/// How many columns a query can have: `MaxTupleAttributeNumber` of `htup_details.h`.
const COLUMNS: usize = 1664;

/// The proofs of a query's output columns, in their order.
pub(super) type Outputs = Rc<Vec<Option<Proof>>>;

/// A query, at a place where expressions are evaluated: for each row or group of it, or in one branch of a `CASE`.
#[derive(Clone)]
pub(super) struct Scope<'s, 'a> {
    pub(super) prover: &'a Prover,
    pub(super) query: &'a Node,
    pub(super) command: Command,
    /// The query around this one, whose columns this one may refer to.
    pub(super) outer: Option<&'s Scope<'s, 'a>>,
    pub(super) joined: Rc<Joined<'a>>,
    /// What is never null here.
    pub(super) facts: Facts<'a>,
    /// Outer joins whose nulls are out of the question here.
    pub(super) ignored: Vec<usize>,
    /// The proofs for the rows that a test such as `IN (SELECT …)` compares with.
    pub(super) compared: Option<Outputs>,
    /// Whether a grouping key may be null here, because of GROUPING SETS, ROLLUP or CUBE.
    pub(super) keys_may_be_null: bool,
    pub(super) found: Rc<Found<'a>>,
}

/// What was found out about the parts of a query, each once.
#[derive(Default)]
pub(super) struct Found<'a> {
    /// Proofs for the columns of subqueries, by their place in the range table.
    pub(super) subqueries: RefCell<HashMap<i64, Outputs>>,
    /// Proofs for the columns of the WITH items, by name; of a recursive one whose proof is in progress, the claim.
    pub(super) with: RefCell<HashMap<&'a str, Outputs>>,
    /// How often a side of a FULL JOIN was supposed to be there.
    suppositions: Cell<u32>,
}

impl<'s, 'a> Scope<'s, 'a> {
    /// `None` if nothing can be proven about this kind of query.
    pub(super) fn new(
        prover: &'a Prover,
        query: &'a Node,
        outer: Option<&'s Scope<'s, 'a>>,
    ) -> Option<Scope<'s, 'a>> {
        if fills_gaps(prover, query) {
            return None;
        }
        Scope::filled_or_not(prover, query, outer)
    }

    /// The proofs of the output columns of any query, in their order.
    pub(super) fn outputs_of(
        prover: &'a Prover,
        query: &'a Node,
        outer: Option<&'s Scope<'s, 'a>>,
    ) -> Vec<Option<Proof>> {
        let scope = Scope::filled_or_not(prover, query, outer);
        let outputs = scope.map(|scope| {
            if fills_gaps(prover, query) {
                scope.filled_outputs()
            } else {
                scope.outputs()
            }
        });
        outputs.unwrap_or_default()
    }

    fn filled_or_not(
        prover: &'a Prover,
        query: &'a Node,
        outer: Option<&'s Scope<'s, 'a>>,
    ) -> Option<Scope<'s, 'a>> {
        let command = Command::of(query)?;
        let conditions = Conditions::of_rows(prover, query);
        let joined = Joined::read(&conditions, query.node("jointree")?);
        let mut facts = facts_of_output(query, &joined);
        // What holds of a group's columns holds for each of its rows: the columns outside aggregates are the same in all of them.
        let having = query.node("havingQual");
        let having = having.and_then(|having| conditions.implied(having, Outcome::True));
        facts.extend(having.unwrap_or_default());
        command.forget_what_is_written(prover, query, &mut facts);
        Some(Scope {
            prover,
            query,
            command,
            outer,
            joined: Rc::new(joined),
            facts,
            ignored: Vec::new(),
            compared: None,
            // An absent field is a version that is not known: the careful answer is that there are grouping sets.
            keys_may_be_null: !query.is_null("groupingSets"),
            found: Rc::default(),
        })
    }

    /// A query inside this one.
    pub(super) fn inner<'t>(&'t self, query: &'a Node) -> Option<Scope<'t, 'a>> {
        Scope::new(self.prover, query, Some(self))
    }

    /// The place of each row before it is grouped, where the arguments of aggregates are evaluated.
    pub(super) fn each_row(&self) -> Scope<'s, 'a> {
        Scope {
            facts: self.joined.facts.clone(),
            keys_may_be_null: false,
            ignored: Vec::new(),
            compared: None,
            ..self.clone()
        }
    }

    /// What the WHERE clause leaves out of every row that window functions see.
    pub(super) fn facts_of_output(&self) -> Facts<'a> {
        facts_of_output(self.query, &self.joined)
    }

    /// The same place, where more is known.
    pub(super) fn knowing(&self, facts: Facts<'a>) -> Scope<'s, 'a> {
        let mut place = self.clone();
        place.facts.extend(facts);
        place
    }

    /// The same place, in rows where the side of an outer join is there; `None` when this was supposed too often, because what is in each
    /// other multiplies.
    pub(super) fn supposing(&self, side: usize) -> Option<Scope<'s, 'a>> {
        const MOST: u32 = 1000;
        let count = self.found.suppositions.get() + 1;
        self.found.suppositions.set(count);
        let mut place = self.clone();
        place.ignored.push(side);
        (count < MOST).then_some(place)
    }

    pub(super) fn conditions(&self) -> Conditions<'a> {
        Conditions::of(self.prover, self.query)
    }

    /// The proofs of the query's output columns.
    pub(super) fn outputs(&self) -> Vec<Option<Proof>> {
        self.each_output(|target, index| match self.query.node("setOperations") {
            Some(operation) => self.arms(operation, index),
            None => self.target(target),
        })
    }

    pub(super) fn each_output(
        &self,
        proof: impl Fn(&'a Node, usize) -> Option<Proof>,
    ) -> Vec<Option<Proof>> {
        let targets = self
            .query
            .nodes(self.command.output())
            .filter(|target| target.is_false("resjunk"));
        let mut outputs = Vec::new();
        for target in targets {
            let position = target.int("resno").and_then(|it| usize::try_from(it).ok());
            let index = position.and_then(|it| it.checked_sub(1));
            let Some(index) = index.filter(|it| *it < COLUMNS) else {
                continue;
            };
            if outputs.len() <= index {
                outputs.resize(index + 1, None);
            }
            outputs[index] = proof(target, index);
        }
        outputs
    }

    fn target(&self, target: &'a Node) -> Option<Proof> {
        let expression = target.node("expr")?;
        if self.keys_may_be_null && self.is_in_every_set(target) {
            let place = Scope {
                keys_may_be_null: false,
                ..self.clone()
            };
            return place.expression(expression);
        }
        self.expression(expression)
    }

    pub(super) fn entry(&self, index: i64) -> Option<&'a Node> {
        nth(self.query.list("rtable"), index)?.node()
    }

    /// What the query itself calls the table and the column that a reference is to.
    pub(super) fn column_name(&self, entry: i64, position: i64) -> Option<(&'a str, &'a str)> {
        let names = self.entry(entry)?.node("eref")?;
        match nth(names.list("colnames"), position)? {
            Value::Atom(column) => Some((names.text("aliasname")?, column)),
            _ => None,
        }
    }

    /// The proof for a reference to a column, of this query or of one around it.
    pub(super) fn variable(&self, node: &Node) -> Option<Proof> {
        let mut reference = Reference::of(node)?;
        let mut owner = self;
        if let Some(version) = RowVersion::of(node) {
            return self.version(reference, version);
        }
        let mut is_left_out = owner.facts.columns.contains(&reference);
        while reference.levels > 0 {
            reference.levels -= 1;
            owner = owner.outer?;
            is_left_out |= owner.facts.columns.contains(&reference);
        }
        if owner.keys_may_be_null {
            return None;
        }
        let Reference {
            entry, position, ..
        } = reference;
        let left_out = || {
            let (table, column) = owner.column_name(entry, position)?;
            let proof = format!("`{table}.{column}`, whose nulls the query leaves out");
            is_left_out.then(|| Proof::because(proof))
        };
        owner.column(entry, position).or_else(left_out)
    }

    pub(super) fn function(&self, node: &Node, field: &str) -> Option<&'a Function> {
        self.prover.function(node, field)
    }
}

/// What the WHERE clause leaves out of every row of the output.
fn facts_of_output<'a>(query: &Node, joined: &Joined<'a>) -> Facts<'a> {
    if rows_are_behind(query) {
        joined.facts.clone()
    } else {
        Facts::default()
    }
}

/// Whether each row of the output is of a row that passed the WHERE clause. Without GROUP BY there is one group, even of no rows at all.
fn rows_are_behind(query: &Node) -> bool {
    let is_grouped_by_keys = query.is_null("groupingSets") && !query.list("groupClause").is_empty();
    let is_not_grouped = query.is_false("hasAggs")
        && query.is_null("groupClause")
        && query.is_null("groupingSets")
        && query.is_null("havingQual");
    is_grouped_by_keys || is_not_grouped
}
