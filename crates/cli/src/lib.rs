//! The commands that keep a schema: `cargo xtask migrate`, `status`, `drift` and so on, as a library.
//!
//! A workspace has them with a package `xtask` of one line:
//!
//! ```ignore
//! fn main() -> std::process::ExitCode { timeschema_cli::xtask("iot-schema") }
//! ```
//!
//! Each command is a file; this one only reads the command line and dispatches.

mod cli;
mod diagnostic;
mod env_file;
mod explain;
mod failure;
mod git;
mod keeper;
mod project;
mod scratch;
mod screen;
mod settings;
mod shell;
mod show;
mod signals;
mod snapshot;
mod target;

mod baseline;
mod bench;
mod blockers;
mod doctor;
mod drift;
mod dry_run;
mod each_schema;
mod import;
mod migrate;
mod new_migration;
mod psql;
mod reset;
mod status;
mod with_db;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use failure::Failure;
use project::Project;
use screen::Screen;

/// Runs the command of this process's command line, for the project that the current folder is in, and says what it did.
///
/// `schema_crate` is the folder of the crate that holds `schema.json`, relative to the project's root.
pub fn xtask(schema_crate: &str) -> ExitCode {
    let cli = Cli::parse();
    let json = cli.command.wants_json();
    let mut screen = Screen::new(json);
    let ran = run(cli, schema_crate, &mut screen);
    if let Err(failure) = &ran {
        screen.failure(failure);
    }
    let lost = screen.lost();
    if let Some(lost) = &lost {
        screen.diagnostic(lost);
    }
    match (ran, lost) {
        (Err(failure), _) | (Ok(_), Some(failure)) => failure.code.into(),
        (Ok(code), None) => code,
    }
}

fn run(cli: Cli, schema_crate: &str, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let project = Project::find(schema_crate)?;
    match cli.command {
        Command::Migrate(args) => migrate::run(&project, &args, screen),
        Command::NewMigration(args) => new_migration::run(&project, &args, screen),
        Command::Import(args) => import::run(&project, &args, screen),
        Command::Status(args) => status::run(&project, &args, screen),
        Command::Drift(args) => drift::run(&project, &args, screen),
        Command::Doctor(args) => doctor::run(&project, &args, screen),
        Command::WithDb(args) => with_db::run(&project, &args, screen),
        Command::Psql(args) => psql::run(&project, &args, screen),
        Command::Reset(args) => reset::run(&project, &args, screen),
        Command::Bench(args) => bench::run(&project, &args),
    }
}
