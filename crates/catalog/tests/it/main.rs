//! The crate as its users see it: catalogs of real servers, differences, snapshots.

mod at_least;
mod diff;
mod functions;
mod introspection;
mod migrations;
mod needs;
mod nullability;
mod others;
mod own_types;
mod plain;
mod proofs;
mod queries;
mod snapshot;
mod support;
