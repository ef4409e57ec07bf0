-- What this server can describe. One row, one text column. Needs no right but to read the system catalogs.
SELECT pg_catalog.json_build_object(
    'server_version_num', pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
    'extension', (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'),
    -- The extension's, or plain mode's of somebody who runs what the reader runs anyway: whoever may create schemas may create views of these
    -- names, which would run with the reader's rights. A service's role has none to lose that whoever keeps its schema in plain mode lacks.
    'views', (
        SELECT pg_catalog.json_object_agg(view.name, view.columns)
        FROM (
            SELECT c.relname AS name, pg_catalog.json_agg(a.attname ORDER BY a.attnum) AS columns
            FROM pg_catalog.pg_namespace AS n
            JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE n.nspname = 'timescaledb_information'
              -- By name, as the index has them: by the schema alone, all that is in the database would be looked at.
              AND c.relname IN (
                  'hypertables', 'dimensions', 'continuous_aggregates', 'hypertable_columnstore_settings', 'hypertable_compression_settings', 'jobs'
              )
              AND (
                  EXISTS (
                      SELECT FROM pg_catalog.pg_depend AS d
                      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
                  )
                  OR EXISTS (
                      SELECT FROM pg_catalog.pg_roles AS o
                      WHERE o.oid = c.relowner AND (o.rolsuper OR o.rolname = current_user)
                  )
                  OR EXISTS (
                      SELECT FROM pg_catalog.pg_database AS b
                      WHERE b.datname = pg_catalog.current_database() AND b.datdba = c.relowner
                  )
                  OR EXISTS (
                      SELECT FROM pg_catalog.pg_roles AS o
                      JOIN pg_catalog.pg_database AS b ON b.datname = pg_catalog.current_database()
                      JOIN pg_catalog.pg_namespace AS pn ON pn.nspname = '_timescaledb_catalog'
                      JOIN pg_catalog.pg_class AS p ON p.relnamespace = pn.oid AND p.relname = 'plain' AND p.relowner = c.relowner
                      WHERE o.rolname = current_user AND NOT o.rolsuper AND o.oid <> b.datdba
                  )
              )
            GROUP BY c.relname
        ) AS view
    ),
    -- Only the extension's own tables: anybody who may create schemas may create others of that name.
    'tables', (
        SELECT pg_catalog.json_object_agg(own.name, own.columns)
        FROM (
            SELECT c.relname AS name, pg_catalog.json_agg(a.attname ORDER BY a.attnum) AS columns
            FROM pg_catalog.pg_namespace AS n
            JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relkind = 'r'
            JOIN pg_catalog.pg_depend AS d
                ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
            JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'timescaledb'
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE n.nspname = '_timescaledb_catalog' AND c.relname IN ('chunk', 'compression_settings', 'chunk_rewrite')
            GROUP BY c.relname
        ) AS own
    )
)::pg_catalog.text
