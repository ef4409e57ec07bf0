//! What only reads writes nothing: not into the database, not into the project.

use std::time::SystemTime;

use super::{applied, fresh, half_applied};
use crate::support::{Sandbox, test_name};

/// Every object of the catalog except the server's, with the transaction that wrote it last, and the history's rows.
const CATALOG: &str = "
    SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
        SELECT format('class %s %s %s', oid::regclass, relfilenode, xmin) FROM pg_class WHERE oid >= 16384
        UNION ALL SELECT format('attribute %s %s %s', attrelid::regclass, attname, xmin) FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT format('namespace %s %s', nspname, xmin) FROM pg_namespace
        UNION ALL SELECT format('proc %s %s', oid::regprocedure, xmin) FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT format('type %s %s', oid::regtype, xmin) FROM pg_type WHERE oid >= 16384
        UNION ALL SELECT format('extension %s %s', extname, xmin) FROM pg_extension
        UNION ALL SELECT format('setting %s', s::text) FROM pg_db_role_setting s
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AS line (line)";

/// All that a command could change.
#[derive(Debug, PartialEq)]
struct State {
    catalog: String,
    history: Vec<String>,
    files: Vec<(String, SystemTime)>,
}

impl State {
    fn of(project: &Sandbox) -> Self {
        let mut client = project.own_database().client();
        let catalog = client.query_one(CATALOG, &[]).unwrap().get(0);
        let has_history = client.query(
            "SELECT FROM pg_class WHERE relname = 'schema_migrations'",
            &[],
        );
        let history = if has_history.unwrap().is_empty() {
            Vec::new()
        } else {
            let rows = client.query(
                "SELECT h::text || h.xmin FROM schema_migrations h ORDER BY version",
                &[],
            );
            rows.unwrap().iter().map(|row| row.get(0)).collect()
        };
        let changed = |file: String| {
            let metadata = project.dir().join(&file).metadata().unwrap();
            (file, metadata.modified().unwrap())
        };
        assert!(!project.dir().join("target").exists());
        let files = project.files().into_iter().map(changed).collect();
        Self {
            catalog,
            history,
            files,
        }
    }
}

/// Runs everything that reads, which must leave all as it was.
fn check(project: Option<Sandbox>) {
    let Some(project) = project else { return };
    let before = State::of(&project);
    for arguments in [
        "check",
        "check --json",
        "status",
        "status --json",
        "doctor",
        "doctor --json",
        "drift",
        "drift --json",
        "drift --snapshot none.json",
        "queries",
        "queries --json",
        "migrate --dry-run",
        "migrate --dry-run --json",
        "migrate --dry-run --only 9",
    ] {
        let screen = project.run(arguments);
        assert_eq!(State::of(&project), before, "{screen}");
    }
}

/// A project with described queries.
fn with_queries(test: &str) -> Option<Sandbox> {
    let project = fresh(test)?.file(
        "analytics-schema/queries/users.sql",
        "-- name: user\nSELECT name FROM users WHERE id = :id;\n\
         -- name: add\nINSERT INTO users (name) VALUES (:name) RETURNING id;\n",
    );
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    Some(project)
}

#[testkit::test(with_queries)]
fn of_queries(project: Sandbox) {
    let before = State::of(&project);
    for arguments in [
        "queries",
        "queries --json",
        "queries user",
        "queries --run user id=1",
        "queries --run user id=1 --json",
        "queries --explain user id=1",
        "queries --explain user",
        "queries --explain user id=1 --analyze",
        "queries --explain add name=Ada",
        "queries --run add name=Ada",
    ] {
        let screen = project.run(arguments);
        assert_eq!(State::of(&project), before, "{screen}");
    }
}

#[test]
fn of_an_empty_database() {
    check(fresh(test_name!()));
}

#[test]
fn of_a_clean_database() {
    check(applied(test_name!(), 3));
}

#[test]
fn of_a_half_applied_migration() {
    check(half_applied(test_name!()));
}

#[test]
fn of_a_changed_migration() {
    let project = applied(test_name!(), 3);
    check(project.map(|project| project.file("migrations/001_users.sql", "SELECT 1;\n")));
}

#[testkit::test(|test| applied(test, 3))]
fn a_frozen_run_with_nothing_pending(project: Sandbox) {
    project.write("analytics-schema/schema.json", "{}");
    let before = State::of(&project);
    let screen = project.run("migrate --frozen");
    assert!(screen.starts_with("exit 3\n"), "{screen}");
    assert_eq!(State::of(&project), before);
}

#[test]
fn of_an_embedded_target_that_is_not_there() {
    let project = Sandbox::analytics();
    for arguments in ["status", "doctor", "drift", "migrate --dry-run", "queries"] {
        let before = project.files();
        project.run(&format!("{arguments} --target embedded"));
        assert_eq!(project.files(), before);
        assert!(!project.dir().join("target").exists());
    }
}
