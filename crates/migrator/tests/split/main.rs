//! Splitting, judged by psql itself and by what must hold for any text.

#![cfg(unix)]

mod compare;
mod gap;
mod invariants;
mod nasty;
mod postgres_source;
mod properties;
mod psql;

use std::io::Write as _;

/// Writes a line past the test harness, which would capture it; in one piece, since tests run side by side.
fn say(line: &str) {
    let line = format!("{line}\n");
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("standard error");
}
