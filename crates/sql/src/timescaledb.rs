//! TimescaleDB's routines and options: how to run a statement that names one, what settles it after a lost connection, what it creates, and
//! what plain mode does. What is not in a table is not TimescaleDB's: the catalog or the server decides about it.
//!
//! `tests/timescaledb.rs` compares both tables with the installed extension.

use crate::lexer::{self, TokenKind};
use crate::statement::words::Words;

/// A function, procedure or aggregate that TimescaleDB offers, or offered in a version that is still in use: all those that are public, and of
/// its internal ones the procedures that do a job's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Routine {
    /// Its name, without the schema: statements are read as if every schema were in the search path.
    pub name: &'static str,
    /// Where it is.
    pub schema: Schema,
    /// What it is.
    pub kind: Kind,
    /// Whether it may share a transaction.
    pub runs: Runs,
    /// What settles whether a statement that ran it alone did its work, after a cut.
    pub cut: Cut,
    /// What plain mode does.
    pub plain: Plain,
    /// What it does to the schema.
    pub makes: Makes,
}

/// A schema of TimescaleDB's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// The extension's schema, `public` unless another one was chosen.
    Extension,
    /// `timescaledb_experimental`.
    Experimental,
    /// `_timescaledb_functions`, and `_timescaledb_internal` before there was that.
    Internal,
}

/// What a routine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Called by a query.
    Function,
    /// Called by a query, over rows.
    Aggregate,
    /// Called by `CALL`.
    Procedure,
}

/// Whether something may share a transaction with other statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// In a transaction with others.
    Shared,
    /// Alone: it commits, or the server refuses it in a transaction block because it may.
    Alone,
    /// Alone where an argument `concurrently` says so.
    AloneIfConcurrent,
    /// Alone unless the statement ends with `WITH NO DATA`.
    AloneWithData,
}

/// What settles whether a statement that runs alone did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Only a person knows.
    Ask,
    /// It is sent again: it only reads, or does what is left to do, and a second run finds less of that.
    Repeat,
    /// It depends on whose job it is.
    OfJob,
    /// Which of the chunks are left.
    Chunks,
}

/// What plain mode does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// What TimescaleDB does, as far as plain tables and views have that.
    Same,
    /// Nothing, without a commit.
    Nothing,
    /// The stand-in's function raises an error when it is called; views may name it.
    Raises(Lacking),
    /// The same, and a file that calls it is refused before anything runs.
    Refused(Lacking),
    /// A file that calls it is refused; TimescaleDB 2.28 has no such function either, nor has the stand-in.
    Gone(Lacking),
}

/// What a routine does to the schema that a catalog describes, which does not include chunks and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Makes {
    /// Nothing.
    Nothing,
    /// A hypertable, a dimension, a policy or a job, which the call's arguments name.
    Described,
    /// Something that the call does not show.
    Anything,
}

/// What plain mode lacks for a routine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// Chunks.
    Chunks,
    /// Rows that a query does not read.
    Rows,
    /// Data nodes.
    Nodes,
    /// A report.
    Telemetry,
    /// A need for it: dumps of such a database are restored without it.
    Restore,
    /// What is experimental.
    Experiments,
    /// Continuous aggregates of an older kind.
    OldAggregates,
    /// What TimescaleDB has for itself.
    Internals,
}

const fn new(name: &'static str, kind: Kind) -> Routine {
    Routine {
        name,
        schema: Schema::Extension,
        kind,
        runs: Runs::Shared,
        cut: Cut::Ask,
        plain: Plain::Same,
        makes: Makes::Nothing,
    }
}

const fn function(name: &'static str) -> Routine {
    new(name, Kind::Function)
}

const fn aggregate(name: &'static str) -> Routine {
    new(name, Kind::Aggregate)
}

const fn procedure(name: &'static str) -> Routine {
    new(name, Kind::Procedure)
}

const fn experiment(name: &'static str) -> Routine {
    Routine {
        schema: Schema::Experimental,
        plain: Plain::Raises(Lacking::Experiments),
        makes: Makes::Anything,
        ..function(name)
    }
}

/// What a background job calls.
const fn work(name: &'static str, runs: Runs) -> Routine {
    Routine {
        schema: Schema::Internal,
        runs,
        cut: Cut::Repeat,
        plain: Plain::Gone(Lacking::Internals),
        ..procedure(name)
    }
}

impl Routine {
    const fn runs(self, runs: Runs, cut: Cut) -> Routine {
        Routine { runs, cut, ..self }
    }

