//! Why a run stops.

use std::time::Duration;

use sql::quote;
use sql::statement::Refusal;

use super::lock::Holder;
use super::watch::Blocker;
use super::{Applied, Failure, Job, foreign};
use crate::foreign::Foreign;
use crate::history::{RecordedElsewhere, Untrusted};
use crate::link;
use crate::plain;
use crate::plan::{self, Migration};
use crate::source::TextError;

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection failed, or the server refused one of the engine's own statements.
    #[error("{0}")]
    Link(#[from] link::Error),
    /// The files do not match the history, or the selection does not match them.
    #[error("{0}")]
    Plan(plan::Error),
    /// A statement of a migration failed; its step was rolled back.
    #[error("{}: {}{}", .0.place(), .0.error, if .0.is_unseen { format!("; {}", plain::UNSEEN) } else { String::new() })]
    Statement(Box<Failure>),
    /// A statement waited for a lock for longer than the patience; its step was rolled back.
    #[error("{}: waited {} s for a lock: {}", .0.failure.place(), .0.waited.as_secs(), .0.failure.error)]
    Blocked(Box<GaveUp>),
    /// The connection broke during a step that did not run.
    #[error("the connection was lost during {}: {}", .0.migration.file.title(), .0.cause)]
    Cut(Box<Cut>),
    /// A statement that runs alone was started by an interrupted run, and it cannot be determined whether it ran.
    #[error("cannot determine whether step {} of {} ran", .0.step + 1, .0.migration.file.title())]
    InDoubt(Box<InDoubt>),
    /// The run was stopped from outside, mostly by a signal; what it applied was reported.
    #[error("stopped by signal {}", .0.signal)]
    Interrupted(Box<Interrupted>),
    /// Not every pending step can share one transaction.
    #[error(transparent)]
    NotAllOrNothing(#[from] Box<plan::NotAllOrNothing>),
    /// A step is longer than the server accepts; nothing was sent.
    #[error(transparent)]
    TooLong(#[from] Box<plan::TooLong>),
    /// According to the catalog, the server would refuse a statement however it is sent; it was not sent.
    #[error("{}: {}", .0.migration.place(.0.migration.steps[.0.step].range().start), .0.refusal)]
    Refused(Box<Refused>),
    /// Background jobs could not be paused.
    #[error("{} could not be paused: {error}", jobs.iter().map(|job| job.application.as_str()).collect::<Vec<_>>().join(", "))]
    Jobs {
        /// The jobs.
        jobs: Vec<Job>,
        /// What the server said.
        error: Box<link::ServerError>,
    },
    /// The table of paused background jobs does not have the shape that a run gives it.
    #[error("the table of paused background jobs {table} cannot be read: {error}")]
    DamagedPausedJobs {
        /// Its name with its schema, as a person would type it.
        table: String,
        /// What the server said.
        error: Box<link::ServerError>,
    },
    /// The server is behind a transaction-mode pooler, which cannot hold a session lock.
    #[error("the server is behind a transaction-mode pooler, which cannot hold a session lock")]
    Pooled,
    /// The server lacks the files for an update of the extension.
    #[error("the server has no files to update TimescaleDB {installed} to {wanted}")]
    NoExtensionFiles {
        /// The version that is installed.
        installed: String,
        /// The version that the migration requests.
        wanted: String,
    },
    /// Another runner held the lock for longer than the patience.
    #[error("another run holds the lock: {} from {}, pid {}, since {}", .0.user, .0.host, .0.pid, .0.since)]
    Locked(Box<Holder>),
    /// The database is read-only.
    #[error("the database is read-only: {0}")]
    ReadOnly(String),
    /// A statement needs TimescaleDB itself, and the run is in plain mode.
    #[error(transparent)]
    NotSupported(Box<TextError>),
    /// The database is not in the mode of the run.
    #[error("{0}")]
    Mode(WrongMode),
    /// The objects that replace TimescaleDB could not be installed.
    #[error("the stand-in for TimescaleDB could not be installed: {0}")]
    StandIn(Box<link::ServerError>),
    /// The server is older than the engine's own statements.
    #[error("PostgreSQL {0} is too old: 13 is the oldest that works")]
    ServerTooOld(String),
    /// No schema of the search path exists, so there is no schema for the history.
    #[error("no schema of search_path exists, so there is no place for the history")]
    NoSchema,
    /// New tables are temporary, and the history would be, too.
    #[error("search_path begins with pg_temp, so the history would be dropped with the session")]
    TemporarySchema,
    /// An object with the name of the history, or of the table of paused jobs, is not trusted; it was neither read nor written.
    #[error("{0}")]
    Untrusted(Box<Untrusted>),
    /// Another history of the database records some of the migrations: they would run a second time.
    #[error("{0}")]
    RecordedElsewhere(Box<RecordedElsewhere>),
    /// A migration of this run has changed the schema that new tables go to, and so where every later run looks for the history.
    #[error("{0}")]
    Moved(Box<Moved>),
    /// A table of the history's name has another shape.
    #[error("{}", foreign::describe(table, reason, tool.as_deref()))]
    ForeignHistory {
        /// The table that was found.
        table: String,
        /// How it differs.
        reason: String,
        /// The tool that it belongs to, if it is known.
        tool: Option<Box<Foreign>>,
    },
    /// There is no history of these migrations, and another tool has applied some: they would run a second time.
    #[error("{0}; `cargo xtask migrate --baseline NNN` takes the database over")]
    OtherTool(Box<Foreign>),
}

/// Plain mode and TimescaleDB are never mixed in one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongMode {
    /// Migrations for TimescaleDB, in a database in plain mode.
    #[error("the database is in plain mode, which replaces TimescaleDB: the two are never mixed")]
    IsPlain,
    /// Plain mode, in a database with TimescaleDB.
    #[error("the database has TimescaleDB: plain mode is for one without it")]
    HasTimescaleDb,
    /// Plain mode, in a database where migrations were applied without it.
    #[error(
        "the database holds migrations that were applied without plain mode: the two are never mixed"
    )]
    HasHistory,
    /// The database is in plain mode, installed by a newer version of this program.
    #[error(
        "the stand-in for TimescaleDB in the database was made by a newer version of this program"
    )]
    IsNewer,
}

