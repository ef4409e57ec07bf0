//! Files that write to this tool's history.

use super::{value, with};
use crate::support::{Sandbox, test_name};

const FIRST: (&str, &str) = ("001_first", "CREATE TABLE kept (id int);\n");
const SECOND: (&str, &str) = ("002_second", "ALTER TABLE kept ADD name text;\n");

/// What the history records.
const RECORDED: &str = "SELECT string_agg(concat_ws(' ', version, name, left(checksum, 4), steps_done), ', ' ORDER BY version) FROM schema_migrations";

fn project(test: &str, third: &str) -> Option<Sandbox> {
    with(&[FIRST, SECOND, ("003_third", third)]).plain(test)
}

/// What the history records with the first two applied, whose screens are the same in every run.
fn recorded(project: &Sandbox) -> String {
    value(&mut project.own_database().client(), RECORDED)
}

/// Ways in which a file changes what the history records about the others, and the error for each.
const WAYS: &[(&str, &str, &str)] = &[
    (
        "all",
        "DELETE FROM schema_migrations;\n",
        "deleted 2 of 2 rows",
    ),
    (
        "one",
        "CREATE TABLE t ();\nDELETE FROM public.schema_migrations WHERE version = 1;\n",
        "deleted 1 of 2 rows",
    ),
    (
        "truncated",
        "TRUNCATE schema_migrations;\n",
        "deleted 2 of 2 rows",
    ),
    (
        "updated",
        "UPDATE schema_migrations SET checksum = 'x' WHERE version = 1;\n",
        "changed rows",
    ),
    (
        "renumbered",
        "UPDATE schema_migrations SET version = version + 10;\n",
        "changed rows",
    ),
    (
        "added",
        "INSERT INTO schema_migrations SELECT 4, name, checksum, steps, steps_done, started_at, applied_at, duration_ms, applied_by, mode \
         FROM schema_migrations WHERE version = 1;\n",
        "added rows to the history: 1",
    ),
    (
        "in_a_do",
        "DO $$ BEGIN EXECUTE 'DELETE FROM schema_' || 'migrations'; EXCEPTION WHEN division_by_zero THEN NULL; END $$;\n",
        "deleted 2 of 2 rows",
    ),
];

#[test]
fn a_file_that_writes_to_the_history_is_rolled_back() {
    for (name, text, said) in WAYS {
        let Some(project) = project(&format!("{}_{name}", test_name!()), text) else {
            return;
        };
        project.run("migrate --no-snapshot --to 2");
        let before = recorded(&project);
        let screen = project.run("migrate --no-snapshot");
        assert!(screen.starts_with("exit 1\n"), "{name}: {screen}");
        assert!(screen.contains(said), "{name}: {screen}");
        assert_eq!(recorded(&project), before, "{name}");
        if matches!(*name, "one" | "in_a_do") {
            insta::assert_snapshot!(*name, screen);
        }
    }
}

#[test]
fn what_the_same_run_has_recorded_is_kept_as_well() {
    let Some(project) = project(
        test_name!(),
        "DELETE FROM schema_migrations WHERE version = 2;\n",
    ) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.contains("deleted 1 of 2 rows"), "{screen}");
    assert!(recorded(&project).contains("2 second"));
}

#[test]
fn in_one_transaction_of_all_the_file_is_found() {
    let text = "SELECT 1;\nUPDATE schema_migrations SET name = 'x';\n";
    let Some(project) = project(test_name!(), text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot --all-or-nothing"));
    assert_eq!(recorded(&project), "");
}

/// Changes of the first migration's row, including when and by whom it was applied.
const CHANGES: &[&str] = &[
    "name = 'other'",
    "steps_done = 0",
    "mode = 'other'",
    "applied_by = 'somebody'",
    "started_at = started_at - interval '1 day'",
    "applied_at = applied_at + interval '1 second'",
    "applied_at = NULL",
    "duration_ms = duration_ms + 60000",
];

#[test]
fn every_column_of_every_row_is_kept() {
    let Some(project) = project(test_name!(), "") else {
        return;
    };
    let mut client = project.own_database().client();
    // The rows are of an earlier run, of this one, of the same transaction; or the change stays.
    for (lead, before, options) in [
        ("", "migrate --no-snapshot --to 2", ""),
        ("", "status", ""),
        ("", "status", " --all-or-nothing"),
        ("-- migrate: alone\n", "status", ""),
        ("-- migrate: alone\n", "migrate --no-snapshot --to 2", ""),
    ] {
        for change in CHANGES {
            let anew = "DROP TABLE IF EXISTS kept, schema_migrations";
            client.batch_execute(anew).unwrap();
            let text = format!("{lead}UPDATE schema_migrations SET {change} WHERE version = 1;\n");
            project.write("migrations/003_third.sql", text);
            project.run(before);
            let screen = project.run(&format!("migrate --no-snapshot{options}"));
            assert!(screen.starts_with("exit 1\n"), "{change}: {screen}");
            let said = "error[TSS03]: the file changed rows of the history";
            assert!(screen.contains(said), "{change}: {screen}");
        }
    }
    for options in ["", " --all-or-nothing"] {
        client
            .batch_execute("DROP TABLE IF EXISTS kept, schema_migrations")
            .unwrap();
        project.write("migrations/003_third.sql", "LOCK schema_migrations;\n");
        let screen = project.run(&format!("migrate --no-snapshot{options}"));
        assert!(screen.starts_with("exit 0\n"), "{screen}");
    }
}

#[test]
fn in_a_later_step_the_first_ones_stay() {
    let text = "VACUUM kept;\nDELETE FROM schema_migrations WHERE version = 1;\n";
    let Some(project) = project(test_name!(), text) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.contains("deleted 1 of 2 rows"), "{screen}");
    let recorded = recorded(&project);
    assert!(recorded.starts_with("1 first"), "{recorded}");
    assert!(recorded.ends_with("1"), "{recorded}");
}

