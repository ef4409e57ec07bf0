//! `--all-or-nothing`: everything that is pending in one transaction, or nothing.

use super::{before_the_last, value, with};
use crate::support::{Sandbox, test_name};

const TABLES: (&str, &str) = (
    "001_tables",
    "CREATE TABLE a (id int PRIMARY KEY);\nBEGIN;\nCREATE TABLE b (id int);\nCOMMIT;\nINSERT INTO a VALUES (1);\n",
);

const SETTINGS: (&str, &str) = (
    "002_settings",
    "CREATE SCHEMA app;\nSET search_path = app;\nSET ROLE pg_monitor;\nRESET ROLE;\nCREATE TABLE c (id int);\nSET LOCAL work_mem = '64kB';\n",
);

const USES: (&str, &str) = (
    "003_uses",
    "CREATE TABLE d AS SELECT current_setting('search_path') AS path, current_setting('work_mem') AS memory FROM a;\n",
);

/// What there is of the files' work, and of the history.
fn remains(project: &Sandbox) -> String {
    let mut client = project.own_database().client();
    let relations = "SELECT string_agg(n.nspname || '.' || relname, ', ' ORDER BY 1) FROM pg_class c \
                     JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND relname <> 'schema_migrations' \
                     AND n.nspname IN ('public', 'app')";
    let relations = value(&mut client, relations);
    let history = "SELECT string_agg(version || ': ' || steps_done || ' of ' || steps, ', ' ORDER BY version) FROM schema_migrations";
    format!(
        "tables {relations}; history {}",
        value(&mut client, history)
    )
}

#[testkit::test(|test| with(&[TABLES, SETTINGS, USES]).plain(test))]
fn blocks_settings_and_roles_of_files_share_one_transaction(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate --no-snapshot --all-or-nothing"));
    let mut client = project.own_database().client();
    let transactions = "SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM schema_migrations UNION ALL SELECT xmin FROM a \
                        UNION ALL SELECT xmin FROM pg_class WHERE relname IN ('a', 'b', 'c', 'd')) AS rows";
    assert_eq!(value(&mut client, transactions), "1");
    // What one file sets does not reach the next.
    let settings = "SELECT path || ' ' || memory FROM d";
    assert_eq!(value(&mut client, settings), "\"$user\", public 4MB");
}

#[test]
fn a_failure_in_the_last_file_leaves_nothing() {
    let wrong = (
        "004_wrong",
        "CREATE TABLE e ();\nBEGIN;\nCREATE TABLE f (id wrong);\nCOMMIT;\n",
    );
    let Some(project) = with(&[TABLES, SETTINGS, USES, wrong]).plain(test_name!()) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot --all-or-nothing"));
    assert_eq!(remains(&project), "tables ; history ");
    project.write("migrations/004_wrong.sql", "CREATE TABLE e ();\n");
    let screen = project.run("migrate --no-snapshot --all-or-nothing");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[test]
fn a_step_that_runs_alone_prevents_it() {
    let alone = (
        "004_alone",
        "CREATE TABLE e ();\n\n-- Not to block writers.\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n",
    );
    let Some(project) = with(&[TABLES, SETTINGS, USES, alone]).plain(test_name!()) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot --all-or-nothing"));
    assert!(!project.run("status").contains("schema_migrations"));
    let mut client = project.own_database().client();
    assert_eq!(
        value(&mut client, "SELECT to_regclass('schema_migrations')"),
        ""
    );
    // As far as the command that it names.
    let screen = project.run("migrate --no-snapshot --all-or-nothing --to 003");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[test]
fn a_block_with_modes_of_its_own_prevents_it() {
    let block = (
        "002_block",
        "BEGIN ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE e ();\nCOMMIT;\n",
    );
    let Some(project) = before_the_last(test_name!(), &[TABLES, block]) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot --all-or-nothing"));
}

#[test]
fn a_procedure_that_commits_prevents_it_when_it_is_its_turn() {
    let call = (
        "004_call",
        "CREATE PROCEDURE commits() LANGUAGE plpgsql AS 'BEGIN INSERT INTO b VALUES (1); COMMIT; END';\nCALL commits();\n",
    );
    let Some(project) = with(&[TABLES, SETTINGS, USES, call]).plain(test_name!()) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot --all-or-nothing"));
    assert_eq!(remains(&project), "tables ; history ");
}

#[test]
fn what_is_left_of_a_half_applied_database_is_one_transaction() {
    let half = (
        "002_half",
        "CREATE TABLE e ();\nBEGIN;\nCREATE TABLE f (id wrong);\nCOMMIT;\nCREATE TABLE g ();\n",
    );
    let last = ("003_last", "SELECT 1 / 0;\n");
    let Some(project) = with(&[TABLES, half, last]).plain(test_name!()) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    project.write("migrations/002_half.sql", half.1.replace("wrong", "int"));
    insta::assert_snapshot!(project.run("migrate --no-snapshot --all-or-nothing"));
    assert_eq!(
        remains(&project),
        "tables public.a, public.b, public.e; history 1: 3 of 3, 2: 1 of 3"
    );
    project.write("migrations/003_last.sql", "SELECT 1;\n");
    let screen = project.run("migrate --no-snapshot --all-or-nothing --only 2");
    assert!(screen.contains("applied 1 migration"), "{screen}");
    let screen = project.run("migrate --no-snapshot --all-or-nothing --pause-jobs");
    assert!(screen.contains("applied 1 migration"), "{screen}");
    assert_eq!(
        remains(&project),
        "tables public.a, public.b, public.e, public.f, public.g; history 1: 3 of 3, 2: 3 of 3, 3: 1 of 1"
    );
}

#[test]
fn a_dry_run_of_it_says_what_prevents_it() {
    let alone = ("002_alone", "VACUUM;\n");
    let Some(project) = before_the_last(test_name!(), &[TABLES, alone]) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --dry-run --all-or-nothing"));
}

#[test]
fn a_session_that_is_ended_in_its_midst_is_not_sent_again() {
    let slow = (
        "003_slow",
        "CREATE TABLE e ();\nBEGIN;\nSELECT pg_sleep(60);\nCOMMIT;\n",
    );
    let Some(project) = with(&[TABLES, SETTINGS, slow]).plain(test_name!()) else {
        return;
    };
    let run = project.start("migrate --no-snapshot --all-or-nothing");
    let mut client = project.own_database().client();
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND wait_event = 'PgSleep'";
    crate::support::eventually("the statement runs", || value(&mut client, end) == "1");
    insta::assert_snapshot!(run.screen());
    assert_eq!(remains(&project), "tables ; history ");
}
