//! A step that failed because its statements changed this tool's history: what they did, and what to type next. Pure.

use migrator::run::{Failure, Harm};

/// The history's name.
pub(super) fn history_of(failure: &Failure) -> &str {
    &failure.facts.history_table.table
}

/// Why the step failed.
pub(super) fn cause(failure: &Failure) -> Option<String> {
    let table = history_of(failure);
    let done = match failure.harm? {
        Harm::Dropped => format!("dropped, renamed or moved this tool's history, {table}"),
        Harm::Altered => format!("altered this tool's history, {table}"),
        Harm::Written => format!("wrote to this tool's history, {table}"),
        Harm::Unusable => {
            format!("altered this tool's history, {table}, so that the next run would refuse it")
        }
    };
    let lost = if failure.ran_alone {
        "the statement ran alone, so the change stays"
    } else {
        "the change was rolled back with the step, and nothing is lost"
    };
    Some(format!("the file {done}: {lost}"))
}

/// The state of a history that a statement alone has harmed.
pub(super) fn state(failure: &Failure) -> &'static str {
    match failure.harm {
        Some(Harm::Unusable) => "every row of the history is still there",
        _ => "what is applied is no longer recorded",
    }
}

/// What to type next.
pub(super) fn next(failure: &Failure) -> Option<String> {
    let table = history_of(failure);
    Some(match (failure.harm?, failure.ran_alone) {
        (Harm::Dropped, false) => format!(
            "keep {table}: name each object to drop instead of everything in a schema or of a role, and run `cargo xtask migrate`; \
             `cargo xtask reset` recreates a development database"
        ),
        (_, false) => "remove that from the file (it is not applied, so it may be edited) and run `cargo xtask migrate`".to_owned(),
        (harm, true) => {
            let undo = match harm {
                Harm::Unusable => ", undo what it did (`cargo xtask status` prints the command)",
                _ => "",
            };
            let repair = match &failure.repair {
                Some(sql) => format!(", make {table} record again what is applied:\n{sql}\nand run"),
                None => format!(", restore the rows of {table}, and run"),
            };
            format!("remove the statement from the file{undo}{repair} `cargo xtask migrate`: nothing runs twice")
        }
    })
}
