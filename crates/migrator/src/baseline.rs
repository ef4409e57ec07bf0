//! Taking over a database that has the schema of some migrations already: they are recorded as applied, and nothing of them is run.
//!
//! Whether the database really has that schema is the caller's to find out first: the engine knows no catalog.

use crate::history::{History, Mode, Row, rows};
use crate::link::Link;
use crate::plan::{self, Migration};
use crate::run::{self, Event, Options, Report};

/// Why a database could not be taken over.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database could not be read or written, or another run holds the lock.
    #[error(transparent)]
    Run(#[from] run::Error),
    /// It has a history of migrations already; never empty.
    #[error("there is already a history: {} is applied", .0.last().map_or_else(String::new, Row::file_name))]
    History(Vec<Row>),
}

/// The migrations up to and including a number.
pub fn upto(migrations: &[Migration], version: u32) -> Result<&[Migration], plan::Error> {
    let last = migrations
        .iter()
        .position(|migration| migration.file.version == version)
        .ok_or(plan::Error::NoSuchMigration(version))?;
    Ok(&migrations[..=last])
}

/// The history that a taken-over database has: each of the migrations applied, and none with a duration.
pub fn history(migrations: &[Migration], applied_by: &str) -> History {
    let mode = Mode::TimescaleDb.as_str();
    let rows = migrations.iter().map(|it| it.applied(applied_by, mode));
    History {
        rows: rows.collect(),
        ..History::default()
    }
}

/// Creates the history with `create` and fills it, in one transaction. `table` is its quoted name.
fn render(table: &str, create: &str, history: &History) -> String {
    let rows: Vec<&Row> = history.rows.iter().collect();
    format!(
        "BEGIN;\n{create};\n\
         {};\nCOMMIT",
        rows::insert(table, &rows),
    )
}

/// Whether a database may be taken over, as far as its history goes.
pub fn check(report: &Report) -> Result<(), Error> {
    if report.history.rows.is_empty() {
        Ok(())
    } else {
        Err(Error::History(report.history.rows.clone()))
    }
}

/// Records these migrations as applied, under the runner's lock and only if none is applied. Returns the resulting history.
pub fn record(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<History, Error> {
    let report = run::read(link, &options.history, None)?;
    report.check_elsewhere(migrations)?;
    let lock = report.facts.lock()?;
    run::lock(link, lock, &report.facts.backend, options, observe)?;
    let outcome = record_locked(link, migrations, options);
    // Ending the session would release the lock too, but what is pending is applied in this one.
    let unlock = run::give_up(lock);
    let farewell = match outcome {
        Ok(_) => unlock,
        Err(_) => format!("ROLLBACK;\n{unlock}"),
    };
    let unlocked = link.query(&farewell);
    let history = outcome?;
    unlocked.map_err(run::Error::from)?;
    Ok(history)
}

fn record_locked(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
) -> Result<History, Error> {
    let report = run::read(link, &options.history, None)?;
    // Another runner may have been faster.
    check(&report)?;
    if let Some(reason) = report.facts.read_only {
        return Err(run::Error::ReadOnly(reason).into());
    }
    let table = report.facts.own_history()?;
    let create = report.facts.create_history()?;
    let applied_by = options.applied_by.as_ref().unwrap_or(&report.facts.user);
    let history = history(migrations, applied_by);
    link.query(&render(&table, &create, &history))
        .map_err(run::Error::from)?;
    Ok(history)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::history;
    use crate::source::File;

    fn migrations() -> Vec<Migration> {
        let files = [
            ("001_a.sql", "SELECT 1;"),
            ("002_b.sql", "SELECT 1; VACUUM; SELECT 2"),
        ];
        let parse = |(name, text): (&str, &str)| {
            Migration::parse(File::new(Path::new(name), text.as_bytes().to_vec()).unwrap()).unwrap()
        };
        files.map(parse).to_vec()
    }

    #[test]
    fn a_number_chooses_the_migrations_up_to_it() {
        let migrations = migrations();
        assert_eq!(upto(&migrations, 1).unwrap().len(), 1);
        assert_eq!(upto(&migrations, 2).unwrap().len(), 2);
        for version in [0, 3] {
            let error = upto(&migrations, version).unwrap_err();
            assert_eq!(error, plan::Error::NoSuchMigration(version));
        }
    }

    #[test]
    fn the_history_is_written_in_one_transaction() {
        let history = history(&migrations(), r"O'Brien\");
        let table = "\"public\".\"schema_migrations\"";
        insta::assert_snapshot!(render(table, &history::create(table), &history));
    }

    #[test]
    fn what_is_recorded_is_what_a_plan_takes_for_applied() {
        let migrations = migrations();
        let history = history(&migrations[..1], "me");
        let pending = plan::plan(
            &migrations,
            &history,
            plan::Selection::All,
            plan::Ahead::Refuse,
        )
        .unwrap();
        let pending: Vec<u32> = pending.iter().map(|it| it.migration.file.version).collect();
        assert_eq!(pending, [2]);
    }
}
