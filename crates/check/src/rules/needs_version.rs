//! What the oldest servers of a project do not have, or do not have any more.

use std::ops::Range;

use sql::statement::names::identifier;
use sql::statement::words::Words;
use sql::timescaledb::NAMESPACES;
use sql::versions::{
    AGGREGATE_COLUMN, FUNCTIONS, Gate, MERGE, MERGE_RETURNING, OPTIONS, ROUTINES, SYNTAX, TSDB,
    Version, Versions, named,
};

use crate::finding::{Finding, Severity};
use crate::read::range;
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::value::part;

/// The versions of the examples: what they lack, the servers of the tests lack too.
const OLD: Versions = Versions {
    postgresql: Some(Version::new(15, 0)),
    timescaledb: Some(Version::new(2, 28)),
    edition: None,
};

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));";

pub const RULE: Rule = Rule {
    name: "needs-version",
    severity: Severity::Error,
    summary: "what [versions] in timeschema.toml names does not have a function, an option or a syntax",
    failing: &[
        Example::new(&[TABLE, "SELECT add_compaction_policy('m', INTERVAL '1 day');"])
            .on(OLD)
            .server(Server::Refuses("42883")),
        Example::new(&[TABLE, "CALL cagg_migrate('m');"]).on(OLD).server(Server::Refuses("42883")),
        Example::new(&[TABLE, "ALTER TABLE m SET (tsdb.direct_compress = true);"])
            .on(OLD)
            .server(Server::Refuses("22023")),
        Example::new(&["CREATE TABLE t (id int);", "ALTER TABLE t ADD CHECK (id > 0) NOT ENFORCED;"])
            .on(OLD)
            .server(Server::Refuses("42601")),
        Example::new(&[
            "CREATE TABLE t (id int);",
            "MERGE INTO t USING (VALUES (1)) AS v (id) ON t.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (v.id) RETURNING t.id;",
        ])
        .on(OLD)
        .server(Server::Refuses("42601")),
        Example::new(&["CREATE TABLE t (id int);", "SELECT any_value(id) FROM t;"])
            .on(OLD)
            .server(Server::Refuses("42883")),
    ],
    passing: &[
        Example::new(&[TABLE, "ALTER TABLE m SET (tsdb.enable_columnstore = true); CALL add_columnstore_policy('m', INTERVAL '7 days');"]).on(OLD),
        Example::new(&["CREATE TABLE any_value (id int); INSERT INTO any_value (id) VALUES (1);
             CREATE FUNCTION gamma(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';"])
        .on(OLD),
        Example::new(&["CREATE TABLE t (id int UNIQUE NULLS NOT DISTINCT); MERGE INTO t USING (VALUES (1)) AS v (id) ON t.id = v.id
             WHEN NOT MATCHED THEN INSERT VALUES (v.id);"])
        .on(OLD),
        // Without [versions] nothing is known.
        Example::new(&["CREATE TABLE t (id int UNIQUE NULLS NOT DISTINCT);"]),
    ],
    finds: Finds::Statements(find),
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let (words, versions) = (context.words, context.versions);
    if versions.postgresql.is_none() && versions.timescaledb.is_none() {
        return Vec::new();
    }
    let mut used = statement(words);
    for at in 0..words.tokens.len() {
        used.extend(call(words, at));
        used.extend(option(words, at));
        let syntax = SYNTAX.iter().find(|(_, keywords)| words.are(at, keywords));
        used.extend(syntax.map(|(gate, keywords)| {
            Used::new(Of::Postgresql, gate, words, at..at + keywords.len())
        }));
    }
    let finding = |it: &Used| it.finding(context);
    used.iter().filter_map(finding).collect()
}

/// Whose version it is.
#[derive(Clone, Copy)]
enum Of {
    Postgresql,
    Timescaledb,
}

/// Something with a version, and where.
struct Used {
    of: Of,
    gate: &'static Gate,
    range: Range<usize>,
    /// A function of the project's own may have the name.
    may_be_own: bool,
}

impl Used {
    fn new(of: Of, gate: &'static Gate, words: Words<'_>, tokens: Range<usize>) -> Used {
        Used {
            of,
            gate,
            range: range(part(words, tokens.start, tokens.end)),
            may_be_own: false,
        }
    }

    fn finding(&self, context: &Context<'_>) -> Option<Finding> {
        let (product, version) = match self.of {
            Of::Postgresql => ("PostgreSQL", context.versions.postgresql?),
            Of::Timescaledb => ("TimescaleDB", context.versions.timescaledb?),
        };
        let Gate { name, since, gone } = self.gate;
        let message = match gone {
            Some(gone) if *gone <= version => {
                format!("{name} is gone since {product} {gone}, and [versions] names {version}")
            }
            _ if version < *since => {
                format!("{name} needs {product} {since}, and [versions] names {version}")
            }
            _ => return None,
        };
        let finding = Finding::new(context.place(&self.range), message).help(
            "write what that version has; where no older server is left, change timeschema.toml",
        );
        Some(if self.may_be_own {
            finding.uncertain()
        } else {
            finding
        })
    }
}

/// What a statement is as a whole.
fn statement(words: Words<'_>) -> Vec<Used> {
    let mut used = Vec::new();
    if words.is(0, "merge") {
        used.push(Used::new(Of::Postgresql, &MERGE, words, 0..1));
        let returning = (0..words.tokens.len()).find(|&at| words.is(at, "returning"));
        used.extend(
            returning.map(|at| Used::new(Of::Postgresql, &MERGE_RETURNING, words, at..at + 1)),
        );
    }
    if words.are(0, &["alter", "materialized", "view"]) {
        let column = (0..words.tokens.len()).find(|&at| words.are(at, &["add", "column"]));
        used.extend(
            column.map(|at| Used::new(Of::Timescaledb, &AGGREGATE_COLUMN, words, at..at + 2)),
        );
    }
    used
}

/// A call of a function with a version.
fn call(words: Words<'_>, at: usize) -> Option<Used> {
    /// What the name after it is, which is no call.
    const NO_CALL: &[&str] = &[
        "into",
        "table",
        "function",
        "procedure",
        "aggregate",
        "on",
        "exists",
        "references",
        "view",
        "join",
        "type",
    ];
    if !words.is_symbol(at + 1, "(") || at == 0 || words.is_one_of(at - 1, NO_CALL) {
        return None;
    }
    let name = identifier(words, at)?;
    if let Some(gate) = named(ROUTINES, &name) {
        return Some(Used::new(Of::Timescaledb, gate, words, at..at + 1));
    }
    // Another schema's is another function.
    let is_qualified = words.is_symbol(at - 1, ".");
    if is_qualified && !words.is_name(at.checked_sub(2)?, "pg_catalog") {
        return None;
    }
    let gate = named(FUNCTIONS, &name)?;
    Some(Used {
        may_be_own: !is_qualified,
        ..Used::new(Of::Postgresql, gate, words, at..at + 1)
    })
}

/// An option of TimescaleDB's with a version, or its namespace.
fn option(words: Words<'_>, at: usize) -> Vec<Used> {
    let is_ours = NAMESPACES.iter().any(|it| words.is_name(at, it)) && words.is_symbol(at + 1, ".");
    let begins = at > 0 && (words.is_symbol(at - 1, "(") || words.is_symbol(at - 1, ","));
    let is_option = is_ours && begins && words.is_one_of(0, &["create", "alter"]);
    let Some(name) = identifier(words, at + 2).filter(|_| is_option) else {
        return Vec::new();
    };
    let is_tsdb = words.is_name(at, "tsdb");
    let namespace = is_tsdb.then(|| Used::new(Of::Timescaledb, &TSDB, words, at..at + 1));
    let gate = named(OPTIONS, &name);
    let option = gate.map(|it| Used::new(Of::Timescaledb, it, words, at..at + 3));
    namespace.into_iter().chain(option).collect()
}
