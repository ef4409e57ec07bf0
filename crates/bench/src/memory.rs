//! The most memory that a program has resident while it runs.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How often is looked.
const PERIOD: Duration = Duration::from_millis(1);

/// Runs a command that must succeed, and returns the kernel's own record of its peak, in bytes; `None` where there is no `/proc`.
///
/// `VmHWM` never falls, so the last look before the end shows the peak except for the last millisecond. What `wait4` returns would be
/// no better: it counts the memory of the process that started the program, too.
/// <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>
pub fn peak(command: &mut Command) -> Result<Option<u64>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("failed to start {program}"))?;
    let file = format!("/proc/{}/status", child.id());
    let mut most = None;
    let status = loop {
        let status = fs::read_to_string(&file).unwrap_or_default();
        most = most.max(high_water_mark(&status));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(PERIOD);
    };
    if !status.success() {
        bail!("{program} failed ({status})");
    }
    Ok(most)
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_kernel_s_words() {
        let status =
            "Name:\txtask\nVmPeak:\t   12345 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(high_water_mark(status), Some(2 * 1024 * 1024));
        assert_eq!(high_water_mark("Name:\txtask\nState:\tZ (zombie)\n"), None);
    }
}