    const fn plain(self, plain: Plain) -> Routine {
        Routine { plain, ..self }
    }

    const fn makes(self, makes: Makes) -> Routine {
        Routine { makes, ..self }
    }
}

/// All of them, by name.
pub const ROUTINES: &[Routine] = &[
    procedure("add_columnstore_policy").makes(Makes::Described),
    function("add_compaction_policy")
        .plain(Plain::Gone(Lacking::Chunks))
        .makes(Makes::Described),
    function("add_compression_policy").makes(Makes::Described),
    function("add_continuous_aggregate_policy").makes(Makes::Described),
    function("add_data_node")
        .plain(Plain::Gone(Lacking::Nodes))
        .makes(Makes::Anything),
    function("add_dimension").makes(Makes::Described),
    function("add_job").makes(Makes::Described),
    experiment("add_policies"),
    function("add_reorder_policy").makes(Makes::Described),
    function("add_retention_policy").makes(Makes::Described),
    function("alter_data_node")
        .plain(Plain::Gone(Lacking::Nodes))
        .makes(Makes::Anything),
    function("alter_job").makes(Makes::Described),
    experiment("alter_policies"),
    function("approximate_row_count"),
    procedure("attach_chunk")
        .plain(Plain::Refused(Lacking::Chunks))
        .makes(Makes::Anything),
    function("attach_data_node")
        .plain(Plain::Gone(Lacking::Nodes))
        .makes(Makes::Anything),
    function("attach_tablespace"),
    function("by_hash"),
    function("by_range"),
    procedure("cagg_migrate")
        .runs(Runs::Alone, Cut::Ask)
        .plain(Plain::Gone(Lacking::OldAggregates))
        .makes(Makes::Anything),
    function("chunk_columnstore_stats"),
    function("chunk_compression_stats"),
    function("chunks_detailed_size"),
    function("compress_chunk"),
    procedure("convert_to_columnstore"),
    procedure("convert_to_rowstore"),
    function("create_distributed_hypertable")
        .plain(Plain::Gone(Lacking::Nodes))
        .makes(Makes::Anything),
    function("create_distributed_restore_point")
        .plain(Plain::Gone(Lacking::Nodes))
        .makes(Makes::Anything),
    function("create_hypertable").makes(Makes::Described),
    function("decompress_chunk"),
    function("delete_data_node")
        .plain(Plain::Gone(Lacking::Nodes))
        .makes(Makes::Anything),
    function("delete_job").makes(Makes::Described),
    procedure("detach_chunk")
        .plain(Plain::Refused(Lacking::Chunks))
        .makes(Makes::Anything),
    function("detach_data_node")
        .plain(Plain::Gone(Lacking::Nodes))
        .makes(Makes::Anything),
    function("detach_tablespace"),
    function("detach_tablespaces"),
    function("disable_chunk_skipping").makes(Makes::Anything),
    procedure("distributed_exec")
        .plain(Plain::Gone(Lacking::Nodes))
        .makes(Makes::Anything),
    function("drop_chunks"),
    function("enable_chunk_skipping").makes(Makes::Anything),
    aggregate("first"),
    function("generate_uuidv7"),
    function("get_telemetry_report").plain(Plain::Raises(Lacking::Telemetry)),
    aggregate("histogram"),
    function("hypertable_approximate_detailed_size"),
    function("hypertable_approximate_size"),
    function("hypertable_columnstore_stats"),
    function("hypertable_compression_stats"),
    function("hypertable_detailed_size"),
    function("hypertable_index_size"),
    function("hypertable_size"),
    function("interpolate").plain(Plain::Raises(Lacking::Rows)),
    aggregate("last"),
    function("locf").plain(Plain::Raises(Lacking::Rows)),
    procedure("merge_chunks")
        .runs(Runs::AloneIfConcurrent, Cut::Chunks)
        .plain(Plain::Refused(Lacking::Chunks)),
    procedure("merge_chunks_concurrently")
        .runs(Runs::Alone, Cut::Chunks)
        .plain(Plain::Refused(Lacking::Chunks)),
    function("move_chunk")
        .runs(Runs::Alone, Cut::Repeat)
        .plain(Plain::Refused(Lacking::Chunks)),
    work("policy_compression", Runs::Alone),
    work("policy_compression_execute", Runs::Alone).runs(Runs::Alone, Cut::Ask),
    work("policy_recompression", Runs::Alone),
    work("policy_refresh_continuous_aggregate", Runs::Alone),
    work("policy_reorder", Runs::Alone),
    work("policy_retention", Runs::Shared),
    procedure("recompress_chunk").plain(Plain::Refused(Lacking::Chunks)),
    procedure("refresh_continuous_aggregate")
        .runs(Runs::Alone, Cut::Repeat)
        .plain(Plain::Nothing),
    experiment("remove_all_policies"),
    procedure("remove_columnstore_policy").makes(Makes::Described),
    function("remove_compaction_policy")
        .plain(Plain::Gone(Lacking::Chunks))
        .makes(Makes::Described),
    function("remove_compression_policy").makes(Makes::Described),
    function("remove_continuous_aggregate_policy").makes(Makes::Described),
    experiment("remove_policies"),
    function("remove_reorder_policy").makes(Makes::Described),
    function("remove_retention_policy").makes(Makes::Described),
    function("reorder_chunk")
        .runs(Runs::Alone, Cut::Repeat)
        .plain(Plain::Refused(Lacking::Chunks)),
    procedure("run_job")
        .runs(Runs::Alone, Cut::OfJob)
        .makes(Makes::Anything),
    function("set_chunk_time_interval").makes(Makes::Described),
    function("set_integer_now_func").makes(Makes::Described),
    function("set_number_partitions").makes(Makes::Anything),
    function("set_partitioning_interval").makes(Makes::Described),
    function("set_replication_factor")
        .plain(Plain::Gone(Lacking::Nodes))
        .makes(Makes::Anything),
    function("show_chunks").runs(Runs::Shared, Cut::Repeat),
    experiment("show_policies"),
    function("show_tablespaces"),
    procedure("split_chunk").plain(Plain::Refused(Lacking::Chunks)),
    function("time_bucket"),
    function("time_bucket_gapfill").plain(Plain::Raises(Lacking::Rows)),
    function("timescaledb_post_restore").plain(Plain::Raises(Lacking::Restore)),
    function("timescaledb_pre_restore").plain(Plain::Raises(Lacking::Restore)),
    function("to_uuidv7"),
    function("to_uuidv7_boundary"),
    function("uuid_timestamp"),
    function("uuid_timestamp_micros"),
    function("uuid_version"),
];

