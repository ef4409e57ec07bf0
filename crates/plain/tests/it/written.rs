//! What is written to continuous aggregates, and what goes with them when they and their sources are dropped.

use plain::rewrite::rewrite;
use sql::statement;

use super::altered::{compare, compare_in, rewritten};
use super::pair::Pair;

const OBJECTS: &str = "
    CREATE TABLE h (time timestamptz NOT NULL, device text, v int);
    CREATE TABLE empty (day timestamptz, device text, n bigint);
    SELECT create_hypertable('h', by_range('time', INTERVAL '1 day'));
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
        SELECT time_bucket('1 day', time) AS day, device, count(*) AS n FROM h GROUP BY 1, 2 WITH NO DATA;
";

/// Where nothing is kept yet, and where TimescaleDB refuses it, too.
const WRITTEN: &str = "
    INSERT INTO c SELECT * FROM empty;
    INSERT INTO c (day) SELECT 1;
    INSERT INTO c SELECT 1, 2, 3, 4;
    INSERT INTO public.c (missing) VALUES (1);
    UPDATE c SET n = 5;
    UPDATE c AS x SET n = x.n + 1 FROM empty AS e WHERE e.day = x.day;
    UPDATE c SET missing = 5;
    DELETE FROM c;
    DELETE FROM c AS x USING empty AS e WHERE e.device = x.device RETURNING *;
    DELETE FROM c WHERE missing = 1;
    WITH x AS (SELECT * FROM empty) INSERT INTO c SELECT * FROM x;
    WITH x AS (DELETE FROM public.c RETURNING *) INSERT INTO empty SELECT * FROM x;
    WITH x AS (UPDATE c SET n = 5 RETURNING n), y AS (DELETE FROM c WHERE n = 7 RETURNING n) SELECT count(*) FROM x, y;
    WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 3) DELETE FROM ONLY c USING x WHERE c.n = x.n;
    WITH x AS (SELECT 1) INSERT INTO c SELECT * FROM x;
    EXPLAIN ANALYZE DELETE FROM c;
    TRUNCATE c;
    TRUNCATE TABLE public.c RESTART IDENTITY;
    TRUNCATE ONLY h;
    TRUNCATE TABLE ONLY empty;
    TRUNCATE missing;
    TRUNCATE c, h, empty;
    TRUNCATE empty, public.c RESTART IDENTITY CASCADE;
    TRUNCATE c, missing;
    TRUNCATE missing, c;
    CREATE VIEW one AS SELECT 1 AS a;
    TRUNCATE one, c;
    TRUNCATE c*, c;
    TRUNCATE ONLY c;
    TRUNCATE empty, ONLY c;
    TRUNCATE c, ONLY h;
    TRUNCATE ONLY empty, h, c;
    SELECT tgname FROM pg_trigger WHERE tgrelid = 'c'::regclass;
    ALTER MATERIALIZED VIEW c SET (timescaledb.materialized_only = false);
    INSERT INTO c SELECT * FROM empty;
    INSERT INTO c VALUES ('2024-01-05', 'x', 3);
    INSERT INTO c SELECT 1;
    UPDATE c SET n = 5;
    DELETE FROM ONLY c;
    WITH gone AS (DELETE FROM c RETURNING *) SELECT * FROM gone;

    ALTER TABLE ONLY h ADD COLUMN x int;
    ALTER TABLE ONLY h ALTER v SET DEFAULT 1, ALTER v SET STATISTICS 10;
    ALTER TABLE ONLY h SET (fillfactor = 70);
    ALTER TABLE ONLY h SET (timescaledb.compress);
    ALTER TABLE ONLY public.h OWNER TO CURRENT_USER;
    ALTER TABLE ONLY h SET SCHEMA public;
    ALTER TABLE ONLY empty ADD COLUMN x int;
    ALTER TABLE IF EXISTS ONLY missing ADD COLUMN x int;
    ALTER TABLE ONLY h RENAME COLUMN device TO \"the device\";
    ALTER TABLE ONLY h RENAME TO hh;
    ALTER TABLE hh RENAME TO h;
    ALTER TABLE ONLY c RENAME COLUMN n TO m;
    ALTER TABLE h SET (timescaledb.compress);
    ALTER TABLE ONLY h ENABLE ROW LEVEL SECURITY;
    ALTER TABLE ONLY h ADD COLUMN x int NOT NULL;
