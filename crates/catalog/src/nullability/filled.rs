//! Whether a query fills gaps.

use crate::nodes::Node;

use super::{Function, Prover};

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
