//! Why an attempt ends early.

use super::{Error, Failure, Fate, Interrupted};
use crate::link;
use crate::plan::{Division, StepId};

/// Why an attempt ended early.
pub(super) enum AttemptError {
    /// The run is over.
    Failed(Error),
    /// The step did not get its locks.
    Blocked(Box<Failure>),
    /// The connection broke.
    Lost {
        /// The error.
        error: link::Error,
        /// The current step, if there was one.
        step: Option<StepId>,
    },
    /// The step was rolled back, and may succeed if divided in two.
    Divided(Division),
    /// A migration was recorded that has changed the settings for new sessions.
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
            link::Error::Lost { .. } => AttemptError::Lost { error, step: None },
            other => AttemptError::Failed(Error::Link(other)),
        }
    }
}

impl Error {
    /// The interruption of a run whose attempt ended with `stop`: without an answer, the outcome of the step is unknown.
    pub(super) fn after(self, stop: &AttemptError) -> Error {
        match (self, stop) {
            (Error::Interrupted(stopped), AttemptError::Lost { .. }) => {
                Error::Interrupted(Box::new(Interrupted {
                    fate: Fate::Unknown,
                    ..*stopped
                }))
            }
            (error, _) => error,
        }
    }
}
