//! GROUP BY: whether each group has a row, and which keys are never left out.

use crate::nodes::{Node, Value, nth};

use super::facts::Reference;
use super::scope::Scope;

/// `GroupingSetKind` of `parsenodes.h`.
mod set {
    pub(super) const SIMPLE: i64 = 1;
    pub(super) const SETS: i64 = 4;
}

impl<'a> Scope<'_, 'a> {
    /// Whether every group has a row: without GROUP BY, and in an empty grouping set, the single group of no rows has none.
    pub(super) fn groups_have_rows(&self) -> bool {
        let has_keys = match self.query.nodes("groupingSets").next() {
            // The sets that are written beside each other are multiplied.
            Some(_) => self.query.nodes("groupingSets").any(is_never_empty),
            None => {
                self.query.is_null("groupingSets") && !self.query.list("groupClause").is_empty()
            }
        };
        has_keys || self.reads_a_row()
    }

    /// Whether the output column is a grouping key that every grouping set has.
    pub(super) fn is_in_every_set(&self, target: &Node) -> bool {
        let Some(key) = target.int("ressortgroupref").filter(|key| *key != 0) else {
            return false;
        };
        self.query
            .nodes("groupingSets")
            .any(|set| always_has(set, key))
    }

    /// Whether the expression may be a grouping key. Keys are compared by kind alone, because the server sees through the names that joins
    /// give; a reference to a column is taken for one in any case.
    ///
    /// The server compares keys after it has simplified both: `NOT (x IS NULL)` is `x IS NOT NULL` then.
    pub(super) fn may_be_key(&self, node: &Node) -> bool {
        let is_never_key = matches!(
            node.tag(),
            "CONST" | "AGGREF" | "WINDOWFUNC" | "GROUPINGFUNC"
        );
        let targets = self.query.nodes("targetList");
        let mut keys = targets.filter(|it| it.int("ressortgroupref") != Some(0));
        keys.any(|key| {
            let expression = key.node("expr").map(|it| self.behind(it));
            expression.is_none_or(|it| {
                it.tag() == node.tag() || !(is_never_key || self.keeps_its_kind(it))
            })
        })
    }

    /// Whether the expression is of the same kind after it was simplified. A call of a user's function may be replaced by its body.
    fn keeps_its_kind(&self, key: &'a Node) -> bool {
        let is_of_column = |field: &str| key.node(field).is_some_and(|it| it.tag() == "VAR");
        let is_known = |field: &str| {
            let function = self.function(key, field);
            function.is_some_and(|it| it.is_of_postgres() || it.keeps_not_null())
        };
        match key.tag() {
            "VAR" | "CONST" => true,
            "FUNCEXPR" => is_known("funcid"),
            "OPEXPR" => is_known("opfuncid"),
            "NULLTEST" | "BOOLEANTEST" => is_of_column("arg"),
            "COALESCEEXPR" => key.nodes("args").next().is_some_and(|it| it.tag() == "VAR"),
            _ => false,
        }
    }

    /// The expression that a reference stands for: from PostgreSQL 18 on the keys are in a range table entry of their own, and joins
    /// have columns that are made of both sides.
    pub(super) fn behind(&self, mut expression: &'a Node) -> &'a Node {
        for _ in self.query.list("rtable") {
            let behind = || {
                let reference = Reference::of(expression).filter(|it| it.levels == 0)?;
                let entry = self.entry(reference.entry)?;
                let columns = match entry.list("groupexprs") {
                    [] => entry.list("joinaliasvars"),
                    columns => columns,
                };
                nth(columns, reference.position)?.node()
            };
            match behind() {
                Some(found) => expression = found,
                None => break,
            }
        }
        expression
    }
}

fn is_never_empty(set: &Node) -> bool {
    match set.int("kind") {
        Some(set::SIMPLE) => !keys(set).is_empty(),
        Some(set::SETS) => {
            !set.list("content").is_empty() && set.nodes("content").all(is_never_empty)
        }
        _ => false,
    }
}

fn always_has(set: &Node, key: i64) -> bool {
    match set.int("kind") {
        Some(set::SIMPLE) => keys(set).contains(&key),
        Some(set::SETS) => {
            !set.list("content").is_empty() && set.nodes("content").all(|it| always_has(it, key))
        }
        _ => false,
    }
}

/// The keys of a simple set, written as `(i 1 2)`.
fn keys(set: &Node) -> Vec<i64> {
    let numbers = set.list("content").iter();
    numbers.filter_map(Value::int).collect()
}
