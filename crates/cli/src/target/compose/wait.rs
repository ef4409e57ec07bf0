//! Connecting in the container, which may have been started only now: prints what it waits for, and names a container at once if waiting is
//! useless.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use migrator::link::{Error, Link};
use migrator::psql::Psql;

use super::state::{self, State};
use super::{Compose, engine, inside};
use crate::failure::{Code, Failure};
use crate::screen::Screen;

/// After how long a wait for a server that is known to start is mentioned.
const MENTION: Duration = Duration::from_secs(1);
/// How long between two mentions, and how long a server that its own check has found dead may take.
const AGAIN: Duration = Duration::from_secs(5);
/// How long `psql.sh` waits for the server.
const PATIENCE: u64 = 60;
/// How many of the container's last lines are shown.
const LINES: usize = 3;

impl Compose {
    /// Starts psql in the container, waiting for a server that starts.
    pub fn connect(&self, screen: &mut Screen) -> Result<Box<dyn Link>, Failure> {
        if !self.state().is_some_and(State::is_running) {
            return Err(self.stuck());
        }
        let (sender, receiver) = mpsc::channel();
        let psql = self.psql();
        thread::spawn(move || {
            // Nothing may wait for it any more.
            let _ = sender.send(Psql::start(psql));
        });
        let began = Instant::now();
        let mut patience = MENTION;
        loop {
            match receiver.recv_timeout(patience) {
                Ok(Ok(psql)) => return Ok(Box::new(psql)),
                Ok(Err(error)) => return Err(self.explain_start(&error)),
                Err(RecvTimeoutError::Disconnected) => return Err(self.stuck()),
                Err(RecvTimeoutError::Timeout) => self.mention(began.elapsed(), screen)?,
            }
            patience = match AGAIN.checked_sub(began.elapsed()) {
                Some(rest) => rest.max(MENTION),
                None => AGAIN,
            };
        }
    }

    /// Waits for the server, for a program that does not wait itself. If the container's health check has succeeded, at once.
    pub fn wait(&self, screen: &mut Screen) -> Result<(), Failure> {
        if self.container.as_ref().is_some_and(state::is_healthy) {
            Ok(())
        } else {
            self.connect(screen).map(drop)
        }
    }

    /// Says what is waited for; a failure where that is in vain.
    fn mention(&self, waited: Duration, screen: &mut Screen) -> Result<(), Failure> {
        let Some(container) = self.look_again() else {
            return Err(self.stuck());
        };
        let state = State::of(&container);
        if !state.is_running() || state == State::Unhealthy && waited >= AGAIN {
            return Err(self.stuck());
        }
        let seconds = waited.as_secs();
        let name = &container.name;
        if state::is_healthy(&container) {
            // It is compose that takes its time, a second at least.
            if waited >= AGAIN {
                screen.progress(format!(
                    "waiting for psql to start in container {name}, {seconds} s so far"
                ));
            }
        } else if state == State::Starting || waited >= AGAIN {
            screen.progress(format!(
                "waiting for the server in container {name} to accept connections, {seconds} s of {PATIENCE} s at most: {}",
                container.status
            ));
        }
        Ok(())
    }

    /// What is wrong with a container in which psql cannot be started, or that has ended meanwhile.
    pub fn stuck(&self) -> Failure {
        let Some(container) = self.look_again() else {
            return Failure::new(Code::Unreachable, "the service has no container")
                .next("cargo xtask migrate");
        };
        let mut inside = engine::inspect(&self.root, &container.id).unwrap_or_default();
        inside.log = engine::last_lines(&self.root, &container.id, LINES);
        state::failure(&container, &inside, self.was_started, &self.typed())
    }

    /// Whether the container has stopped since it was looked at.
    pub fn has_stopped(&self) -> bool {
        let container = self.look_again();
        !container.is_some_and(|it| State::of(&it).is_running())
    }

    /// How the container has ended, if it is no longer running.
    pub fn ended(&self) -> Option<String> {
        let container = self.look_again()?;
        if State::of(&container).is_running() {
            return None;
        }
        let inside = engine::inspect(&self.root, &container.id).unwrap_or_default();
        Some(match state::cause(&inside) {
            Some(cause) => format!("{}; {cause}", container.status),
            None => container.status,
        })
    }

    /// The error of psql, or of compose, instead of starting.
    fn explain_start(&self, error: &Error) -> Failure {
        // As `psql.sh` says it.
        let is_late = error.to_string().contains("did not answer over TCP");
        if is_late || self.has_stopped() || self.restarts() {
            self.stuck()
        } else {
            inside::explain(error, &self.tool)
        }
    }

    fn restarts(&self) -> bool {
        let inside = self.inspect();
        inside.is_ok_and(|inside| inside.restarts > 0)
    }

    pub fn state(&self) -> Option<State> {
        self.container.as_ref().map(State::of)
    }
}
