//! Waiting for something that happens on its own.

use std::thread;
use std::time::{Duration, Instant};

/// What takes longer hangs. It is long, because it only distinguishes a failing test from one that never ends, and a machine may be busy:
/// creating a cluster in a container has taken half a minute.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// Waits until something has happened.
pub fn eventually(what: &str, mut happens: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !happens() {
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(5));
    }
}
