//! Plain mode: the schema on PostgreSQL without TimescaleDB.
//!
//! The migration files stay as they are. Hypertables become plain tables, continuous aggregates become views, and a stand-in answers calls
//! of TimescaleDB's functions: objects with TimescaleDB's names and signatures, which [`script`] creates. The stand-in checks its arguments
//! as TimescaleDB does, raises TimescaleDB's errors, and records what it is given.
//!
//! The stand-in holds:
//! - `time_bucket` in every overload, the aggregates `first`, `last` and `histogram`, and the functions that create and read UUIDs of
//!   version 7
//! - `create_hypertable` with `by_range` and `by_hash`, and with column names
//! - `add_dimension`, `set_chunk_time_interval`, `set_partitioning_interval`, `set_number_partitions`, `set_integer_now_func`
//! - tablespaces of hypertables, sparse indexes, and the columns by which chunks would be skipped
//! - `add_job`, `alter_job`, `delete_job`, `run_job`
//! - `drop_chunks`, which deletes the rows of the chunks that would exist; `show_chunks`, which shows none; `compress_chunk`,
//!   `decompress_chunk`, `convert_to_columnstore` and `convert_to_rowstore`, for which no relation is a chunk
//! - sizes of hypertables, and (empty) statistics of chunks
//! - `add_` and `remove_` of the policies for retention, columnstore (compression), reordering and refreshing
//! - `refresh_continuous_aggregate`, which has nothing to do
//! - the procedures that [`rewrite`] calls for statements that PostgreSQL does not know
//! - the views of `timescaledb_information` and `timescaledb_experimental`, `_timescaledb_config.bgw_job`, and the server's lists of extensions
//!   with `timescaledb` in them, which migrations read in place of the server's own
//!
//! Every other function that TimescaleDB offers (`tests/it/names.rs`) exists and reports that plain mode does not support it, and why.
//! Calls of its internal functions are refused by [`rewrite`].
//!
//! Nothing here runs anything: scripts and statements are text, which the caller sends.

mod context;
mod lacking;
pub mod rewrite;
mod rewriter;
mod standin;

pub use context::of_others as context_of_others;
pub use rewriter::Rewriter;
pub use standin::{CHECK, LOCK, VERSION, made, script, update, updated};

/// Why a statement that would be rewritten in a file fails in plain mode in a string or in the body of a function.
pub const UNSEEN: &str = "plain mode rewrites the statements of the files, not those in strings and in bodies of functions";
