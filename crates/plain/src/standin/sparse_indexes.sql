-- Sparse indexes of columnstores: recorded by the numbers of their columns, in the order in which TimescaleDB shows them, and nothing else.

-- A list of bloom(...) and minmax(...) as TimescaleDB reads it. An empty list is recorded as one.
CREATE FUNCTION _timescaledb_functions.parse_sparse_indexes(relation regclass, list text) RETURNS jsonb
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    identifier CONSTANT text := '(?:"(?:[^"]|"")*"|[[:alpha:]_][[:alnum:]_$]*)';
    call CONSTANT text := '\s*(' || identifier || ')\s*\(((?:"(?:[^"]|"")*"|[^()"])*)\)\s*';
    parts text[];
    kind text;
    result jsonb := '[]';
BEGIN
    IF list = '' THEN
        RETURN '[{"source": "config"}]';
    ELSIF list !~ ('^' || call || '(?:,' || call || ')*$') THEN
        RAISE EXCEPTION 'unable to parse sparse index option "%"', list USING ERRCODE = 'syntax_error';
    END IF;
    FOR parts IN SELECT m FROM regexp_matches(list, call, 'g') AS m LOOP
        kind := (parse_ident(parts[1]))[1];
        IF kind NOT IN ('bloom', 'minmax') THEN
            RAISE EXCEPTION 'unrecognized sparse index type "%"', kind USING ERRCODE = 'invalid_parameter_value';
        END IF;
        result := result || _timescaledb_functions.checked_sparse_index(
            relation, kind,
            ARRAY(
                SELECT _timescaledb_functions.column_reference(m[1])
                FROM regexp_matches(parts[2], '((?:"(?:[^"]|"")*"|[^,"])+)', 'g') AS m
            ),
            result);
    END LOOP;
    RETURN result;
END
$$;

CREATE FUNCTION _timescaledb_functions.column_reference(written text) RETURNS text
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF written ~ '^\s*("(?:[^"]|"")*"|[[:alpha:]_][[:alnum:]_$]*)\s*$' THEN
        RETURN (parse_ident(written))[1];
    ELSIF written ~ '\*|\.' THEN
        RAISE EXCEPTION 'invalid sparse index column reference syntax' USING ERRCODE = 'syntax_error',
            DETAIL = 'Wildcard or qualified references like ''*'' or ''table.col'' are not allowed.';
    END IF;
    RAISE EXCEPTION 'sparse index column reference must reference a valid column name' USING ERRCODE = 'syntax_error';
END
$$;

