//! Statements that need the preceding ones in the file to be committed: what `psql -f` runs, runs.

use super::{value, with};
use crate::support::{Sandbox, eventually, test_name};

const ENUM: (&str, &str) = (
    "001_mood",
    "CREATE TYPE mood AS ENUM ('ok');\nCREATE TABLE t (id int PRIMARY KEY, m mood);\n\
     CREATE TABLE child (t_id int REFERENCES t DEFERRABLE INITIALLY DEFERRED);\n",
);

/// Each with what it does, and how many steps it takes.
const FILES: &[(&str, &str, &str)] = &[
    (
        "a new value of an enum",
        "ALTER TYPE mood ADD VALUE 'bad';\nALTER TYPE mood ADD VALUE 'worse';\nINSERT INTO t VALUES (1, 'bad'), (2, 'worse');\n",
        "2",
    ),
    (
        "a new value of an enum that a DO adds",
        "INSERT INTO t VALUES (7);\nDO $$ BEGIN ALTER TYPE mood ADD VALUE 'bad'; END $$;\nINSERT INTO t VALUES (1, 'bad');\nSELECT 1;\n",
        "2",
    ),
    (
        "a deferred constraint",
        "INSERT INTO t VALUES (1);\nINSERT INTO child VALUES (1);\nALTER TABLE child ADD note text;\nSELECT 1;\n",
        "2",
    ),
    (
        "deferred constraints, again and again",
        "INSERT INTO t VALUES (1);\nINSERT INTO child VALUES (1);\nALTER TABLE child ADD note text;\n\
         INSERT INTO child VALUES (1);\nALTER TABLE child ADD more text;\nVACUUM t;\nSELECT 1;\n",
        "5",
    ),
];

fn succeeds(project: &Sandbox) -> String {
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    screen
}

#[test]
fn what_psql_runs_runs() {
    for (at, (what, text, steps)) in FILES.iter().enumerate() {
        let files = [ENUM, ("002_next", text)];
        let Some(project) = with(&files).plain(&format!("{}_{at}", test_name!())) else {
            return;
        };
        succeeds(&project);
        let mut client = project.own_database().client();
        let history =
            "SELECT steps_done || ' of ' || steps FROM schema_migrations WHERE version = 2";
        let expected = format!("{steps} of {steps}");
        assert_eq!(value(&mut client, history), expected, "{what}");
        assert!(succeeds(&project).contains("nothing to do"));
    }
}

#[test]
fn a_run_that_is_killed_after_a_division_goes_on_there() {
    let waits = (
        "002_waits",
        "INSERT INTO t VALUES (1);\nINSERT INTO child VALUES (1);\nALTER TABLE child ADD note text;\nSELECT pg_sleep(3);\n",
    );
    let Some(project) = with(&[ENUM, waits]).plain(test_name!()) else {
        return;
    };
    let mut client = project.own_database().client();
    let run = project.start("migrate --no-snapshot");
    let half = "SELECT EXISTS (SELECT FROM schema_migrations WHERE version = 2 AND steps_done = 1)";
    eventually("the first part is committed", || {
        client
            .query_one("SELECT to_regclass('schema_migrations') IS NOT NULL", &[])
            .unwrap()
            .get::<_, bool>(0)
            && value(&mut client, half) == "true"
    });
    drop(run);
    succeeds(&project);
    let rows = "SELECT (SELECT count(*) FROM t) || ' ' || (SELECT count(*) FROM child)";
    assert_eq!(value(&mut client, rows), "1 1");
}

#[test]
fn all_or_nothing_is_left_off_where_a_commit_is_needed() {
    let uses = (
        "003_use",
        "ALTER TABLE t ALTER m SET DEFAULT 'bad';\nCREATE VIEW v AS SELECT id FROM t WHERE m = 'bad';\n",
    );
    let adds = ("002_add", "ALTER TYPE mood ADD VALUE 'bad';\n");
    let Some(project) = with(&[ENUM, adds, uses]).plain(test_name!()) else {
        return;
    };
    project.run("migrate --no-snapshot --to 1");
    insta::assert_snapshot!(project.run("migrate --no-snapshot --all-or-nothing"));
    succeeds(&project);
}

#[test]
fn a_file_that_fails_after_a_division_says_what_of_it_is_applied_and_how_to_go_on() {
    let fails = (
        "002_use",
        "ALTER TYPE mood ADD VALUE 'bad';\nINSERT INTO t VALUES (1, 'bad');\nALTER TABLE t ADD COLUMN m text;\n",
    );
    let Some(project) = with(&[ENUM, fails]).plain(test_name!()) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    let mut client = project.own_database().client();
    assert_eq!(value(&mut client, "SELECT count(*) FROM t"), "0");
    // The part that is applied stays as it is; the rest is corrected where the message says.
    let corrected = fails.1.replace("COLUMN m text", "COLUMN n text");
    project.write("migrations/002_use.sql", corrected);
    succeeds(&project);
    assert_eq!(value(&mut client, "SELECT count(*) FROM t"), "1");
    let row = "SELECT steps_done || ' of ' || steps FROM schema_migrations WHERE version = 2";
    assert_eq!(value(&mut client, row), "2 of 2");
}
