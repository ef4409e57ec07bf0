//! Functions, procedures and settings that there is nothing for.

use sql::statement::words::Words;

use super::edits::{Edits, cannot};

/// Functions and procedures that have no meaning without chunks, or went with distributed hypertables.
const CHUNK_SURGERY: &[&str] = &[
    "attach_chunk",
    "detach_chunk",
    "merge_chunks",
    "merge_chunks_concurrently",
    "move_chunk",
    "recompress_chunk",
    "reorder_chunk",
    "split_chunk",
];

const DISTRIBUTED: &[&str] = &[
    "add_data_node",
    "alter_data_node",
    "attach_data_node",
    "create_distributed_hypertable",
    "create_distributed_restore_point",
    "delete_data_node",
    "detach_data_node",
    "distributed_exec",
    "set_replication_factor",
];

const CHUNKS: &str = "a plain table has no chunks";

const NODES: &str = "a plain database has no data nodes";

pub(super) fn set(words: Words<'_>) -> Edits {
    let name = words.behind(1, &["session", "local"]);
    let option = words.text(name + 2);
    let is_direct = words.is_name(name, "timescaledb")
        && option
            .to_ascii_lowercase()
            .starts_with("enable_direct_compress");
    match is_direct && !words.is_off(name + 4) {
        true => cannot(
            words,
            name + 2,
            option.to_owned(),
            "a plain table has no columnstore to write to",
        ),
        false => Ok(Vec::new()),
    }
}

/// Calls of functions that there is nothing for, where the words leave no doubt that it is a call: in a list the function itself says so.
pub(super) fn calls(words: Words<'_>) -> Edits {
    for at in 1..words.tokens.len() {
        let name = match words.is_name(at, "public") && words.is_symbol(at + 1, ".") {
            true => at + 2,
            false => at,
        };
        if !words.is_one_of(at - 1, &["call", "select", "from"]) || !words.is_symbol(name + 1, "(")
        {
            continue;
        }
        let is_called = |names: &[&str]| names.iter().any(|it| words.is_name(name, it));
        let reason = if is_called(CHUNK_SURGERY) {
            CHUNKS
        } else if is_called(DISTRIBUTED) {
            NODES
        } else {
            continue;
        };
        return cannot(words, name, words.text(name).to_owned(), reason);
    }
    Ok(Vec::new())
}

/// `CALL refresh_continuous_aggregate(…)`.
pub(super) fn is_refresh(words: Words<'_>) -> bool {
    let name = match words.is_name(1, "public") && words.is_symbol(2, ".") {
        true => 3,
        false => 1,
    };
    words.is(0, "call") && words.is_name(name, "refresh_continuous_aggregate")
}
