//! From the engine's errors to what a person reads: what happened, where, what the state is now, and what to type next. Pure, but for asking git what it tracks.

mod done;
mod foreign;
mod harm;
mod histories;
pub mod names;
mod statement;
mod stopped;
mod unreachable;

use std::path::{Path, PathBuf};

use migrator::history::Row;
use migrator::link;
use migrator::plan::{self, Migration, Mismatch};
use migrator::run::{self, Holder, WrongMode};
use migrator::source;
use migrator::source::TextError;

use crate::diagnostic::{Diagnostic, Excerpt};
use crate::failure::{Code, Failure};
use crate::screen::one_line;
use crate::words::count;
use crate::{git, shell};

pub use done::{Done, after};
pub use foreign::baseline;
use statement::{remedy, statement};
pub use unreachable::{Called, unreachable, unreachable_from};

/// What a failure adds to its next step where a closer look may help; `doctor` itself leaves it out.
pub const LOOK_CLOSER: &str = "; `cargo xtask doctor` checks each part";

/// What makes a server load TimescaleDB's library, which it does only when it starts.
pub const PRELOAD: &str = "write shared_preload_libraries = 'timescaledb' into the server's postgresql.conf (`SHOW config_file` names it; to a value \
                       that is there already add `,timescaledb`), restart the server, and run `cargo xtask migrate` again";

/// A migration file that cannot be one.
pub fn source(error: &source::Error, root: &Path) -> Failure {
    let root_shown = format!("{}/", root.display());
    let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
    let next = match error {
        source::Error::Names(names) => {
            let tracked = names[0].path.parent().map(git::tracked);
            let tracked: Vec<PathBuf> = tracked.unwrap_or_default();
            let tracked: Vec<PathBuf> = tracked.iter().map(|path| shown(path)).collect();
            let names = names.iter().map(|it| it.at(shown));
            return names::misnamed(&names.collect::<Vec<_>>(), &tracked);
        }
        source::Error::Read { path, .. } if path.extension().is_none() => {
            "--migrations DIR names another folder".to_owned()
        }
        source::Error::Read { path, .. } => {
            format!("remove {}, or make it readable", shell::path(&shown(path)))
        }
        source::Error::Utf8 { .. } => "save the file as UTF-8".to_owned(),
        source::Error::Nul { .. } => "remove the byte".to_owned(),
    };
    // A folder that does not exist was most likely mistyped.
    let code = match error {
        source::Error::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Code::Usage
        }
        _ => Code::Failed,
    };
    Failure::new(code, error.to_string().replace(&root_shown, ""))
        .note("state", "nothing was run")
        .next(next)
}

/// A migration whose text cannot be planned.
pub fn text(error: &TextError) -> Failure {
    text_with(error, "correct the file and run `cargo xtask migrate`")
}

fn text_with(error: &TextError, next: &str) -> Failure {
    let file = error.path.display().to_string();
    let place = Excerpt::of(&file, &error.text, error.offset);
    let (line, column) = (place.line, place.column);
    let diagnostic = Diagnostic::new(&error.message)
        .place(place)
        .note("state", "nothing was run")
        .note("next", next);
    Failure::with(Code::Failed, diagnostic)
        .field("file", file)
        .field("line", line)
        .field("column", column)
}

/// A command's query that was not answered: it leaves nothing in doubt.
pub fn asked(error: link::Error) -> Failure {
    run(&error.with_nothing_in_doubt().into(), &[])
}