-- One of them, behind those that come before it.
CREATE FUNCTION _timescaledb_functions.checked_sparse_index(relation regclass, kind text, names text[], others jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    missing CONSTANT text := (
        SELECT n.name
        FROM unnest(names) WITH ORDINALITY AS n (name, position)
        WHERE NOT EXISTS (
            SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = n.name AND a.attnum > 0 AND NOT a.attisdropped)
        ORDER BY n.position
        LIMIT 1
    );
    repeated CONSTANT text := (SELECT n FROM unnest(names) AS n GROUP BY n HAVING count(*) > 1 LIMIT 1);
    listed CONSTANT text := (SELECT string_agg(quote_literal(n.name), ',' ORDER BY n.position) FROM unnest(names) WITH ORDINALITY AS n (name, position));
    numbers jsonb;
    is_there bool;
BEGIN
    IF cardinality(names) = 0 OR (cardinality(names) > 1 AND kind <> 'bloom') THEN
        RAISE EXCEPTION 'only bloom indexes can have multiple columns' USING ERRCODE = 'syntax_error';
    ELSIF missing IS NOT NULL THEN
        RAISE EXCEPTION 'column "%" does not exist', missing USING ERRCODE = 'syntax_error',
            HINT = format('The sparse index %s option must reference a valid column.', kind);
    ELSIF repeated IS NOT NULL THEN
        RAISE EXCEPTION 'duplicate column name (%) in composite bloom index configuration: (%)', quote_literal(repeated), listed
            USING ERRCODE = 'syntax_error', HINT = 'The sparse index option must reference distinct column set.';
    END IF;
    numbers := (SELECT jsonb_agg(n ORDER BY n) FROM unnest(_timescaledb_functions.column_numbers(relation, names)) AS n);
    is_there := EXISTS (SELECT FROM jsonb_array_elements(others) AS o WHERE o -> 'columns' = numbers);
    IF is_there AND kind = 'bloom' THEN
        RAISE EXCEPTION 'duplicate sparse index configuration (%)', listed
            USING ERRCODE = 'syntax_error', HINT = 'The sparse index option must reference distinct column set.';
    ELSIF is_there THEN
        RAISE EXCEPTION 'duplicate column name "%"', names[1]
            USING ERRCODE = 'syntax_error', HINT = 'The sparse index option must reference distinct column.';
    END IF;
    RETURN jsonb_build_array(jsonb_build_object('type', kind, 'columns', numbers, 'source', 'config'));
END
$$;

-- Those that were asked for.
CREATE FUNCTION _timescaledb_functions.configured_indexes(indexes jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT jsonb_agg(i.index ORDER BY i.n)
    FROM jsonb_array_elements(indexes) WITH ORDINALITY AS i (index, n)
    WHERE i.index ->> 'source' = 'config'
$$;

-- With those that the columns of an order get where nothing else was asked for.
CREATE FUNCTION _timescaledb_functions.with_ordered_indexes(configured jsonb, orderby int2[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT NULLIF(COALESCE(configured, '[]') || COALESCE(jsonb_agg(
        jsonb_build_object('type', k.type, 'columns', jsonb_build_array(o.attnum), 'source', 'orderby') ORDER BY o.n, k.n), '[]'), '[]')
    FROM unnest(orderby) WITH ORDINALITY AS o (attnum, n)
    CROSS JOIN (VALUES (1, 'minmax'), (2, 'firstlast')) AS k (n, type)
    WHERE NOT COALESCE(configured, '[]') @> jsonb_build_array(jsonb_build_object('type', 'minmax', 'columns', jsonb_build_array(o.attnum)))
$$;

-- Records what the columnstore of a hypertable is told of them, when its segments and its order are recorded.
CREATE FUNCTION _timescaledb_functions.set_sparse_indexes(target int4, relation regclass, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    settings _timescaledb_catalog.hypertable;
    configured jsonb;
    refused text;
BEGIN
    SELECT * INTO settings FROM _timescaledb_catalog.hypertable AS h WHERE h.id = target;
    IF NOT options ? 'index' THEN
        configured := _timescaledb_functions.configured_indexes(settings.sparse_index);
    ELSIF settings.orderby IS NULL THEN
        RAISE EXCEPTION 'cannot set sparse index option without orderby option' USING ERRCODE = 'feature_not_supported',
            DETAIL = 'Either set both options or remove both options to trigger default values';
    ELSE
        configured := _timescaledb_functions.parse_sparse_indexes(relation, options ->> 'index');
    END IF;
    SELECT a.attname INTO refused
    FROM jsonb_array_elements(configured) AS i
    CROSS JOIN LATERAL jsonb_array_elements_text(i -> 'columns') AS c
    JOIN pg_attribute AS a ON a.attrelid = relation AND a.attnum = c::int2
    WHERE a.attnum = ANY (settings.segmentby)
    LIMIT 1;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'the segmentby column "%" can not have sparse indexes', refused USING ERRCODE = 'syntax_error';
    END IF;
    SELECT a.attname INTO refused
    FROM pg_attribute AS a
    WHERE a.attrelid = relation AND a.attnum = ANY (settings.orderby)
      AND configured @> jsonb_build_array(jsonb_build_object('type', 'bloom')) AND EXISTS (
          SELECT FROM jsonb_array_elements(configured) AS i WHERE i ->> 'type' = 'bloom' AND i -> 'columns' = jsonb_build_array(a.attnum))
    LIMIT 1;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'the orderby column "%" cannot have a bloom sparse index ', refused USING ERRCODE = 'syntax_error',
            DETAIL = 'For orderby columns, a minmax sparse index is added automatically and cannot have bloom sparse index.';
    END IF;
    IF options ?| '{orderby,index}' THEN
        UPDATE _timescaledb_catalog.hypertable
        SET sparse_index = _timescaledb_functions.with_ordered_indexes(configured, settings.orderby)
        WHERE id = target;
    END IF;
END
$$;

-- What is recorded as it is shown: with the names that its columns have by now, and without those that have lost one.
CREATE FUNCTION _timescaledb_functions.shown_indexes(relation regclass, indexes jsonb) RETURNS jsonb
LANGUAGE sql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT jsonb_agg(
        CASE
            WHEN i.index ? 'type' THEN i.index - 'columns' || jsonb_build_object(
                'column', CASE cardinality(c.names) WHEN 1 THEN to_jsonb(c.names[1]) ELSE to_jsonb(c.names) END)
            ELSE i.index
        END ORDER BY i.n)
    FROM jsonb_array_elements(indexes) WITH ORDINALITY AS i (index, n)
    CROSS JOIN LATERAL (
        SELECT array_agg(a.attname::text ORDER BY a.attnum) AS names
        FROM jsonb_array_elements_text(i.index -> 'columns') AS number
        JOIN pg_attribute AS a ON a.attrelid = relation AND a.attnum = number::int2 AND NOT a.attisdropped
    ) AS c
    WHERE NOT i.index ? 'type' OR cardinality(c.names) = jsonb_array_length(i.index -> 'columns')
$$;
