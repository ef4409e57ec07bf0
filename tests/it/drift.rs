//! `drift`: what was changed by hand is named, by object; what no migration could have left out is not.

use crate::support::{Sandbox, test_name};

const MIGRATIONS: [(&str, &str); 4] = [
    (
        "001_types",
        "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE SCHEMA app;\n",
    ),
    (
        "002_events",
        "CREATE TABLE events (\n    id bigint PRIMARY KEY,\n    name text NOT NULL,\n    \
         amount numeric DEFAULT 0\n        CONSTRAINT amount_is_positive CHECK (amount >= 0),\n    mood mood\n);\n\
         CREATE TABLE app.\"Odd \"\"name\"\"\n\" (\n    \"a.b\" int,\n    c int\n);\n",
    ),
    (
        "003_trigger",
        "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;\n\n\
         CREATE TRIGGER quietly BEFORE INSERT ON events\n    FOR EACH ROW EXECUTE FUNCTION quiet();\n\
         CREATE VIEW names AS\n    SELECT id, name FROM events;\n",
    ),
    (
        "004_add_index",
        "-- By name.\nCREATE INDEX events_by_name ON events (name);\n",
    ),
];

/// A kind each; the order of the lines is another.
const BY_HAND: [&str; 10] = [
    "ALTER TABLE events ADD COLUMN note text",
    "CREATE TABLE \"a\"\"b; drop\" (id int)",
    "DROP INDEX events_by_name",
    "ALTER TABLE events ALTER COLUMN amount SET DEFAULT 1",
    "ALTER TABLE events ALTER COLUMN name DROP NOT NULL",
    "CREATE OR REPLACE VIEW names AS SELECT id, name FROM events WHERE name <> ''",
    "ALTER TABLE events DROP CONSTRAINT amount_is_positive",
    "ALTER TYPE mood ADD VALUE 'happy; \"very\"'",
    "DROP TRIGGER quietly ON events",
    "CREATE FUNCTION \"two\nlines\u{202e}\"(\"x; y\" int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
];

/// A project with the migrations applied up to this number, and its snapshot written where that is all of them.
fn applied(test: &str, last: usize) -> Option<Sandbox> {
    let mut project = Sandbox::new().file("analytics-schema/README", "");
    for (name, text) in MIGRATIONS {
        project = project.file(&format!("migrations/{name}.sql"), text);
    }
    let project = project.plain(test)?;
    let screen = project.run(&format!("migrate --to {last}"));
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    Some(project)
}

fn by_hand(project: &Sandbox, statements: &[&str]) {
    let mut client = project.own_database().client();
    for statement in statements {
        client.batch_execute(statement).unwrap();
    }
}

#[testkit::test(|test| applied(test, 4))]
fn ten_changes_by_hand_are_ten_differences(project: Sandbox) {
    by_hand(&project, &BY_HAND);
    let screen = project.run("drift");
    assert!(screen.contains("10 differences from"), "{screen}");
    insta::assert_snapshot!(screen);
    let document = project.run("drift --json");
    assert!(!document.contains('\u{202e}'), "{document}");
    insta::assert_snapshot!("ten_changes_as_a_document", document);
}

/// Each alone is one difference: none hides in another.
#[testkit::test(|test| applied(test, 4))]
fn each_change_is_one_difference(project: Sandbox) {
    for (number, statement) in BY_HAND.iter().enumerate() {
        by_hand(&project, &[statement]);
        let said = match number {
            0 => "1 difference from".to_owned(),
            number => format!("{} differences from", number + 1),
        };
        let screen = project.run("drift");
        assert!(screen.contains(&said), "{statement}: {screen}");
    }
}

#[testkit::test(|test| applied(test, 4))]
fn what_the_migrations_made_is_none(project: Sandbox) {
    let with_file = project.run("drift");
    let without = project.run("drift --snapshot none.json");
    let document = project.run("drift --json");
    insta::assert_snapshot!(with_file + &without + &document);
}

#[testkit::test(|test| applied(test, 3))]
fn an_older_snapshot_gives_way_to_a_private_cluster(project: Sandbox) {
    let clean = project.run("drift");
    by_hand(
        &project,
        &["ALTER TABLE app.\"Odd \"\"name\"\"\n\" DROP COLUMN \"a.b\""],
    );
    insta::assert_snapshot!(clean + &project.run("drift"));
}

#[testkit::test(|test| applied(test, 4))]
fn the_done_part_of_a_file_is_none(project: Sandbox) {
    let text = "CREATE TABLE more (a int);\nCREATE INDEX CONCURRENTLY more_a ON more (wrong);\n";
    project.write("migrations/005_more.sql", text);
    project.write("migrations/006_most.sql", "CREATE TABLE most ();\n");
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    let clean = project.run("drift");
    by_hand(&project, &["ALTER TABLE more ALTER COLUMN a TYPE bigint"]);
    insta::assert_snapshot!(clean + &project.run("drift"));
}

#[test]
fn without_history_everything_is_extra() {
    let project = Sandbox::new().file("analytics-schema/README", "");
    let project = project.file("migrations/001_a.sql", "CREATE TABLE a ();\n");
    let Some(project) = project.plain(test_name!()) else {
        return;
    };
    let clean = project.run("drift");
    by_hand(
        &project,
        &[
            "CREATE TABLE a (id int)",
            "CREATE VIEW b AS SELECT id FROM a",
        ],
    );
    insta::assert_snapshot!(clean + &project.run("drift"));
}

#[testkit::test(|test| applied(test, 3))]
fn files_that_were_changed_are_compared_with_nothing(project: Sandbox) {
    project.write("migrations/001_types.sql", "SELECT 1;\n");
    insta::assert_snapshot!(project.run("drift"));
}

