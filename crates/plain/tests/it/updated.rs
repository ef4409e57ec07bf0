//! A stand-in from an older version becomes what this version creates, and keeps what it recorded.

use plain::rewrite::rewrite;
use sql::statement;

use super::pair::{Pair, answers};

const TOLD: &str = "
    CREATE TABLE h (time timestamptz NOT NULL, device text, v int);
    SELECT create_hypertable('h', by_range('time', INTERVAL '3 days'));
    SELECT add_dimension('h', by_hash('device', 3));
    ALTER TABLE h SET (timescaledb.compress, timescaledb.compress_segmentby = 'device', timescaledb.compress_orderby = 'v DESC');
    SELECT add_retention_policy('h', INTERVAL '1 year');
    CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, device, first(v, time), histogram(v, 0, 10, 2) FROM h GROUP BY 1, 2 WITH NO DATA;
    SELECT add_continuous_aggregate_policy('c', INTERVAL '10 days', INTERVAL '1 day', INTERVAL '1 hour');
    CREATE VIEW filled AS SELECT time_bucket_gapfill('1 day', time) FROM h;
    CREATE VIEW ours AS SELECT hypertable_name, column_name FROM timescaledb_information.dimensions;
    CREATE VIEW listing AS SELECT extname FROM _timescaledb_config.pg_extension;
    SET timescaledb.enable_chunk_skipping = on;
    SELECT enable_chunk_skipping('h', 'v');
    INSERT INTO h VALUES ('2024-01-01 10:00+00', 'a', 3), ('2024-01-01 09:00+00', 'a', 7);
";

/// From this version's stand-in to something like the first one's: without what was added later, with what was removed, and with other
/// things changed.
const OLDER: &str = "
    COMMENT ON TABLE _timescaledb_catalog.plain IS NULL;
    DROP TABLE _timescaledb_internal._materialized_hypertable_3;
    GRANT CREATE ON SCHEMA _timescaledb_internal TO PUBLIC;
    DROP VIEW timescaledb_information.hypertables;
    DROP TABLE _timescaledb_catalog.tablespace;
    ALTER TABLE _timescaledb_catalog.chunk_column_stats ADD COLUMN column_name name NOT NULL DEFAULT 'v', DROP COLUMN attnum;
    ALTER TABLE _timescaledb_catalog.hypertable RENAME sparse_index TO gone_indexes;
    ALTER TABLE _timescaledb_catalog.bgw_job ADD COLUMN gone int, DROP COLUMN check_name CASCADE;
    DROP FUNCTION generate_uuidv7();
    ALTER TABLE _timescaledb_catalog.hypertable RENAME segmentby TO gone;
    ALTER TABLE _timescaledb_catalog.hypertable RENAME orderby TO gone_too;
    ALTER TABLE _timescaledb_catalog.hypertable ADD segmentby text[], ADD orderby text[];
    UPDATE _timescaledb_catalog.hypertable SET segmentby = _timescaledb_functions.column_names(relation, gone),
        orderby = _timescaledb_functions.column_names(relation, gone_too);
    CREATE FUNCTION show_chunks(regclass) RETURNS SETOF regclass LANGUAGE sql AS 'SELECT NULL::regclass WHERE false';
    ALTER FUNCTION show_chunks(regclass) DEPENDS ON EXTENSION plpgsql;
    CREATE FUNCTION _timescaledb_functions.gone(relation regclass) RETURNS _timescaledb_catalog.hypertable LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE OR REPLACE FUNCTION time_bucket(bucket_width interval, ts timestamptz) RETURNS timestamptz LANGUAGE sql AS 'SELECT now()';
    ALTER FUNCTION time_bucket(interval, timestamptz) DEPENDS ON EXTENSION plpgsql;
";

