//! Statements that run alone are begun, recorded in a history, and cut down; then the catalog is asked what became of them.
//!
//! Each is cut where another session's lock stops it, which is a different place for each lock. What there is in the end must be what a
//! clean run leaves.
#![cfg(all(unix, feature = "postgres"))]

mod postgresql;
mod timescaledb;
mod trial;
