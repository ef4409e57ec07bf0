//! Running what is pending, exactly once: read the history, take the lock, read it again, send each step, record it with its work.
//!
//! There is one path. A first run, an attempt after a lock timeout or a cut connection, and a run after a crash are the same code with
//! another history.

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

/// How a run is to be done.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which of the pending migrations to run.
    pub selection: Selection,
    /// Recorded as `applied_by`; the session's user when `None`.
    pub applied_by: Option<String>,
    /// How long to wait for another runner, and how long, over all attempts, a step waits for locks.
    pub patience: Duration,
    /// How long one attempt of a statement waits for a lock. Who asks for the table behind it waits as long.
    pub lock_timeout: Duration,
    /// How long a statement may take.
    pub statement_timeout: Option<Duration>,
    /// Run everything in one transaction, or nothing.
    pub all_or_nothing: bool,
    /// Pause the background jobs that work on what the migrations touch.
    pub pause_jobs: bool,
    /// What becomes of a statement whose outcome an interrupted run left unknown.
    pub in_doubt: Option<Doubt>,
    /// What to do about a database that is ahead of the files.
    pub ahead: Ahead,
    /// What the database is. In plain mode the first run installs the stand-in for TimescaleDB.
    pub mode: Mode,
    /// What stops the run from outside.
    pub interrupt: Interrupt,
    /// Which table is the history.
    pub history: HistoryTable,
    /// Whether the same files run in several schemas, each with a history of its own: what other histories record is no obstacle then.
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

/// What a person says of a statement that may or may not have been carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is to be sent again.
    Redo,
    /// It ran.
    Done,
}

/// What became of a statement that a run began and did not record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It had run.
    Done,
    /// The rest of it was done now.
    Finished,
    /// It had not been carried out, or not wholly: what it left is removed, and it is sent again.
    NotDone,
    /// The file holds another statement in its place, which is not done.
    Replaced {
        /// The statement that was begun.
        statement: String,
        /// What became of it.
        fate: Replaced,
    },
}

/// What became of a statement that a run began and that its author has replaced since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// It ran: what it did stays.
    Ran,
    /// It ran in part, and these statements would do the rest.
    RanInPart {
        /// Each is to be sent alone.
        rest: Vec<String>,
    },
    /// It did not run, or not to its end.
    DidNotFinish {
        /// What was sent to remove what it had left.
        removed: Vec<String>,
    },
    /// It may have run, and leaves nothing that has to be put right.
    LeavesNothing,
}

/// What happens while a run goes on, for showing it. Reported by more than one thread, one at a time.
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
    /// A statement waits for a lock; reported every second.
    Blocked(&'a Blocked),
    /// A statement takes long; reported every second.
    Progress(&'a StatementProgress),
    /// A step did not get its locks in time, or lost them to another session, and is going to be sent again.
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
    /// The connection broke, and is made again.
    Reconnecting(&'a link::Error),
    /// What the history did not tell of a step that was cut, the catalog or a person did.
    Settled {
        /// The migration.
        migration: &'a Migration,
        /// Index of the step.
        step: usize,
        /// What became of it.
        how: Settled,
    },
    /// In plain mode, the stand-in for TimescaleDB was from an older version and is of this program's now.
    StandInUpdated {
        /// The older version.
        from: u32,
    },
    /// These background jobs are paused for the run.
    JobsPaused(&'a [Job]),
    /// The jobs that this run or one before it paused run again.
    JobsResumed,
    /// They could not be resumed at the end of the run; the next one will, or say why it cannot.
    JobsStayPaused(&'a Error),
    /// The run is to stop: the statement that is under way is being cancelled.
    Cancelling,
    /// There is no second session to look on from; with the server's reason.
    CannotLookOn(&'a str),
    /// What a migration says with RAISE, or the server beside its answers.
    Notice {
        /// The migration.
        migration: &'a Migration,
        /// What was said.
        notice: &'a Notice,
    },
    /// A migration that is begun will hardly do what it is meant to do.
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
    /// How many steps this run did.
    pub steps: usize,
    /// How many of these ran alone.
    pub alone: usize,
    /// How many statements they hold.
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
    /// By how much the database is ahead of the files, where it is and [`Options::ahead`] accepts that.
    pub ahead: Option<NewerDatabase>,
    /// What the extra query of [`read`] returned.
    pub extra: Option<Rows>,
    /// The history of another tool that stands where there is none of these migrations; asked for only there.
    pub foreign: Option<Foreign>,
    /// Histories of ours in other places of the database, where there is none in its own; asked for only there.
    pub elsewhere: Vec<Elsewhere>,
}

impl Report {
    /// That some of these migrations are recorded by another history of the database than the one that was looked for, which is not there.
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

/// Looks at a database in which something is pending, before anything is written; whether the run may go on. It may only read.
pub type Gate<'a> = &'a mut dyn FnMut(&mut dyn Link, &Report) -> bool;

/// Runs what is pending. `extra` is sent along with the first read, as in [`read`].
pub fn run(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
    extra: Option<&str>,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<Report, Error> {
    run_gated(link, migrations, options, extra, &mut |_, _| true, observe)
}

/// The same as [`run`], which ends before it writes anything where something is pending and `gate` says no: nothing is applied then.
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
            // Nobody has to have a session for what can wait until something is pending.
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

/// Runs what is left, with the steps divided further where the server takes them only so.
fn to_the_end(mut runner: Runner<'_, '_>) -> Result<(), Error> {
    match runner.run()? {
        None => Ok(()),
        Some(division) => {
            let migrations = plan::divided_at(runner.migrations(), division);
            to_the_end(runner.with(&migrations))
        }
    }
}

/// Whether anything may be run at all.
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

/// What is left to run after the history of `report`, which is told whether that is ahead.
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

/// What the engine asks, but for what depends on a migration.
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

/// Takes the runner's lock for work of another kind in the session that `backend` serves.
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
