-- After a newer stand-in took the place of an older one: it has recorded what the older one had.

DO $$
DECLARE
    name pg_catalog.text;
    columns pg_catalog.text;
    aggregate record;
BEGIN
    SELECT p.oid::pg_catalog.regprocedure INTO name
    FROM _timescaledb_catalog_before.others AS o
    JOIN pg_catalog.pg_proc AS p ON p.oid = o.oid
    WHERE p.xmin = pg_catalog.pg_current_xact_id()::pg_catalog.xid;
    IF FOUND THEN
        RAISE EXCEPTION 'function % already exists', name USING ERRCODE = 'duplicate_function',
            DETAIL = 'A newer version of the stand-in for TimescaleDB has a function of that name.';
    END IF;
    -- Versions up to 7 kept the columns by which chunks would be skipped by the names that they had.
    IF EXISTS (
        SELECT FROM pg_catalog.pg_attribute
        WHERE attrelid = pg_catalog.to_regclass('_timescaledb_catalog_before.chunk_column_stats') AND attname = 'column_name'
    ) THEN
        ALTER TABLE _timescaledb_catalog_before.chunk_column_stats ADD COLUMN attnum pg_catalog.int2;
        UPDATE _timescaledb_catalog_before.chunk_column_stats AS s
        SET attnum = a.attnum
        FROM _timescaledb_catalog_before.hypertable AS h
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = h.relation
        WHERE h.id = s.hypertable_id AND a.attname = s.column_name;
        DELETE FROM _timescaledb_catalog_before.chunk_column_stats WHERE attnum IS NULL;
    END IF;
    -- Each behind what it refers to.
    FOREACH name IN ARRAY '{hypertable,continuous_agg,dimension,tablespace,chunk_column_stats,bgw_job}'::pg_catalog.text[] LOOP
        CONTINUE WHEN pg_catalog.to_regclass('_timescaledb_catalog_before.' || name) IS NULL;
        SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ') INTO columns
        FROM pg_catalog.pg_attribute AS a
        JOIN pg_catalog.pg_attribute AS before ON before.attname = a.attname AND before.atttypid = a.atttypid
            AND before.attnum > 0 AND NOT before.attisdropped
        WHERE a.attrelid = pg_catalog.to_regclass('_timescaledb_catalog.' || name) AND a.attnum > 0
          AND before.attrelid = pg_catalog.to_regclass('_timescaledb_catalog_before.' || name);
        EXECUTE pg_catalog.format(
            'INSERT INTO _timescaledb_catalog.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM _timescaledb_catalog_before.%1$I',
            name, columns);
        IF pg_catalog.to_regclass('_timescaledb_catalog_before.' || name || '_id_seq') IS NOT NULL THEN
            EXECUTE pg_catalog.format(
                'SELECT pg_catalog.setval(%L, s.last_value, s.is_called) FROM _timescaledb_catalog_before.%I AS s',
                '_timescaledb_catalog.' || name || '_id_seq', name || '_id_seq');
        END IF;
    END LOOP;
    -- The first one kept the columns of a columnstore by their names, also of one that was disabled. An order that names a column which is
    -- not there any more is none.
    IF EXISTS (
        SELECT FROM pg_catalog.pg_attribute
        WHERE attrelid = '_timescaledb_catalog_before.hypertable'::pg_catalog.regclass AND attname = 'segmentby'
          AND atttypid = 'pg_catalog.text[]'::pg_catalog.regtype
    ) THEN
        UPDATE _timescaledb_catalog.hypertable AS h
        SET segmentby = _timescaledb_functions.column_numbers(b.relation, b.segmentby),
            orderby = _timescaledb_functions.column_numbers(b.relation, b.orderby)
        FROM _timescaledb_catalog_before.hypertable AS b
        WHERE b.id = h.id AND b.columnstore;
        UPDATE _timescaledb_catalog.hypertable
        SET orderby = NULL, orderby_desc = NULL, orderby_nullsfirst = NULL
        WHERE pg_catalog.cardinality(orderby) IS DISTINCT FROM pg_catalog.cardinality(orderby_desc);
    END IF;
    -- Versions up to 7 recorded no sparse indexes.
    IF NOT EXISTS (
        SELECT FROM pg_catalog.pg_attribute
        WHERE attrelid = '_timescaledb_catalog_before.hypertable'::pg_catalog.regclass AND attname = 'sparse_index'
    ) THEN
        UPDATE _timescaledb_catalog.hypertable
        SET sparse_index = _timescaledb_functions.with_ordered_indexes(NULL, orderby)
        WHERE orderby IS NOT NULL;
    END IF;
    -- Views that others used before they were replaced used these.
    SELECT pg_catalog.string_agg(pg_catalog.format('%I.%I', v.schemaname, v.viewname), ', ') INTO columns
    FROM pg_catalog.pg_views AS v
    WHERE v.schemaname = '_timescaledb_catalog_before';
    IF columns IS NOT NULL THEN
        EXECUTE 'DROP VIEW ' || columns;
    END IF;
    SELECT pg_catalog.string_agg(pg_catalog.format('%I.%I', t.schemaname, t.tablename), ', ') INTO columns
    FROM pg_catalog.pg_tables AS t
    WHERE t.schemaname = '_timescaledb_catalog_before';
    EXECUTE 'DROP TABLE ' || columns;
    DROP SCHEMA _timescaledb_catalog_before;
    -- The first one gave aggregates no storage.
    FOR aggregate IN
        SELECT h.id, h.relation
        FROM _timescaledb_catalog.continuous_agg AS a
        JOIN _timescaledb_catalog.known_relation AS h ON h.id = a.hypertable_id
        WHERE _timescaledb_functions.storage(h.id) IS NULL
    LOOP
        PERFORM _timescaledb_functions.create_storage(aggregate.id, true);
    END LOOP;
END
$$;

-- Versions up to 5 let everybody create there.
REVOKE CREATE ON SCHEMA _timescaledb_internal FROM PUBLIC;