/// A step that did not get its locks within the patience.
#[derive(Debug)]
pub struct GaveUp {
    /// The failure of the last attempt.
    pub failure: Failure,
    /// The sessions that were last seen to block it.
    pub blockers: Vec<Blocker>,
    /// How long all attempts waited together.
    pub waited: Duration,
}

/// A step during which the connection broke.
#[derive(Debug)]
pub struct Cut {
    /// The migration.
    pub migration: Migration,
    /// Index of the step, which is not in the database.
    pub step: usize,
    /// How the connection broke.
    pub cause: String,
    /// What this run had applied before.
    pub applied: Vec<Applied>,
}

/// A statement whose outcome is unknown.
#[derive(Debug)]
pub struct InDoubt {
    /// The migration.
    pub migration: Migration,
    /// Index of the step.
    pub step: usize,
    /// When it was started, in UTC.
    pub since: String,
    /// Whether the file has another statement there now.
    pub is_replaced: bool,
}

/// A run that was stopped.
#[derive(Debug, Default)]
pub struct Interrupted {
    /// What stopped it.
    pub signal: usize,
    /// What this run had applied before.
    pub applied: Vec<Applied>,
    /// The current step.
    pub during: Option<UnderWay>,
    /// What is known about that step.
    pub fate: Fate,
}

/// The current step of a run that was stopped.
#[derive(Debug)]
pub struct UnderWay {
    /// The migration.
    pub migration: Migration,
    /// Index of the step.
    pub step: usize,
}

/// What is known about the current step of a run that was stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fate {
    /// The server cancelled it; the next run will execute it.
    #[default]
    Cancelled,
    /// The server cancelled it, and it may have committed a part of its work without a trace in the catalog.
    MaybePartial,
    /// The server did not answer: the step may have been applied. The next run learns that from the history.
    Unknown,
}

/// A history that no later run would find, because new tables now go to another schema.
#[derive(Debug)]
pub struct Moved {
    /// The history's schema.
    pub history_schema: String,
    /// The history's name.
    pub history_table: String,
    /// The schema that new tables go to now; empty if no schema of the search path exists.
    pub to: String,
}

impl std::fmt::Display for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let schema = quote::plain(&self.history_schema);
        write!(
            f,
            "a migration of this run changed search_path for new sessions: new tables go to "
        )?;
        match &*self.to {
            "" => write!(f, "no schema that exists")?,
            to => write!(f, "schema {}", quote::plain(to))?,
        }
        write!(f, " now, and the history is in {schema}")
    }
}

/// A statement that the server would refuse.
#[derive(Debug)]
pub struct Refused {
    /// The migration.
    pub migration: Migration,
    /// Index of the step.
    pub step: usize,
    /// Why, and what to write instead.
    pub refusal: Refusal,
}