/// What a statement alone has done to the history, after steps of its file that are done.
const ALONE: &[&str] = &[
    "DELETE FROM schema_migrations WHERE version = 1;\n",
    "DELETE FROM schema_migrations;\n",
    "UPDATE schema_migrations SET checksum = 'x', applied_at = NULL;\n",
    "INSERT INTO schema_migrations SELECT version + 7, name, checksum, steps, steps_done, started_at, applied_at, duration_ms, applied_by, mode \
     FROM schema_migrations;\n",
    "DROP TABLE schema_migrations;\n",
    "ALTER TABLE schema_migrations DROP COLUMN checksum;\n",
    "ALTER TABLE schema_migrations SET UNLOGGED;\n",
];

/// Types what the error says: the SQL between its lines, and the file without the statement.
#[test]
fn what_a_statement_alone_has_done_is_put_right_and_nothing_runs_twice() {
    let Some(project) = project(test_name!(), "") else {
        return;
    };
    let mut client = project.own_database().client();
    let full = "SELECT string_agg(h::text, ' ' ORDER BY version) FROM schema_migrations AS h WHERE version < 3";
    for (before, first) in [
        ("", ""),
        ("--to 2", ""),
        ("--to 2", "INSERT INTO kept VALUES (3);\n"),
    ] {
        for statement in ALONE {
            let anew = "DROP TABLE IF EXISTS kept, schema_migrations";
            client.batch_execute(anew).unwrap();
            let recorded_before = (!before.is_empty()).then(|| {
                project.run(&format!("migrate --no-snapshot {before}"));
                value(&mut client, full)
            });
            let text = format!("{first}-- migrate: alone\n{statement}");
            project.write("migrations/003_third.sql", &text);
            let ran = project.xtask().args(["migrate", "--no-snapshot"]).output();
            let screen = String::from_utf8(ran.unwrap().stderr).unwrap();
            let (_, said) = screen
                .split_once("record again what is applied:\n")
                .unwrap();
            let (sql, _) = said.split_once("and run `cargo xtask migrate`").unwrap();
            if screen.contains("undo what it did") {
                let status = project.run("status");
                let undo = "ALTER TABLE public.schema_migrations SET LOGGED";
                assert!(status.contains(undo), "{status}");
                client.batch_execute(undo).unwrap();
            }
            client.batch_execute(sql).unwrap();
            let recorded = value(&mut client, full);
            assert_eq!(
                *recorded_before.as_ref().unwrap_or(&recorded),
                recorded,
                "{statement}"
            );
            let text = format!("{first}INSERT INTO kept VALUES (4);\n");
            project.write("migrations/003_third.sql", &text);
            let again = project.run("migrate --no-snapshot");
            assert!(
                again.starts_with("exit 0\n"),
                "{statement}: {screen}{again}"
            );
            let rows = value(
                &mut client,
                "SELECT string_agg(id::text, ' ' ORDER BY id) FROM kept",
            );
            let expected = if first.is_empty() { "4" } else { "3 4" };
            assert_eq!(rows, expected, "{statement}");
        }
    }
}

#[test]
fn what_a_statement_alone_has_deleted_is_said_to_be_gone() {
    let text = "-- migrate: alone\nDELETE FROM schema_migrations WHERE version = 1;\n";
    let Some(project) = project(test_name!(), text) else {
        return;
    };
    let mut screens = project.run("migrate --no-snapshot");
    // The next run does not ask for the first file under another number.
    screens += &project.run("migrate --no-snapshot");
    insta::assert_snapshot!(screens);
}

#[test]
fn what_leaves_the_history_as_it_was_does_no_harm() {
    let text = "DELETE FROM schema_migrations WHERE version > 9;\n\
                SAVEPOINT before;\nTRUNCATE schema_migrations;\nROLLBACK TO before;\n\
                GRANT SELECT ON schema_migrations TO PUBLIC;\nALTER TABLE schema_migrations SET (fillfactor = 90);\n\
                COMMENT ON TABLE schema_migrations IS 'ours';\n";
    let Some(project) = project(test_name!(), text) else {
        return;
    };
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(recorded(&project).contains("3 third"));
}
