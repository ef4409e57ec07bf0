//! The migrations of which a run has sent steps, and what it reports about each when it is applied.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Applied;
use crate::plan::{Migration, Pending};

/// The migrations of which a run has sent steps, by number, and those of them that are applied.
pub(super) struct StartedMigrations<'a> {
    started: BTreeMap<u32, Started>,
    applied: &'a mut Vec<Applied>,
}

struct Started {
    at: Instant,
    /// How many steps were done before.
    steps_done: usize,
    /// How many of its steps ran alone.
    alone: usize,
}

impl<'a> StartedMigrations<'a> {
    /// Starts empty; migrations are added to `applied` once they are.
    pub(super) fn new(applied: &'a mut Vec<Applied>) -> StartedMigrations<'a> {
        StartedMigrations {
            started: BTreeMap::new(),
            applied,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.started.is_empty()
    }

    pub(super) fn contains(&self, version: u32) -> bool {
        self.started.contains_key(&version)
    }

    /// The migrations that this run applied, in order.
    pub(super) fn applied(&self) -> &[Applied] {
        self.applied
    }

    /// Whether a migration is one of this run's and not yet reported as applied.
    pub(super) fn is_open(&self, version: u32) -> bool {
        self.contains(version) && !self.applied.iter().any(|it| it.version == version)
    }

    /// Counts the migration as one of this run's from now on.
    pub(super) fn begin(&mut self, pending: &Pending<'_>) {
        let version = pending.migration.file.version;
        self.started.entry(version).or_insert(Started {
            at: Instant::now(),
            steps_done: pending.steps_done,
            alone: 0,
        });
    }

    /// A step of this migration is about to run alone.
    pub(super) fn count_alone(&mut self, version: u32) {
        if let Some(started) = self.started.get_mut(&version) {
            started.alone += 1;
        }
    }

    /// Marks a migration as applied; returns what to report if it is one of this run's.
    pub(super) fn finish(&mut self, migration: &Migration) -> Option<&Applied> {
        let started = self.started.get(&migration.file.version)?;
        let steps = &migration.steps[started.steps_done.min(migration.steps.len())..];
        self.applied.push(Applied {
            version: migration.file.version,
            name: migration.file.name.clone(),
            steps: steps.len(),
            alone: started.alone,
            statements: steps.iter().map(|step| step.statements.len()).sum(),
            elapsed: started.at.elapsed(),
        });
        self.applied.last()
    }
}
