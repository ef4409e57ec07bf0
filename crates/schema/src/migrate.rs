//! Applying what is pending at start-up, with the engine that `cargo xtask migrate` uses.

use std::time::Duration;

use migrator::plan::{self, Migration, Mismatch};
use migrator::run::{self, Event, Options};
use migrator::source;
use migrator::source::TextError;

use crate::Schema;
use crate::trace::{self, Teller};

pub use migrator::history::{HistoryTable, Mode};
pub use migrator::plan::{Ahead, NewerDatabase};
pub use migrator::run::{Applied, Report};
pub use migrator::wire::{Config, ConfigError};

/// Why the migrations could not be applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The database could not be reached, refused a statement, or has other migrations than this program. What was applied before stays
    /// applied, and the next call continues after it.
    #[error(transparent)]
    Run(#[from] Box<run::Error>),
    /// Later migrations were applied than this program knows, and [`StartUp::ahead`] refuses that.
    #[error("{0}: start a program that knows {last:03}, or this one with `Ahead::Start`", last = .0.database)]
    Ahead(NewerDatabase),
    /// An embedded file is not a valid migration.
    #[error("embedded migrations: {0}")]
    Source(#[from] source::Error),
    /// An embedded file's text cannot be split into statements.
    #[error("embedded migrations: {0}")]
    Text(#[from] Box<TextError>),
    /// The server could not be reached.
    #[error("the database could not be reached: {0}")]
    Connect(#[from] migrator::link::Error),
}

/// How a service starts.
///
/// ```
/// use timeschema::{Ahead, StartUp};
///
/// let start_up = StartUp {
///     applied_by: Some("billing 2.7.1".to_owned()),
///     ahead: Ahead::Refuse,
///     ..StartUp::default()
/// };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartUp {
    /// How long to wait for another runner, such as a replica that started a moment earlier, and how long a step waits for locks, over all
    /// its attempts of five seconds each; a minute by default.
    pub patience: Duration,
    /// Recorded as `applied_by` with what is applied; the session's user by default.
    pub applied_by: Option<String>,
    /// What to do if the database is ahead of this program, because a later version of it has migrated; [`Ahead::Start`] by default.
    ///
    /// While a later version is rolled out, its first replica migrates, and each replica of the earlier one that is restarted until the end
    /// (moved, out of memory, scaled) meets a database that is ahead. After a roll-back every replica does, and no migration is undone.
    /// Refusing would then turn each restart into an outage, just when the earlier version is needed. [`Schema::verify`] makes this safe:
    /// it succeeds only if everything that this program's types read and write still exists. It cannot see that a later migration kept a
    /// column and changed its meaning; if you write such migrations, choose [`Ahead::Refuse`].
    ///
    /// `cargo xtask migrate` refuses: in a working copy a missing file is a mistake.
    pub ahead: Ahead,
    /// With or without TimescaleDB; [`Mode::TimescaleDb`] by default. With [`Mode::Plain`] it is PostgreSQL without TimescaleDB, where
    /// hypertables are plain tables and continuous aggregates are views. A database stays in the mode that it was first migrated in,
    /// whatever this value is.
    pub mode: Mode,
    /// The history table; by default the one that `timeschema.toml` named when the program was built.
    pub history: Option<HistoryTable>,
    /// The schemas that the migrations fill, which [`Schema::verify_exact`] compares; by default those that `timeschema.toml` included when
    /// the program was built. If the list is empty, all schemas without another service's history.
    pub schemas: Option<Vec<String>>,
}

impl Default for StartUp {
    fn default() -> Self {
        StartUp {
            patience: Duration::from_secs(60),
            applied_by: None,
            ahead: Ahead::Start,
            mode: Mode::TimescaleDb,
            history: None,
            schemas: None,
        }
    }
}

impl Schema {
    /// Applies every pending migration of this program, and returns what it found and did.
    ///
    /// Every replica may call it at once: one applies, the others wait for it and then find nothing to do. A database that a later version
    /// of the program has migrated is not changed, and [`Report::ahead`] reports it. Progress goes to `tracing` as events with the target
    /// `timeschema::migrate`.
    ///
    /// It blocks; an async service calls it through `spawn_blocking`.
    ///
    /// # Errors
    /// [`MigrateError::Run`] names the file, the line and the server's reason if a statement fails; its step is rolled back.
    pub fn migrate(&self, config: &Config) -> Result<Report, MigrateError> {
        self.migrate_with(config, &StartUp::default())
    }

    /// The same as [`migrate`](Self::migrate), with options.
    ///
    /// # Errors
    /// Those of [`migrate`](Self::migrate); [`MigrateError::Ahead`] if the database is ahead and `start_up` refuses that.
    pub fn migrate_with(
        &self,
        config: &Config,
        start_up: &StartUp,
    ) -> Result<Report, MigrateError> {
        let migrations = source::embedded(self.migrations)?
            .into_iter()
            .map(Migration::parse)
            .collect::<Result<Vec<_>, _>>()
            .map_err(Box::new)?;
        let options = Options {
            applied_by: start_up.applied_by.clone(),
            patience: start_up.patience,
            ahead: start_up.ahead,
            mode: start_up.mode,
            history: self.history(start_up),
            ..Options::default()
        };
        let mut link = config.connect()?;
        let mut teller = Teller::new(start_up.mode);
        let mut observe = |event: Event<'_>| teller.tell(&event);
        let report = run::run(&mut link, &migrations, &options, None, &mut observe)
            .map_err(|error| refusal(error, &migrations))?;
        trace::tell_outcome(&report, migrations.len());
        Ok(report)
    }
}

/// The engine's error; if the database is ahead and nothing else is wrong, it becomes [`MigrateError::Ahead`].
fn refusal(error: run::Error, migrations: &[Migration]) -> MigrateError {
    let newer = match &error {
        run::Error::Plan(plan::Error::Mismatch(mismatches)) => {
            let rows = mismatches.iter().map(|mismatch| match mismatch {
                Mismatch::Missing { row } => Some(row),
                _ => None,
            });
            let rows: Option<Vec<_>> = rows.collect();
            let known = migrations.last().map(|last| last.file.version);
            rows.zip(known)
                .and_then(|(rows, known)| NewerDatabase::behind(known, rows))
        }
        _ => None,
    };
    match newer {
        Some(newer) => MigrateError::Ahead(newer),
        None => MigrateError::Run(Box::new(error)),
    }
}
