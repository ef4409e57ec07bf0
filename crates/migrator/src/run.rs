//! Running what is pending, exactly once: read the history, take the lock, read it again, send each step, record it with its work.
//!
//! There is one path. A first run, a run after a failure and a run after a crash are the same code with another history.

mod failure;
#[cfg(test)]
mod tests;

use std::thread;
use std::time::{Duration, Instant};

pub use failure::{At, Failure};

use crate::history::{self, History};
use crate::link::{self, Link, Rows, ServerError};
use crate::plan::{self, Migration, Pending, Selection};
use crate::script::{self, Message, Script, StepRef};

/// Key of the session advisory lock that a runner holds; "schema_m" in ASCII.
pub const LOCK_KEY: i64 = 0x7363_6865_6d61_5f6d;

/// The oldest PostgreSQL that the engine's own statements work on, as `server_version_num`.
pub const OLDEST_SERVER: u32 = 130_000;

/// SQLSTATE of a table that is not there.
const UNDEFINED_TABLE: &str = "42P01";
/// SQLSTATE of a table that the user may not read.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// What the server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The database.
    pub database: String,
    /// The user that the session belongs to.
    pub user: String,
    /// `server_version`, without what a distribution adds: `15.20`.
    pub server_version: String,
    /// `server_version_num`.
    pub server_version_num: u32,
    /// Version of the installed extension `timescaledb`.
    pub timescaledb: Option<String>,
    /// `timescaledb.license` of the session, where the library is loaded.
    pub license: Option<String>,
    /// Why nothing can be written: a standby, or read-only by setting.
    pub read_only: Option<String>,
    /// The schema of the history table, or the one that it is going to be created in; `None` when the search path names none.
    pub history_schema: Option<String>,
}

const FACTS: &str = "SELECT current_database(), session_user, current_setting('server_version'), \
     current_setting('server_version_num'), \
     (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'), \
     current_setting('timescaledb.license', true), \
     CASE WHEN pg_is_in_recovery() THEN 'it is a standby' \
     WHEN current_setting('transaction_read_only')::boolean THEN 'default_transaction_read_only is on' END, \
     coalesce((SELECT n.nspname FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('schema_migrations')), \
     current_schema())";

impl Facts {
    fn parse(rows: &Rows) -> Facts {
        let row = rows.first().map(Vec::as_slice).unwrap_or_default();
        let text = |index: usize| {
            row.get(index)
                .cloned()
                .flatten()
                .filter(|text| !text.is_empty())
        };
        let version = text(2).unwrap_or_default();
        Facts {
            database: text(0).unwrap_or_default(),
            user: text(1).unwrap_or_default(),
            server_version: version.split(' ').next().unwrap_or_default().to_owned(),
            server_version_num: text(3)
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
            timescaledb: text(4),
            license: text(5),
            read_only: text(6),
            history_schema: text(7),
        }
    }

    /// The quoted, schema-qualified name of the history table, whether it exists or not.
    fn history_table(&self) -> Result<String, Error> {
        let schema = self.history_schema.as_deref().ok_or(Error::NoSchema)?;
        Ok(format!(
            "{}.{}",
            history::identifier(schema),
            history::TABLE
        ))
    }
}

/// How a run is to be done.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which of the pending migrations to run.
    pub selection: Selection,
    /// Recorded as `applied_by`; the session's user when `None`.
    pub applied_by: Option<String>,
    /// How long to wait for another runner.
    pub lock_patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            selection: Selection::All,
            applied_by: None,
            lock_patience: Duration::from_secs(60),
        }
    }
}

