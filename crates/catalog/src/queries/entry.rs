//! Entries of a query's range table, and references to them.

use crate::nodes::Node;

/// `RTEKind` of `parsenodes.h`.
pub(super) mod rte {
    pub(in super::super) const RELATION: i64 = 0;
    pub(in super::super) const SUBQUERY: i64 = 1;
    pub(in super::super) const FUNCTION: i64 = 3;
    pub(in super::super) const VALUES: i64 = 5;
    pub(in super::super) const WITH: i64 = 6;
}

/// The entry and the column that a reference to this query's own range table is to.
pub(super) fn variable(node: &Node) -> Option<(i64, i64)> {
    let is_own = node.tag() == "VAR" && node.int("varlevelsup") == Some(0);
    is_own.then(|| Some((node.int("varno")?, node.int("varattno")?)))?
}
