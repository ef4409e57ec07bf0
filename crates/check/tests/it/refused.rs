//! What a server with TimescaleDB refuses, in forms that are easy to miss: the rule finds each, as an error.

use check::Severity;
use testkit::Database;

use crate::server::{clear, run};
use crate::{check_last, shown};

/// A case: the rule, the SQLSTATE, and the files, of which the server takes all but the last.
type Case = (&'static str, &'static str, &'static [&'static str]);

const M: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int, note text);
    SELECT create_hypertable('m', by_range('at'));";
const COLUMNSTORE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int, note text);
    SELECT create_hypertable('m', by_range('at'));
    ALTER TABLE m SET (timescaledb.enable_columnstore = true, timescaledb.orderby = 'at');";
const DAILY: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int, id int); SELECT create_hypertable('m', by_range('at'));
    CREATE TABLE device (id int PRIMARY KEY, name text);
    CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', at) AS bucket, d.name, sum(v) AS total
        FROM device AS d JOIN m ON m.id = d.id GROUP BY bucket, name WITH NO DATA;";

const REFUSED: &[Case] = &[
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "ALTER TABLE m ADD a timestamptz DEFAULT current_timestamp::timestamptz;"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "ALTER TABLE m ADD a timestamptz DEFAULT (now());"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "ALTER TABLE m ADD a timestamptz DEFAULT current_timestamp(3);"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "ALTER TABLE m ADD a date DEFAULT CAST(current_timestamp AS date);"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "ALTER TABLE m ADD a serial NOT NULL;"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "ALTER TABLE m ADD a int GENERATED ALWAYS AS IDENTITY;"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "ALTER TABLE m ADD a int GENERATED ALWAYS AS (v + 1) STORED;"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "CREATE TABLE device (id int PRIMARY KEY); ALTER TABLE m ADD a int REFERENCES device;"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "ALTER TABLE m DISABLE ROW LEVEL SECURITY;"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "ALTER TABLE m RENAME TO n; ALTER TABLE n ADD COLUMN a int NOT NULL;"]),
    ("columnstore-refuses-ddl", "0A000", &[COLUMNSTORE, "SET search_path = pg_catalog; ALTER TABLE public.m ADD COLUMN a int NOT NULL;"]),
    // The columnstore is on by default.
    ("columnstore-refuses-ddl", "0A000", &["CREATE TABLE m (at timestamptz, v int) WITH (tsdb.hypertable);", "ALTER TABLE m ADD COLUMN a int NOT NULL;"]),
    ("policy-before-columnstore", "0A000", &["CREATE TABLE m (at timestamptz, v int) WITH (tsdb.hypertable, tsdb.columnstore = false);",
        "CALL add_columnstore_policy('m', after => INTERVAL '7 days');"]),
    ("policy-before-columnstore", "0A000", &[DAILY, "CALL public.add_columnstore_policy('public.daily', INTERVAL '7' DAY);"]),
    ("policy-before-columnstore", "0A000", &[M, "DO LANGUAGE 'plpgsql' $$ BEGIN PERFORM add_compression_policy('m', INTERVAL '7 days'); END $$;"]),
    ("policy-before-columnstore", "0A000", &[M, "DO $$ BEGIN PERFORM add_compression_policy(E'm', INTERVAL '7 days'); END $$ LANGUAGE plpgsql;"]),
    ("policy-before-columnstore", "0A000", &[M, "DO $$ BEGIN EXECUTE $sql$SELECT add_compression_policy('m', INTERVAL '7 days')$sql$; END $$;"]),
    ("policy-before-columnstore", "0A000", &[M, "DO $$ DECLARE job int; BEGIN CREATE TABLE IF NOT EXISTS other (x int);
        job := add_compression_policy('m', INTERVAL '7 days'); IF job > 0 THEN RAISE NOTICE 'made'; END IF; END $$;"]),
    ("policy-before-columnstore", "0A000", &[M, "EXPLAIN (ANALYZE) SELECT add_compression_policy('m', INTERVAL '7 days');"]),
    ("unique-without-time-column", "TS103", &["CREATE TABLE m (id bigint PRIMARY KEY, at timestamptz, other timestamp) WITH (tsdb.hypertable);"]),
    ("unique-without-time-column", "TS103", &["CREATE TABLE l (id bigint PRIMARY KEY, at timestamptz NOT NULL); CREATE TABLE m (LIKE l INCLUDING ALL);",
        "SELECT create_hypertable('m', by_range('at'));"]),
    ("unique-without-time-column", "TS103", &["CREATE TABLE l (id bigint UNIQUE, at timestamptz NOT NULL); CREATE TABLE m (LIKE l INCLUDING INDEXES);",
        "SELECT create_hypertable(relation => 'm', time_column_name => E'at');"]),
    ("unique-without-time-column", "TS103", &["CREATE TABLE m (id bigint, at timestamptz NOT NULL); SELECT create_hypertable('m', 'at', 'id', 4);",
        "ALTER TABLE m RENAME id TO device; ALTER TABLE m ADD UNIQUE (at);"]),
    ("unique-without-time-column", "TS103", &["CREATE TABLE m (id bigint CONSTRAINT k PRIMARY KEY, at timestamptz NOT NULL); ALTER TABLE m RENAME CONSTRAINT k TO l;",
        "SELECT create_hypertable('m', by_range('at')), 1;"]),
    ("unique-without-time-column", "TS103", &["CREATE SCHEMA app; CREATE TABLE app.m (id bigint UNIQUE, at timestamptz NOT NULL);",
        "SET search_path TO app, public; SELECT create_hypertable('m', public.by_range('at'));"]),
    ("concurrently-on-hypertable", "0A000", &[DAILY, "CREATE INDEX CONCURRENTLY ON daily (total);"]),
    ("concurrently-on-hypertable", "0A000", &[M, "CREATE INDEX by_v ON m (v); CREATE INDEX CONCURRENTLY IF NOT EXISTS by_v ON m (v);"]),
    ("concurrently-on-hypertable", "0A000", &[M, "CREATE INDEX ON m (v); INSERT INTO m VALUES (now(), 1); ALTER TABLE m RENAME TO n; DROP INDEX CONCURRENTLY m_v_idx;"]),
    ("concurrently-on-hypertable", "0A000", &[M, "CREATE INDEX by_v ON m (v); INSERT INTO m VALUES (now(), 1); ALTER INDEX by_v RENAME TO by_value; DROP INDEX CONCURRENTLY by_value;"]),
    ("concurrently-on-hypertable", "0A000", &[M, "INSERT INTO m VALUES (now(), 1); DROP INDEX CONCURRENTLY m_at_idx;"]),
    ("aggregate-column-changed", "0A000", &[DAILY, "ALTER TABLE device ALTER COLUMN name TYPE varchar(9);"]),
    ("aggregate-column-changed", "2BP01", &[DAILY, "ALTER TABLE device RENAME COLUMN name TO title; ALTER TABLE device DROP title;"]),
    ("aggregate-column-changed", "2BP01", &[DAILY, "ALTER TABLE m RENAME TO n; ALTER TABLE n DROP COLUMN IF EXISTS v;"]),
    ("aggregate-column-changed", "2BP01", &[DAILY, "ALTER TABLE m ADD w int; ALTER MATERIALIZED VIEW daily ADD COLUMN most int GENERATED ALWAYS AS (max(w)) STORED;
        ALTER TABLE m DROP COLUMN w;"]),
    ("refresh-window-too-small", "22023", &[DAILY, "SELECT add_continuous_aggregate_policy('daily', INTERVAL '2' DAY, INTERVAL '1' DAY, INTERVAL '1' HOUR);"]),
    ("hypertable-over-rows", "0A000", &["CREATE TABLE m (at timestamptz NOT NULL DEFAULT now()); INSERT INTO m DEFAULT VALUES ON CONFLICT DO NOTHING;",
        "SELECT create_hypertable('m', 'at', migrate_data => 'false');"]),
    ("hypertable-over-rows", "0A000", &["CREATE TABLE m (at timestamptz NOT NULL); INSERT INTO m VALUES (now()); TRUNCATE m; INSERT INTO m VALUES (now());",
        "SELECT create_hypertable('m', by_range('at'), true, true, false);"]),
];

#[test]
fn what_the_server_refuses_is_an_error() {
    let mut wrong = Vec::new();
    for (rule, _, files) in REFUSED {
        let found = check_last(files);
        let is_it = |it: &check::Finding| it.rule == *rule && it.severity == Severity::Error;
        if !found.iter().any(is_it) {
            let found: Vec<String> = found.iter().map(shown).collect();
            wrong.push(format!("{rule}: {files:#?}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_server_refuses_it() {
    let name = "refused::the_server_refuses_it";
    let Some(database) = Database::timescale(name, "what it refuses") else {
        return;
    };
    let mut client = database.client();
    let mut wrong = Vec::new();
    for (rule, code, files) in REFUSED {
        clear(&mut client);
        let (last, before) = files.split_last().unwrap();
        for file in before {
            run(&mut client, file).unwrap_or_else(|error| panic!("{file}: {error:?}"));
            client.batch_execute("DISCARD ALL").unwrap();
        }
        let refused = run(&mut client, last).err();
        let refused = refused.as_ref().and_then(|it| Some(it.code()?.code()));
        if refused != Some(code) {
            wrong.push(format!("{rule}: {last}: {refused:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
