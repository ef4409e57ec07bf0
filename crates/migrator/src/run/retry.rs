//! What comes before an attempt that follows one which failed: waiting for locks, making a connection again, and when not to go on.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use sql::statement::Reason;

use super::attempt_error::AttemptError;
use super::runner::Runner;
use super::{Cut, Error, Event, Failure, GaveUp, lock};
use crate::link;
use crate::plan::{Pending, StepKind};

/// The longest pause between two attempts of a step that waits for locks.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often it is said that a connection still cannot be made.
const TELL_AGAIN: Duration = Duration::from_secs(10);

/// How often a connection is made again before a step is done.
const MOST_LOSSES: u32 = 5;

/// A step that waits for a lock.
pub(super) struct BlockedStep {
    since: Instant,
    attempts: u32,
}

/// A step during which the connection broke.
pub(super) struct CutStep {
    version: u32,
    step: usize,
    cause: String,
    may_send_again: bool,
}

impl Runner<'_, '_> {
    /// Waits before a step is sent again that did not get its locks.
    pub(super) fn back_off(&mut self, mut failure: Failure) -> Result<(), Error> {
        // How much of the time before the first timeout was waiting, only the timeout shows.
        let longest = match failure.kind() {
            Some(StepKind::Alone(Reason::Concurrently)) => self.options.patience,
            _ => self.options.lock_timeout,
        };
        let now = Instant::now();
        let since = now.checked_sub(self.sent.elapsed().min(longest));
        let blocked = self.blocked.get_or_insert(BlockedStep {
            since: since.unwrap_or(now),
            attempts: 0,
        });
        blocked.attempts += 1;
        let (waited, attempts) = (blocked.since.elapsed(), blocked.attempts);
        self.watch.blocked_since(Some(blocked.since));
        if waited >= self.options.patience {
            let blockers = self.watch.blockers();
            failure.remains = !self.tidy(&failure.migration, failure.step);
            return Err(Error::Blocked(Box::new(GaveUp {
                failure,
                blockers,
                waited,
            })));
        }
        self.watch.tell(Event::Retrying {
            migration: &failure.migration,
            error: &failure.error,
            waited,
            patience: self.options.patience,
        });
        self.end_transaction()?;
        self.watch
            .sleep(pause(attempts).min(self.options.patience.saturating_sub(waited)))
    }

    /// Ends the transaction of a step that failed, or the session where that has ended already.
    pub(super) fn end_transaction(&mut self) -> Result<(), Error> {
        let ended = if self.link.is_open() {
            self.query("ROLLBACK").map(drop)
        } else {
            self.backend = None;
            self.link.reconnect()
        };
        match ended {
            Ok(()) => Ok(()),
            // Nothing is under way that could be in doubt.
            Err(error) => self.reconnect(error, None),
        }
    }

    /// Makes a broken connection again. The history, read under the lock, then says whether the step was carried out.
    pub(super) fn reconnect(
        &mut self,
        error: link::Error,
        step: Option<(u32, usize)>,
    ) -> Result<(), Error> {
        self.losses += 1;
        if self.losses > MOST_LOSSES || error.is_not_preloaded() {
            return Err(error.into());
        }
        self.watch.tell(Event::Reconnecting(&error));
        let code = match &error {
            link::Error::Lost { code, .. } => code.clone(),
            _ => None,
        };
        let started = Instant::now();
        let old = self.backend.take();
        self.is_fresh = false;
        // Whoever ends the session meant it; a server that went down may have done so for the statement's sake.
        let mut may_send_again = code.is_none();
        let mut told = started;
        while let Err(unreachable) = self.link.reconnect() {
            may_send_again = false;
            if told.elapsed() >= TELL_AGAIN {
                self.watch.tell(Event::Reconnecting(&unreachable));
                told = Instant::now();
            }
            if started.elapsed() >= self.options.patience {
                return Err(match step {
                    Some(_) => error.into(),
                    None => unreachable.into(),
                });
            }
            self.watch.sleep(Duration::from_millis(200))?;
        }
        if let Some(old) = old
            && self.end_ghost(&old).is_err()
        {
            // Broken again, as the next message will find: its ghost is still to be ended.
            self.backend = Some(old);
        }
        let Some((version, step)) = step.or(self.cut.as_ref().map(|cut| (cut.version, cut.step)))
        else {
            return Ok(());
        };
        let is_second = self
            .cut
            .as_ref()
            .is_some_and(|cut| (cut.version, cut.step) == (version, step));
        self.cut = Some(CutStep {
            version,
            step,
            cause: error.to_string(),
            may_send_again: may_send_again && !is_second,
        });
        Ok(())
    }

    /// Ends what is left of our own session behind a broken connection, so that its lock is free.
    fn end_ghost(&mut self, backend: &str) -> Result<(), link::Error> {
        let sql = format!(
            "SELECT pg_catalog.pg_terminate_backend(l.pid) FROM pg_catalog.pg_locks l WHERE {} AND l.pid OPERATOR(pg_catalog.=) {backend}",
            lock::is_runners_lock(self.lock),
        );
        match self.query(&sql) {
            Ok(_) | Err(link::Error::Server(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A statement is not sent again to a server that it may have brought down, nor against the will of who ended its session.
    pub(super) fn check_cut(&mut self, first: &Pending<'_>) -> Result<(), AttemptError> {
        let version = first.migration.file.version;
        match &self.cut {
            Some(cut)
                if (cut.version, cut.step) == (version, first.steps_done)
                    && !cut.may_send_again =>
            {
                let cut = Cut {
                    migration: first.migration.clone(),
                    step: first.steps_done,
                    cause: cut.cause.clone(),
                    applied: self.report.applied.clone(),
                };
                Err(AttemptError::Failed(Error::Cut(Box::new(cut))))
            }
            _ => Ok(()),
        }
    }
}

/// Twice as long after each attempt, and between half and all of that, so that runners and jobs do not meet again and again.
fn pause(attempts: u32) -> Duration {
    let longest = Duration::from_millis(250) * 2_u32.saturating_pow(attempts.min(8));
    let longest = longest.min(LONGEST_PAUSE);
    let random = RandomState::new().hash_one(thread::current().id());
    longest / 2 + (longest / 2).mul_f64(random as f64 / u64::MAX as f64)
}
