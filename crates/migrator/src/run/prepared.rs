//! What is going to be sent for a step, in each of the ways that the catalog may call for. It is rendered when it is sent: the text of all
//! that is pending need not be held a second time.

use crate::message::Message;
use crate::plan::{Migration, StepKind};
use crate::question::Question;
use crate::script::{self, Bounds, StepRef};

/// A step that is going to be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prepared<'a> {
    pub migration: &'a Migration,
    /// Index of the step.
    pub index: usize,
    /// Whether the history has no row of its migration yet.
    pub is_new: bool,
    pub bounds: Bounds,
    /// Whether no step before it has started the session.
    pub starts_session: bool,
}

impl<'a> Prepared<'a> {
    fn kind(&self) -> Option<&'a StepKind> {
        let step = self.migration.steps.get(self.index);
        step.map(|step| &step.kind)
    }

    /// What has to be asked right before it is sent.
    pub(super) fn question(&self) -> Option<Question> {
        let step = self.migration.steps.get(self.index)?;
        self.migration.question(step)
    }

    /// Whether it may share a transaction, as far as the text shows. So may the record of a file without
    /// statements, or of one that lost steps after those that are done.
    pub(super) fn may_share(&self) -> bool {
        let alone = |kind: &StepKind| matches!(kind, StepKind::Alone(_) | StepKind::FreshSession);
        !self.kind().is_some_and(alone)
    }

    fn may_run_alone(&self) -> bool {
        let shares = |kind: &StepKind| matches!(kind, StepKind::Transaction { .. });
        !self.kind().is_none_or(shares)
    }

    /// What starts its session, where no step before it has.
    pub(super) fn start(&self, step: StepRef<'_>) -> Option<Message> {
        self.starts_session.then(|| script::start(step)).flatten()
    }

    /// It in a transaction: the message from the statement `first` on, and where the next one goes on.
    pub(super) fn shared(&self, step: StepRef<'_>, first: usize) -> (Message, Option<usize>) {
        match self.kind() {
            Some(_) => script::part(step, first),
            None => (script::finish(step), None),
        }
    }

    /// It alone.
    pub(super) fn alone(&self, step: StepRef<'_>) -> Vec<Message> {
        match self.kind() {
            Some(StepKind::Alone(reason)) => script::alone(step, Some(*reason)),
            _ => script::alone(step, None),
        }
    }

    /// All that may be sent, in the order in which it is.
    pub(super) fn messages<'s>(
        self,
        step: StepRef<'s>,
    ) -> impl Iterator<Item = Message> + use<'a, 's> {
        let mut next = self.may_share().then_some(0);
        let shared = std::iter::from_fn(move || {
            let (message, following) = self.shared(step, next?);
            next = following;
            Some(message)
        });
        let alone = self.may_run_alone().then(|| self.alone(step));
        let start = self.start(step);
        start
            .into_iter()
            .chain(shared)
            .chain(alone.into_iter().flatten())
    }
}
