-- Values of each type at its edges, as literals; pseudo-types take those of a type that they accept.
CREATE TYPE mood AS ENUM ('low', 'high');
CREATE TABLE samples (type text PRIMARY KEY, of text NOT NULL, literals text[] NOT NULL);
INSERT INTO samples VALUES
    ('smallint', 'smallint', '{0,1,-1,32767,-32768}'),
    ('integer', 'integer', '{0,1,-1,2,10,2147483647,-2147483648}'),
    ('bigint', 'bigint', '{0,1,-1,9223372036854775807,-9223372036854775808}'),
    ('numeric', 'numeric', '{0,1,-1,0.5,NaN,Infinity,-Infinity}'),
    ('real', 'real', '{0,1,-1,0.5,NaN,Infinity,-Infinity}'),
    ('double precision', 'double precision', '{0,1,-1,0.5,NaN,Infinity,-Infinity}'),
    ('boolean', 'boolean', '{t,f}'),
    ('text', 'text', ARRAY['day', 'UTC', '', '[)', 'a', 'NFC', 'k=v,w', '%', '\x', '1', 'UTF8', 'hex']),
    ('character varying', 'character varying', ARRAY['', 'a', '1']),
    ('character', 'character', ARRAY['', 'a', '1']),
    ('"char"', '"char"', ARRAY['', 'a']),
    ('name', 'name', ARRAY['', 'a', 'UTF8']),
    ('bytea', 'bytea', ARRAY['', '\x00', '\xff61']),
    ('bit', 'bit', '{0,1}'),
    ('bit varying', 'bit varying', ARRAY['', '101']),
    ('date', 'date', '{2026-01-01,0001-01-01 BC,infinity,-infinity}'),
    ('timestamp without time zone', 'timestamp', '{2026-01-01,0001-01-01 BC,infinity,-infinity}'),
    ('timestamp with time zone', 'timestamptz', '{2026-01-01,0001-01-01 BC,infinity,-infinity}'),
    ('time without time zone', 'time', '{00:00,24:00,12:34:56.789}'),
    ('time with time zone', 'timetz', '{00:00+00,24:00-12}'),
    ('interval', 'interval', '{0,1 day,-1 mon,1 hour,-1 us,178000000 years}'),
    ('uuid', 'uuid', '{00000000-0000-0000-0000-000000000000,ffffffff-ffff-ffff-ffff-ffffffffffff}'),
    ('inet', 'inet', '{127.0.0.1,10.0.0.0/8,::1,0.0.0.0/0}'),
    ('cidr', 'cidr', '{10.0.0.0/8,::/0}'),
    ('macaddr', 'macaddr', '{00:00:00:00:00:00,ff:ff:ff:ff:ff:ff}'),
    ('macaddr8', 'macaddr8', '{00:00:00:00:00:00:00:00,ff:ff:ff:ff:ff:ff:ff:ff}'),
    ('money', 'money', '{0,1.5,-1}'),
    ('oid', 'oid', '{0,1,4294967295}'),
    ('xid', 'xid', '{0,3}'),
    ('xid8', 'xid8', '{0,3}'),
    ('tid', 'tid', ARRAY['(0,0)', '(1,1)']),
    ('pg_lsn', 'pg_lsn', '{0/0,F/F}'),
    ('regclass', 'regclass', '{samples,0}'),
    ('regconfig', 'regconfig', '{simple}'),
    ('json', 'json', ARRAY['null', '{}', '[]', '1', '"a"', '{"a": null}', '[null]']),
    ('jsonb', 'jsonb', ARRAY['null', '{}', '[]', '1', '"a"', '{"a": null}', '[null]']),
    ('jsonpath', 'jsonpath', ARRAY['$', '$.a', '$.a == 1', 'strict $.b']),
    ('integer[]', 'integer[]', ARRAY['{}', '{NULL}', '{1,2}', '{{1},{2}}']),
    ('bigint[]', 'bigint[]', ARRAY['{}', '{NULL}', '{1,2}']),
    ('text[]', 'text[]', ARRAY['{}', '{NULL}', '{a,b}', '{a}']),
    ('double precision[]', 'double precision[]', ARRAY['{}', '{NULL}', '{0,0.5,1}']),
    ('int4range', 'int4range', ARRAY['empty', '(,)', '[1,2)', '(,5)']),
    ('int4multirange', 'int4multirange', ARRAY['{}', '{(,)}', '{[1,2),[5,)}']),
    ('tsvector', 'tsvector', ARRAY['', 'a:1 b:2']),
    ('tsquery', 'tsquery', ARRAY['', 'a & b']),
    ('point', 'point', ARRAY['(0,0)', '(NaN,Infinity)']),
    ('box', 'box', ARRAY['(0,0),(0,0)', '(1,1),(-1,-1)']),
    ('mood', 'mood', '{low,high}'),
    ('"any"', 'text', ARRAY['', 'a']),
    ('anyelement', 'integer', '{0,1,-1}'),
    ('anynonarray', 'integer', '{0,1,-1}'),
    ('anyarray', 'integer[]', ARRAY['{}', '{NULL}', '{1,2}']),
    ('anyenum', 'mood', '{low,high}'),
    ('anyrange', 'int4range', ARRAY['empty', '(,)', '[1,2)', '(,5)']),
    ('anymultirange', 'int4multirange', ARRAY['{}', '{(,)}', '{[1,2),[5,)}']),
    ('anycompatible', 'integer', '{0,1,-1}'),
    ('anycompatiblenonarray', 'integer', '{0,1,-1}'),
    ('anycompatiblearray', 'integer[]', ARRAY['{}', '{NULL}', '{1,2}']),
    ('record', 'samples', ARRAY['(a,b,{})', '(,,)']);
