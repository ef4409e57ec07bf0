//! The contents of a schema crate's root.

/// Fills the crate's root from what its build script wrote: a module for each relation, a type for each enum, and the functions that a
/// service calls when it starts.
///
/// Call it once, at the root of a crate whose build script is `timeschema_build::compile()` and that depends on `timeschema` by this name.
///
/// The generated modules are in `schema`, and each of them can be named at the root as well, unless something else there has its name: the
/// module of a table `config` is `config`, but the type of an enum `config` is `schema::Config`, because `Config` is the connection.
#[macro_export]
macro_rules! include_schema {
    () => {
        /// What this crate was built for: the migrations, and the schema that they create.
        pub static SCHEMA: $crate::Schema = include!(concat!(env!("OUT_DIR"), "/built.rs"));

        /// The modules and types of the schema, as its snapshot describes it.
        // A key of many columns is a function of many parameters, and a column may have any name.
        #[allow(
            clippy::just_underscores_and_digits,
            clippy::too_many_arguments,
            reason = "generated from a schema"
        )]
        pub mod schema {
            include!(concat!(env!("OUT_DIR"), "/schema.rs"));
        }

        /// The queries of the folder `queries`: a module for each file, in it a function for each query.
        #[allow(clippy::too_many_arguments, reason = "generated from queries")]
        pub mod queries {
            include!(concat!(env!("OUT_DIR"), "/queries.rs"));
        }

        // What is named below wins over it.
        #[allow(unused_imports, reason = "a schema may be empty")]
        pub use schema::*;

        pub use $crate::{
            Ahead, Applied, Config, ConfigError, Drift, HistoryTable, MigrateError, Mode,
            NewerDatabase, Report, StartUp, VerifyError, postgres,
        };

        $crate::use_values!($crate);
        $crate::use_asynchronous!($crate);
        $crate::use_pools!($crate);

        /// Applies every pending migration: see [`timeschema::Schema::migrate`]($crate::Schema::migrate).
        ///
        /// # Errors
        /// If the database cannot be reached, refuses a statement, or has other migrations than this program.
        pub fn migrate(config: &$crate::Config) -> Result<$crate::Report, $crate::MigrateError> {
            SCHEMA.migrate(config)
        }

        /// The same as [`migrate`], with options.
        ///
        /// # Errors
        /// Those of [`migrate`]; [`MigrateError::Ahead`] if the database is ahead and `start_up` refuses that.
        pub fn migrate_with(
            config: &$crate::Config,
            start_up: &$crate::StartUp,
        ) -> Result<$crate::Report, $crate::MigrateError> {
            SCHEMA.migrate_with(config, start_up)
        }

        /// Checks that the database has everything that this crate's types read and write: see
        /// [`timeschema::Schema::verify`]($crate::Schema::verify).
        ///
        /// # Errors
        /// [`VerifyError::Drift`] names each object that differs; the other variants report why the database could not be read.
        pub fn verify(
            client: &mut impl $crate::postgres::GenericClient,
        ) -> Result<(), $crate::VerifyError> {
            SCHEMA.verify(client)
        }

        /// The same as [`verify`], with the history and the schemas that `start_up` names.
        ///
        /// # Errors
        /// Those of [`verify`].
        pub fn verify_with(
            client: &mut impl $crate::postgres::GenericClient,
            start_up: &$crate::StartUp,
        ) -> Result<(), $crate::VerifyError> {
            SCHEMA.verify_with(client, start_up)
        }

        /// Checks that the database has exactly the schema that this crate was built for: see
        /// [`timeschema::Schema::verify_exact`]($crate::Schema::verify_exact).
        ///
        /// # Errors
        /// Those of [`verify`].
        pub fn verify_exact(
            client: &mut impl $crate::postgres::GenericClient,
        ) -> Result<(), $crate::VerifyError> {
            SCHEMA.verify_exact(client)
        }

        /// The same as [`verify_exact`], with the history and the schemas that `start_up` names.
        ///
        /// # Errors
        /// Those of [`verify`].
        pub fn verify_exact_with(
            client: &mut impl $crate::postgres::GenericClient,
            start_up: &$crate::StartUp,
        ) -> Result<(), $crate::VerifyError> {
            SCHEMA.verify_exact_with(client, start_up)
        }
    };
}
