//! Functions of TimescaleDB's internal schemas, which migrations call now and then, or name where a function is asked for: those that plain mode
//! lacks are refused by name.

use std::ops::Range;

use sql::lexer;
use sql::statement::words::Words;
use sql::timescaledb::{self, Lacking, Schema};

use super::edits::NotSupported;
use super::{bodies, executed};
use crate::lacking::reason;
use crate::standin::PARTS;

const SCHEMAS: [&str; 2] = ["_timescaledb_functions", "_timescaledb_internal"];

/// Words before a relation's name, or before the name of a routine that is not called.
const BEFORE: &[&str] = &[
    "into",
    "table",
    "on",
    "exists",
    "only",
    "update",
    "view",
    "function",
    "procedure",
    "routine",
];

/// Those of TimescaleDB 2.28 that `sql::timescaledb` does not have (`tests/it/names.rs`), sorted.
const NAMES: &[&str] = &[
    "align_to_bucket",
    "alter_job_set_hypertable_id",
    "attach_osm_table_chunk",
    "bloom1_contains",
    "bloom1_contains_any",
    "bloom1_contains_any_hashes",
    "bloom1_hash",
    "bloom1in",
    "bloom1out",
    "bookend_deserializefunc",
    "bookend_finalfunc",
    "bookend_serializefunc",
    "cagg_get_bucket_function_info",
    "cagg_get_grouping_columns",
    "cagg_validate_query",
    "cagg_watermark",
    "cagg_watermark_materialized",
    "chunk_constraint_add_table_constraint",
    "chunk_id_from_relid",
    "chunk_rewrite_cleanup",
    "chunk_statistics",
    "chunk_statistics_reset",
    "chunk_status",
    "chunk_status_text",
    "chunks_local_size",
    "compressed_chunk_local_stats",
    "compressed_chunk_remote_stats",
    "compressed_data_column_size",
    "compressed_data_has_nulls",
    "compressed_data_in",
    "compressed_data_info",
    "compressed_data_out",
    "compressed_data_recv",
    "compressed_data_send",
    "compressed_data_to_array",
    "constraint_clone",
    "create_chunk",
    "create_compressed_chunk",
    "dimension_info_in",
    "dimension_info_out",
    "drop_chunk",
    "drop_osm_chunk",
    "estimate_compressed_batch_size",
    "estimate_uncompressed_size",
    "extension_state",
    "first_combinefunc",
    "first_sfunc",
    "freeze_chunk",
    "generate_uuid",
    "get_approx_row_count",
    "get_chunk_info",
    "get_chunk_info_by_id",
    "get_chunk_primary_range",
    "get_chunk_primary_range_by_id",
    "get_compressed_chunk_index_for_recompression",
    "get_create_command",
    "get_git_commit",
    "get_hypertable_info",
    "get_hypertable_info_by_id",
    "get_integer_now_func",
    "get_internal_time_max",
    "get_internal_time_min",
    "get_orderby_defaults",
    "get_os_info",
    "get_partition_for_key",
    "get_partition_hash",
    "get_primary_dimension",
    "get_segmentby_defaults",
    "hist_combinefunc",
    "hist_deserializefunc",
    "hist_finalfunc",
    "hist_serializefunc",
    "hist_sfunc",
    "hypertable_local_size",
    "hypertable_osm_range_update",
    "index_matches",
    "interval_to_usec",
    "jsonb_get_matching_index_entry",
    "last_combinefunc",
    "last_sfunc",
    "lock_osm_chunk_dimension_slice",
    "make_multirange_from_internal_time",
    "make_range_from_internal_time",
    "metadata_insert_trigger",
    "policy_compression_check",
    "policy_job_stat_history_retention",
    "policy_job_stat_history_retention_check",
    "policy_refresh_continuous_aggregate_check",
    "policy_reorder_check",
    "policy_retention_check",
    "process_ddl_event",
    "range_value_to_pretty",
    "rebuild_columnstore",
    "rebuild_sparse_index",
    "recompress_chunk_segmentwise",
    "relation_approximate_size",
    "relation_size",
    "remove_dropped_chunk_metadata",
    "restart_background_workers",
    "show_chunk",
    "start_background_workers",
    "stop_background_workers",
    "subtract_integer_from_now",
    "time_to_internal",
    "to_date",
    "to_interval",
    "to_timestamp",
    "to_timestamp_without_timezone",
    "to_unix_microseconds",
    "tsl_loaded",
    "unfreeze_chunk",
];

