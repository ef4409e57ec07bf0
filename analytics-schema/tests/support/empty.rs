//! Databases for tests that migrate themselves.

use analytics_schema::Config;
use migrator::history::Mode;
use migrator::testing::TestDatabase;

use crate::support::skip;

/// A new database without anything in it, on a server with TimescaleDB; `None`, and a line on standard error, where that cannot be.
pub fn empty_database(test: &str) -> Option<(TestDatabase, Config)> {
    match TestDatabase::empty() {
        Ok(database) if database.mode() == Mode::TimescaleDb => {
            let config = database.config();
            return Some((database, config));
        }
        Ok(_) => skip(test, "the installed PostgreSQL has no TimescaleDB"),
        Err(error) => skip(test, &error.to_string()),
    }
    None
}
