//! A database anywhere, named by its URL.

use std::panic::resume_unwind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use migrator::link::Error;
use migrator::wire::{Config, ConfigError, Wire};

use crate::explain::{self, Called};
use crate::failure::{Code, Failure};

/// A connection that is being made.
type Begun = JoinHandle<Result<Wire, Error>>;

pub struct Url {
    text: String,
    config: Box<Config>,
    /// Where the URL was found: `--target`, `DATABASE_URL`.
    origin: &'static str,
    begun: Mutex<Option<Begun>>,
}

impl Url {
    pub fn parse(text: &str, origin: &'static str) -> Result<Url, Failure> {
        match Config::parse(text) {
            Ok(config) => Ok(Url {
                text: text.to_owned(),
                config: Box::new(config),
                origin,
                begun: Mutex::default(),
            }),
            Err(error) => {
                let at_fault = match &error {
                    ConfigError::Variable { variable, .. } => variable,
                    ConfigError::Text(_) => origin,
                };
                let failure = Failure::new(Code::Usage, error.to_string());
                Err(failure.next(format!("correct {at_fault}")))
            }
        }
    }

    /// The URL itself, with its password: for the environment of a child, not for a screen.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where to connect, with what the environment adds.
    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn name(&self) -> String {
        format!("server {}", self.config.server())
    }

    /// Begins to connect while the caller has other things to do: it is half of what a command with nothing to do takes.
    pub fn begin_to_connect(&self) {
        let config = self.config.clone();
        *self.begun() = Some(thread::spawn(move || config.connect()));
    }

    pub fn connect(&self) -> Result<Wire, Failure> {
        let begun = self.begun().take();
        let connected = match begun {
            Some(begun) => begun.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => self.config.connect(),
        };
        connected.map_err(|error| self.explain(&error))
    }

    fn begun(&self) -> MutexGuard<'_, Option<Begun>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What helps when the server answers and says no.
    pub fn next(&self) -> String {
        format!("correct the user, password or database in {}", self.origin)
    }

    fn explain(&self, error: &Error) -> Failure {
        explain::unreachable_from(error, &self.next(), &Called::of(&self.config))
    }
}