/// A run that stopped before it did anything, or a command that only reads.
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
        run::Error::Blocked(gave_up) => stopped::blocked(gave_up),
        run::Error::Cut(cut) => stopped::cut(cut),
        run::Error::InDoubt(doubt) => stopped::in_doubt(doubt),
        run::Error::Refused(refused) => stopped::refused(refused),
        run::Error::NotAllOrNothing(step) => stopped::not_all_or_nothing(step),
        run::Error::TooLong(long) => stopped::too_long(long),
        run::Error::Interrupted(interrupted) => stopped::interrupted(interrupted),
        run::Error::Jobs { jobs, error } => stopped::not_paused(jobs, error),
        run::Error::DamagedPausedJobs { table, error } => {
            histories::damaged_paused_jobs(table, error)
        }
        run::Error::Pooled => Failure::new(Code::Failed, error.to_string())
            .note("state", "nothing was run")
            .next("connect to the server itself, or to the pooler in session mode (PgBouncer: pool_mode = session for that database)"),
        run::Error::NoExtensionFiles { .. } => Failure::new(Code::Failed, error.to_string())
            .note("state", "that step did not start")
            .next("install the new version on the server (or use a newer image), then run `cargo xtask migrate` again"),
        run::Error::Link(error) if error.is_not_preloaded() => {
            Failure::new(Code::Failed, "extension \"timescaledb\" must be preloaded")
                .note("state", "the server ended the session; what was applied before it stays")
                .next(PRELOAD)
        }
        run::Error::Link(link::Error::Lost { .. }) => Failure::new(Code::Failed, error.to_string())
            .note(
                "state",
                "cannot determine from here whether the last step ran; the history in the database records it",
            )
            .next("cargo xtask migrate, which reads the history and continues where it stopped"),
        run::Error::Link(link::Error::Server(error)) => {
            let diagnostic = Diagnostic::new(&error.message).code(&error.code);
            let diagnostic = with_server_notes(diagnostic, error).note(
                "state",
                "the server refused one of this tool's queries; no migration was run",
            );
            let next = remedy(error, "").unwrap_or("cargo xtask doctor");
            let diagnostic = diagnostic.note("next", next);
            Failure::with(Code::Failed, diagnostic).field("sqlstate", error.code.clone())
        }
        run::Error::ReadOnly(_) => Failure::new(Code::Failed, error.to_string())
            .note("state", "nothing was run")
            .next("connect to the primary"),
        run::Error::NotSupported(error) => {
            text_with(error, "run it on TimescaleDB, or rewrite it so that it does not need TimescaleDB")
        }
        run::Error::Mode(wrong) => Failure::new(Code::Failed, error.to_string())
            .note("state", "nothing was run")
            .next(match wrong {
                WrongMode::IsPlain => "run the same command again, which then uses plain mode; `cargo xtask reset` recreates the database",
                WrongMode::HasTimescaleDb => "run it without --plain if TimescaleDB is installed, or name another database",
                WrongMode::IsNewer => "run it with that version: update this checkout",
                WrongMode::HasHistory => "run it without --plain, or name another database; `cargo xtask reset` recreates this one",
            }),
        run::Error::StandIn(error) => {
            let diagnostic = Diagnostic::new(&error.message).code(&error.code);
            let diagnostic = with_server_notes(diagnostic, error)
                .note("at", "the stand-in for TimescaleDB in plain mode, which the first run installs and a newer version updates")
                .note("state", "it was rolled back, and no migration was run");
            let next = remedy(error, "").unwrap_or(match error.code.as_str() {
                // With a newer version: what depends on the older one.
                "2BP01" => "drop what depends on it, run `cargo xtask migrate --plain`, and create it again",
                "42723" => "drop or rename that function, and run `cargo xtask migrate --plain`",
                _ => "start with an empty database",
            });
            Failure::with(Code::Failed, diagnostic.note("next", next)).field("sqlstate", error.code.clone())
        }
        run::Error::ServerTooOld(_) => Failure::new(Code::Failed, error.to_string())
            .next("upgrade the server, or `--target compose`"),
        run::Error::NoSchema => Failure::new(Code::Failed, error.to_string())
            .note("state", "nothing was run")
            .next("create one of its schemas, or name another one: `?options=-csearch_path=…` in the URL"),
        run::Error::TemporarySchema => Failure::new(Code::Failed, error.to_string())
            .note("state", "nothing was run")
            .next("put a permanent schema first in search_path: `?options=-csearch_path=…` in the URL, ALTER DATABASE … SET search_path, or ALTER ROLE …"),
        run::Error::Untrusted(untrusted) => histories::untrusted(untrusted),
        run::Error::RecordedElsewhere(recorded) => histories::elsewhere(recorded),
        run::Error::Moved(moved) => histories::moved(moved),
        run::Error::ForeignHistory { tool, .. } => {
            foreign::namesake(error.to_string(), tool.as_deref())
        }
        run::Error::OtherTool(found) => foreign::other_tool(found),
    }
}

