//! Whether a query reads only a part of the time of hypertables and continuous aggregates.
//!
//! A bound counts if the server can leave out chunks by it: the column of time itself, compared with what has a value before the first row is
//! read. A condition on `time_bucket` of it does not count, nor one on a column of another table.

use std::collections::{BTreeMap, HashMap};

use crate::nodes::{Node, nth, rte};
use crate::nullability::{FIRST_USER_OID, Prover};

use super::entry::variable;
use super::joined::{Part, parts};
use super::{MERGE, TimeBound, World, keys};

/// How many queries and views inside each other are looked into.
const DEPTH: u32 = 24;

/// Which ends are given.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    lower: bool,
    upper: bool,
}

/// The ends that are given of the output columns of a query, by number.
type Given = HashMap<i64, Ends>;

/// One bound for each hypertable and aggregate that is read: what all references to it have in common.
pub(super) fn of(world: &World, prover: &Prover, tree: &Node) -> Vec<TimeBound> {
    let mut found = Found {
        known: Known { world, prover },
        ends: BTreeMap::new(),
    };
    found.query(tree, &Given::new(), DEPTH);
    let bound = |(relation, ends): (&u32, &Ends)| {
        let traits = world.relations.get(relation)?;
        Some(TimeBound {
            relation: traits.name.clone(),
            column: traits.time.clone()?,
            lower: ends.lower,
            upper: ends.upper,
        })
    };
    let mut bounds: Vec<TimeBound> = found.ends.iter().filter_map(bound).collect();
    bounds.sort_by(|a, b| a.relation.cmp(&b.relation));
    bounds
}

#[derive(Clone, Copy)]
struct Known<'a> {
    world: &'a World,
    prover: &'a Prover,
}

struct Found<'a> {
    known: Known<'a>,
    ends: BTreeMap<u32, Ends>,
}

impl<'a> Found<'a> {
    /// Enters what a query reads. `given` is what is known of its output where it is read.
    fn query(&mut self, query: &'a Node, given: &Given, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let empty = Given::new();
        let given = if passes_conditions(query) {
            given
        } else {
            &empty
        };
        let mut entered = Vec::new();
        for part in parts(query) {
            let Some(entry) = nth(query.list("rtable"), part.entry).and_then(|it| it.node()) else {
                continue;
            };
            let known = self.known;
            let ends = |position| known.ends(query, &part, position, given);
            match entry.int("rtekind") {
                Some(rte::RELATION) => self.relation(entry, &ends, depth),
                Some(rte::SUBQUERY) => {
                    if let Some(inner) = entry.node("subquery") {
                        entered.push(inner);
                        let of_output = outputs(inner).map(|it| (it, ends(it))).collect();
                        self.query(inner, &of_output, depth);
                    }
                }
                _ => {}
            }
        }
        if query.int("commandType") == Some(MERGE) {
            let target = query.int("resultRelation");
            let target = target.and_then(|it| nth(query.list("rtable"), it)?.node());
            if let Some(target) = target {
                self.relation(target, &|_| Ends::default(), depth);
            }
        }
        let mut inside = Vec::new();
        query.walk_while(&mut |node| {
            let is_inside = node.tag() == "QUERY" && !std::ptr::eq(node, query);
            if is_inside && !entered.iter().any(|it| std::ptr::eq(*it, node)) {
                inside.push(node);
            }
            !is_inside
        });
        for inner in inside {
            self.query(inner, &Given::new(), depth);
        }
    }

    /// Enters a relation that is read, and through a view what that reads.
    fn relation(&mut self, entry: &'a Node, ends: &dyn Fn(i64) -> Ends, depth: u32) {
        let Some(oid) = entry.oid("relid") else {
            return;
        };
        let known = self.known.world.relations.get(&oid);
        let Some((traits, relation)) = known.zip(self.known.prover.relations.get(&oid)) else {
            return;
        };
        if let Some(time) = &traits.time {
            let mut columns = relation.columns.iter();
            let position = columns.find(|(_, column)| column.name == *time);
            let ends = position.map(|(at, _)| ends(*at)).unwrap_or_default();
            let all = self.ends.entry(oid).or_insert(Ends {
                lower: true,
                upper: true,
            });
            all.lower &= ends.lower;
            all.upper &= ends.upper;
        } else if let Some(query) = relation.query.as_ref().filter(|_| traits.kind == "v") {
            let of_output = outputs(query).map(|it| (it, ends(it))).collect();
            self.query(query, &of_output, depth);
        }
    }
}

impl Known<'_> {
    /// What is given of a column: by conditions here, and by those where the query itself is read.
    fn ends(&self, query: &Node, part: &Part<'_>, position: i64, given: &Given) -> Ends {
        let column = (part.entry, position);
        let mut ends = Ends::default();
        for condition in &part.conditions {
            let found = self.condition(condition, column);
            ends.lower |= found.lower;
            ends.upper |= found.upper;
        }
        for target in query.nodes("targetList") {
            let is_it = target.node("expr").and_then(variable) == Some(column);
            let of_output = target.int("resno").and_then(|it| given.get(&it));
            if let Some(of_output) = of_output.filter(|_| is_it) {
                ends.lower |= of_output.lower;
                ends.upper |= of_output.upper;
            }
        }
        ends
    }

    fn condition(&self, condition: &Node, column: (i64, i64)) -> Ends {
        let arguments: Vec<&Node> = condition.nodes("args").collect();
        let operator = condition.oid("opno");
        let operator = operator.filter(|it| i64::from(*it) < FIRST_USER_OID);
        let operator = operator.and_then(|it| self.world.operators.get(&it));
        let (Some(operator), [left, right]) = (operator, &arguments[..]) else {
            return Ends::default();
        };
        let name = if variable(left) == Some(column) && self.is_given(right) {
            Some(operator.name.as_str())
        } else if variable(right) == Some(column) && self.is_given(left) {
            operator.commutator.as_deref()
        } else {
            None
        };
        let is_operator = condition.tag() == "OPEXPR";
        Ends {
            lower: is_operator && matches!(name, Some(">" | ">=" | "=")),
            upper: is_operator && matches!(name, Some("<" | "<=" | "=")),
        }
    }

    /// Whether the expression has a value before any row is read.
    fn is_given(&self, expression: &Node) -> bool {
        let mut reads_nothing = true;
        expression.walk(&mut |node| reads_nothing &= !matches!(node.tag(), "VAR" | "SUBLINK"));
        reads_nothing && keys::is_repeatable(self.prover, expression)
    }
}

fn outputs(query: &Node) -> impl Iterator<Item = i64> {
    let targets = query.nodes("targetList");
    targets.filter_map(|it| it.int("resno").filter(|_| it.is_false("resjunk")))
}

/// Whether a condition on the output of the query is one on the rows that it reads.
fn passes_conditions(query: &Node) -> bool {
    let nulls = [
        "setOperations",
        "groupClause",
        "groupingSets",
        "distinctClause",
        "havingQual",
        "limitCount",
        "limitOffset",
        "rowMarks",
    ];
    let falses = ["hasAggs", "hasWindowFuncs", "hasTargetSRFs"];
    query.int("commandType") == Some(super::SELECT)
        && nulls.iter().all(|it| query.is_null(it))
        && falses.iter().all(|it| query.is_false(it))
}
