//! What a rehearsal found, as a value.

use super::measured::{Measured, Refused};
use super::production::Estimate;
use super::release::Broken;
use super::trials::Trial;

/// What was rehearsed, and what came of it.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// Where, and what was there before.
    pub scratch: String,
    /// Why these migrations.
    pub why: String,
    /// What a person should know about the database that they are meant for.
    pub remarks: Vec<String>,
    /// The tables that have no rows, each with the reason.
    pub without_rows: Vec<(String, String)>,
    pub migrations: Vec<Rehearsed>,
    /// Why the trials were not made, if they were not.
    pub untried: Option<String>,
    pub trials: Vec<Trial>,
    /// How many queries of the release that runs now were asked about.
    pub queries: usize,
}

/// A migration that was rehearsed.
#[derive(Debug, Clone)]
pub struct Rehearsed {
    /// `004_shorter_retention`
    pub title: String,
    /// As people type it.
    pub file: String,
    pub statements: Vec<Ran>,
    /// Whether it did not run to its end.
    pub is_stopped: bool,
}

/// A statement that was rehearsed.
#[derive(Debug, Clone)]
pub struct Ran {
    pub line: usize,
    /// Its first words.
    pub text: String,
    pub measured: Measured,
    /// How long it would take with the rows of production.
    pub estimate: Option<Estimate>,
    /// Whether an empty database takes what this one refuses.
    pub passes_when_empty: bool,
    /// What the step that ends with it breaks of the release that runs now.
    pub breaks: Broken,
}

impl Rehearsal {
    /// The statements that the server refused, each with its migration.
    pub fn refused(&self) -> impl Iterator<Item = (&Rehearsed, &Ran, &Refused)> {
        self.migrations.iter().flat_map(|migration| {
            let refused = move |ran| Some((migration, ran, Ran::refused(ran)?));
            migration.statements.iter().filter_map(refused)
        })
    }

    /// The statements with which the release that runs now breaks.
    pub fn breaking(&self) -> impl Iterator<Item = (&Rehearsed, &Ran)> {
        self.migrations.iter().flat_map(|migration| {
            let breaking = migration.statements.iter();
            let breaking = breaking.filter(|it| !it.breaks.is_empty());
            breaking.map(move |it| (migration, it))
        })
    }

    /// Whether a migration ran to its end.
    pub fn is_any_applied(&self) -> bool {
        self.migrations.iter().any(|it| !it.is_stopped)
    }

    /// How many things must be mended before these migrations may run.
    pub fn errors(&self) -> usize {
        let problems: usize = self.trials.iter().map(|it| it.problems.len()).sum();
        self.refused().count() + problems
    }
}

impl Ran {
    pub fn refused(&self) -> Option<&Refused> {
        self.measured.refused.as_ref()
    }
}
