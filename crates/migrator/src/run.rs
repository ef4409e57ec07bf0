//! Runs what is pending, exactly once: reads the history, takes the lock, reads the history again, then sends and records each step.
//!
//! There is one code path: a first run, an attempt after a lock timeout or a lost connection, and a run after a crash differ only in the
//! history that they read.

mod attempt_error;
mod cleanup;
mod current_step;
mod error;
mod extension_update;
mod facts;
mod failure;
mod foreign;
mod harm;
mod jobs;
mod lock;
mod locked_link;
mod locked_state;
mod mode;
mod new_tables;
mod prepared;
mod recorder;
mod retries;
mod runner;
mod stand_in;
mod started;
mod step_sender;
#[cfg(test)]
mod tests;
mod watch;

use std::time::Duration;

pub use error::{
    Cut, Error, Fate, GaveUp, InDoubt, Interrupted, Moved, Refused, UnderWay, WrongMode,
};
pub use facts::{Facts, OLDEST_SERVER, read};
pub use failure::{At, Failure};
pub use harm::Harm;
pub use jobs::Job;
pub(crate) use lock::give_up;
pub use lock::{Holder, Lock};
pub use mode::migrations;
pub use watch::{Blocked, Blocker, Interrupt, Share, StatementProgress};

use crate::foreign::Foreign;
#[cfg(test)]
use crate::history::trust;
use crate::history::{Elsewhere, History, HistoryTable, Mode, elsewhere};
use crate::link::{self, Link, Notice, Pooling, Rows, ServerError};
use crate::plan::{self, Ahead, Migration, NewerDatabase, Pending, Selection};
use crate::source::TextError;
use runner::Runner;
use watch::Watch;

/// How to run migrations.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which of the pending migrations to run.
    pub selection: Selection,
    /// Recorded as `applied_by`; the session's user when `None`.
    pub applied_by: Option<String>,
    /// How long to wait for another runner, and how long, over all attempts, a step waits for locks.
    pub patience: Duration,
    /// How long one attempt of a statement waits for a lock. Sessions that queue for the table after it wait as long.
    pub lock_timeout: Duration,
    /// How long a statement may take.
    pub statement_timeout: Option<Duration>,
    /// Run everything in one transaction, or nothing.
    pub all_or_nothing: bool,
    /// Pause the background jobs that work on what the migrations touch.
    pub pause_jobs: bool,
    /// What to do with a statement whose outcome an interrupted run left unknown.
    pub in_doubt: Option<Doubt>,
    /// What to do about a database that is ahead of the files.
    pub ahead: Ahead,
    /// The mode of the database. In plain mode the first run installs what replaces TimescaleDB.
    pub mode: Mode,
    /// Stops the run from outside.
    pub interrupt: Interrupt,
    /// Which table is the history.
    pub history: HistoryTable,
    /// Whether the same files run in several schemas, each with its own history. If so, the run may go on although other histories record
    /// the same files.
    pub is_one_of_many: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            selection: Selection::All,
            applied_by: None,
            patience: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(5),
            statement_timeout: None,
            all_or_nothing: false,
            pause_jobs: false,
            in_doubt: None,
            ahead: Ahead::Refuse,
            mode: Mode::TimescaleDb,
            interrupt: Interrupt::default(),
            history: HistoryTable::default(),
            is_one_of_many: false,
        }
    }
}

/// What the user knows about a statement whose outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Send it again.
    Redo,
    /// It ran.
    Done,
}

/// The outcome of a statement that a run started and did not record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It had run.
    Done,
    /// It had run in part, and the rest has run now.
    Finished,
    /// It had not run, or not completely: what it left was removed, and it is sent again.
    NotDone,
    /// The file now has another statement in its place, which has not run.
    Replaced {
        /// The statement that was started.
        statement: String,
        /// The outcome of that statement.
        fate: Replaced,
    },
}

/// The outcome of a statement that a run started and that its author has replaced since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// It ran, and its effects stay.
    Ran,
    /// It ran in part, and these statements would complete it.
    RanInPart {
        /// Send each of them alone.
        rest: Vec<String>,
    },
    /// It did not run, or not to the end.
    DidNotFinish {
        /// The statements that removed what it had left.
        removed: Vec<String>,
    },
    /// It may have run, and there is nothing to clean up.
    LeavesNothing,
}

