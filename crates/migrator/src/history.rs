//! The table `schema_migrations`: its shape, reading it, and the statements that update it.

pub(crate) mod elsewhere;
mod kept;
pub(crate) mod rows;
mod table;
pub(crate) mod trust;

pub use elsewhere::{Elsewhere, RecordedElsewhere, is_history, others};
pub use kept::{Kept, SPOILED};
pub(crate) use kept::{Recorded, Writer};
pub use table::{HistoryTable, LONGEST_NAME};
pub use trust::{UNUSABLE, Untrusted, find};

use sql::qualified::qualified;
use sql::quote::literal;

pub use crate::plain::Mode;

use crate::link::Rows;
use crate::plain;

/// The table's name, unless a project gives it another one.
pub const TABLE: &str = "schema_migrations";

/// SQLSTATE `object_not_in_prerequisite_state`: the history is not what it was when the run read it.
pub const CHANGED: &str = "55000";

impl Mode {
    /// Whether it is the mode without TimescaleDB, which not every program is built with.
    // Inlined, so that a build without plain mode contains nothing of it.
    #[inline]
    pub fn is_plain(self) -> bool {
        Mode::PLAIN.is_some_and(|plain| self as u8 == plain as u8)
    }

    /// As the history stores it: `timescaledb` or `plain`.
    pub fn as_str(self) -> &'static str {
        if self.is_plain() {
            "plain"
        } else {
            "timescaledb"
        }
    }

    /// What a transaction of statements ends with, before it is recorded.
    pub(crate) fn check(self) -> Option<&'static str> {
        self.is_plain().then_some(plain::CHECK)
    }
}

/// What the history records about one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The migration's number.
    pub version: u32,
    /// Its name, without number and `.sql`.
    pub name: String,
    /// SHA-256 of the file; of its completed part while `steps_done < steps`.
    pub checksum: String,
    /// How many steps the file had when the last of them was recorded.
    pub steps: usize,
    /// How many of them are done.
    pub steps_done: usize,
    /// When its last step was done, as `YYYY-MM-DD HH:MM` in UTC; `None` while it is half applied.
    pub applied_at: Option<String>,
    /// Who applied it.
    pub applied_by: String,
    /// From the first step's start to the last one's end, in milliseconds; `None` while it is half applied.
    pub duration_ms: Option<i64>,
    /// The mode that applied it: `timescaledb` or `plain`.
    pub mode: String,
    /// When the next step was started, as `YYYY-MM-DD HH:MM:SS` in UTC, if that is a statement that runs alone: it may or may not have run.
    /// `None` if there is no such doubt.
    pub step_started_at: Option<String>,
    /// SHA-256 of the statement that was started then, if only a person knows whether it ran: its file may have another one by now.
    pub step_checksum: Option<String>,
    /// The statement itself, if the catalog shows whether it ran.
    pub step_statement: Option<String>,
    /// `started_at` and `applied_at` as the server prints them, to the microsecond.
    pub(crate) times: Times,
}

/// When a migration was started and when it was applied, as `YYYY-MM-DD HH:MM:SS.UUUUUU` in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) started_at: Option<String>,
    pub(crate) applied_at: Option<String>,
}

impl Row {
    /// The name that the migration's file had: `001_initial_schema.sql`.
    pub fn file_name(&self) -> String {
        format!("{:03}_{}.sql", self.version, self.name)
    }

    /// Whether all of the migration's steps are done.
    pub fn is_applied(&self) -> bool {
        self.steps_done >= self.steps
    }
}

/// The whole history, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Its name with its schema, as a person would type it; empty if there is none.
    pub table: String,
    /// One row for each migration that was started.
    pub rows: Vec<Row>,
}

impl History {
    /// The row of a migration.
    pub fn row(&self, version: u32) -> Option<&Row> {
        self.rows
            .binary_search_by_key(&version, |row| row.version)
            .ok()
            .map(|at| &self.rows[at])
    }

    /// Reads the rows that [`read`]'s query of this table returned; the error names the value that could not be read.
    pub fn parse(table: String, rows: &Rows) -> Result<History, String> {
        let rows = rows.iter().map(|row| parse_row(row));
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        rows.sort_by_cached_key(|row| row.version);
        Ok(History { table, rows })
    }
}

/// Reads the history of this quoted name. It names every column, so it fails if one is missing, except for the columns of later versions:
/// they are null in an older history until the next run adds them.
///
/// Unsorted: sorting here costs less than the look-ups for it in a new session.
pub fn read(table: &str) -> String {
    qualified(&format!("{READ} FROM {table}) AS history"))
}

