//! Asks what other tools left in a database that has no history of these migrations.

use crate::foreign::{self, Foreign, Held};
use crate::link::{self, Link, Rows};

use super::{Error, Facts};

/// The histories of other tools among the tables that [`foreign::query`] returned, with the content of those that may be read.
pub(super) fn look(link: &mut dyn Link, rows: Option<Rows>) -> Result<Vec<Foreign>, link::Error> {
    let mut found = foreign::recognise(&foreign::candidates(&rows.unwrap_or_default()));
    for foreign in found.iter_mut().filter(|foreign| foreign.is_readable) {
        let results = link.query(&foreign.held_query())?;
        foreign.held = results.first().map(Held::parse);
    }
    Ok(found)
}

/// The error for a table that has the history's name and is not a history.
pub(super) fn refuse(facts: &Facts, reason: String, found: Vec<Foreign>) -> Error {
    let name = &facts.history_table.table;
    let table = match &facts.history_schema {
        Some(schema) => format!("{schema}.{name}"),
        None => name.clone(),
    };
    let is_it =
        |it: &Foreign| it.table == *name && Some(&it.schema) == facts.history_schema.as_ref();
    let tool = found.into_iter().find(is_it).map(Box::new);
    Error::ForeignHistory {
        table,
        reason,
        tool,
    }
}

/// What blocks the run, in one line.
pub(super) fn describe(table: &str, reason: &str, tool: Option<&Foreign>) -> String {
    match tool {
        Some(foreign) => {
            let rename = foreign.rename().unwrap_or_default();
            format!(
                "{foreign}; {rename} and `cargo xtask migrate --baseline NNN` take the database over"
            )
        }
        None => format!("{table} is not a history of these migrations: {reason}"),
    }
}
