//! `cargo xtask check` of many migrations: time and memory, and what squawk's linter takes for the same files.
//!
//! squawk looks at each file for itself and knows nothing of TimescaleDB; `check` replays all files over a model of the schema. squawk's
//! program is in `peers/squawk.rs` and built in a separate workspace, so that its linter is a dependency of nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cargo;
use crate::files;
use crate::memory;
use crate::report::{Report, Verdict};
use crate::scratch::{self, Scratch};
use crate::stats::{Times, output, shown, timed};

/// How many files there are.
const FILES: usize = 1_000;
/// The most time that checking all of them takes.
const TIME: Duration = Duration::from_millis(500);
/// The most memory.
const MEMORY: u64 = 200_000_000;

/// Measures it, and squawk beside it if its linter can be built.
pub fn run(scratch: &Scratch, runs: usize, report: &mut Report) -> Result<()> {
    let project = scratch.project("check")?;
    files::write_plain(&project.join("migrations"), FILES, migration)?;
    let what = format!("check, {FILES} files");
    let check = |program: &Path| {
        let mut command = scratch::command(program, &project);
        command.args(["check", "--all"]);
        command
    };
    let release = cargo::release_xtask()?;
    let times = Times::take(runs, || timed(&mut check(&release)))?;
    report.time(&what, &times, TIME, "optimised")?;
    let xtask = cargo::xtask()?;
    let unoptimised = Times::take(runs, || timed(&mut check(&xtask)))?;
    report.line(
        Verdict::Unbound,
        &format!("{what}: time"),
        &shown(unoptimised.median()),
        &format!("as cargo xtask builds it; {}", unoptimised.range()),
    )?;
    let peak = memory::peak(&mut check(&release))?;
    report.memory(&what, peak, MEMORY, "")?;
    match build(&scratch.folder("squawk")?) {
        Ok(squawk) => {
            let lint = || {
                let mut command = scratch::command(&squawk, &project);
                command.arg("migrations");
                command
            };
            let theirs = Times::take(runs, || timed(&mut lint()))?;
            let ratio = times.ratio(&theirs);
            let peak = memory::peak(&mut lint())?.unwrap_or_default() as f64 / 1e6;
            report.line(
                Verdict::Unbound,
                &format!("{what}: time, beside squawk's linter"),
                &shown(times.median()),
                &format!(
                    "{ratio:.2} x of {}, which takes {peak:.1} MB; {}",
                    shown(theirs.median()),
                    theirs.range()
                ),
            )
        }
        Err(error) => report.skip("squawk's linter", &format!("{error:#}")),
    }
}

/// A migration of a usual size: a hypertable with an index, an aggregate and its policies, and a change of an earlier one.
fn migration(number: usize) -> String {
    let earlier = number.saturating_sub(1).max(1);
    let change = if number > 1 {
        format!("ALTER TABLE readings_{earlier} ADD COLUMN unit_{number} text;\n")
    } else {
        String::new()
    };
    format!(
        "-- Readings of the sensors of building {number}, as they arrive.\n\
         CREATE TABLE readings_{number} (\n    \
             at        timestamptz NOT NULL,\n    \
             sensor_id bigint      NOT NULL,\n    \
             value     double precision,\n    \
             state     text        NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'late', 'broken')),\n    \
             note      text,\n    \
             PRIMARY KEY (sensor_id, at)\n\
         );\n\
         COMMENT ON TABLE readings_{number} IS 'One reading of a sensor of building {number}.';\n\
         SELECT create_hypertable('readings_{number}', by_range('at', INTERVAL '1 day'));\n\
         CREATE INDEX readings_{number}_state_idx ON readings_{number} (state, at DESC) WHERE state <> 'ok';\n\
         CREATE MATERIALIZED VIEW hourly_{number} WITH (timescaledb.continuous) AS\n\
             SELECT time_bucket('1 hour', at) AS bucket, sensor_id, avg(value) AS value, count(*) AS readings\n\
             FROM readings_{number} GROUP BY 1, 2 WITH NO DATA;\n\
         SELECT add_continuous_aggregate_policy('hourly_{number}',\n    \
             start_offset => INTERVAL '7 days', end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '30 minutes');\n\
         SELECT add_retention_policy('readings_{number}', drop_after => INTERVAL '90 days');\n\
         {change}"
    )
}

const MANIFEST: &str = r#"[workspace]
[package]
name = "squawk-peer"
version = "0.1.0"
edition = "2024"
[dependencies]
squawk-linter = "=2.68.0"
squawk-syntax = "=2.68.0"
[profile.release]
lto = "thin"
codegen-units = 1
"#;

/// Builds the program optimised, with the versions of this workspace's lock file as far as it has them.
fn build(folder: &Path) -> Result<PathBuf> {
    let source = cargo::workspace().join("crates/bench/peers/squawk.rs");
    fs::create_dir_all(folder.join("src"))?;
    fs::copy(&source, folder.join("src/main.rs"))
        .with_context(|| format!("failed to copy {}", source.display()))?;
    let lock = cargo::workspace().join("Cargo.lock");
    fs::copy(lock, folder.join("Cargo.lock"))?;
    fs::write(folder.join("Cargo.toml"), MANIFEST)?;
    let target = cargo::workspace().join("target/bench-peers");
    let mut command = cargo::cargo();
    command
        .args(["build", "--quiet", "--release"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", &target);
    output(&mut command)?;
    Ok(target
        .join("release/squawk-peer")
        .with_extension(std::env::consts::EXE_EXTENSION))
}
