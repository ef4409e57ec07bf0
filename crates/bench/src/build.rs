//! What building costs: xtask from nothing, and the schema's build script.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cargo;
use crate::report::{Report, Verdict};
use crate::scratch::Scratch;
use crate::stats::{Times, output, shown, timed};

/// Most CPU time of a cold build of xtask.
const COLD_BUILD: Duration = Duration::from_secs(90);
/// Most time of the build script.
const BUILD_SCRIPT: Duration = Duration::from_millis(100);

/// Measures both.
pub fn run(scratch: &Scratch, runs: usize, report: &mut Report) -> Result<()> {
    let script = build_script(scratch, runs)?;
    bounded(
        report,
        "analytics-schema's build script: time",
        &script,
        BUILD_SCRIPT,
    )?;
    let cold = Times::take(runs, || cold_build(scratch))?;
    bounded(
        report,
        "cold cargo build -p xtask: CPU time",
        &cold,
        COLD_BUILD,
    )
}

fn bounded(report: &mut Report, what: &str, times: &Times, most: Duration) -> Result<()> {
    let median = times.median();
    let rest = format!("at most {}; {}", shown(most), times.range());
    report.line(Verdict::of(median <= most), what, &shown(median), &rest)
}

/// Runs the build script as cargo does.
fn build_script(scratch: &Scratch, runs: usize) -> Result<Times> {
    let program = cargo::build_script()?;
    let out = scratch.folder("out")?;
    Times::take(runs, || {
        let mut command = Command::new(&program);
        command
            .current_dir(cargo::workspace().join("analytics-schema"))
            .env("OUT_DIR", &out);
        timed(&mut command)
    })
}

/// The CPU time of cargo and everything that it starts, in a separate target folder.
fn cold_build(scratch: &Scratch) -> Result<Duration> {
    let target = scratch.folder("target")?;
    let cargo = cargo::cargo();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "\"$@\" || exit; times", "sh"])
        .arg(cargo.get_program())
        .args(["build", "--quiet", "--package", "xtask"])
        .current_dir(cargo::workspace())
        .env("CARGO_TARGET_DIR", &target)
        .env("LC_ALL", "C")
        // A cache of compiled crates would hide what is measured.
        .env("RUSTC_WRAPPER", "")
        .env_remove("CARGO_INCREMENTAL");
    let printed = output(&mut shell)?;
    fs::remove_dir_all(&target).context("failed to remove the target folder")?;
    children(&printed).with_context(|| format!("the shell's `times` printed {printed}"))
}

/// User and system time of the children, from the second line that a shell's `times` prints: `0m1.50s 0m0.25s`.
fn children(times: &str) -> Option<Duration> {
    let line = times.lines().nth(1)?;
    let one = |text: &str| -> Option<f64> {
        let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
        Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
    };
    let parts: Vec<f64> = line.split_whitespace().map(one).collect::<Option<_>>()?;
    Duration::try_from_secs_f64(parts.iter().sum())
        .ok()
        .filter(|_| parts.len() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_children_s_user_and_system_time_are_added() {
        let printed = "0m0.01s 0m0.02s\n1m2.50s 0m4.25s\n";
        assert_eq!(children(printed), Some(Duration::from_millis(66_750)));
        assert_eq!(children("0m0.01s 0m0.02s\n"), None);
        assert_eq!(children("a\nb c\n"), None);
    }

    #[test]
    fn this_machine_s_shell_prints_times_that_can_be_read() {
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done";
        let printed =
            output(Command::new("sh").args(["-c", &format!("sh -c '{busy}'; times")])).unwrap();
        assert!(children(&printed).unwrap() > Duration::ZERO);
    }
}
