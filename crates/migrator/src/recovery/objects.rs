//! Everything but indexes: partitions, continuous aggregates, chunks, jobs, and what belongs to the whole server.

use sql::lexer::TokenKind;
use sql::statement::names::Name;
use sql::statement::rules::switched;
use sql::statement::words::Words;
use sql::timescaledb::NAMESPACES;

use super::{Journal, Recovery};

/// A check that says `done` if `condition` holds, and redo if not.
fn done_if(condition: &str) -> Recovery {
    Recovery::Check(format!("SELECT 'done', NULL WHERE {condition}"))
}

/// `CREATE MATERIALIZED VIEW … WITH (timescaledb.continuous)`; `at` is the word after it.
///
/// The server creates the aggregate in a first transaction, and fills it in another one, after which it has chunks. What is not filled is
/// in its invalidation log from the start, so a refresh over all of time does the rest. A filled one is left alone: chunks of its source
/// may have been dropped since, and a refresh would drop the rows that it keeps for them.
pub(super) fn create_aggregate(
    words: Words<'_>,
    at: usize,
    journal: &Journal<'_>,
) -> Option<Recovery> {
    if switched(words, NAMESPACES, "continuous") != Some(true) {
        return None;
    }
    let at = if words.are(at, &["if", "not", "exists"]) {
        at + 3
    } else {
        at
    };
    let (name, _) = Name::read(words, at)?;
    Some(Recovery::Check(format!(
        "SELECT 'done', CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhparent = \
             pg_catalog.to_regclass(pg_catalog.format('%I.%I', v.materialization_hypertable_schema, v.materialization_hypertable_name))) \
           THEN pg_catalog.format('CALL %I.refresh_continuous_aggregate(%L, NULL, NULL)', e.nspname, pg_catalog.format('%I.%I', n.nspname, c.relname)) END \
         FROM timescaledb_information.continuous_aggregates AS v \
         JOIN pg_catalog.pg_namespace AS n ON n.nspname = v.view_schema \
         JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = v.view_name \
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = 1 \
         CROSS JOIN (SELECT n.nspname FROM pg_catalog.pg_extension AS x JOIN pg_catalog.pg_namespace AS n ON n.oid = x.extnamespace \
           WHERE x.extname = 'timescaledb') AS e \
         CROSS JOIN {} \
         WHERE c.oid = {} \
           AND pg_catalog.age(c.xmin) >= 0 AND pg_catalog.age(c.xmin) < begun.age \
           AND pg_catalog.age(a.xmin) >= 0 AND pg_catalog.age(a.xmin) < begun.age",
        journal.begun(),
        name.regclass()
    )))
}

/// `CREATE DATABASE`, `TABLESPACE` and `SUBSCRIPTION`, each of which appears in its catalog at the end of the work.
///
/// A database with the connection limit -2 is left from an interrupted DROP; nobody can connect to it, and it can only be dropped. The age
/// of a subscription is not queried, because only a superuser can read all of its catalog.
pub(super) fn create(words: Words<'_>, journal: &Journal<'_>) -> Option<Recovery> {
    let (name, _) = Name::read(words, 2)?;
    let name = name.object_literal();
    let begun = journal.begun();
    if words.is(1, "database") {
        return Some(Recovery::Check(format!(
            "SELECT CASE WHEN d.datconnlimit = -2 THEN 'redo' ELSE 'done' END, \
               CASE WHEN d.datconnlimit = -2 THEN pg_catalog.format('DROP DATABASE IF EXISTS %I', d.datname) END \
             FROM pg_catalog.pg_database AS d CROSS JOIN {begun} \
             WHERE d.datname = {name} AND (d.datconnlimit = -2 OR pg_catalog.age(d.xmin) >= 0 AND pg_catalog.age(d.xmin) < begun.age)"
        )));
    }
    if words.is(1, "tablespace") {
        return Some(Recovery::Check(format!(
            "SELECT 'done', NULL FROM pg_catalog.pg_tablespace AS t CROSS JOIN {begun} \
             WHERE t.spcname = {name} AND pg_catalog.age(t.xmin) >= 0 AND pg_catalog.age(t.xmin) < begun.age"
        )));
    }
    words
        .is(1, "subscription")
        .then(|| done_if(&format!("EXISTS ({})", subscription(&name))))
}

/// `DROP DATABASE`, `TABLESPACE` and `SUBSCRIPTION`.
pub(super) fn drop(words: Words<'_>) -> Option<Recovery> {
    let (name, _) = Name::read(words, words.behind(2, &["if", "exists"]))?;
    let name = name.object_literal();
    let there = if words.is(1, "database") {
        format!("SELECT FROM pg_catalog.pg_database AS d WHERE d.datname = {name}")
    } else if words.is(1, "tablespace") {
        format!("SELECT FROM pg_catalog.pg_tablespace AS t WHERE t.spcname = {name}")
    } else if words.is(1, "subscription") {
        subscription(&name)
    } else {
        return None;
    };
    Some(done_if(&format!("NOT EXISTS ({there})")))
}

/// Subscriptions belong to a database, and the catalog of all of them is shared.
fn subscription(name: &str) -> String {
    format!(
        "SELECT FROM pg_catalog.pg_subscription AS s WHERE s.subname = {name} AND s.subdbid = \
         (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())"
    )
}

