//! The check before `migrate`: a loss in what is pending stops it, all else is printed in one line each. What the server refuses is left to
//! the server: it rolls back, and it knows more than a check can.

use check::{Finding, Level, NOT_CHECKED, Options, Severity, rules};
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
    options: Options,
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
            options: findings::options(project, allowed)?,
            selection,
        })
    }

    /// Whether a run does not go on with this: rows are lost, or the project says that it is an error.
    fn stops(&self, finding: &Finding) -> bool {
        let loses = rules::named(finding.rule).is_some_and(|it| it.finds_losses());
        let is_chosen = self.options.levels.get(finding.rule) == Some(&Level::Error);
        finding.severity == Severity::Error && (loses || is_chosen)
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
        let checked = match Checked::of(files, &self.options) {
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
            .partition(|it| self.stops(it));
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
