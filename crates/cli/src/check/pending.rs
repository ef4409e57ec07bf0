//! The check before `migrate`: errors in what is pending stop it, warnings are printed in one line each.

use std::collections::BTreeMap;

use check::{Level, NOT_CHECKED, Severity};
use migrator::history::{History, Row};
use migrator::plan::{Migration, Selection};

use super::findings::{self, Checked};
use crate::diagnostic::Diagnostic;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::words::count;

/// What a check before a run needs.
pub struct Pending {
    levels: BTreeMap<String, Level>,
    selection: Selection,
}

impl Pending {
    /// The check of a project, without the rules that the command line allows.
    pub fn new(
        project: &Project,
        allowed: &[String],
        selection: Selection,
    ) -> Result<Pending, Failure> {
        Ok(Pending {
            levels: findings::levels(project, allowed)?,
            selection,
        })
    }

    /// Checks what is pending.
    pub fn check(&self, migrations: &[Migration], history: &History) -> Outcome {
        let is_pending = |it: &Migration| {
            let version = it.file.version;
            let is_applied = |row: &Row| row.version == version && row.is_applied();
            let is_selected = match self.selection {
                Selection::All => true,
                Selection::To(last) => version <= last,
                Selection::Only(only) => version == only,
            };
            is_selected && !history.rows.iter().any(is_applied)
        };
        let files = migrations.iter().map(|it| (&*it.file, is_pending(it)));
        let checked = match Checked::of(files, self.levels.clone()) {
            Ok(checked) => checked,
            Err(failure) => return Outcome::failed(failure),
        };
        let has_applied = history.rows.iter().any(Row::is_applied);
        let (errors, warnings): (Vec<_>, Vec<_>) = checked
            .findings
            .iter()
            // Nobody waits for a table, or uses its columns, where nothing is applied yet.
            .filter(|it| it.severity == Severity::Error || has_applied)
            // The server says better why a statement is no SQL.
            .filter(|it| it.rule != NOT_CHECKED)
            .partition(|it| it.severity == Severity::Error);
        let errors: Vec<_> = errors
            .into_iter()
            .map(|it| checked.diagnostic(it))
            .collect();
        let failure = (!errors.is_empty()).then(|| {
            let found = count(errors.len(), "error");
            let message = format!("the check found {found} in what is pending");
            Failure::new(Code::Found, message)
                .note("state", "nothing was applied")
                .next("correct the files, or run the command with --allow RULE")
                .field("findings", checked.documents())
        });
        Outcome {
            warnings: warnings.into_iter().map(|it| checked.brief(it)).collect(),
            errors,
            failure,
        }
    }
}

/// What the check found.
pub struct Outcome {
    warnings: Vec<String>,
    errors: Vec<Diagnostic>,
    failure: Option<Failure>,
}

impl Outcome {
    fn failed(failure: Failure) -> Outcome {
        Outcome {
            warnings: Vec::new(),
            errors: Vec::new(),
            failure: Some(failure),
        }
    }

    /// Whether the run must not go on.
    pub fn is_refused(&self) -> bool {
        self.failure.is_some()
    }

    /// Prints what was found, and fails if that stopped the run.
    pub fn show(self, screen: &mut Screen) -> Result<(), Failure> {
        for line in self.warnings {
            screen.progress(line);
        }
        for diagnostic in self.errors {
            screen.diagnostic(&Failure::with(Code::Found, diagnostic));
        }
        self.failure.map_or(Ok(()), Err)
    }
}
