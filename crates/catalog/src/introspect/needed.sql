-- Queries of catalog.sql, where only what a program needs is read: `named` and `named_types`, and what the queries of its
-- views read. Each step is a look-up by an index, which OFFSET keeps it, so that what others have in the database is nothing to it.
needed AS (
    SELECT c.oid
    FROM named AS x
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = x.schema
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = x.name
    UNION
    SELECT read.oid
    FROM needed AS v
    CROSS JOIN LATERAL (
        SELECT d.refobjid AS oid
        FROM pg_catalog.pg_rewrite AS w
        JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = w.oid
        WHERE w.ev_class = v.oid AND w.rulename = '_RETURN' AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        UNION ALL
        -- What a continuous aggregate reads is not in its own query, which reads its storage, but in its direct view's.
        SELECT d.oid
        FROM pg_catalog.pg_class AS s
        JOIN pg_catalog.pg_namespace AS n ON n.oid = s.relnamespace AND n.nspname = '_timescaledb_internal'
        JOIN pg_catalog.pg_class AS d ON d.relnamespace = s.relnamespace
            AND d.relname = ('_direct_view_' || pg_catalog.substring(s.relname::pg_catalog.text, '[0-9]+$'))::pg_catalog.name
        WHERE s.oid = v.oid AND s.relname ~ '^_materialized_hypertable_'
    ) AS read
),
needed_names AS MATERIALIZED (
    SELECT n.nspname AS schema, c.relname AS name
    FROM pg_catalog.unnest(ARRAY(SELECT needed.oid FROM needed)) AS r (oid)
    JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
),
-- The relations that are read, and all that inherit from them but chunks.
families AS (
    SELECT
        r.oid,
        EXISTS (SELECT FROM hypertables AS h WHERE h.hypertable_schema = r.schema AND h.hypertable_name = r.name) AS is_hypertable
    FROM relations AS r
    UNION
    SELECT i.inhrelid, false
    FROM families AS f
    CROSS JOIN LATERAL (SELECT h.inhrelid FROM pg_catalog.pg_inherits AS h WHERE h.inhparent = f.oid OFFSET 0) AS i
    WHERE NOT f.is_hypertable
)
