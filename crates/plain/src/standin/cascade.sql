-- What goes with continuous aggregates and their sources. TimescaleDB keeps two views of each aggregate: they go by the server's CASCADE, and
-- then it drops the aggregate itself, as without CASCADE.

-- Of what is dropped with these relations: the aggregates that are made of them, other views, and an aggregate that more depends on.
CREATE FUNCTION _timescaledb_functions.cascade_of(dropped oid[], OUT aggregates int4[], OUT views oid[], OUT kept oid)
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    aggregates := ARRAY(
        SELECT h.id
        FROM _timescaledb_catalog.hypertable AS s
        JOIN _timescaledb_catalog.continuous_agg AS a ON a.source_id = s.id
        JOIN _timescaledb_catalog.hypertable AS h ON h.id = a.hypertable_id
        JOIN pg_class AS c ON c.oid = h.relation
        WHERE s.relation::oid = ANY (dropped)
        ORDER BY h.id
    );
    views := ARRAY(
        WITH RECURSIVE gone (oid) AS (
            SELECT unnest(dropped)
            UNION
            SELECT v.oid FROM gone AS g CROSS JOIN LATERAL _timescaledb_functions.readers_of(g.oid) AS v (oid)
            WHERE _timescaledb_functions.continuous_agg_id(v.oid::regclass) IS NULL
        )
        SELECT g.oid FROM gone AS g WHERE g.oid <> ALL (dropped) ORDER BY g.oid
    );
    SELECT h.relation INTO kept
    FROM _timescaledb_catalog.hypertable AS h
    WHERE h.id = ANY (aggregates) AND h.relation::oid <> ALL (dropped) AND EXISTS (
        SELECT FROM _timescaledb_functions.readers_of(h.relation::oid) AS v (oid) WHERE v.oid <> ALL (dropped || views)
    )
    ORDER BY h.id
    LIMIT 1;
END
$$;

-- The views that read a relation.
CREATE FUNCTION _timescaledb_functions.readers_of(relation oid) RETURNS SETOF oid
LANGUAGE sql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT DISTINCT w.ev_class
    FROM pg_depend AS d
    JOIN pg_rewrite AS w ON w.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1 AND w.ev_class <> $1
$$;

-- DROP ... CASCADE, with the notice that TimescaleDB gives, of its own views, in place of the server's of ours.
CREATE PROCEDURE _timescaledb_functions.drop_cascade(names text[], statement text)
LANGUAGE plpgsql
AS $$
DECLARE
    dropped CONSTANT pg_catalog.oid[] := ARRAY(
        SELECT pg_catalog.to_regclass(n)::pg_catalog.oid FROM pg_catalog.unnest(names) AS n WHERE pg_catalog.to_regclass(n) IS NOT NULL);
    level CONSTANT pg_catalog.text := pg_catalog.current_setting('client_min_messages');
    found record;
BEGIN
    SELECT * INTO found FROM _timescaledb_functions.cascade_of(dropped);
    IF pg_catalog.cardinality(found.aggregates) OPERATOR(pg_catalog.=) 0 THEN
        EXECUTE statement;
        RETURN;
    END IF;
    RAISE NOTICE 'drop cascades to % other objects',
        pg_catalog.cardinality(found.aggregates) OPERATOR(pg_catalog.*) 2 OPERATOR(pg_catalog.+) pg_catalog.cardinality(found.views)
        USING DETAIL = (
            SELECT pg_catalog.string_agg('drop cascades to ' OPERATOR(pg_catalog.||) gone.what, E'\n' ORDER BY gone.place, gone.n)
            FROM (
                SELECT 1, 1, pg_catalog.format(
                    E'view _timescaledb_internal._partial_view_%1$s\ndrop cascades to view _timescaledb_internal._direct_view_%1$s', a)
                FROM pg_catalog.unnest(found.aggregates) AS a
                UNION ALL
                SELECT 2, v.n, pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, v.oid, 0)
                FROM pg_catalog.unnest(found.views) WITH ORDINALITY AS v (oid, n)
            ) AS gone (place, n, what));
    IF found.kept IS NOT NULL THEN
        RAISE EXCEPTION 'cannot drop % because other objects depend on it',
            pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, found.kept, 0)
            USING ERRCODE = 'dependent_objects_still_exist', HINT = 'Use DROP ... CASCADE to drop the dependent objects too.';
    END IF;
    IF level OPERATOR(pg_catalog.<>) 'error' THEN
        PERFORM pg_catalog.set_config('client_min_messages', 'warning', true);
    END IF;
    EXECUTE statement;
    PERFORM pg_catalog.set_config('client_min_messages', level, true);
END
$$;
