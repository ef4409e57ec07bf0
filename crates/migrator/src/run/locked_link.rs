//! The session of a run: which process serves it, whether it holds the runners' lock, and when it must be replaced by a new one.

use std::time::{Duration, Instant};

use super::lock::{self, Lock};
use super::watch::Watch;
use super::{Error, Event, Facts, Options};
use crate::link::{self, Link, Notice, Pooling, Rows};
use crate::message::Message;
use crate::script::SessionSettings;

/// How often a failure to reconnect is reported.
const TELL_AGAIN: Duration = Duration::from_secs(10);

/// The pause between two attempts to reconnect.
const PAUSE: Duration = Duration::from_millis(200);

/// A link, and the lock that its session holds.
pub(super) struct LockedLink<'a, 'o> {
    link: &'a mut (dyn Link + 'o),
    watch: &'a Watch<'o>,
    lock: Lock,
    patience: Duration,
    /// Whether a pooler may give a new session the server process of an old one.
    is_pooled: bool,
    /// The process that serves the session; `None` while the session has not taken the lock.
    backend: Option<String>,
    /// The process that served the session when the settings for new sessions were read.
    served_by: String,
    /// How the session of each migration starts.
    settings: SessionSettings,
    /// Whether the session has not loaded any library of TimescaleDB.
    is_fresh: bool,
    /// When the current message, or else the last one, was sent.
    sent: Instant,
}

