//! How a run handles the server's error for a step's message.

use super::{PlannedStep, StepSender};
use crate::encoding;
use crate::link::{self, ServerError};
use crate::message::Message;
use crate::plan::{Division, StepId, Temporary};
use crate::run::attempt_error::AttemptError;
use crate::run::{At, Error, Failure, mode};
use crate::script::session::OUTDATED;

/// SQLSTATEs of statements that are refused because of earlier statements of their transaction: a new value of an enum is not safe to use,
/// a table has pending trigger events.
const NEEDS_A_COMMIT: [&str; 2] = ["55P04", "55006"];

/// SQLSTATE of a table that does not exist.
const UNDEFINED_TABLE: &str = "42P01";

/// SQLSTATEs of locks that were not available in time, and of deadlocks.
const LACKED_LOCKS: [&str; 3] = ["55P03", "40P01", "40001"];

impl StepSender<'_, '_> {
    /// Why an attempt ends whose message failed with this error.
    pub(super) fn stopped(
        &mut self,
        step: PlannedStep<'_>,
        message: &Message,
        error: link::Error,
    ) -> AttemptError {
        let is_not_preloaded = error.is_not_preloaded();
        match error {
            link::Error::Server(error) => self.refused(step, message, *error),
            // The connection was not lost: the server refused the step, and sending it again changes nothing.
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
                self.refused(step, message, error)
            }
            link::Error::Lost { .. } => AttemptError::Lost {
                error,
                step: Some(self.current.step().unwrap_or(step).id()),
            },
            other => AttemptError::Failed(Error::Link(other)),
        }
    }

    fn refused(
        &mut self,
        step: PlannedStep<'_>,
        message: &Message,
        error: ServerError,
    ) -> AttemptError {
        if error.code == OUTDATED && message.is_own(&error) {
            return AttemptError::Outdated;
        }
        let lacked_locks = LACKED_LOCKS.contains(&error.code.as_str());
        let mut failure = Box::new(self.failure(step, message, error));
        if lacked_locks && !failure.may_be_partial {
            return AttemptError::Blocked(failure);
        }
        if let Some(division) = self.division(&failure) {
            return AttemptError::Divided(division);
        }
        if failure.harm.is_some() && failure.ran_alone {
            // The statement ran to its end: there is nothing to remove.
            failure.repair = self.history_repair(&failure);
        } else {
            failure.remains = !self.tidy(step);
        }
        failure.lost = self.lost_with_a_session(&failure);
        AttemptError::Failed(Error::Statement(failure))
    }

    fn failure(&self, step: PlannedStep<'_>, message: &Message, error: ServerError) -> Failure {
        let applied = self.started.applied();
        let mut failure = Failure::new(step, message, error, self.facts, applied);
        failure.ran_alone = self.current.runs_alone();
        failure.may_be_partial = self.may_be_partial(step) && !encoding::is_unread(&failure.error);
        failure.whole = self.whole();
        if self.options.mode.is_plain() {
            mode::explain(&mut failure, self.migrations);
        }
        failure
    }

    /// Where to divide a step that fails only because the statements before one of them are not committed yet.
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

    /// The temporary table that the server does not find because it was dropped with the session of an interrupted run.
    fn lost_with_a_session(&self, failure: &Failure) -> Option<Temporary> {
        let resumed = self.current.resumed()?;
        let is_of_it = resumed.id().version == failure.migration.file.version;
        if !is_of_it || failure.error.code != UNDEFINED_TABLE {
            return None;
        }
        // The quotation marks depend on the server's language.
        let is_named = |name: &str| failure.error.message.contains(name);
        failure.migration.made_temporary(resumed.index, is_named)
    }

    /// The first step of the one transaction for everything pending, if there is only one.
    fn whole(&self) -> Option<StepId> {
        let step = self.current.step();
        step.filter(|_| self.options.all_or_nothing)
            .map(PlannedStep::id)
    }
}
