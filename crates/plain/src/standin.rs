//! The scripts that make the stand-in and bring an older one up to date.

use sql::timescaledb::{OPTIONS, Of, Value};

use crate::lacking;

/// The stand-in's parts, in the order in which they build on each other.
pub(crate) const PARTS: &[&str] = &[
    include_str!("standin/schema.sql"),
    include_str!("standin/bucket_exactly.sql"),
    include_str!("standin/time_bucket.sql"),
    include_str!("standin/uuid.sql"),
    include_str!("standin/aggregates.sql"),
    include_str!("standin/relations.sql"),
    include_str!("standin/ranges.sql"),
    include_str!("standin/checks.sql"),
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

/// The parts, with the rows from the table of TimescaleDB's routines.
fn parts() -> String {
    let parts = PARTS.concat();
    parts
        .replace("<lacking>", &lacking::rows())
        .replace("<options>", &options())
}

/// What [`OPTIONS`] says, as rows of SQL: the name that an option has here, its type, its names, and the statements that know them.
fn options() -> String {
    let list = |words: Vec<&str>| format!("'{{{}}}'", words.join(","));
    let rows = OPTIONS.iter().map(|option| {
        let ty = match option.value {
            Value::Bool => "bool",
            Value::Text => "text",
            Value::Interval => "interval",
        };
        let statements = option.of.iter().copied().map(statement).collect();
        let (name, names) = (option.name, list(option.names.to_vec()));
        format!("('{name}', '{ty}', {names}, {})", list(statements))
    });
    rows.collect::<Vec<_>>().join(",\n        ")
}

/// What the stand-in calls a statement whose options it reads.
fn statement(of: Of) -> &'static str {
    match of {
        Of::Table => "table",
        Of::Hypertable => "hypertable",
        Of::Aggregate => "aggregate",
        Of::Index => "index",
    }
}

/// Begins a transaction of [`script`] or [`update`]: a session that creates or updates a stand-in waits for others that do so in the same
/// database, whatever history they lock: this key has two parts, those of histories have one. What is read after the lock is what the other
/// session left.
pub const LOCK: &str = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE;\n\
                               SELECT pg_catalog.pg_advisory_xact_lock(1886151017, 110);\n";

/// Both scripts resolve what they name in `pg_catalog` alone, and so do the views and the types of arguments that they make.
const PATH: &str = "SET LOCAL search_path = pg_catalog, pg_temp;\n";

/// The stand-in's version, which is raised with each change of its script; the database has it as the comment of its mark.
pub const VERSION: u32 = 9;

/// The statement that checks at the end of a transaction what TimescaleDB checks at each statement.
pub const CHECK: &str = "CALL _timescaledb_functions.check_hypertables()";

/// The script that makes the stand-in in a database of PostgreSQL 13 or later that has neither it nor TimescaleDB.
///
/// It is one transaction with its BEGIN and COMMIT. Whoever runs it may create schemas in the database and functions in `public`.
pub fn script() -> String {
    format!("{LOCK}{}", made())
}

/// [`script`] after its [`LOCK`].
pub fn made() -> String {
    format!("{PATH}{}{}COMMIT;\n", parts(), mark())
}

/// The script that updates a stand-in from an older version to what [`script`] would create. What was recorded is kept.
///
/// It is one transaction with its BEGIN and COMMIT. Whoever runs it must own what the first one made.
pub fn update() -> String {
    format!("{LOCK}{}", updated())
}

/// [`update`] after its [`LOCK`].
pub fn updated() -> String {
    let parts = parts();
    // What something depends on still exists.
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

fn mark() -> String {
    format!("COMMENT ON TABLE _timescaledb_catalog.plain IS '{VERSION}';\n")
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// Who applied the older script has to get the newer one.
    #[test]
    fn another_script_has_another_version() {
        let digest = Sha256::digest(parts());
        let checksum: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            (VERSION, &checksum[..12]),
            (9, "ff6df6eafe8d"),
            "the script is another one: raise VERSION where it was released, and write down both"
        );
    }

    /// A database's encoding may lack all other characters.
    #[test]
    fn the_scripts_are_ascii() {
        assert!(script().is_ascii());
        assert!(update().is_ascii());
    }
}
