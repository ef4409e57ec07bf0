//! Which locks a statement takes, and what they block, in words. Pure.

use std::collections::BTreeMap;
use std::fmt;

use crate::words::count;

/// PostgreSQL's lock modes of relations, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockMode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

impl LockMode {
    const ALL: [(LockMode, &str); 8] = [
        (LockMode::AccessShare, "AccessShare"),
        (LockMode::RowShare, "RowShare"),
        (LockMode::RowExclusive, "RowExclusive"),
        (LockMode::ShareUpdateExclusive, "ShareUpdateExclusive"),
        (LockMode::Share, "Share"),
        (LockMode::ShareRowExclusive, "ShareRowExclusive"),
        (LockMode::Exclusive, "Exclusive"),
        (LockMode::AccessExclusive, "AccessExclusive"),
    ];

    /// The mode that `pg_locks` calls `ShareLock` and so on.
    pub fn parse(text: &str) -> Option<LockMode> {
        let name = text.strip_suffix("Lock")?;
        let found = Self::ALL.iter().find(|(_, known)| *known == name)?;
        Some(found.0)
    }

    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// What other sessions cannot do meanwhile; `None` if a service does not notice.
    pub fn blocks(self) -> Option<&'static str> {
        match self {
            LockMode::AccessShare | LockMode::RowShare | LockMode::RowExclusive => None,
            LockMode::ShareUpdateExclusive => Some("blocks VACUUM and other schema changes"),
            LockMode::Share | LockMode::ShareRowExclusive | LockMode::Exclusive => {
                Some("blocks writes")
            }
            LockMode::AccessExclusive => Some("blocks reads and writes"),
        }
    }
}

/// The strongest lock on a relation and its chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// As people name it.
    pub relation: String,
    pub mode: LockMode,
    /// How many chunks or partitions are locked, too.
    pub chunks: usize,
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.mode.name(), self.relation)?;
        if self.chunks > 0 {
            write!(f, " and {}", count(self.chunks, "chunk"))?;
        }
        Ok(())
    }
}

/// A lock as the server shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The oid of the table, view or sequence.
    pub oid: String,
    /// Its name for people; of a part, that of the whole.
    pub name: String,
    /// Whether it is a chunk or a partition.
    pub is_part: bool,
    pub mode: LockMode,
}

/// The locks that others notice and that were not held before, the strongest one for each relation, its chunks with it.
pub fn new(before: &[Held], after: &[Held]) -> Vec<Lock> {
    let mut found: BTreeMap<&str, Lock> = BTreeMap::new();
    let was_held = |held: &Held| {
        let mut same = before.iter().filter(|it| it.oid == held.oid);
        same.any(|it| it.mode >= held.mode)
    };
    let mut strongest: BTreeMap<&str, &Held> = BTreeMap::new();
    for held in after.iter().filter(|held| held.mode.blocks().is_some()) {
        let known = strongest.entry(&held.oid).or_insert(held);
        if held.mode > known.mode {
            *known = held;
        }
    }
    for held in strongest.into_values().filter(|held| !was_held(held)) {
        let lock = found.entry(&held.name).or_insert_with(|| Lock {
            relation: held.name.clone(),
            mode: held.mode,
            chunks: 0,
        });
        lock.mode = lock.mode.max(held.mode);
        lock.chunks += usize::from(held.is_part);
    }
    let mut locks: Vec<Lock> = found.into_values().collect();
    locks.sort_by(|a, b| b.mode.cmp(&a.mode).then(a.relation.cmp(&b.relation)));
    locks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(oid: &str, whole: Option<&str>, mode: LockMode) -> Held {
        Held {
            oid: oid.to_owned(),
            name: whole.unwrap_or(oid).to_owned(),
            is_part: whole.is_some(),
            mode,
        }
    }

    #[test]
    fn each_mode_has_the_name_that_the_server_gives_it() {
        for (mode, name) in LockMode::ALL {
            assert_eq!(LockMode::parse(&format!("{name}Lock")), Some(mode));
            assert_eq!(mode.name(), name);
        }
        assert_eq!(LockMode::parse("SIReadLock"), None);
    }

    #[test]
    fn chunks_are_counted_under_their_hypertable() {
        let before = [held("a", None, LockMode::AccessExclusive)];
        let after = [
            held("a", None, LockMode::AccessExclusive),
            held("b", None, LockMode::RowExclusive),
            held("events", None, LockMode::ShareUpdateExclusive),
            held("events", None, LockMode::ShareRowExclusive),
            held(
                "_hyper_1_1_chunk",
                Some("events"),
                LockMode::AccessExclusive,
            ),
            held("_hyper_1_2_chunk", Some("events"), LockMode::Share),
        ];
        let locks = new(&before, &after);
        let shown: Vec<String> = locks.iter().map(Lock::to_string).collect();
        assert_eq!(shown, ["AccessExclusive on events and 2 chunks"]);
    }

    #[test]
    fn a_stronger_lock_on_the_same_table_is_new() {
        let before = [held("a", None, LockMode::Share)];
        let after = [held("a", None, LockMode::AccessExclusive)];
        assert_eq!(new(&before, &after).len(), 1);
        assert!(new(&after, &before).is_empty());
    }
}
