//! Databases for tests: each test has one of its own, with every migration applied.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let database = migrator::testing::TestDatabase::migrated()?;
//! let mut client = database.config().client()?;
//! client.execute("INSERT INTO events DEFAULT VALUES", &[])?;
//! # Ok(())
//! # }
//! ```
//!
//! They are on a private server of the installed PostgreSQL that all tests of a process share and that goes with the process. The first
//! test of a process starts the server and applies the migrations; every other database is a copy. Where the server has no TimescaleDB and
//! the feature `plain` is on, the databases are in plain mode.
//!
//! An asynchronous test makes and drops them as any other does, and connects to their [`url`](TestDatabase::url) with a driver of its own.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use cluster::{Cluster, Running, Server, Settings};
use sql::quote::identifier;

use crate::history::Mode;
use crate::link::{self, Link};
use crate::plan::Migration;
use crate::run::{self, Options};
use crate::source;
use crate::source::TextError;
use crate::wire::{Config, ConfigError, Wire};

/// The folder that is looked for.
const MIGRATIONS: &str = "migrations";

/// Why there is no database for a test. The first test's reason is that of all tests of the process.
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
    cluster::Error,
    ConfigError,
    link::Error,
    run::Error,
    source::Error,
    TextError
);

/// A database of a test's own, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    server: &'static Shared,
}

impl TestDatabase {
    /// A database to which the files in `migrations/` are applied: of the package whose test this is, or the nearest folder above it.
    ///
    /// # Errors
    /// When no PostgreSQL server is installed, there is no such folder, or a migration fails.
    pub fn migrated() -> Result<TestDatabase, Error> {
        static TEMPLATE: OnceLock<Result<String, Error>> = OnceLock::new();
        let server = Shared::get()?;
        let template = TEMPLATE.get_or_init(|| apart(|| server.template()));
        server.create(&format!(
            " TEMPLATE {}",
            identifier(template.as_ref().map_err(Error::clone)?)
        ))
    }

    /// A database without anything in it.
    ///
    /// # Errors
    /// When no PostgreSQL server is installed.
    pub fn empty() -> Result<TestDatabase, Error> {
        Shared::get()?.create("")
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.server.running.url(&self.name)
    }

    /// What connects to it.
    ///
    /// # Panics
    /// Never: the URL is one that can be read.
    pub fn config(&self) -> Config {
        Config::exactly(&self.url()).expect("the URL of a private server")
    }

    /// What it stands on: TimescaleDB where the installed server has it.
    pub fn mode(&self) -> Mode {
        self.server.mode
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", identifier(&self.name));
        // A test that fails is worth more than a database that stays: the server goes with the process anyway.
        let _ = self.server.maintain(&drop);
    }
}

/// The server for all tests of a process.
#[derive(Debug)]
struct Shared {
    running: Running,
    mode: Mode,
    made: AtomicU32,
}

impl Shared {
    fn get() -> Result<&'static Shared, Error> {
        static SERVER: OnceLock<Result<Shared, Error>> = OnceLock::new();
        let server = SERVER.get_or_init(|| {
            let server = Server::find()?;
            let mode = if server.has_extension("timescaledb") {
                Mode::TimescaleDb
            } else {
                let lacking =
                    "the installed PostgreSQL has no TimescaleDB, and the feature `plain` is off";
                Mode::PLAIN.ok_or_else(|| Error::because(lacking))?
            };
            Ok(Shared {
                running: Cluster::temporary(&server, Settings::throwaway())?,
                mode,
                made: AtomicU32::new(0),
            })
        });
        server.as_ref().map_err(Error::clone)
    }

    fn create(&'static self, options: &str) -> Result<TestDatabase, Error> {
        let name = format!("test_{}", self.made.fetch_add(1, Ordering::Relaxed));
        self.maintain(&format!("CREATE DATABASE {name}{options}"))?;
        Ok(TestDatabase { name, server: self })
    }

    /// Makes the database that the others are copies of; returns its name.
    fn template(&self) -> Result<String, Error> {
        let files = source::read_dir(&folder()?)?;
        let migrations: Result<Vec<_>, _> = files.into_iter().map(Migration::parse).collect();
        let name = "migrated".to_owned();
        self.maintain(&format!("CREATE DATABASE {name}"))?;
        let options = Options {
            mode: self.mode,
            ..Options::default()
        };
        let mut link = self.connect(&name)?;
        run::run(&mut link, &migrations?, &options, None, &mut |_| ())?;
        Ok(name)
    }

    fn maintain(&self, sql: &str) -> Result<(), Error> {
        apart(|| {
            self.connect("postgres")?.query(sql)?;
            Ok(())
        })
    }

    fn connect(&self, database: &str) -> Result<Wire, Error> {
        Ok(Config::exactly(&self.running.url(database))?.connect()?)
    }
}

/// Does the work on a thread of its own: the driver blocks, and the thread of a test may be one that polls an asynchronous task.
fn apart<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    thread::scope(|scope| {
        let worker = thread::Builder::new().spawn_scoped(scope, work);
        let worker = worker.map_err(Error::because)?;
        worker
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The folder of the migrations, from the package upwards.
fn folder() -> Result<PathBuf, Error> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = match here {
        Some(here) => here,
        None => std::env::current_dir().map_err(Error::because)?,
    };
    let found = here.ancestors().map(|dir| dir.join(MIGRATIONS));
    found
        .into_iter()
        .find(|dir| dir.is_dir())
        .ok_or_else(|| Error(lacking(&here)))
}

fn lacking(here: &Path) -> String {
    format!(
        "there is no folder {MIGRATIONS} in {} or above it",
        here.display()
    )
}
