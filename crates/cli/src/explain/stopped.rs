//! Runs that stopped without a statement being wrong: a lock that was not had, a cut connection, a signal, a doubt. Pure.

use migrator::link::ServerError;
use migrator::plan::{NotAllOrNothing, TooLong};
use migrator::run::{Applied, Cut, Fate, GaveUp, InDoubt, Interrupted, Job, Refused, UnderWay};

use crate::blockers;
use crate::diagnostic::{Diagnostic, Excerpt};
use crate::failure::{Code, Failure};
use crate::words::count;

/// A step that waited for a lock in vain.
pub fn blocked(gave_up: &GaveUp) -> Failure {
    let mut failure = super::statement(&gave_up.failure);
    let notes = &mut failure.diagnostic.notes;
    notes.retain(|(label, _)| *label != "next");
    for blocker in &gave_up.blockers {
        notes.push(("blocker", blockers::describe(blocker)));
    }
    let waited = gave_up.waited.as_secs();
    notes.push(("waited", format!("{waited} s, over all attempts")));
    let pids: Vec<&str> = gave_up.blockers.iter().map(|it| it.pid.as_str()).collect();
    let next = blockers::remedy(&gave_up.blockers);
    let pids = pids.join(", ");
    failure.next(next).field("blockers", pids)
}

/// A connection that broke during a step that did not run.
pub fn cut(cut: &Cut) -> Failure {
    let (step, steps) = (cut.step + 1, cut.migration.steps.len());
    let file = &cut.migration.file;
    let lines = cut.migration.lines_of(&cut.migration.range(cut.step));
    Failure::new(
        Code::Failed,
        format!("the connection was lost during {}", file.title()),
    )
    .note("cause", cut.cause.clone())
    .note(
        "state",
        format!(
            "{}step {step} of {steps} ({lines}) did not run, as the database shows",
            applied_before(&cut.applied)
        ),
    )
    .next("find out why the server ended the session, then run `cargo xtask migrate`, which continues with that step")
    .field("file", file.path.display().to_string())
    .field("step", step)
}

/// A statement whose outcome an interrupted run left unknown.
pub fn in_doubt(doubt: &InDoubt) -> Failure {
    let file = &doubt.migration.file;
    let range = doubt.migration.range(doubt.step);
    let lines = doubt.migration.lines_of(&range);
    let title = file.title();
    let mut failure = Failure::new(
        Code::Failed,
        format!(
            "cannot determine whether step {} of {title} ({lines}) ran",
            doubt.step + 1
        ),
    );
    if !doubt.is_replaced {
        let path = file.path.display().to_string();
        failure.diagnostic.place = Some(Excerpt::of(path, &file.text, range.start));
    }
    let replaced = if doubt.is_replaced {
        "; the file now has another statement there"
    } else {
        ""
    };
    failure.note(
        "why",
        format!(
            "it was started {} UTC by a run that was interrupted, and the catalog does not show its effect{replaced}",
            doubt.since
        ),
    )
    .note("state", "nothing was run")
    .next(
        "check whether its effect is there, then `cargo xtask migrate --done` if it ran, or `cargo xtask migrate --redo` to run it again",
    )
    .field("file", file.path.display().to_string())
    .field("line", lines.first)
    .field("step", doubt.step + 1)
}

/// A step that cannot share one transaction with all others.
pub fn not_all_or_nothing(found: &NotAllOrNothing) -> Failure {
    let lines = found.migration.lines(&found.migration.steps[found.step]);
    let file = &found.migration.file;
    Failure::new(
        Code::Usage,
        format!(
            "{} cannot be part of one transaction: {lines} {}",
            file.title(),
            found.reason
        ),
    )
    .note("state", "nothing was run")
    .next(match file.version {
        0 | 1 => "run it without --all-or-nothing".to_owned(),
        version => format!(
            "run it without --all-or-nothing, or with `--to {:03}` up to the one before",
            version - 1
        ),
    })
    .field("file", file.path.display().to_string())
    .field("line", lines.first)
}

/// A step that is longer than what a server takes.
pub fn too_long(long: &TooLong) -> Failure {
    Failure::new(
        Code::Failed,
        format!(
            "step {} of {} is too long to be sent: {} have {:.2} GB, and PostgreSQL takes 1 GB at once",
            long.step + 1,
            long.title,
            long.lines,
            long.bytes as f64 / f64::from(1 << 30),
        ),
    )
    .note("at", long.path.display().to_string())
    .note("state", "nothing was run")
    .next("divide its statements among several migrations, each of which has its own transaction")
    .field("file", long.path.display().to_string())
    .field("line", long.lines.first)
    .field("bytes", long.bytes)
}

