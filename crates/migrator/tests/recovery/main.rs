//! Statements that run alone are started, recorded in a history, and killed; then the catalog shows their outcome.
//!
//! Each is cut where another session's lock stops it, which is a different place for each lock. What there is in the end must be what a
//! clean run leaves.
#![cfg(all(unix, feature = "postgres"))]

mod postgresql;
mod timescaledb;
mod trial;
