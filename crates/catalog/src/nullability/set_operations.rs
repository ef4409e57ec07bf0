//! UNION, INTERSECT and EXCEPT.

use crate::nodes::{Node, Value};

use super::scope::Scope;
use super::{Proof, types};

/// `SetOperation` of `parsenodes.h`.
mod operation {
    pub(super) const UNION: i64 = 1;
    pub(super) const INTERSECT: i64 = 2;
    pub(super) const EXCEPT: i64 = 3;
}

impl<'a> Scope<'_, 'a> {
    /// The proof for a column of a set operation, counted from 0.
    pub(super) fn arms(&self, operation: &'a Node, index: usize) -> Option<Proof> {
        self.arm(operation, index, None)
    }

    fn arm(&self, operation: &'a Node, index: usize, wanted: Option<i64>) -> Option<Proof> {
        if operation.tag() == "RANGETBLREF" {
            let entry = operation.int("rtindex")?;
            let query = self.entry(entry)?.node("subquery")?;
            let ty = column_type(query, index)?;
            if !types::is_kept(ty, wanted?) {
                return None;
            }
            return self.subquery(entry)?.get(index)?.clone();
        }
        if operation.tag() != "SETOPERATIONSTMT" {
            return None;
        }
        // The list of types is written as `(o 23 25)`.
        let ours = Value::int(operation.list("colTypes").get(index + 1)?)?;
        if !wanted.is_none_or(|wanted| types::is_kept(ours, wanted)) {
            return None;
        }
        let arm = |side: &str| self.arm(operation.node(side)?, index, Some(ours));
        match operation.int("op")? {
            operation::UNION => {
                arm("larg")?;
                arm("rarg")?;
                Some(Proof::because(
                    "every arm of the set operation gives a value",
                ))
            }
            // A row of the result is one of both arms.
            operation::INTERSECT => arm("larg").or_else(|| arm("rarg")),
            operation::EXCEPT => arm("larg"),
            _ => None,
        }
    }
}

/// The type of an arm's column.
fn column_type(query: &Node, index: usize) -> Option<i64> {
    let mut targets = query
        .nodes("targetList")
        .filter(|it| it.is_false("resjunk"));
    types::of(targets.nth(index)?.node("expr")?)
}