const READ: &str = "SELECT history.* FROM (SELECT NULL::timestamptz AS step_started_at, NULL::text AS step_checksum, NULL::text AS step_statement) AS first_version, \
     LATERAL (SELECT version, name, checksum, steps, steps_done, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), \
     applied_by, duration_ms, to_char(step_started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), \
     mode, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), step_checksum, step_statement";

/// The length of a time to the minute.
const MINUTE: usize = "2026-11-20 09:12".len();

fn parse_row(row: &[Option<String>]) -> Result<Row, String> {
    fn number<T: std::str::FromStr>(column: &str, text: Option<&str>) -> Result<T, String> {
        let text = text.unwrap_or("null");
        text.parse()
            .map_err(|_| format!("{TABLE}.{column} holds {text}, which this version cannot read"))
    }
    let text = |index: usize| row.get(index).and_then(|value| value.as_deref());
    let owned = |index: usize| text(index).unwrap_or_default().to_owned();
    let steps = number("steps", text(3))?;
    let steps_done = number("steps_done", text(4))?;
    Ok(Row {
        version: number("version", text(0))?,
        name: owned(1),
        checksum: owned(2),
        steps,
        steps_done,
        applied_at: text(5).map(|at| at.get(..MINUTE).unwrap_or(at).to_owned()),
        applied_by: owned(6),
        duration_ms: text(7)
            .map(|text| number("duration_ms", Some(text)))
            .transpose()?,
        mode: owned(9),
        step_started_at: text(8).filter(|_| steps_done < steps).map(str::to_owned),
        step_checksum: text(11).map(str::to_owned),
        step_statement: text(12).map(str::to_owned),
        times: Times {
            started_at: text(10).map(str::to_owned),
            applied_at: text(5).map(str::to_owned),
        },
    })
}

/// Creates the table, in the schema that new tables go to, and gives one of an older version its new columns. `qualified` is its quoted
/// name.
pub fn create(qualified: &str) -> String {
    let complete = format!(
        "BEGIN IF (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute WHERE attrelid OPERATOR(pg_catalog.=) {}::pg_catalog.regclass \
         AND attname OPERATOR(pg_catalog.=) ANY (ARRAY['step_started_at', 'step_checksum', 'step_statement'])) OPERATOR(pg_catalog.<) 3 \
         THEN ALTER TABLE {qualified} ADD COLUMN IF NOT EXISTS step_started_at pg_catalog.timestamptz, \
         ADD COLUMN IF NOT EXISTS step_checksum pg_catalog.text, ADD COLUMN IF NOT EXISTS step_statement pg_catalog.text; END IF; END",
        literal(qualified),
    );
    format!(
        "{};\nDO {};\n\
         COMMENT ON TABLE {qualified} IS 'Applied migrations; a row with steps_done < steps stopped half-way, and the next run continues there'",
        create_table(qualified),
        literal(&complete),
    )
}

/// Creates the table alone.
pub(crate) fn create_table(qualified: &str) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {qualified} (\n  \
           version integer PRIMARY KEY,\n  \
           name pg_catalog.text NOT NULL,\n  \
           checksum pg_catalog.text NOT NULL,\n  \
           steps integer NOT NULL,\n  \
           steps_done integer NOT NULL,\n  \
           started_at pg_catalog.timestamptz NOT NULL,\n  \
           applied_at pg_catalog.timestamptz,\n  \
           duration_ms bigint,\n  \
           applied_by pg_catalog.text NOT NULL,\n  \
           mode pg_catalog.text NOT NULL,\n  \
           step_started_at pg_catalog.timestamptz,\n  \
           step_checksum pg_catalog.text,\n  \
           step_statement pg_catalog.text\n\
         )"
    )
}

/// A migration's progress, ready to be recorded.
#[derive(Debug, Clone, Copy)]
pub struct HistoryEntry<'a> {
    /// The table's quoted name.
    pub table: &'a str,
    /// The migration's number.
    pub version: u32,
    /// Its name.
    pub name: &'a str,
    /// The checksum that goes with `steps_done`.
    pub checksum: &'a str,
    /// How many steps it has.
    pub steps: usize,
    /// How many are done.
    pub steps_done: usize,
    /// Who runs it.
    pub applied_by: &'a str,
    /// With or without TimescaleDB.
    pub mode: Mode,
    /// The statement that is about to be sent alone.
    pub begun: Option<Begun<'a>>,
}

