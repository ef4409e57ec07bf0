//! What every test stands on: a private database server, project folders with a hermetic
//! environment, and a Docker engine with an image. A test that needs what this machine lacks calls
//! [`skip`] through these, and returns.
//!
//! ```text
//! #[testkit::test]
//! fn nothing_pending_says_so(database: Database) {
//!     let project = Sandbox::analytics().database(&database);
//!     project.run("migrate");
//!     insta::assert_snapshot!(project.run("migrate"));
//! }
//! ```

mod background;
mod engine;
mod eventually;
mod image;
pub mod lookalikes;
mod port;
mod sandbox;
mod screen;

use std::path::Path;
use std::process::Command;

pub use background::Background;
pub use eventually::{PATIENCE, eventually};
pub use port::free_port;
pub use sandbox::{NO_ENGINE, Sandbox, repository};
pub(crate) use testkit::{
    Database, installed_has_timescaledb, installed_psql, skip, test_name, with_database,
};

/// Writes one test for each kind of target, of a function over a project of this repository's
/// migrations with that target. Where the machine lacks a target, that test is skipped. Where it lacks TimescaleDB, [`Sandbox::migrate`]
/// is in plain mode, and a test that says what it needs TimescaleDB for is skipped.
///
/// ```text
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

/// Whether no process has this number, as far as the system shows.
pub fn is_gone(pid: &str) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(pid).exists()
}
