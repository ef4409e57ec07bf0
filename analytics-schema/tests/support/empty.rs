//! Databases for tests that migrate themselves.

use analytics_schema::{Config, MigrateError, Report, StartUp, migrate_with};
use migrator::history::Mode;
use migrator::testing::TestDatabase;

/// A database without anything in it, and what connects to it.
pub type Empty = (TestDatabase, Config);

/// A new database without anything in it; `None`, and a line on standard error, where that cannot be.
pub fn empty_database(test: &str) -> Option<Empty> {
    testkit::any_server(test)?;
    let database = TestDatabase::empty().unwrap();
    let config = database.config();
    Some((database, config))
}

/// How a service starts on a server of this mode.
pub fn start_up(mode: Mode) -> StartUp {
    StartUp {
        mode,
        ..StartUp::default()
    }
}

/// Start-up on a server of this mode: with TimescaleDB as a service has it that knows nothing of plain mode.
pub fn migrate(config: &Config, mode: Mode) -> Result<Report, MigrateError> {
    match mode {
        Mode::TimescaleDb => analytics_schema::migrate(config),
        mode => migrate_with(config, &start_up(mode)),
    }
}