fn locked(holder: &Holder) -> Failure {
    Failure::new(Code::Locked, "another run holds the lock")
        .note("holder", describe_holder(holder))
        .note("state", "nothing was run")
        .next("run it again when the other run has finished; `--patience SECONDS` waits longer")
        .field("pid", holder.pid.clone())
}

/// The runner that holds the lock, in one line.
pub fn describe_holder(holder: &Holder) -> String {
    one_line(format!(
        "pid {}  {} \"{}\" from {}, connected since {} UTC",
        holder.pid, holder.user, holder.application, holder.host, holder.since
    ))
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
            .note("state", "nothing was run")
            .next("cargo xtask status, which shows them all")
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
        plan::Error::Section(error) => text_with(
            error,
            "remove that part (the file is not applied, so it may be edited); \
             for a whole folder of another tool's files: `cargo xtask import DIR`",
        ),
    }
}

/// What else helps where a file is not what was applied.
const MAKES_ANEW: &str =
    "`cargo xtask reset` recreates a development database from the files as they are";

/// A file and a row that do not fit together.
pub fn mismatch(mismatch: &Mismatch) -> Diagnostic {
    let diagnostic = Diagnostic::new(mismatch.to_string());
    let (row, next) = match mismatch {
        Mismatch::Changed { path, row, now } => return changed(path, row, now),
        Mismatch::Missing { row } => {
            let name = row.file_name();
            let pattern = shell::quote(&format!("*{name}"));
            let next = if git::is_here() {
                format!("restore the file: git log --diff-filter=D -- {pattern}")
            } else {
                format!("restore the file as it was ({MAKES_ANEW})")
            };
            (row, next)
        }
        Mismatch::Renamed { path, row } => {
            let next = names::rename(path, &row.file_name(), git::tracks(path));
            (
                row,
                format!("{next}; a new migration takes the next number"),
            )
        }
        Mismatch::OutOfOrder { path, row, record } => (
            row,
            format!(
                "if {} was applied and its row was deleted from the history, record it again, so that nothing runs twice:\n{record}\n\
                 only if it was never applied, give it the next free number",
                path.display()
            ),
        ),
    };
    diagnostic.note("applied", applied(row)).note("next", next)
}

/// A file that changed after it was applied, or the part of it that was.
fn changed(path: &Path, row: &Row, now: &str) -> Diagnostic {
    let back = if git::tracks(path) {
        format!("git checkout -- {}", shell::path(path))
    } else {
        format!("restore the file as it was ({MAKES_ANEW})")
    };
    let path = path.display();
    let (recorded, now) = (short(&row.checksum), short(now));
    if row.is_applied() {
        let next =
            format!("{back}, and put the change into a new file: cargo xtask new-migration …");
        return Diagnostic::new(format!("{path} was changed after it was applied"))
            .note(
                "applied",
                format!("{} with checksum {recorded}…", applied(row)),
            )
            .note("now", format!("its checksum is {now}…"))
            .note("next", next);
    }
    let done = row.steps_done;
    Diagnostic::new(format!("{path} was changed in the part that is applied"))
        .note(
            "applied",
            format!("{} with checksum {recorded}…", applied(row)),
        )
        .note("now", format!("the checksum of that part is {now}…"))
        .note(
            "next",
            format!(
                "undo what was changed in its first {}; what follows may be edited",
                count(done, "step")
            ),
        )
}

/// When and by whom: `2026-11-20 09:12 UTC by deploy`.
fn applied(row: &Row) -> String {
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
