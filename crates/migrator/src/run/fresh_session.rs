//! `ALTER EXTENSION timescaledb UPDATE`: a session that has loaded nothing of the old version, and files of the new one.

use sql::lexer::{self, TokenKind};
use sql::qualified::qualified;
use sql::quote;

use super::attempt_error::AttemptError;
use super::lock;
use super::runner::Runner;
use super::{Error, Moved};
use crate::link;
use crate::plan::Pending;

impl Runner<'_, '_> {
    /// Opens a session in which the next statement is the first that could load the library.
    pub(super) fn open_fresh_session(&mut self) -> Result<(), AttemptError> {
        self.change_session()?;
        self.query(link::LOAD_NOTHING)?;
        self.is_fresh = true;
        Ok(())
    }

    /// Goes on in a session that loads the library of the new version.
    pub(super) fn leave_fresh_session(&mut self) -> Result<(), AttemptError> {
        self.change_session()?;
        self.is_fresh = false;
        Ok(())
    }

    /// Goes on in a session that begins with the settings that a migration has changed for new sessions. The migration is recorded.
    pub(super) fn renew(&mut self) -> Result<(), Error> {
        self.current = None;
        let changed = if self.link.is_open() {
            self.change_session()
        } else {
            self.backend = None;
            self.link.reconnect().map_err(AttemptError::from)
        };
        match changed.and_then(|()| self.note_schema()) {
            Ok(()) => Ok(()),
            Err(AttemptError::Lost(error, step)) => self.reconnect(error, step),
            Err(AttemptError::Failed(error)) => Err(error),
            // No other is made of a link's error.
            Err(AttemptError::Blocked(_) | AttemptError::Divided(_) | AttemptError::Outdated) => {
                Ok(())
            }
        }
    }

    /// Notes whether new tables go to another schema than the history's by now: every later run would look for its history there.
    fn note_schema(&mut self) -> Result<(), AttemptError> {
        if self.options.history.schema.is_some() {
            return Ok(());
        }
        let rows = self
            .query("SELECT pg_catalog.current_schema()")?
            .concat()
            .concat();
        let schema = rows.into_iter().next().flatten();
        self.moved = if schema == self.report.facts.history_schema {
            None
        } else {
            Some(schema.unwrap_or_default())
        };
        Ok(())
    }

    /// Stops before a migration that a run of its own would not find the history for.
    pub(super) fn check_schema(&self) -> Result<(), Error> {
        let Some(to) = self.moved.clone() else {
            return Ok(());
        };
        let facts = &self.report.facts;
        Err(Error::Moved(Box::new(Moved {
            history_schema: facts.history_schema.clone().unwrap_or_default(),
            history_table: facts.history_table.table.clone(),
            to,
        })))
    }

    /// Leaves the session for a new one. The lock goes first: what is left of the old session would hold it for a moment yet.
    fn change_session(&mut self) -> Result<(), AttemptError> {
        match self.is_pooled {
            // The pooler would give the new session this process, which has the library. That it ends is what is asked for.
            true => drop(
                self.query("SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())"),
            ),
            false if self.backend.is_some() => drop(self.query(&lock::give_up(self.lock))?),
            false => {}
        }
        self.backend = None;
        Ok(self.link.reconnect()?)
    }

    /// Whether the server has the files for the update that is the next step: without them the statement fails with less to say.
    pub(super) fn check_extension_files(
        &mut self,
        first: &Pending<'_>,
    ) -> Result<(), AttemptError> {
        let step = &first.migration.steps[first.steps_done];
        let wanted = match wanted_version(&first.migration.file.text[step.range()]) {
            Some(version) => quote::literal(&version),
            None => "available.default_version".to_owned(),
        };
        let sql = format!(
            "SELECT installed.extversion, {wanted}, installed.extversion = {wanted} OR EXISTS (\
             SELECT FROM pg_catalog.pg_extension_update_paths('timescaledb') AS way \
             WHERE way.source = installed.extversion AND way.target = {wanted} AND way.path IS NOT NULL) \
             FROM pg_catalog.pg_extension installed \
             JOIN pg_catalog.pg_available_extensions available ON available.name = installed.extname \
             WHERE installed.extname = 'timescaledb'"
        );
        let row = self.query(&qualified(&sql))?.into_iter().flatten().next();
        let mut values = row
            .unwrap_or_default()
            .into_iter()
            .map(Option::unwrap_or_default);
        let mut next = || values.next().unwrap_or_default();
        let (installed, wanted, is_there) = (next(), next(), next());
        match is_there.as_str() {
            "f" => Err(Error::NoExtensionFiles { installed, wanted }.into()),
            // Where it is not installed the statement says so itself.
            _ => Ok(()),
        }
    }
}

/// The version behind `TO`.
fn wanted_version(statement: &str) -> Option<String> {
    let tokens = lexer::tokens(statement);
    let to = tokens
        .iter()
        .position(|token| token.text(statement).eq_ignore_ascii_case("to"))?;
    let version = tokens.get(to + 1)?;
    let text = version.text(statement);
    Some(match version.kind {
        TokenKind::String => text.trim_matches('\'').replace("''", "'"),
        _ if text.starts_with('"') => text.trim_matches('"').replace("\"\"", "\""),
        _ => text.to_ascii_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_an_update_is_read() {
        let cases = [
            ("ALTER EXTENSION timescaledb UPDATE", None),
            (
                "alter extension timescaledb update to '2.28.3'",
                Some("2.28.3"),
            ),
            (
                "ALTER EXTENSION timescaledb UPDATE TO \"2.28.3\"",
                Some("2.28.3"),
            ),
            ("ALTER EXTENSION timescaledb UPDATE TO Next", Some("next")),
        ];
        for (statement, expected) in cases {
            assert_eq!(
                wanted_version(statement).as_deref(),
                expected,
                "{statement}"
            );
        }
    }
}
