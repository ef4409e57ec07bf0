//! An update of TimescaleDB after other statements of its file.

use crate::finding::{Finding, Severity};
use crate::read::range;
use crate::rule::{Context, Example, Finds, Rule, Server};

pub const RULE: Rule = Rule {
    name: "extension-update-in-file",
    severity: Severity::Warning,
    summary: "TimescaleDB is updated in the middle of a file",
    failing: &[
        Example::new(&["CREATE TABLE m (at timestamptz NOT NULL); SELECT create_hypertable('m', by_range('at')); ALTER EXTENSION timescaledb UPDATE;"])
            .server(Server::Refuses("0A000")),
    ],
    passing: &[
        Example::new(&["CREATE EXTENSION IF NOT EXISTS plpgsql; ALTER EXTENSION plpgsql UPDATE;"]),
        Example::new(&["CREATE TABLE m (at timestamptz NOT NULL);"]),
    ],
    finds: Finds::Statements(find),
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let words = context.words;
    let is_update = words.are(0, &["alter", "extension"])
        && words.is_name(2, "timescaledb")
        && words.is(3, "update");
    if !is_update || context.progress.statements == 0 {
        return Vec::new();
    }
    let message = "an update of TimescaleDB has to be the first statement of a session, and is not the first one of its file";
    vec![
        Finding::new(context.place(&range(words)), message)
            .why("`cargo xtask migrate` gives it a session of its own, so the file is several steps: if the update fails, what is before it stays applied. psql stops here")
            .help("move it into a file of its own, before what needs the new version"),
    ]
}
