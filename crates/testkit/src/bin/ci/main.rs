//! Checks this repository as its CI does: formatting, lints, every test with every fault, forgotten snapshots, documentation.
//!
//! `cargo xtask ci` runs it. Everything runs even if something fails before it. The last line is `N passed, N failed, N skipped`; a check
//! that is no test counts as one when it fails. Exits 0 only if nothing failed.
#![expect(clippy::print_stdout, reason = "the report is what the program is for")]

mod checks;
mod results;
mod snapshots;

use std::path::Path;
use std::process::ExitCode;

use checks::{cargo, tests};
use results::Results;

fn main() -> ExitCode {
    let root = Path::new(".");
    let mut failed: Vec<&str> = Vec::new();
    let mut check = |name: &'static str, succeeded: bool| {
        if !succeeded {
            failed.push(name);
        }
    };
    title("formatting");
    check("formatting", cargo(&["fmt", "--check"], &[]));
    title("clippy");
    let clippy = "clippy --quiet --workspace --all-targets -- -D warnings";
    check("clippy", cargo(&clippy.split(' ').collect::<Vec<_>>(), &[]));
    // In the workspace the commands have every feature of the engine on; a service has it without plain mode.
    title("clippy of what a service has");
    let service = "clippy --quiet --package timeschema --lib -- -D warnings";
    let service: Vec<_> = service.split(' ').collect();
    check("clippy of what a service has", cargo(&service, &[]));
    title("tests");
    let tested = tests(root);
    let results = Results::read(&tested.printed);
    if !tested.succeeded && results.failed.is_empty() {
        check("cargo test, which did not get to its end", false);
    }
    // A failed test compares only some of its snapshots.
    if tested.succeeded {
        title("unreferenced snapshots");
        let forgotten = snapshots::forgotten(root, &tested.referenced, &results.skipped);
        for snapshot in &forgotten {
            println!("no test refers to {snapshot}: remove it");
        }
        check("unreferenced snapshots", forgotten.is_empty());
    }
    title("documentation");
    let doc = ["doc", "--quiet", "--no-deps", "--workspace"];
    check(
        "documentation",
        cargo(&doc, &[("RUSTDOCFLAGS", "-D warnings")]),
    );
    title("summary");
    print!("{}", results.summary(&failed));
    if failed.is_empty() && results.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn title(name: &str) {
    println!("\n== {name}");
}
