//! Helpers of this workspace's tests: a database or a folder for each test, and skipping a test by name if this machine lacks what it
//! needs. It knows nothing about migrations.
//!
//! ```text
//! #[testkit::test]
//! fn a_table_is_empty(database: testkit::Database) {
//!     database.client().batch_execute("CREATE TABLE t ()").unwrap();
//! }
//! ```

// The attribute names this crate by its name, also in its own tests.
#[cfg(test)]
extern crate self as testkit;

mod database;
mod folder;
mod forgotten;
mod pooler;
mod random;
mod relay;
mod skip;

pub use database::{
    Database, installed_has_timescaledb, installed_psql, session, skip_without_timescaledb,
    with_database,
};
pub use folder::Folder;
pub use forgotten::forgotten_files;
pub use pooler::{Behind, Pooler};
pub use random::Random;
pub use relay::Relay;
pub use skip::{any_server, name, server, skip};
pub use testkit_macros::test;

/// The name of the test that this is written in, with its modules: `migrate::nothing_pending_says_so`.
#[macro_export]
macro_rules! test_name {
    () => {{
        fn here() {}
        $crate::enclosing(::std::any::type_name_of_val(&here))
    }};
}

#[doc(hidden)]
pub use skip::{enclosing, run};
