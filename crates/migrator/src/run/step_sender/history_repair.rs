//! Repairs a history that a statement that ran alone has damaged: its effect is committed, and the run knows what the history recorded.

use super::StepSender;
use crate::history::{self, History, Row, rows};
use crate::link;
use crate::run::{Failure, Harm, facts};

impl StepSender<'_, '_> {
    /// SQL that restores the history as it was before the statement that damaged it; `None` if there is nothing to restore, or if the
    /// server does not answer.
    pub(super) fn history_repair(&mut self, failure: &Failure) -> Option<String> {
        let expected = self.expected(failure);
        let table = self.facts.shown_history();
        if matches!(failure.harm, Some(Harm::Dropped | Harm::Altered)) {
            // The damaged table may have any shape.
            let expected: Vec<&Row> = expected.iter().collect();
            let insert = match &*expected {
                [] => String::new(),
                rows => format!("{};\n", rows::insert(&table, rows)),
            };
            let create = history::create_table(&table);
            return Some(format!(
                "BEGIN;\nDROP TABLE IF EXISTS {table};\n{create};\n{insert}COMMIT;"
            ));
        }
        let found = self.harmed().ok()?;
        rows::repair(&table, &found, &expected)
    }

    /// The history as it is now.
    fn harmed(&mut self) -> Result<History, link::Error> {
        let start = self.link.settings().start().join(";\n");
        let read = history::read(&self.recorder.table);
        let sql = format!("ROLLBACK;\n{start};\n{read}");
        let rows = self.link.query(&sql)?.pop().unwrap_or_default();
        Ok(facts::parse_history(self.facts, &rows).unwrap_or_default())
    }

    /// The rows that the history should have: those that the attempt found, those that it has written, and the completed part of the
    /// migration that failed.
    fn expected(&self, failure: &Failure) -> Vec<Row> {
        let (applied_by, mode) = (&self.recorder.applied_by, self.recorder.mode.as_str());
        let own = &failure.migration;
        let found = self.found.rows.iter();
        let others = found.filter(|row| row.version != own.file.version && row.is_applied());
        let mut rows: Vec<Row> = others.cloned().collect();
        let is_found = |version: u32| self.found.row(version).is_some_and(Row::is_applied);
        let written = self.applied().iter().map(|it| it.version);
        for version in written.filter(|&version| !is_found(version)) {
            let migrations = self.migrations.iter();
            let migration = { migrations }.filter(|it| it.file.version == version);
            rows.extend(migration.map(|it| it.applied(applied_by, mode)));
        }
        if failure.step > 0 {
            rows.push(Row {
                checksum: own.checksum(failure.step),
                steps_done: failure.step,
                ..own.applied(applied_by, mode)
            });
        }
        rows.sort_by_cached_key(|row| row.version);
        rows
    }
}
