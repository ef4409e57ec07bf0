//! The result for `schema.json`, as it is shown.

use std::path::Path;

use catalog::Snapshot;
use serde_json::{Value, json};

use crate::screen::Screen;

/// The result for the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It is unchanged, because this migration is still pending.
    Alone(String),
    /// It is unchanged, because another run applied migrations after this one had looked.
    Overtaken,
    /// It was what the database holds.
    Unchanged(Box<Snapshot>),
    /// It was only to be checked, and is what the database holds; `from_empty` where the migrations made all of that now.
    Agrees {
        from_empty: bool,
        snapshot: Box<Snapshot>,
    },
    /// It was written.
    Written(Box<Snapshot>),
    /// It was only to be checked, and is not what the database holds.
    Differs(Vec<String>),
    /// The database holds what no migration made, or lacks what one did. `expected` says what it was compared with.
    Drift {
        expected: String,
        differences: Vec<String>,
        /// Whether that was found before anything ran.
        before: bool,
        /// Whether no migration was applied to the database before.
        is_first: bool,
    },
    /// It was only to be checked, and these migrations are pending in a database that is not empty: nothing ran.
    Pending(Vec<String>),
    /// It is unknown whether the database contains what the migrations make.
    Unproven { why: String, failure: String },
}

impl Kept {
    /// Whether the command found something: exit code 3.
    pub fn is_found(&self) -> bool {
        match self {
            Kept::Alone(_)
            | Kept::Overtaken
            | Kept::Unchanged(_)
            | Kept::Agrees { .. }
            | Kept::Written(_) => false,
            Kept::Differs(_) | Kept::Drift { .. } | Kept::Pending(_) | Kept::Unproven { .. } => {
                true
            }
        }
    }

    /// Whether nothing was run for it.
    pub fn ended_the_run(&self) -> bool {
        matches!(self, Kept::Pending(_) | Kept::Drift { before: true, .. })
    }

    /// What the database holds, where that is what the file says now.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Kept::Unchanged(snapshot) | Kept::Written(snapshot) | Kept::Agrees { snapshot, .. } => {
                Some(snapshot)
            }
            _ => None,
        }
    }

    /// Shows what a person has to know of it.
    pub fn show(&self, path: &Path, screen: &mut Screen) {
        self.report(&path.display().to_string())
            .into_iter()
            .for_each(|line| screen.line(line));
    }

    fn report(&self, path: &str) -> Vec<String> {
        let indented = |lines: &[String]| -> Vec<String> {
            lines.iter().map(|line| format!("  {line}")).collect()
        };
        match self {
            Kept::Unchanged(_) | Kept::Written(_) => Vec::new(),
            Kept::Overtaken => vec![format!(
                "{path} is unchanged: another run applied migrations meanwhile; run the command again to write it"
            )],
            Kept::Agrees { from_empty: true, .. } => vec![format!("{path} is what the migrations create")],
            Kept::Agrees { .. } => vec![format!("{path} is what the database holds")],
            Kept::Alone(pending) => {
                vec![format!("{path} is unchanged: {pending} is still pending")]
            }
            Kept::Differs(differences) => {
                let mut report = vec![format!("{path} is not what the database holds:")];
                report.extend(indented(differences));
                // What is wrong with the file itself says what to do.
                if !differences.iter().any(|it| it.contains("cargo xtask migrate")) {
                    report.push("next: `cargo xtask migrate`, without --frozen, writes it".to_owned());
                }
                report
            }
            Kept::Pending(pending) => vec![
                format!("--frozen applies migrations only to an empty database, and here {} pending: nothing was run", are(pending)),
                "next: `cargo xtask migrate` applies them; `cargo xtask migrate --frozen --target embedded` checks on a private cluster".to_owned(),
            ],
            Kept::Drift { expected, differences, before, is_first } => {
                let state = if *before { "nothing was run, and " } else { "" };
                let mut report = vec![format!("the database differs from what its migrations make, compared with {expected}:")];
                report.extend(indented(differences));
                report.push(format!("{state}{path} is unchanged"));
                report.push(advice(*before, *is_first));
                report
            }
            Kept::Unproven { why, failure } => vec![
                format!("{path} is unchanged, because it cannot prove that only the migrations made this database: {why}"),
                format!("  the migrations cannot be compared on a private cluster either: {failure}"),
                "next: `cargo xtask migrate` on an empty database writes it; in development `cargo xtask reset` makes one".to_owned(),
            ],
        }
    }

    /// Its part of the JSON document.
    pub fn document(&self) -> Value {
        match self {
            Kept::Alone(pending) => json!({ "state": "left_alone", "pending": pending }),
            Kept::Overtaken => json!({ "state": "overtaken" }),
            Kept::Unchanged(_) | Kept::Agrees { .. } => json!({ "state": "unchanged" }),
            Kept::Written(_) => json!({ "state": "written" }),
            Kept::Differs(differences) => {
                json!({ "state": "differs", "differences": differences })
            }
            Kept::Drift {
                expected,
                differences,
                ..
            } => {
                json!({ "state": "drift", "compared_with": expected, "differences": differences })
            }
            Kept::Pending(pending) => json!({ "state": "pending", "pending": pending }),
            Kept::Unproven { why, .. } => json!({ "state": "unproven", "why": why }),
        }
    }
}

/// What to do about drift, which `before` is whether it kept migrations from being run.
fn advice(before: bool, is_first: bool) -> String {
    let change = if is_first {
        "`cargo xtask migrate --baseline NNN` takes over a database that already has the schema of the migrations up to NNN"
    } else {
        "put the change into a migration or undo it; in development `cargo xtask reset` recreates the database"
    };
    let anyway = if before {
        "; `--no-snapshot` applies what is pending anyway"
    } else {
        ""
    };
    format!("next: {change}{anyway}")
}

/// `001_a.sql and 2 more are`
fn are(pending: &[String]) -> String {
    match pending {
        [] => "nothing is".to_owned(),
        [only] => format!("{only} is"),
        [first, rest @ ..] => format!("{first} and {} more are", rest.len()),
    }
}
