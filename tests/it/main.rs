//! The integration tests: the commands as a user meets them, against real databases.

mod compose;
mod dumps;
mod encodings;
mod errors;
mod extension;
mod faults;
mod histories;
mod import;
mod lookalikes;
mod plain;
mod running;
mod screens;
mod signals;
mod support;
mod targets;
