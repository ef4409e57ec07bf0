//! Interrupted statements that run alone: what the catalog shows is settled, for the rest the run asks.

use super::{before_the_last, value};
use crate::support::{Sandbox, eventually, test_name};

const NOTES: (&str, &str) = ("001_notes", "CREATE TABLE notes (id int, text text);\n");

/// Commits one row and then continues for long.
const SLOW: (&str, &str) = (
    "002_slow",
    "CREATE TABLE before ();\n\nDO $$ BEGIN\n    INSERT INTO notes VALUES (1, 'first');\n    COMMIT;\n    \
     IF (SELECT count(*) FROM notes) < 2 THEN PERFORM pg_sleep(60); END IF;\nEND $$;\n\nCREATE TABLE behind ();\n",
);

/// A project whose run was killed in the midst of the `DO`, after it had committed a row.
fn cut(test: &str) -> Option<Sandbox> {
    let project = before_the_last(test, &[NOTES, SLOW])?;
    kill(&project, "PgSleep");
    Some(project)
}

/// Kills a run while its statement waits for what another session has begun, which commits then.
pub(super) fn kill_behind(project: &Sandbox, held: &str) {
    let mut holder = project.own_database().client();
    holder.batch_execute(&format!("BEGIN; {held}")).unwrap();
    kill(project, "virtualxid");
    holder.batch_execute("COMMIT").unwrap();
}

/// Kills a run while its statement waits for this, and waits until the server has noticed.
pub fn kill(project: &Sandbox, event: &str) {
    let run = project.start("migrate --no-snapshot");
    let mut client = project.own_database().client();
    let others =
        "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'migrate'";
    let waits = format!("SELECT count(*) {others} AND wait_event = '{event}'");
    eventually("the statement goes on", || {
        value(&mut client, &waits) == "1"
    });
    run.signal("KILL");
    let _killed = run.end();
    let left = format!("SELECT count(*) {others}");
    eventually("the server notices", || value(&mut client, &left) == "0");
}

fn rows(project: &Sandbox) -> String {
    let mut client = project.own_database().client();
    let tables = "SELECT concat_ws(' ', to_regclass('before'), to_regclass('behind'))";
    let notes = value(&mut client, "SELECT count(*) FROM notes");
    format!("{notes} {}", value(&mut client, tables))
}

#[testkit::test(cut)]
fn a_committing_do_that_was_cut_is_asked_about(project: Sandbox) {
    insta::assert_snapshot!("status_of_a_doubt", project.run("status"));
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    insta::assert_snapshot!(
        "a_doubt_as_a_document",
        project.run("migrate --no-snapshot --json")
    );
    assert_eq!(rows(&project), "1 before");
}

#[testkit::test(cut)]
fn redo_sends_it_again(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate --no-snapshot --redo"));
    assert_eq!(rows(&project), "2 before behind");
}

#[testkit::test(cut)]
fn done_records_it(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate --no-snapshot --done"));
    assert_eq!(rows(&project), "1 before behind");
}

#[testkit::test(cut)]
fn a_doubt_stays_one_where_the_statement_was_edited_meanwhile(project: Sandbox) {
    let (before, _) = SLOW.1.split_once("DO $$").unwrap();
    project.write(
        "migrations/002_slow.sql",
        format!("{before}INSERT INTO notes VALUES (2, 'instead');\n"),
    );
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    assert_eq!(rows(&project), "1 before");
    let screen = project.run("migrate --no-snapshot --redo");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert_eq!(rows(&project), "2 before");
}

#[test]
fn redo_and_done_are_refused_together() {
    let project = super::with(&[NOTES]);
    let screen = project.run("migrate --redo --done");
    assert!(screen.starts_with("exit 2\n"), "{screen}");
    assert!(
        screen.contains("'--redo' cannot be used with '--done'"),
        "{screen}"
    );
}

#[test]
fn an_answer_without_a_question_has_no_effect() {
    let fast = (
        "002_fast",
        "DO $$ BEGIN\n    INSERT INTO notes VALUES (1, 'first');\n    COMMIT;\nEND $$;\n",
    );
    let Some(project) = before_the_last(test_name!(), &[NOTES, fast]) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot --done");
    assert!(screen.contains("applied 1 migration"), "{screen}");
    let screen = project.run("migrate --no-snapshot --redo");
    assert!(screen.contains("nothing to do"), "{screen}");
    let mut client = project.own_database().client();
    assert_eq!(value(&mut client, "SELECT count(*) FROM notes"), "1");
}

#[testkit::test(|test| before_the_last(test, &[NOTES, SLOW]))]
fn an_answer_is_not_taken_for_a_doubt_that_comes_later(project: Sandbox) {
    let run = project.start("migrate --no-snapshot --done");
    let mut client = project.own_database().client();
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND wait_event = 'PgSleep'";
    eventually("the statement goes on", || value(&mut client, end) == "1");
    let screen = run.screen();
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    assert!(screen.contains("cannot determine whether"), "{screen}");
    assert_eq!(rows(&project), "1 before");
}