/// Casts of a constant to a function.
const OF_FUNCTIONS: &[&str] = &["regproc", "regprocedure"];

/// Refuses the first that is called, or named where a function is asked for, of those that the stand-in does not have: in the statement, and in
/// what its body does and executes.
pub(super) fn check(words: Words<'_>) -> Result<(), NotSupported> {
    in_words(words, 0)?;
    if bodies::is_routine(words) {
        bodies::bodies(words).try_for_each(|body| in_body(words.sql, body))
    } else {
        Ok(())
    }
}

/// The same of a part of `sql` that is a body, or a statement in a string that it executes.
fn in_body(sql: &str, body: Range<usize>) -> Result<(), NotSupported> {
    let text = &sql[body.clone()];
    let tokens = lexer::tokens(text);
    let words = Words {
        sql: text,
        tokens: &tokens,
    };
    in_words(words, body.start)?;
    let mut executed = executed::constants(words).into_iter();
    executed.try_for_each(|at| match tokens[at].inside(text) {
        Some(inside) => in_body(sql, body.start + inside.start..body.start + inside.end),
        None => Ok(()),
    })
}

/// The same of words that begin at this byte of the statement.
fn in_words(words: Words<'_>, start: usize) -> Result<(), NotSupported> {
    let places = 0..words.tokens.len();
    let Some((at, what)) = places
        .clone()
        .find_map(|at| Some((at, called(words, at).or_else(|| named_in(words, at))?)))
    else {
        return Ok(());
    };
    let token = &words.tokens[at];
    Err(NotSupported {
        range: start + token.start..start + token.end,
        what,
        reason: reason(Lacking::Internals),
    })
}

/// The function that is called here, beginning with its schema.
fn called(words: Words<'_>, at: usize) -> Option<String> {
    let schema = SCHEMAS.iter().find(|it| words.is_name(at, it))?;
    let is_call = words.is_symbol(at + 1, ".")
        && words.is_symbol(at + 3, "(")
        && !(at > 0 && words.is_one_of(at - 1, BEFORE));
    let name = named(words, at + 2).filter(|name| is_call && !is_there(schema, name))?;
    Some(format!("{schema}.{name}"))
}

/// The function that a constant names: the constant is cast to a function, or is an argument of a TimescaleDB routine.
fn named_in(words: Words<'_>, at: usize) -> Option<String> {
    let inside = words.tokens.get(at)?.inside(words.sql)?;
    let text = &words.sql[inside];
    if !SCHEMAS
        .iter()
        .any(|schema| text.trim_start().starts_with(schema))
    {
        return None;
    }
    let is_cast = words.is_symbol(at + 1, "::") && words.is_one_of(at + 2, OF_FUNCTIONS)
        || words.is(at + 1, "as") && words.is_one_of(at + 2, OF_FUNCTIONS)
        || at > 0 && words.is_one_of(at - 1, OF_FUNCTIONS);
    if !is_cast && !is_argument(words, at) {
        return None;
    }
    let tokens = lexer::tokens(text);
    let name = Words {
        sql: text,
        tokens: &tokens,
    };
    let schema = SCHEMAS.iter().find(|it| name.is_name(0, it))?;
    let is_name = name.is_symbol(1, ".") && (tokens.len() == 3 || name.is_symbol(3, "("));
    let found = named(name, 2).filter(|found| is_name && !is_there(schema, found))?;
    Some(format!("{schema}.{found}"))
}

