//! The crate as its users see it: catalogs of real servers, differences, snapshots.

mod migrations;
mod support;
