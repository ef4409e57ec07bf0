-- The storage of a continuous aggregate: a table of the name that TimescaleDB gives it, with the aggregate's columns and never a row. It
-- bears the indexes that are made on the aggregate, so that they are commented on, renamed and dropped by the names that they have with
-- TimescaleDB, and it tells which columns were added to the aggregate later.

CREATE FUNCTION _timescaledb_functions.storage(aggregate int4) RETURNS regclass
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT to_regclass('_timescaledb_internal._materialized_hypertable_' || aggregate) $$;

-- Whoever creates an aggregate may create nothing else in the schema of the storages: who made the stand-in makes them, of what is recorded
-- and of nothing that the caller says. Each belongs to the owner of its aggregate.
CREATE FUNCTION _timescaledb_functions.create_storage(aggregate int4, has_group_indexes bool) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    name CONSTANT text := '_timescaledb_internal._materialized_hypertable_' || aggregate;
    view CONSTANT regclass := (
        SELECT h.relation
        FROM _timescaledb_catalog.hypertable AS h
        JOIN _timescaledb_catalog.continuous_agg AS a ON a.hypertable_id = h.id
        WHERE h.id = aggregate
    );
    bucket name;
    grouping name;
BEGIN
    EXECUTE format('CREATE TABLE %s ()', name);
    PERFORM _timescaledb_functions.tend_storage(aggregate);
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
    PERFORM _timescaledb_functions.give_storage(aggregate);
END
$$;

-- Gives it the columns of the view, by the names that they have by now.
CREATE FUNCTION _timescaledb_functions.tend_storage(aggregate int4) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    storage CONSTANT regclass := _timescaledb_functions.storage(aggregate);
    change text;
BEGIN
    FOR change IN
        SELECT CASE
            WHEN s.attname IS NOT NULL THEN format('RENAME COLUMN %I TO %I', s.attname, v.attname)
            ELSE format('ADD COLUMN %I %s', v.attname, format_type(v.atttypid, v.atttypmod))
                || CASE WHEN v.attcollation <> t.typcollation THEN ' COLLATE ' || v.attcollation::regcollation ELSE '' END
            END
        FROM _timescaledb_catalog.hypertable AS h
        JOIN pg_attribute AS v ON v.attrelid = h.relation AND v.attnum > 0
        JOIN pg_type AS t ON t.oid = v.atttypid
        LEFT JOIN pg_attribute AS s ON s.attrelid = storage AND s.attnum = v.attnum
        WHERE h.id = aggregate AND storage IS NOT NULL AND s.attname IS DISTINCT FROM v.attname
        ORDER BY v.attnum
    LOOP
        EXECUTE format('ALTER TABLE %s %s', storage, change);
    END LOOP;
END
$$;

-- Gives it the owner of the view, where who made the stand-in may give it to that role; else it stays as it is.
CREATE FUNCTION _timescaledb_functions.give_storage(aggregate int4) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    storage CONSTANT regclass := _timescaledb_functions.storage(aggregate);
    owner name;
    may_create bool;
BEGIN
    SELECT pg_get_userbyid(v.relowner), has_schema_privilege(v.relowner, s.relnamespace, 'CREATE') INTO owner, may_create
    FROM _timescaledb_catalog.hypertable AS h
    JOIN pg_class AS v ON v.oid = h.relation
    JOIN pg_class AS s ON s.oid = storage
    WHERE h.id = aggregate AND s.relowner <> v.relowner;
    IF owner IS NULL THEN
        RETURN;
    END IF;
    -- The server asks that the new owner may create in the schema. No other session sees that it may.
    IF NOT may_create THEN
        EXECUTE format('GRANT CREATE ON SCHEMA _timescaledb_internal TO %I', owner);
    END IF;
    EXECUTE format('ALTER TABLE %s OWNER TO %I', storage, owner);
    IF NOT may_create THEN
        EXECUTE format('REVOKE CREATE ON SCHEMA _timescaledb_internal FROM %I', owner);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END
$$;

-- The same of every aggregate; and what has lost its aggregate goes, too: no statement of ours drops a view that goes with its source.
CREATE FUNCTION _timescaledb_functions.tend_storages() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    aggregate record;
BEGIN
    FOR aggregate IN
        SELECT h.id, s.oid::regclass AS storage, v.oid IS NOT NULL AS is_there
        FROM _timescaledb_catalog.continuous_agg AS a
        JOIN _timescaledb_catalog.hypertable AS h ON h.id = a.hypertable_id
        JOIN pg_class AS s ON s.oid = _timescaledb_functions.storage(h.id)
        LEFT JOIN pg_class AS v ON v.oid = h.relation
    LOOP
        IF aggregate.is_there THEN
            PERFORM _timescaledb_functions.tend_storage(aggregate.id);
            PERFORM _timescaledb_functions.give_storage(aggregate.id);
        ELSE
            EXECUTE format('DROP TABLE %s', aggregate.storage);
        END IF;
    END LOOP;
