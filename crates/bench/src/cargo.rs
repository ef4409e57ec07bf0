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
    built("xtask", |message| {
        message["executable"].as_str().map(PathBuf::from)
    })
}

/// Builds the schema's crate, and returns its build script as a program.
pub fn build_script() -> Result<PathBuf> {
    built("analytics-schema", |message| {
        let kinds = message["target"]["kind"].as_array()?;
        let file = message["filenames"][0].as_str()?;
        kinds
            .iter()
            .any(|kind| kind == "custom-build")
            .then(|| PathBuf::from(file))
    })
}

/// Builds a package, and returns what `pick` finds among the artifacts that cargo names of it.
///
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>
fn built(package: &str, pick: impl Fn(&Value) -> Option<PathBuf>) -> Result<PathBuf> {
    let manifest = manifest(package);
    let text = stats::output(cargo().args([
        "build",
        "--package",
        package,
        "--message-format=json-render-diagnostics",
    ]))?;
    let mut messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found = messages.find_map(|message| {
        let ours = message["manifest_path"].as_str().map(Path::new) == Some(&manifest);
        ours.then(|| pick(&message)).flatten()
    });
    found.with_context(|| format!("cargo did not say where it built {package}"))
}

fn manifest(package: &str) -> PathBuf {
    workspace().join(package).join("Cargo.toml")
}
