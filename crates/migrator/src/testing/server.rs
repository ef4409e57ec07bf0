//! The server of test databases, and making and dropping them there.
//!
//! It is the one that `TEST_DATABASE_URL` names, or else a private one that all processes of a test run share. Each process has one idle
//! session, whose lock shows the others that it lives: databases of a run whose lock is free are abandoned.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use cluster::{Cluster, Running, Settings};
use sql::qualified::qualified;
use sql::quote::{identifier, literal};

use super::Error;
use super::files::{Files, package};
use super::names::{self, Run, digest};
use crate::history::Mode;
use crate::link::{Link as _, Pooling};
use crate::wire::{Config, Wire};

/// The variable that names a server.
const VARIABLE: &str = "TEST_DATABASE_URL";
/// Where locks are taken: they count in one database, so it is the same for everybody.
const MAINTENANCE: &str = "postgres";
/// How long a private server waits for the next process of the run.
const STAY: Duration = Duration::from_secs(10);
/// More than the usual hundred: a machine with many cores runs many tests at once.
const CONNECTIONS: &str = "300";

pub(super) struct Server {
    place: Endpoint,
    pub(super) mode: Mode,
    /// What templates depend on beside migrations and seeds.
    pub(super) makes: String,
    run: Run,
    made: AtomicU32,
    presence: Mutex<Presence>,
    /// The templates that were asked for in this process.
    pub(super) templates: Mutex<BTreeMap<String, &'static OnceLock<Result<(), Error>>>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("mode", &self.mode)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

/// Where it is.
enum Endpoint {
    Given(String),
    Private(Running),
}

impl Endpoint {
    fn url(&self, database: &str) -> String {
        match self {
            Endpoint::Given(url) => names::with_database(url, database),
            Endpoint::Private(running) => running.url(database),
        }
    }

    fn config(&self, database: &str) -> Result<Config, Error> {
        let url = self.url(database);
        match self {
            Endpoint::Given(_) => {
                Config::parse(&url).map_err(|error| Error(format!("{VARIABLE}: {error}")))
            }
            Endpoint::Private(_) => Ok(Config::exactly(&url)?),
        }
    }

    fn connect(&self) -> Result<Wire, Error> {
        let config = self.config(MAINTENANCE)?;
        let connected = config.connect();
        connected.map_err(|error| match self {
            Endpoint::Given(_) => Error(format!(
                "{VARIABLE}: {error}\nnext: start that server, or unset {VARIABLE} to have a private one"
            )),
            Endpoint::Private(_) => error.into(),
        })
    }
}

impl Server {
    /// The server for databases with these migrations, or with none.
    pub(super) fn of(files: Option<&Files>) -> Result<&'static Server, Error> {
        static SERVERS: Mutex<BTreeMap<String, &'static OnceLock<Result<Server, Error>>>> =
            Mutex::new(BTreeMap::new());
        let given = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty());
        let key = match &given {
            Some(url) => url.clone(),
            None => key(files)?,
        };
        let server = *lock(&SERVERS)
            .entry(key.clone())
            .or_insert_with(|| Box::leak(Box::default()));
        let server = server.get_or_init(|| {
            let place = given.map_or_else(|| private(&key), |url| Ok(Endpoint::Given(url)))?;
            Server::at(place)
        });
        server.as_ref().map_err(Error::clone)
    }

    fn at(place: Endpoint) -> Result<Server, Error> {
        let run = Run(RandomState::new().hash_one(std::process::id()));
        let mut presence = Presence::begin(&place, run, Vec::new())?;
        let timescaledb = timescaledb(&mut presence.session)?;
        let (mode, makes) = stands_on(timescaledb.as_deref())?;
        presence.remove_left_over(run)?;
        Ok(Server {
            place,
            mode,
            makes,
            run,
            made: AtomicU32::new(0),
            presence: Mutex::new(presence),
            templates: Mutex::default(),
        })
    }

    pub(super) fn url(&self, database: &str) -> String {
        self.place.url(database)
    }

    pub(super) fn config(&self, database: &str) -> Result<Config, Error> {
        self.place.config(database)
    }

    /// A session in the database that is always there.
    pub(super) fn session(&self) -> Result<Wire, Error> {
        self.place.connect()
    }

    /// A new database: a copy of the template, or an empty one.
    pub(super) fn create(&'static self, template: Option<&str>) -> Result<Database, Error> {
        drop(self.presence()?);
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = self.run.database(number);
        // Of template1 there is no copy while one of TimescaleDB's background workers is connected to it.
        let template = identifier(template.unwrap_or("template0"));
        let create = format!("CREATE DATABASE {} TEMPLATE {template}", identifier(&name));
        self.session()?.query(&create)?;
        Ok(Database {
            name: Some(name),
            server: self,
        })
    }

    /// Uses a template from now on: it is not removed while this process lives.
    pub(super) fn use_template(&self, template: &str) -> Result<(), Error> {
        self.presence()?.share(names::lock_of_use(template))
    }

    /// The session that shows that this process lives; a new one if it was lost.
    fn presence(&self) -> Result<MutexGuard<'_, Presence>, Error> {
        let mut presence = lock(&self.presence);
        if presence.session.query("SELECT").is_err() {
            let shared = std::mem::take(&mut presence.shared);
            *presence = Presence::begin(&self.place, self.run, shared)?;
        }
        Ok(presence)
    }
}

/// A database that is dropped with its value.
#[derive(Debug)]
pub(super) struct Database {
    name: Option<String>,
    pub(super) server: &'static Server,
}

