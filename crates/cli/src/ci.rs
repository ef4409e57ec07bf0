//! `cargo xtask ci`: checks the toolkit's repository as its CI does.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::project::Project;
use crate::repository;

/// Run every check of this repository's CI: formatting, lints, every test with every fault, forgotten snapshots, documentation
#[derive(clap::Args)]
pub struct Ci {}

pub fn run(project: &Project) -> Result<ExitCode, Failure> {
    repository::wait(repository::cargo_run(
        project,
        &["--package", "testkit", "--bin", "ci"],
    )?)
}
