//! Since which version PostgreSQL and TimescaleDB have what statements use, until which they had it, and which edition of TimescaleDB has it.
//!
//! The sources: PostgreSQL's release notes; TimescaleDB's `CHANGELOG.md` and its update scripts, `sql/updates/`. `tests/versions.rs` compares
//! the edition of each routine with the installed extension.

use std::fmt;
use std::str::FromStr;

/// A version: `15`, `2.18`. Of PostgreSQL the minor number is 0, because its minor releases add nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second one.
    pub minor: u32,
}

impl Version {
    /// A version.
    pub const fn new(major: u32, minor: u32) -> Version {
        Version { major, minor }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minor {
            0 => write!(f, "{}", self.major),
            minor => write!(f, "{}.{minor}", self.major),
        }
    }
}

impl FromStr for Version {
    type Err = ();

    /// Reads `15`, `15.4`, `2.18` or `2.18.1`.
    fn from_str(text: &str) -> Result<Version, ()> {
        let numbers: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
        match numbers.as_deref() {
            Ok([major]) => Ok(Version::new(*major, 0)),
            Ok([major, minor] | [major, minor, _]) => Ok(Version::new(*major, *minor)),
            _ => Err(()),
        }
    }
}

/// An edition of TimescaleDB, which is a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Under the Apache licence alone.
    Apache,
    /// With what is under the Timescale licence.
    Community,
}

/// The oldest servers that a project's migrations run on. Nothing is known of what is not set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Versions {
    /// PostgreSQL's.
    pub postgresql: Option<Version>,
    /// TimescaleDB's.
    pub timescaledb: Option<Version>,
    /// TimescaleDB's edition.
    pub edition: Option<Edition>,
}

/// Something that not every version has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The function, or the words of a syntax.
    pub name: &'static str,
    /// The first version that has it.
    pub since: Version,
    /// The first version that does not have it any more.
    pub gone: Option<Version>,
}

const fn since(name: &'static str, major: u32, minor: u32) -> Gate {
    Gate {
        name,
        since: Version::new(major, minor),
        gone: None,
    }
}

const fn gone(name: &'static str, minor: u32) -> Gate {
    Gate {
        name,
        since: Version::new(2, 0),
        gone: Some(Version::new(2, minor)),
    }
}

/// TimescaleDB's routines that came or went since 2.11, by name.
pub const ROUTINES: &[Gate] = &[
    since("add_columnstore_policy", 2, 18),
    since("add_compaction_policy", 2, 29),
    gone("add_data_node", 14),
    gone("alter_data_node", 14),
    since("attach_chunk", 2, 21),
    gone("attach_data_node", 14),
    since("by_hash", 2, 13),
    since("by_range", 2, 13),
    gone("cagg_migrate", 25),
    since("chunk_columnstore_stats", 2, 18),
    since("convert_to_columnstore", 2, 18),
    since("convert_to_rowstore", 2, 18),
    gone("create_distributed_hypertable", 14),
    gone("create_distributed_restore_point", 14),
    gone("delete_data_node", 14),
    since("detach_chunk", 2, 21),
    gone("detach_data_node", 14),
    since("disable_chunk_skipping", 2, 16),
    gone("distributed_exec", 14),
    since("enable_chunk_skipping", 2, 16),
    since("generate_uuidv7", 2, 22),
    since("hypertable_approximate_detailed_size", 2, 14),
    since("hypertable_approximate_size", 2, 14),
    since("hypertable_columnstore_stats", 2, 18),
    since("merge_chunks", 2, 18),
    since("merge_chunks_concurrently", 2, 24),
    since("remove_columnstore_policy", 2, 18),
    since("remove_compaction_policy", 2, 29),
    since("set_partitioning_interval", 2, 13),
    gone("set_replication_factor", 14),
    since("split_chunk", 2, 20),
    gone("time_bucket_ng", 25),
    since("to_uuidv7", 2, 22),
    since("to_uuidv7_boundary", 2, 22),
    since("uuid_timestamp", 2, 22),
    since("uuid_timestamp_micros", 2, 22),
    since("uuid_version", 2, 22),
];

/// TimescaleDB's options that not every version has, as they are written after the namespace.
pub const OPTIONS: &[Gate] = &[
    since("columnstore", 2, 20),
    since("direct_compress", 2, 29),
    since("direct_compress_schedule_interval", 2, 29),
    since("enable_columnstore", 2, 18),
    since("hypertable", 2, 20),
    since("orderby", 2, 18),
    since("segmentby", 2, 18),
];

/// The namespace `tsdb` for `timescaledb`.
pub const TSDB: Gate = since("tsdb", 2, 19);

/// `ALTER MATERIALIZED VIEW … ADD COLUMN` of a continuous aggregate.
pub const AGGREGATE_COLUMN: Gate = since("ADD COLUMN of a continuous aggregate", 2, 28);

