//! Queries with `time_bucket_gapfill`, whose output has rows that come from no table row: TimescaleDB makes them up after it has grouped.

use crate::nodes::Node;

use super::scope::Scope;
use super::{Function, Proof, Prover};

impl<'a> Scope<'_, 'a> {
    /// The proofs of the output columns of a query that fills gaps. A row that is made up has a bucket, and the keys of a group that has a row
    /// of the table; a time that is null is an error.
    pub(super) fn filled_outputs(&self) -> Vec<Option<Proof>> {
        let targets = self.query.nodes("targetList");
        let has_bucket = targets.into_iter().any(|it| self.is_bucket(it));
        if !has_bucket || !self.query.is_null("groupingSets") {
            return Vec::new();
        }
        self.each_output(|target, _| {
            if self.is_bucket(target) {
                return Some(Proof::because("`time_bucket_gapfill`"));
            }
            let key = target.node("expr").filter(|_| is_key(target))?;
            let column = self.behind(key);
            (column.tag() == "VAR")
                .then(|| self.expression(column))
                .flatten()
        })
    }

    /// Whether the output column is the key that is filled, called by the extension's own name.
    fn is_bucket(&self, target: &'a Node) -> bool {
        let call = target.node("expr").map(|it| self.behind(it));
        let function = call.and_then(|it| self.function(it, "funcid"));
        let is_own = |it: &Function| it.fills_gaps() && it.owner == "timescaledb";
        is_key(target) && function.is_some_and(is_own)
    }
}

fn is_key(target: &Node) -> bool {
    target.int("ressortgroupref").is_some_and(|it| it != 0)
}

/// Whether the query's output has rows that come from no table row.
pub(super) fn fills_gaps(prover: &Prover, query: &Node) -> bool {
    // From PostgreSQL 18 a target that is a grouping key only refers to it: the call is in the grouping key.
    let groups = query.nodes("rtable").flat_map(|it| it.nodes("groupexprs"));
    let is_grouped = !query.is_null("groupClause") || !query.is_null("groupingSets");
    let targets = query.nodes("targetList");
    let (keys, others): (Vec<&Node>, Vec<&Node>) =
        targets.partition(|it| is_grouped && it.int("ressortgroupref") != Some(0));
    let calls = |expression: &Node, is_wanted: fn(&Function) -> bool| {
        let mut found = false;
        expression.walk(&mut |node| {
            let call = prover.function(node, "funcid");
            let function = call.or_else(|| prover.function(node, "opfuncid"));
            found |= function.is_some_and(is_wanted);
        });
        found
    };
    let fills = |it: &Node| calls(it, Function::fills_gaps);
    let may_fill = |it: &Node| calls(it, Function::may_fill_gaps);
    others.into_iter().any(fills) || keys.into_iter().chain(groups).any(may_fill)
}