/// Whether the innermost call around a token is one of a routine of TimescaleDB's.
fn is_argument(words: Words<'_>, at: usize) -> bool {
    let mut depth = 0usize;
    for before in (1..at).rev() {
        match words.text(before) {
            ")" => depth += 1,
            "(" if depth > 0 => depth -= 1,
            "(" => return timescaledb::routine_at(words, before - 1).is_some(),
            ";" => return false,
            _ => {}
        }
    }
    false
}

/// The internal function that is named here.
fn named(words: Words<'_>, at: usize) -> Option<&'static str> {
    let routine = timescaledb::routine_at(words, at).filter(|it| it.schema == Schema::Internal);
    let other = || NAMES.iter().copied().find(|it| words.is_name(at, it));
    routine.map(|it| it.name).or_else(other)
}

/// Whether the stand-in has it.
fn is_there(schema: &str, name: &str) -> bool {
    let create = format!("FUNCTION {schema}.{name}(");
    // These are made in a loop.
    name.ends_with("_background_workers") || PARTS.iter().any(|part| part.contains(&create))
}

#[cfg(test)]
mod tests {
    use crate::rewrite::rewrite;

    #[test]
    fn what_is_no_call_of_one_stays() {
        for sql in [
            "INSERT INTO _timescaledb_internal.drop_chunk (a) VALUES (1)",
            "CREATE TABLE _timescaledb_internal.show_chunk (a int)",
            "SELECT _timescaledb_functions.restart_background_workers()",
            "SELECT _timescaledb_internal.mine(1), mine.drop_chunk(2), '_timescaledb_internal.drop_chunk(3)'",
            "DROP FUNCTION IF EXISTS _timescaledb_functions.cagg_watermark(int)",
        ] {
            assert_eq!(rewrite(sql).unwrap().text, sql);
        }
        let error = rewrite("SELECT a, _timescaledb_internal.to_timestamp(b) FROM t").unwrap_err();
        assert_eq!(
            error.to_string(),
            "plain mode does not support _timescaledb_internal.to_timestamp: it is an internal function of TimescaleDB"
        );
    }

    #[test]
    fn one_in_a_body_or_in_a_string_that_names_a_function_is_refused_at_its_place() {
        for (sql, place) in [
            (
                "CREATE FUNCTION f() RETURNS timestamptz LANGUAGE sql AS 'SELECT _timescaledb_functions.to_timestamp(1)'",
                "_timescaledb_functions",
            ),
            (
                "DO $$ BEGIN PERFORM _timescaledb_internal.show_chunk(1); END $$",
                "_timescaledb_internal",
            ),
            (
                "DO $$ DECLARE c text; BEGIN SELECT format('SELECT _timescaledb_functions.drop_chunk(%s)', 1) INTO c; EXECUTE c; END $$",
                "_timescaledb_functions",
            ),
            (
                "SELECT add_dimension('h', by_hash('a', 2, '_timescaledb_functions.get_partition_hash'))",
                "'_timescaledb_functions.get_partition_hash'",
            ),
            (
                "SELECT add_job('_timescaledb_functions.policy_retention', '1 day')",
                "'_timescaledb_functions.policy_retention'",
            ),
            (
                "SELECT '_timescaledb_functions.get_partition_hash(anyelement)'::regprocedure",
                "'_timescaledb_functions.get_partition_hash(anyelement)'",
            ),
            (
                "SELECT CAST('_timescaledb_internal.show_chunk' AS regproc)",
                "'_timescaledb_internal.show_chunk'",
            ),
        ] {
            let error = rewrite(sql).unwrap_err();
            assert_eq!(&sql[error.range], place, "{sql}");
        }
        for sql in [
            "DO $$ BEGIN RAISE NOTICE '_timescaledb_functions.drop_chunk(1)'; END $$",
            "SELECT add_job('_timescaledb_functions.mine', '1 day'), f('_timescaledb_functions.drop_chunk')",
            "SELECT create_hypertable('_timescaledb_internal.drop_chunk_log', 'time')",
        ] {
            assert_eq!(rewrite(sql).unwrap().text, sql);
        }
    }
}
