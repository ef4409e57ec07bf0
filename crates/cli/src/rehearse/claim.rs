//! Whose the scratch databases are on a server that the user names.
//!
//! A rehearsal has a number, which an advisory lock of an open session claims, and its databases are named after it. So no rehearsal takes another's,
//! from whatever machine it comes; one that is interrupted drops its own, and what a killed one left is dropped by the next.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use migrator::link::{self, Link};
use migrator::run::Interrupt;
use migrator::wire::{Config, Wire};
use sql::qualified::qualified;
use sql::quote::{identifier, literal};

use crate::explain;
use crate::failure::Failure;
use crate::signals::Interruption;

/// The first half of the key of the locks, among all advisory locks of a database.
const CLASS: i32 = 0x7265_6865;
/// How often it is looked whether a signal came.
const TICK: Duration = Duration::from_millis(50);

/// A claim of the databases whose names begin with a prefix.
pub struct Claim {
    prefix: String,
    creating: Arc<Mutex<()>>,
    is_done: Arc<AtomicBool>,
    sweeper: Option<JoinHandle<()>>,
    _interruption: Interruption,
    // Its lock is the claim.
    _session: Wire,
}

impl Claim {
    /// Claims a number, and drops what rehearsals that are gone have left.
    pub fn take(config: &Config, mut session: Wire) -> Result<Claim, Failure> {
        let prefix = claim(&mut session).map_err(explain::asked)?;
        let interruption = Interruption::catch()?;
        let creating = Arc::new(Mutex::new(()));
        let is_done = Arc::new(AtomicBool::new(false));
        let sweeper = Sweeper {
            config: config.clone(),
            prefix: prefix.clone(),
            creating: creating.clone(),
            is_done: is_done.clone(),
            interrupt: interruption.interrupt(),
        };
        Ok(Claim {
            prefix,
            creating,
            is_done,
            sweeper: Some(thread::spawn(move || sweeper.wait())),
            _interruption: interruption,
            _session: session,
        })
    }

    /// What the names of its databases begin with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Calls `create`, unless the databases are being dropped: then it waits for the end of the program.
    pub fn creating<T>(&self, create: impl FnOnce() -> T) -> T {
        let _held = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
        create()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.is_done.store(true, Ordering::Relaxed);
        if let Some(sweeper) = self.sweeper.take() {
            let _ = sweeper.join();
        }
    }
}

/// Waits for a signal.
struct Sweeper {
    config: Config,
    prefix: String,
    creating: Arc<Mutex<()>>,
    is_done: Arc<AtomicBool>,
    interrupt: Interrupt,
}

impl Sweeper {
    /// Ends the program, without its databases, when a signal comes.
    fn wait(&self) {
        while !self.is_done.load(Ordering::Relaxed) {
            if let Some(signal) = self.interrupt.raised() {
                let _held = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = writeln!(io::stderr(), "{}", self.swept());
                std::process::exit(128 + i32::try_from(signal).unwrap_or_default());
            }
            thread::sleep(TICK);
        }
    }

    fn swept(&self) -> String {
        let dropped = self
            .config
            .connect()
            .ok()
            .map(|mut session| drop_all(&mut session, &self.prefix));
        match dropped {
            Some(Ok(())) => "error: interrupted; the scratch databases are dropped".to_owned(),
            _ => format!(
                "error: interrupted; databases named {}… may be left, which the next rehearsal there drops",
                self.prefix
            ),
        }
    }
}

/// Claims the first number that is free; what the names of its databases begin with.
fn claim(session: &mut Wire) -> Result<String, link::Error> {
    let forever =
        "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'";
    session.query(&qualified(forever))?;
    // Advisory locks are of a database; names of databases are not.
    let oid = "SELECT oid FROM pg_database WHERE datname = current_database()";
    let oid = first(session, &qualified(oid))?.unwrap_or_default();
    let family = |number: u32| format!("timeschema_rehearsal_{oid}_{number}_");
    for number in left(session, &oid)? {
        if lock(session, number)? {
            let dropped = drop_all(session, &family(number));
            unlock(session, number)?;
            dropped?;
        }
    }
    let mut number = 1;
    while !lock(session, number)? {
        number += 1;
    }
    // A database that the server was still creating for a killed one may come after its others are dropped.
    let pid = first(session, &qualified("SELECT pg_backend_pid()"))?.unwrap_or_default();
    Ok(format!("{}{pid}_", family(number)))
}

/// The numbers of the rehearsals whose databases are there.
fn left(session: &mut Wire, oid: &str) -> Result<Vec<u32>, link::Error> {
    let pattern = literal(&format!(
        "^timeschema_rehearsal_{oid}_([0-9]+)_[0-9]+_[0-9]+$"
    ));
    let sql = format!(
        "SELECT DISTINCT substring(datname::text, {pattern}) FROM pg_database WHERE datname::text ~ {pattern}"
    );
    let results = session.query(&qualified(&sql))?;
    let numbers = results.into_iter().flatten().flatten().flatten();
    Ok(numbers.filter_map(|it| it.parse().ok()).collect())
}

fn lock(session: &mut Wire, number: u32) -> Result<bool, link::Error> {
    let sql = format!("SELECT pg_try_advisory_lock({CLASS}, {number})");
    Ok(first(session, &qualified(&sql))?.as_deref() == Some("t"))
}

fn unlock(session: &mut Wire, number: u32) -> Result<(), link::Error> {
    let sql = format!("SELECT pg_advisory_unlock({CLASS}, {number})");
    session.query(&qualified(&sql)).map(drop)
}

/// Drops the databases whose names begin so, whoever is connected.
fn drop_all(session: &mut Wire, prefix: &str) -> Result<(), link::Error> {
    let sql = format!(
        "SELECT datname::text FROM pg_database WHERE starts_with(datname::text, {})",
        literal(prefix)
    );
    let results = session.query(&qualified(&sql))?;
    for name in results.into_iter().flatten().flatten().flatten() {
        let name = identifier(&name);
        session.query(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
    }
    Ok(())
}

fn first(session: &mut Wire, sql: &str) -> Result<Option<String>, link::Error> {
    let results = session.query(sql)?;
    Ok(results.into_iter().flatten().flatten().next().flatten())
}
