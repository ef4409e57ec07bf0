//! How a database shows that it is in plain mode, and which version of the stand-in it has: by a table, and that table's comment.

use crate::plain::VERSION;

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