";

/// A server merges into views from PostgreSQL 17 on.
const MERGED: &str = "
    MERGE INTO c USING empty AS e ON c.day = e.day WHEN MATCHED THEN DELETE;
    MERGE INTO c USING empty AS e ON false WHEN NOT MATCHED THEN INSERT VALUES (now(), 'a', 1);
    MERGE INTO public.c AS x USING empty AS e ON x.day = e.day WHEN MATCHED THEN UPDATE SET n = 1;
    MERGE INTO c USING missing AS e ON c.day = e.day WHEN MATCHED THEN DELETE;
    MERGE INTO empty USING empty AS e ON empty.day = e.day WHEN MATCHED THEN DELETE;
    SELECT tgname FROM pg_trigger WHERE tgrelid = 'c'::regclass;
    ALTER MATERIALIZED VIEW c SET (timescaledb.materialized_only = false);
    MERGE INTO c USING empty AS e ON c.day = e.day WHEN MATCHED THEN DELETE;
    MERGE INTO c USING empty AS e ON false WHEN NOT MATCHED THEN INSERT VALUES (now(), 'a', 1);
";

const DROPPED: &str = "
    CREATE MATERIALIZED VIEW a WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, device, count(*) AS n FROM h GROUP BY 1, 2 WITH NO DATA;
    CREATE MATERIALIZED VIEW b WITH (timescaledb.continuous) AS
        SELECT time_bucket('2 days', day) AS day, device, sum(n) AS n FROM a GROUP BY 1, 2 WITH NO DATA;
    CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS
        SELECT time_bucket('4 days', day) AS day, device, sum(n) AS n FROM b GROUP BY 1, 2 WITH NO DATA;
    CREATE VIEW reader AS SELECT * FROM b;
    CREATE VIEW reader_of_two AS SELECT b.n FROM b JOIN d USING (day);
    DROP MATERIALIZED VIEW a;
    DROP MATERIALIZED VIEW b;
    DROP MATERIALIZED VIEW a, b;
    DROP MATERIALIZED VIEW a, c;
    DROP MATERIALIZED VIEW d, b;
    DROP TABLE h;
    DROP TABLE IF EXISTS h, missing;
    DROP MATERIALIZED VIEW a CASCADE;
    DROP TABLE h CASCADE;
    DROP TABLE empty, h CASCADE;
    SELECT view_name FROM timescaledb_information.continuous_aggregates ORDER BY 1;
    DROP VIEW reader;
    DROP MATERIALIZED VIEW d, b;
    DROP MATERIALIZED VIEW b CASCADE;
    SELECT view_name FROM timescaledb_information.continuous_aggregates ORDER BY 1;
    CREATE VIEW reader AS SELECT * FROM a;
    DROP TABLE h CASCADE;
    DROP VIEW reader;
    DROP MATERIALIZED VIEW IF EXISTS missing CASCADE;
    DROP TABLE IF EXISTS missing CASCADE;
    DROP TABLE missing CASCADE;
    CREATE VIEW of_empty AS SELECT * FROM empty;
    DROP TABLE empty CASCADE;
    DROP TABLE h CASCADE;
    SELECT view_name FROM timescaledb_information.continuous_aggregates ORDER BY 1;
    SELECT count(*) FROM pg_class WHERE relname LIKE '\\_materialized%' OR relname IN ('h', 'a', 'c', 'of_empty');
";

#[test]
fn what_is_written_to_an_aggregate_is_taken_or_refused_as_timescaledb_does() {
    let test = "what_is_written_to_an_aggregate_is_taken_or_refused_as_timescaledb_does";
    compare(test, "written", &format!("{OBJECTS}{WRITTEN}"));
}

