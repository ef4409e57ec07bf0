//! Plain mode: a PostgreSQL without TimescaleDB holds the schema.
//!
//! The migration files stay as they are. Hypertables become plain tables, continuous aggregates become views, and what TimescaleDB is asked
//! for by function is answered by a stand-in: objects of TimescaleDB's own names and signatures, which [`script`] makes. The stand-in
//! checks its arguments as TimescaleDB does, raises TimescaleDB's errors, and records what it is told.
//!
//! The stand-in holds:
//! - `time_bucket` in every overload, and the aggregates `first`, `last` and `histogram`
//! - `create_hypertable` with `by_range` and `by_hash`, and with column names
//! - `add_dimension`, `set_chunk_time_interval`, `set_partitioning_interval`, `set_number_partitions`, `set_integer_now_func`
//! - `add_job`, `alter_job`, `delete_job`, `run_job`
//! - `drop_chunks`, which deletes the rows of the chunks that there would be; `show_chunks`, which shows none; `compress_chunk`,
//!   `decompress_chunk`, `convert_to_columnstore` and `convert_to_rowstore`, for which no relation is a chunk
//! - `hypertable_size`, `hypertable_approximate_size`, `hypertable_detailed_size`, `hypertable_index_size`, `approximate_row_count`
//! - `time_bucket_gapfill`, `locf` and `interpolate`, which say that they cannot be stood for
//! - `add_` and `remove_` of the policies for retention, columnstore (compression), reordering and refreshing
//! - `refresh_continuous_aggregate`, which has nothing to do
//! - what [`rewrite`] calls for the statements that PostgreSQL does not know
//! - of `timescaledb_information`: hypertables, dimensions, continuous_aggregates, jobs, compression_settings,
//!   hypertable_compression_settings, hypertable_columnstore_settings, and chunks, of which there are none
//!
//! What is not in this list is absent: the server says that there is no such function.

pub mod rewrite;

#[cfg(feature = "plain")]
/// The stand-in's parts, in the order in which they build on each other.
const PARTS: &[&str] = &[
    include_str!("standin/schema.sql"),
    include_str!("standin/bucket_exactly.sql"),
    include_str!("standin/time_bucket.sql"),
    include_str!("standin/aggregates.sql"),
    include_str!("standin/gapfill.sql"),
    include_str!("standin/hypertable.sql"),
    include_str!("standin/dimensions.sql"),
    include_str!("standin/policies.sql"),
    include_str!("standin/jobs.sql"),
    include_str!("standin/chunks.sql"),
    include_str!("standin/sizes.sql"),
    include_str!("standin/columnstore.sql"),
    include_str!("standin/continuous_aggregates.sql"),
    include_str!("standin/refresh.sql"),
    include_str!("standin/information.sql"),
    include_str!("standin/members.sql"),
];

/// The statement that checks at the end of a transaction what TimescaleDB checks at each statement.
pub const CHECK: &str = "CALL _timescaledb_functions.check_hypertables()";

/// The script that makes the stand-in in a database of PostgreSQL 13 or later that has neither it nor TimescaleDB.
///
/// It is one transaction with its BEGIN and COMMIT. Whoever runs it may create schemas in the database and functions in `public`.
#[cfg(feature = "plain")]
pub fn script() -> String {
    format!("BEGIN;\n{}COMMIT;\n", PARTS.concat())
}
