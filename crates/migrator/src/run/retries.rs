//! What happens before another attempt: waiting for locks, reconnecting, and deciding when to give up.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use sql::statement::Reason;

use super::attempt_error::AttemptError;
use super::current_step::PlannedStep;
use super::locked_link::LockedLink;
use super::step_sender::StepSender;
use super::{Cut, Error, Event, Failure, GaveUp, Options};
use crate::link;
use crate::plan::{Pending, StepId, StepKind};

/// The longest pause between two attempts of a step that waits for locks.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often a connection is restored before a step is done.
const MOST_LOSSES: u32 = 5;

/// The failures of a run's attempts, as far as they decide about the next one.
pub(super) struct Retries {
    patience: Duration,
    lock_timeout: Duration,
    blocked: Option<BlockedStep>,
    cut: Option<CutStep>,
    /// How often the connection broke since a step was last done.
    losses: u32,
}

/// A step that is waiting for a lock.
struct BlockedStep {
    since: Instant,
    attempts: u32,
}

/// A step during which the connection broke.
struct CutStep {
    id: StepId,
    cause: String,
    may_send_again: bool,
}

impl Retries {
    pub(super) fn new(options: &Options) -> Retries {
        Retries {
            patience: options.patience,
            lock_timeout: options.lock_timeout,
            blocked: None,
            cut: None,
            losses: 0,
        }
    }

    /// A step is done: the next one has the full patience again.
    pub(super) fn step_done(&mut self) {
        self.blocked = None;
        self.losses = 0;
    }

    /// Waits before a step that did not get its locks is sent again.
    pub(super) fn back_off(
        &mut self,
        sender: &mut StepSender<'_, '_>,
        mut failure: Failure,
    ) -> Result<(), Error> {
        let watch = sender.link.watch();
        let blocked = self.note_blocked(&failure, sender.link.since_sent());
        let (waited, attempts) = (blocked.since.elapsed(), blocked.attempts);
        watch.blocked_since(Some(blocked.since));
        if waited >= self.patience {
            let blockers = watch.blockers();
            failure.remains = !sender.tidy(PlannedStep {
                migration: &failure.migration,
                index: failure.step,
            });
            return Err(Error::Blocked(Box::new(GaveUp {
                failure,
                blockers,
                waited,
            })));
        }
        watch.tell(Event::Retrying {
            migration: &failure.migration,
            error: &failure.error,
            waited,
            patience: self.patience,
        });
        self.end_transaction(&mut sender.link)?;
        watch.sleep(pause(attempts).min(self.patience.saturating_sub(waited)))
    }

    /// Counts an attempt whose message was sent `since_sent` ago.
    fn note_blocked(&mut self, failure: &Failure, since_sent: Duration) -> &BlockedStep {
        // Before the timeout the step also worked: it waited no longer than the timeout.
        let longest = match failure.kind() {
            Some(StepKind::Alone(Reason::Concurrently)) => self.patience,
            _ => self.lock_timeout,
        };
        let now = Instant::now();
        let since = now.checked_sub(since_sent.min(longest));
        let blocked = self.blocked.get_or_insert(BlockedStep {
            since: since.unwrap_or(now),
            attempts: 0,
        });
        blocked.attempts += 1;
        blocked
    }

    /// Ends the transaction of a step that failed, or replaces the session if that has ended.
    pub(super) fn end_transaction(&mut self, link: &mut LockedLink<'_, '_>) -> Result<(), Error> {
        let ended = if link.is_open() {
            link.query("ROLLBACK").map(drop)
        } else {
            link.reopen()
        };
        match ended {
            Ok(()) => Ok(()),
            // No step is running whose outcome could be unknown.
            Err(error) => self.reconnect(link, error, None),
        }
    }

