//! Watches a statement from a second session: who blocks it, how far it is, whether its server still answers. Cancels it if the run is to
//! stop.
//!
//! The thread that runs a migration waits for the server's answer. A second thread watches, and opens a session only for a message that
//! takes longer than [`QUIET`].

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use sql::qualified::qualified;

use super::{Error, Event, Interrupted, Options};
use crate::link::{self, Beside, Link, Rows};

/// How long a message may take before the second thread looks for the reason; half the lock timeout if that is less.
const QUIET: Duration = Duration::from_millis(800);
/// How often it looks.
const PERIOD: Duration = Duration::from_secs(1);
/// How soon an interruption is noticed.
const TICK: Duration = Duration::from_millis(20);
/// How long the server may not answer the second session, or be idle in the first, before the first is given up.
const SILENCE: Duration = Duration::from_secs(15);
/// How long a cancelled statement may take before its session is terminated.
const CANCELLED: Duration = Duration::from_secs(10);

/// Stops a run from outside, mostly on a signal.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// The number that stops the run when it is not 0: a signal handler sets it.
    pub fn flag(&self) -> Arc<AtomicUsize> {
        self.0.clone()
    }

    /// What stopped it.
    pub fn raised(&self) -> Option<usize> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&signal| signal != 0)
    }
}

/// A session that holds what a statement waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocker {
    /// Its backend's process id; `0` for a prepared transaction.
    pub pid: String,
    /// Its user.
    pub user: String,
    /// Its `application_name`, which names a background job.
    pub application: String,
    /// `active`, `idle in transaction`, …
    pub state: String,
    /// How many seconds its transaction has been open.
    pub seconds: u64,
    /// The start of its current or last statement; the name of a prepared transaction, as a string constant.
    pub query: String,
    /// `client backend`, `TimescaleDB Background Worker Launcher`, …
    pub kind: String,
}

/// A statement that is waiting for a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// The migration: `004 add_segments`.
    pub migration: String,
    /// The relation, or the type of the lock if it is not on a relation.
    pub lock: String,
    /// Who holds it.
    pub blockers: Vec<Blocker>,
    /// How long it has waited, in all attempts.
    pub waited: Duration,
    /// How long it will wait at most.
    pub patience: Duration,
}

/// The progress of a long statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementProgress {
    /// The migration: `004 add_segments`.
    pub migration: String,
    /// `CREATE INDEX CONCURRENTLY`, `VACUUM`, …; empty if the server does not report its progress.
    pub command: String,
    /// The phase, as the server names it.
    pub phase: String,
    /// The table.
    pub relation: String,
    /// Blocks or tuples that are done.
    pub done: Option<Share>,
    /// The number of the current chunk or partition, of all.
    pub chunk: Option<Share>,
    /// How long the statement has taken.
    pub elapsed: Duration,
}

/// A number out of a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The number.
    pub number: u64,
    /// The total; never 0.
    pub of: u64,
}

/// The state of the thread that runs a migration, for the thread that watches.
#[derive(Debug, Clone, Default)]
struct Doing {
    migration: String,
    backend: String,
    /// When the current message was sent.
    since: Option<Instant>,
    /// When its step began to wait for a lock, in this attempt or an earlier one.
    blocked_since: Option<Instant>,
}

/// What both threads share.
pub(super) struct Watch<'o> {
    observe: Mutex<&'o mut (dyn FnMut(Event<'_>) + Send)>,
    doing: Mutex<Doing>,
    /// The sessions that were last seen to block the statement.
    blockers: Mutex<Vec<Blocker>>,
    interrupt: Interrupt,
    patience: Duration,
    /// How long a message may take before the second thread looks.
    quiet: Duration,
    /// Whether an interruption cancels the current statement.
    cancels: AtomicBool,
    /// Held from the decision to cancel until the request has been sent.
    cancelling: Mutex<()>,
    is_over: AtomicBool,
}

/// Notifies the watching thread that the work is over.
struct Over<'t> {
    flag: &'t AtomicBool,
    onlooker: &'t Thread,
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.flag.store(true, Ordering::Relaxed);
        self.onlooker.unpark();
    }
}

fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'o> Watch<'o> {
    pub(super) fn new(
        observe: &'o mut (dyn FnMut(Event<'_>) + Send),
        options: &Options,
    ) -> Watch<'o> {
        let lock_timeout = options.lock_timeout.min(options.patience);
        Watch {
            observe: Mutex::new(observe),
            doing: Mutex::default(),
            blockers: Mutex::default(),
            interrupt: options.interrupt.clone(),
            patience: options.patience,
            // Blockers are visible only while it waits.
            quiet: QUIET.min(lock_timeout / 2),
            cancels: AtomicBool::new(true),
            cancelling: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Does `work` while another thread watches, if the link can open a second session.
    pub(super) fn during<T>(&self, beside: Option<Box<dyn Beside>>, work: impl FnOnce() -> T) -> T {
        let Some(beside) = beside else {
            return work();
        };
        thread::scope(|scope| {
            let onlooker = scope.spawn(|| Onlooker::new(self, beside).look_on());
            // The other thread must end even if the work panics.
            let _over = Over {
                flag: &self.is_over,
                onlooker: onlooker.thread(),
            };
            work()
        })
    }

    pub(super) fn tell(&self, event: Event<'_>) {
        locked(&self.observe)(event);
    }

    /// A message is sent.
    pub(super) fn begin(&self, migration: &str, backend: &str) {
        let mut doing = locked(&self.doing);
        doing.since = Some(Instant::now());
        if doing.migration != migration || doing.backend != backend {
            doing.migration = migration.to_owned();
            doing.backend = backend.to_owned();
        }
    }

    /// The message was answered.
    pub(super) fn end(&self) {
        locked(&self.doing).since = None;
    }

    /// When the step that will be repeated began to wait for a lock; `None` if it is no longer waiting.
    pub(super) fn blocked_since(&self, since: Option<Instant>) {
        locked(&self.doing).blocked_since = since;
        if since.is_none() {
            locked(&self.blockers).clear();
        }
    }

    /// The sessions that were last seen to block the statement.
    pub(super) fn blockers(&self) -> Vec<Blocker> {
        locked(&self.blockers).clone()
    }

    /// From now on the run restores what it has changed, and an interruption does not cancel that.
    pub(super) fn stop_cancelling(&self) {
        self.cancels.store(false, Ordering::Relaxed);
        // A cancel request that is still being sent would cancel the restoring statements.
        drop(locked(&self.cancelling));
    }

    fn is_to_cancel(&self) -> bool {
        self.interrupt.raised().is_some() && self.cancels.load(Ordering::Relaxed)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        match self.interrupt.raised() {
            Some(signal) => Err(Error::Interrupted(Box::new(Interrupted {
                signal,
                ..Interrupted::default()
            }))),
            None => Ok(()),
        }
    }

    /// Sleeps, and ends early if the run is to stop.
    pub(super) fn sleep(&self, duration: Duration) -> Result<(), Error> {
        let until = Instant::now() + duration;
        loop {
            self.check()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(TICK));
        }
    }
}

/// The thread that watches.
struct Onlooker<'w, 'o> {
    watch: &'w Watch<'o>,
    beside: Box<dyn Beside>,
    session: Option<Box<dyn Link>>,
    next_look: Instant,
    /// When the server last answered the second session.
    answered: Option<Instant>,
    /// Whether it was reported that there is no second session.
    has_told_blindness: bool,
    cancelled: Option<Cancelled>,
}

/// A message that was cancelled.
#[derive(Clone, Copy)]
struct Cancelled {
    /// When it was sent; this identifies it.
    since: Instant,
    /// When it was first cancelled.
    at: Instant,
}

impl<'w, 'o> Onlooker<'w, 'o> {
    fn new(watch: &'w Watch<'o>, beside: Box<dyn Beside>) -> Self {
        Onlooker {
            watch,
            beside,
            session: None,
            next_look: Instant::now(),
            answered: None,
            has_told_blindness: false,
            cancelled: None,
        }
    }

    fn look_on(mut self) {
        while !self.watch.is_over.load(Ordering::Relaxed) {
            let doing = locked(&self.watch.doing).clone();
            match doing.since {
                Some(since) if self.watch.is_to_cancel() => self.cancel(since, &doing),
                Some(since)
                    if since.elapsed() >= self.watch.quiet && Instant::now() >= self.next_look =>
                {
                    self.look(since, &doing);
                    self.next_look = Instant::now() + PERIOD;
                }
                Some(_) => {}
                None => self.answered = None,
            }
            thread::park_timeout(TICK);
        }
    }

    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, link::Error> {
        let session = match self.session.take() {
            Some(session) => session,
            None => self.beside.open()?,
        };
        let session = self.session.insert(session);
        let outcome = session.query(sql);
        if outcome.is_err() {
            self.session = None;
        }
        outcome
    }

