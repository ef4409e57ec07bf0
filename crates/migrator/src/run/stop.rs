//! Why an attempt ends early: from what the server said of a message to what the run makes of it.

use super::runner::Runner;
use super::{Error, Failure};
use crate::link::{self, ServerError};
use crate::plan::Migration;
use crate::script::Message;
use crate::script::session::OUTDATED;

/// Why an attempt ended early.
pub(super) enum Stop {
    /// The run is over.
    Failed(Error),
    /// The step did not get its locks.
    Blocked(Box<Failure>),
    /// The connection broke, during this step where it was one.
    Lost(link::Error, Option<(u32, usize)>),
    /// A migration is recorded, and changed what new sessions begin with.
    Outdated,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        match error {
            Error::Link(error) => error.into(),
            other => Stop::Failed(other),
        }
    }
}

impl From<link::Error> for Stop {
    fn from(error: link::Error) -> Stop {
        match error {
            link::Error::Lost { .. } => Stop::Lost(error, None),
            other => Stop::Failed(Error::Link(other)),
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
    ) -> Stop {
        let is_not_preloaded = error.is_not_preloaded();
        match error {
            link::Error::Server(error) => {
                let code = error.code.clone();
                if code == OUTDATED && message.is_own(&error) {
                    return Stop::Outdated;
                }
                let mut failure =
                    Box::new(Failure::new(migration, step, message, *error, self.report));
                failure.may_be_partial = self.may_be_partial(migration, step);
                failure.whole = self.whole();
                #[cfg(feature = "plain")]
                self.tell_of_plain_mode(&mut failure);
                // Locks that were not had in time, or were given up for another's sake.
                let lacked_locks = matches!(code.as_str(), "55P03" | "40P01" | "40001");
                if lacked_locks && !failure.may_be_partial {
                    return Stop::Blocked(failure);
                }
                failure.remains = !self.tidy(migration, step);
                Stop::Failed(Error::Statement(failure))
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
                Stop::Lost(error, Some((migration.file.version, step)))
            }
            other => Stop::Failed(Error::Link(other)),
        }
    }

    /// Where the one transaction of all that is pending began, if there is only one.
    fn whole(&self) -> Option<(u32, usize)> {
        let (migration, step) = self.current.filter(|_| self.options.all_or_nothing)?;
        Some((migration.file.version, step))
    }
}
