//! What a statement is, read from its own tokens: whether it may share a transaction, and what it does to one.
//!
//! The reading is total: a statement that no rule knows is an ordinary one. It never asks a server, so what depends on the catalog (whether
//! a table is a hypertable, whether a procedure commits) is not decided here; `-- migrate: alone` on the line before says it by hand.
//! The rules are those of PostgreSQL's `PreventInTransactionBlock` callers and of TimescaleDB's process utility hook.

use std::borrow::Cow;
use std::ops::Range;

use crate::lexer::{self, RawStatement, Token, TokenKind};

/// One statement of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes in the file, without the semicolon.
    pub range: Range<usize>,
    /// How it has to be run.
    pub kind: Kind,
}

/// How a statement has to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// May share a transaction with others.
    Ordinary,
    /// Sets a parameter for the rest of the session.
    Set,
    /// Refused by the server inside a transaction block, for this reason.
    Alone(Reason),
    /// Must be the first statement of its session.
    FreshSession,
    /// Opens an explicit transaction.
    Begin,
    /// Ends an explicit transaction and keeps its work.
    Commit,
    /// Cannot be part of a migration, for this reason.
    Refused(Refusal),
}

/// Why a statement runs alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A continuous aggregate that is filled when it is created.
    #[error("the server refuses this in a transaction block (WITH NO DATA would be allowed)")]
    AggregateWithData,
    /// A procedure or index build of TimescaleDB that commits chunk by chunk.
    #[error("it commits between chunks, so the server refuses it in a transaction block")]
    CommitsByItself,
    /// A command of PostgreSQL's own, such as `VACUUM` or `CREATE DATABASE`.
    #[error("the server refuses this in a transaction block")]
    Utility,
    /// An index command or detach with `CONCURRENTLY`.
    #[error("CONCURRENTLY: the server refuses this in a transaction block")]
    Concurrently,
    /// A `DO` whose body commits.
    #[error("its body commits, so the server refuses it in a transaction block")]
    BodyCommits,
    /// The file says so.
    #[error("the comment `-- migrate: alone` before it says so")]
    Annotated,
}

/// Why a statement cannot be part of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `COPY … FROM stdin`.
    #[error(
        "COPY … FROM stdin reads data that a migration file cannot carry: write INSERT … VALUES"
    )]
    CopyFromStdin,
    /// `COPY … TO stdout`.
    #[error("COPY … TO stdout sends rows to nobody: remove it")]
    CopyToStdout,
    /// `ROLLBACK` or `ABORT`.
    #[error("ROLLBACK would undo what the migration is for: remove the statements instead")]
    Rollback,
    /// `PREPARE TRANSACTION`.
    #[error("PREPARE TRANSACTION leaves the work in doubt: use COMMIT")]
    TwoPhase,
    /// `COMMIT AND CHAIN`.
    #[error("AND CHAIN opens a transaction that the file does not end: write COMMIT and BEGIN")]
    Chain,
    /// `BEGIN` inside `BEGIN … COMMIT`.
    #[error("BEGIN in a transaction that is open already")]
    NestedBegin,
    /// `COMMIT` outside `BEGIN … COMMIT`.
    #[error(
        "COMMIT without a BEGIN before it: each file's statements are put into a transaction anyway, remove it"
    )]
    StrayCommit,
    /// `BEGIN` without a `COMMIT` behind it.
    #[error("this BEGIN has no COMMIT in the file")]
    UnclosedBegin,
    /// A statement that runs alone, inside `BEGIN … COMMIT`.
    #[error("the server refuses this in a transaction block: move it out of BEGIN … COMMIT")]
    AloneInBlock,
}

/// Splits a text and reads each statement.
pub fn read(sql: &str) -> Result<Vec<Statement>, lexer::Error> {
    lexer::statements(sql)
        .map(|raw| {
            let raw = raw?;
            Ok(Statement {
                range: raw.range(),
                kind: kind(sql, &raw),
            })
        })
        .collect()
}

fn kind(sql: &str, raw: &RawStatement) -> Kind {
    let kind = Words::of(sql, raw).kind();
    if kind == Kind::Ordinary && is_annotated_alone(sql, raw) {
        return Kind::Alone(Reason::Annotated);
    }
    kind
}