/// The routine of this name.
pub fn routine(name: &str) -> Option<&'static Routine> {
    find(name.bytes())
}

/// The routine that a token names, in any schema.
pub fn routine_at(words: Words<'_>, at: usize) -> Option<&'static Routine> {
    let text = words.text(at);
    match words.tokens.get(at)?.kind {
        TokenKind::Word => find(text.bytes().map(|byte| byte.to_ascii_lowercase())),
        TokenKind::Quoted => routine(text.strip_prefix('"')?.strip_suffix('"')?),
        _ => None,
    }
}

fn find(name: impl Iterator<Item = u8> + Clone) -> Option<&'static Routine> {
    let at = ROUTINES.binary_search_by(|it| it.name.bytes().cmp(name.clone()));
    at.ok().map(|at| &ROUTINES[at])
}

/// Whether a text cannot do without TimescaleDB, as far as it shows: it names the extension, one of its schemas or options, also in a string, or
/// calls one of its routines.
pub fn is_used(sql: &str) -> bool {
    let tokens = lexer::tokens(sql);
    let words = Words {
        sql,
        tokens: &tokens,
    };
    let names_it = |at: usize| {
        let text = words.text(at).to_ascii_lowercase();
        text.contains("timescaledb") || text == "tsdb"
    };
    let calls_it = |at: usize| words.is_symbol(at + 1, "(") && routine_at(words, at).is_some();
    (0..tokens.len()).any(|at| names_it(at) || calls_it(at))
}

/// The names that TimescaleDB's options go by: `timescaledb.continuous`, `tsdb.continuous`.
pub const NAMESPACES: &[&str] = &["timescaledb", "tsdb"];

/// An option of TimescaleDB's in a list `WITH (timescaledb.…)` or `SET (timescaledb.…)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opt {
    /// What it is called here.
    pub name: &'static str,
    /// The names that statements use for it, after the namespace.
    pub names: &'static [&'static str],
    /// What its value is.
    pub value: Value,
    /// The statements that have it.
    pub of: &'static [Of],
    /// How such a statement runs if the option is on.
    pub runs: Runs,
}

/// The type of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// `true` and the like; without a value it is on.
    Bool,
    /// Any text.
    Text,
    /// A text that is an interval.
    Interval,
}