    /// Whether the message that was sent at `since` is still running.
    fn goes_on(&self, since: Instant) -> bool {
        locked(&self.watch.doing).since == Some(since)
    }

    fn cancel(&mut self, since: Instant, doing: &Doing) {
        let watch = self.watch;
        let _cancelling = locked(&watch.cancelling);
        if !watch.is_to_cancel() {
            return;
        }
        match self.cancelled {
            Some(cancelled) if cancelled.since == since => {
                if cancelled.at.elapsed() >= CANCELLED && self.goes_on(since) {
                    self.beside.sever();
                }
                // A cancel request may have come a moment too early.
                if Instant::now() < self.next_look {
                    return;
                }
            }
            _ => {
                let at = Instant::now();
                self.cancelled = Some(Cancelled { since, at });
                self.watch.tell(Event::Cancelling);
            }
        }
        let sql = format!("SELECT pg_catalog.pg_cancel_backend({})", doing.backend);
        if !doing.backend.is_empty() && self.goes_on(since) {
            // Without a second session, the protocol's own cancel request is used, which needs none. The server delivers it after a moment,
            // and until then no restoring statement may begin.
            if self.query(&sql).is_err() && self.goes_on(since) && self.beside.cancel().is_ok() {
                thread::sleep(TICK * 5);
            }
        }
        self.next_look = Instant::now() + PERIOD;
    }

    fn look(&mut self, since: Instant, doing: &Doing) {
        if doing.backend.is_empty() {
            // Until the session is known, only quick queries are sent.
            if since.elapsed() >= SILENCE && self.goes_on(since) {
                self.beside.sever();
            }
            return;
        }
        let answered = self.answered.get_or_insert_with(Instant::now);
        let silent = answered.elapsed();
        match self.query(&questions(&doing.backend)) {
            Ok(results) => {
                self.answered = Some(Instant::now());
                if is_forgotten(&results) && self.goes_on(since) && since.elapsed() > SILENCE {
                    self.beside.sever();
                }
                self.tell(since, doing, &results);
            }
            // The server is up but has no session for us.
            Err(
                error @ (link::Error::Server(_) | link::Error::Unreachable { code: Some(_), .. }),
            ) => {
                self.answered = Some(Instant::now());
                if !std::mem::replace(&mut self.has_told_blindness, true) && self.goes_on(since) {
                    self.watch.tell(Event::CannotLookOn(&error.to_string()));
                }
            }
            Err(_) if silent >= SILENCE && self.goes_on(since) => self.beside.sever(),
            Err(_) => {}
        }
    }

    fn tell(&self, since: Instant, doing: &Doing, results: &[Rows]) {
        let blockers: Vec<Blocker> = rows(results, 1).map(blocker).collect();
        let own = rows(results, 0).next().unwrap_or_default();
        if !self.goes_on(since) {
            return;
        }
        if blockers.is_empty() {
            let progress = rows(results, 2).next();
            let progress = progress.map(|row| progress_of(doing, since, row));
            let progress = progress.unwrap_or_else(|| progress_of(doing, since, &[]));
            return self.watch.tell(Event::Progress(&progress));
        }
        *locked(&self.watch.blockers) = blockers.clone();
        let blocked = Blocked {
            migration: doing.migration.clone(),
            lock: text(own, 2),
            blockers,
            waited: doing.blocked_since.unwrap_or(since).elapsed(),
            patience: self.watch.patience,
        };
        self.watch.tell(Event::Blocked(&blocked));
    }
}