/// What is kept of a statement that is about to be sent alone, while it is not known whether it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun<'a> {
    /// Its text: the catalog will show whether it ran, even after another statement has replaced it in the file.
    Statement(&'a str),
    /// Its SHA-256: only a person will know whether it ran.
    Checksum(&'a str),
}

impl<'a> Begun<'a> {
    /// The values of `step_checksum` and `step_statement`.
    fn columns(begun: Option<Begun<'a>>) -> (String, String) {
        let null = || "NULL".to_owned();
        match begun {
            None => (null(), null()),
            Some(Begun::Checksum(checksum)) => (literal(checksum), null()),
            Some(Begun::Statement(text)) => (null(), literal(text)),
        }
    }
}

impl HistoryEntry<'_> {
    /// Journals that a statement that runs alone is about to be sent, of a migration that the history knows.
    pub fn begin(&self) -> String {
        let (checksum, statement) = Begun::columns(self.begun);
        let values = format!(
            "step_started_at = pg_catalog.clock_timestamp(), step_checksum = {checksum}, step_statement = {statement}"
        );
        self.change(&values, self.steps_done)
    }

    /// Undoes [`HistoryEntry::begin`]: the statement left nothing.
    pub fn unbegin(&self) -> String {
        format!(
            "UPDATE {} SET step_started_at = NULL, step_checksum = NULL, step_statement = NULL WHERE version OPERATOR(pg_catalog.=) {}",
            self.table, self.version
        )
    }

    /// Records the migration for the first time; with no step done, its first one, which runs alone, is about to be sent.
    pub fn insert(&self) -> String {
        let done = self.steps_done >= self.steps;
        // Inside the step's transaction now() is its start, and the clock shows the end of its work.
        let (applied, duration) = if done {
            ("clock.now", milliseconds("clock.now", "now()"))
        } else {
            ("NULL", "NULL".to_owned())
        };
        let begun = match self.steps_done {
            0 if !done => "pg_catalog.clock_timestamp()",
            _ => "NULL",
        };
        let (step_checksum, step_statement) = Begun::columns(self.begun);
        format!(
            "INSERT INTO {} (version, name, checksum, steps, steps_done, started_at, applied_at, duration_ms, applied_by, mode, step_started_at, step_checksum, step_statement) \
             SELECT {}, {}, {}, {}, {}, pg_catalog.now(), {applied}, {duration}, {}, '{}', {begun}, {step_checksum}, {step_statement} FROM {CLOCK}",
            self.table,
            self.version,
            literal(self.name),
            literal(self.checksum),
            self.steps,
            self.steps_done,
            literal(self.applied_by),
            self.mode.as_str(),
        )
    }

    /// Records what is done now, after the first `before` steps.
    pub fn update(&self, before: usize) -> String {
        let finish = if self.steps_done >= self.steps {
            format!(
                ", applied_at = clock.now, duration_ms = {}",
                milliseconds("clock.now", "started_at")
            )
        } else {
            String::new()
        };
        let values = format!(
            "steps = {}, steps_done = {}, checksum = {}, applied_by = {}, step_started_at = NULL, step_checksum = NULL, step_statement = NULL{finish}",
            self.steps,
            self.steps_done,
            literal(self.checksum),
            literal(self.applied_by),
        );
        self.change(&values, before)
    }

    /// Changes the row, and fails if it does not record that many completed steps: a migration may have deleted it, or released the lock
    /// that excludes other runs. The step that it belongs to then fails too.
    fn change(&self, values: &str, steps_done: usize) -> String {
        let message = literal(&format!(
            "{TABLE} no longer records that {steps_done} of {} steps of {:03} are done",
            self.steps, self.version
        ));
        let body = format!(
            "BEGIN UPDATE {} SET {values} FROM {CLOCK} WHERE version OPERATOR(pg_catalog.=) {} AND steps_done OPERATOR(pg_catalog.=) {steps_done}; \
             IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = '{CHANGED}', MESSAGE = {message}; END IF; END",
            self.table, self.version
        );
        format!("DO {}", literal(&body))
    }
}

/// The time when a row is written, read once: `applied_at` and `duration_ms` are of the same moment.
const CLOCK: &str = "(SELECT pg_catalog.clock_timestamp() AS now) AS clock";

/// How long it is from one time to another, as an expression.
fn milliseconds(to: &str, from: &str) -> String {
    qualified(&format!(
        "(extract(epoch FROM {to} - {from}) * 1000)::bigint"
    ))
}
