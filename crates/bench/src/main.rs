//! `cargo xtask bench`: what the commands cost, beside psql and other tools in the same run and against the bounds that the project promises.
//!
//! Each subject is a file: [`compose`], [`url`] with [`round_trips`], [`speed`], [`large`], [`plain`], [`types`], [`queries`], [`checking`],
//! [`build`] and [`size`]. What they are measured with is in [`stats`], [`memory`], [`proxy`], [`delay`] and [`shim`], what they are measured
//! on in [`scratch`], [`database`], [`files`] and [`cargo`], and who they are compared with in [`peers`]. Exits 0 when every bound is kept, 3
//! when one is missed, 1 when something failed.

mod build;
mod cargo;
mod checking;
mod compose;
mod database;
mod delay;
mod files;
mod large;
mod memory;
mod peers;
mod plain;
mod proxy;
mod queries;
mod report;
mod round_trips;
mod scratch;
mod shim;
mod size;
mod speed;
mod stats;
mod types;
mod url;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use report::Report;
use scratch::Scratch;

/// Compares the commands with psql and with the promised bounds; one line for each measurement.
#[derive(Parser)]
#[command(name = "bench")]
struct Cli {
    /// What to measure [default: everything]
    #[arg(value_enum)]
    what: Option<What>,
    /// How many times each measurement runs; the median is reported
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Applying migrations, through compose and over a URL (DATABASE_URL, else a private server)
    Migrate,
    /// Many files, many tables and a long file: time and memory
    Large,
    /// Building xtask from scratch, the schema's build script, and what start-up adds to a service's size
    Build,
    /// Rows written and read through the generated functions, compared with postgres and sqlx
    Types,
    /// Named queries described, checked and run, compared with tokio-postgres, sqlx and clorinde
    Queries,
    /// Many migrations checked: time and memory, beside squawk's linter
    Check,
    /// Plain mode compared with TimescaleDB, the embedded target's start, and databases for tests
    Plain,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut report = Report::new(Box::new(io::stdout()));
    match run(&cli, &mut report) {
        Ok(()) if report.missed() => ExitCode::from(3),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done for a reader that went away.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli, report: &mut Report) -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let runs = cli.runs as usize;
    let asked = |what| cli.what.is_none_or(|asked| asked == what);
    if asked(What::Migrate) {
        let xtask = cargo::xtask()?;
        compose::run(&scratch, &xtask, runs, report)?;
        url::run(&scratch, &xtask, runs, report)?;
    }
    if asked(What::Large) {
        large::run(&scratch, &cargo::xtask()?, runs, report)?;
    }
    if asked(What::Plain) {
        plain::run(&scratch, runs, report)?;
    }
    if asked(What::Types) {
        types::run(&scratch, runs, report)?;
    }
    if asked(What::Queries) {
        queries::run(&scratch, runs, report)?;
    }
    if asked(What::Check) {
        checking::run(&scratch, runs, report)?;
    }
    if asked(What::Build) {
        size::run(&scratch, report)?;
        build::run(&scratch, runs, report)?;
    }
    Ok(())
}
