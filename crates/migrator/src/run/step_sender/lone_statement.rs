//! What the catalog shows about a statement that runs alone, and removing what a failed one left.

use super::{PlannedStep, StepSender};
use crate::plan::{Migration, StepKind};
use crate::recovery::{self, Journal, Recovery, Verdict};
use crate::run::attempt_error::AttemptError;

impl StepSender<'_, '_> {
    /// Removes what a failed statement that ran alone left, and its entry in the journal; returns whether nothing remains of it.
    pub(in crate::run) fn tidy(&mut self, step: PlannedStep<'_>) -> bool {
        if !self.current.runs_alone() {
            return true;
        }
        // A user who stopped the run does not want to wait for this.
        self.link.watch().check().is_ok() && self.try_tidy(step).is_ok_and(|tidied| tidied)
    }

    fn try_tidy(&mut self, step: PlannedStep<'_>) -> Result<bool, AttemptError> {
        if !self.link.is_open() {
            self.link.reopen_with_lock()?;
        }
        if !self.link.holds_lock() {
            // Another runner has continued with it already.
            return Ok(false);
        }
        match self.verdict(step)? {
            // One at a time: the server refuses some of them in a transaction block.
            Verdict::Redo { repairs } => repairs
                .iter()
                .try_for_each(|sql| self.link.query(sql).map(drop))?,
            // The server reported that the statement failed.
            Verdict::Ask => {}
            Verdict::Done | Verdict::Finish { .. } => return Ok(true),
        }
        // The role that the file switched to may not be able to write the history.
        self.link.query(&self.link.settings().start().join(";\n"))?;
        let unbegin = self.step_ref(step).history_entry(step.index, "").unbegin();
        self.link.query(&unbegin)?;
        Ok(true)
    }

    /// Whether a failed step may have committed a part of its work without a trace in the catalog.
    pub(in crate::run) fn may_be_partial(&self, step: PlannedStep<'_>) -> bool {
        self.current.runs_alone() && self.recovery(step) == Recovery::Ask
    }

    pub(super) fn journal(&self, migration: &Migration) -> Journal<'_> {
        Journal {
            table: &self.recorder.table,
            version: migration.file.version,
        }
    }

    fn recovery(&self, step: PlannedStep<'_>) -> Recovery {
        match step.planned() {
            Some(planned) if !matches!(planned.kind, StepKind::Transaction { .. }) => {
                let text = &step.migration.file.text[planned.range()];
                recovery::of(text, &self.journal(step.migration))
            }
            // The file no longer has the statement that was started.
            _ => Recovery::Ask,
        }
    }

    pub(super) fn verdict(&mut self, step: PlannedStep<'_>) -> Result<Verdict, AttemptError> {
        self.verdict_of(self.recovery(step), step)
    }

    pub(super) fn verdict_of(
        &mut self,
        recovery: Recovery,
        step: PlannedStep<'_>,
    ) -> Result<Verdict, AttemptError> {
        match recovery {
            Recovery::Redo => Ok(Verdict::Redo {
                repairs: Vec::new(),
            }),
            Recovery::Ask => Ok(Verdict::Ask),
            Recovery::Check(question) => {
                // Names must be resolved as the statement resolves them.
                let mut settings = self.link.settings().start();
                let own = step.migration.session_settings(step.index);
                settings.extend(own.into_iter().map(str::to_owned));
                // The role that the file switched to may not be able to read the history.
                settings.extend(["RESET SESSION AUTHORIZATION", "RESET ROLE"].map(str::to_owned));
                self.link.query(&settings.join(";\n"))?;
                let rows = self.link.query(&question)?.into_iter().next_back();
                Ok(Verdict::parse(&rows.unwrap_or_default()))
            }
        }
    }
}