/// Three queries about a backend: what it does, who blocks it, how far it is.
pub(super) fn questions(backend: &str) -> String {
    qualified(&format!(
        "SELECT a.state, extract(epoch FROM clock_timestamp() - a.state_change)::bigint, \
         (SELECT coalesce(l.relation::regclass::text, l.locktype) FROM pg_catalog.pg_locks l \
         WHERE l.pid = a.pid AND NOT l.granted LIMIT 1) FROM pg_catalog.pg_stat_activity a WHERE a.pid = {backend};\n\
         SELECT DISTINCT blocking.pid, coalesce(b.usename, prepared.owner, ''), coalesce(b.application_name, ''), coalesce(b.state, ''), \
         extract(epoch FROM clock_timestamp() - coalesce(b.xact_start, b.query_start, b.backend_start))::bigint, \
         left(regexp_replace(btrim(coalesce(b.query, quote_literal(prepared.gid), '')), '[[:space:]]+', ' ', 'g'), 160), \
         coalesce(b.backend_type, '') \
         FROM unnest(pg_blocking_pids({backend})) AS blocking(pid) \
         LEFT JOIN pg_catalog.pg_stat_activity b ON b.pid = blocking.pid \
         LEFT JOIN pg_catalog.pg_prepared_xacts prepared ON blocking.pid = 0 AND EXISTS (SELECT FROM pg_catalog.pg_locks theirs \
         JOIN pg_catalog.pg_locks ours ON ours.locktype = theirs.locktype \
         AND coalesce(ours.database, 0) = coalesce(theirs.database, 0) AND coalesce(ours.relation, 0) = coalesce(theirs.relation, 0) \
         AND coalesce(ours.transactionid::text, '') = coalesce(theirs.transactionid::text, '') \
         WHERE ours.pid = {backend} AND NOT ours.granted AND theirs.granted AND theirs.pid IS NULL \
         AND EXISTS (SELECT FROM pg_catalog.pg_locks own WHERE own.pid IS NULL AND own.transactionid = prepared.transaction \
         AND own.virtualtransaction = theirs.virtualtransaction));\n\
         SELECT p.command, p.phase, p.relid::regclass::text, p.done, p.total, \
         CASE WHEN p.partitions > 0 THEN least(p.partition, p.partitions) ELSE part.place END, \
         CASE WHEN p.partitions > 0 THEN p.partitions ELSE part.of END FROM (\
         SELECT pid, command, phase, relid, CASE WHEN blocks_total > 0 THEN blocks_done ELSE tuples_done END AS done, \
         CASE WHEN blocks_total > 0 THEN blocks_total ELSE tuples_total END AS total, \
         partitions_done + 1 AS partition, partitions_total AS partitions FROM pg_catalog.pg_stat_progress_create_index \
         UNION ALL SELECT pid, command, phase, relid, heap_blks_scanned, heap_blks_total, 0, 0 FROM pg_catalog.pg_stat_progress_cluster \
         UNION ALL SELECT pid, 'VACUUM', phase, relid, heap_blks_scanned, heap_blks_total, 0, 0 FROM pg_catalog.pg_stat_progress_vacuum\
         ) AS p CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE other.inhrelid <= p.relid) AS place, count(*) AS of \
         FROM pg_catalog.pg_inherits own JOIN pg_catalog.pg_inherits other ON other.inhparent = own.inhparent WHERE own.inhrelid = p.relid) AS part \
         WHERE p.pid = {backend}"
    ))
}

fn rows(results: &[Rows], index: usize) -> impl Iterator<Item = &[Option<String>]> {
    results.get(index).into_iter().flatten().map(Vec::as_slice)
}

/// A value in one line: the name of a role or an application may contain a line break, and must not begin a line of our output.
fn text(row: &[Option<String>], index: usize) -> String {
    let value = row.get(index).cloned().flatten().unwrap_or_default();
    value.replace(char::is_control, "\u{fffd}")
}

fn number(row: &[Option<String>], index: usize) -> u64 {
    text(row, index).parse().unwrap_or_default()
}

/// Whether the server has nothing to do for a session that waits for its answer: the session is gone, or has been idle for long.
fn is_forgotten(results: &[Rows]) -> bool {
    let own = rows(results, 0).next();
    own.is_none_or(|row| text(row, 0) == "idle" && number(row, 1) >= SILENCE.as_secs())
}

fn blocker(row: &[Option<String>]) -> Blocker {
    Blocker {
        pid: text(row, 0),
        user: text(row, 1),
        application: text(row, 2),
        state: text(row, 3),
        seconds: number(row, 4),
        query: text(row, 5),
        kind: text(row, 6),
    }
}

fn progress_of(doing: &Doing, since: Instant, row: &[Option<String>]) -> StatementProgress {
    let share = |at: usize| {
        let share = Share {
            number: number(row, at),
            of: number(row, at + 1),
        };
        Some(share).filter(|share| share.of > 0)
    };
    StatementProgress {
        migration: doing.migration.clone(),
        command: text(row, 0),
        phase: text(row, 1),
        relation: text(row, 2),
        done: share(3),
        chunk: share(5),
        elapsed: since.elapsed(),
    }
}
