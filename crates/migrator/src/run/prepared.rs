//! What is going to be sent for a step, in each of the ways that the catalog may call for.

use crate::plan::StepKind;
use crate::question::Question;
use crate::script::{self, Message, StepRef};

/// The messages of a step.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// What starts its session, where no step before it has.
    pub start: Option<Message>,
    /// It in a transaction; empty where the text alone says that it runs alone.
    pub shared: Vec<Message>,
    /// It alone; empty where the text alone says that it does not.
    pub alone: Vec<Message>,
    /// What has to be asked in between.
    pub question: Option<Question>,
}

impl Prepared {
    pub(super) fn new(step: StepRef<'_>, starts_session: bool) -> Prepared {
        let start = starts_session.then(|| script::start(step)).flatten();
        let Some(planned) = step.migration.steps.get(step.index) else {
            // A file without statements, or one that lost steps after those that are done.
            return Prepared {
                start,
                shared: script::finish(step),
                ..Prepared::default()
            };
        };
        let prepared = Prepared {
            start,
            question: step.migration.question(planned),
            ..Prepared::default()
        };
        match &planned.kind {
            StepKind::Transaction { .. } => Prepared {
                shared: script::transaction(step),
                ..prepared
            },
            StepKind::Alone(reason) => Prepared {
                alone: script::alone(step, Some(*reason)),
                ..prepared
            },
            StepKind::Asked(_) => Prepared {
                shared: script::transaction(step),
                alone: script::alone(step, None),
                ..prepared
            },
            StepKind::FreshSession => Prepared {
                alone: script::alone(step, None),
                ..prepared
            },
        }
    }

    /// All that may be sent.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.start.iter().chain(&self.shared).chain(&self.alone)
    }
}
