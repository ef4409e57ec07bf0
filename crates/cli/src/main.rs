//! `timeschema`: the commands for projects without a package `xtask`.

use std::process::ExitCode;

fn main() -> ExitCode {
    timeschema_cli::timeschema()
}
