//! What comes before an attempt that follows one which failed: waiting for locks, making a connection again, and when not to go on.

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

/// How often a connection is made again before a step is done.
const MOST_LOSSES: u32 = 5;

/// What attempts of a run have met, as far as it decides about the next one.
pub(super) struct Retries {
    patience: Duration,
    lock_timeout: Duration,
    blocked: Option<BlockedStep>,
    cut: Option<CutStep>,
    /// How often the connection broke since a step was done.
    losses: u32,
}

/// A step that waits for a lock.
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

    /// A step is done: the next one has all the patience again.
    pub(super) fn step_done(&mut self) {
        self.blocked = None;
        self.losses = 0;
    }

    /// Waits before a step is sent again that did not get its locks.
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
        // How much of the time before the first timeout was waiting, only the timeout shows.
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

    /// Ends the transaction of a step that failed, or the session where that has ended already.
    pub(super) fn end_transaction(&mut self, link: &mut LockedLink<'_, '_>) -> Result<(), Error> {
        let ended = if link.is_open() {
            link.query("ROLLBACK").map(drop)
        } else {
            link.reopen()
        };
        match ended {
            Ok(()) => Ok(()),
            // Nothing is under way that could be in doubt.
            Err(error) => self.reconnect(link, error, None),
        }
    }

    /// Makes a connection again that broke with `error`, during this step where it was one. The history, read under the lock, then says
    /// whether the step was carried out.
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
            // Of a step that was cut, the cut is what matters.
            Err(Error::Link(_)) if step.is_some() => return Err(error.into()),
            Err(other) => return Err(other),
        };
        self.note_cut(&error, step, at_once);
        Ok(())
    }

    /// Notes the step that was cut, now or before. It may be sent once more to a server that answered `at_once`.
    fn note_cut(&mut self, error: &link::Error, step: Option<StepId>, at_once: bool) {
        let before = self.cut.as_ref().map(|cut| cut.id);
        let Some(id) = step.or(before) else {
            return;
        };
        // Whoever ends the session meant it; a server that went down may have done so for the statement's sake.
        let is_meant = matches!(error, link::Error::Lost { code: Some(_), .. });
        self.cut = Some(CutStep {
            id,
            cause: error.to_string(),
            may_send_again: at_once && !is_meant && before != Some(id),
        });
    }

    /// A statement is not sent again to a server that it may have brought down, nor against the will of who ended its session.
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

/// Twice as long after each attempt, and between half and all of that, so that runners and jobs do not meet again and again.
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

    /// Whether the step that was cut may be sent again.
    fn may_send_again(retries: &Retries) -> bool {
        retries.cut.as_ref().unwrap().may_send_again
    }

    #[test]
    fn a_step_is_sent_once_more_after_a_cut_and_not_twice() {
        let mut retries = Retries::new(&Options::default());
        let error = link::Error::lost("gone");
        retries.note_cut(&error, Some(FIRST), true);
        assert!(may_send_again(&retries));
        // Between two attempts the connection broke again: it is still the same step.
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