/// A statement with options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// `CREATE TABLE`.
    Table,
    /// `ALTER TABLE` of a hypertable.
    Hypertable,
    /// `CREATE` and `ALTER MATERIALIZED VIEW` of a continuous aggregate.
    Aggregate,
    /// `CREATE INDEX`.
    Index,
}

const TABLE: &[Of] = &[Of::Table];
const AGGREGATE: &[Of] = &[Of::Aggregate];
const STORED: &[Of] = &[Of::Hypertable, Of::Aggregate];
const TABLES: &[Of] = &[Of::Table, Of::Hypertable];
const ALL_STORED: &[Of] = &[Of::Table, Of::Hypertable, Of::Aggregate];

const fn option(
    name: &'static str,
    value: Value,
    names: &'static [&'static str],
    of: &'static [Of],
) -> Opt {
    Opt {
        name,
        names,
        value,
        of,
        runs: Runs::Shared,
    }
}

/// All of them. In plain mode the stand-in checks and records them, but for an index's, which is only checked.
#[rustfmt::skip]
pub const OPTIONS: &[Opt] = &[
    option("columnstore", Value::Bool, &["compress", "columnstore", "enable_columnstore"], ALL_STORED),
    option("segmentby", Value::Text, &["compress_segmentby", "segmentby", "segment_by"], ALL_STORED),
    option("orderby", Value::Text, &["compress_orderby", "orderby", "order_by"], ALL_STORED),
    // Of an aggregate it is an interval, and of a hypertable one where that is its dimension's.
    option("chunk_interval", Value::Text, &["chunk_interval"], TABLES),
    option("chunk_interval", Value::Interval, &["chunk_interval"], AGGREGATE),
    option("compress_interval", Value::Interval, &["compress_chunk_interval", "compress_chunk_time_interval"], STORED),
    option("index", Value::Text, &["compress_index", "compress_sparse_index", "index", "sparse_index"], TABLES),
    // From 2.29 on.
    option("direct_compress", Value::Bool, &["direct_compress"], TABLES),
    option("direct_compress_interval", Value::Interval, &["direct_compress_schedule_interval"], TABLES),
    option("hypertable", Value::Bool, &["hypertable"], TABLE),
    option("partition_column", Value::Text, &["partition_column", "partitioning_column"], TABLE),
    option("create_default_indexes", Value::Bool, &["create_default_indexes"], TABLE),
    option("associated_schema", Value::Text, &["associated_schema"], TABLE),
    option("associated_table_prefix", Value::Text, &["associated_table_prefix"], TABLE),
    Opt { runs: Runs::AloneWithData, ..option("continuous", Value::Bool, &["continuous"], AGGREGATE) },
    option("create_group_indexes", Value::Bool, &["create_group_indexes"], AGGREGATE),
    option("materialized_only", Value::Bool, &["materialized_only"], AGGREGATE),
    Opt { runs: Runs::Alone, ..option("transaction_per_chunk", Value::Bool, &["transaction_per_chunk"], &[Of::Index]) },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer;

    #[test]
    fn the_table_is_sorted_by_name() {
        assert!(ROUTINES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn what_needs_timescaledb_names_it_or_calls_it() {
        for sql in [
            "CREATE EXTENSION IF NOT EXISTS timescaledb",
            "CREATE TABLE t (at timestamptz) WITH (tsdb.hypertable)",
            "SELECT 1 FROM timescaledb_information.hypertables",
            "DO $$ BEGIN EXECUTE 'CREATE EXTENSION timescaledb'; END $$",
            "SELECT create_hypertable('t', 'at')",
            "SELECT public.time_bucket('1 day', at) FROM t",
        ] {
            assert!(is_used(sql), "{sql}");
        }
        for sql in [
            "CREATE TABLE t (first int, last int) -- timescaledb later",
            "SELECT first, last FROM t",
            "COMMENT ON TABLE t IS 'create_hypertable(t)'",
        ] {
            assert!(!is_used(sql), "{sql}");
        }
    }

    #[test]
    fn a_routine_is_found_as_the_server_reads_its_name() {
        let found = |sql: &str| {
            let tokens = lexer::tokens(sql);
            let words = Words {
                sql,
                tokens: &tokens,
            };
            routine_at(words, 0).map(|it| it.name)
        };
        assert_eq!(found("Run_Job(1)"), Some("run_job"));
        assert_eq!(found("\"run_job\"(1)"), Some("run_job"));
        for sql in ["\"Run_Job\"(1)", "'run_job'", "run_jobs(1)", ""] {
            assert_eq!(found(sql), None, "{sql}");
        }
    }
}
