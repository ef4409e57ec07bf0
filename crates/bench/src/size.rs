//! What start-up adds to a service's release binary.
//!
//! Two examples of `analytics-schema` do the same, and one of them migrates and verifies first. Each is built as a service's program, in a
//! separate workspace: as an example it would be built with what the tests need, and with this workspace's profiles. The service's client
//! decides what is linked anyway, so they are compared twice, with TLS in both and with TLS in neither.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::cargo;
use crate::report::{Report, Verdict};
use crate::scratch::Scratch;
use crate::stats;

/// Most bytes that migrating and verifying may add.
const ENGINE: u64 = 1_500_000;

/// The example that migrates and verifies first.
const WITH: &str = "insert_a_row_after_start_up";

/// A service's own client, and what the schema crate is built with for it.
struct Client {
    what: &'static str,
    without: &'static str,
    default_features: bool,
}

const CLIENTS: [Client; 2] = [
    Client {
        what: "start-up in a service with TLS: size",
        without: "insert_a_row_over_tls",
        default_features: true,
    },
    Client {
        what: "start-up in a service without TLS: size",
        without: "insert_a_row",
        default_features: false,
    },
];

/// What `init` writes into a workspace: the engine's crates are optimised for size.
const ENGINE_CRATES: [&str; 4] = [
    "timeschema",
    "timeschema-catalog",
    "timeschema-migrator",
    "timeschema-sql",
];

/// Builds both programs for each kind of client, stripped and otherwise as `init` sets up a workspace, and compares their sizes.
pub fn run(scratch: &Scratch, report: &mut Report) -> Result<()> {
    let service = scratch.folder("service")?;
    for client in &CLIENTS {
        write_service(&service, client)?;
        build(&service)?;
        let (without, with) = (size(&service, client.without)?, size(&service, WITH)?);
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
    fs::remove_dir_all(&service).context("failed to remove the service")
}

/// A workspace of one package, whose programs are the two examples.
fn write_service(service: &Path, client: &Client) -> Result<()> {
    let schema = cargo::workspace().join("analytics-schema");
    let programs = service.join("src/bin");
    // The previous client's programs are in the way.
    let _ = fs::remove_dir_all(&programs);
    fs::create_dir_all(&programs)?;
    for example in [client.without, WITH] {
        let source = schema.join("examples").join(example).with_extension("rs");
        let program = programs.join(example).with_extension("rs");
        fs::copy(&source, program)
            .with_context(|| format!("failed to copy {}", source.display()))?;
    }
    // The versions that this workspace is built with.
    fs::copy(
        cargo::workspace().join("Cargo.lock"),
        service.join("Cargo.lock"),
    )?;
    let profile: String = ENGINE_CRATES
        .iter()
        .map(|name| format!("{name} = {{ opt-level = \"z\", codegen-units = 1 }}\n"))
        .collect();
    let manifest = format!(
        "[workspace]\n\
         [package]\nname = \"service\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\nanalytics-schema = {{ path = {:?}, default-features = {} }}\n\
         [profile.release]\nstrip = true\n\
         [profile.release.package]\n{profile}",
        schema, client.default_features
    );
    fs::write(service.join("Cargo.toml"), manifest).context("failed to write the service")
}

fn build(service: &Path) -> Result<()> {
    let mut command = cargo::cargo();
    command
        .args(["build", "--quiet", "--release"])
        .current_dir(service)
        .env("CARGO_TARGET_DIR", service.join("target"));
    stats::output(&mut command).map(drop)
}

fn size(service: &Path, program: &str) -> Result<u64> {
    let program = service.join("target/release").join(program);
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
