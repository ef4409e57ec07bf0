//! `queries`: the list, one query in full, and one that runs.

use crate::support::{Sandbox, eventually, repository, test_name};

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

const EVENTS: &str = "CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE TABLE events (time timestamptz NOT NULL, device bigint NOT NULL, value double precision);
SELECT create_hypertable('events', by_range('time', INTERVAL '1 day'));
CREATE VIEW named AS SELECT * FROM events;
INSERT INTO events SELECT day, 1, 0.5
    FROM generate_series('2026-01-01 00:00+00'::timestamptz, '2026-01-10 00:00+00', '1 day') AS day;
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 hour', time) AS hour, count(*) AS events FROM events GROUP BY 1
    WITH NO DATA;
";

const OVER_EVENTS: &str = "-- name: between
SELECT count(*) AS events FROM events WHERE time >= :from AND time < :to;

-- name: from_now
SELECT max(value) AS value FROM events WHERE time > now() - '1 day'::interval;

-- name: of_device
SELECT count(*) AS events
FROM events AS e
WHERE device = :device AND device = (SELECT max(device) FROM ONLY public.\"events\");

-- name: of_all
-- unbounded because the table is small
SELECT count(*) AS events FROM events;

-- name: needless
-- One device's.
-- unbounded because there are few
SELECT device FROM events WHERE time >= :from;

-- name: by_view
SELECT count(*) AS events FROM named;

-- name: hours
SELECT hour FROM hourly;

-- name: add
INSERT INTO events (time, device) VALUES (:time, :device);

-- name: remove
DELETE FROM events WHERE device = :device;
";

/// A project with a hypertable of ten chunks, not migrated.
fn over_events() -> Sandbox {
    Sandbox::new()
        .file("migrations/001_events.sql", EVENTS)
        .file("analytics-schema/queries/events.sql", OVER_EVENTS)
}

fn on_timescaledb(test: &str) -> Option<Sandbox> {
    over_events().needs_timescaledb_for("chunks").url(test)
}

#[testkit::test(on_timescaledb)]
fn every_chunk_is_read_only_for_a_reason(project: Sandbox) {
    let mut all = screens(
        &project,
        &[
            "migrate",
            "migrate --frozen --json",
            "queries",
            "queries of_all",
        ],
    );
    let settings = |level: &str| {
        let text = format!("[queries]\nreads_every_chunk = \"{level}\"\n");
        project.write("timeschema.toml", text);
    };
    settings("error");
    all += &screens(&project, &["migrate", "queries --json"]);
    settings("allow");
    all += &screens(&project, &["migrate", "queries"]);
    settings("never");
    all += &screens(&project, &["queries"]);
    insta::assert_snapshot!(all);
}

/// In plain mode the same is found.
#[test]
fn every_chunk_is_found_in_plain_mode() {
    let project = over_events().plain(test_name!());
    let Some(project) = project else { return };
    insta::assert_snapshot!(project.run("migrate"));
}

/// The screen without the plan's nodes, which differ between versions of the server.
fn without_nodes(screens: &str) -> String {
    let is_node = |line: &&str| {
        let line = line.trim_start_matches([' ', '"']);
        let starts = [
            "->",
            "Filter",
            "Delete on",
            "Recheck",
            "Index Cond",
            "One-Time",
        ];
        line.contains("(cost=") || starts.iter().any(|it| line.starts_with(it))
    };
    let lines: Vec<&str> = screens.lines().filter(|it| !is_node(it)).collect();
    let times = regex::Regex::new(r"(Planning|Execution) Time: .*").unwrap();
    times
        .replace_all(&lines.join("\n"), "$1 Time: …")
        .into_owned()
}

#[testkit::test(on_timescaledb)]
fn a_plan_counts_the_chunks(project: Sandbox) {
    let migrated = project.run("migrate");
    assert!(migrated.starts_with("exit 0\n"), "{migrated}");
    let all = screens(
        &project,
        &[
            "queries --explain between from=2026-01-02 to=2026-01-04",
            "queries --explain between from=2026-01-02 to=2026-01-03 --analyze",
            "queries --explain between",
            "queries --explain between --analyze",
            "queries --explain from_now",
            "queries --explain hours",
            "queries --explain remove device=1",
            "queries --explain remove device=1 --analyze",
            "queries --explain remove device=1 --analyze --write",
            "queries --run of_all",
        ],
    );
    assert!(all.contains("Scan on _hyper_1_2_chunk"), "{all}");
    assert!(all.contains("(actual time="), "{all}");
    insta::assert_snapshot!(without_nodes(&all));
}

#[testkit::test(|test| over_events().plain(test))]
fn a_plan_in_plain_mode_has_no_chunks(project: Sandbox) {
    let migrated = project.run("migrate --plain");
    assert!(migrated.starts_with("exit 0\n"), "{migrated}");
    let screen = project.run("queries --explain between from=2026-01-02 to=2026-01-04");
    assert!(screen.contains("Scan"), "{screen}");
    assert!(!screen.contains("chunks"), "{screen}");
    let screen = project.run("queries --explain between");
    assert!(screen.contains("$1"), "{screen}");
}

/// A signal cancels the query on the server.
#[testkit::test(described)]
fn a_signal_cancels_it_on_the_server(project: Sandbox) {
    let mut client = project.own_database().client();
    let mut sleeping = || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
        client.query_one(sql, &[]).unwrap().get::<_, i64>(0)
    };
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let background = project.start("queries --run wait seconds=60");
        eventually("the query runs", || sleeping() == 1);
        background.signal(signal);
        let (status, screen) = background.end();
        assert_eq!(status.code(), Some(code), "{screen}");
        assert!(
            screen.contains(&format!("stopped by SIG{signal}")),
            "{screen}"
        );
        assert_eq!(sleeping(), 0);
    }
}

