//! The schema, the plan and the notices are those of the same migrations with TimescaleDB.

use std::fs;
use std::path::Path;

use super::{one, value};
use crate::support::{Sandbox, test_name};

#[testkit::test(|test| Sandbox::analytics().plain(test))]
fn the_migrations_give_the_schema_that_the_snapshot_holds(project: Sandbox) {
    let plan = project.run("migrate --plain --dry-run");
    insta::assert_snapshot!("the_plan_names_what_is_rewritten", plan);
    let first = project.run("migrate --plain --frozen");
    insta::assert_snapshot!("the_first_run", first);
    insta::assert_snapshot!("nothing_to_do", project.run("migrate --plain"));
    // Where nothing is run, nothing is mixed.
    insta::assert_snapshot!("nothing_to_do", project.run("migrate"));
    insta::assert_snapshot!("the_status", project.run("status"));
    let modes = "SELECT string_agg(DISTINCT mode, ', ') FROM schema_migrations";
    assert_eq!(value(&project, modes), "plain");
}

#[testkit::test(|test| one(test, "CREATE EXTENSION timescaledb;\nSELECT 1;\n"))]
fn the_plan_as_a_document_holds_what_is_sent(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate --plain --dry-run --json"));
}

#[test]
fn the_notices_are_timescaledbs() {
    let text = "CREATE EXTENSION IF NOT EXISTS timescaledb;
        CREATE TABLE t (time timestamptz NOT NULL, d text, v int);
        INSERT INTO t VALUES ('2024-01-01', 'a', 1);
        SELECT create_hypertable('t', by_range('time'), migrate_data => true);
        SELECT create_hypertable('t', by_range('time'), if_not_exists => true);
        SELECT add_dimension('t', by_hash('d', 2), if_not_exists => true);
        CREATE INDEX t_v ON t (v);
        SELECT add_reorder_policy('t', 't_v');
        SELECT add_reorder_policy('t', 't_v', if_not_exists => true);
        SELECT add_retention_policy('t', INTERVAL '1 year');
        SELECT add_retention_policy('t', INTERVAL '1 year', if_not_exists => true);
        SELECT add_retention_policy('t', INTERVAL '2 years', if_not_exists => true);
        SELECT remove_compression_policy('t', if_exists => true);
        SELECT alter_job(9999, if_exists => true);
        SELECT attach_tablespace('pg_default', 't');
        SELECT attach_tablespace('pg_default', 't', if_not_attached => true);
        SELECT detach_tablespace('pg_default', 't');
        SELECT detach_tablespace('pg_default', 't', if_attached => true);
        ALTER TABLE IF EXISTS missing SET (timescaledb.compress);
        CREATE TABLE w (at timestamptz NOT NULL, bad timestamp) WITH (tsdb.hypertable, tsdb.columnstore = false);
        CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
            SELECT time_bucket('1 day', time) AS day, d, count(*) AS n FROM t GROUP BY 1, 2 WITH NO DATA;
        CREATE MATERIALIZED VIEW IF NOT EXISTS c WITH (timescaledb.continuous) AS
            SELECT time_bucket('1 day', time) AS day, d, count(*) AS n FROM t GROUP BY 1, 2 WITH NO DATA;
        SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour');
        SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour', if_not_exists => true);
        SELECT remove_retention_policy('c', if_exists => true);
        ALTER MATERIALIZED VIEW c SET (timescaledb.compress);
        ALTER MATERIALIZED VIEW c SET (timescaledb.compress, timescaledb.compress_segmentby = 'd');
        DROP MATERIALIZED VIEW IF EXISTS missing;
        CREATE MATERIALIZED VIEW cc WITH (timescaledb.continuous) AS
            SELECT time_bucket('2 days', day) AS days, sum(n) AS n FROM c GROUP BY 1 WITH NO DATA;
        CREATE VIEW r AS SELECT * FROM c;
        DROP MATERIALIZED VIEW c CASCADE;
        CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
            SELECT time_bucket('1 day', time) AS day, d, count(*) AS n FROM t GROUP BY 1, 2 WITH NO DATA;
        ALTER TABLE IF EXISTS ONLY missing ADD COLUMN a int;
        DROP TABLE t CASCADE;\n";
    let notices = |project: &Sandbox, how: &str| -> String {
        let screen = project.run(how);
        assert!(screen.starts_with("exit 0\n"), "{screen}");
        let lines = screen.lines().filter(|line| line.starts_with("001 a: "));
        lines.map(|line| line.to_owned() + "\n").collect()
    };
    let Some(project) = one(test_name!(), text) else {
        return;
    };
    let plain = notices(&project, "migrate --plain --no-snapshot");
    insta::assert_snapshot!(plain);
    let project = Sandbox::new().file("migrations/001_a.sql", text);
    let Some(project) = project.url(test_name!()) else {
        return;
    };
    if !project.is_plain() {
        assert_eq!(notices(&project, "migrate --no-snapshot"), plain);
    }
}

/// A folder as teams have one: thirty migrations that build on each other.
#[test]
fn thirty_migrations_make_the_schema_that_they_make_with_timescaledb() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/it/plain/migrations");
    let files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    assert_eq!(files.len(), 30);
    let schema = |project: Option<Sandbox>, command: &str| {
        let project = project?;
        for file in &files {
            let name = file.file_name().unwrap().to_str().unwrap();
            project.write(&format!("migrations/{name}"), fs::read(file).unwrap());
        }
        let screen = project.run(command);
        assert!(screen.starts_with("exit 0\n"), "{screen}");
        Some(project.read("schema.json"))
    };
    let project = Sandbox::new().needs_timescaledb_for("the schema to compare with");
    let with_timescaledb = schema(project.url(test_name!()), "migrate --snapshot schema.json");
    let in_plain_mode = schema(
        Sandbox::new().plain(test_name!()),
        "migrate --plain --snapshot schema.json",
    );
    if let (Some(expected), Some(found)) = (with_timescaledb, in_plain_mode) {
        let pairs = expected.lines().zip(found.lines()).enumerate();
        let different: Vec<_> = pairs
            .filter(|(_, (expected, found))| expected != found)
            .take(20)
            .collect();
        assert!(expected == found, "{different:#?}");
    }
}
