//! Bad input: what the user reads, with which exit status, and that nothing else happened.

mod adoption;
mod command_line;
mod engine;
mod files;
mod generated;
mod history;
mod server;
mod settings;
mod snapshot;
mod statements;
mod timeschema;

use crate::support::Sandbox;

/// A project with migrations of these names and texts.
fn project(files: &[(&str, &str)]) -> Sandbox {
    let project = Sandbox::new().file("analytics-schema/README", "");
    for (name, text) in files {
        project.write(&format!("migrations/{name}.sql"), text);
    }
    project
}
