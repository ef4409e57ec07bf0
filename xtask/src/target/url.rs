//! A database anywhere, named by its URL.

use migrator::link::Error;
use migrator::wire::{Config, Wire};

use crate::explain;
use crate::failure::{Code, Failure};

pub struct Url {
    text: String,
    config: Config,
    /// Where the URL was found: `--target`, `DATABASE_URL`.
    origin: &'static str,
}

impl Url {
    pub fn parse(text: &str, origin: &'static str) -> Result<Url, Failure> {
        match Config::parse(text) {
            Ok(config) => Ok(Url {
                text: text.to_owned(),
                config,
                origin,
            }),
            Err(error) => {
                let failure = Failure::new(Code::Usage, error.to_string());
                Err(failure.next(format!("correct {origin}")))
            }
        }
    }

    /// The URL itself, with its password: for the environment of a child, not for a screen.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn name(&self) -> String {
        format!("server {}", self.config.server())
    }

    pub fn connect(&self) -> Result<Wire, Failure> {
        self.config.connect().map_err(|error| self.explain(&error))
    }

    /// What helps when the server answers and says no.
    pub fn next(&self) -> String {
        format!("correct the user, password or database in {}", self.origin)
    }

    fn explain(&self, error: &Error) -> Failure {
        explain::unreachable(error, &self.next())
    }
}
