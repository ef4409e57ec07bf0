//! The schema that new tables go to. The history is looked up there, so a migration that changes it for new sessions would hide the
//! history.

use super::locked_link::LockedLink;
use super::{Error, Facts, Moved};
use crate::link;

/// The schema that new tables go to since a migration of this run changed it, if it is not the history's.
#[derive(Debug, Default)]
pub(super) struct NewTables {
    moved: Option<String>,
}

impl NewTables {
    /// Notes, in a new session, whether new tables now go to another schema than the history's: every later run would look for its history
    /// there, unless the project names the schema.
    pub(super) fn look(
        &mut self,
        link: &mut LockedLink<'_, '_>,
        facts: &Facts,
    ) -> Result<(), link::Error> {
        if facts.history_table.schema.is_some() {
            return Ok(());
        }
        let rows = link
            .query("SELECT pg_catalog.current_schema()")?
            .concat()
            .concat();
        let schema = rows.into_iter().next().flatten();
        self.moved = if schema == facts.history_schema {
            None
        } else {
            Some(schema.unwrap_or_default())
        };
        Ok(())
    }

    /// Stops before a migration if a run that starts with it would not find the history.
    pub(super) fn check(&self, facts: &Facts) -> Result<(), Error> {
        let Some(to) = self.moved.clone() else {
            return Ok(());
        };
        Err(Error::Moved(Box::new(Moved {
            history_schema: facts.history_schema.clone().unwrap_or_default(),
            history_table: facts.history_table.table.clone(),
            to,
        })))
    }
}
