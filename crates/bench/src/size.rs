//! What start-up adds to a service's release binary.
//!
//! Two examples of `analytics-schema` do the same, and one of them migrates and verifies first. How a service's own client connects
//! decides what is there anyway: so they are compared twice, with TLS in both and with TLS in neither.

use std::path::Path;

use anyhow::{Context, Result};

use crate::cargo;
use crate::report::{Report, Verdict};
use crate::scratch::Scratch;
use crate::stats;

/// Most bytes that migrating and verifying may add.
const ENGINE: u64 = 1_500_000;

/// The program that migrates and verifies first.
const WITH: &str = "insert_a_row_after_start_up";

/// A service's own client, and what the crate is built with for it.
struct Client {
    what: &'static str,
    without: &'static str,
    features: &'static [&'static str],
}

const CLIENTS: [Client; 2] = [
    Client {
        what: "start-up in a service with TLS: size",
        without: "insert_a_row_over_tls",
        features: &[],
    },
    Client {
        what: "start-up in a service without TLS: size",
        without: "insert_a_row",
        features: &["--no-default-features"],
    },
];

/// Builds both programs for each kind of client, stripped, as cargo optimises by default, and compares their sizes.
pub fn run(scratch: &Scratch, report: &mut Report) -> Result<()> {
    let target = scratch.folder("size")?;
    for client in &CLIENTS {
        build(&target, client)?;
        let (without, with) = (size(&target, client.without)?, size(&target, WITH)?);
        let added = with.saturating_sub(without);
        let rest = format!(
            "at most {}; {} without, {} with",
            shown(ENGINE),
            shown(without),
            shown(with)
        );
        report.line(
            Verdict::of(added <= ENGINE),
            client.what,
            &shown(added),
            &rest,
        )?;
    }
    std::fs::remove_dir_all(&target).context("failed to remove the target folder")
}

fn build(target: &Path, client: &Client) -> Result<()> {
    let mut command = cargo::cargo();
    command
        .args(["build", "--quiet", "--release"])
        .args(["--package", "analytics-schema"])
        .args(["--example", client.without, "--example", WITH])
        .args(client.features)
        .env("CARGO_TARGET_DIR", target)
        // Not as this workspace builds, but as cargo does for a service that says nothing but to strip.
        .env("CARGO_PROFILE_RELEASE_STRIP", "true")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3");
    stats::output(&mut command).map(drop)
}

fn size(target: &Path, example: &str) -> Result<u64> {
    let program = target.join("release/examples").join(example);
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    let file = program.metadata();
    let file = file.with_context(|| format!("cargo did not make {}", program.display()))?;
    Ok(file.len())
}

/// Bytes as people read them: `1.24 MB`.
fn shown(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_in_millions_of_bytes() {
        assert_eq!(shown(1_236_464), "1.24 MB");
        assert_eq!(shown(0), "0.00 MB");
    }
}
