//! How the steps of a run are recorded in the history.

use super::current_step::PlannedStep;
use crate::history::{History, Kept, Mode, Recorded};
use crate::plan::Pending;
use crate::script::{Bounds, SessionSettings, StepRef};

/// What all rows that a run records have in common.
pub(super) struct Recorder {
    /// The history's quoted name.
    pub table: String,
    pub applied_by: String,
    pub mode: Mode,
}

impl Recorder {
    /// A step to render; if it runs in a transaction, in a separate one.
    pub(super) fn step_ref<'s>(
        &'s self,
        step: PlannedStep<'s>,
        session: &'s SessionSettings,
    ) -> StepRef<'s> {
        StepRef {
            migration: step.migration,
            index: step.index,
            is_new: false,
            bounds: Bounds::OWN,
            table: &self.table,
            applied_by: &self.applied_by,
            mode: self.mode,
            session,
            kept: None,
        }
    }

    /// What the history records about other migrations while each of these runs. They are recorded in order, and only the first may have a
    /// row already.
    pub(super) fn kept(
        &self,
        pending: &[Pending<'_>],
        history: &History,
        session: &SessionSettings,
    ) -> Vec<Kept> {
        let first = pending.first().map(|it| it.migration.file.version);
        let mut recorded = Recorded::default();
        let others = history.rows.iter().filter(|row| Some(row.version) != first);
        others.for_each(|row| recorded.push(row));
        let kept = pending.iter().map(|&Pending { migration, .. }| {
            let kept = recorded.kept();
            let row = history.row(migration.file.version);
            let mode = row.map_or(self.mode.as_str(), |row| &row.mode);
            let index = migration.steps.len();
            let last = self.step_ref(PlannedStep { migration, index }, session);
            recorded.push_own(&last.history_entry(index, &migration.file.checksum), mode);
            kept
        });
        kept.collect()
    }
}
