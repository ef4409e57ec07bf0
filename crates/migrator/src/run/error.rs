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
    /// Files and history do not fit together, or the selection does not fit them.
    #[error("{0}")]
    Plan(plan::Error),
    /// A statement of a migration failed; what its step did is rolled back.
    #[error("{}: {}{}", .0.place(), .0.error, if .0.is_unseen { format!("; {}", plain::UNSEEN) } else { String::new() })]
    Statement(Box<Failure>),
    /// A statement waited for a lock for longer than the patience; what its step did is rolled back.
    #[error("{}: waited {} s for a lock: {}", .0.failure.place(), .0.waited.as_secs(), .0.failure.error)]
    Blocked(Box<GaveUp>),
    /// The connection broke during a step that was not carried out.
    #[error("the connection was lost during {}: {}", .0.migration.file.title(), .0.cause)]
    Cut(Box<Cut>),
    /// A statement that runs alone was begun by a run that was cut, and whether it ran cannot be determined.
    #[error("cannot determine whether step {} of {} ran", .0.step + 1, .0.migration.file.title())]
    InDoubt(Box<InDoubt>),
    /// The run was stopped from outside, by a signal mostly; what is applied was reported.
    #[error("stopped by signal {}", .0.signal)]
    Interrupted(Box<Interrupted>),
    /// Not every step that is pending can share one transaction.
    #[error(transparent)]
    NotAllOrNothing(#[from] Box<plan::NotAllOrNothing>),
    /// A step is longer than what a server takes; nothing was sent.
    #[error(transparent)]
    TooLong(#[from] Box<plan::TooLong>),
    /// The server refuses a statement wherever it is sent, says the catalog; it was not sent.
    #[error("{}: {}", .0.migration.place(.0.migration.steps[.0.step].range().start), .0.refusal)]
    Refused(Box<Refused>),
    /// Background jobs that are to be paused could not be.
    #[error("{} could not be paused: {error}", jobs.iter().map(|job| job.application.as_str()).collect::<Vec<_>>().join(", "))]
    Jobs {
        /// The jobs.
        jobs: Vec<Job>,
        /// What the server said.
        error: Box<link::ServerError>,
    },
    /// The table of background jobs that a run paused is not what a run makes of it.
    #[error("the table of paused background jobs {table} cannot be read: {error}")]
    DamagedPausedJobs {
        /// Its name with its schema, as a person would type it.
        table: String,
        /// What the server said.
        error: Box<link::ServerError>,
    },
    /// A pooler gives each transaction another session.
    #[error("the server is behind a transaction-mode pooler, which cannot hold a session lock")]
    Pooled,
    /// The server has not the files that an update of the extension needs.
    #[error("the server has no files to update TimescaleDB {installed} to {wanted}")]
    NoExtensionFiles {
        /// The version that is installed.
        installed: String,
        /// The version that the migration asks for.
        wanted: String,
    },
    /// Another runner held the lock for longer than the patience.
    #[error("another run holds the lock: {} from {}, pid {}, since {}", .0.user, .0.host, .0.pid, .0.since)]
    Locked(Box<Holder>),
    /// The database takes no writes.
    #[error("the database is read-only: {0}")]
    ReadOnly(String),
    /// A statement asks for what only TimescaleDB can do, and the run is one in plain mode.
    #[error(transparent)]
    NotSupported(Box<TextError>),
    /// The database is not of the mode that the run is to be in.
    #[error("{0}")]
    Mode(WrongMode),
    /// The stand-in for TimescaleDB could not be installed.
    #[error("the stand-in for TimescaleDB could not be installed: {0}")]
    StandIn(Box<link::ServerError>),
    /// The server is older than the engine's own statements.
    #[error("PostgreSQL {0} is too old: 13 is the oldest that works")]
    ServerTooOld(String),
    /// No schema of the search path exists, so there is no place for the history.
    #[error("no schema of search_path exists, so there is no place for the history")]
    NoSchema,
    /// New tables are temporary ones, and so would be the history.
    #[error("search_path begins with pg_temp, so the history would be dropped with the session")]
    TemporarySchema,
    /// What stands in the place of the history, or of the table of paused jobs, cannot be trusted; it was neither read nor written.
    #[error("{0}")]
    Untrusted(Box<Untrusted>),
    /// Another history of the database records some of the migrations: they would run a second time.
    #[error("{0}")]
    RecordedElsewhere(Box<RecordedElsewhere>),
    /// A migration of this run has changed where new tables go, with them the place of the history of every later run.
    #[error("{0}")]
    Moved(Box<Moved>),
    /// A table of the history's name has another shape.
    #[error("{}", foreign::describe(table, reason, tool.as_deref()))]
    ForeignHistory {
        /// The table that was found.
        table: String,
        /// What does not fit.
        reason: String,
        /// The tool that it belongs to, where one is recognised.
        tool: Option<Box<Foreign>>,
    },
    /// There is no history of these migrations, and another tool has applied some: they would run a second time.
    #[error("{0}; `cargo xtask migrate --baseline NNN` takes the database over")]
    OtherTool(Box<Foreign>),
}

/// Plain mode and TimescaleDB are never mixed in one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongMode {
    /// Migrations that TimescaleDB is to run, in a database of plain mode.
    #[error("the database is in plain mode, which replaces TimescaleDB: the two are never mixed")]
    IsPlain,
    /// Plain mode where TimescaleDB is installed.
    #[error("the database has TimescaleDB: plain mode is for one without it")]
    HasTimescaleDb,
    /// Plain mode where migrations were applied without it.
    #[error(
        "the database holds migrations that were applied without plain mode: the two are never mixed"
    )]
    HasHistory,
    /// Plain mode of a newer version than this program's.
    #[error(
        "the stand-in for TimescaleDB in the database was made by a newer version of this program"
    )]
    IsNewer,
}

