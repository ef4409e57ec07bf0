//! What the commands of the toolkit's repository have in common: they run its programs, which no other project has.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::with_db::exit_code;

/// A folder that no other project has.
const OWN: &str = "crates/testkit";

/// Whether the current folder is the repository's root.
pub fn is_here() -> bool {
    Path::new(OWN).is_dir()
}

/// Refuses every other project.
pub fn check(project: &Project) -> Result<(), Failure> {
    if project.path(OWN).is_dir() {
        return Ok(());
    }
    let message = "this command works only in the toolkit's repository";
    Err(Failure::new(Code::Usage, message).next("clone it, and run the command there"))
}

/// `cargo run` of one of the repository's programs, which takes further arguments.
pub fn cargo_run(project: &Project, program: &[&str]) -> Result<Command, Failure> {
    check(project)?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["run", "--quiet"])
        .args(program)
        .arg("--")
        .current_dir(project.root());
    Ok(command)
}

/// Runs it to its end.
pub fn wait(mut command: Command) -> Result<ExitCode, Failure> {
    let status = command
        .status()
        .map_err(|error| Failure::new(Code::Failed, format!("failed to start cargo: {error}")))?;
    Ok(exit_code(status))
}
