//! The forms in which findings are printed.

use crate::screen::Screen;
use crate::words::count;

use super::findings::{Checked, Counts};
use super::{Check, annotations, comment, sarif};
use serde_json::json;

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// One document, as every command has it.
    Json,
    /// A document of the Static Analysis Results Interchange Format.
    Sarif,
    /// Workflow commands of GitHub.
    Github,
    /// A comment of a pull request.
    Markdown,
}

impl Format {
    pub fn of(args: &Check) -> Format {
        match () {
            () if args.json => Format::Json,
            () if args.sarif => Format::Sarif,
            () if args.github => Format::Github,
            () if args.markdown => Format::Markdown,
            () => Format::Text,
        }
    }

    /// Whether files are named from the repository's root on, for those who know the repository and not the project.
    pub fn is_for_repository(self) -> bool {
        !matches!(self, Format::Text | Format::Json)
    }
}

/// Prints what was found; `why` is why no other files were checked.
pub fn show(format: Format, checked: &Checked<'_>, why: &str, screen: &mut Screen) {
    let counts = Counts::of(&checked.findings);
    let names = checked.names();
    let number = count(names.len(), "migration");
    let summary = format!("{number} checked{why}: {counts}");
    match format {
        Format::Markdown => return screen.lines(comment::render(checked)),
        Format::Github => {
            for finding in &checked.findings {
                screen.lines(annotations::line(checked, finding));
            }
        }
        Format::Text | Format::Json | Format::Sarif => {
            for diagnostic in checked.diagnostics() {
                screen.lines(diagnostic);
            }
        }
    }
    screen.line(summary);
    if format == Format::Sarif {
        return screen.document(&sarif::document(checked));
    }
    screen.document(&json!({
        "checked": names,
        "findings": checked.documents(),
        "errors": counts.errors,
        "warnings": counts.warnings,
    }));
}
