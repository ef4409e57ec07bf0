-- Queries of catalog.sql for the functions that hold a program's queries, and for what these read, directly or through views, whether
-- the catalog has it or not.
query_trees AS MATERIALIZED (
    SELECT p.oid, p.proname AS name, p.pronargs AS parameters, p.prosqlbody::pg_catalog.text AS tree
    FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = pg_catalog.pg_my_temp_schema() AND p.proname ~ '^q[0-9]+$' AND p.prosqlbody IS NOT NULL
),
query_reads AS (
    SELECT read.found[1]::pg_catalog.oid AS oid
    FROM query_trees AS q
    CROSS JOIN LATERAL pg_catalog.regexp_matches(q.tree, ':relid ([0-9]+)', 'g') AS read (found)
    UNION
    SELECT read.found[1]::pg_catalog.oid
    FROM query_reads AS r
    -- OFFSET keeps it one look-up each, however many rules there are.
    CROSS JOIN LATERAL (
        SELECT w.ev_action::pg_catalog.text AS tree
        FROM pg_catalog.pg_rewrite AS w
        WHERE w.ev_class = COALESCE((
            SELECT d.oid
            FROM continuous_aggregates AS a
            JOIN pg_catalog.pg_namespace AS vn ON vn.nspname = a.view_schema
            JOIN pg_catalog.pg_class AS v ON v.relnamespace = vn.oid AND v.relname = a.view_name
            JOIN pg_catalog.pg_namespace AS n ON n.nspname = '_timescaledb_internal'
            JOIN pg_catalog.pg_class AS d ON d.relkind = 'v' AND d.relnamespace = n.oid
                AND d.relname = ('_direct_view_' || pg_catalog.substring(a.materialization_hypertable_name::pg_catalog.text, '[0-9]+$'))
            WHERE v.oid = r.oid
        ), r.oid) AND w.rulename = '_RETURN'
        OFFSET 0
    ) AS v
    CROSS JOIN LATERAL pg_catalog.regexp_matches(v.tree, ':relid ([0-9]+)', 'g') AS read (found)
),
query_relations AS MATERIALIZED (
    SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind
    FROM pg_catalog.unnest(ARRAY(SELECT r.oid FROM query_reads AS r)) AS r (oid)
    JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
),
-- What inherits from them, but chunks.
query_families AS (
    SELECT r.oid AS root, r.oid FROM query_relations AS r
    UNION
    SELECT f.root, i.inhrelid
    FROM query_families AS f
    CROSS JOIN LATERAL (SELECT h.inhrelid FROM pg_catalog.pg_inherits AS h WHERE h.inhparent = f.oid OFFSET 0) AS i
    WHERE NOT EXISTS (SELECT FROM hypertable_oids AS h WHERE h.oid = f.oid)
),
-- The queries of views among them that the catalog does not have.
query_views AS MATERIALIZED (
    SELECT r.oid, w.ev_action::pg_catalog.text AS tree
    FROM query_relations AS r
    LEFT JOIN continuous_aggregates AS a ON a.view_schema = r.schema AND a.view_name = r.name
    LEFT JOIN (
        pg_catalog.pg_class AS d
        JOIN pg_catalog.pg_namespace AS n ON n.oid = d.relnamespace AND n.nspname = '_timescaledb_internal'
    ) ON d.relkind = 'v'
        AND d.relname = ('_direct_view_' || pg_catalog.substring(a.materialization_hypertable_name::pg_catalog.text, '[0-9]+$'))
    JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = COALESCE(d.oid, r.oid) AND w.rulename = '_RETURN'
    WHERE r.kind IN ('v', 'm') AND NOT EXISTS (SELECT FROM relations AS known WHERE known.oid = r.oid)
),
query_domains AS (
    SELECT a.attrelid AS relation, a.attnum AS position, a.atttypid AS type
    FROM query_relations AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION
    SELECT d.relation, d.position, t.typbasetype
    FROM query_domains AS d
    CROSS JOIN LATERAL (SELECT y.typbasetype FROM pg_catalog.pg_type AS y WHERE y.oid = d.type AND y.typtype = 'd' OFFSET 0) AS t
),
query_facts AS MATERIALIZED (
    SELECT pg_catalog.json_build_object(
        'trees', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', q.name, 'parameters', q.parameters, 'tree', q.tree))
            FROM query_trees AS q
        ),
        'relations', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'oid', r.oid::pg_catalog.int8,
                'schema', r.schema,
                'name', r.name,
                'kind', r.kind,
                'tree', (SELECT v.tree FROM query_views AS v WHERE v.oid = r.oid),
                'is_known', EXISTS (SELECT FROM relations AS known WHERE known.oid = r.oid),
                'columns', (
                    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                        'position', a.attnum,
                        'name', a.attname,
                        'not_null', a.attnotnull AND NOT EXISTS (
                            SELECT FROM not_valid AS v WHERE v.relation = r.oid AND a.attnum = ANY (v.columns)
                        ),
                        'required', a.attnotnull OR EXISTS (
                            SELECT FROM query_domains AS d
                            JOIN pg_catalog.pg_type AS t ON t.oid = d.type
                            WHERE d.relation = r.oid AND d.position = a.attnum AND t.typnotnull
                        )
                    ))
                    FROM pg_catalog.pg_attribute AS a
                    WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
                ),
                'keys', (
                    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                        'columns', (
                            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                                'position', k.position,
                                'family', (SELECT o.opcfamily::pg_catalog.int8 FROM pg_catalog.pg_opclass AS o WHERE o.oid = k.class),
                                'collation', k.locale::pg_catalog.int8
                            ) ORDER BY k.n)
                            FROM ROWS FROM (
                                pg_catalog.unnest(i.indkey::pg_catalog.int2[]),
                                pg_catalog.unnest(i.indclass::pg_catalog.oid[]),
                                pg_catalog.unnest(i.indcollation::pg_catalog.oid[])
                            ) WITH ORDINALITY AS k (position, class, locale, n)
                            WHERE k.n <= i.indnkeyatts
                        )
                    ) ORDER BY i.indisprimary DESC, c.relname)
                    FROM pg_catalog.pg_index AS i
                    JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
                    JOIN pg_catalog.pg_am AS m ON m.oid = c.relam AND m.amname = 'btree'
                    WHERE i.indrelid = r.oid AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indislive AND i.indisready
                      AND i.indpred IS NULL AND i.indexprs IS NULL
                ),
                'is_inherited', r.kind <> 'p' AND EXISTS (SELECT FROM query_families AS f WHERE f.root = r.oid AND f.oid <> r.oid),
                'has_rules', EXISTS (SELECT FROM pg_catalog.pg_rewrite AS w WHERE w.ev_class = r.oid AND w.rulename <> '_RETURN'),
                -- `tgtype` has bits for ROW, BEFORE and INSTEAD. TimescaleDB's own trigger keeps rows out of the hypertable itself.
                'has_row_triggers', EXISTS (
                    SELECT
                    FROM query_families AS f
                    JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = f.oid
                    WHERE f.root = r.oid AND g.tgtype & 1 <> 0 AND g.tgtype & 66 <> 0
                      AND NOT EXISTS (
                          SELECT FROM members AS m
                          WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid = g.tgfoid AND m.extension = 'timescaledb'
                      )
                ),
                'has_generated', EXISTS (
                    SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = r.oid AND a.attgenerated <> ''
                ),
                'is_foreign', EXISTS (
                    SELECT
                    FROM query_families AS f
                    JOIN pg_catalog.pg_class AS c ON c.oid = f.oid
                    WHERE f.root = r.oid AND c.relkind = 'f'
                ),
                'time', (
                    SELECT d.column_name
                    FROM dimensions AS d
                    WHERE d.hypertable_schema = r.schema AND d.hypertable_name = r.name AND d.dimension_number = 1
                )
            ))
            FROM query_relations AS r
        ),
        'operators', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'oid', o.oid::pg_catalog.int8,
                'name', o.oprname,
                'commutator', (SELECT k.oprname FROM pg_catalog.pg_operator AS k WHERE k.oid = o.oprcom),
                'equality_of', (
                    SELECT pg_catalog.json_agg(p.amopfamily::pg_catalog.int8)
                    FROM pg_catalog.pg_amop AS p
                    JOIN pg_catalog.pg_am AS m ON m.oid = p.amopmethod AND m.amname = 'btree'
                    WHERE p.amopopr = o.oid AND p.amopstrategy = 3 AND p.amoppurpose = 's'
                )
            ))
            FROM (
                SELECT found.oid[1]::pg_catalog.oid AS oid
                FROM query_trees AS q
                CROSS JOIN LATERAL pg_catalog.regexp_matches(q.tree, ':(?:opno|eqop) ([0-9]+)', 'g') AS found (oid)
                UNION
                SELECT found.oid[1]::pg_catalog.oid
                FROM pg_catalog.unnest(ARRAY(SELECT r.oid FROM query_reads AS r)) AS r (oid)
                JOIN (SELECT t.oid, t.tree FROM trees AS t UNION ALL SELECT v.oid, v.tree FROM query_views AS v) AS t ON t.oid = r.oid
                CROSS JOIN LATERAL pg_catalog.regexp_matches(t.tree, ':(?:opno|eqop) ([0-9]+)', 'g') AS found (oid)
            ) AS named
            JOIN pg_catalog.pg_operator AS o ON o.oid = named.oid
        ),
        'loose_collations', (
            SELECT pg_catalog.json_agg(l.oid::pg_catalog.int8) FROM pg_catalog.pg_collation AS l WHERE NOT l.collisdeterministic
        )
    ) AS facts
),
