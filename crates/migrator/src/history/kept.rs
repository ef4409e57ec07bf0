//! The rows of the history that a step must not change: those of the other migrations. Pure.
//!
//! A file that deletes or changes them would make applied work run again, and one that alters the table would make the next run refuse it.
//! Comparing costs time with every row, so a step asks first whether its transaction holds a lock that writing takes.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use sql::qualified::qualified;
use sql::quote::literal;

use super::{HistoryEntry, Row, milliseconds, trust};

/// SQLSTATE of a step whose statements have changed what the history records about other migrations. In a separate class.
pub const SPOILED: &str = "TSS03";

/// Rows in the order of their numbers, as far as a run has come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorded {
    rows: usize,
    digest: Sha256,
    /// The first and the last of those that the run itself writes.
    own: Option<(u32, u32)>,
}

impl Recorded {
    /// A row that was there before the run.
    pub(crate) fn push(&mut self, row: &Row) {
        let mut line = format!(
            "{} {} {} {} {} ",
            row.version, row.checksum, row.steps, row.steps_done, row.mode
        );
        let times = [&row.times.started_at, &row.times.applied_at];
        let times = times.map(|time| time.as_deref().unwrap_or_default());
        let duration = row.duration_ms.map(|it| it.to_string()).unwrap_or_default();
        let _ = write!(line, "{} {} {duration} ", times[0], times[1]);
        self.add(&line, &row.applied_by, &row.name);
    }

    /// A row that the run itself writes, in a database of this mode. When that will be, the server alone knows.
    pub(crate) fn push_own(&mut self, row: &HistoryEntry<'_>, mode: &str) {
        let line = format!(
            "{} {} {} {} {mode} ",
            row.version, row.checksum, row.steps, row.steps_done
        );
        let first = self.own.map_or(row.version, |(first, _)| first);
        self.own = Some((first, row.version));
        self.add(&line, row.applied_by, row.name);
    }

    fn add(&mut self, line: &str, applied_by: &str, name: &str) {
        self.rows += 1;
        self.digest.update(format!("{line}{applied_by} {name}\n"));
    }

    pub(crate) fn kept(&self) -> Kept {
        Kept {
            rows: self.rows,
            digest: self.digest.clone().finalize().into(),
            own: self.own,
        }
    }
}

/// SQL for the digest of the rows of `h`, as [`Recorded`] makes it. `is_own` says which of them the run itself has written.
fn digest(is_own: &str) -> String {
    let time = |column: &str| {
        format!("to_char(h.{column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')")
    };
    format!(
        "encode(sha256(convert_to(coalesce(string_agg(concat(h.version, ' ', h.checksum, ' ', h.steps, ' ', h.steps_done, ' ', h.mode, ' ', \
         CASE WHEN NOT ({is_own}) THEN concat({}, ' ', {}, ' ', h.duration_ms, ' ') END, \
         h.applied_by, ' ', h.name, chr(10)), '' ORDER BY h.version), ''), 'UTF8')), 'hex')",
        time("started_at"),
        time("applied_at"),
    )
}

/// How many rows other migrations have, and their digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    rows: usize,
    digest: [u8; 32],
    own: Option<(u32, u32)>,
}

/// What may have written to rows that the run itself has written before, whose times it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// The transaction of a step, in which no row is recorded yet.
    Step,
    /// A statement that ran alone, after the row of this migration was written.
    Alone(u32),
    /// The one transaction of all that is pending, which has written these rows, too.
    Run,
}

impl Writer {
    /// SQL for whether it has changed the times of a row `h`, which is the run's own.
    fn has_written(self, table: &str) -> String {
        match self {
            // A subtransaction is younger than the transaction that it is in.
            Writer::Step => "age(h.xmin) <= age(pg_current_xact_id()::xid)".to_owned(),
            Writer::Alone(version) => format!(
                "age(h.xmin) <= (SELECT age(o.xmin) FROM {table} AS o WHERE o.version = {version})"
            ),
            // All are of the same transaction: what is left is whether the times fit each other.
            Writer::Run => format!(
                "coalesce(h.duration_ms <> {}, true)",
                milliseconds("h.applied_at", "h.started_at")
            ),
        }
    }
}

