//! A database that is ahead of the files: later migrations than the files have were applied to it.
//!
//! An older program meets its database so while a newer one is rolled out, and again after that one is rolled back.

use super::{Comparison, Migration, Mismatch, State, compare};
use crate::history::{History, Row};

/// What to do about a database that is ahead of the files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ahead {
    /// Its later rows have no file, which is a mismatch like any other: the right answer if the files should be complete, as in a working
    /// copy where a file was deleted or another branch is checked out.
    #[default]
    Refuse,
    /// Nothing is run, and the report says how far the database is ahead. Accepted only if every file is applied unchanged, and the later
    /// rows follow the last file without a gap; else it is a mismatch.
    Start,
}

/// How far a database is ahead of the files that a program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the database is at {database:03}{}, this program knows {known:03}", if *is_half_applied { " (half applied)" } else { "" })]
pub struct NewerDatabase {
    /// Number of the last migration in the history.
    pub database: u32,
    /// Number of the last file.
    pub known: u32,
    /// Whether the last migration in the history is not done yet.
    pub is_half_applied: bool,
}

impl NewerDatabase {
    /// What the rows after the file `known` record; `None` if there are none, or if they do not follow it without a gap.
    pub fn behind<'a>(
        known: u32,
        rows: impl IntoIterator<Item = &'a Row>,
    ) -> Option<NewerDatabase> {
        let mut last: Option<&Row> = None;
        for row in rows {
            let next = last.map_or(known, |row| row.version) + 1;
            last = Some(row).filter(|row| row.version == next);
            last?;
        }
        last.map(|row| NewerDatabase {
            database: row.version,
            known,
            is_half_applied: !row.is_applied(),
        })
    }
}

/// How far the database is ahead; `None` if it is not, or if there is another mismatch.
pub fn newer(migrations: &[Migration], history: &History) -> Option<NewerDatabase> {
    let known = migrations.last()?.file.version;
    if history.rows.last()?.version <= known {
        return None;
    }
    let Comparison { states, mismatches } = compare(migrations, history);
    let all_applied = states.iter().all(|state| *state == State::Applied);
    let later = mismatches.iter().map(|mismatch| match mismatch {
        Mismatch::Missing { row } => Some(row),
        _ => None,
    });
    let later: Option<Vec<&Row>> = later.collect();
    NewerDatabase::behind(known, later.filter(|_| all_applied)?)
}