INSERT INTO samples SELECT 'interval', 'interval', literals || '{infinity,-infinity}' FROM samples
    WHERE type = 'interval' AND current_setting('server_version_num')::integer >= 170000
    ON CONFLICT (type) DO UPDATE SET literals = excluded.literals;

-- Each function of PostgreSQL whose arguments are all among them, and how to call it with the given ones.
CREATE VIEW candidates AS
SELECT p.oid::integer AS number, p.proname AS name, p.proretset AS is_set, p.prokind = 'a' AS is_aggregate, a.types,
    format('pg_catalog.%I', p.proname) AS called, p.provariadic NOT IN (0, '"any"'::regtype) AS is_variadic
FROM pg_proc AS p
CROSS JOIN LATERAL (
    SELECT array_agg(format_type(t.oid, NULL) ORDER BY t.n) AS types, bool_and(s.type IS NOT NULL) AS are_known
    FROM unnest(p.proargtypes) WITH ORDINALITY AS t (oid, n) LEFT JOIN samples AS s ON s.type = format_type(t.oid, NULL)
) AS a
LEFT JOIN pg_aggregate AS g ON g.aggfnoid = p.oid
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND COALESCE(a.are_known, true) AND (p.prokind = 'f' OR g.aggkind = 'n')
    AND p.prorettype NOT IN ('internal'::regtype, 'trigger'::regtype, 'event_trigger'::regtype, 'void'::regtype, 'cstring'::regtype, 'record'::regtype)
    AND p.proname !~ '^(binary_upgrade|pg_(?!backend_pid|column_size|size_pretty))'
    -- The server counts to two thousand million, if an empty text is repeated so often.
    AND p.proname <> 'repeat';

CREATE FUNCTION call(c candidates, VARIADIC arguments text[]) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s(%s)', (c).called, string_agg(
        CASE WHEN (c).is_variadic AND a.n = cardinality(arguments) THEN 'VARIADIC ' ELSE '' END || a.text, ', ' ORDER BY a.n))
    FROM unnest(arguments) WITH ORDINALITY AS a (text, n)
$$;

-- A view of each call, over tables of the samples.
DO $$
DECLARE
    sample record;
    candidate candidates;
    arguments text[];
    tables text;
BEGIN
    FOR sample IN SELECT * FROM samples LOOP
        EXECUTE format('CREATE TABLE %I (v %s NOT NULL)', 'of ' || sample.type, sample.of);
    END LOOP;
    FOR candidate IN SELECT * FROM candidates LOOP
        SELECT COALESCE(array_agg(format('t%s.v', n) ORDER BY n), '{}'), COALESCE(', ' || string_agg(format('%I AS t%s', 'of ' || type, n), ', '), '')
            INTO arguments, tables FROM unnest(candidate.types) WITH ORDINALITY AS t (type, n);
        BEGIN
            EXECUTE format('CREATE VIEW %I AS SELECT %s AS r FROM (VALUES (1)) AS one%s %s', 'f' || candidate.number, call(candidate, VARIADIC arguments), tables,
                CASE WHEN candidate.is_aggregate THEN 'GROUP BY one.column1' END);
        EXCEPTION WHEN OTHERS THEN
            -- Some are only for aggregates and indexes.
            NULL;
        END;
    END LOOP;
END $$;

-- Calls a function with each combination of the literals: how many calls gave something, and which gave a null.
CREATE FUNCTION tried(candidate candidates, OUT calls integer, OUT nulls text[]) LANGUAGE plpgsql AS $$
DECLARE
    arguments text[];
    has_null boolean;
    combinations text := 'SELECT ARRAY[]::text[] AS list';
    each text;
    number_of integer := COALESCE(cardinality(candidate.types), 0);
    most integer := CASE WHEN number_of > 3 THEN 3 WHEN number_of = 3 THEN 5 ELSE 8 END;
BEGIN
    calls := 0;
    nulls := '{}';
    FOREACH each IN ARRAY COALESCE(candidate.types, '{}') LOOP
        combinations := format(
            'SELECT c.list || format(''%%L::%%s'', l.literal, s.of) FROM (%s) AS c (list), samples AS s, unnest(s.literals[:%s]) AS l (literal) WHERE s.type = %L',
            combinations, most, each);
    END LOOP;
    FOR arguments IN EXECUTE combinations LOOP
        BEGIN
            EXECUTE format('SELECT COALESCE(bool_or(num_nulls(q.r) > 0), false) FROM (SELECT %s LIMIT 50) AS q (r)', call(candidate, VARIADIC arguments)) INTO has_null;
            calls := calls + 1;
            IF has_null THEN
                nulls := nulls || call(candidate, VARIADIC arguments);
            END IF;
        EXCEPTION WHEN OTHERS THEN
            -- An error is no null.
            NULL;
        END;
    END LOOP;
END $$;
