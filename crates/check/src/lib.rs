//! Rules over migrations: what the server would refuse, what loses data, and what blocks. Pure: it reads no file and asks no database.
//!
//! [`check`] splits files into statements (`sql::lexer`), reads what each does into typed values (`read`, [`act`]), replays them over a
//! light model of the schema ([`schema`]), and asks each rule ([`rules::ALL`]) at each statement, and once at the end. What does not parse is
//! reported as not checked.
//!
//! The typed values are read from our own tokens, because these know TimescaleDB's options and calls and never recurse. `squawk-syntax` says
//! whether a statement parses.

pub mod act;
mod check;
pub mod day;
pub mod finding;
pub mod progress;
mod read;
pub mod rule;
pub mod rules;
pub mod schema;
mod suppression;
mod syntax;
mod timeline;
pub mod value;

pub use check::{File, Level, NOT_CHECKED, Options, SUPPRESSION, check};
pub use day::Day;
pub use finding::{Edit, Finding, Place, Severity};