/// What happens while a run goes on, for showing it.
#[derive(Debug)]
pub enum Event<'a> {
    /// The server answered.
    Connected(&'a Facts),
    /// Another runner holds the lock; told once, and again when the holder changes.
    WaitingForLock(&'a Holder),
    /// A migration's step is about to be sent.
    StepStarted {
        /// The migration.
        migration: &'a Migration,
        /// Index of the step.
        step: usize,
    },
    /// All steps of a migration are done.
    Applied(&'a Applied),
}

/// The runner that holds the lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// Its backend's process id.
    pub pid: String,
    /// Its user.
    pub user: String,
    /// Its `application_name`.
    pub application: String,
    /// The host that it connects from; `local` for a socket.
    pub host: String,
    /// When its session began, in UTC.
    pub since: String,
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
pub struct Report {
    /// The server.
    pub facts: Facts,
    /// The migrations that this run applied, in order.
    pub applied: Vec<Applied>,
    /// The history as the run found it, before it applied anything.
    pub history: History,
    /// What the extra query of [`read`] returned.
    pub extra: Option<Rows>,
}

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
    #[error("{}: {}", .0.place(), .0.error)]
    Statement(Box<Failure>),
    /// Another runner held the lock for longer than the patience.
    #[error("another runner holds the lock: {} from {}, pid {}, since {}", .0.user, .0.host, .0.pid, .0.since)]
    Locked(Box<Holder>),
    /// The database takes no writes.
    #[error("the database is read-only: {0}")]
    ReadOnly(String),
    /// The server is older than the engine's own statements.
    #[error("PostgreSQL {0} is too old: 13 is the oldest that works")]
    ServerTooOld(String),
    /// No schema of the search path exists, so there is no place for the history.
    #[error("no schema of search_path exists, so there is no place for the history")]
    NoSchema,
    /// A table of the history's name has another shape.
    #[error("{table} is not a history of these migrations: {reason}")]
    ForeignHistory {
        /// The table that was found.
        table: String,
        /// What does not fit.
        reason: String,
    },
}

/// Reads server facts and history in one round trip, without writing anything. `extra` is one more query of the caller's to send along.
pub fn read(link: &mut dyn Link, extra: Option<&str>) -> Result<Report, Error> {
    let own = match extra {
        Some(extra) => format!("{FACTS};\n{extra}"),
        None => FACTS.to_owned(),
    };
    let (mut results, history) = match link.query(&format!("{own};\n{}", history::READ)) {
        Ok(mut results) => {
            let rows = results.pop().unwrap_or_default();
            (results, Ok(rows))
        }
        Err(link::Error::Server(error)) if is_about_the_history(&error) => {
            (link.query(&own)?, Err(error))
        }
        Err(error) => return Err(error.into()),
    };
    let extra = extra.and_then(|_| results.pop());
    let facts = Facts::parse(&results.pop().unwrap_or_default());
    if facts.server_version_num < OLDEST_SERVER {
        return Err(Error::ServerTooOld(facts.server_version));
    }
    let history = match history {
        Ok(rows) => History::parse(&rows).map_err(|reason| foreign(&facts, reason))?,
        Err(error) if error.code == UNDEFINED_TABLE => History::default(),
        Err(error) => return Err(foreign(&facts, error.message)),
    };
    Ok(Report {
        facts,
        applied: Vec::new(),
        history,
        extra,
    })
}

/// Whether a refusal of the first message can only be about the table, and not about the server:
/// the table is not there, or it cannot be read in the way of a history.
fn is_about_the_history(error: &ServerError) -> bool {
    error.code.starts_with("42") && error.code != INSUFFICIENT_PRIVILEGE
}

fn foreign(facts: &Facts, reason: String) -> Error {
    let table = match &facts.history_schema {
        Some(schema) => format!("{schema}.{}", history::TABLE),
        None => history::TABLE.to_owned(),
    };
    Error::ForeignHistory { table, reason }
}

/// Runs what is pending. `extra` is sent along with the first read, as in [`read`].
pub fn run(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
    extra: Option<&str>,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Report, Error> {
    let mut report = read(link, extra)?;
    observe(Event::Connected(&report.facts));
    let pending =
        plan::plan(migrations, &report.history, options.selection).map_err(Error::Plan)?;
    if pending.is_empty() {
        return Ok(report);
    }
    if let Some(reason) = &report.facts.read_only {
        return Err(Error::ReadOnly(reason.clone()));
    }
    lock(link, options.lock_patience, observe)?;
    let outcome = run_locked(link, migrations, options, &mut report, observe);
    // Ending the session would release the lock too; a caller that keeps the connection must not
    // keep the lock, nor what a failed migration left: what a done one set is put back with it.
    let unlock = format!("SELECT pg_advisory_unlock({LOCK_KEY})");
    let mut farewell = vec![unlock.as_str()];
    if outcome.is_err() {
        farewell.splice(..0, ["ROLLBACK"].into_iter().chain(script::SESSION));
    }
    let unlocked = link.query(&farewell.join(";\n"));
    outcome?;
    unlocked?;
    Ok(report)
}

fn run_locked(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
    report: &mut Report,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let table = report.facts.history_table()?;
    // Another runner may have applied everything between the first read and the lock.
    let results = link.query(&format!("{};\n{}", history::create(&table), history::READ))?;
    let rows = results.into_iter().next_back().unwrap_or_default();
    report.history = History::parse(&rows).map_err(|reason| foreign(&report.facts, reason))?;
    let pending =
        plan::plan(migrations, &report.history, options.selection).map_err(Error::Plan)?;
    let applied_by = options
        .applied_by
        .clone()
        .unwrap_or_else(|| report.facts.user.clone());
    let scripts = scripts(&pending, &report.history, &table, &applied_by);
    let messages: Vec<Message> = scripts
        .iter()
        .flatten()
        .flat_map(|s| s.messages.clone())
        .collect();
    link.prepare(&messages)?;
    for (pending, scripts) in pending.iter().zip(&scripts) {
        let started = Instant::now();
        for (index, script) in scripts.iter().enumerate() {
            let step = pending.steps_done + index;
            observe(Event::StepStarted {
                migration: pending.migration,
                step,
            });
            send(link, script, options, observe).map_err(|(message, error)| {
                failure(pending.migration, step, message, error, report)
            })?;
        }
        let applied = applied(pending, started.elapsed());
        observe(Event::Applied(&applied));
        report.applied.push(applied);
    }
    Ok(())
}

/// The scripts of each pending migration's steps that are not done.
fn scripts(
    pending: &[Pending<'_>],
    history: &History,
    table: &str,
    applied_by: &str,
) -> Vec<Vec<Script>> {
    let of = |(position, pending): (usize, &Pending<'_>)| {
        let new = history.row(pending.migration.file.version).is_none();
        let steps = &pending.migration.steps;
        let reference = |index: usize| StepRef {
            migration: pending.migration,
            index,
            starts_session: match index == pending.steps_done {
                true => position == 0 || index > 0,
                false => steps[index - 1].kind == plan::StepKind::FreshSession,
            },
            is_new: new && index == 0,
            table,
            applied_by,
        };
        match pending.steps_done < steps.len() {
            true => {
                let left = pending.steps_done..steps.len();
                left.map(|index| script::render(reference(index))).collect()
            }
            false => vec![script::finish(reference(pending.steps_done))],
        }
    };
    pending.iter().enumerate().map(of).collect()
}

fn send<'a>(
    link: &mut dyn Link,
    script: &'a Script,
    options: &Options,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<(), (&'a Message, Error)> {
    for (index, message) in script.messages.iter().enumerate() {
        let fresh = script.fresh_session == Some(index);
        if fresh {
            link.reconnect().map_err(|error| (message, error.into()))?;
        }
        link.run(message).map_err(|error| (message, error.into()))?;
        if fresh {
            // The lock went with the session that took it, and the statement had to be the first of the new one.
            lock(link, options.lock_patience, observe).map_err(|error| (message, error))?;
        }
    }
    Ok(())
}

/// A server's refusal becomes a failure of the step; anything else stays what it is.
fn failure(
    migration: &Migration,
    step: usize,
    message: &Message,
    error: Error,
    report: &Report,
) -> Error {
    match error {
        Error::Link(link::Error::Server(error)) => {
            let failure = Failure::new(migration, step, message, *error, report);
            Error::Statement(Box::new(failure))
        }
        other => other,
    }
}

fn applied(pending: &Pending<'_>, elapsed: Duration) -> Applied {
    let steps = &pending.migration.steps[pending.steps_done..];
    Applied {
        version: pending.migration.file.version,
        name: pending.migration.file.name.clone(),
        steps: steps.len(),
        alone: steps
            .iter()
            .filter(|step| !matches!(step.kind, plan::StepKind::Transaction { .. }))
            .count(),
        statements: steps.iter().map(|step| step.statements.len()).sum(),
        elapsed,
    }
}

/// Takes the session advisory lock, asking again until it is free or the patience is over.
///
/// Waiting inside `pg_advisory_lock` would hold a snapshot that the holder's CREATE INDEX CONCURRENTLY waits for; each question here is a
/// transaction of its own.
fn lock(
    link: &mut dyn Link,
    patience: Duration,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let started = Instant::now();
    let mut told = None;
    let mut pause = Duration::from_millis(20);
    loop {
        let results = link.query(&format!("SELECT pg_try_advisory_lock({LOCK_KEY})"))?;
        let answer = results
            .first()
            .and_then(|rows| rows.first())
            .and_then(|row| row.first());
        if answer == Some(&Some("t".to_owned())) {
            return Ok(());
        }
        let holder = holder(link)?;
        if let Some(holder) = &holder
            && told.as_ref() != Some(holder)
        {
            observe(Event::WaitingForLock(holder));
        }
        if started.elapsed() >= patience {
            return Err(Error::Locked(Box::new(holder.or(told).unwrap_or_default())));
        }
        told = holder.or(told);
        thread::sleep(pause.min(patience.saturating_sub(started.elapsed())));
        pause = (pause * 2).min(Duration::from_millis(500));
    }
}

fn holder(link: &mut dyn Link) -> Result<Option<Holder>, link::Error> {
    let key = LOCK_KEY as u64;
    let sql = format!(
        "SELECT a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), \
         coalesce(host(a.client_addr), 'local'), \
         to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') \
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
         AND l.classid = {} AND l.objid = {} \
         AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())",
        key >> 32,
        key & 0xffff_ffff,
    );
    let results = link.query(&sql)?;
    let row = results
        .into_iter()
        .next()
        .and_then(|rows| rows.into_iter().next());
    Ok(row.map(|row| {
        let mut values = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || values.next().unwrap_or_default();
        Holder {
            pid: next(),
            user: next(),
            application: next(),
            host: next(),
            since: next(),
        }
    }))
}
