//! Plain mode: what is run in it, where it may be, and what stands for TimescaleDB there.

use std::borrow::Cow;

use super::runner::Runner;
use super::stop::Stop;
#[cfg(feature = "plain")]
use super::{At, Event, Failure};
use super::{Error, Facts, Report, WrongMode};
use crate::history::{History, Mode, Row};
use crate::plan::Migration;

/// The migrations as they are run in a mode, in the database of `report`.
///
/// # Errors
/// [`Error::Mode`] where something is pending and the database is none for plain mode, [`Error::CannotStandFor`] where a statement needs TimescaleDB itself.
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
#[cfg_attr(not(feature = "plain"), expect(unused_variables))]
pub(super) fn in_database(mode: Mode, facts: &Facts) -> Mode {
    match mode {
        #[cfg(feature = "plain")]
        Mode::TimescaleDb if facts.is_plain => Mode::Plain,
        mode => mode,
    }
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
    /// In plain mode, adds to what the server refused, and takes away, what a user has to know of it.
    #[cfg(feature = "plain")]
    pub(super) fn tell_of_plain_mode(&self, failure: &mut Failure) {
        if self.options.mode == Mode::Plain {
            failure.is_unseen = self.is_unseen(failure);
            let context = failure.error.context.take();
            failure.error.context = context.and_then(|it| crate::plain::context_of_others(&it));
        }
    }

    /// Whether plain mode would have rewritten what the server refused, had it not stood in a string or in the body of a function.
    #[cfg(feature = "plain")]
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
        !is_rewritten && crate::plan::is_unseen(&failure.error, self.migrations)
    }

    /// In plain mode, installs what stands for TimescaleDB unless a run before this one has, and brings up to date what an older version
    /// installed: in one transaction, which is its mark.
    ///
    /// A runner that this one waited for may have been of the other mode: then the run ends as if it had found the database so.
    pub(super) fn install_stand_in(&mut self, history: &History) -> Result<(), Stop> {
        match (self.options.mode, history.rows.is_empty()) {
            (Mode::TimescaleDb, _) if self.stand_in.is_some() => {
                Err(Stop::Failed(Error::Mode(WrongMode::IsPlain)))
            }
            (Mode::TimescaleDb, _) => Ok(()),
            #[cfg(feature = "plain")]
            (Mode::Plain, has_no_history) => match self.stand_in {
                Some(crate::plain::VERSION) => Ok(()),
                Some(version) if version > crate::plain::VERSION => {
                    Err(Stop::Failed(Error::Mode(WrongMode::IsNewer)))
                }
                Some(version) => {
                    self.make_stand_in(&crate::plain::update())?;
                    self.watch.tell(Event::StandInUpdated { from: version });
                    Ok(())
                }
                None if has_no_history => self.make_stand_in(&crate::plain::script()),
                None => Err(Stop::Failed(Error::Mode(WrongMode::HasHistory))),
            },
        }
    }

    #[cfg(feature = "plain")]
    fn make_stand_in(&mut self, script: &str) -> Result<(), Stop> {
        match self.query(script) {
            Ok(_) => {
                self.stand_in = Some(crate::plain::VERSION);
                Ok(())
            }
            Err(crate::link::Error::Server(error)) => Err(Stop::Failed(Error::StandIn(error))),
            Err(error) => Err(error.into()),
        }
    }
}
