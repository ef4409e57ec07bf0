-- Which relations are hypertables and continuous aggregates, and whose they are.

CREATE FUNCTION _timescaledb_functions.relation_name(relation regclass) RETURNS name
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT relname FROM pg_class WHERE oid = relation $$;

CREATE FUNCTION _timescaledb_functions.hypertable_id(relation regclass) RETURNS int4
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT h.id
    FROM _timescaledb_catalog.hypertable AS h
    WHERE h.relation = $1 AND NOT EXISTS (SELECT FROM _timescaledb_catalog.continuous_agg AS a WHERE a.hypertable_id = h.id)
$$;

CREATE FUNCTION _timescaledb_functions.continuous_agg_id(relation regclass) RETURNS int4
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT h.id
    FROM _timescaledb_catalog.hypertable AS h
    JOIN _timescaledb_catalog.continuous_agg AS a ON a.hypertable_id = h.id
    WHERE h.relation = $1
$$;

-- The number of a table that has to be a hypertable of the caller's.
CREATE FUNCTION _timescaledb_functions.own_hypertable(relation regclass) RETURNS int4
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    found int4;
BEGIN
    IF relation IS NULL THEN
        RAISE EXCEPTION 'hypertable cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    found := _timescaledb_functions.hypertable_id(relation);
    IF found IS NULL THEN
        RAISE EXCEPTION 'table "%" is not a hypertable', _timescaledb_functions.relation_name(relation) USING ERRCODE = 'TS001';
    END IF;
    PERFORM _timescaledb_functions.check_owner(relation);
    RETURN found;
END
$$;

CREATE FUNCTION _timescaledb_functions.check_owner(relation regclass, kind text DEFAULT 'hypertable') RETURNS void
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = relation) THEN
        RAISE EXCEPTION 'must be owner of % "%"', kind, _timescaledb_functions.relation_name(relation)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;
