//! Plain mode: what it runs, which databases it accepts, and how it explains a refusal.

use std::borrow::Cow;

use super::{At, Error, Facts, Failure, Report, WrongMode};
use crate::history::{Mode, Row};
use crate::plain;
use crate::plan::{self, Migration};

/// The migrations as a mode runs them in the database of `report`.
///
/// # Errors
/// [`Error::Mode`] if something is pending and the database cannot be in plain mode, [`Error::NotSupported`] if a statement needs
/// TimescaleDB itself.
pub fn migrations<'a>(
    migrations: &'a [Migration],
    mode: Mode,
    report: &Report,
) -> Result<Cow<'a, [Migration]>, Error> {
    let is_applied = |it: &Migration| {
        let row = report.history.row(it.file.version);
        row.is_some_and(Row::is_applied)
    };
    // If nothing is pending, the modes cannot be mixed.
    if migrations.iter().all(is_applied) {
        return Ok(Cow::Borrowed(migrations));
    }
    let mode = in_database(mode, &report.facts);
    check(mode, report).map_err(Error::Mode)?;
    mode.migrations(migrations, &is_applied)
}

/// The mode of a run for which `mode` was requested: a database in plain mode stays so, even if TimescaleDB was installed later.
pub(super) fn in_database(mode: Mode, facts: &Facts) -> Mode {
    match Mode::PLAIN {
        Some(plain) if facts.is_plain => plain,
        _ => mode,
    }
}

impl Mode {
    /// The migrations as this mode runs them, some of which may be applied.
    ///
    /// # Errors
    /// [`Error::NotSupported`] if a statement that is not applied needs TimescaleDB itself.
    pub fn migrations<'a>(
        self,
        migrations: &'a [Migration],
        is_applied: &dyn Fn(&Migration) -> bool,
    ) -> Result<Cow<'a, [Migration]>, Error> {
        if !self.is_plain() {
            return Ok(Cow::Borrowed(migrations));
        }
        plan::plain(migrations, is_applied)
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

/// In plain mode, adds to the server's error what the user has to know, and removes what would mislead.
pub(super) fn explain(failure: &mut Failure, migrations: &[Migration]) {
    failure.is_unseen = is_unseen(failure, migrations);
    let context = failure.error.context.take();
    failure.error.context = context.and_then(|it| plain::context_of_others(&it));
}

/// Whether the server refused SQL in a string or a function body, which plain mode would have rewritten outside of one.
fn is_unseen(failure: &Failure, migrations: &[Migration]) -> bool {
    let At::Byte(byte) = failure.at else {
        return false;
    };
    let step = failure.migration.steps.get(failure.step);
    let is_rewritten = step
        .iter()
        .flat_map(|step| &step.statements)
        .filter(|range| range.contains(&byte))
        .any(|range| failure.migration.rewritten.contains_key(&range.start));
    !is_rewritten && plan::is_unseen(&failure.error, migrations)
}
