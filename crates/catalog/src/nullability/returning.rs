//! INSERT, UPDATE, DELETE and MERGE with RETURNING: what the rows are that were written.
//!
//! The columns of the table itself are those of the row as it was stored, or, for DELETE, as it was. A row that was stored has passed NOT NULL,
//! whatever triggers did to it before. What the WHERE clause says of a table's row is said of the old one.

use crate::nodes::Node;

use super::Proof;
use super::command::{Command, RowVersion};
use super::facts::Reference;
use super::scope::Scope;

impl<'a> Scope<'_, 'a> {
    /// Whether the entry is the table that the query writes to, seen from RETURNING.
    pub(super) fn is_target(&self, index: i64) -> bool {
        let is_written = !matches!(self.command, Command::Select | Command::Source);
        is_written && self.query.int("resultRelation") == Some(index)
    }

    /// A column of the row that was written.
    pub(super) fn written(&self, entry: &'a Node, index: i64, position: i64) -> Option<Proof> {
        let table = entry.oid("relid")?;
        let relation = self.prover.relations.get(&table)?;
        let writing = relation.writing;
        if relation.query.is_some() || writing.is_replaced {
            return None;
        }
        let assigned = || {
            if writing.is_changed || !matches!(self.command, Command::Update | Command::Insert) {
                return None;
            }
            // What is in the way of an insertion may be updated to something else.
            let is_updated = self
                .query
                .node("onConflict")
                .is_some_and(|it| it.int("action") != Some(1));
            if is_updated {
                return None;
            }
            let mut targets = self.query.nodes("targetList");
            let target =
                targets.find(|it| it.is_false("resjunk") && it.int("resno") == Some(position));
            let source = self.source();
            match target {
                Some(target) => source
                    .expression(target.node("expr")?)
                    .map(|proof| Proof::because(format!("it is set to {}", proof.text))),
                None => {
                    let reference = Reference {
                        levels: 0,
                        entry: index,
                        position,
                    };
                    let is_left_out = self.command == Command::Update
                        && !writing.has_generated
                        && source.facts.columns.contains(&reference);
                    is_left_out.then(|| {
                        Proof::because("the query leaves out its nulls and does not set it")
                    })
                }
            }
        };
        self.prover.column(table, position).or_else(assigned)
    }

    /// The place where the values that are written are computed.
    fn source(&self) -> Scope<'_, 'a> {
        Scope {
            command: Command::Source,
            facts: self.joined.facts.clone(),
            outer: self.outer,
            ..self.clone()
        }
    }

    /// `old.x` and `new.x`: there is no old row of INSERT, and no new one of DELETE.
    pub(super) fn version(&self, reference: Reference, version: RowVersion) -> Option<Proof> {
        let is_there = match self.command {
            Command::Update => version != RowVersion::Unknown,
            // ON CONFLICT or not, there is a new row.
            Command::Insert => version == RowVersion::New,
            Command::Delete => version == RowVersion::Old,
            _ => false,
        };
        let is_own = reference.levels == 0 && self.is_target(reference.entry);
        let table = self.entry(reference.entry)?.oid("relid")?;
        let relation = self.prover.relations.get(&table)?;
        let is_table = relation.query.is_none() && !relation.writing.is_replaced;
        (is_there && is_own && is_table)
            .then(|| self.prover.column(table, reference.position))
            .flatten()
    }
}