#[testkit::test(described)]
fn a_watch_describes_what_is_saved(project: Sandbox) {
    let file = "analytics-schema/queries/people.sql";
    let mut background = project.start("queries --watch");
    background.says("8 queries described; queries.json is as it was");
    project.write(file, QUERIES.replace("max(name)", "max(nme)"));
    background.says("column \"nme\" does not exist");
    project.write(file, QUERIES.replace("max(name)", "min(name)"));
    background.says("8 queries described; queries.json written");
    project.write(
        "analytics-schema/queries/more.sql",
        "-- name: one\nSELECT 1;\n",
    );
    background.says("column 1 has no name");
    project.write("migrations/002_more.sql", "CREATE TABLE more ();\n");
    project.write(
        "analytics-schema/queries/more.sql",
        "-- name: one\nSELECT 1 AS one;\n",
    );
    background.says("1 migration not applied");
    background.signal("INT");
    let (status, screen) = background.end();
    assert_eq!(status.code(), Some(130), "{screen}");
    assert!(project.run("queries count").contains("min(name)"));
    assert!(project.run("status").contains("1 pending"));
}

#[testkit::test(described)]
fn what_no_function_can_be_made_of_is_reported_before_anything_runs(project: Sandbox) {
    project.write("migrations/002_more.sql", "CREATE TABLE more ();\n");
    let more = "analytics-schema/queries/deep/er/more.sql";
    project.write(more, "-- name: one\nSELECT 1 AS one;\n");
    let mut all = screens(&project, &["migrate", "queries"]);
    std::fs::remove_file(project.dir().join(more)).unwrap();
    project.write(
        "analytics-schema/queries/same.sql",
        "-- name: a_b\nSELECT 1 AS x;\n-- name: a__b\nSELECT 1 AS x;\n-- name: a_b_xb19b\nSELECT 1 AS x;\n",
    );
    all += &screens(&project, &["migrate"]);
    project.write(
        "analytics-schema/queries/same.sql",
        "-- name: columns\nSELECT 1 AS a_b, 1 AS a__b, 1 AS a_b_xb19b;\n",
    );
    all += &screens(&project, &["migrate"]);
    insta::assert_snapshot!(all);
}
