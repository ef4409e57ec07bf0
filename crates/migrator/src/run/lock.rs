//! The session advisory lock that one runner of a database holds.

use std::time::{Duration, Instant};

use sql::qualified::qualified;
use sql::quote;

use super::watch::Watch;
use super::{Error, Event};
use crate::link::{self, Link};
use crate::script::session::{self, Scope};
use crate::source;

/// The session advisory lock that runners of one history share. They wait for each other, and for no other session of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock(i64);

impl Lock {
    /// The lock of the history with this schema and name. Advisory locks are local to a database, so other databases are not affected.
    pub fn of(schema: &str, table: &str) -> Lock {
        let name = [schema, table].map(quote::identifier).join(".");
        let digest = source::checksum(&name);
        Lock(i64::from_str_radix(&digest[..15], 16).expect("fifteen hexadecimal digits"))
    }

    /// Its key.
    pub fn key(self) -> i64 {
        self.0
    }
}

/// The pause before the lock is requested again: the shortest and the longest.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// A condition on `pg_locks AS l`: whether it is the runners' lock.
pub(super) fn is_runners_lock(lock: Lock) -> String {
    let key = lock.0;
    qualified(&format!(
        "l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = {} AND l.objid = {} \
         AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())",
        key >> 32,
        key & 0xffff_ffff,
    ))
}

/// A session that holds the lock.
pub(super) struct Taken {
    /// Its backend's process id.
    pub backend: String,
    /// The settings for new sessions of this role and database, as a value to compare.
    pub stored_settings: Option<String>,
}

/// The runner that holds the lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// Its backend's process id.
    pub pid: String,
    /// Its user.
    pub user: String,
    /// Its `application_name`.
    pub application: String,
    /// The host that it connects from; `local` for a socket.
    pub host: String,
    /// When its session began, in UTC.
    pub since: String,
}

/// The result of an attempt to take the lock.
enum Attempt {
    Taken(Taken),
    /// Another runner holds it, or held it a moment ago.
    Held(Option<Holder>),
}

/// Takes the lock, retrying until it is free or the patience is over; returns what is known about the session.
///
/// Waiting inside `pg_advisory_lock` would hold a snapshot, which the holder's CREATE INDEX CONCURRENTLY waits for. Each attempt here is a
/// separate transaction.
pub(super) fn take(
    link: &mut dyn Link,
    lock: Lock,
    patience: Duration,
    watch: &Watch<'_>,
) -> Result<Taken, Error> {
    let started = Instant::now();
    let mut told = None;
    let mut pause = SHORTEST_PAUSE;
    loop {
        watch.begin("", "");
        let answer = try_take(link, lock).and_then(|taken| match taken {
            Some(taken) => Ok(Attempt::Taken(taken)),
            None => Ok(Attempt::Held(holder(link, lock)?)),
        });
        watch.end();
        let holder = match answer? {
            Attempt::Taken(taken) => return Ok(taken),
            Attempt::Held(holder) => holder,
        };
        if let Some(holder) = &holder
            && told.as_ref() != Some(holder)
        {
            watch.tell(Event::WaitingForLock(holder));
            // A runner that gets the lock after another one mostly finds nothing left to do, and releases it soon.
            pause = SHORTEST_PAUSE;
        }
        if started.elapsed() >= patience {
            return Err(Error::Locked(Box::new(holder.or(told).unwrap_or_default())));
        }
        told = holder.or(told);
        watch.sleep(pause.min(patience.saturating_sub(started.elapsed())))?;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Takes the lock if it is free.
pub(super) fn try_take(link: &mut dyn Link, lock: Lock) -> Result<Option<Taken>, link::Error> {
    let results = link.query(&try_query(lock))?;
    let row = results.into_iter().flatten().next_back();
    let mut values = row.unwrap_or_default().into_iter();
    let is_ours = values.next().flatten().as_deref() == Some("t");
    let backend = values.next().flatten().unwrap_or_default();
    let stored_settings = values.next().flatten();
    Ok(is_ours.then_some(Taken {
        backend,
        stored_settings,
    }))
}

/// Requests the lock if it is free, the process id if so, and the settings for new sessions. Each session of a run starts with this query
/// and its parameters, so that the settings of role and database do not affect the queries after it.
pub(super) fn try_query(lock: Lock) -> String {
    let key = lock.0;
    format!(
        "{};\nSELECT pg_catalog.pg_try_advisory_lock({key}), pg_catalog.pg_backend_pid(), {}",
        session::neutral(Scope::Session),
        session::stored_settings(),
    )
}

/// SQL that releases the lock.
pub(crate) fn give_up(lock: Lock) -> String {
    let key = lock.0;
    format!("SELECT pg_catalog.pg_advisory_unlock({key})")
}

fn holder(link: &mut dyn Link, lock: Lock) -> Result<Option<Holder>, link::Error> {
    let results = link.query(&holder_query(lock))?;
    Ok(results.into_iter().flatten().next().map(|row| {
        let mut values = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || values.next().unwrap_or_default();
        Holder {
            pid: next(),
            user: next(),
            application: next(),
            host: next(),
            since: next(),
        }
    }))
}

/// A query for the runner that holds the lock.
pub(super) fn holder_query(lock: Lock) -> String {
    qualified(&format!(
        "SELECT a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), \
         coalesce(host(a.client_addr), 'local'), \
         to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') \
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE {}",
        is_runners_lock(lock),
    ))
}
