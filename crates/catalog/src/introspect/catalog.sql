-- The whole catalog as one JSON document: one statement, one row, one text column.
--
-- Words in braces are filled in by `query`. Every function and relation is qualified. What PostgreSQL prints depends on the
-- session (search_path, IntervalStyle, ...), so the first query fixes those settings for this statement and the last one puts
-- them back: `set_config(..., true)` reaches no further than the transaction, and with the way back not even that far.
-- MATERIALIZED and the references between the queries are what keeps that order.
WITH RECURSIVE settings AS MATERIALIZED (
    SELECT
        s.name,
        pg_catalog.current_setting(s.name)             AS before,
        pg_catalog.set_config(s.name, s.value, true) AS fixed
    FROM (
        VALUES
            ('search_path', 'pg_catalog, pg_temp'),
            ('DateStyle', 'ISO, YMD'),
            ('IntervalStyle', 'postgres'),
            ('TimeZone', 'UTC'),
            ('bytea_output', 'hex'),
            ('extra_float_digits', '1'),
            ('quote_all_identifiers', 'off'),
            ('standard_conforming_strings', 'on')
    ) AS s (name, value)
),

-- What TimescaleDB tells, or rows of the same shape and none of them.
hypertables AS MATERIALIZED ({hypertables}),
dimensions AS MATERIALIZED ({dimensions}),
continuous_aggregates AS MATERIALIZED ({continuous_aggregates}),
columnstore_settings AS MATERIALIZED ({columnstore_settings}),
jobs AS MATERIALIZED ({jobs}),

excluded AS MATERIALIZED ({excluded}),

-- What a program needs, where only that is read: needed.sql.
{needed},

-- Schemas that users fill. All that starts with `_timescaledb_` is TimescaleDB's storage.
all_schemas AS MATERIALIZED (
    SELECT n.oid, n.nspname AS name
    FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname !~ '^pg_'
      AND n.nspname !~ '^_timescaledb_'
      AND n.nspname NOT IN ('information_schema', 'timescaledb_information', 'timescaledb_experimental')
),
-- Those of them that are read.
user_schemas AS MATERIALIZED (
    SELECT n.oid, n.nspname AS name
    FROM pg_catalog.pg_namespace AS n
    JOIN all_schemas AS a ON a.oid = n.oid
    WHERE {schemas}
),
-- In plain mode a stand-in replaces the extension. Its functions bear the names of TimescaleDB's and do what those do, and plpgsql says
-- which they are: they depend on it as no other function does.
plain AS MATERIALIZED (
    SELECT 'timescaledb'::pg_catalog.name AS extension
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = '_timescaledb_catalog' AND c.relname = 'plain'
),
members AS MATERIALIZED (
    SELECT d.classid, d.objid, COALESCE(p.extension, e.extname) AS extension
    FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
    LEFT JOIN plain AS p ON d.deptype = 'x' AND e.extname = 'plpgsql'
    WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND (d.deptype = 'e' OR p.extension IS NOT NULL)
),

hypertable_oids AS MATERIALIZED (
    SELECT c.oid
    FROM (
        SELECT h.hypertable_schema AS schema, h.hypertable_name AS name FROM hypertables AS h
        UNION ALL
        SELECT a.materialization_hypertable_schema, a.materialization_hypertable_name FROM continuous_aggregates AS a
    ) AS h
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = h.schema
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = h.name
),
-- Chunks are members of no extension, and their schema may be anyone's. Compressed ones inherit from nothing from TimescaleDB 2.29 on.
chunks AS MATERIALIZED (
    SELECT i.inhrelid AS oid
    FROM pg_catalog.pg_inherits AS i
    JOIN hypertable_oids AS h ON h.oid = i.inhparent
    WHERE NOT {is_brief}
    UNION ALL
    ({chunks})
),

