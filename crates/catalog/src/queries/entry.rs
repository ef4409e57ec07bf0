//! References to the entries of a query's range table.

use crate::nodes::Node;

/// The entry and the column that a reference to this query's own range table is to.
pub(super) fn variable(node: &Node) -> Option<(i64, i64)> {
    let is_own = node.tag() == "VAR" && node.int("varlevelsup") == Some(0);
    is_own.then(|| Some((node.int("varno")?, node.int("varattno")?)))?
}
