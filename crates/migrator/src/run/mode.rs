//! Plain mode: what is run in it, where it may be, and what stands for TimescaleDB there.

use std::borrow::Cow;

use super::runner::Runner;
use super::stop::Stop;
use super::{Error, Report, WrongMode};
use crate::history::{History, Mode, Row};
use crate::plan::Migration;

/// The migrations as they are run in a mode, in the database of `report`.
///
/// # Errors
/// [`Error::Mode`] where something is pending and the database is of the other mode, [`Error::CannotStandFor`] where a statement needs TimescaleDB itself.
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
    check(mode, report).map_err(Error::Mode)?;
    mode.migrations(migrations)
}

impl Mode {
    /// The migrations as they are run in this mode.
    ///
    /// # Errors
    /// [`Error::CannotStandFor`] where a statement needs TimescaleDB itself.
    pub fn migrations(self, migrations: &[Migration]) -> Result<Cow<'_, [Migration]>, Error> {
        match self {
            Mode::TimescaleDb => Ok(Cow::Borrowed(migrations)),
            #[cfg(feature = "plain")]
            Mode::Plain => crate::plan::plain(migrations)
                .map(Cow::Owned)
                .map_err(|error| Error::CannotStandFor(Box::new(error))),
        }
    }
}

fn check(mode: Mode, report: &Report) -> Result<(), WrongMode> {
    let facts = &report.facts;
    match mode {
        Mode::TimescaleDb if facts.is_plain => Err(WrongMode::IsPlain),
        Mode::TimescaleDb => Ok(()),
        #[cfg(feature = "plain")]
        Mode::Plain if facts.timescaledb.is_some() => Err(WrongMode::HasTimescaleDb),
        #[cfg(feature = "plain")]
        Mode::Plain if !facts.is_plain && !report.history.rows.is_empty() => {
            Err(WrongMode::HasHistory)
        }
        #[cfg(feature = "plain")]
        Mode::Plain => Ok(()),
    }
}

impl Runner<'_, '_> {
    /// In plain mode, installs what stands for TimescaleDB unless a run before this one has: in one transaction, which is its mark.
    ///
    /// A runner that this one waited for may have been of the other mode: then the run ends as if it had found the database so.
    pub(super) fn install_stand_in(&mut self, history: &History) -> Result<(), Stop> {
        match (self.options.mode, history.rows.is_empty()) {
            (Mode::TimescaleDb, _) if self.has_stand_in => {
                Err(Stop::Failed(Error::Mode(WrongMode::IsPlain)))
            }
            (Mode::TimescaleDb, _) => Ok(()),
            #[cfg(feature = "plain")]
            (Mode::Plain, _) if self.has_stand_in => Ok(()),
            #[cfg(feature = "plain")]
            (Mode::Plain, false) => Err(Stop::Failed(Error::Mode(WrongMode::HasHistory))),
            #[cfg(feature = "plain")]
            (Mode::Plain, true) => match self.query(&crate::plain::script()) {
                Ok(_) => {
                    self.has_stand_in = true;
                    Ok(())
                }
                Err(crate::link::Error::Server(error)) => Err(Stop::Failed(Error::StandIn(error))),
                Err(error) => Err(error.into()),
            },
        }
    }
}
