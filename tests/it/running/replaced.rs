//! Statements that run alone, were interrupted, and are no longer in the file at the next run: what they left is named, and the statement
//! in their place is neither recorded as done nor run twice.

use super::in_doubt::{indexes, kill_behind};
use super::{before_the_last, value};
use crate::support::{Sandbox, eventually, test_name};

const NOTES: (&str, &str) = ("001_notes", "CREATE TABLE notes (id int, text text);\n");

const INDEX: (&str, &str) = (
    "002_index",
    "CREATE INDEX CONCURRENTLY notes_id ON notes (id);\nINSERT INTO notes VALUES (2, 'last');\n",
);

/// A project whose run was killed while it built the index, which is left invalid.
fn cut(test: &str) -> Option<Sandbox> {
    let project = before_the_last(test, &[NOTES, INDEX])?;
    kill_behind(&project, "INSERT INTO notes VALUES (1, 'held')");
    assert_eq!(indexes(&project), "notes_id invalid");
    Some(project)
}

/// A project whose run was killed after it had built the index, and before it could record that.
fn unrecorded(test: &str) -> Option<Sandbox> {
    let project = before_the_last(test, &[NOTES, INDEX])?;
    let mut writer = project.own_database().client();
    writer
        .batch_execute("BEGIN; INSERT INTO notes VALUES (1, 'held')")
        .unwrap();
    let run = project.start("migrate --no-snapshot");
    let mut client = project.own_database().client();
    let mut waits = |event: &str| {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND application_name = 'migrate' AND wait_event = '{event}'"
        );
        eventually("the run waits", || value(&mut client, &sql) == "1");
    };
    waits("virtualxid");
    let mut reader = project.own_database().client();
    reader
        .batch_execute("BEGIN; SELECT FROM schema_migrations WHERE version = 2 FOR UPDATE")
        .unwrap();
    writer.batch_execute("COMMIT").unwrap();
    waits("transactionid");
    run.signal("KILL");
    let _killed = run.end();
    let left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'migrate'";
    eventually("the server notices", || value(&mut client, left) == "0");
    reader.batch_execute("COMMIT").unwrap();
    assert_eq!(indexes(&project), "notes_id");
    Some(project)
}

/// Puts another statement in the place of the index.
fn replace(project: &Sandbox, instead: &str) {
    let (_, rest) = INDEX.1.split_once('\n').unwrap();
    project.write("migrations/002_index.sql", format!("{instead}\n{rest}"));
}

/// The rows of the table, and whether the history has the migration.
fn rows(project: &Sandbox) -> String {
    let sql = "SELECT string_agg(text, ' ' ORDER BY text) || (SELECT ', ' || steps_done || ' of ' || steps FROM schema_migrations WHERE version = 2) \
               FROM notes";
    value(&mut project.own_database().client(), sql)
}

#[test]
fn an_index_that_was_cut_is_removed_and_what_replaces_it_runs_once() {
    let cases = [
        (
            "INSERT INTO notes VALUES (3, 'instead');",
            "held instead last, 1 of 1",
            "",
        ),
        ("VACUUM notes;", "held last, 2 of 2", ""),
        // Nothing of that name exists, which does not mean that it is done.
        (
            "DROP INDEX CONCURRENTLY notes_text;",
            "held, 0 of 2",
            "index \"notes_text\" does not exist",
        ),
        (
            "CREATE INDEX CONCURRENTLY ON notes (text);",
            "held last, 2 of 2",
            "",
        ),
        ("", "held last, 1 of 1", ""),
    ];
    for (instead, expected, error) in cases {
        let Some(project) = cut(test_name!()) else {
            return;
        };
        replace(&project, instead);
        let screen = project.run("migrate --no-snapshot");
        if instead.starts_with("INSERT") {
            insta::assert_snapshot!("an_index_that_was_cut", screen);
        }
        let code = i32::from(!error.is_empty());
        assert!(screen.starts_with(&format!("exit {code}\n")), "{screen}");
        assert!(screen.contains(error), "{screen}");
        assert!(
            screen.contains("`DROP INDEX CONCURRENTLY IF EXISTS public.notes_id`"),
            "{screen}"
        );
        let left = if instead.contains("(text)") {
            "notes_text_idx"
        } else {
            ""
        };
        assert_eq!(indexes(&project), left, "{instead}");
        assert_eq!(rows(&project), expected, "{instead}");
    }
}

#[testkit::test(unrecorded)]
fn an_index_that_was_built_and_not_recorded_stays_and_is_named(project: Sandbox) {
    // Another index of the same name is not done, either; the server says so.
    replace(
        &project,
        "CREATE INDEX CONCURRENTLY notes_id ON notes (text);",
    );
    let screen = project.run("migrate --no-snapshot");
    insta::assert_snapshot!(screen);
    assert_eq!(indexes(&project), "notes_id");
    replace(&project, "INSERT INTO notes VALUES (3, 'instead');");
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert_eq!(indexes(&project), "notes_id");
    assert_eq!(rows(&project), "held instead last, 1 of 1");
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.contains("nothing to do"), "{screen}");
}

#[testkit::test(unrecorded)]
fn an_index_whose_statement_is_only_formatted_in_another_way_is_done(project: Sandbox) {
    replace(
        &project,
        "-- By its number.\ncreate index concurrently notes_id\n    on notes (id);",
    );
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(screen.contains("step 1 had run"), "{screen}");
    assert_eq!(indexes(&project), "notes_id");
    assert_eq!(rows(&project), "held last, 2 of 2");
}

#[test]
fn a_drop_that_was_cut_is_named_with_the_index_that_it_left_invalid() {
    let drop = (
        "002_index",
        "DROP INDEX CONCURRENTLY notes_id;\nINSERT INTO notes VALUES (2, 'last');\n",
    );
    let notes = (
        "001_notes",
        "CREATE TABLE notes (id int, text text);\nCREATE INDEX notes_id ON notes (id);\n",
    );
    let Some(project) = before_the_last(test_name!(), &[notes, drop]) else {
        return;
    };
    kill_behind(&project, "SELECT FROM notes LIMIT 1");
    assert_eq!(indexes(&project), "notes_id invalid");
    replace(&project, "VACUUM notes;");
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let named = "started `DROP INDEX CONCURRENTLY notes_id`, which is no longer in the file and did not run to its end";
    assert!(screen.contains(named), "{screen}");
    assert_eq!(indexes(&project), "notes_id invalid");
    assert_eq!(rows(&project), "last, 2 of 2");
}
