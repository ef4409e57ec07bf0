-- What this server can describe. One row, one text column. Needs no right but to read the system catalogs.
SELECT pg_catalog.json_build_object(
    'server_version_num', pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
    'extension', (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'),
    'views', (
        SELECT pg_catalog.json_object_agg(view.name, view.columns)
        FROM (
            SELECT c.relname AS name, pg_catalog.json_agg(a.attname ORDER BY a.attnum) AS columns
            FROM pg_catalog.pg_namespace AS n
            JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE n.nspname = 'timescaledb_information'
            GROUP BY c.relname
        ) AS view
    )
)::pg_catalog.text
