//! A database that another migration tool manages: which tool's history it has, and how to take the database over. Pure.

use migrator::baseline;
use migrator::foreign::Foreign;
use migrator::history::Row;
use migrator::plan::Migration;

use crate::failure::{Code, Failure};

/// How to take a database over.
const BASELINE: &str = "`cargo xtask migrate --baseline NNN`, where NNN is the last migration whose schema the database already has";
/// What to do instead if the other tool stays in use.
const ELSEWHERE: &str = "or name another database, or a schema that nothing else uses: `?options=-csearch_path=…` in the URL";

/// A table with the history's name that is not a history; `message` says why if no tool is recognised.
pub fn namesake(message: String, tool: Option<&Foreign>) -> Failure {
    let refuse = |message: String| {
        Failure::new(Code::Failed, message)
            .note("state", "nothing was run, and the table was not touched")
    };
    let Some((foreign, rename)) = tool.and_then(|it| Some((it, it.rename()?))) else {
        return refuse(message).next("rename that table, or point the target at another database");
    };
    let failure = refuse(foreign.to_string());
    let tool = foreign.tool;
    let then = if foreign.holds_any() {
        BASELINE
    } else {
        "`cargo xtask migrate`"
    };
    named(failure, foreign).next(format!(
        "{rename}\n{tool} no longer finds its history after that; then\n{then}\n{ELSEWHERE}"
    ))
}

/// A database without a history of ours, to which another tool has applied migrations.
pub fn other_tool(foreign: &Foreign) -> Failure {
    let failure = Failure::new(Code::Failed, foreign.to_string()).note(
        "state",
        "nothing was run: no migration is recorded here, and what that tool applied would run a second time",
    );
    named(failure, foreign).next(format!("{BASELINE}\n{ELSEWHERE}"))
}

fn named(failure: Failure, foreign: &Foreign) -> Failure {
    failure
        .field("tool", foreign.tool.to_string())
        .field("table", foreign.name())
}

/// A database that cannot be taken over.
pub fn baseline(error: &baseline::Error, migrations: &[Migration]) -> Failure {
    match error {
        baseline::Error::Run(error) => super::run(error, migrations),
        baseline::Error::History(rows) => {
            let title = |row: &Row| format!("{:03} {}", row.version, row.name);
            let applied: Vec<String> = rows.iter().map(title).collect();
            let versions: Vec<u32> = rows.iter().map(|row| row.version).collect();
            Failure::new(
                Code::Failed,
                "the database already has a history of migrations",
            )
            .note("applied", applied.join("\n"))
            .note("state", "nothing was recorded, and nothing was run")
            .next("cargo xtask migrate, which applies what is pending")
            .field("versions", versions)
        }
    }
}
