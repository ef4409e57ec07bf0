//! What a program was built for, as a value.

use pgtypes::QueryText;

use crate::{HistoryTable, StartUp};

/// The schema that a program was built for: its migrations and what they make. [`include_schema!`](crate::include_schema) makes it.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    pub(crate) migrations: &'static [(&'static str, &'static str)],
    pub(crate) snapshot: &'static str,
    fingerprint: &'static str,
    history_schema: Option<&'static str>,
    history_table: &'static str,
    included: &'static [&'static str],
    /// By file.
    pub(crate) queries: &'static [&'static [&'static QueryText]],
}

impl Schema {
    /// For the text that `timeschema-build` writes. Not for other use.
    #[doc(hidden)]
    pub const fn built(
        migrations: &'static [(&'static str, &'static str)],
        snapshot: &'static str,
        fingerprint: &'static str,
        history: (Option<&'static str>, &'static str),
        included: &'static [&'static str],
        queries: &'static [&'static [&'static QueryText]],
    ) -> Schema {
        let (history_schema, history_table) = history;
        Schema {
            migrations,
            snapshot,
            fingerprint,
            history_schema,
            history_table,
            included,
            queries,
        }
    }

    /// Every migration, by number: the name of its file and its text.
    pub const fn migrations(&self) -> &'static [(&'static str, &'static str)] {
        self.migrations
    }

    /// The schema after the last migration, as the text of `schema.json`.
    pub const fn snapshot(&self) -> &'static str {
        self.snapshot
    }

    /// SHA-256 over the migrations and the schema, in hexadecimal: what two builds have to share to be made for the same database.
    pub const fn fingerprint(&self) -> &'static str {
        self.fingerprint
    }

    /// The history that `start_up` chooses, or else `timeschema.toml` when the program was built.
    pub(crate) fn history(&self, start_up: &StartUp) -> HistoryTable {
        start_up.history.clone().unwrap_or_else(|| HistoryTable {
            schema: self.history_schema.map(str::to_owned),
            table: self.history_table.to_owned(),
        })
    }

    /// The schemas that `start_up` chooses, or else `timeschema.toml` when the program was built.
    pub(crate) fn included(&self, start_up: &StartUp) -> Vec<String> {
        let built = || self.included.iter().map(|&name| name.to_owned()).collect();
        start_up.schemas.clone().unwrap_or_else(built)
    }
}