/// PostgreSQL's functions that came since 14, by name.
pub const FUNCTIONS: &[Gate] = &[
    since("any_value", 16, 0),
    since("array_reverse", 18, 0),
    since("array_sample", 16, 0),
    since("array_shuffle", 16, 0),
    since("array_sort", 18, 0),
    since("casefold", 18, 0),
    since("crc32", 18, 0),
    since("crc32c", 18, 0),
    since("date_add", 16, 0),
    since("date_bin", 14, 0),
    since("date_subtract", 16, 0),
    since("erf", 16, 0),
    since("erfc", 16, 0),
    since("gamma", 18, 0),
    since("json_array", 16, 0),
    since("json_arrayagg", 16, 0),
    since("json_exists", 17, 0),
    since("json_objectagg", 16, 0),
    since("json_query", 17, 0),
    since("json_scalar", 17, 0),
    since("json_serialize", 17, 0),
    since("json_table", 17, 0),
    since("json_value", 17, 0),
    since("lgamma", 18, 0),
    since("pg_input_is_valid", 16, 0),
    since("random_normal", 16, 0),
    since("regexp_count", 15, 0),
    since("regexp_instr", 15, 0),
    since("regexp_like", 15, 0),
    since("regexp_substr", 15, 0),
    since("string_to_table", 14, 0),
    since("to_bin", 17, 0),
    since("to_oct", 17, 0),
    since("trim_array", 14, 0),
    since("unistr", 14, 0),
    since("uuid_extract_timestamp", 17, 0),
    since("uuid_extract_version", 17, 0),
    since("uuidv4", 18, 0),
    since("uuidv7", 18, 0),
    since("xmltext", 17, 0),
];

/// PostgreSQL's syntax that came since 14, as keywords that follow each other.
pub const SYNTAX: &[(Gate, &[&str])] = &[
    (since("NOT ENFORCED", 18, 0), &["not", "enforced"]),
    (
        since("NULLS NOT DISTINCT", 15, 0),
        &["nulls", "not", "distinct"],
    ),
    (since("SET EXPRESSION", 17, 0), &["set", "expression"]),
    (since("WITHOUT OVERLAPS", 18, 0), &["without", "overlaps"]),
];

/// `MERGE`.
pub const MERGE: Gate = since("MERGE", 15, 0);

/// `MERGE … RETURNING`.
pub const MERGE_RETURNING: Gate = since("RETURNING of MERGE", 17, 0);

/// TimescaleDB's routines that the Apache edition refuses, by name.
pub const COMMUNITY_ROUTINES: &[&str] = &[
    "add_columnstore_policy",
    "add_compaction_policy",
    "add_compression_policy",
    "add_continuous_aggregate_policy",
    "add_job",
    "add_policies",
    "add_reorder_policy",
    "add_retention_policy",
    "alter_job",
    "alter_policies",
    "attach_chunk",
    "compress_chunk",
    "convert_to_columnstore",
    "convert_to_rowstore",
    "decompress_chunk",
    "delete_job",
    "detach_chunk",
    "interpolate",
    "locf",
    "merge_chunks",
    "merge_chunks_concurrently",
    "move_chunk",
    "recompress_chunk",
    "refresh_continuous_aggregate",
    "remove_all_policies",
    "remove_columnstore_policy",
    "remove_compaction_policy",
    "remove_compression_policy",
    "remove_continuous_aggregate_policy",
    "remove_policies",
    "remove_reorder_policy",
    "remove_retention_policy",
    "reorder_chunk",
    "run_job",
    "show_policies",
    "split_chunk",
    "time_bucket_gapfill",
];

/// The entry of this name in a table that is sorted by name.
pub fn named(table: &'static [Gate], name: &str) -> Option<&'static Gate> {
    let at = table.binary_search_by(|it| it.name.cmp(name));
    at.ok().map(|at| &table[at])
}

/// Whether the Apache edition refuses a routine.
pub fn is_community(routine: &str) -> bool {
    COMMUNITY_ROUTINES.binary_search(&routine).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_by_name() {
        for table in [ROUTINES, OPTIONS, FUNCTIONS] {
            assert!(table.windows(2).all(|pair| pair[0].name < pair[1].name));
        }
        assert!(COMMUNITY_ROUTINES.is_sorted());
    }

    #[test]
    fn versions_are_read_as_people_write_them() {
        let read = |text: &str| text.parse().ok();
        assert_eq!(read("15"), Some(Version::new(15, 0)));
        assert_eq!(read("2.18.1"), Some(Version::new(2, 18)));
        for text in ["", "fifteen", "2.18.1.1", "15.", "-1", "2,18"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(Version::new(2, 9) < Version::new(2, 18));
        assert_eq!(Version::new(2, 18).to_string(), "2.18");
    }
}
