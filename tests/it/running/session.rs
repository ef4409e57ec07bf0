//! What a migration leaves in its session: nothing of it reaches the next one, as if each had a separate run.

use super::{value, with};
use crate::support::{Sandbox, test_name};

fn succeeds(project: &Sandbox) {
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[test]
fn a_temporary_table_does_not_hide_one_of_the_same_name_from_the_next_file() {
    let shadows = (
        "001_users",
        "CREATE TABLE users (id int);\nCREATE TEMP TABLE users AS SELECT * FROM public.users;\n",
    );
    let changes = ("002_email", "ALTER TABLE users ADD COLUMN email text;\n");
    let Some(project) = with(&[shadows, changes]).plain(test_name!()) else {
        return;
    };
    succeeds(&project);
    let columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'public.users'::regclass AND attname = 'email'";
    assert_eq!(value(&mut project.own_database().client(), columns), "1");
}

/// What a first file leaves, and a second one that would find it.
const LEFT: &[(&str, &str, &str)] = &[
    (
        "a temporary table",
        "CREATE TEMP TABLE staging ();",
        "to_regclass('staging') IS NULL",
    ),
    (
        "a prepared statement",
        "PREPARE q AS SELECT 1;",
        "NOT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'q')",
    ),
    (
        "a cursor",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1;",
        "NOT EXISTS (SELECT FROM pg_cursors WHERE name = 'c')",
    ),
    (
        "a channel",
        "LISTEN news;",
        "NOT EXISTS (SELECT FROM pg_listening_channels())",
    ),
    (
        "locks of each kind, some of them twice",
        "SELECT pg_advisory_lock(-7), pg_advisory_lock(-7), pg_advisory_lock_shared(8), pg_advisory_lock(9, -10), pg_advisory_lock_shared(9, 11);",
        "(SELECT count(*) = 1 FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory')",
    ),
    (
        "a parameter",
        "SET work_mem = '64kB';",
        "current_setting('work_mem') <> '64kB'",
    ),
    (
        "a parameter of its own",
        "SET my.flag = 'on';",
        "current_setting('my.flag', true) IS NULL",
    ),
    (
        "a parameter of its own, set by a function",
        "DO $$ BEGIN PERFORM set_config('my.flag', 'on', false); END $$;",
        "current_setting('my.flag', true) IS NULL",
    ),
    (
        "a role",
        "SET ROLE pg_monitor;",
        "current_user = session_user",
    ),
    (
        "a schema for new sessions",
        "CREATE SCHEMA app; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, app', current_database()); END $$;",
        "'app' = ANY (current_schemas(false))",
    ),
    (
        "settings that a statement alone follows",
        "CREATE SCHEMA app; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, app', current_database()); END $$; VACUUM pg_class;",
        "'app' = ANY (current_schemas(false))",
    ),
];

#[test]
fn the_next_file_finds_nothing_of_what_one_left() {
    for (at, (what, leaves, expects)) in LEFT.iter().enumerate() {
        let check = format!("DO $$ BEGIN ASSERT {expects}; END $$;\n");
        let files = [("001_leaves", *leaves), ("002_finds", &*check)];
        let Some(project) = with(&files).plain(&format!("{}_{at}", test_name!())) else {
            return;
        };
        let screen = project.run("migrate --no-snapshot");
        assert!(screen.starts_with("exit 0\n"), "{what}: {screen}");
        assert!(screen.contains("2 migrations"), "{what}: {screen}");
    }
}

/// A separate run of the second file would look for the history in the other schema, and not find it.
#[test]
fn a_file_that_moves_new_tables_away_from_the_history_is_the_last_of_its_run() {
    let moves = (
        "001_moves",
        "CREATE SCHEMA app; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app', current_database()); END $$;",
    );
    let makes = ("002_makes", "CREATE TABLE made (id int);\n");
    let Some(project) = with(&[moves, makes]).plain(test_name!()) else {
        return;
    };
    let mut screens = project.run("migrate --no-snapshot");
    let project = project.file("timeschema.toml", "[history]\nschema = \"public\"\n");
    screens += &project.run("migrate --no-snapshot");
    screens += &project.run("status");
    insta::assert_snapshot!(screens);
    let mut client = project.own_database().client();
    let made = client.query_one("SELECT to_regclass('app.made') IS NOT NULL", &[]);
    assert!(made.unwrap().get::<_, bool>(0));
}

#[test]
fn a_sequence_has_no_current_value_in_the_next_file() {
    let uses = ("001_uses", "CREATE SEQUENCE s;\nSELECT nextval('s');\n");
    let asks = ("002_asks", "SELECT currval('s');\n");
    let Some(project) = with(&[uses, asks]).plain(test_name!()) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot");
    assert!(
        screen.contains("currval of sequence \"s\" is not yet defined"),
        "{screen}"
    );
}

#[test]
fn a_file_that_gives_up_the_lock_fails_by_itself() {
    let ways = [
        "SELECT pg_advisory_unlock_all();\n",
        "DO $$ BEGIN PERFORM pg_advisory_unlock_all(); END $$;\n",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT pg_advisory_unlock_all()';\nSELECT f();\n",
        "SELECT pg_advisory_unlock((classid::bigint << 32) | objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();\n",
        "SELECT pg_advisory_unlock_all();\nVACUUM pg_class;\n",
        "VACUUM pg_class;\nSELECT pg_advisory_unlock_all();\n",
    ];
    for (at, way) in ways.iter().enumerate() {
        let text = format!("CREATE TABLE x (id int);\n{way}");
        let files = [
            ("001_gives_up", &*text),
            ("002_next", "CREATE TABLE y (id int);\n"),
        ];
        let Some(project) = with(&files).plain(&format!("{}_{at}", test_name!())) else {
            return;
        };
        let screen = project.run("migrate --no-snapshot");
        assert!(screen.starts_with("exit 1\n"), "{way}: {screen}");
        assert!(
            screen.contains("pg_advisory_unlock_all() also releases"),
            "{way}: {screen}"
        );
        let y = "SELECT to_regclass('y') IS NULL";
        assert_eq!(value(&mut project.own_database().client(), y), "true");
    }
}

/// Files that release the lock while a second runner waits for it, and what happens to a corrected one.
#[test]
fn each_file_is_applied_once_where_one_gives_up_the_lock_while_a_second_runner_waits() {
    let gives_up = [
        // Fails, and is corrected.
        ("SELECT pg_advisory_unlock_all();", "exit 1\n"),
        (
            "DO $$ BEGIN PERFORM pg_advisory_unlock_all(); END $$;",
            "exit 1\n",
        ),
        (
            "SELECT pg_advisory_unlock_all();\nVACUUM pg_class;",
            "exit 1\n",
        ),
        // What releases it here is a separate step.
        ("DISCARD ALL;", "exit 0\n"),
    ];
    for (at, (statement, exit)) in gives_up.into_iter().enumerate() {
        let second = format!(
            "SELECT pg_sleep(0.5);\n{statement}\nINSERT INTO log VALUES ('second');\nSELECT pg_sleep(0.5);\n"
        );
        let files = [
            ("001_log", "CREATE TABLE log (what text);\n"),
            ("002_gives_up", &*second),
            ("003_next", "INSERT INTO log VALUES ('third');\n"),
        ];
        let Some(project) = with(&files).plain(&format!("{}_{at}", test_name!())) else {
            return;
        };
        let both = |project: &Sandbox| {
            let mut first = project.start("migrate --no-snapshot");
            first.says("server");
            let second = project.start("migrate --no-snapshot");
            [first.screen(), second.screen()]
        };
        for screen in both(&project) {
            assert!(screen.starts_with(exit), "{statement}: {screen}");
        }
        let mut client = project.own_database().client();
        if exit != "exit 0\n" {
            let rows = "SELECT count(*) FROM log";
            assert_eq!(value(&mut client, rows), "0", "{statement}");
            let corrected = second.replace(statement, "SELECT 1;");
            let is_half = "SELECT steps_done FROM schema_migrations WHERE version = 2";
            assert_eq!(value(&mut client, is_half), "", "{statement}");
            project.write("migrations/002_gives_up.sql", corrected);
            for screen in both(&project) {
                assert!(screen.starts_with("exit 0\n"), "{statement}: {screen}");
            }
        }
        let rows = "SELECT string_agg(what, ' ' ORDER BY what) FROM log";
        assert_eq!(value(&mut client, rows), "second third", "{statement}");
        let done = "SELECT string_agg(version::text, ' ' ORDER BY version) FROM schema_migrations WHERE steps_done = steps";
        assert_eq!(value(&mut client, done), "1 2 3", "{statement}");
    }
}

#[test]
fn a_resumed_file_is_told_that_its_temporary_table_went_with_the_session() {
    let steps = (
        "001_steps",
        "CREATE TABLE t (id int);\nCREATE TEMP TABLE tmp (id int);\nCREATE INDEX CONCURRENTLY i ON t (id);\n\
         INSERT INTO t SELECT id FROM tmp;\nSELECT 1 / 0;\n",
    );
    let Some(project) = with(&[steps]).plain(test_name!()) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.contains("division by zero"), "{screen}");
    let corrected = steps.1.replace("SELECT 1 / 0;\n", "");
    project.write("migrations/001_steps.sql", corrected);
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
}
