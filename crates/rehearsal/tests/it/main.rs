//! The statements on a server.

mod fixtures;
mod migrations;
mod support;
