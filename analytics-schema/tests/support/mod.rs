//! What the tests do where they cannot run.

use std::io::Write as _;

/// A line on standard error that names the test and why it does not run here.
pub fn skip(test: &str, reason: &str) {
    let reason = reason.replace('\n', " ");
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {reason}");
}