-- Through an array, which the planner takes for ten rows. By the number of relations it would guess as many as there are chunks,
-- and to compile such a query (jit) takes longer than to run it: 22 s instead of 0.1 s with 2000 chunks.
relations AS MATERIALIZED (
    SELECT c.oid, s.name AS schema, c.relname AS name, c.relkind AS kind
    FROM pg_catalog.unnest(ARRAY(
        SELECT c.oid
        FROM pg_catalog.pg_class AS c
        JOIN user_schemas AS s ON s.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
          AND (NOT {is_brief} OR c.oid = ANY (ARRAY(SELECT needed.oid FROM needed)))
          AND NOT EXISTS (SELECT FROM excluded AS x WHERE x.schema = s.name AND x.name = c.relname)
          AND NOT EXISTS (SELECT FROM chunks WHERE chunks.oid = c.oid)
          AND NOT EXISTS (
              SELECT FROM members AS m
              WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND m.objid = c.oid
          )
    )) AS r (oid)
    JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
    JOIN user_schemas AS s ON s.oid = c.relnamespace
),

columns AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated
    FROM relations AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped
),

-- Range types, each with its multirange type, a column that PostgreSQL 12 and 13 do not have.
range_types AS MATERIALIZED (
    SELECT
        r.rngtypid AS oid,
        r.rngsubtype AS subtype,
        COALESCE((pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid, 0) AS multirange,
        r.rngcollation AS collation,
        r.rngsubopc AS operator_class,
        r.rngcanonical AS canonical,
        r.rngsubdiff AS subtype_diff
    FROM pg_catalog.pg_range AS r
),
-- The types that are read whether a column has them or not, and are made of others.
root_types AS MATERIALIZED (
    SELECT y.oid
    FROM named_types AS x
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = x.schema
    JOIN pg_catalog.pg_type AS y ON y.typnamespace = n.oid AND y.typname = x.name
    UNION ALL
    SELECT c.reltype
    FROM pg_catalog.pg_class AS c
    JOIN user_schemas AS s ON s.oid = c.relnamespace
    WHERE c.relkind = 'c' AND NOT {is_brief}
    UNION ALL
    SELECT r.oid
    FROM range_types AS r
    JOIN pg_catalog.pg_type AS t ON t.oid = r.oid
    JOIN user_schemas AS s ON s.oid = t.typnamespace
    WHERE NOT {is_brief}
),
-- These and the types of columns, and what arrays, domains, composite types and ranges among them are made of. Types of a schema that is
-- not read are so all the same where a column needs them.
used_types AS MATERIALIZED (
    SELECT roots.oid
    FROM (SELECT a.atttypid AS oid FROM columns AS a UNION SELECT r.oid FROM root_types AS r) AS roots
    UNION
    SELECT made_of.oid
    FROM used_types AS u
    -- OFFSET keeps it one look-up each, however many types there are.
    CROSS JOIN LATERAL (
        SELECT t.typtype, t.typelem, t.typbasetype, t.typrelid FROM pg_catalog.pg_type AS t WHERE t.oid = u.oid OFFSET 0
    ) AS t
    CROSS JOIN LATERAL (
        SELECT t.typelem AS oid
        UNION ALL
        SELECT t.typbasetype
        UNION ALL
        SELECT a.atttypid
        FROM pg_catalog.pg_attribute AS a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT CASE WHEN t.typtype = 'r' THEN r.subtype ELSE r.oid END
        FROM range_types AS r
        WHERE t.typtype IN ('r', 'm') AND u.oid IN (r.oid, r.multirange)
    ) AS made_of
    WHERE made_of.oid <> 0
),
user_types AS MATERIALIZED (
    SELECT t.oid
    FROM pg_catalog.pg_type AS t
    JOIN all_schemas AS a ON a.oid = t.typnamespace
    WHERE (
          t.typtype IN ('e', 'd', 'r')
          OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c')
      )
      AND (NOT {is_brief} OR t.oid = ANY (ARRAY(SELECT u.oid FROM used_types AS u)))
      AND (EXISTS (SELECT FROM user_schemas AS s WHERE s.oid = a.oid) OR EXISTS (SELECT FROM used_types AS u WHERE u.oid = t.oid))
      AND NOT EXISTS (
          SELECT FROM members AS m
          WHERE m.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND m.objid = t.oid
      )
),

-- NOT NULL constraints that nothing has checked, as there are from PostgreSQL 18 on.
not_valid AS MATERIALIZED (
    SELECT k.conrelid AS relation, k.conkey AS columns
    FROM pg_catalog.pg_constraint AS k
    WHERE k.contype = 'n'
      AND NOT k.convalidated
      AND (NOT {is_brief} OR k.conrelid = ANY (ARRAY(SELECT f.oid FROM families AS f)))
),

-- The resolved query of each view: its tables, columns and functions by OID, whatever they are called today. That of a
-- continuous aggregate is its direct view's, which is the user's query without the union with the materialized part.
trees AS MATERIALIZED (
    SELECT r.oid, w.ev_action::pg_catalog.text AS tree
    FROM relations AS r
    LEFT JOIN continuous_aggregates AS a ON a.view_schema = r.schema AND a.view_name = r.name
    LEFT JOIN (
        pg_catalog.pg_class AS d
        JOIN pg_catalog.pg_namespace AS n ON n.oid = d.relnamespace AND n.nspname = '_timescaledb_internal'
    ) ON d.relkind = 'v'
        AND d.relname = ('_direct_view_' || pg_catalog.substring(a.materialization_hypertable_name::pg_catalog.text, '[0-9]+$'))
    JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = COALESCE(d.oid, r.oid) AND w.rulename = '_RETURN'
    WHERE r.kind IN ('v', 'm')
),
-- Columns that were added to a continuous aggregate: the rows from before hold null in them. Nothing tells them from the others but
-- that another transaction wrote their rows of pg_attribute than those of the system columns, which are as old as the table.
added AS MATERIALIZED (
    SELECT a.view_schema AS schema, a.view_name AS name, later.attname
    FROM continuous_aggregates AS a
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = a.materialization_hypertable_schema
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = a.materialization_hypertable_name
    JOIN pg_catalog.pg_attribute AS first ON first.attrelid = c.oid AND first.attname = 'ctid'
    JOIN pg_catalog.pg_attribute AS later ON later.attrelid = c.oid AND later.attnum > 0 AND later.xmin <> first.xmin
),
-- A program's queries, where they are asked for: queries.sql.
{queries}
called AS MATERIALIZED (
    SELECT DISTINCT (pg_catalog.regexp_matches(t.tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g'))[1]::pg_catalog.oid AS oid
    FROM (SELECT t.tree FROM trees AS t{query_trees}) AS t
),

-- Extensions that something in the schemas depends on: a type, an operator class, a function, or being a hypertable.
own_objects AS MATERIALIZED (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS classid, c.oid AS objid
    FROM pg_catalog.pg_class AS c
    JOIN user_schemas AS s ON s.oid = c.relnamespace
    WHERE {is_limited}
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid
    FROM pg_catalog.pg_proc AS p
    JOIN user_schemas AS s ON s.oid = p.pronamespace
    WHERE {is_limited}
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid
    FROM pg_catalog.pg_type AS t
    JOIN user_schemas AS s ON s.oid = t.typnamespace
    WHERE {is_limited}
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid
    FROM pg_catalog.pg_constraint AS k
    JOIN user_schemas AS s ON s.oid = k.connamespace
    WHERE {is_limited}
    UNION ALL
    SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid
    FROM relations AS r
    JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.oid
    WHERE {is_limited}
    UNION ALL
    SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, d.oid
    FROM relations AS r
    JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = r.oid
    WHERE {is_limited}
    UNION ALL
    SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, g.oid
    FROM relations AS r
    JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = r.oid
    WHERE {is_limited}
),
needed_extensions AS MATERIALIZED (
    SELECT m.extension AS name
    FROM own_objects AS o
    JOIN pg_catalog.pg_depend AS d ON d.classid = o.classid AND d.objid = o.objid
    JOIN members AS m ON m.classid = d.refclassid AND m.objid = d.refobjid
    UNION
    SELECT 'timescaledb'
    FROM user_schemas AS s
    WHERE EXISTS (SELECT FROM hypertables AS h WHERE h.hypertable_schema = s.name)
       OR EXISTS (SELECT FROM continuous_aggregates AS a WHERE a.view_schema = s.name)
       OR EXISTS (SELECT FROM jobs AS j WHERE j.proc_schema = s.name)
),

-- What no module reads or writes, where everything is read: others.sql.
{others},

body AS MATERIALIZED (
    SELECT pg_catalog.json_build_object(
        'extensions', (
            SELECT pg_catalog.json_agg(e.extname)
            FROM (
                SELECT x.extname, x.extnamespace FROM pg_catalog.pg_extension AS x
                UNION ALL
                SELECT p.extension, 0 FROM plain AS p
            ) AS e
            WHERE e.extname <> 'plpgsql'
              AND (
                  NOT {is_limited}
                  OR EXISTS (SELECT FROM user_schemas AS s WHERE s.oid = e.extnamespace)
                  OR EXISTS (SELECT FROM needed_extensions AS x WHERE x.name = e.extname)
              )
        ),
        'enums', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', s.name,
                'name', t.typname,
                'comment', pg_catalog.obj_description(t.oid, 'pg_type'),
                'labels', (
                    SELECT pg_catalog.json_agg(l.enumlabel ORDER BY l.enumsortorder)
                    FROM pg_catalog.pg_enum AS l
                    WHERE l.enumtypid = t.oid
                )
            ))
            FROM user_types AS u
            JOIN pg_catalog.pg_type AS t ON t.oid = u.oid
            JOIN all_schemas AS s ON s.oid = t.typnamespace
            WHERE t.typtype = 'e'
        ),
        'domains', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', s.name,
                'name', t.typname,
                'comment', pg_catalog.obj_description(t.oid, 'pg_type'),
                'base', pg_catalog.json_build_object(
                    'sql', pg_catalog.format_type(t.typbasetype, t.typtypmod),
                    'schema', bn.nspname,
                    'name', b.typname,
                    'array', el.oid IS NOT NULL
                ),
                'not_null', t.typnotnull,
                'default', t.typdefault,
                'checks', (
                    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                        'name', k.conname,
                        'kind', k.contype,
                        'definition', pg_catalog.pg_get_constraintdef(k.oid)
                    ))
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.contypid = t.oid AND k.contype = 'c'
                )
            ))
            FROM user_types AS u
            JOIN pg_catalog.pg_type AS t ON t.oid = u.oid
            JOIN all_schemas AS s ON s.oid = t.typnamespace
            JOIN pg_catalog.pg_type AS full_base ON full_base.oid = t.typbasetype
            LEFT JOIN pg_catalog.pg_type AS el ON el.oid = full_base.typelem AND el.typarray = full_base.oid
            JOIN pg_catalog.pg_type AS b ON b.oid = COALESCE(el.oid, full_base.oid)
            JOIN pg_catalog.pg_namespace AS bn ON bn.oid = b.typnamespace
            WHERE t.typtype = 'd'
        ),
        'composites', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', s.name,
                'name', t.typname,
                'comment', pg_catalog.obj_description(t.oid, 'pg_type'),
                'attributes', (
                    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                        'name', a.attname,
                        'type', pg_catalog.json_build_object(
                            'sql', pg_catalog.format_type(a.atttypid, a.atttypmod),
                            'schema', bn.nspname,
                            'name', b.typname,
                            'array', el.oid IS NOT NULL
                        ),
                        'comment', pg_catalog.col_description(a.attrelid, a.attnum)
                    ) ORDER BY a.attnum)
                    FROM pg_catalog.pg_attribute AS a
                    JOIN pg_catalog.pg_type AS full_type ON full_type.oid = a.atttypid
                    LEFT JOIN pg_catalog.pg_type AS el ON el.oid = full_type.typelem AND el.typarray = full_type.oid
                    JOIN pg_catalog.pg_type AS b ON b.oid = COALESCE(el.oid, full_type.oid)
                    JOIN pg_catalog.pg_namespace AS bn ON bn.oid = b.typnamespace
                    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
                )
            ))
            FROM user_types AS u
            JOIN pg_catalog.pg_type AS t ON t.oid = u.oid
            JOIN all_schemas AS s ON s.oid = t.typnamespace
            WHERE t.typtype = 'c'
        ),
        'ranges', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', s.name,
                'name', t.typname,
                'comment', pg_catalog.obj_description(t.oid, 'pg_type'),
                'subtype', pg_catalog.json_build_object(
                    'sql', pg_catalog.format_type(r.subtype, NULL),
                    'schema', bn.nspname,
                    'name', b.typname,
                    'array', el.oid IS NOT NULL
                ),
                'multirange', CASE WHEN m.oid IS NOT NULL THEN pg_catalog.json_build_object(
                    'sql', pg_catalog.format_type(m.oid, NULL),
                    'schema', mn.nspname,
                    'name', m.typname,
                    'array', false
                ) END,
                'operator_class', CASE WHEN NOT o.opcdefault THEN pg_catalog.format('%I.%I', opn.nspname, o.opcname) END,
                'collation', CASE WHEN l.oid <> subtype.typcollation THEN pg_catalog.format('%I.%I', ln.nspname, l.collname) END,
                'canonical', CASE WHEN r.canonical::pg_catalog.oid <> 0 THEN r.canonical::pg_catalog.text END,
                'subtype_diff', CASE WHEN r.subtype_diff::pg_catalog.oid <> 0 THEN r.subtype_diff::pg_catalog.text END
            ))
            FROM user_types AS u
            JOIN pg_catalog.pg_type AS t ON t.oid = u.oid
            JOIN all_schemas AS s ON s.oid = t.typnamespace
            JOIN range_types AS r ON r.oid = t.oid
            JOIN pg_catalog.pg_type AS subtype ON subtype.oid = r.subtype
            LEFT JOIN pg_catalog.pg_type AS el ON el.oid = subtype.typelem AND el.typarray = subtype.oid
            JOIN pg_catalog.pg_type AS b ON b.oid = COALESCE(el.oid, subtype.oid)
            JOIN pg_catalog.pg_namespace AS bn ON bn.oid = b.typnamespace
            JOIN pg_catalog.pg_opclass AS o ON o.oid = r.operator_class
            JOIN pg_catalog.pg_namespace AS opn ON opn.oid = o.opcnamespace
            LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = r.collation
            LEFT JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace
            LEFT JOIN pg_catalog.pg_type AS m ON m.oid = r.multirange
            LEFT JOIN pg_catalog.pg_namespace AS mn ON mn.oid = m.typnamespace
        ),
        'relations', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'oid', r.oid::pg_catalog.int8,
                'schema', r.schema,
                'name', r.name,
                'kind', r.kind,
                'definition', CASE WHEN r.kind IN ('v', 'm') AND NOT {is_brief} THEN pg_catalog.pg_get_viewdef(r.oid) END,
                'tree', t.tree
            ))
            FROM relations AS r
            LEFT JOIN trees AS t ON t.oid = r.oid
        ),
        -- What relations have is in lists of its own, by OID and column number, which `relations.rs` joins: the planner cannot guess how
        -- many relations there are, and subqueries for each column of thousands of tables are four times the time. Columns are
        -- arrays, in the order of the fields of `raw::Column`: their keys would be most of the answer.
        'columns', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
                a.attrelid::pg_catalog.int8, a.attnum, a.attname, a.atttypid::pg_catalog.int8, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated
            ))
            FROM columns AS a
        ),
        'types', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'oid', used.oid::pg_catalog.int8,
                'modifier', used.modifier,
                'type', pg_catalog.json_build_object(
                    'sql', pg_catalog.format_type(used.oid, used.modifier),
                    'schema', bn.nspname,
                    'name', b.typname,
                    'array', el.oid IS NOT NULL
                )
            ))
            FROM (SELECT DISTINCT a.atttypid, a.atttypmod FROM columns AS a) AS used (oid, modifier)
            JOIN pg_catalog.pg_type AS full_type ON full_type.oid = used.oid
            LEFT JOIN pg_catalog.pg_type AS el ON el.oid = full_type.typelem AND el.typarray = full_type.oid
            JOIN pg_catalog.pg_type AS b ON b.oid = COALESCE(el.oid, full_type.oid)
            JOIN pg_catalog.pg_namespace AS bn ON bn.oid = b.typnamespace
        ),
        'comments', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'relation', d.objoid::pg_catalog.int8, 'column', d.objsubid, 'text', d.description
            ))
            FROM relations AS r
            JOIN pg_catalog.pg_description AS d ON d.objoid = r.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
            WHERE NOT {is_brief}
        ),
        'expressions', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'relation', d.adrelid::pg_catalog.int8, 'column', d.adnum, 'text', pg_catalog.pg_get_expr(d.adbin, d.adrelid)
            ))
            FROM relations AS r
            JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = r.oid
        ),
        'not_valid', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object('relation', v.relation::pg_catalog.int8, 'columns', v.columns))
            FROM not_valid AS v
        ),
        'added', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', a.schema, 'name', a.name, 'column', a.attname))
            FROM added AS a
        ),
        'constraints', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_array(k.conrelid::pg_catalog.int8, pg_catalog.json_build_object(
                'name', k.conname,
                'kind', k.contype,
                'definition', pg_catalog.pg_get_constraintdef(k.oid),
                'columns', k.conkey
            )))
            FROM relations AS r
            JOIN pg_catalog.pg_constraint AS k ON k.conrelid = r.oid
            WHERE k.contype IN ('p', 'u', 'c', 'f', 'x')
              AND (NOT {is_brief} OR k.contype = 'p')
              AND NOT EXISTS (SELECT FROM chunks WHERE chunks.oid = k.confrelid)
        ),
        'indexes', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_array(i.indrelid::pg_catalog.int8, pg_catalog.json_build_object(
                'name', c.relname,
                'definition', pg_catalog.pg_get_indexdef(i.indexrelid),
                'invalid', NOT i.indisvalid
            )))
            FROM relations AS r
            JOIN pg_catalog.pg_index AS i ON i.indrelid = r.oid
            JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
            WHERE NOT {is_brief}
              AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_constraint AS k
                WHERE k.conrelid = r.oid AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
            )
        ),
        'triggers', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_array(g.tgrelid::pg_catalog.int8, pg_catalog.json_build_object(
                'name', g.tgname,
                'definition', pg_catalog.pg_get_triggerdef(g.oid),
                'disabled', g.tgenabled = 'D'
            )))
            FROM pg_catalog.pg_trigger AS g
            JOIN relations AS r ON r.oid = g.tgrelid
            JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
            WHERE NOT {is_brief} AND NOT g.tgisinternal AND n.nspname !~ '^_timescaledb_'
        ),
        -- A query on a table reads its children too, and those may be looser than the parent. Chunks may not.
        'children', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'parent', i.inhparent::pg_catalog.int8,
                'child', i.inhrelid::pg_catalog.int8,
                'nullable', (
                    SELECT pg_catalog.json_agg(a.attname)
                    FROM pg_catalog.pg_attribute AS a
                    WHERE a.attrelid = i.inhrelid
                      AND a.attnum > 0
                      AND (
                          NOT a.attnotnull
                          OR c.relkind = 'f'
                          OR EXISTS (SELECT FROM not_valid AS v WHERE v.relation = i.inhrelid AND a.attnum = ANY (v.columns))
                      )
                )
            ))
            FROM pg_catalog.pg_inherits AS i
            JOIN pg_catalog.pg_class AS parent ON parent.oid = i.inhparent
            JOIN all_schemas AS s ON s.oid = parent.relnamespace
            JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
            WHERE parent.relkind IN ('r', 'p', 'f')
              AND (NOT {is_brief} OR i.inhparent = ANY (ARRAY(SELECT f.oid FROM families AS f WHERE NOT f.is_hypertable)))
              AND NOT EXISTS (SELECT FROM hypertable_oids AS h WHERE h.oid = i.inhparent)
        ),
        'routines', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', s.name,
                'name', p.proname,
                'arguments', pg_catalog.pg_get_function_identity_arguments(p.oid),
                'definition', CASE WHEN p.prokind = 'a' THEN '' ELSE pg_catalog.pg_get_functiondef(p.oid) END
            ))
            FROM pg_catalog.pg_proc AS p
            JOIN user_schemas AS s ON s.oid = p.pronamespace
            WHERE NOT {is_brief}
              AND NOT EXISTS (
                SELECT FROM members AS m
                WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid = p.oid
            )
        ),
        'functions', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'oid', p.oid::pg_catalog.int8,
                'owner', COALESCE(m.extension, CASE WHEN n.nspname = 'pg_catalog' THEN n.nspname ELSE '' END),
                'name', p.proname,
                'arguments', (
                    SELECT pg_catalog.json_agg(pg_catalog.format_type(t.oid, NULL) ORDER BY t.n)
                    FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS t (oid, n)
                ),
                'strict', p.proisstrict,
                'volatile', p.provolatile = 'v'
            ))
            FROM called AS c
            JOIN pg_catalog.pg_proc AS p ON p.oid = c.oid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
            LEFT JOIN members AS m ON m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid = p.oid
        ),
        'queries', {query_facts},
        'others', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object('kind', o.kind, 'name', o.name, 'definition', o.definition))
            FROM others AS o
        ),
        'hypertables', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', h.hypertable_schema,
                'name', h.hypertable_name,
                'columnstore', h.compression_enabled
            ))
            FROM hypertables AS h
        ),
        'dimensions', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', d.hypertable_schema,
                'name', d.hypertable_name,
                'number', d.dimension_number,
                'column', d.column_name,
                'time_interval', d.time_interval::pg_catalog.text,
                'integer_interval', d.integer_interval,
                'partitions', d.num_partitions,
                'integer_now', d.integer_now_func
            ))
            FROM dimensions AS d
        ),
        'continuous_aggregates', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', a.view_schema,
                'name', a.view_name,
                'definition', a.view_definition,
                'storage', pg_catalog.json_build_object(
                    'schema', a.materialization_hypertable_schema, 'name', a.materialization_hypertable_name),
                'source', pg_catalog.json_build_object('schema', a.hypertable_schema, 'name', a.hypertable_name),
                'materialized_only', a.materialized_only,
                'columnstore', a.compression_enabled
            ))
            FROM continuous_aggregates AS a
        ),
        'columnstore', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', n.nspname,
                'name', c.relname,
                'segment_by', s.segmentby,
                'order_by', s.orderby
            ))
            FROM columnstore_settings AS s
            JOIN pg_catalog.pg_class AS c ON c.oid = s.hypertable::pg_catalog.oid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        ),
        'jobs', (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                'relation', CASE WHEN j.hypertable_name IS NOT NULL THEN
                    pg_catalog.json_build_object('schema', j.hypertable_schema, 'name', j.hypertable_name)
                END,
                'procedure_schema', j.proc_schema,
                'procedure', j.proc_name,
                'schedule_interval', j.schedule_interval::pg_catalog.text,
                'scheduled', j.scheduled,
                'config', j.config,
                -- Intervals stand in the configuration as text, in the style of the session that added the policy.
                'intervals', CASE WHEN j.proc_schema ~ '^_timescaledb_' THEN (
                    SELECT pg_catalog.json_object_agg(c.key, (c.value #>> '{}')::pg_catalog.interval::pg_catalog.text)
                    FROM pg_catalog.jsonb_each(j.config) AS c
                    WHERE pg_catalog.jsonb_typeof(c.value) = 'string'
                      AND c.key ~ '^(start_offset|end_offset|(drop|compress|recompress|move)_(after|created_before)|buckets_interval)$'
                ) END
            ))
            FROM jobs AS j
            WHERE j.job_id >= 1000
              AND NOT EXISTS (
                  SELECT FROM all_schemas AS a
                  WHERE a.name = j.proc_schema AND NOT EXISTS (SELECT FROM user_schemas AS s WHERE s.oid = a.oid)
              )
        )
    )::pg_catalog.text AS text
    FROM (SELECT pg_catalog.count(s.fixed) AS n FROM settings AS s) AS fixed
    WHERE fixed.n > 0
)
SELECT body.text
FROM body
CROSS JOIN LATERAL (
    SELECT pg_catalog.count(pg_catalog.set_config(s.name, s.before, true)) AS n
    FROM settings AS s
    WHERE body.text IS NOT NULL
) AS restored
WHERE restored.n > 0
