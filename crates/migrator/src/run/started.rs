//! The migrations that a run has sent steps of, and the report of each when it is applied.

use std::time::Instant;

use super::runner::Runner;
use super::{Applied, Event};
use crate::dump;
use crate::history::{self, History};
use crate::plan::{Migration, Pending};

/// A migration that this run has sent steps of.
pub(super) struct StartedMigration {
    at: Instant,
    /// How many steps were done before.
    steps_done: usize,
    /// How many of its steps ran alone.
    pub(super) alone: usize,
}

impl Runner<'_, '_> {
    /// Reports migrations of this run that the history holds as applied, though their last answer did not arrive.
    pub(super) fn note_applied(&mut self, history: &History) {
        let is_applied = |version: u32| history.row(version).is_some_and(history::Row::is_applied);
        let migrations = self.migrations;
        for migration in migrations {
            let version = migration.file.version;
            let is_known = self.report.applied.iter().any(|it| it.version == version);
            if self.began.contains_key(&version) && !is_known && is_applied(version) {
                self.note(migration);
            }
        }
    }

    /// From here on the migration is one of this run's.
    pub(super) fn note_begin(&mut self, pending: &Pending<'_>) {
        let version = pending.migration.file.version;
        if pending.steps_done == 0
            && !self.began.contains_key(&version)
            && let Some(warning) = dump::warning(&pending.migration.file)
        {
            self.watch.tell(Event::Doubtful(&warning));
        }
        self.began.entry(version).or_insert(StartedMigration {
            at: Instant::now(),
            steps_done: pending.steps_done,
            alone: 0,
        });
    }

    /// Reports a migration as applied.
    pub(super) fn note(&mut self, migration: &Migration) {
        let Some(began) = self.began.get(&migration.file.version) else {
            return;
        };
        let steps = &migration.steps[began.steps_done.min(migration.steps.len())..];
        let applied = Applied {
            version: migration.file.version,
            name: migration.file.name.clone(),
            steps: steps.len(),
            alone: began.alone,
            statements: steps.iter().map(|step| step.statements.len()).sum(),
            elapsed: began.at.elapsed(),
        };
        self.watch.tell(Event::Applied(&applied));
        self.report.applied.push(applied);
    }
}
