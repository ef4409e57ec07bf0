//! The catalog of a TimescaleDB database, as a value.
//!
//! [`introspect()`] reads a [`Catalog`] from a server through a function that the caller gives, [`diff()`] compares two of them,
//! [`at_least()`] checks whether a later one still serves what was built for an earlier one, and a [`Snapshot`] is one as a committed file.
//! The crate opens no connection and no file: its only contact with a server is the text of the queries it hands out and the text of the
//! rows it gets back.

mod at_least;
mod diff;
mod introspect;
mod json;
pub mod model;
mod nodes;
mod nullability;
mod queries;
mod snapshot;

pub use at_least::at_least;
pub use diff::{Difference, DifferenceKind, ObjectKind, Subject, diff};
pub use introspect::{
    Error, IntrospectError, Needs, Schemas, Scope, chunks_query, introspect, parse,
    parse_with_queries, probe_query, query,
};
pub use json::{JsonError, JsonValue};
pub use model::*;
pub use queries::{ColumnRef, ParameterUse, QueryColumn, QueryFacts, RowCount, TimeBound};
pub use snapshot::{FORMAT, Migration, Mismatch, Snapshot, SnapshotError};
