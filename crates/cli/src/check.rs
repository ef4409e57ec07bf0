//! `cargo xtask check`: what is wrong with migrations before they run. It asks no database.

mod choice;
pub mod findings;
pub mod pending;

use std::path::PathBuf;
use std::process::ExitCode;

use migrator::source;
use serde_json::json;

use crate::args::SourceArgs;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::words::count;
use findings::{Checked, Counts};

/// Check migrations for what the server refuses, what loses data and what blocks; needs no database
#[derive(clap::Args)]
pub struct Check {
    /// Migrations to check [default: those that are new or changed against the main branch; all outside git]
    pub files: Vec<PathBuf>,
    /// Check every migration
    #[arg(long, conflicts_with = "files")]
    pub all: bool,
    #[command(flatten)]
    pub source: SourceArgs,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

pub fn run(project: &Project, args: &Check, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let dir = project.migrations_dir(args.source.migrations.as_deref())?;
    let mut files =
        source::read_dir(&dir).map_err(|error| explain::source(&error, project.root()))?;
    let chosen = choice::choose(args, &dir, &files)?;
    for file in &mut files {
        file.path = project.shown(&file.path).to_owned();
    }
    let levels = findings::levels(project, &[])?;
    let checked = Checked::of(files.iter().zip(chosen.checked.iter().copied()), levels)?;
    for diagnostic in checked.diagnostics() {
        screen.lines(diagnostic);
    }
    let counts = Counts::of(&checked.findings);
    let number = chosen.checked.iter().filter(|it| **it).count();
    let why = chosen.why;
    screen.line(format!(
        "{} checked{why}: {counts}",
        count(number, "migration")
    ));
    screen.document(&json!({
        "checked": checked.names(),
        "findings": checked.documents(),
        "errors": counts.errors,
        "warnings": counts.warnings,
    }));
    Ok(if counts.errors > 0 {
        Code::Found.into()
    } else {
        ExitCode::SUCCESS
    })
}
