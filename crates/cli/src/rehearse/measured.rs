//! What a statement did, as a value.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use super::locks::Lock;

/// What a statement did.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Its bytes in the file.
    pub range: Range<usize>,
    pub elapsed: Duration,
    pub locks: Vec<Lock>,
    /// How long these locks are held: until its step ends.
    pub holds: Duration,
    /// How many files of each relation, its chunks' with it, were written anew.
    pub rewrites: BTreeMap<String, usize>,
    /// How many rows of each relation it read one after the other.
    pub scans: BTreeMap<String, u64>,
    /// Bytes of write-ahead log; `None` on a server where others write, too.
    pub wal: Option<u64>,
    /// What the server said against it.
    pub refused: Option<Refused>,
}

/// What the server said against a statement.
#[derive(Debug, Clone)]
pub struct Refused {
    /// SQLSTATE.
    pub code: String,
    pub message: String,
    pub detail: Option<String>,
}

/// What a step did.
#[derive(Debug, Clone)]
pub struct MeasuredStep {
    pub statements: Vec<Measured>,
}

impl MeasuredStep {
    /// What the server said against its last statement.
    pub fn refused(&self) -> Option<&Refused> {
        self.statements.last()?.refused.as_ref()
    }
}

impl Measured {
    /// The relations that it locked, read or wrote anew.
    pub fn relations(&self) -> BTreeSet<&str> {
        let locked = self.locks.iter().map(|it| it.relation.as_str());
        let written = self.rewrites.keys().map(String::as_str);
        let read = self.scans.keys().map(String::as_str);
        locked.chain(written).chain(read).collect()
    }
}
