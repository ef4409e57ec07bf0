-- Plants the look-alikes. The words in braces are filled in by lookalikes.rs.
SET client_min_messages = error;
SET check_function_bodies = off;
DO $$
BEGIN
    CREATE ROLE mallory;
EXCEPTION WHEN OTHERS THEN
    -- Another test was faster.
    NULL;
END
$$;
GRANT CREATE, USAGE ON SCHEMA public TO mallory;
SET SESSION AUTHORIZATION mallory;
SET search_path = pg_catalog, pg_temp;

CREATE SEQUENCE public.uses;
GRANT USAGE, SELECT ON public.uses TO PUBLIC;
CREATE FUNCTION public.is_used(what text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    IF pg_catalog.current_setting('transaction_read_only') OPERATOR(pg_catalog.=) 'off' THEN
        PERFORM pg_catalog.nextval('public.uses');
    END IF;
    RAISE EXCEPTION 'the look-alike of % is used', what;
END
$$;

CREATE TEMP TABLE common (place int GENERATED ALWAYS AS IDENTITY, type text);
INSERT INTO common (type) SELECT type FROM unnest(ARRAY[
    'text', 'name', '"char"', 'oid', 'regclass', 'regtype', 'int4', 'int8', 'int2', 'bool', 'timestamptz', 'interval', 'numeric',
    'float8', 'xid', 'jsonb', 'text[]', 'anyelement'
]) AS type;

CREATE TEMP TABLE calls AS SELECT DISTINCT p.proname::text AS name
    FROM (VALUES {calls}) AS named (name) JOIN pg_proc AS p ON p.proname = named.name AND p.pronamespace = 'pg_catalog'::regnamespace;

-- As the originals, and what would fit better: every combination of types that our queries could have for arguments.
CREATE TEMP TABLE functions (name text, arguments text, result text, body_of text);
INSERT INTO functions
SELECT DISTINCT ON (p.proname, a.types) p.proname, a.types,
    CASE WHEN p.prorettype IN ('record'::regtype, 'internal'::regtype, 'cstring'::regtype) THEN 'text'
         WHEN p.prorettype IN (SELECT t.oid FROM pg_type AS t WHERE t.typtype = 'p') AND a.types !~ 'any' THEN 'text'
         ELSE CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END || format_type(p.prorettype, NULL) END
FROM pg_proc AS p
JOIN calls AS c ON c.name = p.proname
CROSS JOIN LATERAL (
    SELECT coalesce(string_agg(
        CASE WHEN p.provariadic <> 0 AND t.n = p.pronargs AND t.oid <> '"any"'::regtype THEN 'VARIADIC ' ELSE '' END
        || CASE WHEN t.oid = '"any"'::regtype THEN 'anyelement' ELSE format_type(t.oid, NULL) END, ', ' ORDER BY t.n), '') AS types
    FROM unnest(p.proargtypes) WITH ORDINALITY AS t (oid, n)
) AS a
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind <> 'p'
  AND NOT EXISTS (
      SELECT FROM unnest(p.proargtypes) AS t (oid)
      WHERE t.oid IN ('internal'::regtype, 'cstring'::regtype, 'anyrange'::regtype, 'anymultirange'::regtype, 'anyenum'::regtype)
  );
CREATE TEMP TABLE shapes AS
SELECT DISTINCT c.name, p.pronargs AS count, p.provariadic = '"any"'::regtype AS takes_any
FROM calls AS c JOIN pg_proc AS p ON p.proname = c.name AND p.pronamespace = 'pg_catalog'::regnamespace;
INSERT INTO functions
SELECT DISTINCT s.name, v.arguments, 'text'
FROM shapes AS s
CROSS JOIN LATERAL (
    SELECT one.type AS arguments FROM common AS one WHERE s.count = 1 OR s.takes_any
    UNION ALL
    SELECT one.type || ', ' || two.type FROM common AS one CROSS JOIN common AS two WHERE s.count = 2 OR s.takes_any
    UNION ALL
    SELECT one.type || ', ' || two.type || ', ' || three.type
    FROM common AS one CROSS JOIN common AS two CROSS JOIN common AS three
    WHERE (s.count = 3 OR s.takes_any) AND one.place <= 5 AND two.place <= 5 AND three.place <= 7
) AS v;

CREATE TEMP TABLE operators AS
SELECT DISTINCT o.oprname::text AS name, pairs.one, pairs.two, o.result
FROM (
    SELECT o.oprname, CASE WHEN bool_or(o.oprresult = 'bool'::regtype) THEN 'bool' ELSE 'text' END AS result
    FROM pg_operator AS o
    JOIN (VALUES {operators}) AS named (name) ON named.name = o.oprname
    WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprkind = 'b'
    GROUP BY o.oprname
) AS o
CROSS JOIN LATERAL (
    SELECT one.type::regtype AS one, two.type::regtype AS two FROM common AS one CROSS JOIN common AS two
    UNION
    SELECT p.oprleft::regtype, p.oprright::regtype FROM pg_operator AS p
    WHERE p.oprname = o.oprname AND p.oprkind = 'b' AND p.oprnamespace = 'pg_catalog'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_type AS t WHERE t.oid IN (p.oprleft, p.oprright) AND t.typtype = 'p'
          AND t.typname NOT IN ('anyelement', 'anyarray', 'anynonarray'))
) AS pairs;

