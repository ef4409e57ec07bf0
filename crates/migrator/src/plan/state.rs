//! The state of each migration in a database, and the mismatches between files and history. Pure.

use std::path::PathBuf;

use super::Migration;
use crate::history::{History, Row, rows};
use crate::source;

/// The state of a migration in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not started.
    Pending,
    /// Stopped after this many steps.
    Half {
        /// Steps that are done.
        steps_done: usize,
    },
    /// Done.
    Applied,
    /// Applied (or half applied), and the completed part of the file was changed since.
    Changed,
}

/// Why the files and the history do not match.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A file was changed after it was applied.
    #[error("{} was changed after it was applied", path.display())]
    Changed {
        /// The file as it is now.
        path: PathBuf,
        /// What the history records about it.
        row: Row,
        /// The checksum that the file (or its completed part) has now.
        now: String,
    },
    /// The history holds a migration that has no file.
    #[error("{} is {}applied, and its file is missing", row.file_name(), if row.is_applied() { "" } else { "half " })]
    Missing {
        /// What the history records about it.
        row: Row,
    },
    /// A file has the number of an applied migration and another name.
    #[error("{} was applied under the name {}", path.display(), row.file_name())]
    Renamed {
        /// The file as it is now.
        path: PathBuf,
        /// What the history records about it.
        row: Row,
    },
    /// A later migration is applied already.
    #[error("{} is pending, but {} is already applied", path.display(), row.file_name())]
    OutOfOrder {
        /// The file that is still pending.
        path: PathBuf,
        /// The applied migration with the higher number.
        row: Row,
        /// SQL that records the pending one as applied: the history may have lost its row.
        record: String,
    },
}

/// How files and a history compare.
#[derive(Debug)]
pub struct Comparison {
    /// Every migration's state, in order.
    pub states: Vec<State>,
    /// What does not match.
    pub mismatches: Vec<Mismatch>,
}

/// Compares files with a history.
pub fn compare(migrations: &[Migration], history: &History) -> Comparison {
    let mut mismatches = Vec::new();
    let last = history.rows.last();
    let states = migrations
        .iter()
        .map(|migration| {
            let Some(row) = history.row(migration.file.version) else {
                if let Some(row) = last.filter(|row| row.version > migration.file.version) {
                    mismatches.push(Mismatch::OutOfOrder {
                        path: migration.file.path.clone(),
                        row: row.clone(),
                        record: record(migration, row, &history.table),
                    });
                }
                return State::Pending;
            };
            state(migration, row, &mut mismatches)
        })
        .collect();
    for row in &history.rows {
        // The files are in order of their numbers, as `source` reads them.
        if migrations
            .binary_search_by_key(&row.version, |migration| migration.file.version)
            .is_err()
        {
            mismatches.push(Mismatch::Missing { row: row.clone() });
        }
    }
    Comparison { states, mismatches }
}

/// SQL that records a migration as applied, by the same user and in the same mode as another one.
fn record(migration: &Migration, other: &Row, table: &str) -> String {
    let lost = migration.applied(&other.applied_by, &other.mode);
    format!("{};", rows::insert(table, &[&lost]))
}

fn state(migration: &Migration, row: &Row, mismatches: &mut Vec<Mismatch>) -> State {
    let path = migration.file.path.clone();
    if row.name != migration.file.name {
        mismatches.push(Mismatch::Renamed {
            path,
            row: row.clone(),
        });
        return State::Changed;
    }
    let now = if row.is_applied() {
        migration.file.checksum.clone()
    } else {
        // A file that lost completed steps has nothing that could match.
        migration
            .done_part(row.steps_done)
            .map_or_else(|| migration.file.checksum.clone(), source::checksum)
    };
    if now != row.checksum {
        mismatches.push(Mismatch::Changed {
            path,
            row: row.clone(),
            now,
        });
        return State::Changed;
    }
    if row.is_applied() {
        State::Applied
    } else {
        State::Half {
            steps_done: row.steps_done,
        }
    }
}
