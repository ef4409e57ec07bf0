//! Statements that the server refuses: where in which file, why, what remains, and what to do.

use super::project;
use crate::support::{Sandbox, test_name};

/// What `migrate` says to these files; it says the same when it is asked again.
fn failure(test: &str, files: &[(&str, &str)]) -> Option<(Sandbox, String)> {
    let project = project(files).plain(test)?;
    let screen = project.run("migrate --no-snapshot");
    Some((project, screen))
}

macro_rules! fails {
    ($($name:ident: $files:expr;)+) => {$(
        #[test]
        fn $name() {
            if let Some((project, screen)) = failure(test_name!(), $files) {
                insta::assert_snapshot!(screen);
                let again = project.run("migrate --no-snapshot");
                assert_eq!(errors(&again), errors(&screen));
            }
        }
    )+};
}

/// What went to standard error.
fn errors(screen: &str) -> &str {
    screen.split_once("----- stderr -----").unwrap().1
}

const OK: &str = "CREATE TABLE users (user_id int PRIMARY KEY, name text);\n";

fails! {
    in_a_transaction_that_the_file_made_read_only: &[("001_a", "BEGIN READ ONLY;\nCREATE TABLE t ();\nCOMMIT;\n")];
    in_the_only_statement: &[("001_a", "CREATE TABEL t ();\n")];
    in_the_first_statement: &[("001_a", "-- why\nSELECT wrong;\n\nCREATE TABLE t ();\n")];
    in_the_last_statement: &[
        ("001_users", OK),
        ("002_index", "CREATE TABLE t ();\nCREATE VIEW v AS SELECT\n    user_idd FROM users;\n"),
        ("003_never", "CREATE TABLE never ();\n"),
    ];
    at_the_end_of_the_text: &[("001_a", "CREATE TABLE t (a int);\nSELECT a FROM")];
    without_a_position: &[
        ("001_users", OK),
        ("002_names", "SELECT 1;\n\nINSERT INTO users\nVALUES (1, 'a'),\n       (1, 'b');\n"),
    ];
    at_commit: &[(
        "001_a",
        "CREATE TABLE a (id int PRIMARY KEY);\n\
         CREATE TABLE b (a_id int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO b VALUES (7);\n",
    )];
    at_a_commit_of_the_file_s_own: &[(
        "001_a",
        "CREATE TABLE a (id int PRIMARY KEY);\n\
         BEGIN;\nCREATE TABLE b (a_id int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO b VALUES (7);\nCOMMIT;\n",
    )];
    inside_a_do_block: &[(
        "001_a",
        "DO $$\nBEGIN\n    PERFORM 1;\n    EXECUTE 'SELECT * FROM nowhere';\nEND\n$$;\n",
    )];
    in_the_syntax_of_a_do_block: &[("001_a", "SELECT 1;\nDO $$\nBEGIN\n    PERFORM 1\nEND\n$$;\n")];
    inside_a_function: &[(
        "001_a",
        "CREATE FUNCTION half(n int) RETURNS int LANGUAGE plpgsql AS $$\n\
         BEGIN\n    RETURN 1 / (n - n);\nEND\n$$;\n\
         SELECT half(4);\n",
    )];
    in_the_body_of_an_sql_function: &[(
        "001_a",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n    SELECT nothing\n$$;\n",
    )];
    raised_with_detail_and_hint: &[(
        "001_a",
        "DO $$ BEGIN\n    RAISE EXCEPTION E'two\\nlines' USING DETAIL = 'the detail', HINT = 'the hint', ERRCODE = 'P1234';\nEND $$;\n",
    )];
    behind_tabs_and_other_alphabets: &[("001_a", "SELECT\t'größe 日本', \t\twrong;\n")];
    after_a_tab_in_a_line_of_its_own: &[("001_a", "SELECT 1,\n\t\twrong\n;\n")];
    that_deletes_what_is_recorded_of_it: &[("001_a", "SELECT 1;\nVACUUM;\nDELETE FROM schema_migrations;\nSELECT 2;\n")];
    that_drops_the_history: &[("001_a", "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")];
    behind_a_byte_order_mark_and_crlf: &[("001_a", "\u{feff}SELECT 1;\r\nSELECT\r\n    wrong;\r\n")];
    a_table_that_is_there_already: &[("001_users", OK), ("002_again", OK)];
    of_a_cancelled_statement: &[("001_a", "SET statement_timeout = '50ms';\nSELECT pg_sleep(60);\n")];
}

