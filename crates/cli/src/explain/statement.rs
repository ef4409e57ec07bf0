//! A statement that the server refused: where it is, what remains of it, and what to type next. Pure.

use migrator::history;
use migrator::link;
use migrator::plain;
use migrator::plan::{StepId, StepKind, Temporary};
use migrator::run::{self, At};
use migrator::script::LOCK_GIVEN_UP;

use super::{harm, with_server_notes};
use crate::diagnostic::{Diagnostic, Excerpt};
use crate::failure::{Code, Failure};
use crate::words::count;

/// A statement that the server refused.
pub(super) fn statement(failure: &run::Failure) -> Failure {
    let file = &failure.migration.file;
    let path = file.path.display().to_string();
    let mut diagnostic = Diagnostic::new(&failure.error.message).code(&failure.error.code);
    let place = Excerpt::of(&path, &file.text, failure.offset());
    let (line, column) = (place.line, place.column);
    diagnostic = diagnostic.place(place);
    diagnostic = with_server_notes(diagnostic, &failure.error);
    if failure.is_unseen {
        diagnostic = diagnostic.note("cause", plain::UNSEEN);
    }
    if let Some(Temporary { name, step }) = &failure.lost {
        let cause = format!(
            "step {} created the temporary table {name}, which was dropped when that run's session ended",
            step + 1
        );
        diagnostic = diagnostic.note("cause", cause);
    }
    if let Some(cause) = harm::cause(failure) {
        diagnostic = diagnostic.note("cause", cause);
    }
    if let Some(at) = at(failure) {
        diagnostic = diagnostic.note("at", at);
    }
    // Nothing is left of a statement that did what it was to do.
    let is_gone = failure.harm.is_some() && failure.ran_alone;
    if failure.remains && !is_gone {
        diagnostic = diagnostic.note(
            "left",
            "what the statement left could not be removed now; the next run removes it",
        );
    }
    if failure.may_be_partial && !is_gone {
        diagnostic = diagnostic.note(
            "left",
            "what the statement had committed before the error stays; how much that is cannot be determined",
        );
    }
    diagnostic = diagnostic
        .note("state", state(failure))
        .note("next", next(failure));
    Failure::with(Code::Failed, diagnostic)
        .field("sqlstate", failure.error.code.clone())
        .field("file", path)
        .field("line", line)
        .field("column", column)
        .field(
            "applied",
            failure
                .applied
                .iter()
                .map(|a| a.version)
                .collect::<Vec<_>>(),
        )
}

/// What failed, if it is not one of the file's statements.
fn at(failure: &run::Failure) -> Option<String> {
    let range = failure.migration.range(failure.step);
    let lines = failure.migration.lines_of(&range);
    match &failure.at {
        At::Byte(_) => None,
        At::Commit => Some(format!(
            "the COMMIT of {lines}, where deferred constraints are checked"
        )),
        At::Runner(_) if failure.error.code == LOCK_GIVEN_UP => {
            Some(format!("the end of {lines}, where the lock is checked"))
        }
        At::Runner(_) if [history::SPOILED, history::UNUSABLE].contains(&&*failure.error.code) => {
            Some(format!("the end of {lines}, where the history is compared"))
        }
        At::Runner(sql) if sql.contains(harm::history_of(failure)) => {
            let how = match failure.kind() {
                Some(StepKind::Transaction { .. }) => ", in the same transaction",
                _ => "",
            };
            Some(format!(
                "recording {lines} in {}{how}",
                harm::history_of(failure)
            ))
        }
        At::Runner(sql) if sql == plain::CHECK => Some(format!(
            "the end of {lines}, where plain mode checks the hypertables"
        )),
        At::Runner(sql) => Some(format!("`{sql}`, which runs before {lines}")),
        At::Unknown => Some(format!("somewhere in {lines}")),
    }
}

/// The migrations before this one, as the first part of the state.
fn before(version: u32) -> String {
    match version {
        1 => String::new(),
        2 => "001 is applied; ".to_owned(),
        3 => "001 and 002 are applied; ".to_owned(),
        _ => format!("001 to {:03} are applied; ", version - 1),
    }
}

/// The state after everything that was pending was rolled back with what failed.
fn whole_state(failure: &run::Failure, began: StepId) -> String {
    let first = began.version;
    let half = match began.index {
        0 => String::new(),
        1 => format!("step 1 of {first:03} is done; "),
        done => format!("steps 1 to {done} of {first:03} are done; "),
    };
    let last = failure.migration.file.version;
    let all = if first == last {
        format!("{first:03} was rolled back")
    } else {
        format!("{first:03} to {last:03} were rolled back together")
    };
    let what = match began.index {
        0 => ", nothing of it remains",
        _ => "",
    };
    format!("{}{half}{all}{what}", before(first))
}