/// A step that waited for a lock in vain.
#[derive(Debug)]
pub struct GaveUp {
    /// The last attempt's failure.
    pub failure: Failure,
    /// Who was seen in the way last.
    pub blockers: Vec<Blocker>,
    /// How long all attempts waited.
    pub waited: Duration,
}

/// A step during which the connection broke.
#[derive(Debug)]
pub struct Cut {
    /// The migration.
    pub migration: Migration,
    /// Index of the step, which the database does not hold.
    pub step: usize,
    /// How the connection broke.
    pub cause: String,
    /// What this run had applied before.
    pub applied: Vec<Applied>,
}

/// A statement that may or may not have been carried out.
#[derive(Debug)]
pub struct InDoubt {
    /// The migration.
    pub migration: Migration,
    /// Index of the step.
    pub step: usize,
    /// When it was begun, in UTC.
    pub since: String,
    /// Whether the file holds another statement there by now.
    pub is_replaced: bool,
}

/// A run that was stopped.
#[derive(Debug, Default)]
pub struct Interrupted {
    /// What stopped it.
    pub signal: usize,
    /// What this run had applied before.
    pub applied: Vec<Applied>,
    /// The step that was under way.
    pub during: Option<UnderWay>,
    /// What is known of that step.
    pub fate: Fate,
}

/// A step that was under way when a run was stopped.
#[derive(Debug)]
pub struct UnderWay {
    /// The migration.
    pub migration: Migration,
    /// Index of the step.
    pub step: usize,
}

/// What is known of the step that was under way when a run was stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fate {
    /// The server cancelled it; the next run does it.
    #[default]
    Cancelled,
    /// The server cancelled it, and it may have committed a part of its work, which no catalog shows.
    MaybePartial,
    /// The server did not answer: the step may have been applied. The next run reads that from the history.
    Unknown,
}

/// A history that no later run would find, since new tables go to another schema now.
#[derive(Debug)]
pub struct Moved {
    /// The history's schema.
    pub history_schema: String,
    /// The history's name.
    pub history_table: String,
    /// Where new tables go now; empty where no schema of the search path exists.
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