/// How many rows are compared at each step of a run that is one transaction; with more, they are compared once, before it commits.
const FEW: usize = 500;

impl Kept {
    /// Whether comparing them is fast enough to do it at every step.
    pub(crate) fn is_small(&self) -> bool {
        self.rows <= FEW
    }

    /// PL/pgSQL that fails with [`SPOILED`] if the history of this quoted name has changed them, and with [`super::UNUSABLE`] if it is no
    /// longer a history. `own` is the migration whose row may differ.
    pub(crate) fn check(&self, table: &str, own: Option<u32>, writer: Writer) -> String {
        // If the table no longer exists, recording the step fails.
        let is_there = qualified(&format!("to_regclass({}) IS NOT NULL", literal(table)));
        format!(
            "IF {is_there} THEN {} {} END IF;",
            trust::check(table),
            self.compare(table, own, writer)
        )
    }

    /// The same for a transaction that has not written to the history itself: they are compared only where one of its statements may have.
    pub(crate) fn check_if_written(&self, table: &str, own: Option<u32>) -> String {
        let is_written = qualified(&format!(
            "EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' \
             AND l.relation = to_regclass({}) AND l.mode <> 'AccessShareLock' \
             AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))",
            literal(table)
        ));
        format!(
            "IF {is_written} THEN {} {} END IF;",
            trust::check(table),
            self.compare(table, own, Writer::Step)
        )
    }

    fn compare(&self, table: &str, own: Option<u32>, writer: Writer) -> String {
        let others = match own {
            Some(version) => format!("FROM {table} AS h WHERE h.version <> {version}"),
            None => format!("FROM {table} AS h WHERE true"),
        };
        let rows = self.rows;
        let is_own = match self.own {
            Some((first, last)) => format!("h.version >= {first} AND h.version <= {last}"),
            None => "false".to_owned(),
        };
        let found = digest(&is_own);
        let mut is_changed = format!("(SELECT {found} {others}) <> '{}'", self.hexadecimal());
        // Never true: it fails if columns now have types that later steps could not count with.
        let counts = "h.version + h.steps + h.steps_done + h.duration_ms < 0";
        let _ = write!(
            is_changed,
            " OR EXISTS (SELECT {others} AND false AND {counts})"
        );
        if self.own.is_some() {
            let has_written = writer.has_written(table);
            let _ = write!(
                is_changed,
                " OR EXISTS (SELECT {others} AND {is_own} AND {has_written})"
            );
        }
        let message = format!(
            "(SELECT CASE WHEN count(*) < {rows} THEN concat('the file deleted ', {rows} - count(*), ' of {rows} rows of the history') \
             WHEN count(*) > {rows} THEN concat('the file added rows to the history: ', count(*) - {rows}) \
             ELSE 'the file changed rows of the history' END {others})"
        );
        format!(
            "IF {} THEN RAISE EXCEPTION USING ERRCODE = '{SPOILED}', MESSAGE = {}; END IF;",
            qualified(&is_changed),
            qualified(&message)
        )
    }

    fn hexadecimal(&self) -> String {
        self.digest.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use sql::qualified::lookups;

    use super::*;

    #[test]
    fn the_check_leaves_nothing_to_the_search_path() {
        let kept = Kept {
            own: Some((1, 2)),
            ..Recorded::default().kept()
        };
        let table = "\"App\".\"it's\"";
        for own in [None, Some(1)] {
            let writers = [Writer::Step, Writer::Alone(1), Writer::Run];
            let checks = writers.map(|writer| kept.check(table, own, writer));
            for check in checks
                .into_iter()
                .chain([kept.check_if_written(table, own)])
            {
                // PL/pgSQL's own words look like an operator and a function.
                let check = ["ERRCODE =", "MESSAGE =", "IF "]
                    .iter()
                    .fold(check, |check, word| check.replace(word, " "));
                assert_eq!(lookups(&check), [""; 0], "{check}");
            }
        }
    }
}