/// Whether the comment on the line right before the statement is `-- migrate: alone`.
fn is_annotated_alone(sql: &str, raw: &RawStatement) -> bool {
    raw.comments.last().is_some_and(|comment| {
        let text = sql[comment.clone()].trim_start_matches('-');
        let gap = &sql[comment.end..raw.range().start];
        gap.matches('\n').count() == 1
            && text.split_once(':').is_some_and(|(key, value)| {
                key.trim().eq_ignore_ascii_case("migrate")
                    && value.trim().eq_ignore_ascii_case("alone")
            })
    })
}

/// A statement's tokens with the questions that the rules ask.
struct Words<'a> {
    sql: &'a str,
    tokens: Cow<'a, [Token]>,
}

impl<'a> Words<'a> {
    /// No rule looks far into a statement that may carry data, and of such a one no more than its beginning is kept.
    fn of(sql: &'a str, raw: &'a RawStatement) -> Self {
        let carries_data = [
            "insert", "values", "select", "with", "update", "delete", "merge",
        ];
        let first = raw.tokens.first().map_or("", |token| token.text(sql));
        let is_enough = raw.is_whole()
            || carries_data
                .iter()
                .any(|word| first.eq_ignore_ascii_case(word));
        let tokens = match is_enough {
            true => Cow::Borrowed(&raw.tokens[..]),
            false => Cow::Owned(raw.all_tokens(sql).collect()),
        };
        Words { sql, tokens }
    }
}

