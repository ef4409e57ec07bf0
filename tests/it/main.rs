//! The integration tests: the commands as a user meets them, against real databases.

mod cases;
mod compose;
mod diff;
mod drift;
mod dumps;
mod each_schema;
mod encodings;
mod errors;
mod extension;
mod faults;
mod house;
mod import;
mod init;
mod lookalikes;
mod origin;
mod plain;
mod queries;
mod rehearse;
mod running;
mod screens;
mod sharing;
mod signals;
mod suggested;
mod support;
mod targets;
mod together;
