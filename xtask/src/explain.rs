//! From the engine's errors to what a person reads: what happened, where, what the state is now, and what to type next. Pure.

use migrator::link;
use migrator::plan::{self, Migration, Mismatch, StepKind, TextError};
use migrator::run::{self, Holder};
use migrator::source;

use crate::diagnostic::{Diagnostic, Place};
use crate::failure::{Code, Failure};
use crate::project::Project;

/// A migration file that cannot be one.
pub fn source(error: &source::Error, project: &Project) -> Failure {
    let root = format!("{}/", project.root().display());
    let failure = Failure::new(Code::Failed, error.to_string().replace(&root, ""));
    match error {
        source::Error::Read { .. } => failure.next("--migrations DIR names another folder"),
        _ => failure.note("state", "nothing was run"),
    }
}

/// A migration whose text cannot be planned.
pub fn text(error: &TextError) -> Failure {
    let file = error.path.display().to_string();
    let place = Place::of(&file, &error.text, error.offset);
    let (line, column) = (place.line, place.column);
    let diagnostic = Diagnostic::new(&error.message)
        .place(place)
        .note("state", "nothing was run")
        .note("next", "correct the file and run `cargo xtask migrate`");
    Failure::with(Code::Failed, diagnostic)
        .field("file", file)
        .field("line", line)
        .field("column", column)
}

/// A target that cannot be reached; `next` is what helps when the server answered and said no.
pub fn unreachable(error: &link::Error, next: &str) -> Failure {
    let (message, code) = match error {
        link::Error::Unreachable { message, code } => (message.clone(), code.as_deref()),
        other => (other.to_string(), None),
    };
    let missing_database = code == Some("3D000")
        || (message.contains("database") && message.contains("does not exist"));
    let next = match code {
        _ if missing_database => format!("create the database (createdb), or {next}"),
        Some("28P01" | "28000") => next.to_owned(),
        _ if message.contains("password authentication failed") => next.to_owned(),
        _ if message.contains("refused") || message.contains("No such file") => {
            "start the server, or correct host and port; `cargo xtask doctor` looks closer"
                .to_owned()
        }
        _ => format!("{next}; `cargo xtask doctor` looks closer"),
    };
    let first = message.lines().next().unwrap_or_default().to_owned();
    let mut failure = Failure::new(Code::Unreachable, first).next(next);
    if let Some(code) = code {
        failure = failure.field("sqlstate", code);
    }
    failure
}

/// A run that stopped.
pub fn run(error: &run::Error, migrations: &[Migration]) -> Failure {
    match error {
        run::Error::Statement(failure) => statement(failure),
        run::Error::Plan(error) => plan(error, migrations),
        run::Error::Locked(holder) => locked(holder),
        run::Error::Link(link::Error::Unreachable { .. }) => {
            let run::Error::Link(error) = error else {
                return Failure::new(Code::Failed, "");
            };
            unreachable(error, "check the target")
        }
        run::Error::Link(link::Error::Lost(_)) => Failure::new(Code::Failed, error.to_string())
            .note(
                "state",
                "whether the last step was carried out is not known here; the database knows",
            )
            .next("cargo xtask migrate, which reads the history and goes on where it stopped"),
        run::Error::Link(link::Error::Server(error)) => {
            let diagnostic = Diagnostic::new(&error.message).code(&error.code);
            let diagnostic = with_server_notes(diagnostic, error).note(
                "state",
                "the history could not be read or written; no migration was run",
            );
            Failure::with(Code::Failed, diagnostic).field("sqlstate", error.code.clone())
        }
        run::Error::ReadOnly(_) => Failure::new(Code::Failed, error.to_string())
            .note("state", "nothing was run")
            .next("connect to the primary, or set default_transaction_read_only = off"),
        run::Error::ServerTooOld(_) => Failure::new(Code::Failed, error.to_string())
            .next("upgrade the server, or `--target compose`"),
        run::Error::NoSchema => Failure::new(Code::Failed, error.to_string()),
        run::Error::ForeignHistory { .. } => Failure::new(Code::Failed, error.to_string())
            .note("state", "nothing was run, and the table was not touched")
            .next("rename that table, or point the target at another database"),
    }
}

fn locked(holder: &Holder) -> Failure {
    Failure::new(Code::Locked, "another runner holds the lock")
        .note("holder", describe_holder(holder))
        .note("state", "nothing was run")
        .next("wait for it, or `--lock-patience SECONDS`")
        .field("pid", holder.pid.clone())
}

/// The runner that holds the lock, in one line.
pub fn describe_holder(holder: &Holder) -> String {
    format!(
        "pid {}  {} \"{}\" from {}, connected since {} UTC",
        holder.pid, holder.user, holder.application, holder.host, holder.since
    )
}

