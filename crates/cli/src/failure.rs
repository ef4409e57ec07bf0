//! How a command ends when it does not succeed: an exit code of the contract, and what to show.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;

/// The exit codes that every command keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// It failed.
    Failed = 1,
    /// The command line or the project's set-up is wrong.
    Usage = 2,
    /// The check found something: pending, changed, drift.
    Found = 3,
    /// The target could not be reached.
    Unreachable = 4,
    /// Another runner holds the lock.
    Locked = 5,
    /// Its terminal was closed: 128 and the number of SIGHUP.
    HungUp = 129,
    /// It was interrupted: 128 and the number of SIGINT.
    Interrupted = 130,
    /// It was terminated: 128 and the number of SIGTERM.
    Terminated = 143,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> ExitCode {
        ExitCode::from(code as u8)
    }
}

/// A command's failure.
#[derive(Debug)]
pub struct Failure {
    pub code: Code,
    pub diagnostic: Box<Diagnostic>,
    /// What the JSON document says beside the message.
    pub fields: Vec<(&'static str, Value)>,
    /// What it sums up; each is shown before it.
    pub parts: Vec<Failure>,
}

impl Failure {
    pub fn new(code: Code, message: impl Into<String>) -> Failure {
        Failure {
            code,
            diagnostic: Box::new(Diagnostic::new(message)),
            fields: Vec::new(),
            parts: Vec::new(),
        }
    }

    pub fn note(mut self, label: &'static str, text: impl Into<String>) -> Failure {
        self.diagnostic.notes.push((label, text.into()));
        self
    }

    pub fn next(self, text: impl Into<String>) -> Failure {
        self.note("next", text)
    }

    /// A note before what to type next.
    pub fn note_before_next(mut self, label: &'static str, text: impl Into<String>) -> Failure {
        let notes = &mut self.diagnostic.notes;
        let next = notes.iter().position(|(label, _)| *label == "next");
        notes.insert(next.unwrap_or(notes.len()), (label, text.into()));
        self
    }

    /// Replaces the note about the state.
    pub fn state(mut self, text: impl Into<String>) -> Failure {
        let notes = &mut self.diagnostic.notes;
        match notes.iter_mut().find(|(label, _)| *label == "state") {
            Some((_, state)) => {
                *state = text.into();
                self
            }
            None => self.note_before_next("state", text),
        }
    }

    /// What to type next, if it is known.
    pub fn next_text(&self) -> Option<&str> {
        let notes = &self.diagnostic.notes;
        let next = notes.iter().find(|(label, _)| *label == "next");
        next.map(|(_, text)| text.as_str())
    }

    pub fn with(code: Code, diagnostic: Diagnostic) -> Failure {
        Failure {
            code,
            diagnostic: Box::new(diagnostic),
            fields: Vec::new(),
            parts: Vec::new(),
        }
    }

    pub fn field(mut self, name: &'static str, value: impl Into<Value>) -> Failure {
        self.fields.push((name, value.into()));
        self
    }

    /// The document that `--json` prints for it.
    pub fn to_json(&self) -> Value {
        let mut error = json!({
            "exit_code": self.code as u8,
            "message": self.diagnostic.message,
        });
        if let Value::Object(error) = &mut error {
            for (label, text) in &self.diagnostic.notes {
                error.insert((*label).to_owned(), text.clone().into());
            }
            for (name, value) in &self.fields {
                error.insert((*name).to_owned(), value.clone());
            }
        }
        json!({ "error": error })
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        Failure::new(Code::Failed, format!("{error:#}"))
    }
}
