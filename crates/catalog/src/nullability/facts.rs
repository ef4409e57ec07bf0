//! What is known to be never null at some place of a query, because other rows do not get there.

use std::collections::HashSet;

use crate::nodes::Node;

/// A column that an expression refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Reference {
    /// How many queries further out the column is.
    pub(super) levels: i64,
    /// The place in that query's range table, from 1.
    pub(super) entry: i64,
    /// From 1; 0 is the whole row, and system columns are negative.
    pub(super) position: i64,
}

impl Reference {
    /// `None` if the node is no reference.
    pub(super) fn of(node: &Node) -> Option<Reference> {
        if node.tag() != "VAR" {
            return None;
        }
        Some(Reference {
            levels: node.int("varlevelsup").filter(|levels| *levels >= 0)?,
            entry: node.int("varno")?,
            position: node.int("varattno")?,
        })
    }
}

/// Columns and expressions that are not null.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts<'a> {
    pub(super) columns: HashSet<Reference>,
    /// Only such that give the same value whenever they are evaluated for a row.
    pub(super) expressions: Vec<&'a Node>,
}

impl<'a> Facts<'a> {
    /// All that is known of either.
    pub(super) fn extend(&mut self, other: Facts<'a>) {
        self.columns.extend(other.columns);
        self.expressions.extend(other.expressions);
    }

    /// What is known in both cases.
    pub(super) fn retain_common(&mut self, other: &Facts<'a>) {
        self.columns.retain(|it| other.columns.contains(it));
        self.expressions.retain(|it| other.knows(it));
    }

    /// Whether the expression is one of those known.
    pub(super) fn knows(&self, expression: &Node) -> bool {
        self.expressions.iter().any(|it| it.is_same(expression))
    }
}
