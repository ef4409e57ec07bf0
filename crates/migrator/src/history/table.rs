//! Which table is the history: its name in a project's settings and in our SQL.

use sql::quote::{identifier, literal};

use super::TABLE;

/// The suffix of the table of paused jobs, after the history's name.
const PAUSED_JOBS: &str = "_paused_jobs";

/// The longest name of a history, in bytes: PostgreSQL truncates names to 63, and the table of paused jobs has a longer one.
pub const LONGEST_NAME: usize = 63 - PAUSED_JOBS.len();

/// Which table is the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryTable {
    /// Its schema; `None` is the one that new tables go to. A schema that does not exist is created with the history.
    pub schema: Option<String>,
    /// Its name, of at most [`LONGEST_NAME`] bytes: `schema_migrations` unless a project says otherwise.
    pub table: String,
}

impl Default for HistoryTable {
    fn default() -> Self {
        HistoryTable {
            schema: None,
            table: TABLE.to_owned(),
        }
    }
}

impl HistoryTable {
    /// The name of the table that holds background jobs while a run has paused them.
    pub fn paused_jobs(&self) -> String {
        format!("{}{PAUSED_JOBS}", self.table)
    }

    /// The names of the tables that a run keeps in the history's schema.
    pub fn tables(&self) -> [String; 2] {
        [self.table.clone(), self.paused_jobs()]
    }

    /// The quoted name, with its schema where that is known without asking the server.
    pub(crate) fn quoted(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", identifier(schema), identifier(&self.table)),
            None => identifier(&self.table),
        }
    }

    /// SQL for the name of its schema.
    pub(crate) fn schema_sql(&self) -> String {
        match &self.schema {
            Some(schema) => literal(schema),
            None => "current_schema()".to_owned(),
        }
    }
}
