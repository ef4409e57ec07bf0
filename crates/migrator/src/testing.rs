//! Databases for tests: each test has its own, with every migration applied, and drops it when it ends.
//!
//! ```no_run
//! # use migrator::testing::{Error, TestDatabase};
//! # fn main() -> Result<(), Error> {
//! let database = TestDatabase::migrated()?;
//! let mut client = database.client()?;
//! client.execute("INSERT INTO events DEFAULT VALUES", &[]).unwrap();
//! # Ok(())
//! # }
//! ```
//!
//! Databases with only the first migrations, or with rows that many tests need, are as easy. The rows are written once, into a
//! template, and each test gets a copy:
//!
//! ```no_run
//! # use migrator::testing::{Error, TestDatabase};
//! fn with_a_project() -> Result<TestDatabase, Error> {
//!     TestDatabase::seeded(|client| {
//!         client.batch_execute("INSERT INTO projects (id, name) VALUES (1, 'shop')")?;
//!         Ok(())
//!     })
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let before_the_fourth = TestDatabase::migrated_to(3)?;
//! let database = with_a_project()?;
//! # Ok(())
//! # }
//! ```
//!
//! An asynchronous test creates and drops them like any other test, and connects to their [`url`](TestDatabase::url) with its own driver.
//!
//! # The server
//! By default it is a private server of the installed PostgreSQL, with TimescaleDB if that is installed. All processes of a test run share
//! it, those of `cargo nextest` and of several test binaries as well. It stops ten seconds after the last one has ended or was killed, and
//! leaves nothing. Processes share a server if they have the same migrations in the same folder, and the same PostgreSQL.
//!
//! The variable `TEST_DATABASE_URL` names another server: a service container in CI, for instance. Its role must be allowed to create
//! databases, and to connect to the database `postgres`. Databases there are called `timeschema_test_…`, and the next run removes those
//! that a killed test run left; each run holds a lock while it lives, so that nothing in use is removed.
//!
//! If a server has no TimescaleDB and the feature `plain` is on, the databases are in plain mode.
//!
//! # Templates
//! Migrations run once, in a template, and a test's database is a copy of it. A template is recreated if a migration has changed; if two
//! processes need the same one at once, it is created once. A template that is a day old is removed as soon as nothing uses it.
//!
//! What a copy lacks: settings and privileges of the database itself (`ALTER DATABASE … SET`, `GRANT … ON DATABASE`), which PostgreSQL does
//! not copy. Roles belong to the server: a migration that creates one should do so only if it is missing.

mod files;
mod names;
mod seed;
mod server;
mod template;

use std::panic::Location;
use std::path::{Path, PathBuf};
use std::thread;

use postgres::Client;

use crate::history::Mode;
use crate::link;
use crate::run;
use crate::source;
use crate::source::TextError;
use crate::wire::{Config, ConfigError};
use files::Files;
use server::{Database, Server};

/// Why there is no database for a test. The first test's reason applies to all tests of the process.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    fn because(reason: impl std::fmt::Display) -> Error {
        Error(reason.to_string())
    }
}

macro_rules! from {
    ($($source:ty),*) => {$(
        impl From<$source> for Error {
            fn from(source: $source) -> Error {
                Error::because(source)
            }
        }
    )*};
}

from!(
    ConfigError,
    link::Error,
    run::Error,
    source::Error,
    TextError
);

/// What a seed may fail with: any error.
pub type SeedError = Box<dyn std::error::Error + Send + Sync>;

/// A test's database, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    database: Database,
}

impl TestDatabase {
    /// A database to which the files in `migrations/` are applied: of this test's package, or of the nearest folder above it.
    ///
    /// # Errors
    /// If no PostgreSQL server is installed, the folder does not exist, or a migration fails.
    pub fn migrated() -> Result<TestDatabase, Error> {
        TestDatabases::default().migrated()
    }

    /// The same with the migrations up to and including this number: the state that the next one finds.
    ///
    /// # Errors
    /// As [`TestDatabase::migrated`], and when there is no such migration.
    pub fn migrated_to(version: u32) -> Result<TestDatabase, Error> {
        TestDatabases::default().to(version).migrated()
    }

    /// A migrated database with what `seed` has written; see [`TestDatabases::seeded`].
    ///
    /// # Errors
    /// As [`TestDatabase::migrated`], and when the seed fails.
    #[track_caller]
    pub fn seeded<F>(seed: F) -> Result<TestDatabase, Error>
    where
        F: FnOnce(&mut Client) -> Result<(), SeedError> + Send,
    {
        TestDatabases::default().seeded(seed)
    }

    /// A database without anything in it.
    ///
    /// # Errors
    /// When no PostgreSQL server is installed.
    pub fn empty() -> Result<TestDatabase, Error> {
        TestDatabases::default().empty()
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.database.server.url(self.database.name())
    }

    /// What connects to it.
    ///
    /// # Panics
    /// Never: the database was made with the same URL.
    pub fn config(&self) -> Config {
        let config = self.database.server.config(self.database.name());
        config.expect("the URL of a server that has been used")
    }

