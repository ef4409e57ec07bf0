//! What a query does, and which version of a row it returns.

use crate::nodes::{Node, nth};

use super::Prover;
use super::facts::{Facts, Reference};

/// What a query does: `CmdType` of `nodes.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Select,
    Update,
    Insert,
    Delete,
    Merge,
    /// The place of each row that is to be written, before it is.
    Source,
}

/// The version of the row that `old.x` or `new.x` in RETURNING is of, from PostgreSQL 18 on: `VarReturningType` of `primnodes.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowVersion {
    Old,
    New,
    Unknown,
}

impl Command {
    pub(super) fn of(query: &Node) -> Option<Command> {
        if query.tag() != "QUERY" {
            return None;
        }
        match query.int("commandType")? {
            1 => Some(Command::Select),
            2 => Some(Command::Update),
            3 => Some(Command::Insert),
            4 => Some(Command::Delete),
            // Before PostgreSQL 15 it is something else, which has no such field.
            5 if query.field("mergeActionList").is_some() => Some(Command::Merge),
            _ => None,
        }
    }

    /// The list of the output columns.
    pub(super) fn output(self) -> &'static str {
        match self {
            Command::Select => "targetList",
            _ => "returningList",
        }
    }

    /// Leaves out what the WHERE clause says of rows that are written after it.
    pub(super) fn forget_what_is_written(
        self,
        prover: &Prover,
        query: &Node,
        facts: &mut Facts<'_>,
    ) {
        let target = query.int("resultRelation");
        match self {
            Command::Select | Command::Source => {}
            Command::Delete => {
                let table =
                    target.and_then(|it| nth(query.list("rtable"), it)?.node()?.oid("relid"));
                let relation = table.and_then(|it| prover.relations.get(&it));
                // A rule or a trigger of a view may give other rows.
                if relation.is_none_or(|it| it.query.is_some() || it.writing.is_replaced) {
                    *facts = Facts::default();
                }
            }
            Command::Update => {
                let is_kept = |it: &Reference| it.levels != 0 || Some(it.entry) != target;
                facts.columns.retain(is_kept);
                // They may be of the table, too.
                facts.expressions.clear();
            }
            Command::Insert | Command::Merge => *facts = Facts::default(),
        }
    }

    /// Whether a row of MERGE may have no row of the source: `MERGE_WHEN_NOT_MATCHED_BY_SOURCE` of `primnodes.h`.
    pub(super) fn may_null_source(self, query: &Node) -> bool {
        const OF_SOURCE: [Option<i64>; 2] = [Some(0), Some(2)];
        let mut actions = query.nodes("mergeActionList");
        self == Command::Merge && actions.any(|it| !OF_SOURCE.contains(&it.int("matchKind")))
    }
}

impl RowVersion {
    /// `None` for a reference that does not say which version.
    pub(super) fn of(node: &Node) -> Option<RowVersion> {
        match node.int("varreturningtype") {
            None | Some(0) => None,
            Some(1) => Some(RowVersion::Old),
            Some(2) => Some(RowVersion::New),
            Some(_) => Some(RowVersion::Unknown),
        }
    }
}
