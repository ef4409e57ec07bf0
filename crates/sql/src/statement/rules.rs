//! The rules: from a statement's words to how it has to be run. Only the first word's rule is asked.
//!
//! They are those of PostgreSQL's `PreventInTransactionBlock` callers and of TimescaleDB's process utility hook; `tests/refused.rs` asks a
//! server whether it agrees.

use super::names::Name;
use super::words::Words;
use super::{Kind, Reason, Refusal};
use crate::lexer::{self, TokenKind};
use crate::timescaledb::{self, NAMESPACES, OPTIONS, Of, Runs};

/// How a statement has to be run. What no rule knows is ordinary.
pub fn kind(words: Words<'_>) -> Kind {
    let rule = RULES.iter().find(|(keyword, _)| words.is(0, keyword));
    rule.map_or(Kind::Ordinary, |(_, rule)| rule(words))
}

type Rule = fn(Words<'_>) -> Kind;

/// The rule for each first word, the most frequent first.
const RULES: &[(&str, Rule)] = &[
    ("insert", query),
    ("select", query),
    ("create", create),
    ("alter", alter),
    ("drop", |words| alone(drop(words))),
    ("call", |words| alone(call(words, 0))),
    ("do", |words| alone(body_commits(words))),
    ("with", query),
    ("values", query),
    ("explain", query),
    ("set", set),
    ("reset", |_| Kind::Set),
    ("copy", copy),
    ("begin", |_| Kind::Begin),
    ("start", |words| {
        ordinary_unless(words.is(1, "transaction"), Kind::Begin)
    }),
    ("commit", commit),
    ("end", commit),
    ("rollback", rollback),
    ("abort", rollback),
    ("prepare", |words| {
        ordinary_unless(words.is(1, "transaction"), Kind::Refused(Refusal::TwoPhase))
    }),
    ("vacuum", |_| UTILITY),
    ("reindex", |words| alone(reindex(words))),
    ("cluster", cluster),
    ("discard", |words| {
        ordinary_unless(words.is(1, "all"), UTILITY)
    }),
];

const UTILITY: Kind = Kind::Alone(Reason::Utility);

fn ordinary_unless(condition: bool, kind: Kind) -> Kind {
    if condition { kind } else { Kind::Ordinary }
}

fn alone(reason: Option<Reason>) -> Kind {
    reason.map_or(Kind::Ordinary, Kind::Alone)
}

// What begins and ends transactions, and what sets parameters.

fn commit(words: Words<'_>) -> Kind {
    if words.is(1, "prepared") {
        return UTILITY;
    }
    if words.ends_with(&["and", "chain"]) {
        Kind::Refused(Refusal::Chain)
    } else {
        Kind::Commit
    }
}

fn rollback(words: Words<'_>) -> Kind {
    if words.is(1, "prepared") {
        return UTILITY;
    }
    let to_savepoint = words.is(words.behind(1, &["work", "transaction"]), "to");
    ordinary_unless(!to_savepoint, Kind::Refused(Refusal::Rollback))
}

fn set(words: Words<'_>) -> Kind {
    let name = words.behind(1, &["session", "local"]);
    if words.is_name(name, "standard_conforming_strings") && words.is_off(name + 2) {
        return Kind::Refused(Refusal::StandardStrings);
    }
    ordinary_unless(
        !words.is_one_of(1, &["local", "constraints", "transaction"]),
        Kind::Set,
    )
}

/// To the server, `stdin` and `stdout` both mean the client, whatever the direction.
fn copy(words: Words<'_>) -> Kind {
    let client = |direction| {
        ["stdin", "stdout"]
            .iter()
            .any(|client| words.has(&[direction, client]))
    };
    if client("from") {
        Kind::Refused(Refusal::CopyFromStdin)
    } else if client("to") {
        Kind::Refused(Refusal::CopyToStdout)
    } else {
        Kind::Ordinary
    }
}

// What the server refuses in a transaction block.

fn create(words: Words<'_>) -> Kind {
    let reason = create_reason(words);
    let is_unique = words.are(1, &["unique", "index"]);
    match reason {
        Some(Reason::CommitsByItself) if is_unique => Kind::Refused(Refusal::UniqueByChunk),
        _ => alone(reason),
    }
}

fn create_reason(words: Words<'_>) -> Option<Reason> {
    let what = words.behind(1, &["or", "replace", "unique"]);
    if words.is_one_of(what, &["database", "tablespace"]) {
        return Some(Reason::Utility);
    }
    if words.is(what, "subscription") {
        let without_slot = ["connect", "create_slot"]
            .iter()
            .any(|option| switched(words, &[], option) == Some(false));
        return (!without_slot).then_some(Reason::Utility);
    }
    if words.is(what, "index") {
        if words.is(what + 1, "concurrently") {
            return Some(Reason::Concurrently);
        }
        return option_reason(words, Of::Index);
    }
    let is_view = words.are(what, &["materialized", "view"]);
    is_view
        .then(|| option_reason(words, Of::Aggregate))
        .flatten()
}

/// Why a statement runs alone that has one of TimescaleDB's options.
fn option_reason(words: Words<'_>, of: Of) -> Option<Reason> {
    let is_on = |name: &&str| switched(words, NAMESPACES, name) == Some(true);
    let options = OPTIONS.iter().filter(|option| option.of.contains(&of));
    let mut reasons = options.filter_map(|option| {
        let reason = match option.runs {
            Runs::Alone => Reason::CommitsByItself,
            Runs::AloneWithData if !words.ends_with(&["with", "no", "data"]) => {
                Reason::AggregateWithData
            }
            _ => return None,
        };
        option.names.iter().any(is_on).then_some(reason)
    });
    reasons.next()
}

/// The value of an option in the first `WITH (…)`.
pub fn switched(words: Words<'_>, namespaces: &[&str], name: &str) -> Option<bool> {
    let list = (0..words.tokens.len())
        .find(|&index| words.is(index, "with") && words.is_symbol(index + 1, "("))?;
    let (options, _) = words.arguments(list + 1);
    options
        .iter()
        .find_map(|option| option.switch(namespaces, name))
}

fn drop(words: Words<'_>) -> Option<Reason> {
    if words.is_one_of(1, &["database", "tablespace", "subscription"]) {
        return Some(Reason::Utility);
    }
    words
        .are(1, &["index", "concurrently"])
        .then_some(Reason::Concurrently)
}

fn alter(words: Words<'_>) -> Kind {
    let is_timescaledb = words.is(1, "extension") && words.is_name(2, "timescaledb");
    if is_timescaledb && words.is(3, "update") {
        return Kind::FreshSession;
    }
    if words.is(1, "table") {
        let concurrently =
            words.has(&["detach", "partition"]) && words.ends_with(&["concurrently"]);
        return ordinary_unless(concurrently, Kind::Alone(Reason::Concurrently));
    }
    let is_refused = words.is(1, "system")
        || (words.is(1, "database") && words.are(3, &["set", "tablespace"]))
        || (words.is(1, "subscription") && subscription_is_refused(words));
    ordinary_unless(is_refused, UTILITY)
}

fn subscription_is_refused(words: Words<'_>) -> bool {
    let changes_publications =
        words.is_one_of(3, &["set", "add", "drop"]) && words.is(4, "publication");
    // Since PostgreSQL 17 and 18 these two change the slot on the other server.
    let (options, _) = words.arguments(4);
    let changes_slot = options.iter().any(|option| {
        ["failover", "two_phase"]
            .iter()
            .any(|name| option.switch(&[], name).is_some())
    });
    words.is(3, "refresh")
        || (changes_publications && switched(words, &[], "refresh") != Some(false))
        || (words.is(3, "set") && changes_slot)
}

fn reindex(words: Words<'_>) -> Option<Reason> {
    if reindexes_concurrently(words) {
        return Some(Reason::Concurrently);
    }
    let (_, what) = words.arguments(1);
    words
        .is_one_of(what, &["database", "schema", "system"])
        .then_some(Reason::Utility)
}

/// Whether a `REINDEX` has `CONCURRENTLY`, in its option list or after what it rebuilds.
pub fn reindexes_concurrently(words: Words<'_>) -> bool {
    let (options, what) = words.arguments(1);
    let option = options
        .iter()
        .find_map(|option| option.switch(&[], "concurrently"));
    option == Some(true) || words.is(what + 1, "concurrently")
}

/// `CLUSTER` with no table walks over all of them, each in its own transaction.
fn cluster(words: Words<'_>) -> Kind {
    let (_, behind_options) = words.arguments(1);
    let table = words.behind(behind_options, &["verbose"]);
    ordinary_unless(table >= words.tokens.len(), UTILITY)
}

/// The `CALL` at `index`.
fn call(words: Words<'_>, index: usize) -> Option<Reason> {
    let parenthesis = (index..words.tokens.len()).find(|&at| words.is_symbol(at, "("))?;
    let routine = timescaledb::routine_at(words, parenthesis.checked_sub(1)?)?;
    let is_alone = match routine.runs {
        Runs::Alone => true,
        Runs::AloneIfConcurrent => is_concurrent(words, parenthesis),
        Runs::Shared | Runs::AloneWithData => false,
    };
    (is_alone && routine.kind == timescaledb::Kind::Procedure).then_some(Reason::CommitsByItself)
}

/// Whether the arguments of `merge_chunks(chunk1, chunk2, concurrently)` say so.
fn is_concurrent(words: Words<'_>, parenthesis: usize) -> bool {
    let (arguments, _) = words.arguments(parenthesis);
    arguments.iter().enumerate().any(|(position, argument)| {
        let named = argument.switch(&[], "concurrently");
        named == Some(true) || (position == 2 && named.is_none() && !argument.is_off(0))
    })
}

/// Whether a function of TimescaleDB's is named here that the server refuses in a transaction block.
fn is_alone_function(words: Words<'_>, at: usize) -> bool {
    timescaledb::routine_at(words, at).is_some_and(|routine| {
        routine.runs == Runs::Alone && routine.kind == timescaledb::Kind::Function
    })
}

/// A query that calls a function which the server refuses in a transaction block.
fn query(words: Words<'_>) -> Kind {
    if sets_standard_strings(words) {
        return Kind::Refused(Refusal::StandardStrings);
    }
    if sets_parameter(words) {
        return Kind::Set;
    }
    let calls = (1..words.tokens.len())
        .any(|at| words.is_symbol(at, "(") && is_alone_function(words, at - 1));
    ordinary_unless(calls, Kind::Alone(Reason::CommitsByItself))
}

/// `SELECT pg_catalog.set_config('search_path', '', false)`: what pg_dump writes for SET.
fn sets_parameter(words: Words<'_>) -> bool {
    let name = if words.is(1, "pg_catalog") { 3 } else { 1 };
    let is_constant = |at: usize| {
        let token = words.tokens.get(at);
        token.is_some_and(|token| token.kind == TokenKind::String)
    };
    words.is(0, "select")
        && words.is(name, "set_config")
        && words.is_symbol(name + 1, "(")
        && is_constant(name + 2)
        && is_constant(name + 4)
        && words.is(name + 6, "false")
        && words.tokens.len() == name + 8
}

/// Whether `set_config` switches `standard_conforming_strings` off: psql would follow the session and end strings elsewhere than the server.
fn sets_standard_strings(words: Words<'_>) -> bool {
    (1..words.tokens.len()).any(|at| {
        words.is_name(at, "set_config")
            && words.is_symbol(at + 1, "(")
            && unquoted(words.text(at + 2)).eq_ignore_ascii_case("standard_conforming_strings")
            && words.is_off(at + 4)
    })
}

/// Whether the body of a `DO` holds a COMMIT, a ROLLBACK or a call that commits.
fn body_commits(words: Words<'_>) -> Option<Reason> {
    source_commits(body(words)?).then_some(Reason::BodyCommits)
}

/// The body of a `DO`, as it stands between its quotes.
pub fn body<'a>(words: Words<'a>) -> Option<&'a str> {
    let body = (1..words.tokens.len()).find(|&index| {
        words.tokens[index].kind == TokenKind::String && !words.is(index - 1, "language")
    })?;
    Some(unquoted(words.text(body)))
}

