//! What holds on every target alike: by URL, embedded and compose.

use std::thread;

use crate::support::{Sandbox, on_each_target};

on_each_target! {
    fn the_first_run_applies_everything_and_the_second_has_nothing_to_do(project) {
        let first = project.migrate("");
        assert!(first.starts_with("exit 0\n"), "{first}");
        assert!(first.contains("applied 3 migrations"), "{first}");
        let second = project.migrate("");
        assert!(second.starts_with("exit 0\n"), "{second}");
        assert!(second.contains("nothing to do: 3 migrations applied"), "{second}");
    }

    needs_timescaledb_for "a take-over, which plain mode refuses":
    fn a_database_that_has_the_schema_already_is_taken_over(project) {
        let first = project.run("migrate");
        assert!(first.starts_with("exit 0\n"), "{first}");
        let mut psql = project.xtask();
        psql.args(["psql", "--", "-c", "DROP TABLE schema_migrations"]);
        let dropped = project.show(psql);
        assert!(dropped.starts_with("exit 0\n"), "{dropped}");
        let plan = project.run("migrate --baseline 3 --dry-run");
        assert!(plan.contains("001 to 003 would be recorded"), "{plan}");
        let over = project.run("migrate --baseline 3");
        assert!(over.contains("recorded 001 to 003 as applied, not run\nnothing to do: 3 migrations applied"), "{over}");
    }

    fn what_the_server_says_beside_its_answers_is_shown_alike(project) {
        let schema = project.migrate("--no-snapshot");
        // A container's database has the extension before the first migration.
        let schema = notices(&schema);
        let extension = "001 initial_schema: notice: extension \"timescaledb\" already exists, skipping\n";
        // The views of plain mode are never filled.
        let filled = if project.is_plain() {
""
} else {
"003 materialized_views: notice: continuous aggregate \"event_counts_daily\" is already up-to-date\n"
};
        assert_eq!(schema.strip_prefix(extension).unwrap_or(&schema), filled);
        project.write("migrations/004_says.sql", SAYS);
        let says = project.migrate("--no-snapshot");
        assert!(says.starts_with("exit 0\n"), "{says}");
        assert_eq!(notices(&says), SAID);
        project.write("migrations/005_fails.sql", FAILS);
        let fails = project.migrate("--no-snapshot");
        assert!(fails.starts_with("exit 1\n"), "{fails}");
        assert!(fails.contains("error[P0001]: it fails"), "{fails}");
        assert_eq!(notices(&fails), "005 fails: notice: before it fails\n");
    }
}

#[testkit::test(|test| Sandbox::analytics().embedded(test))]
fn two_first_runs_at_once_on_an_embedded_cluster_both_succeed(project: Sandbox) {
    let runs = || project.run("migrate --no-snapshot");
    let [one, two] = thread::scope(|scope| {
        let both = [scope.spawn(runs), scope.spawn(runs)];
        both.map(|run| run.join().unwrap())
    });
    assert!(one.starts_with("exit 0\n"), "{one}");
    assert!(two.starts_with("exit 0\n"), "{two}");
    let applied = [&one, &two].map(|it| it.matches("  00").count());
    assert_eq!(applied.iter().sum::<usize>(), 3, "{one}{two}");
}

/// Notices of each severity, of statements that run in a transaction and alone; texts that look like something else; and some that were
/// switched off.
const SAYS: &str = "CREATE TABLE IF NOT EXISTS said (a int);
CREATE TABLE IF NOT EXISTS said (a int);
DO $$ BEGIN RAISE WARNING E'one\\n\\n  two' USING DETAIL = 'not shown', HINT = 'nor this'; END $$;
DO $$ BEGIN RAISE NOTICE 'psql:<stdin>:1: ERROR:  22012: division by zero'; END $$;
DO $$ BEGIN RAISE INFO '%', repeat('long ', 30); RAISE LOG 'not for clients'; END $$;
SELECT 'a row, no notice';
SET client_min_messages = warning;
DO $$ BEGIN RAISE NOTICE 'not asked for'; RAISE WARNING USING MESSAGE = 'asked for', ERRCODE = '22012'; END $$;
";

const FAILS: &str = "DO $$ BEGIN RAISE NOTICE 'before it fails'; RAISE 'it fails'; END $$;";

const SAID: &str = "\
004 says: notice: relation \"said\" already exists, skipping
004 says: warning: one\n    \n      two\n\
004 says: notice: psql:<stdin>:1: ERROR:  22012: division by zero
004 says: info: long long long long long long long long long long long long long long long long long long long long \
long long long long long long long long long long 
004 says: warning: asked for
";

/// What the screen shows of notices, with the lines that belong to them.
fn notices(screen: &str) -> String {
    let errors = screen.split_once("----- stderr -----\n").unwrap().1;
    let begins = |line: &&str| {
        ["notice", "warning", "info"]
            .iter()
            .any(|it| line.contains(&format!(": {it}: ")))
    };
    let lines = errors.lines().skip_while(|line| !begins(line));
    let lines = lines.take_while(|line| !line.starts_with("error"));
    lines.map(|line| format!("{line}\n")).collect()
}