fn state(failure: &run::Failure) -> String {
    let version = failure.migration.file.version;
    if let Some(began) = failure.whole {
        return whole_state(failure, began);
    }
    let steps = failure.migration.steps.len();
    let Some(kind) = failure.kind() else {
        return before(version)
            + &format!("{version:03}, which holds no statement, is not recorded");
    };
    let failed = match kind {
        StepKind::Transaction { .. } | StepKind::Asked(_) => "was rolled back",
        StepKind::Alone(_) | StepKind::FreshSession => "failed",
    };
    let now = match (failure.step, kind) {
        _ if failure.harm.is_some() && failure.ran_alone => format!(
            "step {} of {steps} of {version:03} ran; {}",
            failure.step + 1,
            harm::state(failure)
        ),
        (0, StepKind::Transaction { .. } | StepKind::Asked(_)) => {
            format!("{version:03} was rolled back, nothing of it remains")
        }
        (0, _) if steps == 1 => format!("{version:03} is not applied: its only step failed"),
        (0, _) => format!(
            "{version:03} is not applied: the first of its {} failed",
            count(steps, "step")
        ),
        (1, _) => {
            format!("{version:03} is half applied: step 1 of {steps} is done, step 2 {failed}")
        }
        (2, _) => format!(
            "{version:03} is half applied: steps 1 and 2 of {steps} are done, step 3 {failed}"
        ),
        (done, _) => format!(
            "{version:03} is half applied: steps 1 to {done} of {steps} are done, step {} {failed}",
            done + 1
        ),
    };
    before(version) + &now
}

fn next(failure: &run::Failure) -> String {
    if let Some(next) = harm::next(failure) {
        return next;
    }
    if failure.is_unseen {
        return "write the statement into the file as it is, not in a string or a function, and run `cargo xtask migrate --plain`; \
                or run it on TimescaleDB"
            .to_owned();
    }
    let statement = &failure.migration.file.text[failure.offset()..];
    let remedy = remedy(&failure.error, statement).or_else(|| other_transaction(failure));
    if let Some(remedy) = remedy {
        return remedy.to_owned();
    }
    let done = match failure.whole {
        Some(began) if began.version == failure.migration.file.version => began.index,
        Some(_) => 0,
        None => failure.step,
    };
    match done {
        0 => "correct the file (it is not applied, so it may be edited) and run `cargo xtask migrate`".to_owned(),
        step => {
            let done = failure.migration.range(step - 1);
            let last = failure.migration.lines_of(&done).last;
            let how = match &failure.lost {
                Some(lost) => format!("create {} again", lost.name),
                None => "correct the file".to_owned(),
            };
            format!("{how} below line {last} (the part above it is applied) and run `cargo xtask migrate`")
        }
    }
}

/// What helps where the statement fails for the transaction that it is in.
fn other_transaction(failure: &run::Failure) -> Option<&'static str> {
    let step = failure.migration.steps.get(failure.step)?;
    let StepKind::Transaction { begin } = &step.kind else {
        return None;
    };
    let At::Byte(byte) = failure.at else {
        return None;
    };
    let is_first = step.statements.first().is_some_and(|it| byte <= it.end);
    let statement = step.statements.iter().find(|it| byte <= it.end)?;
    let text = &failure.migration.file.text[statement.clone()];
    let sets = text
        .get(..3)
        .is_some_and(|it| it.eq_ignore_ascii_case("set"));
    match failure.error.code.as_str() {
        // A new value of an enum, or a table with pending trigger events.
        "55P04" | "55006" if failure.whole.is_some() => Some(
            "run it without --all-or-nothing: the statement needs the ones before it to be committed",
        ),
        "55P04" | "55006" if begin.is_some() && !is_first => Some(
            "put COMMIT and BEGIN before the statement: it needs the statements before it to be committed",
        ),
        "25001" | "2D000" if failure.whole.is_some() && !sets => Some(
            "write `-- migrate: alone` on the line before the statement, and run it without --all-or-nothing",
        ),
        "25001" | "2D000" if begin.is_some() && !sets => Some(
            "move the statement out of BEGIN … COMMIT, write `-- migrate: alone` on the line before it, and run `cargo xtask migrate`",
        ),
        "25001" | "2D000" if !sets => Some(
            "write `-- migrate: alone` on the line before the statement, and run `cargo xtask migrate`",
        ),
        _ => None,
    }
}