#[test]
fn a_committing_do_that_fails_says_that_what_it_committed_stays() {
    let fails = (
        "002_fails",
        "DO $$ BEGIN\n    INSERT INTO notes VALUES (1, 'first');\n    COMMIT;\n    PERFORM 1 / 0;\nEND $$;\n",
    );
    let Some(project) = before_the_last(test_name!(), &[NOTES, fails]) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    // It failed: there is no doubt about it.
    project.write(
        "migrations/002_fails.sql",
        fails.1.replace("1 / 0", "1 / 1"),
    );
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

const TWICE: &str = "INSERT INTO notes VALUES (1, 'one'), (1, 'two');\n";

/// The indexes of `notes`, and whether they are valid.
pub fn indexes(project: &Sandbox) -> String {
    let mut client = project.own_database().client();
    let sql = "SELECT string_agg(indexrelid::regclass || CASE WHEN indisvalid THEN '' ELSE ' invalid' END, ', ' ORDER BY 1) \
               FROM pg_index WHERE indrelid = 'notes'::regclass";
    value(&mut client, sql)
}

#[test]
fn a_unique_index_that_fails_leaves_nothing_and_is_built_after_the_file_is_corrected() {
    let unique = (
        "002_unique",
        "INSERT INTO notes VALUES (1, 'one'), (1, 'two');\nCREATE UNIQUE INDEX CONCURRENTLY notes_id ON notes (id);\n",
    );
    let Some(project) = before_the_last(test_name!(), &[NOTES, unique]) else {
        return;
    };
    assert!(unique.1.starts_with(TWICE));
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    assert_eq!(indexes(&project), "");
    // The first correction does not help yet.
    for (correction, code) in [("'three'", 1), ("'two'", 0)] {
        let text = project.read("migrations/002_unique.sql");
        let delete = format!("DELETE FROM notes WHERE text = {correction};\nCREATE UNIQUE");
        project.write(
            "migrations/002_unique.sql",
            text.replace("CREATE UNIQUE", &delete),
        );
        let screen = project.run("migrate --no-snapshot");
        assert!(screen.starts_with(&format!("exit {code}\n")), "{screen}");
    }
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert_eq!(indexes(&project), "notes_id");
}

#[testkit::test(|test| super::with(&[NOTES]).plain(test))]
fn a_failed_index_is_cleared_away_also_where_the_file_has_become_somebody_else(project: Sandbox) {
    let role = format!("{}_owner", project.own_database().name());
    let text = format!(
        "CREATE ROLE {role};\nALTER TABLE notes OWNER TO {role};\nGRANT ALL ON SCHEMA public TO {role};\n{TWICE}SET ROLE {role};\n\
         CREATE UNIQUE INDEX CONCURRENTLY notes_id ON notes (id);\n"
    );
    project.write("migrations/002_owner.sql", &text);
    let screen = project.run("migrate --no-snapshot");
    let left = indexes(&project);
    let corrected = text.replace(
        "CREATE UNIQUE",
        "DELETE FROM notes WHERE text = 'two';\nCREATE UNIQUE",
    );
    project.write("migrations/002_owner.sql", corrected);
    let second = project.run("migrate --no-snapshot");
    let mut client = project.own_database().client();
    client
        .batch_execute(&format!(
            "RESET ROLE; DROP OWNED BY {role} CASCADE; DROP ROLE {role}"
        ))
        .unwrap();
    assert!(screen.contains("could not create unique index"), "{screen}");
    assert!(!screen.contains("left:"), "{screen}");
    assert_eq!(left, "");
    assert!(second.starts_with("exit 0\n"), "{second}");
}

#[test]
fn an_index_whose_name_was_changed_after_it_was_cut_leaves_no_invalid_one() {
    let index = (
        "002_index",
        "CREATE INDEX CONCURRENTLY notes_wrong_name ON notes (id);\n",
    );
    let Some(project) = before_the_last(test_name!(), &[NOTES, index]) else {
        return;
    };
    kill_behind(&project, "INSERT INTO notes VALUES (1, 'held')");
    assert_eq!(indexes(&project), "notes_wrong_name invalid");
    project.write(
        "migrations/002_index.sql",
        index.1.replace("wrong_name", "id"),
    );
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert_eq!(indexes(&project), "notes_id");
}

#[test]
fn a_do_in_doubt_that_its_author_replaces_is_still_asked_about() {
    // What was sent is no longer in the file: neither statement shows whether the old one ran.
    for instead in [
        "VACUUM notes;",
        "CREATE INDEX CONCURRENTLY notes_id ON notes (id);",
        "DROP INDEX CONCURRENTLY IF EXISTS notes_id;",
    ] {
        let Some(project) = cut(test_name!()) else {
            return;
        };
        let (before, rest) = SLOW.1.split_once("DO $$").unwrap();
        let (_, behind) = rest.split_once("END $$;").unwrap();
        project.write(
            "migrations/002_slow.sql",
            format!("{before}{instead}{behind}"),
        );
        let screen = project.run("migrate --no-snapshot");
        assert!(screen.starts_with("exit 1\n"), "{instead}: {screen}");
        assert!(screen.contains("--redo"), "{instead}: {screen}");
        assert_eq!(rows(&project), "1 before", "{instead}");
        let screen = project.run("migrate --no-snapshot --redo");
        assert!(screen.starts_with("exit 0\n"), "{instead}: {screen}");
        assert_eq!(rows(&project), "1 before behind", "{instead}");
    }
}
