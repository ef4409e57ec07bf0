//! The integration tests: the commands as a user meets them, against real databases.

mod compose;
mod errors;
mod screens;
mod support;
mod targets;