#[testkit::test(Pair::start)]
fn what_is_merged_into_an_aggregate_is_taken_or_refused_as_timescaledb_does(mut pair: Pair) {
    let name = if pair.server_version() >= 17 {
        "merged_17"
    } else {
        "merged"
    };
    compare_in(&mut pair, name, &format!("{OBJECTS}{MERGED}"));
}

#[test]
fn what_goes_with_an_aggregate_and_its_source_goes_as_with_timescaledb() {
    let test = "what_goes_with_an_aggregate_and_its_source_goes_as_with_timescaledb";
    compare(test, "dropped", &format!("{OBJECTS}{DROPPED}"));
}

/// What plain mode has nothing for: a row that an aggregate would keep.
#[testkit::test(Pair::start)]
fn a_row_that_an_aggregate_would_keep_is_refused(mut pair: Pair) {
    for statement in statement::read(OBJECTS).unwrap() {
        let sql = rewrite(&OBJECTS[statement.range]).unwrap().text;
        pair.plain.batch_execute(&sql).unwrap();
    }
    pair.plain
        .batch_execute("INSERT INTO h VALUES ('2024-01-01 10:00+00', 'a', 1)")
        .unwrap();
    let has_merge = pair.server_version() >= 17;
    let mut refused = |sql: &str| {
        let text = format!("{OBJECTS}{sql};");
        let (_, rewritten) = rewritten(&text).pop().unwrap();
        match pair.plain.batch_execute(&rewritten) {
            Ok(()) => "done".to_owned(),
            Err(error) => {
                let error = error.as_db_error().unwrap();
                format!(
                    "{} {}\n{}\n{}",
                    error.code().code(),
                    error.message(),
                    error.detail().unwrap_or_default(),
                    error.hint().unwrap_or_default()
                )
            }
        }
    };
    let written = "0A000 plain mode cannot write to continuous aggregate \"c\"\n\
                   It is a view here, computed whenever it is read, and keeps no rows of its own.\n\
                   Write to the hypertable that it is made of.";
    assert_eq!(
        refused("INSERT INTO c VALUES ('2024-01-05', 'x', 3)"),
        written
    );
    assert_eq!(
        refused("WITH x AS (SELECT 3 AS n) INSERT INTO c SELECT now(), 'x', n FROM x"),
        written
    );
    assert_eq!(
        refused("WITH x AS (DELETE FROM c RETURNING n) SELECT n FROM x"),
        written
    );
    assert_eq!(refused("UPDATE c SET n = 2"), written);
    assert_eq!(refused("DELETE FROM c WHERE device = 'a'"), written);
    // TimescaleDB does nothing either if there is no such row.
    assert_eq!(refused("DELETE FROM c WHERE device = 'b'"), "done");
    assert_eq!(
        refused("TRUNCATE c"),
        "0A000 plain mode cannot truncate continuous aggregate \"c\"\n\
         It is a view here, computed whenever it is read, and keeps no rows of its own.\n\
         Truncate the hypertable that it is made of."
    );
    assert_eq!(refused("TRUNCATE empty, c"), refused("TRUNCATE c"));
    let merged = refused(
        "MERGE INTO c USING (SELECT 1) AS e ON false WHEN NOT MATCHED THEN INSERT VALUES (now(), 'a', 1)",
    );
    if has_merge {
        assert_eq!(merged, written)
    } else {
        assert!(merged.starts_with("0A000 cannot execute MERGE"), "{merged}")
    }
    // The aggregate's rows are deleted with its hypertable's.
    assert_eq!(refused("TRUNCATE c, h"), "done");
    let on = "UPDATE _timescaledb_catalog.continuous_agg SET materialized_only = false";
    pair.plain.batch_execute(on).unwrap();
    let mut error = |sql: &str| {
        let call = format!("CALL _timescaledb_functions.write_to(ARRAY['c'], false, $${sql}$$)");
        let error = pair.plain.batch_execute(&call).unwrap_err();
        error.as_db_error().unwrap().detail().map(str::to_owned)
    };
    assert_eq!(
        error("DELETE FROM c").as_deref(),
        Some("Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.")
    );
}
