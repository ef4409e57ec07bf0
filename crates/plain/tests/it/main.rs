//! The stand-in gives TimescaleDB's answers.
//!
//! Each test asks the same of a database with the extension and of one in plain mode. The answers of the one with the extension are kept in
//! `recorded/`, with the version that they came from; where TimescaleDB is missing, they are what plain mode is compared with.
#![cfg(unix)]

mod added;
mod altered;
mod answers;
mod functions;
mod lookups;
mod migrations;
mod names;
mod options;
mod pair;
mod recorded;
mod roles;
mod time_bucket;
mod updated;
mod written;
mod wrong;