impl<'a, 'o> LockedLink<'a, 'o> {
    pub(super) fn new(
        link: &'a mut (dyn Link + 'o),
        pooling: Pooling,
        options: &Options,
        facts: &Facts,
        watch: &'a Watch<'o>,
    ) -> Result<LockedLink<'a, 'o>, Error> {
        let lock = facts.lock()?;
        Ok(LockedLink {
            link,
            watch,
            lock,
            patience: options.patience,
            is_pooled: pooling == Pooling::Session,
            backend: None,
            served_by: String::new(),
            settings: SessionSettings {
                // One attempt must not wait longer than all of them together.
                lock_timeout: options.lock_timeout.min(options.patience),
                patience: options.patience,
                statement_timeout: options.statement_timeout,
                checks_connection: facts.checks_connection,
                lock: lock::is_runners_lock(lock),
                stored_settings: None,
            },
            is_fresh: false,
            sent: Instant::now(),
        })
    }

    /// The watch over the statements.
    pub(super) fn watch(&self) -> &'a Watch<'o> {
        self.watch
    }

    pub(super) fn settings(&self) -> &SessionSettings {
        &self.settings
    }

    pub(super) fn is_open(&mut self) -> bool {
        self.link.is_open()
    }

    pub(super) fn holds_lock(&self) -> bool {
        self.backend.is_some()
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// The time since the last message was sent.
    pub(super) fn since_sent(&self) -> Duration {
        self.sent.elapsed()
    }

    /// The link itself, for queries that need no watching.
    pub(super) fn unwatched(&mut self) -> &mut (dyn Link + 'o) {
        self.link
    }

    /// Sends one of the engine's queries.
    pub(super) fn query(&mut self, sql: &str) -> Result<Vec<Rows>, link::Error> {
        self.query_for("", sql)
    }

    /// Sends one of the engine's queries on behalf of a migration.
    pub(super) fn query_for(&mut self, title: &str, sql: &str) -> Result<Vec<Rows>, link::Error> {
        self.watched(title, |link| link.query(sql))
    }

    /// Sends a message of a migration.
    pub(super) fn run(&mut self, title: &str, message: &Message) -> Result<(), link::Error> {
        self.watched(title, |link| link.run(message))
    }

    fn watched<T>(&mut self, title: &str, send: impl FnOnce(&mut (dyn Link + 'o)) -> T) -> T {
        self.sent = Instant::now();
        self.watch
            .begin(title, self.backend.as_deref().unwrap_or_default());
        let outcome = send(self.link);
        self.watch.end();
        outcome
    }

    /// The notices that the server has sent since the last call.
    pub(super) fn notices(&mut self) -> Vec<Notice> {
        self.link.notices()
    }

    /// Gives the driver the messages that will be sent.
    pub(super) fn prepare(
        &mut self,
        messages: &mut dyn Iterator<Item = Message>,
    ) -> Result<(), link::Error> {
        self.link.prepare(messages)
    }

    /// Takes the lock, unless the session holds it.
    pub(super) fn take_lock(&mut self) -> Result<(), Error> {
        if self.holds_lock() {
            return Ok(());
        }
        let taken = lock::take(self.link, self.lock, self.patience, self.watch)?;
        if self.served_by != taken.backend {
            self.served_by.clone_from(&taken.backend);
            self.settings.stored_settings = taken.stored_settings;
        }
        self.backend = Some(taken.backend);
        Ok(())
    }

    /// SQL that releases the lock at the end of the run.
    pub(super) fn give_up(&self) -> String {
        lock::give_up(self.lock)
    }

    /// Notes that a statement has released the lock.
    pub(super) fn lock_was_given_up(&mut self) {
        self.backend = None;
    }

    /// Continues in another session, without the lock.
    pub(super) fn reopen(&mut self) -> Result<(), link::Error> {
        self.backend = None;
        self.link.reconnect()
    }

    /// Continues in another session, with the lock if no other runner holds it; returns whether it does.
    pub(super) fn reopen_with_lock(&mut self) -> Result<bool, link::Error> {
        self.link.reconnect()?;
        let taken = lock::try_take(self.link, self.lock)?;
        self.backend = taken.map(|taken| taken.backend);
        Ok(self.holds_lock())
    }

    /// Replaces the session by a new one. The lock is released first: the old session would hold it for a moment longer.
    pub(super) fn change(&mut self) -> Result<(), link::Error> {
        if self.is_pooled {
            // The pooler would give the new session this process, which has loaded the library. An error is expected, because the process
            // ends.
            let _ =
                self.query("SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())");
        } else if self.holds_lock() {
            self.query(&self.give_up())?;
        }
        self.reopen()
    }

    /// Opens a session in which the next statement is the first that could load TimescaleDB's library.
    pub(super) fn open_fresh(&mut self) -> Result<(), link::Error> {
        self.change()?;
        self.query(link::LOAD_NOTHING)?;
        self.is_fresh = true;
        Ok(())
    }

    /// Continues in a session that loads the library of the new version.
    pub(super) fn leave_fresh(&mut self) -> Result<(), link::Error> {
        self.change()?;
        self.is_fresh = false;
        Ok(())
    }

    /// Restores a broken connection, and ends what is left of the old session; returns whether the server answered at once.
    ///
    /// # Errors
    /// [`Error::Link`] if the server cannot be reached within the patience, [`Error::Interrupted`] if the run is to stop.
    pub(super) fn restore(&mut self) -> Result<bool, Error> {
        let old = self.backend.take();
        self.is_fresh = false;
        let at_once = self.connect_again()?;
        if let Some(old) = old
            && self.end_ghost(&old).is_err()
        {
            // The connection broke again, which the next message will report. The old session is still to be ended.
            self.backend = Some(old);
        }
        Ok(at_once)
    }

    fn connect_again(&mut self) -> Result<bool, Error> {
        let started = Instant::now();
        let mut told = started;
        let mut at_once = true;
        while let Err(unreachable) = self.link.reconnect() {
            at_once = false;
            if told.elapsed() >= TELL_AGAIN {
                self.watch.tell(Event::Reconnecting(&unreachable));
                told = Instant::now();
            }
            if started.elapsed() >= self.patience {
                return Err(unreachable.into());
            }
            self.watch.sleep(PAUSE)?;
        }
        Ok(at_once)
    }

    /// Ends the server's side of our own session whose connection broke, so that its lock is free.
    fn end_ghost(&mut self, backend: &str) -> Result<(), link::Error> {
        let sql = format!(
            "SELECT pg_catalog.pg_terminate_backend(l.pid) FROM pg_catalog.pg_locks l WHERE {} AND l.pid OPERATOR(pg_catalog.=) {backend}",
            lock::is_runners_lock(self.lock),
        );
        match self.query(&sql) {
            Ok(_) | Err(link::Error::Server(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
