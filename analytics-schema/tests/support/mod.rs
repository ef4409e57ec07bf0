//! What the tests do where they cannot run.

use std::io::Write as _;

/// A line on standard error that names the test and why it does not run here.
pub fn skip(test: &str, reason: &str) {
    let reason = reason.replace('\n', " ");
    // In one piece, since tests run side by side.
    let line = format!("skipped: {test}: {reason}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