/// What helps where the file is not to blame.
///
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
///
/// `statement` is what failed, if it is from a file. The server's text is used only for names in it, or if TimescaleDB wrote it, because
/// PostgreSQL translates its messages.
pub(super) fn remedy(error: &link::ServerError, statement: &str) -> Option<&'static str> {
    let says = |text: &str| error.message.contains(text);
    if error.code == history::CHANGED && says(history::TABLE) {
        return Some(
            "if the file writes to schema_migrations, remove that statement; `cargo xtask status` shows what is recorded",
        );
    }
    if error.is_not_preloaded() {
        return Some(super::PRELOAD);
    }
    if error.code == FEATURE_NOT_SUPPORTED && creates_timescaledb(statement) {
        return Some(
            "install TimescaleDB on that server (https://docs.timescale.com/self-hosted/latest/install/), \
             or run with `--target compose`",
        );
    }
    if says("\"apache\" license") {
        return Some(
            "run a TimescaleDB with its community licence (the image timescale/timescaledb, not one ending in -oss)",
        );
    }
    Some(match error.code.as_str() {
        LOCK_GIVEN_UP => {
            "unlock by key what the file locked: pg_advisory_unlock_all() also releases the runner's lock"
        }
        "42501" => {
            "grant it to the user, or connect as a role that has it (for row security: as the table's owner, or as a role with \
             BYPASSRLS); then run it again"
        }
        "22P05" => {
            "use only characters of the database's encoding (`SHOW server_encoding`), or use a database in UTF8"
        }
        "40001" | "40P01" | "55P03" => {
            "nothing is wrong with the file: run `cargo xtask migrate` again"
        }
        "57014" => {
            "run `cargo xtask migrate` again, with a longer statement_timeout if that is what ended it"
        }
        // A database that takes no writes is refused before anything is sent.
        "25006" => {
            "remove READ ONLY from the file; if the file does not contain it, the server has become a standby: connect to the one that \
                accepts writes"
        }
        code if code.starts_with("53") => {
            "give the server what it lacks, and run `cargo xtask migrate` again"
        }
        _ => return None,
    })
}

/// `feature_not_supported`: also an extension whose files the server lacks.
const FEATURE_NOT_SUPPORTED: &str = "0A000";

fn creates_timescaledb(statement: &str) -> bool {
    let words = statement.split(|c: char| c.is_whitespace() || c == ';' || c == '"');
    let mut words = words.filter(|word| !word.is_empty());
    let mut is = |expected: &str| {
        words
            .next()
            .is_some_and(|it| it.eq_ignore_ascii_case(expected))
    };
    is("create")
        && is("extension")
        && words
            .take(4)
            .any(|it| it.eq_ignore_ascii_case("timescaledb"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_file_s_fault_has_a_remedy_of_its_own() {
        let remedy_in = |code: &str, message: &str, statement: &str| {
            let error = link::ServerError {
                code: code.to_owned(),
                message: message.to_owned(),
                ..link::ServerError::default()
            };
            remedy(&error, statement)
        };
        let remedy_of = |code: &str, message: &str| remedy_in(code, message, "");
        let create = "CREATE EXTENSION IF NOT EXISTS timescaledb WITH SCHEMA public;\nSELECT 1";
        for message in [
            "extension \"timescaledb\" is not available",
            "Erweiterung »timescaledb« ist nicht verfügbar",
            "l'extension « timescaledb » n'est pas disponible",
        ] {
            let missing = remedy_in("0A000", message, create);
            assert!(missing.is_some_and(|text| text.contains("install TimescaleDB")));
        }
        let not_preloaded = remedy_of("XX000", "extension \"timescaledb\" must be preloaded");
        assert!(not_preloaded.is_some_and(|text| text.contains("shared_preload_libraries")));
        let message = "functionality not supported under the current \"apache\" license. Learn more at https://www.timescale.com/";
        let license = remedy_of("0A000", message);
        assert!(license.is_some_and(|text| text.contains("community licence")));
        assert_eq!(
            remedy_of("42703", "column \"extension\" does not exist"),
            None
        );
        let message = "extension \"postgis\" is not available";
        assert_eq!(
            remedy_in("0A000", message, "CREATE EXTENSION postgis"),
            None
        );
    }
}
