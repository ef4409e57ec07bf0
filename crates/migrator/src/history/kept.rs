//! The rows of the history that a step has to leave as they are: those of the other migrations. Pure.
//!
//! A file that deletes or changes them would make applied work run again. Comparing costs time with every row, so a step asks first whether its
//! transaction holds a lock that writing takes.

use sha2::{Digest, Sha256};
use sql::qualified::qualified;
use sql::quote::literal;

use super::Row;

/// SQLSTATE of a step whose statements have changed what the history records of other migrations. In a class of its own.
pub const SPOILED: &str = "TSS03";

/// Rows in the order of their numbers, as far as a run has come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorded {
    rows: usize,
    digest: Sha256,
}

impl Recorded {
    pub(crate) fn push(&mut self, row: &Row) {
        self.add(
            row.version,
            &row.name,
            &row.checksum,
            row.steps,
            row.steps_done,
        );
    }

    /// A migration with this many steps, all of which are done.
    pub(crate) fn push_applied(&mut self, version: u32, name: &str, checksum: &str, steps: usize) {
        self.add(version, name, checksum, steps, steps);
    }

    fn add(&mut self, version: u32, name: &str, checksum: &str, steps: usize, steps_done: usize) {
        self.rows += 1;
        let line = format!("{version} {checksum} {steps} {steps_done} {name}\n");
        self.digest.update(line);
    }

    pub(crate) fn kept(&self) -> Kept {
        Kept {
            rows: self.rows,
            digest: self.digest.clone().finalize().into(),
        }
    }
}

/// SQL for the digest of the rows of `h`, as [`Recorded`] makes it.
const DIGEST: &str = "encode(sha256(convert_to(coalesce(string_agg(\
     concat(h.version, ' ', h.checksum, ' ', h.steps, ' ', h.steps_done, ' ', h.name, chr(10)), '' ORDER BY h.version), ''), 'UTF8')), 'hex')";

/// How many rows other migrations have, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    rows: usize,
    digest: [u8; 32],
}

/// How many rows are compared at each step of a run that is one transaction; with more, they are compared once, before it commits.
const FEW: usize = 500;

impl Kept {
    /// Whether comparing them takes no time that anybody notices, however often.
    pub(crate) fn is_small(&self) -> bool {
        self.rows <= FEW
    }

    /// PL/pgSQL that fails with [`SPOILED`] where they are not in the history of this quoted name as they were. `own` is the migration whose
    /// row may differ.
    pub(crate) fn check(&self, table: &str, own: Option<u32>) -> String {
        // A table that is not there any more fails when the step is recorded.
        let is_there = qualified(&format!("to_regclass({}) IS NOT NULL", literal(table)));
        format!("IF {is_there} THEN {} END IF;", self.compare(table, own))
    }

    /// The same for a transaction that has not written to the history itself: they are compared only where one of its statements may have.
    pub(crate) fn check_if_written(&self, table: &str, own: Option<u32>) -> String {
        let is_written = qualified(&format!(
            "EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' \
             AND l.relation = to_regclass({}) AND l.mode <> 'AccessShareLock' \
             AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))",
            literal(table)
        ));
        format!("IF {is_written} THEN {} END IF;", self.compare(table, own))
    }

    fn compare(&self, table: &str, own: Option<u32>) -> String {
        let others = match own {
            Some(version) => format!("FROM {table} AS h WHERE h.version <> {version}"),
            None => format!("FROM {table} AS h"),
        };
        let rows = self.rows;
        let digest: String = self
            .digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let is_changed = qualified(&format!("(SELECT {DIGEST} {others}) <> '{digest}'"));
        let message = qualified(&format!(
            "(SELECT CASE WHEN count(*) < {rows} THEN concat('the file deleted ', {rows} - count(*), ' of {rows} rows of the history') \
             WHEN count(*) > {rows} THEN concat('the file added rows to the history: ', count(*) - {rows}) \
             ELSE 'the file changed rows of the history' END {others})"
        ));
        format!(
            "IF {is_changed} THEN RAISE EXCEPTION USING ERRCODE = '{SPOILED}', MESSAGE = {message}; END IF;"
        )
    }
}

#[cfg(test)]
mod tests {
    use sql::qualified::assert_qualified;

    use super::*;

    #[test]
    fn the_check_leaves_nothing_to_the_search_path() {
        let kept = Recorded::default().kept();
        for own in [None, Some(1)] {
            assert_qualified(&kept.check("\"App\".\"it's\"", own));
            assert_qualified(&kept.check_if_written("\"App\".\"it's\"", own));
        }
    }
}