    /// A new connection to it.
    ///
    /// # Errors
    /// If the server accepts no more connections; also on a thread that polls an asynchronous task, which must not block.
    pub fn client(&self) -> Result<Client, Error> {
        Ok(self.config().client()?)
    }

    /// Its mode: TimescaleDB if the server has it.
    pub fn mode(&self) -> Mode {
        self.database.server.mode
    }
}

/// Which migrations the databases of tests have. [`TestDatabase`] has those of the nearest folder `migrations`.
///
/// ```no_run
/// # use migrator::testing::{Error, TestDatabases};
/// # fn main() -> Result<(), Error> {
/// let database = TestDatabases::of("../billing/migrations").to(7).migrated()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct TestDatabases {
    folder: Option<PathBuf>,
    last: Option<u32>,
}

impl TestDatabases {
    /// With the migrations in this folder; the path is relative to the test's package. A `timeschema.toml` beside the folder is
    /// read, as the commands read it.
    pub fn of(folder: impl AsRef<Path>) -> TestDatabases {
        TestDatabases {
            folder: Some(folder.as_ref().to_owned()),
            last: None,
        }
    }

    /// With the migrations up to and including this number.
    #[must_use]
    pub fn to(mut self, version: u32) -> TestDatabases {
        self.last = Some(version);
        self
    }

    /// A database to which the migrations are applied.
    ///
    /// # Errors
    /// As [`TestDatabase::migrated`].
    pub fn migrated(&self) -> Result<TestDatabase, Error> {
        apart(|| {
            let (server, template) = self.template()?;
            let database = server.create(Some(&template))?;
            Ok(TestDatabase { database })
        })
    }

    /// A migrated database with what `seed` has written. The seed runs once, in a template, and each test's database is a copy of it.
    ///
    /// Tests share a template if they call this at the same place of the same program, so call it in one function for all tests that need
    /// the same rows. A seed captures no variables, which the compiler checks, so its code alone determines what it writes. Every build of
    /// a test binary runs its seeds once. A seed that reads a file should have it compiled in (`include_str!`), because a template is not
    /// recreated when the file changes.
    ///
    /// ```compile_fail
    /// # use migrator::testing::{Error, TestDatabase};
    /// fn with_rows(count: i64) -> Result<TestDatabase, Error> {
    ///     TestDatabase::seeded(move |client| {
    ///         client.execute("SELECT generate_series(1, $1)", &[&count])?;
    ///         Ok(())
    ///     })
    /// }
    /// # fn main() { with_rows(1).unwrap(); }
    /// ```
    ///
    /// # Errors
    /// As [`TestDatabase::migrated`], and when the seed fails.
    #[track_caller]
    pub fn seeded<F>(&self, seed: F) -> Result<TestDatabase, Error>
    where
        F: FnOnce(&mut Client) -> Result<(), SeedError> + Send,
    {
        const {
            assert!(
                size_of::<F>() == 0,
                "a seed must not capture variables: tests share what it wrote"
            );
        }
        let place = Location::caller();
        apart(|| {
            let (server, migrated) = self.template()?;
            let identity = seed::identity::<F>(place)?;
            let template = names::template(&[&migrated, &identity]);
            template::make(server, &template, Some(&migrated), |config| {
                let written = seed(&mut config.client()?);
                written.map_err(|error| {
                    Error(format!(
                        "the seed at {place} failed: {}",
                        seed::reason(&*error)
                    ))
                })
            })?;
            let database = server.create(Some(&template))?;
            Ok(TestDatabase { database })
        })
    }

    /// A database without anything in it, on the same server.
    ///
    /// # Errors
    /// As [`TestDatabase::empty`].
    pub fn empty(&self) -> Result<TestDatabase, Error> {
        apart(|| {
            // It needs no migrations, and so none that can be read.
            let files = Files::read(self.folder.as_deref()).ok();
            let database = Server::of(files.as_ref())?.create(None)?;
            Ok(TestDatabase { database })
        })
    }

    /// The server, and the name of the template with the migrations.
    fn template(&self) -> Result<(&'static Server, String), Error> {
        let files = Files::read(self.folder.as_deref())?;
        let server = Server::of(Some(&files))?;
        let name = names::template(&[&server.makes, &files.digest(self.last)?]);
        template::make(server, &name, None, |config| {
            let (migrations, mut options) = files.plan(self.last)?;
            options.mode = server.mode;
            let mut link = config.connect()?;
            run::run(&mut link, &migrations, &options, None, &mut |_| ())?;
            Ok(())
        })?;
        Ok((server, name))
    }
}

/// Does the work on a separate thread: the driver blocks, and a test's thread may be polling an asynchronous task.
fn apart<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    thread::scope(|scope| {
        let worker = thread::Builder::new().spawn_scoped(scope, work);
        let worker = worker.map_err(Error::because)?;
        worker
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