impl Words<'_> {
    fn kind(&self) -> Kind {
        if let Some(kind) = self.transaction_control() {
            return kind;
        }
        if self.starts_with("set") && !self.word_at(1, &["local", "constraints", "transaction"]) {
            return Kind::Set;
        }
        if self.starts_with("reset") {
            return Kind::Set;
        }
        if self.starts_with("copy") {
            return self.copy();
        }
        if self.starts_with("alter extension timescaledb update") {
            return Kind::FreshSession;
        }
        self.alone().map_or(Kind::Ordinary, Kind::Alone)
    }

    fn transaction_control(&self) -> Option<Kind> {
        if self.starts_with("begin") || self.starts_with("start transaction") {
            return Some(Kind::Begin);
        }
        if self.starts_with("commit prepared") || self.starts_with("rollback prepared") {
            return Some(Kind::Alone(Reason::Utility));
        }
        if self.starts_with("prepare transaction") {
            return Some(Kind::Refused(Refusal::TwoPhase));
        }
        if self.starts_with("commit") || self.starts_with("end") {
            let chains = self.has("and chain") && !self.has("and no chain");
            return Some(if chains {
                Kind::Refused(Refusal::Chain)
            } else {
                Kind::Commit
            });
        }
        let to_savepoint = self.has("to");
        ((self.starts_with("rollback") || self.starts_with("abort")) && !to_savepoint)
            .then_some(Kind::Refused(Refusal::Rollback))
    }

    fn copy(&self) -> Kind {
        // The server takes either word for the client, whatever the direction.
        if self.has("from stdin") || self.has("from stdout") {
            Kind::Refused(Refusal::CopyFromStdin)
        } else if self.has("to stdout") || self.has("to stdin") {
            Kind::Refused(Refusal::CopyToStdout)
        } else {
            Kind::Ordinary
        }
    }

    fn alone(&self) -> Option<Reason> {
        match self.word(0)?.as_str() {
            "create" => self.create(),
            "drop" => self.drop(),
            "alter" => self.alter(),
            "reindex" => self.reindex(),
            "vacuum" => Some(Reason::Utility),
            "discard" => self.word_at(1, &["all"]).then_some(Reason::Utility),
            "cluster" => self.cluster(),
            "call" => self.call(),
            "select" | "perform" | "with" => self.calls_committing_function(),
            "do" => self.body_commits().then_some(Reason::BodyCommits),
            _ => None,
        }
    }

    fn create(&self) -> Option<Reason> {
        let what = self.after_modifiers(1, &["or", "replace", "unique"]);
        match self.word(what)?.as_str() {
            "database" | "tablespace" => Some(Reason::Utility),
            "subscription" => {
                let without_slot =
                    self.option_is_off("connect") || self.option_is_off("create_slot");
                (!without_slot).then_some(Reason::Utility)
            }
            "index" if self.word_at(what + 1, &["concurrently"]) => Some(Reason::Concurrently),
            "index" if self.option_is_on("timescaledb.transaction_per_chunk") => {
                Some(Reason::CommitsByItself)
            }
            "materialized" if self.option_is_on("timescaledb.continuous") => {
                (!self.ends_with("with no data")).then_some(Reason::AggregateWithData)
            }
            _ => None,
        }
    }

    fn drop(&self) -> Option<Reason> {
        match self.word(1)?.as_str() {
            "database" | "tablespace" | "subscription" => Some(Reason::Utility),
            "index" if self.word_at(2, &["concurrently"]) => Some(Reason::Concurrently),
            _ => None,
        }
    }

    fn alter(&self) -> Option<Reason> {
        match self.word(1)?.as_str() {
            "system" => Some(Reason::Utility),
            "database" => self.has("set tablespace").then_some(Reason::Utility),
            "subscription" => {
                (self.has("refresh") || self.has("publication")).then_some(Reason::Utility)
            }
            "table" if self.has("detach partition") && self.ends_with("concurrently") => {
                Some(Reason::Concurrently)
            }
            _ => None,
        }
    }

    fn reindex(&self) -> Option<Reason> {
        if self.has("concurrently") {
            return Some(Reason::Concurrently);
        }
        let what = self.after_parentheses(1);
        self.word_at(what, &["database", "schema", "system"])
            .then_some(Reason::Utility)
    }

    /// `CLUSTER` with no table walks over all of them, each in its own transaction.
    fn cluster(&self) -> Option<Reason> {
        let next = self.after_modifiers(self.after_parentheses(1), &["verbose"]);
        (next >= self.tokens.len()).then_some(Reason::Utility)
    }

    fn call(&self) -> Option<Reason> {
        let commits = [
            "refresh_continuous_aggregate",
            "run_job",
            "merge_chunks_concurrently",
            "reorder_chunk",
            "move_chunk",
            "split_chunk",
        ];
        let concurrent_merge = self.calls("merge_chunks") && self.option_is_on("concurrently");
        (commits.iter().any(|name| self.calls(name)) || concurrent_merge)
            .then_some(Reason::CommitsByItself)
    }

    fn calls_committing_function(&self) -> Option<Reason> {
        ["reorder_chunk", "move_chunk"]
            .iter()
            .any(|name| self.calls(name))
            .then_some(Reason::CommitsByItself)
    }

    /// Whether the body of a `DO` holds a COMMIT, a ROLLBACK or a call that commits.
    fn body_commits(&self) -> bool {
        let Some(body) = self
            .tokens
            .iter()
            .find(|token| token.kind == TokenKind::String)
        else {
            return false;
        };
        let text = body.text(self.sql);
        let text = dollar_body(text).unwrap_or(text.trim_matches('\''));
        let tokens = lexer::tokens(text);
        let words = Words {
            sql: text,
            tokens: Cow::Owned(tokens),
        };
        let ends_transaction = words.tokens.windows(2).any(|pair| {
            ["commit", "rollback"]
                .iter()
                .any(|word| words.token_is(&pair[0], word))
                && (pair[1].text(words.sql) == ";" || words.token_is(&pair[1], "and"))
        });
        ends_transaction || words.calls("refresh_continuous_aggregate")
    }

    // The questions.

    fn word(&self, index: usize) -> Option<String> {
        let token = self.tokens.get(index)?;
        (token.kind == TokenKind::Word).then(|| token.text(self.sql).to_ascii_lowercase())
    }

    fn token_is(&self, token: &Token, word: &str) -> bool {
        let text = token.text(self.sql);
        match token.kind {
            TokenKind::Word | TokenKind::Symbol => text.eq_ignore_ascii_case(word),
            // A quoted name is the same name when it is written in lower case.
            TokenKind::Quoted => {
                text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) == Some(word)
            }
            _ => false,
        }
    }

    fn word_at(&self, index: usize, words: &[&str]) -> bool {
        self.word(index)
            .is_some_and(|word| words.contains(&word.as_str()))
    }

    fn matches_at(&self, index: usize, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(offset, word)| {
            self.tokens
                .get(index + offset)
                .is_some_and(|token| self.token_is(token, word))
        })
    }

    fn starts_with(&self, phrase: &str) -> bool {
        self.tokens
            .first()
            .is_some_and(|token| token.kind == TokenKind::Word)
            && self.matches_at(0, phrase)
    }

    fn ends_with(&self, phrase: &str) -> bool {
        let length = phrase.split(' ').count();
        self.tokens.len() >= length && self.matches_at(self.tokens.len() - length, phrase)
    }

    fn has(&self, phrase: &str) -> bool {
        (0..self.tokens.len()).any(|index| self.matches_at(index, phrase))
    }

    /// Whether a function or procedure of this name is called, with or without its schema.
    fn calls(&self, name: &str) -> bool {
        self.has(&format!("{name} ("))
    }

    fn after_modifiers(&self, mut index: usize, modifiers: &[&str]) -> usize {
        while self.word_at(index, modifiers) {
            index += 1;
        }
        index
    }

    /// Behind an option list in parentheses, if there is one at `index`.
    fn after_parentheses(&self, index: usize) -> usize {
        if !self.matches_at(index, "(") {
            return index;
        }
        let closing = self.tokens[index..]
            .iter()
            .position(|token| self.token_is(token, ")"));
        closing.map_or(self.tokens.len(), |length| index + length + 1)
    }

    /// Tokens that follow `name` (dots included) and, if there is one, an equals sign or arrow.
    fn value_of(&self, name: &str) -> Option<&Token> {
        let phrase = name.replace('.', " . ");
        let length = phrase.split(' ').count();
        let at = (0..self.tokens.len()).find(|&index| self.matches_at(index, &phrase))? + length;
        let value = self.tokens[at..].iter().find(|token| {
            !["=", ">", ":"]
                .iter()
                .any(|sign| self.token_is(token, sign))
        })?;
        Some(value)
    }

    fn is_false(&self, token: &Token) -> bool {
        let text = token.text(self.sql).trim_matches('\'').to_ascii_lowercase();
        ["false", "off", "no", "0", "f", "n"].contains(&text.as_str())
    }

    /// Whether the option is named and not switched off; a bare name means on.
    fn option_is_on(&self, name: &str) -> bool {
        self.value_of(name)
            .is_some_and(|value| !self.is_false(value))
    }

    fn option_is_off(&self, name: &str) -> bool {
        self.value_of(name)
            .is_some_and(|value| self.is_false(value))
    }
}

