-- The storage of a continuous aggregate: a table of the name that TimescaleDB gives it, with the aggregate's columns and never a row. It
-- bears the indexes that are made on the aggregate, so that they are commented on, renamed and dropped by the names that they have with
-- TimescaleDB, and it tells which columns were added to the aggregate later.

CREATE FUNCTION _timescaledb_functions.storage(aggregate int4) RETURNS regclass
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT to_regclass('_timescaledb_internal._materialized_hypertable_' || aggregate) $$;

CREATE FUNCTION _timescaledb_functions.create_storage(aggregate int4, view regclass, has_group_indexes bool) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    name CONSTANT text := '_timescaledb_internal._materialized_hypertable_' || aggregate;
    bucket name;
    grouping name;
BEGIN
    EXECUTE format('CREATE TABLE %s (LIKE %s)', name, view);
    SELECT a.attname INTO bucket
    FROM _timescaledb_catalog.dimension AS d
    JOIN pg_attribute AS a ON a.attrelid = view AND a.attnum = d.attnum
    WHERE d.hypertable_id = aggregate;
    EXECUTE format('CREATE INDEX ON %s (%I DESC)', name, bucket);
    IF has_group_indexes THEN
        FOR grouping IN SELECT g.name FROM _timescaledb_functions.grouping_columns(view) AS g WHERE g.name <> bucket LOOP
            EXECUTE format('CREATE INDEX ON %s (%I, %I DESC)', name, grouping, bucket);
        END LOOP;
    END IF;
END
$$;

-- Gives it the owner and the names of columns that the view has by now.
CREATE FUNCTION _timescaledb_functions.tend_storage(aggregate int4, view regclass) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    storage CONSTANT regclass := _timescaledb_functions.storage(aggregate);
    change text;
BEGIN
    FOR change IN
        SELECT format('RENAME COLUMN %I TO %I', s.attname, v.attname)
        FROM pg_attribute AS s
        JOIN pg_attribute AS v USING (attnum)
        WHERE s.attrelid = storage AND v.attrelid = view AND s.attnum > 0 AND s.attname <> v.attname
        UNION ALL
        SELECT format('OWNER TO %I', pg_get_userbyid(v.relowner))
        FROM pg_class AS s, pg_class AS v
        WHERE s.oid = storage AND v.oid = view AND s.relowner <> v.relowner AND pg_has_role(v.relowner, 'MEMBER')
    LOOP
        EXECUTE format('ALTER TABLE %s %s', storage, change);
    END LOOP;
END
$$;

-- The same of every aggregate; and what has lost its aggregate goes, too: no statement of ours drops a view that goes with its source.
CREATE FUNCTION _timescaledb_functions.tend_storages() RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    aggregate record;
BEGIN
    FOR aggregate IN
        SELECT h.id, h.relation, s.oid::regclass AS storage, EXISTS (SELECT FROM pg_class AS v WHERE v.oid = h.relation) AS is_there
        FROM _timescaledb_catalog.continuous_agg AS a
        JOIN _timescaledb_catalog.hypertable AS h ON h.id = a.hypertable_id
        JOIN pg_class AS s ON s.oid = _timescaledb_functions.storage(h.id)
        WHERE pg_has_role(s.relowner, 'USAGE')
    LOOP
        IF aggregate.is_there THEN
            PERFORM _timescaledb_functions.tend_storage(aggregate.id, aggregate.relation);
        ELSE
            EXECUTE format('DROP TABLE %s', aggregate.storage);
        END IF;
    END LOOP;
END
$$;

-- CREATE INDEX on what may be a continuous aggregate: the statement up to the relation's name and from behind it on.
CREATE PROCEDURE _timescaledb_functions.create_index(relation_name text, is_unique bool, before text, behind text)
LANGUAGE plpgsql
AS $$
DECLARE
    relation CONSTANT pg_catalog.regclass := pg_catalog.to_regclass(relation_name);
    aggregate CONSTANT pg_catalog.int4 := _timescaledb_functions.continuous_agg_id(relation);
BEGIN
    IF aggregate IS NULL THEN
        EXECUTE pg_catalog.concat(before, relation_name, behind);
        RETURN;
    ELSIF is_unique THEN
        RAISE EXCEPTION 'continuous aggregates do not support UNIQUE indexes' USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM _timescaledb_functions.tend_storage(aggregate, relation);
    EXECUTE pg_catalog.concat(before, '_timescaledb_internal._materialized_hypertable_', aggregate, behind);
    RAISE NOTICE 'plain mode computes "%" whenever it is read: its indexes are there and speed up nothing',
        _timescaledb_functions.relation_name(relation);
END
$$;