/// Whether a procedural text holds a COMMIT, a ROLLBACK or a call of a procedure of TimescaleDB that commits.
pub fn source_commits(source: &str) -> bool {
    let mut commits = false;
    each_statement(source, |words| commits |= statement_commits(words));
    commits
}

/// The procedures that a procedural text calls.
pub fn calls(source: &str) -> Vec<Name> {
    let mut called = Vec::new();
    each_statement(source, |words| {
        let calls = (0..words.tokens.len()).filter(|&at| words.is(at, "call"));
        called.extend(calls.filter_map(|at| called_at(words, at)));
    });
    called
}

/// The procedure of the `CALL` at `at`.
pub fn called_at(words: Words<'_>, at: usize) -> Option<Name> {
    let (name, behind) = Name::read(words, at + 1)?;
    words.is_symbol(behind, "(").then_some(name)
}

/// Hands over the statements of a procedural text, each with its semicolon.
fn each_statement(source: &str, mut see: impl FnMut(Words<'_>)) {
    let mut statement = Vec::new();
    for token in lexer::stream(source) {
        // No more is needed of a statement than its beginning.
        if statement.len() < BODY_TOKENS {
            statement.push(token);
        }
        if token.text(source) == ";" {
            see(Words {
                sql: source,
                tokens: &statement,
            });
            statement.clear();
        }
    }
}

/// How much of a statement of a `DO` body is read.
const BODY_TOKENS: usize = 4096;

/// Whether a statement of a procedural body, which ends with its semicolon and may follow a `BEGIN` or `THEN`, ends the transaction.
fn statement_commits(words: Words<'_>) -> bool {
    let ends = |at: usize| {
        words.is_one_of(at, &["commit", "rollback"])
            && (words.is_symbol(at + 1, ";") || words.is(at + 1, "and"))
    };
    let committing_call = |at: usize| words.is(at, "call") && call(words, at).is_some();
    let committing_function =
        |at: usize| words.is_symbol(at + 1, "(") && is_alone_function(words, at);
    (0..words.tokens.len()).any(|at| ends(at) || committing_call(at) || committing_function(at))
}

/// The text within the quotes of a constant.
fn unquoted(constant: &str) -> &str {
    let tag = constant
        .get(1..)
        .and_then(|rest| rest.find('$'))
        .map(|end| end + 2);
    match tag {
        Some(tag) if constant.starts_with('$') => &constant[tag..constant.len() - tag],
        _ => constant
            .trim_start_matches(['e', 'E', 'u', 'U', '&', 'n', 'N'])
            .trim_matches('\''),
    }
}
