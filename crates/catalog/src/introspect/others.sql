-- What no module reads or writes, each as kind, name and definition. Only for the whole catalog: start-up does not need it.
--
-- Nothing of it may differ between two servers with the same schema: owners are not named, and what an owner may do to its own object is
-- left out. Passwords may be in the options of servers and foreign tables, so only the values that name a table are read.
-- Sequences that belong to no column, and routines that are no extension's.
own_sequences AS MATERIALIZED (
    SELECT c.oid
    FROM pg_catalog.pg_class AS c
    JOIN user_schemas AS s ON s.oid = c.relnamespace
    WHERE c.relkind = 'S'
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend AS d
          WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
            AND (d.refobjsubid > 0 AND d.deptype IN ('a', 'i') OR d.deptype = 'e')
      )
),
own_routines AS MATERIALIZED (
    SELECT p.oid
    FROM pg_catalog.pg_proc AS p
    JOIN user_schemas AS s ON s.oid = p.pronamespace
    WHERE NOT EXISTS (
        SELECT FROM members AS m WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid = p.oid
    )
),
others AS MATERIALIZED (
    SELECT 'sequence' AS kind, pg_catalog.format('%I.%I', s.name, c.relname) AS name, pg_catalog.format(
        'AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
        pg_catalog.format_type(q.seqtypid, NULL), q.seqincrement, q.seqmin, q.seqmax, q.seqstart, q.seqcache,
        CASE WHEN q.seqcycle THEN ' CYCLE' END
    ) AS definition
    FROM own_sequences AS o
    JOIN pg_catalog.pg_class AS c ON c.oid = o.oid
    JOIN user_schemas AS s ON s.oid = c.relnamespace
    JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = c.oid
    UNION ALL
    SELECT 'rule', pg_catalog.format('%I on %I.%I', w.rulename, r.schema, r.name),
        pg_catalog.pg_get_ruledef(w.oid) || CASE
            WHEN w.ev_enabled = 'D' THEN ' (disabled)'
            WHEN w.ev_enabled = 'R' THEN ' (enabled on replicas)'
            WHEN w.ev_enabled = 'A' THEN ' (always enabled)'
            ELSE ''
        END
    FROM relations AS r
    JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.oid AND w.rulename <> '_RETURN'
    UNION ALL
    SELECT 'row_security', pg_catalog.format('%I.%I', r.schema, r.name), CASE
        WHEN c.relrowsecurity AND c.relforcerowsecurity THEN 'enabled, also for the owner'
        WHEN c.relrowsecurity THEN 'enabled'
        ELSE 'disabled, for the owner too once it is enabled'
    END
    FROM relations AS r
    JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
    WHERE c.relrowsecurity OR c.relforcerowsecurity
    UNION ALL
    SELECT 'row_security_policy', pg_catalog.format('%I on %I.%I', p.polname, r.schema, r.name), pg_catalog.format(
        'AS %s FOR %s TO %s%s%s',
        CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE
            WHEN p.polcmd = 'r' THEN 'SELECT'
            WHEN p.polcmd = 'a' THEN 'INSERT'
            WHEN p.polcmd = 'w' THEN 'UPDATE'
            WHEN p.polcmd = 'd' THEN 'DELETE'
            ELSE 'ALL'
        END,
        (
            SELECT pg_catalog.string_agg(role.name, ', ' ORDER BY role.name COLLATE pg_catalog."C")
            FROM pg_catalog.unnest(p.polroles) AS u (oid)
            CROSS JOIN LATERAL (
                SELECT CASE
                    WHEN u.oid = 0 THEN 'PUBLIC'
                    WHEN u.oid = c.relowner THEN 'the owner'
                    ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(u.oid))
                END AS name
            ) AS role
        ),
        ' USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
        ' WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')'
    )
    FROM relations AS r
    JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
    JOIN pg_catalog.pg_policy AS p ON p.polrelid = r.oid
    UNION ALL
    SELECT 'privileges', a.name, COALESCE(granted.text, 'none but the owner''s')
    FROM (
        SELECT pg_catalog.format('table %I.%I', r.schema, r.name) AS name, c.relacl AS acl, c.relowner AS owner, NULL AS usual
        FROM relations AS r
        JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
        UNION ALL
        SELECT pg_catalog.format('column %I.%I.%I', r.schema, r.name, a.attname), a.attacl, c.relowner, NULL
        FROM relations AS r
        JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT pg_catalog.format('sequence %I.%I', s.name, c.relname), c.relacl, c.relowner, NULL
        FROM pg_catalog.pg_class AS c
        JOIN user_schemas AS s ON s.oid = c.relnamespace
        WHERE c.relkind = 'S'
          AND NOT EXISTS (
              SELECT FROM members AS m WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND m.objid = c.oid
          )
        UNION ALL
        SELECT pg_catalog.format('routine %I.%I(%s)', s.name, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
            p.proacl, p.proowner, 'PUBLIC: EXECUTE'
        FROM own_routines AS o
        JOIN pg_catalog.pg_proc AS p ON p.oid = o.oid
        JOIN user_schemas AS s ON s.oid = p.pronamespace
        UNION ALL
        -- The schema public comes with privileges of its own, others in PostgreSQL 14 than in 15.
        SELECT pg_catalog.format('schema %I', s.name), n.nspacl, n.nspowner, NULL
        FROM user_schemas AS s
        JOIN pg_catalog.pg_namespace AS n ON n.oid = s.oid
        WHERE s.name <> 'public'
        UNION ALL
        -- Whose new objects they are for is not named, as owners are not. Without a schema they are listed for roles that own something here.
        SELECT
            pg_catalog.format('new %s%s', kind.name, ' in schema ' || pg_catalog.quote_ident(s.name::pg_catalog.text)),
            -- An array without an item is refused: the owner's own is left out again.
            CASE
                WHEN pg_catalog.count(x.item) > 0 THEN pg_catalog.array_agg(x.item) FILTER (WHERE x.item IS NOT NULL)
                ELSE ARRAY[pg_catalog.makeaclitem(pg_catalog.min(d.defaclrole), pg_catalog.min(d.defaclrole), 'SELECT', false)]
            END,
            CASE WHEN pg_catalog.count(x.item) = 0 THEN pg_catalog.min(d.defaclrole) END,
            CASE WHEN s.name IS NOT NULL THEN NULL WHEN kind.name = 'routines' THEN 'PUBLIC: EXECUTE' WHEN kind.name = 'types' THEN 'PUBLIC: USAGE' END
        FROM pg_catalog.pg_default_acl AS d
        LEFT JOIN user_schemas AS s ON s.oid = d.defaclnamespace
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN d.defaclobjtype = 'r' THEN 'tables'
                WHEN d.defaclobjtype = 'S' THEN 'sequences'
                WHEN d.defaclobjtype = 'f' THEN 'routines'
                WHEN d.defaclobjtype = 'T' THEN 'types'
                WHEN d.defaclobjtype = 'n' THEN 'schemas'
                ELSE 'large objects'
            END AS name
        ) AS kind
        LEFT JOIN LATERAL (
            SELECT u.item
            FROM pg_catalog.unnest(d.defaclacl) AS u (item)
            JOIN LATERAL pg_catalog.aclexplode(ARRAY[u.item]) AS e ON e.grantee <> d.defaclrole
        ) AS x ON true
        WHERE s.oid IS NOT NULL
            OR d.defaclnamespace = 0 AND EXISTS (
                SELECT FROM relations AS r JOIN pg_catalog.pg_class AS c ON c.oid = r.oid WHERE c.relowner = d.defaclrole
            )
        GROUP BY kind.name, s.name
    ) AS a
    CROSS JOIN LATERAL (
        SELECT pg_catalog.string_agg(grantee.name || ': ' || grantee.privileges, '; ' ORDER BY grantee.name COLLATE pg_catalog."C") AS text
        FROM (
            SELECT
                CASE WHEN p.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(p.grantee)) END AS name,
                pg_catalog.string_agg(
                    p.privilege_type || CASE WHEN p.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
                    ', ' ORDER BY p.privilege_type COLLATE pg_catalog."C"
                ) AS privileges
            FROM (
                -- One that several roles granted is one.
                SELECT x.grantee, x.privilege_type, pg_catalog.bool_or(x.is_grantable) AS is_grantable
                FROM pg_catalog.aclexplode(a.acl) AS x
                -- GRANT ALL includes MAINTAIN from PostgreSQL 17 on.
                WHERE (a.owner IS NULL OR x.grantee <> a.owner) AND x.privilege_type <> 'MAINTAIN'
                GROUP BY x.grantee, x.privilege_type
            ) AS p
            GROUP BY p.grantee
        ) AS grantee
    ) AS granted
    WHERE a.acl IS NOT NULL AND COALESCE(granted.text, '') <> COALESCE(a.usual, '')
    UNION ALL
    SELECT 'collation', pg_catalog.format('%I.%I', s.name, l.collname), pg_catalog.format(
        '%s %s%s%s',
        CASE WHEN l.collprovider = 'i' THEN 'icu' WHEN l.collprovider = 'c' THEN 'libc' ELSE 'builtin' END,
        COALESCE(j.fields ->> 'colllocale', j.fields ->> 'colliculocale', j.fields ->> 'collcollate'),
        ' rules ' || (j.fields ->> 'collicurules'),
        CASE WHEN NOT l.collisdeterministic THEN ' not deterministic' END
    )
    FROM pg_catalog.pg_collation AS l
    JOIN user_schemas AS s ON s.oid = l.collnamespace
    -- The columns have other names in other versions.
    CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(l) AS fields) AS j
    WHERE NOT EXISTS (
        SELECT FROM members AS m WHERE m.classid = 'pg_catalog.pg_collation'::pg_catalog.regclass AND m.objid = l.oid
    )
    UNION ALL
    SELECT 'statistics', pg_catalog.format('%I.%I', s.name, e.stxname), pg_catalog.pg_get_statisticsobjdef(e.oid)
    FROM relations AS r
    JOIN pg_catalog.pg_statistic_ext AS e ON e.stxrelid = r.oid
    JOIN all_schemas AS s ON s.oid = e.stxnamespace
    UNION ALL
    SELECT 'event_trigger', pg_catalog.quote_ident(e.evtname::pg_catalog.text), pg_catalog.format(
        'ON %s%s EXECUTE FUNCTION %I.%I()%s',
        e.evtevent,
        ' WHEN TAG IN (' || pg_catalog.array_to_string(e.evttags, ', ') || ')',
        s.name, p.proname,
        CASE WHEN e.evtenabled = 'D' THEN ' (disabled)' END
    )
    FROM pg_catalog.pg_event_trigger AS e
    JOIN pg_catalog.pg_proc AS p ON p.oid = e.evtfoid
    JOIN user_schemas AS s ON s.oid = p.pronamespace
    WHERE NOT EXISTS (
        SELECT FROM members AS m WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid = p.oid
    )
    UNION ALL
    SELECT 'partition', pg_catalog.format('%I.%I', r.schema, r.name), pg_catalog.format(
        '%s %s%s',
        CASE WHEN c.relispartition THEN 'of' ELSE 'inherits from' END,
        pg_catalog.string_agg(i.inhparent::pg_catalog.regclass::pg_catalog.text, ', ' ORDER BY i.inhseqno),
        ' ' || pg_catalog.pg_get_expr(c.relpartbound, c.oid)
    )
    FROM relations AS r
    JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
    JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = r.oid
    GROUP BY r.schema, r.name, c.oid, c.relispartition, pg_catalog.pg_get_expr(c.relpartbound, c.oid)
    UNION ALL
    SELECT 'partition_key', pg_catalog.format('%I.%I', r.schema, r.name), pg_catalog.pg_get_partkeydef(r.oid)
    FROM relations AS r
    WHERE r.kind = 'p'
    UNION ALL
    SELECT 'foreign_table', pg_catalog.format('%I.%I', r.schema, r.name), pg_catalog.format('server %I%s', v.srvname, ', ' || (
        SELECT pg_catalog.string_agg(o.option, ', ' ORDER BY o.option COLLATE pg_catalog."C")
        FROM pg_catalog.unnest(f.ftoptions) AS o (option)
        WHERE o.option ~ '^(schema_name|table_name)='
    ))
    FROM relations AS r
    JOIN pg_catalog.pg_foreign_table AS f ON f.ftrelid = r.oid
    JOIN pg_catalog.pg_foreign_server AS v ON v.oid = f.ftserver
    UNION ALL
    -- Of its options only the names: the values differ from server to server, and may be secret.
    SELECT 'foreign_server', pg_catalog.quote_ident(v.srvname::pg_catalog.text), pg_catalog.format(
        'FOREIGN DATA WRAPPER %I%s%s%s', w.fdwname, ' TYPE ' || pg_catalog.quote_literal(v.srvtype),
        ' VERSION ' || pg_catalog.quote_literal(v.srvversion), ' OPTIONS (' || (
            SELECT pg_catalog.string_agg(pg_catalog.split_part(o.option, '=', 1), ', ' ORDER BY o.option COLLATE pg_catalog."C")
            FROM pg_catalog.unnest(v.srvoptions) AS o (option)
        ) || ')'
    )
    FROM pg_catalog.pg_foreign_server AS v
    JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = v.srvfdw
    WHERE EXISTS (
        SELECT FROM relations AS r JOIN pg_catalog.pg_foreign_table AS f ON f.ftrelid = r.oid WHERE f.ftserver = v.oid
    )
    UNION ALL
    SELECT 'column_options', pg_catalog.format('%I.%I.%I', r.schema, r.name, a.attname), o.text
    FROM relations AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    CROSS JOIN LATERAL (
        SELECT pg_catalog.concat_ws(
            ' ',
            CASE
                WHEN a.attstorage = t.typstorage THEN NULL
                WHEN a.attstorage = 'p' THEN 'STORAGE PLAIN'
                WHEN a.attstorage = 'e' THEN 'STORAGE EXTERNAL'
                WHEN a.attstorage = 'm' THEN 'STORAGE MAIN'
                ELSE 'STORAGE EXTENDED'
            END,
            CASE WHEN {compression} = 'p' THEN 'COMPRESSION pglz' WHEN {compression} = 'l' THEN 'COMPRESSION lz4' END,
            '(' || (
                SELECT pg_catalog.string_agg(p.option, ', ' ORDER BY p.option COLLATE pg_catalog."C")
                FROM pg_catalog.unnest(a.attoptions) AS p (option)
                -- TimescaleDB keeps one of its own there.
                WHERE p.option ~ '^n_distinct(_inherited)?='
            ) || ')',
            'OPTIONS (' || (
                SELECT pg_catalog.string_agg(p.option, ', ' ORDER BY p.option COLLATE pg_catalog."C")
                FROM pg_catalog.unnest(a.attfdwoptions) AS p (option)
                WHERE p.option ~ '^column_name='
            ) || ')'
        ) AS text
    ) AS o
    WHERE r.kind IN ('r', 'p', 'f', 'm') AND o.text <> ''
      -- Few columns have any.
      AND (a.attstorage <> t.typstorage OR {compression} <> '' OR a.attoptions IS NOT NULL OR a.attfdwoptions IS NOT NULL)
    UNION ALL
    SELECT 'publication', pg_catalog.quote_ident(b.pubname::pg_catalog.text), pg_catalog.format(
        'FOR %s WITH (publish = %L%s)',
        CASE WHEN b.puballtables THEN 'ALL TABLES' ELSE published.tables END,
        pg_catalog.concat_ws(
            ', ',
            CASE WHEN b.pubinsert THEN 'insert' END, CASE WHEN b.pubupdate THEN 'update' END,
            CASE WHEN b.pubdelete THEN 'delete' END, CASE WHEN b.pubtruncate THEN 'truncate' END
        ),
        CASE WHEN b.pubviaroot THEN ', publish_via_partition_root' END
    )
    FROM pg_catalog.pg_publication AS b
    CROSS JOIN LATERAL (
        SELECT pg_catalog.string_agg(part.text, ', ' ORDER BY part.text COLLATE pg_catalog."C") AS tables
        FROM (
            SELECT pg_catalog.format(
                'TABLE %I.%I%s%s', r.schema, r.name,
                ' (' || (
                    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname::pg_catalog.text), ', ' ORDER BY a.attnum)
                    FROM pg_catalog.pg_attribute AS a
                    WHERE a.attrelid = p.prrelid AND a.attnum = ANY ({published_columns})
                ) || ')',
                ' WHERE ' || pg_catalog.pg_get_expr({published_rows}, p.prrelid)
            ) AS text
            FROM pg_catalog.pg_publication_rel AS p
            JOIN relations AS r ON r.oid = p.prrelid
            WHERE p.prpubid = b.oid
            UNION ALL
            SELECT pg_catalog.format('TABLES IN SCHEMA %I', s.name)
            FROM {published_schemas} AS n
            JOIN user_schemas AS s ON s.oid = n.pnnspid
            WHERE n.pnpubid = b.oid
        ) AS part
    ) AS published
    WHERE published.tables IS NOT NULL OR b.puballtables AND EXISTS (SELECT FROM relations)
    UNION ALL
    SELECT 'comment', pg_catalog.format('%s %s', i.type, i.identity), d.description
    FROM (
        SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid AS classid, k.oid
        FROM relations AS r
        JOIN pg_catalog.pg_constraint AS k ON k.conrelid = r.oid
        UNION ALL
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.indexrelid
        FROM relations AS r
        JOIN pg_catalog.pg_index AS i ON i.indrelid = r.oid
        UNION ALL
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, o.oid FROM own_sequences AS o
        UNION ALL
        SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, g.oid
        FROM relations AS r
        JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = r.oid
        UNION ALL
        SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid
        FROM relations AS r
        JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.oid
        UNION ALL
        SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, p.oid
        FROM relations AS r
        JOIN pg_catalog.pg_policy AS p ON p.polrelid = r.oid
        UNION ALL
        SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, o.oid FROM own_routines AS o
        UNION ALL
        SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, s.oid FROM user_schemas AS s WHERE s.name <> 'public'
        UNION ALL
        SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, e.oid
        FROM relations AS r
        JOIN pg_catalog.pg_statistic_ext AS e ON e.stxrelid = r.oid
    ) AS o
    JOIN pg_catalog.pg_description AS d ON d.classoid = o.classid AND d.objoid = o.oid AND d.objsubid = 0
    CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.classid, o.oid, 0) AS i
)
