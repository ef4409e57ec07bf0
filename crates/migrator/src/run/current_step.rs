//! The position of a run: the current step, and where its attempt began.

use crate::plan::{Migration, Pending, Step, StepId};

/// The current step, if there is one.
#[derive(Debug, Default)]
pub(super) struct CurrentStep<'a> {
    step: Option<PlannedStep<'a>>,
    /// Whether it runs alone; kept after the step has ended.
    runs_alone: bool,
    /// The first step of the attempt.
    resumed: Option<PlannedStep<'a>>,
}

/// A step of a migration, which may be one past the last: if a file lost its last steps, the migration is still to be recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlannedStep<'a> {
    pub migration: &'a Migration,
    pub index: usize,
}

impl<'a> PlannedStep<'a> {
    /// The first step that is left of a migration.
    pub(super) fn next_of(pending: &Pending<'a>) -> PlannedStep<'a> {
        PlannedStep {
            migration: pending.migration,
            index: pending.steps_done,
        }
    }

    /// The step itself, if the file has it.
    pub(super) fn planned(self) -> Option<&'a Step> {
        self.migration.steps.get(self.index)
    }

    /// Whether the migration is applied once this step is done.
    pub(super) fn is_last(self) -> bool {
        self.index + 1 >= self.migration.steps.len()
    }

    pub(super) fn id(self) -> StepId {
        StepId {
            version: self.migration.file.version,
            index: self.index,
        }
    }
}

impl<'a> CurrentStep<'a> {
    /// An attempt continues from this step.
    pub(super) fn resume(&mut self, first: PlannedStep<'a>) {
        self.resumed = Some(first);
    }

    pub(super) fn begin(&mut self, step: PlannedStep<'a>) {
        self.step = Some(step);
    }

    /// There is no current step: the last one is done or was given up.
    pub(super) fn end(&mut self) {
        self.step = None;
    }

    pub(super) fn set_alone(&mut self, runs_alone: bool) {
        self.runs_alone = runs_alone;
    }

    pub(super) fn step(&self) -> Option<PlannedStep<'a>> {
        self.step
    }

    pub(super) fn runs_alone(&self) -> bool {
        self.runs_alone
    }

    pub(super) fn resumed(&self) -> Option<PlannedStep<'a>> {
        self.resumed
    }
}
