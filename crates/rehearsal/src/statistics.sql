WITH RECURSIVE relations AS (
    SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.reltuples
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = ANY (ARRAY['r'::"char", 'p'::"char"]) AND NOT c.relispartition
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^(pg_|_timescaledb)'
),
-- Each relation with itself and those that inherit from it: partitions, and chunks of a hypertable.
members AS (
    SELECT r.oid AS root, r.oid, 0 AS depth FROM relations AS r
    UNION ALL
    SELECT m.root, i.inhrelid, m.depth + 1
    FROM members AS m
    JOIN pg_catalog.pg_inherits AS i ON i.inhparent = m.oid
),
sizes AS (
    SELECT m.root, m.oid, m.depth, c.relkind AS kind, n.nspname AS schema, c.relname AS name, greatest(c.reltuples, 0) AS rows,
        m.depth > 0 AND n.nspname ~ '^_timescaledb' AS is_chunk
    FROM members AS m
    JOIN pg_catalog.pg_class AS c ON c.oid = m.oid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
),
extension AS (
    SELECT n.nspname AS schema
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'timescaledb'
),
counts AS (
    SELECT r.oid, CASE
        -- The rows in the columnstore are in no chunk. The function may be in any schema, hence the query in a text.
        WHEN count(*) FILTER (WHERE s.is_chunk) > 0 AND (SELECT count(*) FROM extension) > 0 THEN
            substring(
                query_to_xml(
                    format('SELECT %I.approximate_row_count(%s::pg_catalog.regclass) AS rows', (SELECT e.schema FROM extension AS e), r.oid),
                    false, true, ''
                )::text,
                '<rows>([0-9]+)</rows>'
            )::bigint
        WHEN r.kind = 'p' THEN (sum(s.rows) FILTER (WHERE s.kind <> 'p'))::bigint
        ELSE (max(s.rows) FILTER (WHERE s.depth = 0))::bigint
    END AS rows
    FROM relations AS r
    JOIN sizes AS s ON s.root = r.oid
    GROUP BY r.oid, r.kind
),
-- Of the table with all that inherits from it; else of the largest part that has any.
ranked AS (
    SELECT s.root, t.attname, t.null_frac, t.n_distinct, t.most_common_vals::text::text[] AS vals, t.most_common_freqs AS freqs,
        row_number() OVER (
            PARTITION BY s.root, t.attname
            ORDER BY s.depth > 0, t.inherited DESC, s.rows DESC, s.oid
        ) AS place
    FROM sizes AS s
    JOIN pg_catalog.pg_stats AS t ON t.schemaname = s.schema AND t.tablename = s.name
),
columns AS (
    SELECT k.root, json_agg(json_build_array(k.attname, k.null_frac::text, k.n_distinct::text, k.vals[:20], (k.freqs::text[])[:20]) ORDER BY k.attname) AS all_of_it
    FROM ranked AS k
    WHERE k.place = 1
    GROUP BY k.root
)
SELECT coalesce(json_agg(json_build_array(r.schema, r.name, c.rows, k.all_of_it) ORDER BY r.schema, r.name), '[]'::json)::text
FROM relations AS r
JOIN counts AS c ON c.oid = r.oid
LEFT JOIN columns AS k ON k.root = r.oid
