//! Indexes: created, dropped and rebuilt.

use sql::quote;
use sql::statement::names::Name;
use sql::statement::rules::{reindexes_concurrently, switched};
use sql::statement::words::Words;
use sql::timescaledb::NAMESPACES;

use super::{Journal, Recovery};

/// How an index is built, and so how an unfinished one is dropped.
#[derive(Clone, Copy)]
enum Build {
    /// In one transaction: it exists and is finished, or does not exist. One on ONLY a partitioned table is finished and not valid.
    Whole,
    /// With CONCURRENTLY.
    Concurrent,
    /// Chunk by chunk: hypertables refuse CONCURRENTLY, and an unfinished index of theirs has chunks' indexes below it, which go with it.
    ByChunk,
}

/// `CREATE [UNIQUE] INDEX`; `at` is the word after it.
///
/// An unfinished index exists and is not valid. One of the same name that is older or on another table is not ours: the statement is sent
/// again, and the server reports the same error as the first time.
pub(super) fn create(words: Words<'_>, at: usize, journal: &Journal<'_>) -> Option<Recovery> {
    let is_concurrent = words.is(at, "concurrently");
    let at = words.behind(at, &["concurrently"]);
    let at = if words.are(at, &["if", "not", "exists"]) {
        at + 3
    } else {
        at
    };
    let (name, on) = if words.is(at, "on") {
        (None, at)
    } else {
        let (name, on) = Name::read(words, at)?;
        (Some(name), on)
    };
    if !words.is(on, "on") {
        return None;
    }
    let (table, _) = Name::read(words, words.behind(on + 1, &["only"]))?;
    let build = match switched(words, NAMESPACES, "transaction_per_chunk") {
        Some(true) => Build::ByChunk,
        _ if is_concurrent => Build::Concurrent,
        _ => Build::Whole,
    };
    // The server chooses a name that was free; only its kind can be compared.
    let which = match name {
        Some(name) => format!("c.relname = {}", name.object_literal()),
        None => format!("i.indisunique = {}", words.is(1, "unique")),
    };
    Some(Recovery::Check(made(&which, &table, build, journal)))
}

fn made(which: &str, table: &Name, build: Build, journal: &Journal<'_>) -> String {
    let relation = match build {
        Build::ByChunk => hypertable(table),
        Build::Whole | Build::Concurrent => table.regclass(),
    };
    let unfinished = |otherwise: &str, concurrently: &str| {
        format!(
            "CASE WHEN bool_or(i.indisvalid) OVER () THEN 'done' {otherwise} END, \
             CASE WHEN NOT i.indisvalid THEN pg_catalog.format('DROP INDEX {concurrently}IF EXISTS %I.%I', n.nspname, c.relname) END"
        )
    };
    let left_behind = match build {
        Build::Concurrent => LEFT_BEHIND,
        Build::Whole | Build::ByChunk => "",
    };
    let verdict = match build {
        Build::Whole => "'done', NULL".to_owned(),
        Build::Concurrent => unfinished("ELSE 'redo'", "CONCURRENTLY "),
        Build::ByChunk => unfinished(&format!("WHEN {TWIN} THEN 'ask' ELSE 'redo'"), ""),
    };
    format!(
        "SELECT {verdict} \
         FROM pg_catalog.pg_index AS i \
         JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = 1 \
         CROSS JOIN {} \
         WHERE i.indrelid = {relation} AND ({which}{left_behind}) \
           AND pg_catalog.age(c.xmin) >= 0 AND pg_catalog.age(c.xmin) < begun.age \
           AND pg_catalog.age(i.xmin) >= 0 AND pg_catalog.age(i.xmin) < begun.age \
           AND pg_catalog.age(a.xmin) >= 0 AND pg_catalog.age(a.xmin) < begun.age \
         ORDER BY c.relname",
        journal.begun()
    )
}

/// An unfinished index of the table that no session is building now, under any name: the interrupted statement may have had another name
/// before the file was edited.
const LEFT_BEHIND: &str = " OR (NOT i.indisvalid AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE l.locktype = 'relation' \
     AND l.relation = i.indrelid AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid() \
     AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())))";

/// Whether the hypertable has another index with the same definition. To drop an index of a hypertable, TimescaleDB finds its chunks'
/// indexes by their definition: where the half-built index has none yet, it would drop the other one's.
const TWIN: &str = "EXISTS (SELECT FROM pg_catalog.pg_index AS o WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid \
     AND (o.indkey::text, o.indoption::text, o.indcollation::text, o.indnkeyatts, o.indisunique) \
       = (i.indkey::text, i.indoption::text, i.indcollation::text, i.indnkeyatts, i.indisunique) \
     AND coalesce(pg_catalog.pg_get_expr(o.indexprs, o.indrelid), '') = coalesce(pg_catalog.pg_get_expr(i.indexprs, i.indrelid), '') \
     AND coalesce(pg_catalog.pg_get_expr(o.indpred, o.indrelid), '') = coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), ''))";