impl Database {
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// Leaves the database to others.
    pub(super) fn keep(mut self) {
        self.name = None;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(name) = self.name.take() else {
            return;
        };
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(&name));
        // A test that fails is worth more than a database that stays: a later run removes it.
        let _ = super::apart(|| Ok(self.server.session()?.query(&sql)?));
    }
}

/// Locks that a pooler shares out say nothing of who is alive.
fn refuse_pooler(session: &mut Wire) -> Result<(), Error> {
    let backend = value(session.query("SELECT pg_catalog.pg_backend_pid()")?).unwrap_or_default();
    match session.pooling(&backend)? {
        Pooling::Transaction => Err(Error(format!(
            "{VARIABLE}: the server is behind a transaction-mode pooler\nnext: name the server itself"
        ))),
        _ => Ok(()),
    }
}

/// The session of this process, and the locks that it shares with others.
struct Presence {
    session: Wire,
    shared: Vec<i64>,
}

impl Presence {
    fn begin(place: &Endpoint, run: Run, shared: Vec<i64>) -> Result<Presence, Error> {
        let mut session = place.connect()?;
        refuse_pooler(&mut session)?;
        let mut presence = Presence {
            session,
            shared: Vec::new(),
        };
        let stay = "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'";
        presence.session.query(&qualified(stay))?;
        presence.take("pg_advisory_lock", run.lock())?;
        for lock in shared {
            presence.share(lock)?;
        }
        Ok(presence)
    }

    fn share(&mut self, lock: i64) -> Result<(), Error> {
        if !self.shared.contains(&lock) {
            self.take("pg_advisory_lock_shared", lock)?;
            self.shared.push(lock);
        }
        Ok(())
    }

    /// Calls one of the functions of advisory locks; whether it answers with yes.
    fn take(&mut self, function: &str, lock: i64) -> Result<bool, Error> {
        let sql = qualified(&format!("SELECT {function}({lock}::bigint)"));
        Ok(value(self.session.query(&sql)?).as_deref() == Some("t"))
    }

    /// Removes what killed runs have left, and templates that have not been used for long.
    fn remove_left_over(&mut self, run: Run) -> Result<(), Error> {
        let sql = "SELECT datname::text, COALESCE(shobj_description(oid, 'pg_database'), ''), \
            floor(date_part('epoch', now()))::bigint::text \
            FROM pg_database WHERE datname::text ~~ 'timeschema\\_%'";
        let rows = self.session.query(&qualified(sql))?;
        for row in rows.into_iter().flatten() {
            let [Some(database), Some(comment), Some(now)] = &row[..] else {
                continue;
            };
            let now = now.parse().unwrap_or_default();
            let Some(found) = names::leftover(database, comment, now) else {
                continue;
            };
            if found.lock == run.lock() || !self.take("pg_try_advisory_lock", found.lock)? {
                continue;
            }
            // Not by force: who is connected has not gone, whatever the lock says.
            let sql = format!("DROP DATABASE IF EXISTS {}", identifier(&found.database));
            let _tried_again_by_the_next_run = self.session.query(&sql);
            self.take("pg_advisory_unlock", found.lock)?;
        }
        Ok(())
    }
}

/// What two processes have in common that share a private server: migrations, where they are, and the server's binaries. Roles belong to
/// the server, so that other migrations, even of the same folder, had better find another one.
fn key(files: Option<&Files>) -> Result<String, Error> {
    let server = cluster::Server::find().map_err(private_error)?;
    let (place, content) = match files {
        Some(files) => (files.folder().to_owned(), files.digest(None)?),
        None => (package()?, String::new()),
    };
    let place = place.canonicalize().unwrap_or(place);
    Ok(digest(&[
        &place.display().to_string(),
        &content,
        &server.bin_dir().display().to_string(),
        server.version(),
        &server.extension(TIMESCALEDB).unwrap_or_default(),
    ]))
}

fn private(key: &str) -> Result<Endpoint, Error> {
    let server = cluster::Server::find().map_err(private_error)?;
    let settings = Settings::throwaway()
        .stays_for(STAY)
        .option("max_connections", CONNECTIONS);
    let name = format!("test databases {key}");
    let running = Cluster::shared(&name, &server, settings).map_err(private_error)?;
    Ok(Endpoint::Private(running))
}

fn private_error(error: cluster::Error) -> Error {
    let next = error.next();
    Error(match next {
        Some(next) => format!("{error}\nnext: {next}"),
        None => error.to_string(),
    })
}

const TIMESCALEDB: &str = "timescaledb";

/// The version of TimescaleDB that the server has.
fn timescaledb(session: &mut Wire) -> Result<Option<String>, Error> {
    let sql = format!(
        "SELECT default_version FROM pg_available_extensions WHERE name = {}",
        literal(TIMESCALEDB)
    );
    Ok(value(session.query(&qualified(&sql))?))
}

/// The mode of databases on a server with this version of TimescaleDB, and what of us makes them.
fn stands_on(timescaledb: Option<&str>) -> Result<(Mode, String), Error> {
    let engine = env!("CARGO_PKG_VERSION");
    if let Some(version) = timescaledb {
        return Ok((Mode::TimescaleDb, format!("{engine} timescaledb {version}")));
    }
    let lacking = "the PostgreSQL server has no TimescaleDB\nnext: install it there, or turn on the feature `plain`";
    let plain = Mode::PLAIN.ok_or_else(|| Error(lacking.to_owned()))?;
    let made_by = format!("{engine} plain {}", digest(&[&crate::plain::made()]));
    Ok((plain, made_by))
}

/// The first value of an answer.
pub(super) fn value(answer: Vec<crate::link::Rows>) -> Option<String> {
    answer.into_iter().flatten().flatten().next().flatten()
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