/// All that a stand-in consists of.
const PARTS: &str = "
    SELECT string_agg(part, E'\\n' ORDER BY part COLLATE \"C\") FROM (
        SELECT format('%s %I.%s %s %s %s %s', p.prokind, n.nspname, p.oid::regprocedure, pg_get_function_result(p.oid), md5(p.prosrc),
            p.provolatile, EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'x'))
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname ~ '^(_?timescaledb_|public$)'
        UNION ALL
        SELECT format('%s %s %s %s', c.relkind, c.oid::regclass, c.relacl, obj_description(c.oid, 'pg_class'))
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname ~ '^_?timescaledb_' AND n.nspname <> '_timescaledb_internal'
        UNION ALL
        SELECT format('%s.%I %s', a.attrelid::regclass, a.attname, a.atttypid::regtype)
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname ~ '^_?timescaledb_' AND n.nspname <> '_timescaledb_internal' AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT format('policy %s %s %s', tablename, policyname, qual) FROM pg_policies
        UNION ALL
        SELECT format('schema %s %s %s', nspname, nspacl, obj_description(oid)) FROM pg_namespace WHERE nspname ~ '^_?timescaledb_'
    ) AS parts (part)";

#[testkit::test(Pair::start)]
fn an_older_stand_in_becomes_this_one_and_keeps_what_it_was_told(mut pair: Pair) {
    let client = &mut pair.plain;
    let parts =
        |client: &mut postgres::Client| -> String { client.query_one(PARTS, &[]).unwrap().get(0) };
    let fresh = parts(client);
    for statement in statement::read(TOLD).unwrap() {
        let sql = rewrite(&TOLD[statement.range]).unwrap().text;
        client
            .batch_execute(&sql)
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
    let told = [
        "SELECT string_agg(d::text, '; ' ORDER BY d::text) FROM timescaledb_information.dimensions AS d",
        "SELECT string_agg(concat_ws(' ', j.job_id, j.proc_name, j.config, j.hypertable_name), '; ' ORDER BY j.job_id)
         FROM timescaledb_information.jobs AS j",
        "SELECT string_agg(s::text, '; ') FROM timescaledb_information.compression_settings AS s WHERE s.hypertable_name = 'h'",
        "SELECT string_agg(s::text, '; ') FROM timescaledb_information.hypertable_columnstore_settings AS s WHERE s.hypertable = 'h'::regclass",
        "SELECT 'chunks are skipped by ' || s FROM enable_chunk_skipping('h', 'v', if_not_exists => true) AS s",
        "SELECT a::text FROM timescaledb_information.continuous_aggregates AS a",
        "SELECT string_agg(c::text, '; ') FROM c",
        "SELECT string_agg(concat_ws(', ', o, l), '; ' ORDER BY o, l) FROM ours AS o, listing AS l",
        "SELECT string_agg(indexname, ', ' ORDER BY indexname) FROM pg_indexes WHERE schemaname = '_timescaledb_internal'",
    ];
    let told = told.map(|sql| format!("({sql})"));
    let before = answers(client, &told);
    assert!(before.iter().all(|answer| answer.len() > 20), "{before:#?}");
    client.batch_execute(OLDER).unwrap();
    assert_ne!(answers(client, &told), before);
    client.batch_execute(&plain::update()).unwrap();
    assert_eq!(answers(client, &told), before);
    assert_eq!(parts(client), fresh);
    // New entries are numbered after the existing ones.
    let next =
        "SELECT (SELECT hypertable_id FROM create_hypertable('n', by_range('time')))::text || ', '
         || (SELECT add_retention_policy('n', INTERVAL '1 day'))";
    client
        .batch_execute("CREATE TABLE n (time timestamptz NOT NULL)")
        .unwrap();
    let next: String = client.query_one(next, &[]).unwrap().get(0);
    assert_eq!(next, "4, 1002");
}

#[testkit::test(Pair::start)]
fn a_function_of_somebody_elses_is_not_replaced(mut pair: Pair) {
    let client = &mut pair.plain;
    let theirs = "DROP FUNCTION generate_uuidv7();
        CREATE FUNCTION generate_uuidv7() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'";
    client.batch_execute(theirs).unwrap();
    let error = client.batch_execute(&plain::update()).unwrap_err();
    let error = error.as_db_error().unwrap();
    assert_eq!(error.code().code(), "42723");
    assert_eq!(
        error.message(),
        "function public.generate_uuidv7() already exists"
    );
    client.batch_execute("ROLLBACK").unwrap();
    let source = "SELECT prosrc FROM pg_proc WHERE proname = 'generate_uuidv7'";
    let source: String = client.query_one(source, &[]).unwrap().get(0);
    assert_eq!(source, "SELECT gen_random_uuid()");
    client
        .batch_execute("DROP FUNCTION generate_uuidv7()")
        .unwrap();
    client.batch_execute(&plain::update()).unwrap();
}
