-- What is checked of every hypertable at the end of a step.

-- Refuses unique indexes in which a partitioning column is missing.
CREATE FUNCTION _timescaledb_functions.check_unique_indexes(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    missing name;
    index regclass;
BEGIN
    SELECT a.attname, i.indexrelid INTO missing, index
    FROM pg_index AS i
    JOIN _timescaledb_catalog.hypertable AS h ON h.relation = i.indrelid
    JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = h.id
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = d.attnum
    WHERE i.indrelid = check_unique_indexes.relation
      AND (i.indisunique OR i.indisexclusion)
      AND NOT d.attnum = ANY (i.indkey::int2[])
    ORDER BY i.indexrelid, d.id
    LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'cannot create a unique index without the column "%" (used in partitioning)', missing
            USING ERRCODE = 'TS103', DETAIL = format('The index %s of %s is one.', index, relation), HINT = 'If you''re creating a hypertable on a table with a primary key, '
                'ensure the partitioning column is part of the primary or composite key.';
    END IF;
END
$$;

-- Refuses what was dropped of the columns that a columnstore needs: at the end of a step, and before it is told that it needs others.
CREATE FUNCTION _timescaledb_functions.check_columnstore(target int4) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM _timescaledb_catalog.hypertable AS h
        JOIN pg_attribute AS a ON a.attrelid = h.relation AND a.attnum = ANY (h.segmentby || h.orderby)
        WHERE h.id = target AND a.attisdropped
    ) THEN
        RAISE EXCEPTION 'cannot drop orderby or segmentby column from a hypertable with columnstore enabled'
            USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;

-- The same of every hypertable, and of its dimensions, at the end of a step: what is made or altered later is no call of ours.
CREATE PROCEDURE _timescaledb_functions.check_hypertables()
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    dimension record;
BEGIN
    FOR dimension IN
        SELECT a.attname, a.atttypid::regtype AS type, a.attnotnull, a.attisdropped, d.interval_length IS NOT NULL AS is_range,
            d.partitioning_func IS NULL AS is_by_value
        FROM _timescaledb_catalog.hypertable AS h
        JOIN pg_class AS c ON c.oid = h.relation AND c.relkind = 'r'
        JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = h.id
        JOIN pg_attribute AS a ON a.attrelid = h.relation AND a.attnum = d.attnum
        ORDER BY h.id, d.id
    LOOP
        IF dimension.attisdropped THEN
            RAISE EXCEPTION 'cannot drop column named in partition key' USING ERRCODE = 'invalid_table_definition',
                DETAIL = 'Cannot drop column that is a hypertable partitioning (space or time) dimension.';
        ELSIF dimension.is_range AND dimension.is_by_value AND dimension.type NOT IN (
            'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'uuid'::regtype
        ) THEN
            RAISE EXCEPTION 'cannot change data type of hypertable column "%" to %', dimension.attname, dimension.type
                USING ERRCODE = 'invalid_table_definition', HINT = 'Use an integer, timestamp, or date type.';
        ELSIF dimension.is_range AND NOT dimension.attnotnull THEN
            RAISE EXCEPTION 'cannot drop not-null constraint from a time-partitioned column' USING ERRCODE = 'TS101';
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM pg_inherits AS i JOIN _timescaledb_catalog.hypertable AS h ON h.relation = i.inhparent) THEN
        RAISE EXCEPTION 'hypertables do not support inheritance' USING ERRCODE = 'feature_not_supported';
    ELSIF EXISTS (
        SELECT FROM pg_trigger AS t
        JOIN _timescaledb_catalog.hypertable AS h ON h.relation = t.tgrelid
        JOIN _timescaledb_catalog.continuous_agg AS a ON a.hypertable_id = h.id
    ) THEN
        RAISE EXCEPTION 'triggers are not supported on continuous aggregate' USING ERRCODE = 'feature_not_supported';
    ELSIF EXISTS (
        SELECT FROM pg_rewrite AS w
        JOIN _timescaledb_catalog.hypertable AS h ON h.relation = w.ev_class
        JOIN pg_class AS c ON c.oid = w.ev_class AND c.relkind = 'r'
    ) THEN
        RAISE EXCEPTION 'hypertables do not support rules' USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM _timescaledb_functions.check_columnstore(id) FROM _timescaledb_catalog.hypertable;
    PERFORM _timescaledb_functions.check_unique_indexes(h.relation)
    FROM _timescaledb_catalog.hypertable AS h JOIN pg_class AS c ON c.oid = h.relation;
    PERFORM _timescaledb_functions.tend_storages();
END
$$;
