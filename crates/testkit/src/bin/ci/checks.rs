//! Running cargo, and the tests with their output available.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run of the tests left.
pub struct Tested {
    /// Whether cargo itself succeeded.
    pub succeeded: bool,
    /// Standard output and standard error, as they came.
    pub printed: String,
    /// The paths of the snapshots that a test compared something with, a line each.
    pub referenced: String,
}

fn program() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Whether cargo succeeds with these arguments and variables.
pub fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> bool {
    let mut command = Command::new(program());
    command.args(arguments).envs(variables.iter().copied());
    command.status().is_ok_and(|status| status.success())
}

/// Runs all tests of the workspace, each kind of fault at each message, and shows what they print.
pub fn tests(root: &Path) -> Tested {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let referenced = std::env::temp_dir().join(format!("ci-{}-snapshots", std::process::id()));
    // Both streams in one, in the order in which the lines came.
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec \"$0\" test --workspace --no-fail-fast 2>&1"])
        .arg(program())
        .current_dir(&root)
        .env("FAULTS", "each")
        // A test's own failure message is enough, and comes last.
        .env("RUST_BACKTRACE", "0")
        .env("INSTA_UPDATE", "no")
        .env("INSTA_WORKSPACE_ROOT", &root)
        .env("INSTA_SNAPSHOT_REFERENCES_FILE", &referenced)
        .stdout(Stdio::piped());
    let (succeeded, printed) =
        shown(&mut command).unwrap_or_else(|error| (false, format!("{error}\n")));
    let tested = Tested {
        succeeded,
        printed,
        referenced: fs::read_to_string(&referenced).unwrap_or_default(),
    };
    let _ = fs::remove_file(&referenced);
    tested
}

/// Runs a command, passes on what it prints, and returns whether it succeeded, with what it printed.
fn shown(command: &mut Command) -> std::io::Result<(bool, String)> {
    let mut child = command.spawn()?;
    let mut printed = String::new();
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            let mut out = std::io::stdout();
            out.write_all(&line)?;
            out.flush()?;
            printed += &String::from_utf8_lossy(&line);
            line.clear();
        }
    }
    Ok((child.wait()?.success(), printed))
}