/// `ALTER SUBSCRIPTION`: what adds or drops a publication cannot be sent twice.
pub(super) fn alter_subscription(words: Words<'_>) -> Option<Recovery> {
    let (name, at) = Name::read(words, 2)?;
    if !words.is_one_of(at, &["add", "drop"]) || !words.is(at + 1, "publication") {
        return words
            .is_one_of(at, &["refresh", "set"])
            .then_some(Recovery::Redo);
    }
    let (publications, _) = Name::read_list(words, at + 2)?;
    let publications: Vec<String> = publications
        .iter()
        .map(|publication| format!("{}::text", publication.object_literal()))
        .collect();
    let list = format!("ARRAY[{}]", publications.join(", "));
    let condition = if words.is(at, "add") {
        format!("s.subpublications @> {list}")
    } else {
        format!("NOT s.subpublications && {list}")
    };
    let subscription = subscription(&name.object_literal());
    Some(done_if(&format!("EXISTS ({subscription} AND {condition})")))
}

/// `COMMIT PREPARED` and `ROLLBACK PREPARED`.
pub(super) fn prepared(words: Words<'_>, _: &Journal<'_>) -> Option<Recovery> {
    let is_ours = words.is(1, "prepared") && words.tokens.get(2)?.kind == TokenKind::String;
    is_ours.then(|| {
        done_if(&format!(
            "NOT EXISTS (SELECT FROM pg_catalog.pg_prepared_xacts AS x WHERE x.gid = {} AND x.database = pg_catalog.current_database())",
            words.text(2)
        ))
    })
}

/// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`.
///
/// Between its two transactions the partition is marked as on its way out, and FINALIZE does the rest. Behind them the row in `pg_class` of
/// what was a partition is younger than the journal; of a table that never was one it is not.
pub(super) fn detach(words: Words<'_>, journal: &Journal<'_>) -> Option<Recovery> {
    let at = words.behind(2, &["if", "exists"]);
    let (parent, at) = Name::read(words, words.behind(at, &["only"]))?;
    let at = at + usize::from(words.is_symbol(at, "*"));
    if !words.are(at, &["detach", "partition"]) {
        return None;
    }
    let (partition, at) = Name::read(words, at + 2)?;
    if !words.is(at, "concurrently") {
        return None;
    }
    Some(Recovery::Check(format!(
        "SELECT CASE WHEN h.inhdetachpending THEN 'done' \
             WHEN h.inhrelid IS NULL AND pg_catalog.age(c.xmin) >= 0 AND pg_catalog.age(c.xmin) < begun.age THEN 'done' ELSE 'redo' END, \
           CASE WHEN h.inhdetachpending THEN pg_catalog.format('ALTER TABLE %s DETACH PARTITION %I.%I FINALIZE', \
             (SELECT pg_catalog.format('%I.%I', n2.nspname, p.relname) FROM pg_catalog.pg_class AS p \
              JOIN pg_catalog.pg_namespace AS n2 ON n2.oid = p.relnamespace WHERE p.oid = h.inhparent), n.nspname, c.relname) END \
         FROM pg_catalog.pg_class AS c \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         CROSS JOIN {} \
         LEFT JOIN pg_catalog.pg_inherits AS h ON h.inhrelid = c.oid AND h.inhparent = {} \
         WHERE c.oid = {}",
        journal.begun(),
        parent.regclass(),
        partition.regclass()
    )))
}

/// `CALL run_job(n)`: one of TimescaleDB's policies does what is left to do; a user's job may do anything.
pub(super) fn run_job(arguments: &[Words<'_>]) -> Option<Recovery> {
    let [argument] = arguments else { return None };
    let number = argument.tokens.len().checked_sub(1)?;
    let is_named = number == 0 || argument.is_name(0, "job_id");
    if !is_named || argument.tokens[number].kind != TokenKind::Number {
        return None;
    }
    let job: u32 = argument.text(number).parse().ok()?;
    Some(Recovery::Check(format!(
        "SELECT 'ask', NULL FROM timescaledb_information.jobs AS j WHERE j.job_id = {job} \
         AND j.proc_schema NOT IN ('_timescaledb_functions', '_timescaledb_internal')"
    )))
}

/// `CALL merge_chunks(…)` and `merge_chunks_concurrently(…)`: of the chunks one is left, which holds the rows of all.
///
/// While all of them exist, the merge did not happen, and the next one over the same chunks discards what it had written.
pub(super) fn merge_chunks(arguments: &[Words<'_>]) -> Option<Recovery> {
    let mut chunks = Vec::new();
    for argument in arguments {
        if argument.is_name(0, "concurrently") {
            continue;
        }
        // Nothing but constants, casts, ARRAY, and names of arguments.
        for at in 0..argument.tokens.len() {
            match argument.tokens[at].kind {
                TokenKind::String => chunks.push(argument.text(at)),
                TokenKind::Number => return None,
                _ if argument.text(at) == "(" => return None,
                _ => {}
            }
        }
    }
    if chunks.len() < 2 {
        return None;
    }
    let chunks: Vec<String> = chunks
        .iter()
        .map(|chunk| format!("pg_catalog.to_regclass({chunk}) IS NOT NULL"))
        .map(|is_there| format!("({is_there})"))
        .collect();
    Some(Recovery::Check(format!(
        "SELECT CASE WHEN count(*) FILTER (WHERE chunk.is_there) = count(*) THEN 'redo' \
           WHEN count(*) FILTER (WHERE chunk.is_there) = 1 THEN 'done' ELSE 'ask' END, NULL \
         FROM (VALUES {}) AS chunk (is_there)",
        chunks.join(", ")
    )))
}
