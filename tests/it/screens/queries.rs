//! `queries`: the list, one query in full, and one that runs.

use crate::support::{Sandbox, repository};

const MIGRATION: &str = "CREATE SCHEMA ops;
CREATE TYPE ops.mood AS ENUM ('sad', 'ok');
CREATE TABLE people (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    mood ops.mood,
    paid numeric NOT NULL DEFAULT 0,
    tags text[] NOT NULL DEFAULT '{}'
);
CREATE PROCEDURE forget(id bigint) LANGUAGE sql AS 'DELETE FROM people WHERE people.id = $1';
CREATE FUNCTION adds() RETURNS bigint LANGUAGE sql AS $$ INSERT INTO people (id, name) VALUES (99, 'x') RETURNING id $$;
INSERT INTO people VALUES
    (1, 'Ada', 'ok', 12345678901234567890.123, '{a,\"b c\"}'),
    (2, E'two\\nlines\\tand \\x1b[2J', NULL, 0.10, '{}'),
    (3, repeat('long ', 30), 'sad', -1, '{}');
";

const QUERIES: &str = "-- name: person
-- One person, by the number that everybody has.
SELECT id, name, mood FROM people WHERE id = :id;

-- name: found
-- People by mood and name.
SELECT * FROM people
WHERE true
  AND mood = ANY(:moods) -- if :moods
  AND name = :name -- if :name
ORDER BY id;

-- name: count
SELECT count(*) AS people, max(name) AS last FROM people;

-- name: add
INSERT INTO people (id, name, mood) VALUES (:id, :name, :mood) RETURNING id, mood;

-- name: remove
DELETE FROM people WHERE id = :id;

-- name: forget
CALL forget(:id);

-- name: add_by_function
SELECT adds() AS id;

-- name: wait
SELECT pg_sleep(:seconds) IS NULL AS slept;
";

/// A project with described queries, and a database with three people.
fn described(test: &str) -> Option<Sandbox> {
    let project = Sandbox::new()
        .file("migrations/001_people.sql", MIGRATION)
        .file("analytics-schema/queries/people.sql", QUERIES)
        .plain(test)?;
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    Some(project)
}

/// The screens of these command lines, one below the other.
fn screens(project: &Sandbox, all: &[&str]) -> String {
    let screen = |it: &&str| format!("$ xtask {it}\n{}\n", project.run(it));
    all.iter().map(screen).collect()
}

#[testkit::test(described)]
fn of_each_query(project: Sandbox) {
    insta::assert_snapshot!(screens(
        &project,
        &[
            "queries",
            "queries people.found",
            "queries add",
            "queries person --json",
            "queries peron",
            "queries person found",
        ]
    ));
}

/// The queries of this repository, which read hypertables and continuous aggregates.
#[test]
fn of_hypertables() {
    let queries = repository().join("analytics-schema/queries.json");
    let text = repository().join("analytics-schema/queries/dashboard.sql");
    let read = |path| std::fs::read_to_string(path).unwrap();
    let project = Sandbox::analytics()
        .file("analytics-schema/queries/dashboard.sql", read(text))
        .file("analytics-schema/queries.json", read(queries));
    insta::assert_snapshot!(screens(&project, &["queries", "queries visitors"]));
}

#[testkit::test(described)]
fn of_files_that_do_not_fit(project: Sandbox) {
    let kept = project.read("analytics-schema/queries.json");
    let changed = QUERIES
        .replace("ORDER BY id", "ORDER BY name")
        .replace("-- name: count", "-- name: how_many");
    project.write("analytics-schema/queries/people.sql", &changed);
    project.write(
        "analytics-schema/queries/more.sql",
        "-- name: person\nSELECT 1 AS one;\n",
    );
    let mut all = screens(
        &project,
        &[
            "queries",
            "queries found",
            "queries person",
            "queries --run found",
        ],
    );
    for text in [
        "",
        &kept[..kept.len() / 2],
        &kept.replace("bigint", "integer"),
        &format!("<<<<<<< ours\n{kept}"),
    ] {
        project.write("analytics-schema/queries.json", text);
        all += &screens(&project, &["queries"]);
    }
    std::fs::remove_file(project.dir().join("analytics-schema/queries.json")).unwrap();
    all += &screens(&project, &["queries", "queries --json"]);
    project.write(
        "analytics-schema/queries/more.sql",
        "-- name: a\nSELECT 1 +;\n-- name: b\nDROP TABLE a;\n",
    );
    all += &screens(&project, &["queries"]);
    insta::assert_snapshot!(all);
}

#[test]
fn of_a_project_without_queries() {
    let project = Sandbox::new().file("analytics-schema/README", "");
    insta::assert_snapshot!(screens(&project, &["queries", "queries --json"]));
}

#[testkit::test(described)]
fn one_runs(project: Sandbox) {
    insta::assert_snapshot!(screens(
        &project,
        &[
            "queries --run person id=1",
            "queries --run found",
            "queries --run found moods={ok,sad} name=Ada",
            "queries --run found --json moods={ok}",
            "queries --run count",
            "queries --run person id=7",
            "queries --run person id=7 --json",
        ]
    ));
}

#[testkit::test(described)]
fn one_that_writes_runs_if_that_is_asked_for(project: Sandbox) {
    insta::assert_snapshot!(screens(
        &project,
        &[
            "queries --run add id=4 name=Eve",
            "queries --run add id=4 name=Eve --write",
            "queries --run add id=4 name=Eve --write",
            "queries --run add id=5 name=Bob mood=ok --write --json",
            "queries --run remove id=5 --write",
            "queries --run forget id=4 --write",
            "queries --run add_by_function",
            "queries --run count",
            "queries --write",
        ]
    ));
}

#[testkit::test(described)]
fn wrong_values_are_named(project: Sandbox) {
    insta::assert_snapshot!(screens(
        &project,
        &[
            "queries --run person",
            "queries --run person id=one",
            "queries --run person id",
            "queries --run person ids=1",
            "queries --run person id=1 id=2",
            "queries --run found moods=ok",
            "queries --run found moods={bad}",
            "queries --run add id=99999999999999999999 name=a mood=bad --write",
            "queries --run count id=1",
            "queries --run wait seconds=30 --statement-timeout 0.2",
            "queries --run people.perso",
        ]
    ));
    let mut client = project.own_database().client();
    client
        .batch_execute("ALTER TABLE people RENAME COLUMN name TO full_name")
        .unwrap();
    insta::assert_snapshot!(project.run("queries --run person id=1"));
}