DO $$
DECLARE
    planted record;
    failures int := 0;
BEGIN
    FOR planted IN SELECT DISTINCT ON (name, arguments_as_types) * FROM (
        SELECT f.*, replace(replace(f.arguments, 'VARIADIC ', ''), ' ', '') AS arguments_as_types FROM functions AS f
    ) AS f ORDER BY name, arguments_as_types, result <> 'text' DESC LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L',
                planted.name, planted.arguments, planted.result,
                format('BEGIN PERFORM public.is_used(%L); END', planted.name || '(' || planted.arguments || ')'));
        EXCEPTION WHEN duplicate_function OR invalid_function_definition OR datatype_mismatch THEN
            -- Another spelling of the same types, or a result that depends on types that are not there.
            failures := failures + 1;
        END;
    END LOOP;
    FOR planted IN SELECT DISTINCT one, two, result FROM operators LOOP
        EXECUTE format('CREATE FUNCTION public.operator_of_%s(%s, %s) RETURNS %1$s LANGUAGE plpgsql AS %L', planted.result, planted.one, planted.two,
            format('BEGIN PERFORM public.is_used(%L); END', 'an operator (' || planted.one || ', ' || planted.two || ')'));
    END LOOP;
    FOR planted IN SELECT * FROM operators LOOP
        EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.operator_of_%s)',
            planted.name, planted.one, planted.two, planted.result);
    END LOOP;
    FOR planted IN
        SELECT t.typname AS name FROM pg_type AS t JOIN (VALUES {words}) AS named (name) ON named.name = t.typname
        WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype = 'b' AND t.typcategory <> 'A'
    LOOP
        EXECUTE format('CREATE DOMAIN public.%I AS pg_catalog.%1$I CHECK (public.is_used(%L))', planted.name, 'type ' || planted.name);
    END LOOP;
    FOR planted IN
        SELECT c.relname AS name, (
            SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.atttypid <> 'anyarray'::regtype
        ) AS columns
        FROM pg_class AS c JOIN (VALUES {words}) AS named (name) ON named.name = c.relname
        WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
    LOOP
        EXECUTE format('CREATE VIEW public.%I AS SELECT %s FROM pg_catalog.%1$I WHERE public.is_used(%L)',
            planted.name, planted.columns, planted.name);
        EXECUTE format('GRANT SELECT ON public.%I TO PUBLIC', planted.name);
    END LOOP;
END
$$;
RESET SESSION AUTHORIZATION;
RESET ALL;
