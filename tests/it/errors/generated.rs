//! What no code can be generated for: all of it is reported before anything is applied, where that can be known.

use super::project;
use crate::support::{Sandbox, test_name};

const EVENTS: (&str, &str) = (
    "001_events",
    "CREATE TABLE events (\n    id bigint PRIMARY KEY,\n    secret text,\n    mood text\n);\n",
);
const CHOICES: &str = "[types]\nuuid = \"uuid::Uuid\"\n\n[columns]\n\"events.secret\" = false\n\"events.mood\" = \"crate::Mood\"\n";
/// `a_b_x550f` is what the column `aB` is called if there is another one that becomes `a_b`.
const COLLISIONS: (&str, &str) = (
    "002_collisions",
    "CREATE TABLE rates (\n    \"aB\" int,\n    a_b int\n);\nCREATE TYPE e AS ENUM ('aB', 'a_b');\n\n\
     ALTER TABLE rates\n    ADD a_b_x550f int;\nALTER TYPE e\n    ADD VALUE 'a_b_x550f';\n\
     ALTER TABLE events DROP COLUMN secret;\n",
);

/// A project whose first migration is applied, and then these files added.
fn with_pending(test: &str, files: &[(&str, &str)]) -> Option<Sandbox> {
    let project = project(&[EVENTS]).file("timeschema.toml", CHOICES);
    let project = project.plain(test)?;
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    for (name, text) in files {
        project.write(&format!("migrations/{name}.sql"), text);
    }
    Some(project)
}

fn is_pending(project: &Sandbox) {
    let status = project.run("status");
    assert!(status.contains("1 pending"), "{status}");
}

#[testkit::test(|test| with_pending(test, &[COLLISIONS]))]
fn of_pending_migrations(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate"));
    is_pending(&project);
    insta::assert_snapshot!(
        "of_pending_migrations_as_a_document",
        project.run("migrate --json")
    );
    is_pending(&project);
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    // What is applied cannot be refused any more.
    insta::assert_snapshot!("after_they_were_applied_anyway", project.run("migrate"));
    let document = project.run("migrate --json");
    assert!(document.contains("\"problems\": ["), "{document}");
}

/// The committed file describes the result: another database is not even looked at.
#[testkit::test(|test| with_pending(test, &[]))]
fn of_the_committed_snapshot(project: Sandbox) {
    project.write("timeschema.toml", CHOICES.replace("mood", "mod"));
    let screen = project.run("reset --yes");
    assert!(screen.contains("state: nothing was dropped"), "{screen}");
    insta::assert_snapshot!(project.run("migrate"));
    let empty = project
        .plain("of_the_committed_snapshot, elsewhere")
        .unwrap();
    insta::assert_snapshot!(
        "of_the_committed_snapshot_before_it_is_applied",
        empty.run("migrate")
    );
    let status = empty.run("status");
    assert!(status.contains("1 pending"), "{status}");
    empty.write("timeschema.toml", CHOICES);
    assert!(empty.run("migrate").starts_with("exit 0\n"));
}

/// The names are made while the migration runs: only the result shows them.
#[testkit::test(|test| with_pending(test, &[(
    "002_dynamic",
    "DO $$ BEGIN\n    EXECUTE 'CREATE TABLE rates (' || quote_ident('a' || 'B') || ' int, a_b_x' || '550f int, a_b int)';\nEND $$;\n",
)]))]
fn that_only_the_result_shows(project: Sandbox) {
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 3\n"), "{screen}");
    insta::assert_snapshot!(screen);
}

/// What looks like it, but is not.
#[test]
fn nothing_is_refused_that_can_be_generated() {
    let fine = "CREATE TABLE rates (\"aB\" int, a_b int);\nCREATE TABLE others (a_b_x550f int);\n\
        ALTER TABLE events RENAME secret TO hidden;\nALTER TABLE events RENAME hidden TO secret;\n";
    let Some(project) = with_pending(test_name!(), &[("002_fine", fine)]) else {
        return;
    };
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(project.run("migrate --frozen").starts_with("exit 0\n"));
}
