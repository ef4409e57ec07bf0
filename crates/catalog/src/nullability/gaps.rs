//! Queries with `time_bucket_gapfill`, whose output has rows that come from no table row: TimescaleDB makes them up after it has grouped.

use crate::nodes::Node;

use super::scope::Scope;
use super::{Function, Proof};

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
