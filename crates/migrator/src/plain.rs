//! Plain mode in a program that is built with it: the crate `plain`. Without it, `no_plain.rs` takes its place.

pub use ::plain::*;

/// What a database is, which stays what it was when the first migration was applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// The migrations run as they are written.
    #[default]
    TimescaleDb,
    /// The database is a PostgreSQL without TimescaleDB, which [`plain`](crate::plain) replaces.
    Plain,
}

impl Mode {
    /// The mode for a PostgreSQL without TimescaleDB.
    pub(crate) const PLAIN: Option<Mode> = Some(Mode::Plain);
}