    /// Restores a connection that broke with `error`, during `step` if there was one. The history, read under the lock, then shows whether
    /// the step ran.
    pub(super) fn reconnect(
        &mut self,
        link: &mut LockedLink<'_, '_>,
        error: link::Error,
        step: Option<StepId>,
    ) -> Result<(), Error> {
        self.losses += 1;
        if self.losses > MOST_LOSSES || error.is_not_preloaded() {
            return Err(error.into());
        }
        link.watch().tell(Event::Reconnecting(&error));
        let at_once = match link.restore() {
            Ok(at_once) => at_once,
            // If a step was interrupted, the error that interrupted it matters more.
            Err(Error::Link(_)) if step.is_some() => return Err(error.into()),
            Err(other) => return Err(other),
        };
        self.note_cut(&error, step, at_once);
        Ok(())
    }

    /// Notes the step that was interrupted, now or before. It may be sent once more if the server answered `at_once`.
    fn note_cut(&mut self, error: &link::Error, step: Option<StepId>, at_once: bool) {
        let before = self.cut.as_ref().map(|cut| cut.id);
        let Some(id) = step.or(before) else {
            return;
        };
        // A session that was terminated was terminated on purpose; a server that went down may have done so because of the statement.
        let is_meant = matches!(error, link::Error::Lost { code: Some(_), .. });
        self.cut = Some(CutStep {
            id,
            cause: error.to_string(),
            may_send_again: at_once && !is_meant && before != Some(id),
        });
    }

    /// A statement is not sent again to a server that it may have brought down, or after someone terminated its session on purpose.
    pub(super) fn check_cut(
        &self,
        first: &Pending<'_>,
        sender: &StepSender<'_, '_>,
    ) -> Result<(), AttemptError> {
        let next = PlannedStep::next_of(first);
        match &self.cut {
            Some(cut) if cut.id == next.id() && !cut.may_send_again => {
                let cut = Cut {
                    migration: next.migration.clone(),
                    step: next.index,
                    cause: cut.cause.clone(),
                    applied: sender.applied().to_vec(),
                };
                Err(AttemptError::Failed(Error::Cut(Box::new(cut))))
            }
            _ => Ok(()),
        }
    }
}

/// Twice as long after each attempt, with a random factor between a half and one, so that runners and jobs do not keep colliding.
fn pause(attempts: u32) -> Duration {
    let longest = Duration::from_millis(250) * 2_u32.saturating_pow(attempts.min(8));
    let longest = longest.min(LONGEST_PAUSE);
    let random = RandomState::new().hash_one(thread::current().id());
    longest / 2 + (longest / 2).mul_f64(random as f64 / u64::MAX as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: StepId = StepId {
        version: 1,
        index: 0,
    };
    const SECOND: StepId = StepId {
        version: 1,
        index: 1,
    };

    /// Whether the step that was interrupted may be sent again.
    fn may_send_again(retries: &Retries) -> bool {
        retries.cut.as_ref().unwrap().may_send_again
    }

    #[test]
    fn a_step_is_sent_once_more_after_a_cut_and_not_twice() {
        let mut retries = Retries::new(&Options::default());
        let error = link::Error::lost("gone");
        retries.note_cut(&error, Some(FIRST), true);
        assert!(may_send_again(&retries));
        // The connection broke again between two attempts: it is still the same step.
        retries.note_cut(&error, None, true);
        assert!(!may_send_again(&retries));
        retries.note_cut(&error, Some(SECOND), true);
        assert!(may_send_again(&retries));
    }

    #[test]
    fn a_step_is_not_sent_again_to_a_server_that_went_down_or_ended_the_session() {
        let mut retries = Retries::new(&Options::default());
        retries.note_cut(&link::Error::lost("gone"), Some(FIRST), false);
        assert!(!may_send_again(&retries));
        let mut retries = Retries::new(&Options::default());
        let ended = link::Error::Lost {
            message: "terminating connection".to_owned(),
            code: Some("57P01".to_owned()),
        };
        retries.note_cut(&ended, Some(FIRST), true);
        assert!(!may_send_again(&retries));
    }

    #[test]
    fn a_pause_is_longer_after_each_attempt_and_has_an_end() {
        for (attempts, longest) in [(1, 500), (2, 1_000), (4, 4_000), (5, 5_000), (40, 5_000)] {
            let longest = Duration::from_millis(longest);
            let pause = pause(attempts);
            assert!(
                pause >= longest / 2 && pause <= longest,
                "{attempts}: {pause:?}"
            );
        }
    }
}
