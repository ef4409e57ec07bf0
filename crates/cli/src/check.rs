//! `cargo xtask check`: what is wrong with migrations before they run. It asks no database.

mod annotations;
mod choice;
mod comment;
pub mod findings;
mod output;
pub mod pending;
mod sarif;

use std::path::PathBuf;
use std::process::ExitCode;

use migrator::source;

use crate::args::SourceArgs;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::git;
use crate::project::Project;
use crate::screen::Screen;
use findings::{Checked, Counts};
use output::Format;

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
    #[arg(long, group = "format")]
    pub json: bool,
    /// Print one SARIF 2.1.0 document on standard output
    #[arg(long, group = "format")]
    pub sarif: bool,
    /// Print annotations of a GitHub workflow
    #[arg(long, group = "format")]
    pub github: bool,
    /// Print a comment for a pull request
    #[arg(long, group = "format")]
    pub markdown: bool,
}

pub fn run(project: &Project, args: &Check, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let dir = project.migrations_dir(args.source.migrations.as_deref())?;
    let mut files =
        source::read_dir(&dir).map_err(|error| explain::source(&error, project.root()))?;
    let chosen = choice::choose(args, &dir, &files)?;
    let format = Format::of(args);
    let folder = format
        .is_for_repository()
        .then(|| git::path_in_repository(&dir));
    let folder = folder.flatten();
    for file in &mut files {
        file.path = match (&folder, file.path.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => project.shown(&file.path).to_owned(),
        };
    }
    let options = findings::options(project, &[])?;
    let checked = Checked::of(files.iter().zip(chosen.checked.iter().copied()), &options)?;
    output::show(format, &checked, &chosen.why, screen);
    let counts = Counts::of(&checked.findings);
    Ok(if counts.errors > 0 {
        Code::Found.into()
    } else {
        ExitCode::SUCCESS
    })
}
