//! The runtime of a schema crate: applying its migrations at start-up, checking that a database fits the program, and the values that its
//! modules read and write.
//!
//! A schema crate is two lines. Its build script, `fn main() { timeschema_build::compile() }`, generates typed modules from the committed
//! snapshot, and its `src/lib.rs` includes them: `timeschema::include_schema!();`. A service then depends only on that crate:
//!
//! ```no_run
//! # mod iot_schema {
//! #     use timeschema::{MigrateError, Report, Schema, VerifyError, postgres::GenericClient};
//! #     pub use timeschema::Config;
//! #     static SCHEMA: Schema = Schema::built(&[], "", "", (None, "schema_migrations"), &[], &[]);
//! #     pub fn migrate(config: &Config) -> Result<Report, MigrateError> { SCHEMA.migrate(config) }
//! #     pub fn verify(client: &mut impl GenericClient) -> Result<(), VerifyError> { SCHEMA.verify(client) }
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = iot_schema::Config::parse(&std::env::var("DATABASE_URL")?)?;
//! iot_schema::migrate(&config)?;
//! let mut client = config.client()?;
//! iot_schema::verify(&mut client)?;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//! - `tls`, on by default: [`Config`] connects over TLS where `sslmode` says so.
//! - `plain`: [`Mode::Plain`] runs the schema on PostgreSQL without TimescaleDB.
//! - `tokio`: statements run on clients of tokio-postgres.
//! - `deadpool`, `bb8`: pools whose clients prepare each statement once, around the managers of `deadpool-postgres` and `bb8-postgres`.
//! - `sqlx`: statements run on sqlx's pools, connections and transactions, and rows and values have sqlx's traits.
//! - `testing`: a database for each test.
//! - `serde`: `Serialize` and `Deserialize` for every value and for the generated `Row`, `New` and `Update`, as the JSON that PostgreSQL
//!   prints.
//! - `chrono`, `jiff`, `time`, `rust_decimal`, `bigdecimal`, `ipnet`, `geo-types`, `pgvector`: conversions between the values and the
//!   types of that crate, by `From` or `TryFrom`, that lose nothing. What does not fit is a [`ConversionError`].
#![deny(missing_docs)]

mod include;
mod migrate;
mod parsed;
mod rows;
mod schema;
mod trace;
mod verify;

pub use catalog::Difference;
pub use migrate::{
    Ahead, Applied, Config, ConfigError, HistoryTable, MigrateError, Mode, NewerDatabase, Report,
    StartUp,
};
/// A database for each test.
#[cfg(feature = "testing")]
pub use migrator::testing;
// What generated modules use.
pub use parsed::{QueryChange, QueryDrift};
pub use pgtypes::*;
pub use schema::Schema;
pub use verify::{Drift, VerifyError};
