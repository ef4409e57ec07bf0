//! `cargo xtask bench`: builds and runs the crate `bench`, which compares speeds in one run.

use std::process::{Command, ExitCode};

use clap::ValueEnum;

use crate::cli::Bench;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::target;
use crate::with_db::exit_code;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Applying migrations, against psql
    Migrate,
    /// Building xtask from nothing, and the schema's build script
    Build,
}

pub fn run(project: &Project, args: &Bench, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["run", "--quiet", "--release", "--package", "bench", "--"])
        .current_dir(project.root());
    let _address = match args.what {
        What::Build => {
            command.arg("build");
            None
        }
        What::Migrate => {
            let mut chosen = target::choose(project, &args.target)?;
            chosen.bring_up(screen)?;
            let address = chosen.target.address()?;
            command.arg("migrate").env("DATABASE_URL", &address.url);
            Some(address)
        }
    };
    let status = command
        .status()
        .map_err(|error| Failure::new(Code::Failed, format!("failed to start cargo: {error}")))?;
    Ok(exit_code(status))
}