/// The text between the delimiters of a dollar quote.
fn dollar_body(text: &str) -> Option<&str> {
    let tag = text.get(1..)?.find('$')? + 2;
    (text.starts_with('$') && text.len() >= 2 * tag).then(|| &text[tag..text.len() - tag])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(sql: &str) -> Vec<Kind> {
        read(sql)
            .unwrap()
            .into_iter()
            .map(|statement| statement.kind)
            .collect()
    }

    #[test]
    fn what_the_server_refuses_in_a_transaction_runs_alone() {
        let alone = [
            "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS SELECT 1",
            "CREATE MATERIALIZED VIEW IF NOT EXISTS s.c WITH (timescaledb.continuous = true) AS SELECT 1 WITH DATA",
            "create materialized view c with (timescaledb.materialized_only=false, \"timescaledb\".continuous) as select 1",
            "CALL refresh_continuous_aggregate('c', NULL, NULL)",
            "CALL public.refresh_continuous_aggregate('c', NULL, NULL)",
            "CALL run_job(1000)",
            "CALL merge_chunks('a', 'b', concurrently => true)",
            "CALL merge_chunks_concurrently(ARRAY['a', 'b'])",
            "SELECT reorder_chunk('c', 'i')",
            "SELECT move_chunk(chunk => 'c', destination_tablespace => 't')",
            "CREATE INDEX ON t (a) WITH (timescaledb.transaction_per_chunk)",
            "CREATE DATABASE d",
            "DROP DATABASE d",
            "CREATE TABLESPACE t LOCATION '/x'",
            "DROP TABLESPACE t",
            "ALTER DATABASE d SET TABLESPACE t",
            "ALTER SYSTEM SET work_mem = '1MB'",
            "VACUUM",
            "VACUUM (ANALYZE) t",
            "DISCARD ALL",
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
            "DROP INDEX CONCURRENTLY i",
            "REINDEX INDEX CONCURRENTLY i",
            "REINDEX (VERBOSE) TABLE CONCURRENTLY t",
            "REINDEX (CONCURRENTLY) TABLE t",
            "REINDEX DATABASE d",
            "REINDEX (VERBOSE) SCHEMA s",
            "REINDEX SYSTEM d",
            "CLUSTER",
            "CLUSTER VERBOSE",
            "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
            "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
            "DROP SUBSCRIPTION s",
            "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
            "COMMIT PREPARED 'x'",
            "ROLLBACK PREPARED 'x'",
            "DO $$ BEGIN CALL refresh_continuous_aggregate('c', NULL, NULL); END $$",
            "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$",
            "-- migrate: alone\nCALL my_procedure_that_commits()",
        ];
        for sql in alone {
            assert!(
                matches!(kinds(sql)[..], [Kind::Alone(_)]),
                "{sql}: {:?}",
                kinds(sql)
            );
        }
    }

    #[test]
    fn everything_else_shares_a_transaction() {
        let ordinary = [
            "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS SELECT 1 WITH NO DATA",
            "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous = false) AS SELECT 1",
            "CREATE MATERIALIZED VIEW c AS SELECT 'timescaledb.continuous'",
            "SELECT create_hypertable('t', by_range('time'))",
            "SELECT add_retention_policy('t', INTERVAL '1 day')",
            "CALL add_columnstore_policy('t', after => INTERVAL '1 day')",
            "CALL merge_chunks('a', 'b')",
            "SELECT compress_chunk('c')",
            "CREATE INDEX concurrently_i ON t (a)",
            "CREATE INDEX ON t (a) WITH (timescaledb.transaction_per_chunk = false)",
            "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)",
            "ALTER DATABASE d SET work_mem = '1MB'",
            "ALTER TYPE e ADD VALUE 'x'",
            "REINDEX TABLE t",
            "CLUSTER t USING i",
            "DISCARD TEMP",
            "ANALYZE t",
            "COMMENT ON TABLE t IS 'VACUUM; COMMIT'",
            "DO $$ BEGIN RAISE NOTICE 'commit'; END $$",
            "SET LOCAL lock_timeout = '1s'",
            "SET CONSTRAINTS ALL DEFERRED",
            "ROLLBACK TO SAVEPOINT s",
            "SAVEPOINT s",
            "COPY t FROM '/srv/t.csv'",
            "INSERT INTO t SELECT 1",
            "whatever this is",
            "\"VACUUM\"",
            "-- migrate: alone\n\nCALL p()",
        ];
        for sql in ordinary {
            assert_eq!(kinds(sql), [Kind::Ordinary], "{sql}");
        }
    }

    #[test]
    fn the_rest_is_told_apart() {
        let cases = [
            ("BEGIN", Kind::Begin),
            ("BEGIN ISOLATION LEVEL SERIALIZABLE", Kind::Begin),
            ("START TRANSACTION", Kind::Begin),
            ("COMMIT", Kind::Commit),
            ("END TRANSACTION", Kind::Commit),
            ("COMMIT AND NO CHAIN", Kind::Commit),
            ("COMMIT AND CHAIN", Kind::Refused(Refusal::Chain)),
            ("ROLLBACK", Kind::Refused(Refusal::Rollback)),
            ("ABORT", Kind::Refused(Refusal::Rollback)),
            ("PREPARE TRANSACTION 'x'", Kind::Refused(Refusal::TwoPhase)),
            (
                "COPY t (a) FROM STDIN",
                Kind::Refused(Refusal::CopyFromStdin),
            ),
            ("COPY t TO stdout", Kind::Refused(Refusal::CopyToStdout)),
            ("SET search_path = x", Kind::Set),
            ("RESET ALL", Kind::Set),
            ("ALTER EXTENSION timescaledb UPDATE", Kind::FreshSession),
            (
                "ALTER EXTENSION timescaledb UPDATE TO '2.28.3'",
                Kind::FreshSession,
            ),
        ];
        for (sql, kind) in cases {
            assert_eq!(kinds(sql), [kind], "{sql}");
        }
    }
}