/// A statement that the server would refuse, and that was not sent.
pub fn refused(refused: &Refused) -> Failure {
    let file = &refused.migration.file;
    let step = &refused.migration.steps[refused.step];
    let path = file.path.display().to_string();
    let place = Excerpt::of(&path, &file.text, step.range().start);
    let (line, column) = (place.line, place.column);
    let state = match refused.step {
        0 => format!("{:03} is not applied: nothing of it was sent", file.version),
        done => format!(
            "{:03} is half applied, {done} of {} done; this one was not sent",
            file.version,
            count(refused.migration.steps.len(), "step")
        ),
    };
    let diagnostic = Diagnostic::new(refused.refusal.to_string())
        .place(place)
        .note("state", state)
        .note("next", "correct the file and run `cargo xtask migrate`");
    Failure::with(Code::Failed, diagnostic)
        .field("file", path)
        .field("line", line)
        .field("column", column)
}

/// Background jobs that could not be paused.
pub fn not_paused(jobs: &[Job], error: &ServerError) -> Failure {
    let names: Vec<&str> = jobs.iter().map(|job| job.application.as_str()).collect();
    let failure = Failure::new(
        Code::Failed,
        format!(
            "{} could not be paused",
            count(jobs.len(), "background job")
        ),
    )
    .note("jobs", names.join(", "))
    .note("cause", error.to_string())
    .note("state", "nothing was run, and no job is paused");
    let next = match error.code.as_str() {
        "42501" => {
            "run it as a user who may alter these jobs (their owner), or without --pause-jobs"
        }
        _ => "run it again, or without --pause-jobs",
    };
    failure.next(next).field("sqlstate", error.code.clone())
}

/// A signal.
pub fn interrupted(stopped: &Interrupted) -> Failure {
    let (code, name) = match stopped.signal {
        1 => (Code::HungUp, "SIGHUP"),
        15 => (Code::Terminated, "SIGTERM"),
        _ => (Code::Interrupted, "SIGINT"),
    };
    let state = match &stopped.during {
        Some(step) => during(step, stopped.fate),
        None => "nothing was running".to_owned(),
    };
    let next = match stopped.fate {
        Fate::MaybePartial => {
            "check what that step has committed, because the catalog does not show it, then `cargo xtask migrate --done` if all of it is \
                there, or `cargo xtask migrate --redo` to run it again"
        }
        Fate::Cancelled | Fate::Unknown => "cargo xtask migrate, which continues where it stopped",
    };
    Failure::new(code, format!("stopped by {name}"))
        .note("state", applied_before(&stopped.applied) + &state)
        .next(next)
        .field(
            "applied",
            stopped
                .applied
                .iter()
                .map(|it| it.version)
                .collect::<Vec<_>>(),
        )
}

fn during(UnderWay { migration, step }: &UnderWay, fate: Fate) -> String {
    let (title, steps) = (migration.file.title(), migration.steps.len());
    if fate == Fate::Unknown {
        return format!(
            "cannot determine whether step {} of {title} was applied: the server no longer answers, not even the request to cancel it",
            step + 1
        );
    }
    let done = match *step {
        0 => format!("{title} is not applied"),
        done => format!(
            "{title} is half applied, {done} of {} done",
            count(steps, "step")
        ),
    };
    format!("{done}; its step {} was cancelled", step + 1)
}

/// What this run had applied, as the first part of the state.
fn applied_before(applied: &[Applied]) -> String {
    match applied {
        [] => String::new(),
        [one] => format!("{:03} is applied; ", one.version),
        [first, .., last] => format!("{:03} to {:03} are applied; ", first.version, last.version),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use migrator::plan::Migration;
    use migrator::source::File;

    use super::*;

    #[test]
    fn a_run_that_was_stopped_says_whether_it_goes_on_by_itself() {
        let text = b"DO $$ BEGIN COMMIT; END $$".to_vec();
        let file = File::new(Path::new("001_a.sql"), text).unwrap();
        let migration = Migration::parse(file).unwrap();
        let cancelled = "its step 1 was cancelled";
        for (fate, state, next) in [
            (Fate::MaybePartial, cancelled, "--redo"),
            (Fate::Cancelled, cancelled, "continues where it stopped"),
            (
                Fate::Unknown,
                "cannot determine whether step 1 of 001 a was applied",
                "continues where it stopped",
            ),
        ] {
            let stopped = Interrupted {
                signal: 2,
                during: Some(UnderWay {
                    migration: migration.clone(),
                    step: 0,
                }),
                fate,
                ..Interrupted::default()
            };
            let shown = interrupted(&stopped).diagnostic.to_string();
            assert!(shown.contains(next), "{shown}");
            assert!(shown.contains(state), "{shown}");
        }
    }
}