/// Progress of a run. Several threads report events, one at a time.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The server answered.
    Connected(&'a Facts),
    /// Another runner holds the lock; reported once, and again when the holder changes.
    WaitingForLock(&'a Holder),
    /// A migration's step is about to be sent.
    StepStarted {
        /// The migration.
        migration: &'a Migration,
        /// Index of the step.
        step: usize,
    },
    /// A statement is waiting for a lock; reported every second.
    Blocked(&'a Blocked),
    /// A statement is taking long; reported every second.
    Progress(&'a StatementProgress),
    /// A step did not get its locks in time, or lost a deadlock, and will be sent again.
    Retrying {
        /// The migration.
        migration: &'a Migration,
        /// What the server said.
        error: &'a ServerError,
        /// How long the step has waited.
        waited: Duration,
        /// How long it will wait at most.
        patience: Duration,
    },
    /// The connection broke and is being restored.
    Reconnecting(&'a link::Error),
    /// The outcome of an interrupted step, which the history does not record, is known now, from the catalog or from the user.
    Settled {
        /// The migration.
        migration: &'a Migration,
        /// Index of the step.
        step: usize,
        /// The outcome.
        how: Settled,
    },
    /// In plain mode, the objects that replace TimescaleDB were updated from an older version.
    StandInUpdated {
        /// The older version.
        from: u32,
    },
    /// These background jobs are paused for the run.
    JobsPaused(&'a [Job]),
    /// The jobs that this run or an earlier one paused are scheduled again.
    JobsResumed,
    /// They could not be resumed at the end of the run; the next run will resume them or report why it cannot.
    JobsStayPaused(&'a Error),
    /// The run is stopping: the current statement is being cancelled.
    Cancelling,
    /// A second session to watch the statement cannot be opened, for this reason from the server.
    CannotLookOn(&'a str),
    /// A message that a migration raises, or a notice from the server.
    Notice {
        /// The migration.
        migration: &'a Migration,
        /// The message.
        notice: &'a Notice,
    },
    /// A migration that has started is unlikely to do what it is meant to do.
    Doubtful(&'a TextError),
    /// All steps of a migration are done.
    Applied(&'a Applied),
}

/// A migration that this run applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// How many steps this run executed.
    pub steps: usize,
    /// How many of these ran alone.
    pub alone: usize,
    /// How many statements these steps have.
    pub statements: usize,
    /// How long they took, as the client saw it.
    pub elapsed: Duration,
}

/// What a run found and did.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// The server.
    pub facts: Facts,
    /// The migrations that this run applied, in order.
    pub applied: Vec<Applied>,
    /// The history as the run found it, before it applied anything.
    pub history: History,
    /// How far the database is ahead of the files, if it is and [`Options::ahead`] accepts that.
    pub ahead: Option<NewerDatabase>,
    /// What the extra query of [`read`] returned.
    pub extra: Option<Rows>,
    /// Another tool's history, if there is none of these migrations; looked for only then.
    pub foreign: Option<Foreign>,
    /// Histories of this tool elsewhere in the database, if there is none where it belongs; looked for only then.
    pub elsewhere: Vec<Elsewhere>,
}

impl Report {
    /// Checks that no other history of the database records any of these migrations while the expected history does not exist.
    ///
    /// # Errors
    /// [`Error::RecordedElsewhere`].
    pub fn check_elsewhere(&self, migrations: &[Migration]) -> Result<(), Error> {
        let schema = self.facts.history_schema.as_deref().unwrap_or_default();
        let table = &self.facts.history_table.table;
        match elsewhere::recorded(&self.elsewhere, migrations, schema, table) {
            Some(recorded) => Err(Error::RecordedElsewhere(Box::new(recorded))),
            None => Ok(()),
        }
    }
}

/// Inspects a database with pending migrations before anything is written, and returns whether the run may go on. It must only read.
pub type Gate<'a> = &'a mut dyn FnMut(&mut dyn Link, &Report) -> bool;

/// Runs the pending migrations. `extra` is sent along with the first read, as in [`read`].
pub fn run(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
    extra: Option<&str>,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<Report, Error> {
    run_gated(link, migrations, options, extra, &mut |_, _| true, observe)
}

/// Like [`run`], but if something is pending and `gate` returns false, ends before anything is written.
pub fn run_gated(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
    extra: Option<&str>,
    gate: Gate<'_>,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<Report, Error> {
    let watch = Watch::new(observe, options);
    let beside = link.beside();
    watch.during(beside, || {
        watch.begin("", "");
        let report = read(link, &options.history, extra);
        watch.end();
        let mut report = report?;
        watch.tell(Event::Connected(&report.facts));
        if !options.is_one_of_many {
            report.check_elsewhere(migrations)?;
        }
        let options = &Options {
            mode: mode::in_database(options.mode, &report.facts),
            ..options.clone()
        };
        let migrations = &*mode::migrations(migrations, options.mode, &report)?;
        let migrations = &*plan::fit(migrations, &report.history);
        let pending = plan(migrations, options, &mut report)?;
        let has_work = !pending.is_empty() || report.facts.has_paused_jobs;
        if !has_work && (!report.facts.has_older_stand_in || report.facts.read_only.is_some()) {
            return Ok(report);
        }
        let pooling = match admit(link, &pending, options, &mut report) {
            // What is left is an update in plain mode, which can wait: a pooler is no obstacle until something is pending.
            Err(Error::Pooled) if !has_work => return Ok(report),
            pooling => pooling?,
        };
        if !pending.is_empty() && !gate(link, &report) {
            return Ok(report);
        }
        let runner = Runner::new(link, pooling, migrations, options, &mut report, &watch)?;
        to_the_end(runner)?;
        Ok(report)
    })
}

/// Runs what is left, dividing a step further whenever the server requires that.
fn to_the_end(mut runner: Runner<'_, '_>) -> Result<(), Error> {
    match runner.run()? {
        None => Ok(()),
        Some(division) => {
            let migrations = plan::divided_at(runner.migrations(), division);
            to_the_end(runner.with(&migrations))
        }
    }
}

/// Whether the run may start at all.
fn admit(
    link: &mut dyn Link,
    pending: &[Pending<'_>],
    options: &Options,
    report: &mut Report,
) -> Result<Pooling, Error> {
    if let Some(foreign) = report.foreign.take() {
        return Err(Error::OtherTool(Box::new(foreign)));
    }
    if let Some(reason) = &report.facts.read_only {
        return Err(Error::ReadOnly(reason.clone()));
    }
    plan::check_sizes(pending, plan::LONGEST_STEP)?;
    if options.all_or_nothing {
        plan::check_all_or_nothing(pending)?;
    }
    match link.pooling(&report.facts.backend)? {
        Pooling::Transaction => Err(Error::Pooled),
        pooling => Ok(pooling),
    }
}

/// What is left to run according to the history in `report`. Notes in `report` how far the database is ahead.
fn plan<'a>(
    migrations: &'a [Migration],
    options: &Options,
    report: &mut Report,
) -> Result<Vec<Pending<'a>>, Error> {
    let history = &report.history;
    let pending = plan::plan(migrations, history, options.selection, options.ahead);
    let pending = pending.map_err(Error::Plan)?;
    report.ahead = plan::newer(migrations, history);
    Ok(pending)
}

/// The engine's queries, except those that depend on a migration.
#[cfg(test)]
pub(crate) fn own_queries() -> Vec<String> {
    let named = HistoryTable {
        schema: Some("App".to_owned()),
        table: "it's".to_owned(),
    };
    let lock = Lock::of("public", "schema_migrations");
    let mut queries = vec![lock::try_query(lock), give_up(lock)];
    queries.extend([
        lock::holder_query(lock),
        jobs::query(),
        watch::questions("7"),
    ]);
    for history in [HistoryTable::default(), named] {
        queries.extend([facts::query(&history), facts::guard(&history)]);
        queries.push(trust::query(&history));
    }
    queries.push(elsewhere::query());
    queries.push(crate::script::session::stored_settings());
    queries
}

/// Takes the runners' lock, for other work in the session that `backend` serves.
pub(crate) fn lock(
    link: &mut dyn Link,
    lock: Lock,
    backend: &str,
    options: &Options,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<(), Error> {
    if link.pooling(backend)? == Pooling::Transaction {
        return Err(Error::Pooled);
    }
    let watch = Watch::new(observe, options);
    lock::take(link, lock, options.patience, &watch).map(drop)
}
