//! Where a command writes: people's text on standard output, errors on standard error; under `--json` one document alone on standard
//! output and everything else on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use serde_json::Value;

use crate::failure::Failure;

pub struct Screen {
    json: bool,
    beside: bool,
    named_target: bool,
}

impl Screen {
    pub fn new(json: bool) -> Screen {
        Screen {
            json,
            beside: json,
            named_target: false,
        }
    }

    /// From now on standard output belongs to somebody else, such as a child.
    pub fn step_aside(&mut self) {
        self.beside = true;
    }

    /// A line for people.
    pub fn line(&mut self, text: impl Display) {
        // A reader that went away (`| head`) is no reason to stop half-way through a migration.
        let _ = match self.beside {
            true => writeln!(io::stderr(), "{text}"),
            false => writeln!(io::stdout(), "{text}"),
        };
    }

    /// The line that names the target, which stands there once.
    pub fn target(&mut self, headline: &str) {
        if !self.named_target {
            self.line(headline);
        }
        self.named_target = true;
    }

    /// A line about what goes on, which is not part of the result.
    pub fn progress(&mut self, text: impl Display) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// The document that `--json` asks for.
    pub fn document(&mut self, value: &Value) {
        if self.json {
            let _ = writeln!(io::stdout(), "{value:#}");
        }
    }

    /// A failure, as its diagnostic and under `--json` also as the document.
    pub fn failure(&mut self, failure: &Failure) {
        let _ = write!(io::stderr(), "{}", failure.diagnostic);
        self.document(&failure.to_json());
    }
}