#[test]
fn of_an_extension_that_is_not_there() {
    let text = "CREATE EXTENSION no_such_extension;\n";
    let Some((_, screen)) = failure(test_name!(), &[("001_a", text)]) else {
        return;
    };
    // The detail names a file of the server's installation.
    let lines = screen.lines().filter(|line| !line.contains("= detail: "));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn in_a_very_long_line() {
    let values = vec!["'a value of some length'"; 400].join(", ");
    let text = format!("SELECT 1;\nSELECT {values}, wrong, {values};\n");
    let failed = failure(test_name!(), &[("001_a", &text)]);
    if let Some((_, screen)) = failed {
        insta::assert_snapshot!(screen);
    }
}

/// The file's second step runs alone, so the first stays.
const HALF: &str = "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (1);\n\n\
                    CREATE INDEX CONCURRENTLY t_a ON t (a);\n\nSELECT wrong;\n";

#[test]
fn in_a_later_step() {
    let failed = failure(test_name!(), &[("001_users", OK), ("002_half", HALF)]);
    let Some((project, screen)) = failed else {
        return;
    };
    insta::assert_snapshot!(screen);
    insta::assert_snapshot!(
        "in_a_later_step_again",
        project.run("migrate --no-snapshot")
    );
    let corrected = HALF.replace("wrong", "1");
    project.write("migrations/002_half.sql", corrected);
    insta::assert_snapshot!(
        "in_a_later_step_corrected",
        project.run("migrate --no-snapshot")
    );
}

#[test]
fn in_a_step_that_runs_alone() {
    let text = HALF.replace("INDEX CONCURRENTLY t_a", "UNIQUE INDEX CONCURRENTLY t_a");
    let Some((project, screen)) = failure(test_name!(), &[("001_half", &text)]) else {
        return;
    };
    insta::assert_snapshot!(screen);
    // The index that PostgreSQL leaves is invalid.
    insta::assert_snapshot!(
        "in_a_step_that_runs_alone_again",
        project.run("migrate --no-snapshot")
    );
}

#[test]
fn in_a_first_step_that_runs_alone() {
    let text = "CREATE INDEX CONCURRENTLY ON users (nam);\n";
    let failed = failure(test_name!(), &[("001_users", OK), ("002_index", text)]);
    if let Some((_, screen)) = failed {
        insta::assert_snapshot!(screen);
    }
}

#[test]
fn as_a_json_document() {
    let Some(project) =
        project(&[("001_users", OK), ("002_wrong", "SELECT wrong;\n")]).plain(test_name!())
    else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot --json"));
}

#[test]
fn a_session_setting_ends_with_its_migration() {
    let settings = "CREATE SCHEMA app;\nSET search_path = app;\nSELECT set_config('standard_' || 'conforming_strings', 'off', false);\n\
                    SET backslash_quote = on;\nSET ROLE pg_monitor;\nSELECT E'it\\'s';\n";
    let next = "CREATE TABLE in_public (path text DEFAULT 'C:\\');\nCREATE INDEX CONCURRENTLY ON in_public (path);\n";
    let Some(project) =
        project(&[("001_settings", settings), ("002_next", next)]).plain(test_name!())
    else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    let sql = "SELECT schemaname || '.' || tablename FROM pg_tables \
               WHERE schemaname IN ('app', 'public') AND tableowner = current_user ORDER BY 1";
    let mut client = project.own_database().client();
    let tables = client.query(sql, &[]).unwrap();
    let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
    assert_eq!(tables, ["public.in_public", "public.schema_migrations"]);
}

#[test]
fn of_a_lock_timeout() {
    let text = "SELECT 1;\nDO $$ BEGIN RAISE lock_not_available; END $$;\n";
    let Some(project) = project(&[("001_a", text)]).plain(test_name!()) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot --patience 0"));
}
