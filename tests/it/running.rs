//! What a run does while it continues, as a user sees it: what it waits for, what it prints, what stops it, and what it then leaves.

mod all_or_nothing;
mod commits;
mod cut;
mod dropped;
mod in_doubt;
mod jobs;
mod names;
mod progress;
mod questions;
mod replaced;
mod session;
mod settings;
mod spoiled;
mod waits;

use crate::support::Sandbox;

/// A project of these migrations with its own database, all but the last of them applied.
fn before_the_last(test: &str, files: &[(&str, &str)]) -> Option<Sandbox> {
    let project = with(files).plain(test)?;
    apply_all_but_last(&project, files);
    Some(project)
}

/// The same for a test that needs TimescaleDB for this.
fn before_the_last_timescale(
    test: &str,
    what: &'static str,
    files: &[(&str, &str)],
) -> Option<Sandbox> {
    let project = with(files).needs_timescaledb_for(what).url(test)?;
    apply_all_but_last(&project, files);
    Some(project)
}

fn apply_all_but_last(project: &Sandbox, files: &[(&str, &str)]) {
    if files.len() > 1 {
        let screen = project.run(&format!("migrate --no-snapshot --to {}", files.len() - 1));
        assert!(screen.starts_with("exit 0\n"), "{screen}");
    }
}

/// A project of these migrations.
fn with(files: &[(&str, &str)]) -> Sandbox {
    let project = Sandbox::new();
    for (name, text) in files {
        project.write(&format!("migrations/{name}.sql"), text);
    }
    project
}

/// The one value that a query gives, as text.
fn value(client: &mut postgres::Client, sql: &str) -> String {
    let sql = format!("SELECT ({sql})::text");
    let value: Option<String> = client.query_one(&sql, &[]).unwrap().get(0);
    value.unwrap_or_default()
}
