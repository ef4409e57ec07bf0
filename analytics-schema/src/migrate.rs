//! Applying what is pending at start-up, with the engine that `cargo xtask migrate` uses.

use migrator::plan::{Migration, TextError};
use migrator::run::{self, Options};
use migrator::source;

pub use migrator::run::{Applied, Report};
pub use migrator::wire::{Config, ConfigError};

/// Why the migrations could not be applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The database could not be reached, refused a statement, or holds other migrations than this program does. What was applied
    /// before stays applied, and the next call goes on behind it.
    #[error(transparent)]
    Run(#[from] Box<run::Error>),
    /// An embedded file is none that a migration can be in.
    #[error("embedded migrations: {0}")]
    Source(#[from] source::Error),
    /// An embedded file's text cannot be split into statements.
    #[error("embedded migrations: {0}")]
    Text(#[from] Box<TextError>),
    /// The server could not be reached.
    #[error("the database could not be reached: {0}")]
    Connect(#[from] migrator::link::Error),
}

/// Applies every pending migration of this program, and returns what it found and did.
///
/// Every replica may call it at once: one applies, the others wait for it and then find nothing to do. It blocks; an async service
/// calls it through `spawn_blocking`.
///
/// # Errors
/// [`MigrateError::Run`] names the file, the line and the server's reason when a statement fails; its step is rolled back.
pub fn migrate(config: &Config) -> Result<Report, MigrateError> {
    let migrations = source::embedded(crate::MIGRATIONS)?
        .into_iter()
        .map(Migration::parse)
        .collect::<Result<Vec<_>, _>>()
        .map_err(Box::new)?;
    let mut link = config.connect()?;
    run::run(
        &mut link,
        &migrations,
        &Options::default(),
        None,
        &mut |_| {},
    )
    .map_err(|error| MigrateError::Run(Box::new(error)))
}
