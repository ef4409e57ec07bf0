//! `cargo xtask bench`: builds and runs the crate `bench` of the toolkit's repository, which measures the commands against psql and the
//! promised bounds.

use std::process::ExitCode;

use clap::ValueEnum;

use crate::failure::Failure;
use crate::project::Project;
use crate::repository;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
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

/// Variables of `.env` that say where the bench measures. It makes everything else itself.
const PLACES: [&str; 2] = ["DATABASE_URL", "TIMESCALEDB_IMAGE"];

/// Measure the commands, and compare them with psql and with the promised bounds
#[derive(clap::Args)]
pub struct Bench {
    /// What to measure [default: everything]
    #[arg(value_enum)]
    pub what: Option<What>,
    /// How many times each measurement runs; the median is reported
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub runs: u32,
}

pub fn run(project: &Project, args: &Bench) -> Result<ExitCode, Failure> {
    // Unoptimised, like the commands that it measures: it only starts programs and waits for them.
    let mut command = repository::cargo_run(project, &["--package", "bench"])?;
    command.args(["--runs", &args.runs.to_string()]);
    if let Some(what) = args.what.and_then(|what| what.to_possible_value()) {
        command.arg(what.get_name());
    }
    let env = project.env_file()?;
    for name in PLACES {
        if let Some(value) = env.get(name) {
            command.env(name, value);
        }
    }
    repository::wait(command)
}