fn plan(error: &plan::Error, migrations: &[Migration]) -> Failure {
    match error {
        plan::Error::Mismatch(mismatches) => {
            let diagnostic = mismatch(&mismatches[0]);
            let more = mismatches.len() - 1;
            let diagnostic = match more {
                0 => diagnostic,
                _ => diagnostic.note(
                    "more",
                    format!("{more} more; `cargo xtask status` shows all"),
                ),
            };
            Failure::with(Code::Failed, diagnostic)
        }
        plan::Error::NoSuchMigration(version) => {
            let last = migrations
                .last()
                .map_or(0, |migration| migration.file.version);
            Failure::new(
                Code::Usage,
                format!("there is no migration {version:03}: the last is {last:03}"),
            )
        }
        plan::Error::NotNext { asked, next } => Failure::new(
            Code::Usage,
            format!("{asked:03} cannot be applied before {}", next.title()),
        )
        .note("state", "nothing was run")
        .next(format!(
            "cargo xtask migrate --only {:03}, or --to {asked:03}",
            next.version
        )),
    }
}

/// A file and a row that do not fit together.
pub fn mismatch(mismatch: &Mismatch) -> Diagnostic {
    let diagnostic = Diagnostic::new(mismatch.to_string());
    match mismatch {
        Mismatch::Changed { path, row, now } => {
            let path = path.display();
            let what = if row.is_applied() {
                "the file"
            } else {
                "its done part"
            };
            let (recorded, now) = (short(&row.checksum), short(now));
            diagnostic
                .note("applied", format!("{} with checksum {recorded}…; {what} now has {now}…", applied(row)))
                .note(
                    "next",
                    format!("git checkout {path}, and put the change into a new file: cargo xtask new-migration …"),
                )
        }
        Mismatch::Missing { row } => diagnostic.note("applied", applied(row)).note(
            "next",
            format!(
                "bring the file back: git log --diff-filter=D -- '*{}'",
                row.file_name()
            ),
        ),
        Mismatch::Renamed { row, .. } => diagnostic.note("applied", applied(row)).note(
            "next",
            "give the file its name back; a new migration takes the next number",
        ),
        Mismatch::OutOfOrder { row, .. } => diagnostic
            .note("applied", applied(row))
            .note("next", "give the pending file the next free number"),
    }
}

/// When and by whom: `2026-11-20 09:12 UTC by deploy`.
fn applied(row: &migrator::history::Row) -> String {
    match &row.applied_at {
        Some(at) => format!("{at} UTC by {}", row.applied_by),
        None => format!(
            "half ({} of {} steps) by {}",
            row.steps_done, row.steps, row.applied_by
        ),
    }
}

fn short(checksum: &str) -> &str {
    checksum.get(..8).unwrap_or(checksum)
}

fn with_server_notes(mut diagnostic: Diagnostic, error: &link::ServerError) -> Diagnostic {
    for (label, text) in [
        ("detail", &error.detail),
        ("hint", &error.hint),
        ("context", &error.context),
    ] {
        if let Some(text) = text {
            diagnostic = diagnostic.note(label, text.trim().to_owned());
        }
    }
    diagnostic
}

/// A statement that the server refused.
fn statement(failure: &run::Failure) -> Failure {
    let file = &failure.migration.file;
    let path = file.path.display().to_string();
    let step = &failure.migration.steps[failure.step];
    let mut diagnostic = Diagnostic::new(&failure.error.message).code(&failure.error.code);
    // Where the server points nowhere, as when a deferred constraint fails at COMMIT, the step is all there is to show.
    let place = Place::of(
        &path,
        &file.text,
        failure.offset.unwrap_or(step.range().start),
    );
    let (line, column) = (place.line, place.column);
    diagnostic = diagnostic.place(place);
    diagnostic = with_server_notes(diagnostic, &failure.error);
    if failure.offset.is_none() {
        let (first, last) = failure.migration.lines(step);
        diagnostic = diagnostic.note(
            "at",
            format!("the end of the transaction of lines {first} to {last}"),
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

fn state(failure: &run::Failure) -> String {
    let version = failure.migration.file.version;
    let before = match version {
        1 => String::new(),
        2 => "001 is applied; ".to_owned(),
        _ => format!("001 to {:03} are applied; ", version - 1),
    };
    let steps = failure.migration.steps.len();
    let alone = !matches!(
        failure.migration.steps[failure.step].kind,
        StepKind::Transaction { .. }
    );
    let now = match (failure.step, alone) {
        (0, false) => format!("{version:03} was rolled back, nothing of it remains"),
        (done, false) => format!(
            "{version:03} is half applied: {done} of {steps} steps are done, step {} was rolled back",
            done + 1
        ),
        (done, true) => format!(
            "{version:03} is half applied: {done} of {steps} steps are done; step {} ran alone and failed",
            done + 1
        ),
    };
    before + &now
}

fn next(failure: &run::Failure) -> String {
    let message = &failure.error.message;
    let says = |text: &str| message.contains(text);
    if says("extension \"timescaledb\" is not available")
        || says("extension \"timescaledb\" must be preloaded")
    {
        return "install TimescaleDB on that server (https://docs.timescale.com/self-hosted/latest/install/), \
                or run with `--target compose`"
            .to_owned();
    }
    if says("\"apache\" license") {
        return "run a TimescaleDB with its community licence (the image timescale/timescaledb, not one ending in -oss)".to_owned();
    }
    match failure.step {
        0 => "correct the file (it is not applied, so it may be edited) and run `cargo xtask migrate`".to_owned(),
        step => {
            let (_, last) = failure.migration.lines(&failure.migration.steps[step - 1]);
            format!("correct the file below line {last} (what stands above is applied) and run `cargo xtask migrate`")
        }
    }
}
