//! Plain mode: what is run in it, where it may be, and the stand-in for TimescaleDB there.

use std::borrow::Cow;

use super::attempt_error::AttemptError;
use super::runner::Runner;
use super::stand_in;
use super::{At, Error, Event, Facts, Failure, Report, WrongMode};
use crate::history::{History, Mode, Row};
use crate::link;
use crate::plain;
use crate::plan::{self, Migration};

/// The migrations as they are run in a mode, in the database of `report`.
///
/// # Errors
/// [`Error::Mode`] where something is pending and the database is none for plain mode, [`Error::NotSupported`] where a statement needs TimescaleDB itself.
pub fn migrations<'a>(
    migrations: &'a [Migration],
    mode: Mode,
    report: &Report,
) -> Result<Cow<'a, [Migration]>, Error> {
    let is_applied = |it: &Migration| {
        let row = report.history.row(it.file.version);
        row.is_some_and(Row::is_applied)
    };
    // Where nothing is to be run, nothing is mixed.
    if migrations.iter().all(is_applied) {
        return Ok(Cow::Borrowed(migrations));
    }
    let mode = in_database(mode, &report.facts);
    check(mode, report).map_err(Error::Mode)?;
    mode.migrations(migrations)
}

/// The mode that a run has that was asked for `mode`: a database of plain mode stays one, also where TimescaleDB was installed later.
pub(super) fn in_database(mode: Mode, facts: &Facts) -> Mode {
    match Mode::PLAIN {
        Some(plain) if facts.is_plain => plain,
        _ => mode,
    }
}

impl Mode {
    /// The migrations as they are run in this mode.
    ///
    /// # Errors
    /// [`Error::NotSupported`] where a statement needs TimescaleDB itself.
    pub fn migrations(self, migrations: &[Migration]) -> Result<Cow<'_, [Migration]>, Error> {
        if !self.is_plain() {
            return Ok(Cow::Borrowed(migrations));
        }
        plan::plain(migrations)
            .map(Cow::Owned)
            .map_err(|error| Error::NotSupported(Box::new(error)))
    }
}

/// Whether a run in this mode may write to the database.
fn check(mode: Mode, report: &Report) -> Result<(), WrongMode> {
    let facts = &report.facts;
    if !mode.is_plain() {
        return if facts.is_plain {
            Err(WrongMode::IsPlain)
        } else {
            Ok(())
        };
    }
    if facts.timescaledb.is_some() {
        Err(WrongMode::HasTimescaleDb)
    } else if !facts.is_plain && !report.history.rows.is_empty() {
        Err(WrongMode::HasHistory)
    } else {
        Ok(())
    }
}

impl Runner<'_, '_> {
    /// In plain mode, adds to what the server refused, and takes away, what a user has to know of it.
    pub(super) fn tell_of_plain_mode(&self, failure: &mut Failure) {
        if self.options.mode.is_plain() {
            failure.is_unseen = self.is_unseen(failure);
            let context = failure.error.context.take();
            failure.error.context = context.and_then(|it| plain::context_of_others(&it));
        }
    }

    /// Whether plain mode would have rewritten what the server refused, had it not stood in a string or in the body of a function.
    fn is_unseen(&self, failure: &Failure) -> bool {
        let At::Byte(byte) = failure.at else {
            return false;
        };
        let step = failure.migration.steps.get(failure.step);
        let is_rewritten = step
            .iter()
            .flat_map(|step| &step.statements)
            .filter(|range| range.contains(&byte))
            .any(|range| failure.migration.rewritten.contains_key(&range.start));
        !is_rewritten && plan::is_unseen(&failure.error, self.migrations)
    }

    /// In plain mode, installs the stand-in for TimescaleDB unless a run before this one has, and brings up to date what an older version
    /// installed: in one transaction, which is its mark.
    ///
    /// A runner that this one waited for may have been of the other mode: then the run ends as if it had found the database so.
    pub(super) fn install_stand_in(&mut self, history: &History) -> Result<(), AttemptError> {
        let wrong = match (self.options.mode.is_plain(), self.stand_in) {
            (false, Some(_)) => Some(WrongMode::IsPlain),
            (false, None) => return Ok(()),
            (true, Some(version)) => stand_in::is_newer(version).then_some(WrongMode::IsNewer),
            (true, None) if history.rows.is_empty() => None,
            (true, None) => Some(WrongMode::HasHistory),
        };
        match wrong {
            Some(wrong) => Err(AttemptError::Failed(Error::Mode(wrong))),
            None => self.make_stand_in(),
        }
    }

    /// Brings the stand-in of a database in which nothing is pending up to date; a newer one is left alone.
    pub(super) fn update_stand_in(&mut self) -> Result<(), AttemptError> {
        match self.stand_in {
            Some(version) if stand_in::is_older(version) => self.make_stand_in(),
            _ => Ok(()),
        }
    }

    /// Makes the stand-in, or of an older one this version's. Runners of other histories in the same database, who have locks of their own,
    /// may be about to do the same: what there is to do is known behind the lock that all of them take for this.
    fn make_stand_in(&mut self) -> Result<(), AttemptError> {
        if self.stand_in == Some(plain::VERSION) {
            return Ok(());
        }
        // A session hears of what others made when it opens a relation, and not when it is given an advisory lock.
        let sql = format!(
            "{}SELECT {} FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) 'pg_catalog'",
            plain::LOCK,
            stand_in::FOUND
        );
        let results = self.query(&sql)?;
        let rows = results.last().and_then(|rows| rows.first());
        let found = rows.and_then(|row| row.first()).and_then(Option::as_deref);
        self.stand_in = stand_in::version(found);
        let script = match self.stand_in {
            Some(plain::VERSION) => "COMMIT".to_owned(),
            Some(version) if stand_in::is_older(version) => plain::updated(),
            None => plain::made(),
            Some(_) => {
                self.query("ROLLBACK")?;
                return Err(AttemptError::Failed(Error::Mode(WrongMode::IsNewer)));
            }
        };
        match self.query(&script) {
            Ok(_) => {}
            Err(link::Error::Server(error)) => {
                return Err(AttemptError::Failed(Error::StandIn(error)));
            }
            Err(error) => return Err(error.into()),
        }
        let before = self.stand_in.replace(plain::VERSION);
        if let Some(from) = before.filter(|&version| stand_in::is_older(version)) {
            self.watch.tell(Event::StandInUpdated { from });
        }
        Ok(())
    }
}
