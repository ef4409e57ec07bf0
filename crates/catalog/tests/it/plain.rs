//! The project's migrations without TimescaleDB: the catalog equals the snapshot's.

use std::fs;
use std::path::Path;

use catalog::Snapshot;

use crate::support::Database;

#[testkit::test(Database::plain)]
fn the_migrations_give_the_snapshot_that_timescaledb_gives(database: Database) {
    let apply = || {
        database.migrate();
        database.catalog()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let expected = fs::read_to_string(root.join("analytics-schema/schema.json")).unwrap();
    let snapshot = Snapshot::parse(&expected).unwrap();
    let with = |catalog| Snapshot {
        migrations: snapshot.migrations.clone(),
        catalog,
    };
    for time in ["the first time", "a second time"] {
        let catalog = apply();
        assert_eq!(catalog::diff(&snapshot.catalog, &catalog), [], "{time}");
        assert!(with(catalog).to_text() == expected, "{time}");
    }
}

/// Hypertables and aggregates that are altered after they were made.
const ALTERED: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS timescaledb",
    "CREATE TABLE h (time timestamptz NOT NULL, device text NOT NULL, v int NOT NULL)",
    "SELECT create_hypertable('h', by_range('time'))",
    "ALTER TABLE h SET (tsdb.segmentby = 'device', tsdb.orderby = 'v'), ADD COLUMN w int",
    "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
     SELECT time_bucket('1 day', time) AS day, device, count(*) AS n, max(v) AS top FROM h GROUP BY 1, 2 WITH NO DATA",
    "CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS
     SELECT time_bucket('7 days', day) AS week, sum(n) AS n FROM c GROUP BY 1 WITH NO DATA",
    "SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour')",
    "ALTER MATERIALIZED VIEW c ADD COLUMN lowest int GENERATED ALWAYS AS (min(v)) STORED",
    "ALTER MATERIALIZED VIEW c SET (timescaledb.compress, timescaledb.compress_segmentby = 'device')",
    "ALTER MATERIALIZED VIEW c RENAME COLUMN top TO highest",
    "ALTER TABLE h RESET (tsdb.segmentby)",
    "CREATE FUNCTION has_it() RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM pg_extension WHERE extname = ''timescaledb'')'",
    "CREATE FUNCTION its_version() RETURNS text LANGUAGE plpgsql AS
     $$ BEGIN RETURN (SELECT extversion FROM pg_catalog.\"pg_extension\" AS e WHERE e.extname = 'timescaledb'); END $$",
    "CREATE VIEW versions AS SELECT extname, extversion FROM pg_extension",
    "DO $$ BEGIN IF has_it() AND its_version() LIKE '2.%' THEN CREATE TABLE way (taken text); END IF; END $$",
];

#[testkit::test(|test| Database::timescale(test, "what plain mode is compared with"))]
fn what_is_altered_later_has_the_catalog_that_timescaledb_gives(timescaledb: Database) {
    let plain = Database::plain(testkit::test_name!()).unwrap();
    // Each in a separate transaction: a column that is added later may be null.
    for statement in ALTERED {
        timescaledb.run(statement);
        plain.run(statement);
    }
    assert_eq!(catalog::diff(&timescaledb.catalog(), &plain.catalog()), []);
}
