//! Building parts of this workspace, and finding what was built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::stats;

/// The workspace's root folder.
pub fn workspace() -> &'static Path {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).unwrap_or(crate_folder)
}

/// The cargo that runs us, or the one in the path.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace());
    command
}

/// Builds the commands as `cargo xtask` does, and returns the program.
pub fn xtask() -> Result<PathBuf> {
    built("xtask", &[], executable)
}

/// Builds the commands optimised, as their peers are, and returns the program.
pub fn release_xtask() -> Result<PathBuf> {
    built("xtask", &["--release"], executable)
}

/// Builds the client that does the least, optimised, and returns the program.
pub fn bare_client() -> Result<PathBuf> {
    let example = ["--release", "--example", "one_query_per_file"];
    built("crates/bench", &example, executable)
}

fn executable(message: &Value) -> Option<PathBuf> {
    message["executable"].as_str().map(PathBuf::from)
}

/// Builds the schema's crate, and returns its build script as a program.
pub fn build_script() -> Result<PathBuf> {
    built("analytics-schema", &[], |message| {
        let kinds = message["target"]["kind"].as_array()?;
        let file = message["filenames"][0].as_str()?;
        kinds
            .iter()
            .any(|kind| kind == "custom-build")
            .then(|| PathBuf::from(file))
    })
}

/// Builds the package in a folder, and returns what `pick` finds among the artifacts that cargo names of it.
///
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>
fn built(
    folder: &str,
    arguments: &[&str],
    pick: impl Fn(&Value) -> Option<PathBuf>,
) -> Result<PathBuf> {
    let manifest = workspace().join(folder).join("Cargo.toml");
    let mut command = cargo();
    command
        .args(["build", "--message-format=json-render-diagnostics"])
        .arg("--manifest-path")
        .arg(&manifest)
        .args(arguments);
    let text = stats::output(&mut command)?;
    let mut messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found = messages.find_map(|message| {
        let ours = message["manifest_path"].as_str().map(Path::new) == Some(&manifest);
        ours.then(|| pick(&message)).flatten()
    });
    found.with_context(|| format!("cargo did not say where it built {folder}"))
}
