//! The stand-in for TimescaleDB that a database of plain mode has: which version it is, and making it.
//!
//! A table shows that it is there, and that table's comment its version.

use super::locked_link::LockedLink;
use super::{Error, Event, WrongMode};
use crate::history::{History, Mode};
use crate::link;
use crate::plain::{self, VERSION};

/// An expression for the version of the database's stand-in as text; null where there is none. The first one had no comment.
pub(super) const FOUND: &str = "CASE WHEN pg_catalog.to_regclass('_timescaledb_catalog.plain') IS NOT NULL \
     THEN COALESCE(pg_catalog.obj_description(pg_catalog.to_regclass('_timescaledb_catalog.plain'), 'pg_class'), '1') END";

/// The version that [`FOUND`] reports; one that nobody can read is newer than any.
pub(super) fn version(found: Option<&str>) -> Option<u32> {
    found.map(|version| version.parse().unwrap_or(u32::MAX))
}

/// Whether a stand-in is older than this program's.
#[inline]
pub(super) fn is_older(version: u32) -> bool {
    version.cmp(&VERSION).is_lt()
}

/// Whether a stand-in is newer than this program's.
#[inline]
pub(super) fn is_newer(version: u32) -> bool {
    version.cmp(&VERSION).is_gt()
}

/// The stand-in of the database that a run is in.
#[derive(Debug, Default)]
pub(super) struct StandIn {
    /// Its version, where there is one.
    version: Option<u32>,
}

impl StandIn {
    /// Notes which one there is, read under the lock.
    pub(super) fn found(&mut self, version: Option<u32>) {
        self.version = version;
    }

    /// In plain mode, installs it unless a run before this one has, and brings up to date what an older version installed: in one
    /// transaction, which is its mark.
    ///
    /// A runner that this one waited for may have been of the other mode: then the run ends as if it had found the database so.
    pub(super) fn install(
        &mut self,
        link: &mut LockedLink<'_, '_>,
        mode: Mode,
        history: &History,
    ) -> Result<(), Error> {
        let wrong = match (mode.is_plain(), self.version) {
            (false, Some(_)) => Some(WrongMode::IsPlain),
            (false, None) => return Ok(()),
            (true, Some(version)) => is_newer(version).then_some(WrongMode::IsNewer),
            (true, None) if history.rows.is_empty() => None,
            (true, None) => Some(WrongMode::HasHistory),
        };
        match wrong {
            Some(wrong) => Err(Error::Mode(wrong)),
            None => self.make(link),
        }
    }

    /// Brings that of a database in which nothing is pending up to date; a newer one is left alone.
    pub(super) fn update(&mut self, link: &mut LockedLink<'_, '_>) -> Result<(), Error> {
        match self.version {
            Some(version) if is_older(version) => self.make(link),
            _ => Ok(()),
        }
    }

    /// Makes it, or of an older one this version's. Runners of other histories in the same database, who have locks of their own, may be
    /// about to do the same: what there is to do is known behind the lock that all of them take for this.
    fn make(&mut self, link: &mut LockedLink<'_, '_>) -> Result<(), Error> {
        if self.version == Some(VERSION) {
            return Ok(());
        }
        // A session hears of what others made when it opens a relation, and not when it is given an advisory lock.
        let sql = format!(
            "{}SELECT {FOUND} FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) 'pg_catalog'",
            plain::LOCK,
        );
        let results = link.query(&sql)?;
        let rows = results.last().and_then(|rows| rows.first());
        let found = rows.and_then(|row| row.first()).and_then(Option::as_deref);
        self.version = version(found);
        let script = match self.version {
            Some(VERSION) => "COMMIT".to_owned(),
            Some(version) if is_older(version) => plain::updated(),
            None => plain::made(),
            Some(_) => {
                link.query("ROLLBACK")?;
                return Err(Error::Mode(WrongMode::IsNewer));
            }
        };
        match link.query(&script) {
            Ok(_) => {}
            Err(link::Error::Server(error)) => return Err(Error::StandIn(error)),
            Err(error) => return Err(error.into()),
        }
        let before = self.version.replace(VERSION);
        if let Some(from) = before.filter(|&version| is_older(version)) {
            link.watch().tell(Event::StandInUpdated { from });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_read_is_newer() {
        assert_eq!(version(None), None);
        assert_eq!(version(Some("1")), Some(1));
        assert!(version(Some("later")).is_some_and(is_newer));
        assert!(!is_older(VERSION) && !is_newer(VERSION));
    }
}
