//! `cargo xtask bench`: builds and runs the crate `bench` of the toolkit's own repository, which measures the commands beside psql and
//! against what is promised.

use std::path::Path;
use std::process::{Command, ExitCode};

use clap::ValueEnum;

use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::with_db::exit_code;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Applying migrations, through compose and over a URL (DATABASE_URL, else a private server)
    Migrate,
    /// Many files, many tables and a long file: time and memory
    Large,
    /// Building xtask from nothing, the schema's build script, and what start-up adds to a service's size
    Build,
    /// Plain mode beside TimescaleDB, the embedded target's start, and databases for tests
    Plain,
}

/// Variables of `.env` that say where the bench measures. It makes everything else itself.
const PLACES: [&str; 2] = ["DATABASE_URL", "TIMESCALEDB_IMAGE"];

/// Compare the speed of the commands with psql's and with what is promised
#[derive(clap::Args)]
pub struct Bench {
    /// What to measure [default: everything]
    #[arg(value_enum)]
    pub what: Option<What>,
    /// How often each time is taken; the median counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub runs: u32,
}

/// The crate's folder.
const CRATE: &str = "crates/bench";

/// Whether the crate is there: it is in no other project.
pub fn is_here() -> bool {
    Path::new(CRATE).is_dir()
}

pub fn run(project: &Project, args: &Bench) -> Result<ExitCode, Failure> {
    if !project.path(CRATE).is_dir() {
        let message = "the benches are in the repository of the toolkit alone";
        return Err(Failure::new(Code::Usage, message).next("clone it, and run them there"));
    }
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Unoptimised, like the commands that it measures: it only starts programs and waits for them.
    command
        .args(["run", "--quiet", "--package", "bench", "--"])
        .args(["--runs", &args.runs.to_string()])
        .current_dir(project.root());
    if let Some(what) = args.what.and_then(|what| what.to_possible_value()) {
        command.arg(what.get_name());
    }
    let env = project.env_file()?;
    for name in PLACES {
        if let Some(value) = env.get(name) {
            command.env(name, value);
        }
    }
    let status = command
        .status()
        .map_err(|error| Failure::new(Code::Failed, format!("failed to start cargo: {error}")))?;
    Ok(exit_code(status))
}
