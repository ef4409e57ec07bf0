//! Runs the steps statement by statement and measures what each does: time, locks, files written anew, rows read, write-ahead log.
//!
//! A step that is one transaction runs as one here, too, and what it holds is read from inside. A statement that runs alone is watched
//! from a second session, which may miss a lock that is held for a few milliseconds only.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use migrator::link::{self, Link};
use migrator::plan::{Migration, Step, StepKind};
use migrator::wire::{Config, Wire};
use sql::qualified::qualified;

use super::look::{Known, Locked, Look, locks_in, locks_of};
use super::measured::{Measured, MeasuredStep, Refused};
use crate::explain;
use crate::failure::Failure;

/// How often a statement that runs alone is looked at.
const TICK: Duration = Duration::from_millis(2);
/// SQLSTATE `connection_failure`.
const CONNECTION_FAILURE: &str = "08006";

/// A session that measures.
pub struct Meter {
    config: Config,
    link: Wire,
    backend: String,
    known: Known,
}

impl Meter {
    pub fn new(config: Config) -> Result<Meter, Failure> {
        let mut link = config.connect().map_err(explain::asked)?;
        let backend = one(&mut link, "SELECT pg_backend_pid()::text")?;
        Ok(Meter {
            known: Known::read(&mut link)?,
            config,
            link,
            backend,
        })
    }

    /// Runs a step. What the server says against it is in the last statement, and nothing of the transaction stays then.
    pub fn step(&mut self, migration: &Migration, step: &Step) -> Result<MeasuredStep, Failure> {
        let statements = match &step.kind {
            StepKind::Transaction { begin } => {
                let begin = begin.clone().map_or("BEGIN", |it| &migration.file.text[it]);
                self.transaction(migration, step, begin)?
            }
            StepKind::FreshSession => {
                self.session()?;
                self.alone(migration, step)?
            }
            _ => self.alone(migration, step)?,
        };
        Ok(MeasuredStep { statements })
    }

    /// Starts a new session: what a file sets ends with it.
    pub fn session(&mut self) -> Result<(), Failure> {
        self.link = self.config.connect().map_err(explain::asked)?;
        self.backend = one(&mut self.link, "SELECT pg_backend_pid()::text")?;
        Ok(())
    }

    fn transaction(
        &mut self,
        migration: &Migration,
        step: &Step,
        begin: &str,
    ) -> Result<Vec<Measured>, Failure> {
        let mut all: Vec<Measured> = Vec::new();
        self.link.query(begin).map_err(explain::asked)?;
        let mut before = self.look()?;
        for range in &step.statements {
            let mut measured = Measured {
                range: range.clone(),
                ..Measured::default()
            };
            let started = Instant::now();
            let ran = self.link.query(migration.sent(range));
            measured.elapsed = started.elapsed();
            if let Err(error) = ran {
                let is_over = matches!(error, link::Error::Lost { .. });
                measured.refused = Some(refused(error)?);
                all.push(measured);
                if !is_over {
                    self.link.query("ROLLBACK").map_err(explain::asked)?;
                }
                return Ok(held(all));
            }
            let after = self.look()?;
            after.describe(&before, &self.known, &mut measured);
            before = after;
            all.push(measured);
        }
        let started = Instant::now();
        let committed = self.link.query("COMMIT");
        if let Some(last) = all.last_mut() {
            last.elapsed += started.elapsed();
            last.refused = committed.err().map(refused).transpose()?;
        }
        Ok(held(all))
    }

    fn alone(&mut self, migration: &Migration, step: &Step) -> Result<Vec<Measured>, Failure> {
        let mut all = Vec::new();
        for range in &step.statements {
            let before = self.look()?;
            let mut watcher = Watcher::new(&self.config, &self.backend)?;
            let is_done = AtomicBool::new(false);
            let (ran, elapsed, seen) = thread::scope(|scope| {
                let watching = scope.spawn(|| watcher.watch(&is_done));
                let started = Instant::now();
                let ran = self.link.query(migration.sent(range));
                let elapsed = started.elapsed();
                is_done.store(true, Ordering::Relaxed);
                (ran, elapsed, watching.join().unwrap_or_default())
            });
            let mut measured = Measured {
                range: range.clone(),
                elapsed,
                holds: elapsed,
                ..Measured::default()
            };
            if let Err(error) = ran {
                measured.refused = Some(refused(error)?);
                all.push(measured);
                return Ok(all);
            }
            let mut after = self.look()?;
            after.locks.extend(seen);
            after.describe(&before, &self.known, &mut measured);
            // Another transaction's counts are not seen here.
            measured.scans.clear();
            all.push(measured);
        }
        Ok(all)
    }

    fn look(&mut self) -> Result<Look, Failure> {
        Look::take(&mut self.link, &self.backend)
    }
}

/// Looks at the locks of a session that is busy.
struct Watcher {
    link: Wire,
    sql: String,
}

impl Watcher {
    fn new(config: &Config, backend: &str) -> Result<Watcher, Failure> {
        Ok(Watcher {
            link: config.connect().map_err(explain::asked)?,
            sql: qualified(&locks_of(backend)),
        })
    }

    fn watch(&mut self, is_done: &AtomicBool) -> BTreeSet<Locked> {
        let mut seen = BTreeSet::new();
        while !is_done.load(Ordering::Relaxed) {
            if let Ok(results) = self.link.query(&self.sql) {
                seen.extend(locks_in(&results));
            }
            thread::sleep(TICK);
        }
        seen
    }
}

/// The statements of a transaction, whose locks are held until it ends.
fn held(mut statements: Vec<Measured>) -> Vec<Measured> {
    let mut holds = Duration::ZERO;
    for measured in statements.iter_mut().rev() {
        holds += measured.elapsed;
        measured.holds = holds;
    }
    statements
}

/// What stands against a statement: the server's words, or that its session is gone.
fn refused(error: link::Error) -> Result<Refused, Failure> {
    match error {
        link::Error::Server(server) => Ok(Refused {
            code: server.code,
            message: server.message,
            detail: server.detail,
        }),
        link::Error::Lost { message, code } => Ok(Refused {
            code: code.unwrap_or_else(|| CONNECTION_FAILURE.to_owned()),
            message: format!("its session ended: {message}"),
            detail: None,
        }),
        other => Err(explain::asked(other)),
    }
}

fn one(link: &mut Wire, sql: &str) -> Result<String, Failure> {
    let results = link.query(&qualified(sql)).map_err(explain::asked)?;
    let value = results.into_iter().flatten().flatten().flatten().next();
    Ok(value.unwrap_or_default())
}
