//! The statements on a server.

mod fixtures;
mod migrations;
mod random;
mod shapes;
mod statistics;
mod support;