#[testkit::test(|test| applied(test, 3))]
fn no_server_for_a_private_cluster(project: Sandbox) {
    let project = project.env("PG_CONFIG", "/nowhere/pg_config");
    insta::assert_snapshot!(project.run("drift"));
}

#[test]
fn a_target_that_does_not_run() {
    let project = Sandbox::new().file("migrations/001_a.sql", "SELECT 1;\n");
    insta::assert_snapshot!(project.run("drift --target embedded"));
}

#[test]
fn chunks_are_none() {
    let project = Sandbox::new().file("analytics-schema/README", "").file(
        "migrations/001_hypertable.sql",
        "CREATE EXTENSION IF NOT EXISTS timescaledb;\n\
         CREATE SCHEMA chunks;\n\
         CREATE TABLE samples (at timestamptz NOT NULL, device int, value float8);\n\
         SELECT create_hypertable('samples', 'at', associated_schema_name => 'chunks');\n\
         ALTER TABLE samples SET (timescaledb.compress, timescaledb.compress_segmentby = 'device');\n\
         CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS\n    \
         SELECT time_bucket('1 day', at) AS day, count(*) FROM samples GROUP BY 1 WITH NO DATA;\n",
    );
    let project = project.needs_timescaledb_for("chunks").url(test_name!());
    let Some(project) = project else { return };
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    by_hand(
        &project,
        &[
            "INSERT INTO samples SELECT '2026-01-01Z'::timestamptz + d * interval '1 day', d, d FROM generate_series(0, 40) d",
            "SELECT compress_chunk(c) FROM show_chunks('samples', older_than => '2026-01-20Z'::timestamptz) c",
            "CALL refresh_continuous_aggregate('daily', NULL, NULL)",
        ],
    );
    insta::assert_snapshot!(project.run("drift"));
    by_hand(
        &project,
        &["SELECT set_chunk_time_interval('samples', interval '2 days')"],
    );
    insta::assert_snapshot!("a_chunk_interval", project.run("drift"));
}

/// The lines of `status` and `doctor` about drift, and the part of `status`'s document.
fn in_one_line(project: &Sandbox) -> String {
    let mut said = String::new();
    for command in ["status", "doctor"] {
        let screen = project.run(command);
        let mut lines = screen.lines();
        said += &format!("{command}: {}\n", lines.next().unwrap());
        while let Some(line) = lines.next() {
            if line.contains("drift  ") {
                said += &format!("{line}\n");
                let next = lines.clone().next();
                let next = next.filter(|line| line.contains("next: "));
                said.extend(next.map(|line| format!("{line}\n")));
            }
        }
    }
    let document = project.run("status --json");
    let (_, drift) = document.split_once("\"drift\": ").unwrap();
    let (drift, _) = drift.split_once('}').unwrap();
    said + "document: " + drift + "}\n"
}

#[testkit::test(|test| applied(test, 4))]
fn status_and_doctor_say_in_one_line_whether_there_is_any(project: Sandbox) {
    let mut said = in_one_line(&project);
    by_hand(&project, &BY_HAND[..1]);
    said += &in_one_line(&project);
    by_hand(&project, &BY_HAND[1..2]);
    said += &in_one_line(&project);
    let snapshot = project.read("analytics-schema/schema.json");
    std::fs::remove_file(project.dir().join("analytics-schema/schema.json")).unwrap();
    said += "\nwithout schema.json\n";
    said += &in_one_line(&project);
    project.write("analytics-schema/schema.json", snapshot);
    let text = "CREATE TABLE more (a int);\nCREATE INDEX CONCURRENTLY more_a ON more (wrong);\n";
    project.write("migrations/005_more.sql", text);
    said += "\nwith 005 pending\n";
    said += &in_one_line(&project);
    project.run("migrate --no-snapshot");
    said += "\nwith 005 half applied\n";
    said += &in_one_line(&project);
    insta::assert_snapshot!(said);
}

#[test]
fn status_and_doctor_before_the_first_migration() {
    let project = Sandbox::new().file("analytics-schema/README", "");
    let project = project.file("migrations/001_a.sql", "CREATE TABLE a ();\n");
    let Some(project) = project.plain(test_name!()) else {
        return;
    };
    let empty = in_one_line(&project);
    by_hand(&project, &["CREATE TABLE b ()"]);
    insta::assert_snapshot!(empty + &in_one_line(&project));
}

#[test]
fn a_history_in_a_schema_of_its_own_is_none() {
    let project = Sandbox::new()
        .file("analytics-schema/README", "")
        .file("timeschema.toml", "[history]\nschema = \"ops\"\n")
        .file("migrations/001_a.sql", "CREATE TABLE a (id int);\n");
    let Some(project) = project.plain(test_name!()) else {
        return;
    };
    // Another service's, with what that one made beside its history.
    let other = Sandbox::new()
        .file("analytics-schema/README", "")
        .file(
            "timeschema.toml",
            "[history]\nschema = \"theirs\"\n\n[schemas]\ninclude = [\"theirs\"]\n",
        )
        .file("migrations/001_b.sql", "CREATE TABLE theirs.b (id int);\n")
        .database(project.own_database());
    for project in [&project, &other] {
        let screen = project.run("migrate");
        assert!(screen.starts_with("exit 0\n"), "{screen}");
    }
    let clean = project.run("drift") + &in_one_line(&project);
    by_hand(
        &project,
        &[
            "ALTER TABLE a ADD COLUMN note text",
            "CREATE TABLE ops.c ()",
            "CREATE TABLE theirs.d ()",
        ],
    );
    let drift = project.run("drift") + &in_one_line(&project);
    insta::assert_snapshot!(clean + &drift + &other.run("drift"));
}
