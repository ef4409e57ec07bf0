//! A history that cannot be trusted, and one in another schema than the one that was searched: what to do. Pure.

use cluster::percent;
use migrator::history::{RecordedElsewhere, Untrusted};
use migrator::link::ServerError;
use migrator::run::Moved;
use sql::quote::{identifier, plain};

use crate::failure::{Code, Failure};

/// How many files are named at most.
const MOST_FILES: usize = 5;

/// What has taken the place of the history, or of the table of paused jobs.
pub fn untrusted(untrusted: &Untrusted) -> Failure {
    let real = if untrusted.is_history {
        "it is the real history"
    } else {
        "a run of this tool left it"
    };
    let next = match untrusted.repairs.join("; ") {
        repairs if repairs.is_empty() => "drop or rename it: this tool did not make it".to_owned(),
        repairs => format!("if {real}: {repairs}; otherwise drop it"),
    };
    Failure::new(Code::Failed, untrusted.to_string())
        .note(
            "state",
            "nothing was run, and it was neither read nor written",
        )
        .next(next)
        .field("table", untrusted.table.clone())
        .field("owner", untrusted.owner.clone())
}

/// A table of paused jobs that differs from what a run creates.
pub fn damaged_paused_jobs(table: &str, error: &ServerError) -> Failure {
    Failure::new(
        Code::Failed,
        format!("the table of paused background jobs {table} cannot be read"),
    )
    .note("cause", format!("error[{}]: {}", error.code, error.message))
    .note(
        "state",
        "what is applied stays; background jobs that a run paused may still be paused",
    )
    .next(format!(
        "resume the jobs that should run (`SELECT alter_job(JOB_ID, scheduled => true)`; \
         `SELECT job_id FROM timescaledb_information.jobs WHERE NOT scheduled` lists those that do not), \
         then `DROP TABLE {table}` and `cargo xtask migrate` again"
    ))
    .field("table", table)
    .field("sqlstate", error.code.clone())
}

/// Files that another history of the database records.
pub fn elsewhere(recorded: &RecordedElsewhere) -> Failure {
    let history = &recorded.history;
    let (schema, owner) = (plain(&history.schema), plain(&history.owner));
    let (here, table) = (plain(&recorded.schema), &history.table);
    let same = format!(
        "if {} is the history of these migrations: put {schema} first in search_path again \
         (ALTER DATABASE … SET search_path, ALTER ROLE …), or\n\
         connect with `?options=-csearch_path%3D{}`, or write into timeschema.toml:\n{}",
        history.name(),
        encode(&history.schema),
        settings(&history.schema, table, &recorded.table),
    );
    let other = format!(
        "if schema {here} is another tenant's: connect with `?options=-csearch_path%3D{}`, without {schema} in it",
        encode(&recorded.schema)
    );
    let mut files = recorded.files.clone();
    let more = files.split_off(files.len().min(MOST_FILES)).len();
    if more > 0 {
        files.push(format!("{more} more"));
    }
    Failure::new(Code::Failed, recorded.to_string())
        .note("owner", owner)
        .note("files", files.join("\n"))
        .note(
            "state",
            format!("nothing was run: new tables go to schema {here} now, and these files would run a second time"),
        )
        .next(format!("{same}\n{other}"))
        .field("table", history.name())
        .field("schema", history.schema.clone())
}

/// A migration that changed where new tables go, while the history stays where it is.
pub fn moved(moved: &Moved) -> Failure {
    let (schema, table) = (&moved.history_schema, &moved.history_table);
    let history = format!("{}.{}", plain(schema), plain(table));
    let mut next = format!(
        "to keep the history in schema {}: write into timeschema.toml, and run it again:\n{}",
        plain(schema),
        settings(schema, table, table)
    );
    if !moved.to.is_empty() {
        next += &format!(
            "\nto move the history with them: run `ALTER TABLE {history} SET SCHEMA {}` as its owner, and run it again",
            plain(&moved.to)
        );
    }
    Failure::new(Code::Failed, moved.to_string())
        .note("history", history)
        .next(next)
        .field("schema", moved.to.clone())
}

/// What names a history in `timeschema.toml`.
fn settings(schema: &str, table: &str, usual: &str) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut lines = format!("[history]\nschema = {}", quoted(schema));
    if table != usual {
        lines += &format!("\ntable = {}", quoted(table));
    }
    lines
}

/// A schema in the options of a URL: quoted if necessary, and percent-encoded.
fn encode(schema: &str) -> String {
    let name = if plain(schema) == schema {
        schema.to_owned()
    } else {
        identifier(schema).replace('\\', "\\\\").replace(' ', "\\ ")
    };
    percent::encoded(&name)
}