/// The hypertable of this name; for a continuous aggregate the one that stores its rows and has its indexes.
fn hypertable(name: &Name) -> String {
    let relation = name.regclass();
    format!(
        "coalesce((SELECT pg_catalog.to_regclass(pg_catalog.format('%I.%I', v.materialization_hypertable_schema, v.materialization_hypertable_name)) \
         FROM timescaledb_information.continuous_aggregates AS v \
         WHERE pg_catalog.to_regclass(pg_catalog.format('%I.%I', v.view_schema, v.view_name)) = {relation}), {relation})"
    )
}

/// `DROP INDEX [CONCURRENTLY] [IF EXISTS] a [, …]`.
///
/// Where the name alone was given and another relation of that name now shows in a later schema of the search path, ours may be gone and
/// dropping again would drop that one. An index that is not valid is ours, half dropped.
pub(super) fn drop(words: Words<'_>) -> Option<Recovery> {
    let at = words.behind(2, &["concurrently"]);
    let at = words.behind(at, &["if", "exists"]);
    let (names, _) = Name::read_list(words, at)?;
    let rows: Vec<String> = names
        .iter()
        .map(|name| format!("({}::oid, {})", name.regclass(), name.schema().is_some()))
        .collect();
    Some(Recovery::Check(format!(
        "SELECT CASE WHEN bool_and(named.relation IS NULL) THEN 'done' \
             WHEN bool_or(NOT named.is_qualified AND i.indisvalid IS NOT FALSE AND n.nspname <> (pg_catalog.current_schemas(false))[1]) THEN 'ask' \
             ELSE 'redo' END, NULL \
         FROM (VALUES {}) AS named (relation, is_qualified) \
         LEFT JOIN pg_catalog.pg_class AS c ON c.oid = named.relation \
         LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = named.relation",
        rows.join(", ")
    )))
}

/// `REINDEX`: built again from the start. A concurrent one leaves its copy (`_ccnew`) or, after the swap, the original (`_ccold`).
pub(super) fn reindex(words: Words<'_>, journal: &Journal<'_>) -> Option<Recovery> {
    if !reindexes_concurrently(words) {
        return Some(Recovery::Redo);
    }
    let (_, what) = words.arguments(1);
    let name = Name::read(words, words.behind(what + 1, &["concurrently"]));
    let tables = if words.is(what, "index") {
        let index = name?.0.regclass();
        tables(&format!(
            "SELECT i.indrelid FROM pg_catalog.pg_index AS i WHERE i.indexrelid = {index}"
        ))
    } else if words.is(what, "table") {
        tables(&format!("SELECT {}::oid", name?.0.regclass()))
    } else if words.is(what, "schema") {
        let schema = quote::literal(name?.0.object());
        tables(&format!(
            "SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
             WHERE n.nspname = {schema}::name AND c.relkind IN ('r', 'm')"
        ))
    } else if words.is_one_of(what, &["database", "system"]) {
        "SELECT c.oid FROM pg_catalog.pg_class AS c".to_owned()
    } else {
        return None;
    };
    Some(Recovery::Check(left_by_reindex(&tables, journal)))
}

/// These tables, their partitions and the tables of their long values.
fn tables(first: &str) -> String {
    format!(
        "WITH RECURSIVE tree (oid) AS ({first} UNION \
           SELECT h.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS h ON h.inhparent = tree.oid) \
         SELECT tree.oid FROM tree UNION \
         SELECT c.reltoastrelid FROM tree JOIN pg_catalog.pg_class AS c ON c.oid = tree.oid"
    )
}

/// The swap renews the rows of both indexes in `pg_class` and `pg_index`, so that the original is younger than the journal, too.
fn left_by_reindex(tables: &str, journal: &Journal<'_>) -> String {
    format!(
        "SELECT 'redo', pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I.%I', n.nspname, c.relname) \
         FROM pg_catalog.pg_index AS i \
         JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         CROSS JOIN {} \
         WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relname ~ '_cc(new|old)[0-9]*$' AND i.indrelid IN ({tables}) \
           AND pg_catalog.age(c.xmin) >= 0 AND pg_catalog.age(c.xmin) < begun.age \
           AND pg_catalog.age(i.xmin) >= 0 AND pg_catalog.age(i.xmin) < begun.age \
         ORDER BY n.nspname, c.relname",
        journal.begun()
    )
}
