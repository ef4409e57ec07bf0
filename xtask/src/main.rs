//! `cargo xtask`: the commands of this repository.

use std::process::ExitCode;

fn main() -> ExitCode {
    timeschema_cli::xtask("analytics-schema")
}
