//! The objects that replace TimescaleDB in a database in plain mode: their version, and installing them.
//!
//! A table marks that they are installed, and its comment holds the version.

use super::locked_link::LockedLink;
use super::{Error, Event, WrongMode};
use crate::history::{History, Mode};
use crate::link;
use crate::plain::{self, VERSION};

/// An expression for the installed version as text; null if there is none. The first version had no comment.
pub(super) const FOUND: &str = "CASE WHEN pg_catalog.to_regclass('_timescaledb_catalog.plain') IS NOT NULL \
     THEN COALESCE(pg_catalog.obj_description(pg_catalog.to_regclass('_timescaledb_catalog.plain'), 'pg_class'), '1') END";

/// The version that [`FOUND`] reports; one that cannot be parsed counts as newer than any.
pub(super) fn version(found: Option<&str>) -> Option<u32> {
    found.map(|version| version.parse().unwrap_or(u32::MAX))
}

/// Whether a version is older than this program's.
#[inline]
pub(super) fn is_older(version: u32) -> bool {
    version.cmp(&VERSION).is_lt()
}

/// Whether a version is newer than this program's.
#[inline]
pub(super) fn is_newer(version: u32) -> bool {
    version.cmp(&VERSION).is_gt()
}

/// What is installed in the database of a run.
#[derive(Debug, Default)]
pub(super) struct StandIn {
    /// Its version, if it is installed.
    version: Option<u32>,
}

impl StandIn {
    /// Notes the version, as read under the lock.
    pub(super) fn found(&mut self, version: Option<u32>) {
        self.version = version;
    }

    /// In plain mode, installs it unless an earlier run has, and updates an older version, in one transaction with the mark.
    ///
    /// A runner that this one waited for may have used the other mode: then the run ends as if it had found the database so at its start.
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

    /// Updates an older version in a database in which nothing is pending; a newer one is left alone.
    pub(super) fn update(&mut self, link: &mut LockedLink<'_, '_>) -> Result<(), Error> {
        match self.version {
            Some(version) if is_older(version) => self.make(link),
            _ => Ok(()),
        }
    }

    /// Installs it, or updates an older version. Runners of other histories in the same database hold other locks, and may be about to do
    /// the same. So all of them take one more lock, and then check what there is to do.
    fn make(&mut self, link: &mut LockedLink<'_, '_>) -> Result<(), Error> {
        if self.version == Some(VERSION) {
            return Ok(());
        }
        // A session sees what others created only once it opens a relation; taking an advisory lock is not enough.
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