END
$$;

-- Makes an index of columns, whose owner may create none in that schema by himself; whether it did. What is not such a statement from its
-- first word to its last, without comments, is not carried out with the rights of who made the stand-in.
CREATE FUNCTION _timescaledb_functions.create_index_of_columns(aggregate int4, before text, behind text) RETURNS bool
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    identifier CONSTANT text := '(?:[[:alpha:]][[:alnum:]_$]*|"(?:[^"]|"")+")';
    item CONSTANT text := '\s*(?:[[:alpha:]_][[:alnum:]_$]*|"(?:[^"]|"")+")(?:\s+(?:asc|desc))?(?:\s+nulls\s+(?:first|last))?\s*';
    may bool;
BEGIN
    SELECT pg_has_role(session_user, c.relowner, 'MEMBER') INTO may
    FROM _timescaledb_catalog.hypertable AS h JOIN pg_class AS c ON c.oid = h.relation WHERE h.id = aggregate;
    IF may IS NOT TRUE OR _timescaledb_functions.storage(aggregate) IS NULL
        OR before !~* ('^\s*create\s+index\s+(?:if\s+not\s+exists\s+)?(?:' || identifier || '\s+)?on\s+$')
        -- Names that begin so are those of storages.
        OR before ~ '"_'
        OR behind !~* ('^\s*(?:using\s+(?:btree|hash|gist|gin|brin)\s*)?\(' || item || '(?:,' || item || ')*\)\s*$')
    THEN
        RETURN false;
    END IF;
    EXECUTE before || '_timescaledb_internal._materialized_hypertable_' || aggregate || behind;
    RETURN true;
END
$$;

-- Refuses the options of an index that TimescaleDB refuses, of which PostgreSQL knows none. Of a relation that is missing PostgreSQL says so.
CREATE FUNCTION _timescaledb_functions.check_index_options(relation regclass, is_unique bool, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF relation IS NULL OR jsonb_array_length(options) = 0 THEN
        RETURN;
    ELSIF COALESCE(_timescaledb_functions.hypertable_id(relation), _timescaledb_functions.continuous_agg_id(relation)) IS NULL THEN
        PERFORM _timescaledb_functions.refuse_namespace(options);
    ELSIF (_timescaledb_functions.known_options(options, 'index') ->> 'transaction_per_chunk')::bool AND is_unique THEN
        RAISE EXCEPTION 'cannot use timescaledb.transaction_per_chunk with UNIQUE or PRIMARY KEY' USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;

-- CREATE INDEX on what may be a continuous aggregate: the statement up to the relation's name and from behind it on.
CREATE PROCEDURE _timescaledb_functions.create_index(relation_name text, is_unique bool, options jsonb, before text, behind text)
LANGUAGE plpgsql
AS $$
DECLARE
    relation CONSTANT pg_catalog.regclass := pg_catalog.to_regclass(relation_name);
    aggregate CONSTANT pg_catalog.int4 := _timescaledb_functions.continuous_agg_id(relation);
BEGIN
    PERFORM _timescaledb_functions.check_index_options(relation, is_unique, options);
    IF aggregate IS NULL THEN
        EXECUTE pg_catalog.concat(before, relation_name, behind);
        RETURN;
    ELSIF is_unique THEN
        RAISE EXCEPTION 'continuous aggregates do not support UNIQUE indexes' USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM _timescaledb_functions.check_owner(relation, 'continuous aggregate');
    PERFORM _timescaledb_functions.tend_storage(aggregate);
    IF pg_catalog.has_schema_privilege('_timescaledb_internal', 'CREATE')
        OR NOT _timescaledb_functions.create_index_of_columns(aggregate, before, behind)
    THEN
        EXECUTE pg_catalog.concat(before, '_timescaledb_internal._materialized_hypertable_', aggregate, behind);
    END IF;
    RAISE NOTICE 'plain mode computes "%" whenever it is read: its indexes are there and speed up nothing',
        _timescaledb_functions.relation_name(relation);
END
$$;
