//! Why an attempt ends early: from what the server said of a message to what the run makes of it.

use super::runner::Runner;
use super::{At, Error, Failure, Fate, Interrupted, Lost};
use crate::encoding;
use crate::link::{self, ServerError};
use crate::message::Message;
use crate::plan::{Division, Migration};
use crate::script::session::OUTDATED;

/// SQLSTATEs of statements that are refused because of what their transaction has done before: a new value of an enum is not safe to use,
/// a table has pending trigger events.
const NEEDS_A_COMMIT: [&str; 2] = ["55P04", "55006"];

/// SQLSTATE of a table that is not there.
const UNDEFINED_TABLE: &str = "42P01";

/// Why an attempt ended early.
pub(super) enum AttemptError {
    /// The run is over.
    Failed(Error),
    /// The step did not get its locks.
    Blocked(Box<Failure>),
    /// The connection broke, during this step where it was one.
    Lost(link::Error, Option<(u32, usize)>),
    /// The step was rolled back, and may succeed as two.
    Divided(Division),
    /// A migration is recorded, and changed what new sessions begin with.
    Outdated,
}

impl From<Error> for AttemptError {
    fn from(error: Error) -> AttemptError {
        match error {
            Error::Link(error) => error.into(),
            other => AttemptError::Failed(other),
        }
    }
}

impl From<link::Error> for AttemptError {
    fn from(error: link::Error) -> AttemptError {
        match error {
            link::Error::Lost { .. } => AttemptError::Lost(error, None),
            other => AttemptError::Failed(Error::Link(other)),
        }
    }
}

impl Error {
    /// The interruption of a run whose attempt ended for `stop`: without an answer nobody knows what became of the step.
    pub(super) fn after(self, stop: &AttemptError) -> Error {
        match (self, stop) {
            (Error::Interrupted(stopped), AttemptError::Lost(..)) => {
                Error::Interrupted(Box::new(Interrupted {
                    fate: Fate::Unknown,
                    ..*stopped
                }))
            }
            (error, _) => error,
        }
    }
}

impl Runner<'_, '_> {
    pub(super) fn stopped(
        &mut self,
        migration: &Migration,
        step: usize,
        message: &Message,
        error: link::Error,
    ) -> AttemptError {
        let is_not_preloaded = error.is_not_preloaded();
        match error {
            link::Error::Server(error) => {
                let code = error.code.clone();
                if code == OUTDATED && message.is_own(&error) {
                    return AttemptError::Outdated;
                }
                let mut failure =
                    Box::new(Failure::new(migration, step, message, *error, self.report));
                failure.ran_alone = self.runs_alone;
                failure.may_be_partial =
                    self.may_be_partial(migration, step) && !encoding::is_unread(&failure.error);
                failure.whole = self.whole();
                self.tell_of_plain_mode(&mut failure);
                // Locks that were not had in time, or were given up for another's sake.
                let lacked_locks = matches!(code.as_str(), "55P03" | "40P01" | "40001");
                if lacked_locks && !failure.may_be_partial {
                    return AttemptError::Blocked(failure);
                }
                if let Some(division) = self.division(&failure) {
                    return AttemptError::Divided(division);
                }
                failure.remains = !self.tidy(migration, step);
                failure.lost = self.lost_with_a_session(&failure);
                AttemptError::Failed(Error::Statement(failure))
            }
            // No cut, but an answer: the server refused the step, and sending it again changes nothing.
            link::Error::Lost {
                message: said,
                code,
            } if is_not_preloaded => {
                let error = ServerError {
                    severity: "FATAL".to_owned(),
                    code: code.unwrap_or_default(),
                    message: said,
                    ..ServerError::default()
                };
                self.stopped(
                    migration,
                    step,
                    message,
                    link::Error::Server(Box::new(error)),
                )
            }
            link::Error::Lost { .. } => {
                let (migration, step) = self.current.unwrap_or((migration, step));
                AttemptError::Lost(error, Some((migration.file.version, step)))
            }
            other => AttemptError::Failed(Error::Link(other)),
        }
    }

    /// Where a step is to be divided that fails only because what stands before a statement is not committed yet.
    fn division(&self, failure: &Failure) -> Option<Division> {
        let At::Byte(byte) = failure.at else {
            return None;
        };
        let is_about_what_is_open = NEEDS_A_COMMIT.contains(&failure.error.code.as_str());
        if !is_about_what_is_open || self.options.all_or_nothing {
            return None;
        }
        Division::before(&failure.migration, failure.step, byte)
    }

    /// The temporary table that the server does not find because it went with the session of a run that was cut.
    fn lost_with_a_session(&self, failure: &Failure) -> Option<Lost> {
        let (version, steps_done) = self.resumed?;
        if version != failure.migration.file.version || failure.error.code != UNDEFINED_TABLE {
            return None;
        }
        // Quoted as the language of the server quotes.
        let is_named = |name: &str| failure.error.message.contains(name);
        let (name, step) = failure.migration.made_temporary(steps_done, is_named)?;
        Some(Lost { name, step })
    }

    /// Where the one transaction of all that is pending began, if there is only one.
    fn whole(&self) -> Option<(u32, usize)> {
        let (migration, step) = self.current.filter(|_| self.options.all_or_nothing)?;
        Some((migration.file.version, step))
    }
}
