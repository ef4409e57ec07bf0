//! The commands that keep a schema: `cargo xtask migrate`, `status`, `drift` and so on, as a library.
//!
//! A workspace gets them with a package `xtask` of one line:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     timeschema_cli::xtask("iot-schema")
//! }
//! ```
//!
//! Each command is a file; this one only reads the command line and dispatches.

mod args;
mod diagnostic;
mod env_file;
mod explain;
mod failure;
mod generated;
mod git;
mod keeper;
mod markdown;
mod program;
mod project;
mod repository;
mod scratch;
mod screen;
mod settings;
mod shell;
mod show;
mod signals;
mod snapshot;
mod target;
mod words;

mod bench;
mod blockers;
mod check;
mod ci;
mod diff;
mod doctor;
mod drift;
mod import;
mod init;
mod migrate;
mod new_migration;
mod new_rule;
mod psql;
mod queries;
mod rehearse;
mod reset;
mod status;
mod with_db;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use failure::Failure;
use program::Program;
use project::Project;
use screen::Screen;

/// Migrations, snapshot and checks for the schema of a TimescaleDB or PostgreSQL database
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Each command's file has its arguments and its help.
#[derive(Subcommand)]
enum Command {
    Migrate(migrate::Migrate),
    Check(check::Check),
    NewMigration(new_migration::NewMigration),
    Import(import::Import),
    Init(init::Init),
    Status(status::Status),
    Drift(drift::Drift),
    Diff(diff::Diff),
    Doctor(doctor::Doctor),
    WithDb(with_db::WithDb),
    Psql(psql::Psql),
    Queries(queries::Queries),
    Rehearse(rehearse::Rehearse),
    Reset(reset::Reset),
    Bench(bench::Bench),
    Ci(ci::Ci),
    NewRule(new_rule::NewRule),
}

/// Runs the command of this process's command line as `cargo xtask`, for the project of the current folder, and prints what it did.
///
/// `schema_crate` is the folder of the crate that holds `schema.json`, relative to the project's root; `[project] schema_crate` of
/// `timeschema.toml` overrides it.
pub fn xtask(schema_crate: &'static str) -> ExitCode {
    start(Program::xtask(schema_crate))
}

/// The same as the binary `timeschema`, for projects without a package `xtask`.
pub fn timeschema() -> ExitCode {
    start(Program::timeschema())
}

fn start(program: Program) -> ExitCode {
    let matches = Cli::command()
        .name(program.called())
        .bin_name(program.called())
        .mut_subcommand("bench", |it| it.hide(!repository::is_here()))
        .mut_subcommand("ci", |it| it.hide(!repository::is_here()))
        .mut_subcommand("new-rule", |it| it.hide(!repository::is_here()))
        // It is what makes an xtask.
        .mut_subcommand("init", |it| it.hide(program.schema_crate().is_some()))
        .get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let mut screen = Screen::new(program, wants_json(&matches));
    let ran = run(cli, program, &mut screen);
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

/// Whether standard output belongs to one JSON document.
fn wants_json(matches: &clap::ArgMatches) -> bool {
    let command = matches.subcommand();
    let is_set = |name: &str| {
        let flag = command.and_then(|(_, it)| it.try_get_one::<bool>(name).ok().flatten());
        flag.copied().unwrap_or(false)
    };
    is_set("json") || is_set("sarif")
}

fn run(cli: Cli, program: Program, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let project = || Project::find(program);
    match cli.command {
        Command::Init(args) => init::run(&args, screen),
        Command::Migrate(args) => migrate::run(&project()?, &args, screen),
        Command::Check(args) => check::run(&project()?, &args, screen),
        Command::NewMigration(args) => new_migration::run(&project()?, &args, screen),
        Command::Import(args) => import::run(&project()?, &args, screen),
        Command::Status(args) => status::run(&project()?, &args, screen),
        Command::Drift(args) => drift::run(&project()?, &args, screen),
        Command::Diff(args) => diff::run(&project()?, &args, screen),
        Command::Doctor(args) => doctor::run(&project()?, &args, screen),
        Command::WithDb(args) => with_db::run(&project()?, &args, screen),
        Command::Psql(args) => psql::run(&project()?, &args, screen),
        Command::Queries(args) => queries::run(&project()?, &args, screen),
        Command::Rehearse(args) => rehearse::run(&project()?, &args, screen),
        Command::Reset(args) => reset::run(&project()?, &args, screen),
        Command::Bench(args) => bench::run(&project()?, &args),
        Command::Ci(_) => ci::run(&project()?),
        Command::NewRule(args) => new_rule::run(&project()?, &args, screen),
    }
}
