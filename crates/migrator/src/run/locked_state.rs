//! What a runner finds once it has the lock: another runner may have changed it since it was read without the lock.

use sql::quote;

use super::locked_link::LockedLink;
use super::{Error, Facts, facts, stand_in};
use crate::history::{self, History};
use crate::link;

/// The state of the database while no other runner is active.
#[derive(Debug)]
pub(super) struct LockedState {
    pub history: History,
    /// Whether a run has left jobs paused.
    pub has_paused_jobs: bool,
    /// The version of what replaces TimescaleDB, if it is installed.
    pub stand_in: Option<u32>,
}

impl LockedState {
    /// Reads the state, and creates the history if it does not exist. `table` and `paused_jobs` are the quoted names of tables.
    pub(super) fn read(
        link: &mut LockedLink<'_, '_>,
        facts: &Facts,
        table: &str,
        paused_jobs: &str,
    ) -> Result<LockedState, Error> {
        let create = if link.is_fresh() {
            // Creating a table that exists would load the library through TimescaleDB's event trigger.
            String::new()
        } else {
            facts.create_history()? + ";\n"
        };
        let named = facts.named_history();
        let sql = format!(
            "SELECT pg_catalog.to_regclass({}) IS NOT NULL, \
             {};\n{create}{};\n{}",
            quote::literal(paused_jobs),
            stand_in::FOUND,
            facts::guard(&named),
            history::read(table),
        );
        let results = match link.query(&sql) {
            // Another user has created a table of this name since it was read without the lock.
            Err(link::Error::Server(error)) if error.code == facts::NO_HISTORY => {
                facts::check_trust(link.unwatched(), &named)?;
                return Err(link::Error::Server(error).into());
            }
            other => other?,
        };
        let mut results = results.into_iter();
        let found: Vec<_> = results.next().into_iter().flatten().flatten().collect();
        let found = |at: usize| found.get(at).and_then(|it| it.as_deref());
        let rows = results.next_back().unwrap_or_default();
        Ok(LockedState {
            history: facts::parse_history(facts, &rows)?,
            has_paused_jobs: found(0) == Some("t"),
            stand_in: stand_in::version(found(1)),
        })
    }
}
