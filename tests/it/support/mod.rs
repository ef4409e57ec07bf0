//! What every test stands on: a private database server, project folders with a hermetic
//! environment, and a Docker engine with an image. A test that needs what this machine lacks calls
//! [`skip`] through these, and returns.
//!
//! ```ignore
//! #[test]
//! fn nothing_pending_says_so() {
//!     let Some(database) = Database::new(test_name!()) else { return };
//!     let project = Sandbox::analytics().database(&database);
//!     project.run("migrate");
//!     insta::assert_snapshot!(project.run("migrate"));
//! }
//! ```

mod background;
mod database;
mod engine;
mod eventually;
mod image;
pub mod lookalikes;
mod port;
mod sandbox;
mod screen;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

pub use background::Background;
pub use database::{Database, installed_has_timescaledb, installed_psql, with_database};
pub use eventually::{PATIENCE, eventually};
pub use port::free_port;
pub use sandbox::{NO_ENGINE, Sandbox, repository};

/// The name of the test that this is written in, with its modules:
/// `migrate::nothing_pending_says_so`.
macro_rules! test_name {
    () => {{
        fn here() {}
        $crate::support::enclosing(std::any::type_name_of_val(&here))
    }};
}
pub(crate) use test_name;

/// Writes one test for each kind of target, of a function over a project of this repository's
/// migrations with that target. Where the machine lacks a target, that test is skipped. Where it lacks TimescaleDB, [`Sandbox::migrate`]
/// is in plain mode, and a test that says what it needs TimescaleDB for is skipped.
///
/// ```ignore
/// on_each_target! {
///     fn a_second_run_has_nothing_to_do(project) {
///         project.migrate("");
///         assert!(project.migrate("").contains("nothing to do"));
///     }
///
///     needs_timescaledb_for "chunks":
///     fn rows_are_moved(project) {}
/// }
/// ```
macro_rules! on_each_target {
    ($($(needs_timescaledb_for $what:literal:)? fn $name:ident($project:ident) $body:block)+) => {$(
        fn $name($project: &$crate::support::Sandbox) $body

        mod $name {
            use super::$name as check;
            use $crate::support::{Sandbox, test_name};

            fn project() -> Sandbox {
                Sandbox::analytics() $(.needs_timescaledb_for($what))?
            }

            #[test]
            fn by_url() {
                if let Some(project) = project().url(test_name!()) {
                    check(&project);
                }
            }

            #[test]
            fn embedded() {
                if let Some(project) = project().embedded(test_name!()) {
                    check(&project);
                }
            }

            #[test]
            fn by_compose() {
                if let Some(project) = project().compose(test_name!()) {
                    check(&project);
                }
            }
        }
    )+};
}
pub(crate) use on_each_target;

/// The path of the function around an item with this path, without the crate.
pub fn enclosing(path: &'static str) -> &'static str {
    let inside = path.split_once("::").map_or(path, |(_, rest)| rest);
    inside.rsplit_once("::").map_or(inside, |(outer, _)| outer)
}

/// Reports a test that cannot run here. It goes past libtest, which would keep it to itself: a
/// skipped test must be seen.
pub fn skip(test: &str, reason: &str) {
    let line = format!(
        "skipped: {test}: {}\n",
        reason.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    // In one piece, since tests run side by side.
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// What a command prints; it must succeed.
pub fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Whether no process has this number, as far as the system tells.
pub fn is_gone(pid: &str) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(pid).exists()
}
