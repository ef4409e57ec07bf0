//! SQL that the server takes, and that looks like what a rule is about: no error, on a server with TimescaleDB too. Each case is the files
//! of a project, in their order.

use check::{NOT_CHECKED, Severity};
use testkit::Database;

use crate::server::{clear, run};
use crate::{check_all, shown};

/// A hypertable with a columnstore and an aggregate.
const M: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int, note text);
    SELECT create_hypertable('m', by_range('at'));";
const COLUMNSTORE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int, note text);
    SELECT create_hypertable('m', by_range('at'));
    ALTER TABLE m SET (timescaledb.enable_columnstore = true, timescaledb.orderby = 'at');";

const TAKEN: &[&[&str]] = &[
    // Another name of a constraint is no other name of a column.
    &["CREATE TABLE m (id int CONSTRAINT v PRIMARY KEY, at timestamptz NOT NULL);
       ALTER TABLE m RENAME CONSTRAINT v TO w; ALTER TABLE m DROP CONSTRAINT w; SELECT create_hypertable('m', 'at');"],
    &["CREATE TABLE m (id int CONSTRAINT id UNIQUE, at timestamptz NOT NULL);
       ALTER INDEX id RENAME TO other; ALTER TABLE m DROP CONSTRAINT other; SELECT create_hypertable('m', 'at');"],
    // A type has the name of a table, and takes its columns with it.
    &[M, "CREATE SCHEMA kinds; CREATE TYPE kinds.m AS ENUM ('a'); DROP TYPE kinds.m CASCADE; INSERT INTO m VALUES (now(), 1);"],
    &["CREATE TYPE kind AS ENUM ('a'); CREATE TABLE m (at timestamptz NOT NULL, k kind, UNIQUE (k));
       DROP TYPE kind CASCADE; SELECT create_hypertable('m', by_range('at'));"],
    &["CREATE DOMAIN kind AS int; CREATE TABLE m (at timestamptz NOT NULL, k kind PRIMARY KEY);
       DROP DOMAIN kind CASCADE; SELECT create_hypertable('m', by_range('at'));"],
    // The server computes these defaults once.
    &[COLUMNSTORE, "ALTER TABLE m ADD COLUMN a int DEFAULT (1); ALTER TABLE m ADD COLUMN b text DEFAULT 'a'::text;
       ALTER TABLE m ADD COLUMN c int DEFAULT cast(1 AS int); ALTER TABLE m ADD COLUMN d numeric DEFAULT 1::numeric(4,2);
       ALTER TABLE m ADD COLUMN e text DEFAULT 'now()'; ALTER TABLE m ADD COLUMN f varchar(9) DEFAULT ('x')::varchar(3);
       ALTER TABLE m ADD COLUMN g int[] DEFAULT ARRAY[1, 2]; ALTER TABLE m ADD COLUMN h text DEFAULT lower('A') || 'b';
       ALTER TABLE m ADD COLUMN i jsonb NOT NULL DEFAULT '{}'::jsonb; ALTER TABLE m ADD COLUMN j interval DEFAULT interval(3) '5 days';
       ALTER TABLE m ADD COLUMN k int DEFAULT NULL, ADD COLUMN l int DEFAULT coalesce(NULL, 1), ADD n bigserial;"],
    &[COLUMNSTORE, "ALTER TABLE m SET (timescaledb.enable_columnstore = false); ALTER TABLE m ADD COLUMN a text NOT NULL;"],
    &["CREATE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';", COLUMNSTORE, "ALTER TABLE m ADD COLUMN a int DEFAULT one();"],
    // There are no rows when the hypertable is made.
    &["CREATE TABLE m (at timestamptz NOT NULL); INSERT INTO m VALUES (now()); TRUNCATE m; SELECT create_hypertable('m', 'at');"],
    &["CREATE TABLE m (at timestamptz NOT NULL); INSERT INTO m VALUES (now());", "DELETE FROM m; SELECT create_hypertable('m', 'at');"],
    &["CREATE TABLE m (at timestamptz NOT NULL); INSERT INTO m SELECT now() LIMIT 0;", "SELECT create_hypertable('m', 'at');"],
    &["CREATE TABLE m (at timestamptz NOT NULL); INSERT INTO m SELECT now() WHERE false; SELECT create_hypertable('m', 'at');"],
    &["CREATE TABLE m (at timestamptz NOT NULL);
       DO $$ BEGIN IF false THEN INSERT INTO m VALUES (now()); END IF; END $$; SELECT create_hypertable('m', 'at');"],
    &["CREATE TABLE m (at timestamptz NOT NULL); INSERT INTO m VALUES (now()); SELECT create_hypertable('m', by_range('at'), true, false, true);"],
    &["CREATE TABLE m (at timestamptz NOT NULL); INSERT INTO m VALUES (now()); SELECT create_hypertable('m', by_range('at'), migrate_data => 'true');"],
    &["CREATE TABLE m (at timestamptz NOT NULL); INSERT INTO m VALUES (now()); DELETE FROM m WHERE at < 'infinity'; SELECT create_hypertable('m', 'at');"],
    &["CREATE TABLE m (at timestamptz NOT NULL); 
       CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER none BEFORE INSERT ON m FOR EACH ROW EXECUTE FUNCTION nothing();
       INSERT INTO m VALUES (now()); SELECT create_hypertable('m', 'at');"],
    &["CREATE TABLE m (at timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = 'at');
       CREATE TABLE a (x int); WITH b AS (SELECT 1 AS x) INSERT INTO a SELECT x FROM b;"],
    // What may not have happened is not known to be so.
    &["CREATE TABLE m (id int PRIMARY KEY, at timestamptz NOT NULL);
       DO $$ BEGIN IF false THEN PERFORM create_hypertable('m', 'at'); END IF; EXCEPTION WHEN others THEN NULL; END $$;
       CREATE UNIQUE INDEX m_id ON m (id);"],
    &[M, "DO $$ BEGIN IF false THEN ALTER TABLE m SET (timescaledb.enable_columnstore); END IF; END $$; ALTER TABLE m ADD COLUMN a int NOT NULL;"],
    &[M, "DO $$ BEGIN FOR i IN 1..0 LOOP ALTER TABLE m SET (timescaledb.enable_columnstore); END LOOP; END $$; ALTER TABLE m ADD COLUMN a int NOT NULL;"],
    &[COLUMNSTORE, "DO $$ BEGIN IF true THEN ALTER TABLE m SET (timescaledb.enable_columnstore = false); END IF; END $$; ALTER TABLE m ADD COLUMN a int NOT NULL;"],
    &["CREATE TABLE m (at timestamptz NOT NULL, id int); SELECT create_hypertable(c.oid::regclass, 'at') FROM pg_class AS c WHERE relname = 'none';
       CREATE UNIQUE INDEX ON m (id);"],
    &["CREATE TABLE m (at timestamptz NOT NULL, id int); SELECT create_hypertable('m', 'at') WHERE false; CREATE UNIQUE INDEX ON m (id);"],
    &[M, "DO $$ BEGIN RETURN; PERFORM add_retention_policy('m', INTERVAL '1 day'); END $$; SELECT add_retention_policy('m', INTERVAL '2 days');"],
    // Nothing is called.
    &["CREATE TABLE m (at timestamptz NOT NULL, id int); PREPARE make AS SELECT create_hypertable('m', 'at'); CREATE UNIQUE INDEX ON m (id);"],
    &["CREATE TABLE m (at timestamptz NOT NULL, id int); EXPLAIN SELECT create_hypertable('m', 'at'); CREATE UNIQUE INDEX ON m (id);"],
    &["CREATE TABLE m (at timestamptz NOT NULL, id int PRIMARY KEY);
       CREATE FUNCTION make() RETURNS int BEGIN ATOMIC SELECT create_hypertable('m', 'at'); SELECT 1; END; CREATE UNIQUE INDEX ON m (id);"],
    &["CREATE TABLE m (at timestamptz NOT NULL, id int); CREATE VIEW make AS SELECT (create_hypertable('m', 'at')).created; CREATE UNIQUE INDEX ON m (id);"],
    &["CREATE SCHEMA app; CREATE FUNCTION app.create_hypertable(text, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
       CREATE TABLE m (at timestamptz NOT NULL, id int); SELECT app.create_hypertable('m', 'at'); CREATE UNIQUE INDEX ON m (id);"],
    // What cannot be read may have changed it.
    &[M, "DO $$ BEGIN EXECUTE format('ALTER TABLE %I SET (timescaledb.enable_columnstore)', 'm'); END $$; SELECT add_compression_policy('m', INTERVAL '7 days');"],
    &[M, "CREATE FUNCTION store(name text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('ALTER TABLE %I SET (timescaledb.enable_columnstore)', name); END $$;",
      "SELECT store('m'); SELECT add_compression_policy('m', INTERVAL '7 days');"],
    &[M, "CREATE PROCEDURE store() LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE m SET (timescaledb.enable_columnstore); END $$;
       CREATE PROCEDURE all_of_it() LANGUAGE plpgsql AS $$ BEGIN CALL store(); END $$; CALL all_of_it(); SELECT add_compression_policy('m', INTERVAL '7 days');"],
    &[M, "PREPARE p AS SELECT add_retention_policy('m', INTERVAL '1 day'); EXECUTE p;"],
    &[M, "DO $$ BEGIN EXECUTE 'ALTER TABLE m SET (timescaledb.enable_columnstore)'; END $$; SELECT add_compression_policy('m', INTERVAL '7 days');"],
    // Indexes follow their tables.
    &[M, "CREATE TABLE plain (v int); CREATE INDEX by_v ON plain (v); ALTER TABLE m RENAME TO n; ALTER TABLE plain RENAME TO m;",
      "DROP INDEX CONCURRENTLY by_v; CREATE INDEX CONCURRENTLY ON m (v); REINDEX TABLE CONCURRENTLY m;"],
    &[M, "CREATE INDEX by_v ON m (v); ALTER INDEX by_v RENAME TO by_value; CREATE TABLE plain (v int); CREATE INDEX by_v ON plain (v);", "DROP INDEX CONCURRENTLY by_v;"],
    &[M, "CREATE INDEX by_v ON m (v); DROP TABLE m; CREATE TABLE m (v int); CREATE INDEX by_v ON m (v);", "DROP INDEX CONCURRENTLY by_v;"],
    &[M, "CREATE INDEX by_v ON m (v); ALTER TABLE m DROP COLUMN v; CREATE TABLE plain (v int); CREATE INDEX by_v ON plain (v);", "DROP INDEX CONCURRENTLY by_v;"],
    // Names are looked up where the file says.
    &[M, "CREATE SCHEMA app; SET search_path = app, public; CREATE TABLE m (v int); CREATE UNIQUE INDEX ON m (v); CREATE INDEX CONCURRENTLY m_v ON m (v);"],
    &[M, "CREATE SCHEMA app; CREATE TABLE app.m (v int);", "SELECT set_config('search_path', 'app, public', false); CREATE UNIQUE INDEX ON m (v);"],
    &[M, "CREATE SCHEMA app; CREATE TABLE app.m (v int);", "BEGIN; SET LOCAL search_path TO app; ALTER TABLE m ADD UNIQUE (v); COMMIT;"],
    &[M, "CREATE TEMPORARY TABLE m (v int); CREATE UNIQUE INDEX ON m (v); ALTER TABLE m ADD PRIMARY KEY (v);"],
    &[M, "BEGIN; CREATE TEMP TABLE m (v int) ON COMMIT DROP; CREATE UNIQUE INDEX ON m (v); COMMIT; INSERT INTO m VALUES (now(), 1);"],
    &["CREATE SCHEMA app; CREATE TABLE app.m (at timestamptz NOT NULL, v int); SELECT create_hypertable('app.m', 'at'); ALTER SCHEMA app RENAME TO old;
       CREATE SCHEMA app; CREATE TABLE app.m (v int UNIQUE);", "CREATE UNIQUE INDEX ON app.m (v);"],
    // The aggregate reads other columns.
    &["CREATE TABLE m (at timestamptz NOT NULL, v int, id int, name text); SELECT create_hypertable('m', by_range('at'));
       CREATE TABLE device (id int PRIMARY KEY, name text, v int);
       CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', m.at) AS bucket, d.name, sum(m.v) AS total
           FROM m JOIN device AS d ON d.id = m.id GROUP BY 1, 2 WITH NO DATA;",
      "ALTER TABLE m DROP COLUMN name; ALTER TABLE device DROP COLUMN v;"],
    &["CREATE TABLE m (at timestamptz NOT NULL, v int, total int, note text); SELECT create_hypertable('m', by_range('at'));
       CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', at) bucket, sum(v) total, max(v) \"note\"
           FROM m WHERE 'note' <> 'total' GROUP BY 1 WITH NO DATA;",
      "ALTER TABLE m DROP COLUMN total; ALTER TABLE m ALTER COLUMN note TYPE varchar(9);"],
    &["CREATE TABLE m (at timestamptz NOT NULL, v int, w int); SELECT create_hypertable('m', by_range('at'));
       CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', at) AS bucket, sum(v) FROM m GROUP BY 1 WITH NO DATA;
       ALTER TABLE m RENAME COLUMN v TO x; ALTER TABLE m RENAME COLUMN w TO v;", "ALTER TABLE m DROP COLUMN v;"],
    // IF NOT EXISTS creates nothing.
    &["CREATE TABLE m (at timestamptz NOT NULL);
       CREATE TABLE IF NOT EXISTS m (id int PRIMARY KEY, at timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = 'at');"],
    &["CREATE VIEW m AS SELECT 1 AS id;
       CREATE TABLE IF NOT EXISTS m (id int PRIMARY KEY, at timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = 'at');"],
    &["CREATE TABLE l (id int PRIMARY KEY, at timestamptz NOT NULL); CREATE TABLE m (LIKE l INCLUDING ALL EXCLUDING INDEXES); SELECT create_hypertable('m', 'at');"],
    // A column of an aggregate, from 2.28 on.
    &["CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));
       CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', at) AS bucket, count(*) FROM m GROUP BY 1 WITH NO DATA;",
      "ALTER MATERIALIZED VIEW daily ADD COLUMN total bigint GENERATED ALWAYS AS (sum(v)) STORED;
       ALTER MATERIALIZED VIEW daily ADD largest int GENERATED ALWAYS AS (max(v)) STORED;"],
];

#[test]
fn what_the_server_takes_is_no_error() {
    let mut wrong = Vec::new();
    for files in TAKEN {
        let found = check_all(files);
        let is_wrong =
            |it: &&check::Finding| it.severity == Severity::Error || it.rule == NOT_CHECKED;
        for finding in found.iter().filter(is_wrong) {
            wrong.push(format!("{files:#?}: {}", shown(finding)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_server_takes_it() {
    let Some(database) = Database::timescale("taken::the_server_takes_it", "what it takes") else {
        return;
    };
    let mut client = database.client();
    let mut wrong = Vec::new();
    for files in TAKEN {
        clear(&mut client);
        for file in *files {
            if let Err(error) = run(&mut client, file) {
                wrong.push(format!("{file}: {error:?}"));
            }
            client.batch_execute("DISCARD ALL").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
