-- What is written to continuous aggregates. With materialized_only TimescaleDB writes to what it keeps of one, which goes with a refresh; here
-- nothing is kept. A statement that finds no row does nothing, as there, and the first row is refused.

-- A trigger for the time of one statement, so that which rows there are is for the server to find.
CREATE FUNCTION _timescaledb_functions.refuse_write() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'plain mode cannot write to continuous aggregate "%"', TG_TABLE_NAME USING ERRCODE = 'feature_not_supported',
        DETAIL = 'It is a view here, computed whenever it is read, and keeps no rows of its own.',
        HINT = 'Write to the hypertable that it is made of.';
END
$$;

-- A statement that writes to what may be continuous aggregates.
CREATE PROCEDURE _timescaledb_functions.write_to(names text[], merges bool, statement text)
LANGUAGE plpgsql
AS $$
DECLARE
    relation pg_catalog.regclass;
    -- Those that TimescaleDB writes to, and whether there is one that it does not write to.
    written pg_catalog.regclass[];
    has_others pg_catalog.bool;
    message pg_catalog.text;
    hint pg_catalog.text;
BEGIN
    SELECT pg_catalog.array_agg(DISTINCT h.relation) FILTER (WHERE a.materialized_only), pg_catalog.bool_or(NOT a.materialized_only)
    INTO written, has_others
    FROM pg_catalog.unnest(names) AS n (name)
    JOIN _timescaledb_catalog.hypertable AS h ON h.relation OPERATOR(pg_catalog.=) pg_catalog.to_regclass(n.name)
    JOIN _timescaledb_catalog.continuous_agg AS a ON a.hypertable_id OPERATOR(pg_catalog.=) h.id;
    -- A server before PostgreSQL 17 merges into no view, whatever triggers that has.
    IF has_others IS NULL
        OR (merges AND pg_catalog.current_setting('server_version_num')::pg_catalog.int4 OPERATOR(pg_catalog.<) 170000)
    THEN
        EXECUTE statement;
        RETURN;
    END IF;
    written := COALESCE(written, '{}');
    FOREACH relation IN ARRAY written LOOP
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER refuses_writes INSTEAD OF INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW '
                'EXECUTE FUNCTION _timescaledb_functions.refuse_write()',
            relation);
    END LOOP;
    IF has_others THEN
        BEGIN
            EXECUTE statement;
        EXCEPTION WHEN object_not_in_prerequisite_state THEN
            -- The view that TimescaleDB has there is another one.
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
            RAISE EXCEPTION '%', message USING ERRCODE = 'object_not_in_prerequisite_state', HINT = hint,
                DETAIL = 'Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.';
        END;
    ELSE
        EXECUTE statement;
    END IF;
    FOREACH relation IN ARRAY written LOOP
        EXECUTE pg_catalog.format('DROP TRIGGER refuses_writes ON %s', relation);
    END LOOP;
END
$$;

-- TRUNCATE of what may be continuous aggregates, of some names ONLY: the other tables first, with which rows of the aggregates may go.
CREATE PROCEDURE _timescaledb_functions.truncate(names text[], only_names text[], options text, statement text)
LANGUAGE plpgsql
AS $$
DECLARE
    name pg_catalog.text;
    aggregates pg_catalog.text[] := '{}';
    others pg_catalog.text[] := '{}';
    has_rows pg_catalog.bool;
BEGIN
    FOREACH name IN ARRAY names LOOP
        IF _timescaledb_functions.continuous_agg_id(pg_catalog.to_regclass(name)) IS NOT NULL THEN
            aggregates := pg_catalog.array_append(aggregates, name);
            IF name OPERATOR(pg_catalog.=) ANY (only_names) THEN
                RAISE EXCEPTION 'cannot truncate only a continuous aggregate' USING ERRCODE = 'wrong_object_type';
            END IF;
        ELSIF name OPERATOR(pg_catalog.=) ANY (only_names) THEN
            others := pg_catalog.array_append(others, pg_catalog.concat('ONLY ', name));
            IF _timescaledb_functions.hypertable_id(pg_catalog.to_regclass(name)) IS NOT NULL THEN
                RAISE EXCEPTION 'cannot truncate only a hypertable' USING ERRCODE = 'wrong_object_type',
                    HINT = 'Do not specify the ONLY keyword, or use truncate only on the chunks directly.';
            END IF;
        ELSE
            others := pg_catalog.array_append(others, name);
        END IF;
    END LOOP;
    IF pg_catalog.cardinality(aggregates) OPERATOR(pg_catalog.=) 0 THEN
        EXECUTE statement;
    ELSIF pg_catalog.cardinality(others) OPERATOR(pg_catalog.>) 0 THEN
        EXECUTE pg_catalog.format('TRUNCATE %s %s', pg_catalog.array_to_string(others, ', '), options);
    END IF;
    FOREACH name IN ARRAY aggregates LOOP
        EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %s)', name) INTO has_rows;
        IF has_rows THEN
            RAISE EXCEPTION 'plain mode cannot truncate continuous aggregate "%"',
                _timescaledb_functions.relation_name(pg_catalog.to_regclass(name))
                USING ERRCODE = 'feature_not_supported',
                    DETAIL = 'It is a view here, computed whenever it is read, and keeps no rows of its own.',
                    HINT = 'Truncate the hypertable that it is made of.';
        END IF;
    END LOOP;
END
$$;
