//! Plain mode: a PostgreSQL without TimescaleDB holds the schema.
//!
//! The migration files stay as they are. Hypertables become plain tables, continuous aggregates become views, and what TimescaleDB is asked
//! for by function is answered by a stand-in: objects of TimescaleDB's own names and signatures, which [`script`] makes. The stand-in
//! checks its arguments as TimescaleDB does, raises TimescaleDB's errors, and records what it is given.
//!
//! The stand-in holds:
//! - `time_bucket` in every overload, the aggregates `first`, `last` and `histogram`, and what makes and reads UUIDs of version 7
//! - `create_hypertable` with `by_range` and `by_hash`, and with column names
//! - `add_dimension`, `set_chunk_time_interval`, `set_partitioning_interval`, `set_number_partitions`, `set_integer_now_func`
//! - tablespaces of hypertables, sparse indexes, and the columns by which chunks would be skipped
//! - `add_job`, `alter_job`, `delete_job`, `run_job`
//! - `drop_chunks`, which deletes the rows of the chunks that there would be; `show_chunks`, which shows none; `compress_chunk`,
//!   `decompress_chunk`, `convert_to_columnstore` and `convert_to_rowstore`, for which no relation is a chunk
//! - sizes of hypertables, and statistics of chunks, of which there are none
//! - `add_` and `remove_` of the policies for retention, columnstore (compression), reordering and refreshing
//! - `refresh_continuous_aggregate`, which has nothing to do
//! - what [`rewrite`] calls for the statements that PostgreSQL does not know
//! - the views of `timescaledb_information` and `timescaledb_experimental`, `_timescaledb_config.bgw_job`, and the server's lists of extensions
//!   with `timescaledb` in them, which migrations read in place of the server's own
//!
//! Every other function that TimescaleDB offers (`tests/plain/names.rs`) is there and says that plain mode cannot stand for it, and why. Calls
//! of those that it has for itself are refused by [`rewrite`].

#[cfg(feature = "plain")]
mod context;
pub mod rewrite;

#[cfg(feature = "plain")]
pub(crate) use context::of_others as context_of_others;

#[cfg(feature = "plain")]
/// The stand-in's parts, in the order in which they build on each other.
const PARTS: &[&str] = &[
    include_str!("standin/schema.sql"),
    include_str!("standin/bucket_exactly.sql"),
    include_str!("standin/time_bucket.sql"),
    include_str!("standin/uuid.sql"),
    include_str!("standin/aggregates.sql"),
    include_str!("standin/hypertable.sql"),
    include_str!("standin/dimensions.sql"),
    include_str!("standin/tablespaces.sql"),
    include_str!("standin/policies.sql"),
    include_str!("standin/jobs.sql"),
    include_str!("standin/chunks.sql"),
    include_str!("standin/options.sql"),
    include_str!("standin/columnstore.sql"),
    include_str!("standin/sparse_indexes.sql"),
    include_str!("standin/storage.sql"),
    include_str!("standin/sizes.sql"),
    include_str!("standin/continuous_aggregates.sql"),
    include_str!("standin/cascade.sql"),
    include_str!("standin/writes.sql"),
    include_str!("standin/refresh.sql"),
    include_str!("standin/information.sql"),
    include_str!("standin/config.sql"),
    include_str!("standin/unfilled.sql"),
    include_str!("standin/refused.sql"),
    include_str!("standin/resolved.sql"),
    include_str!("standin/members.sql"),
];

/// Begins a transaction of [`script`] or [`update`]: whoever makes a stand-in or brings one up to date waits for whoever does that in the same database, under whichever history's lock: the
/// key has two parts, and those of histories one. What is read behind the lock is what the other one left.
#[cfg(feature = "plain")]
pub const LOCK: &str = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE;\n\
                               SELECT pg_catalog.pg_advisory_xact_lock(1886151017, 110);\n";

/// Both scripts resolve what they name in `pg_catalog` alone, and so do the views and the types of arguments that they make.
#[cfg(feature = "plain")]
const PATH: &str = "SET LOCAL search_path = pg_catalog, pg_temp;\n";

/// The stand-in's version, which is raised with each change of its script; the database has it as the comment of its mark.
#[cfg(feature = "plain")]
pub const VERSION: u32 = 8;

/// An expression for the version of the database's stand-in as text; null where there is none. The first one had no comment.
pub(crate) const FOUND: &str = "CASE WHEN pg_catalog.to_regclass('_timescaledb_catalog.plain') IS NOT NULL \
     THEN COALESCE(pg_catalog.obj_description(pg_catalog.to_regclass('_timescaledb_catalog.plain'), 'pg_class'), '1') END";

/// The version that [`FOUND`] reports; one that nobody can read is newer than any.
pub(crate) fn version(found: Option<&str>) -> Option<u32> {
    found.map(|version| version.parse().unwrap_or(u32::MAX))
}

/// The statement that checks at the end of a transaction what TimescaleDB checks at each statement.
pub const CHECK: &str = "CALL _timescaledb_functions.check_hypertables()";

/// Why a statement in a string or in the body of a function fails in plain mode that would be rewritten in a file.
pub const UNSEEN: &str = "plain mode rewrites the statements of the files, and does not see into strings and bodies of functions";

/// The script that makes the stand-in in a database of PostgreSQL 13 or later that has neither it nor TimescaleDB.
///
/// It is one transaction with its BEGIN and COMMIT. Whoever runs it may create schemas in the database and functions in `public`.
#[cfg(feature = "plain")]
pub fn script() -> String {
    format!("{LOCK}{}", made())
}

/// [`script`] behind its [`LOCK`].
#[cfg(feature = "plain")]
pub(crate) fn made() -> String {
    format!("{PATH}{}{}COMMIT;\n", PARTS.concat(), mark())
}

/// The script that makes the stand-in of a database what [`script`] would make of it, where that was made by an older version. What was
/// recorded is kept.
///
/// It is one transaction with its BEGIN and COMMIT. Whoever runs it must own what the first one made.
#[cfg(feature = "plain")]
pub fn update() -> String {
    format!("{LOCK}{}", updated())
}

/// [`update`] behind its [`LOCK`].
#[cfg(feature = "plain")]
pub(crate) fn updated() -> String {
    let parts = PARTS.concat();
    // What somebody uses is still there.
    let parts = ["FUNCTION", "PROCEDURE", "AGGREGATE", "VIEW"]
        .iter()
        .fold(parts, |parts, kind| {
            let create = format!("CREATE {kind}");
            parts.replace(&create, &format!("CREATE OR REPLACE {kind}"))
        })
        .replace("CREATE SCHEMA ", "CREATE SCHEMA IF NOT EXISTS ");
    let (before, after) = (
        include_str!("standin/before.sql"),
        include_str!("standin/after.sql"),
    );
    format!("{PATH}{before}{parts}{after}{}COMMIT;\n", mark())
}

#[cfg(feature = "plain")]
fn mark() -> String {
    format!("COMMENT ON TABLE _timescaledb_catalog.plain IS '{VERSION}';\n")
}

#[cfg(all(test, feature = "plain"))]
mod tests {
    use super::*;

    /// Who applied the older script has to get the newer one.
    #[test]
    fn another_script_has_another_version() {
        let checksum = crate::source::checksum(&PARTS.concat());
        assert_eq!(
            (VERSION, &checksum[..12]),
            (8, "65d07953a8f3"),
            "the script is another one: raise VERSION where it was released, and write down both"
        );
    }

    /// A database may have an encoding that lacks anything else.
    #[test]
    fn the_scripts_are_ascii() {
        assert!(script().is_ascii());
        assert!(update().is_ascii());
    }
}
