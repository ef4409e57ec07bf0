//! `cargo xtask diff`: what a change of the schema does to service code.

use std::process::Command;

use crate::support::{Sandbox, succeed};

const BEFORE: &str = "CREATE TYPE status AS ENUM ('new', 'done');
CREATE DOMAIN amount AS numeric(10, 2);
CREATE TABLE events (
    time timestamptz NOT NULL,
    id bigint NOT NULL,
    status status NOT NULL,
    paid amount,
    value double precision,
    label varchar(20) NOT NULL DEFAULT '',
    note text,
    old int,
    PRIMARY KEY (time, id),
    CONSTRAINT positive CHECK (value > 0)
);
SELECT create_hypertable('events', 'time');
SELECT add_retention_policy('events', INTERVAL '90 days');
CREATE VIEW big AS SELECT time, id, value FROM events WHERE value > 100;
CREATE TABLE gone (id int);
";

const QUERIES: &str = "-- name: latest
SELECT time, id, label FROM events WHERE time >= :since ORDER BY time DESC LIMIT 1;

-- name: total
SELECT count(*) AS events, sum(value) AS value FROM events WHERE time >= :since;

-- name: rename
UPDATE events SET label = :label WHERE time = :time AND id = :id;
";

const AFTER: &str = "DROP TABLE gone;
ALTER TABLE events DROP COLUMN old;
ALTER TABLE events ADD COLUMN tenant int NOT NULL DEFAULT 1;
ALTER TABLE events ALTER COLUMN tenant DROP DEFAULT;
ALTER TABLE events ALTER COLUMN note SET NOT NULL,
    ALTER COLUMN label TYPE text;
DROP VIEW big;
ALTER TABLE events ALTER COLUMN value TYPE numeric;
ALTER TABLE events DROP CONSTRAINT positive;
ALTER TYPE status ADD VALUE 'failed';
CREATE UNIQUE INDEX events_note ON events (time, note);
SELECT remove_retention_policy('events');
SELECT add_retention_policy('events', INTERVAL '30 days');
CREATE TABLE fresh (id int PRIMARY KEY, at timestamptz);
COMMENT ON TABLE fresh IS 'As new.';
";

fn git(project: &Sandbox, arguments: &[&str]) {
    let mut git: Command = project.command("git");
    git.args(["-c", "user.name=me", "-c", "user.email=me@localhost"]);
    succeed(git.args(arguments));
}

/// A project whose branch `work` has one migration more than `main`.
fn changed(test: &str) -> Option<Sandbox> {
    let project = Sandbox::new()
        .file("migrations/001_events.sql", BEFORE)
        .file("analytics-schema/queries/events.sql", QUERIES)
        .plain(test)?;
    let migrated = |project: &Sandbox| {
        let screen = project.run("migrate --plain");
        assert!(screen.starts_with("exit 0\n"), "{screen}");
    };
    migrated(&project);
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "before"]);
    git(&project, &["checkout", "-q", "-b", "work"]);
    project.write("migrations/002_changes.sql", AFTER);
    let queries = QUERIES.replace("count(*) AS events, ", "");
    let queries = queries.replace(" LIMIT 1", "");
    project.write("analytics-schema/queries/events.sql", &queries);
    migrated(&project);
    Some(project)
}

#[testkit::test(changed)]
fn what_a_branch_changes_for_service_code(project: Sandbox) {
    insta::assert_snapshot!("text", project.run("diff"));
    insta::assert_snapshot!("markdown", project.run("diff main --markdown"));
    insta::assert_snapshot!("json", project.run("diff --json"));
    let screen = project.run("diff --deny breaking");
    assert!(screen.starts_with("exit 3\n"), "{screen}");
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "after"]);
    // The other way round, from a revision to another; the lines are those of other files then.
    insta::assert_snapshot!("back", project.run("diff work --to main"));
    insta::assert_snapshot!("nothing", project.run("diff HEAD --deny care"));
}

#[testkit::test(changed)]
fn what_cannot_be_compared_is_named(project: Sandbox) {
    let of = |arguments: &str| project.run(&format!("diff {arguments}"));
    insta::assert_snapshot!("no_such_revision", of("nowhere"));
    insta::assert_snapshot!("an_option_as_a_revision", of("-- --output=x"));
    project.write("old.json", "{ \"about\"");
    insta::assert_snapshot!("half_a_snapshot", of("old.json"));
    git(&project, &["branch", "-q", "-D", "main"]);
    insta::assert_snapshot!("no_main_branch", of(""));
    // A revision from before the schema.
    git(&project, &["checkout", "-q", "--orphan", "empty"]);
    git(&project, &["rm", "-q", "-r", "-f", "--cached", "."]);
    git(&project, &["commit", "-q", "--allow-empty", "-m", "empty"]);
    insta::assert_snapshot!("from_nothing", of("empty"));
    std::fs::remove_file(project.dir().join("analytics-schema/schema.json")).unwrap();
    insta::assert_snapshot!("no_snapshot", of("HEAD"));
}

#[testkit::test(changed)]
fn a_schema_crate_that_was_moved_is_found(project: Sandbox) {
    let breaks = |revision: &str| {
        let screen = project.run(&format!("diff {revision} --deny breaking"));
        assert!(screen.starts_with("exit 3\n"), "{screen}");
        assert!(
            screen.contains("events.value: type: double precision → numeric"),
            "{screen}"
        );
    };
    git(&project, &["mv", "analytics-schema", "database"]);
    project.write(
        "timeschema.toml",
        "[project]\nschema_crate = \"database\"\n",
    );
    breaks("main");
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "moved"]);
    breaks("main");
    // By the file of the revision, where git sees no move.
    git(&project, &["mv", "database", "again"]);
    project.write("again/schema.json", "\n".repeat(10_000));
    git(&project, &["add", "."]);
    project.write("timeschema.toml", "[project]\nschema_crate = \"again\"\n");
    let screen = project.run("diff main --to HEAD --deny breaking");
    assert!(screen.starts_with("exit 3\n"), "{screen}");
    let first = "from  analytics-schema/schema.json of main (001)\nto    database/schema.json of HEAD (001 to 002)\n";
    assert!(screen.contains(first), "{screen}");
}
