//! Plans what to run against a database, and runs it exactly once.
//!
//! A migration passes through `source` (files) → `lexer` and `statement` (what each statement is) → `plan` (steps) → `script` (what is
//! sent) → `run` (sending it). Everything up to `run` is pure: values that a test prints and compares. Only `source` reads the disk, and
//! only a [`Link`](link::Link) talks to a server.

pub mod baseline;
#[cfg(feature = "postgres")]
mod blocking;
pub mod dump;
mod encoding;
pub mod foreign;
pub mod history;
pub mod link;
pub mod message;
mod notices;
#[cfg(feature = "origin")]
pub mod origin;
#[cfg_attr(not(feature = "plain"), path = "no_plain.rs")]
pub mod plain;
pub mod plan;
pub mod psql;
pub mod question;
pub mod recovery;
pub mod run;
pub mod script;
pub mod sections;
mod server_error;
#[cfg(feature = "settings")]
pub mod settings;
pub mod source;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "postgres")]
#[cfg_attr(not(feature = "tls"), path = "no_tls.rs")]
mod tls;
#[cfg(feature = "postgres")]
pub mod wire;
