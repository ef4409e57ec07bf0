-- Continuous aggregates: views that are computed whenever they are read. They are always up to date, as with materialized_only = false; what
-- materialized_only says is written down, and keeps nothing back. What retention drops from the source is gone from the view, too.

-- The hypertable or continuous aggregate that a view reads.
CREATE FUNCTION _timescaledb_functions.source_of(view regclass) RETURNS int4
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    sources int4[];
BEGIN
    sources := ARRAY(
        SELECT DISTINCT h.id
        FROM pg_rewrite AS w
        JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
        JOIN _timescaledb_catalog.hypertable AS h ON h.relation = d.refobjid
        WHERE w.ev_class = view AND d.refobjid <> view::oid
    );
    IF cardinality(sources) = 0 THEN
        RAISE EXCEPTION 'invalid continuous aggregate view' USING ERRCODE = 'feature_not_supported',
            DETAIL = 'At least one hypertable should be used in the view definition.';
    ELSIF cardinality(sources) > 1 THEN
        RAISE EXCEPTION 'invalid continuous aggregate view' USING ERRCODE = 'feature_not_supported',
            DETAIL = 'Only one hypertable is allowed in continuous aggregate view.';
    END IF;
    RETURN sources[1];
END
$$;

-- Refuses queries that TimescaleDB does not keep up to date. What a query has is told by its tree, as the server keeps it.
CREATE FUNCTION _timescaledb_functions.check_aggregate_query(view regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    tree CONSTANT text := (SELECT w.ev_action FROM pg_rewrite AS w WHERE w.ev_class = view);
    detail CONSTANT text := CASE
        WHEN tree ~ ':setOperations [^<]' THEN 'FROM clause missing in the query'
        WHEN tree ~ ':hasWindowFuncs true' THEN 'Window function support not enabled.'
        WHEN tree ~ ':distinctClause [^<]' THEN 'DISTINCT / DISTINCT ON queries are not supported by continuous aggregates.'
        WHEN tree ~ ':(limitOffset|limitCount) [^<]'
            THEN 'LIMIT and LIMIT OFFSET are not supported in queries defining continuous aggregates.'
        WHEN tree ~ ':hasSubLinks true|:cteList [^<]' THEN 'CTEs and subqueries are not supported by continuous aggregates.'
        WHEN tree ~ ':groupingSets [^<]' THEN 'GROUP BY GROUPING SETS, ROLLUP and CUBE are not supported by continuous aggregates'
        WHEN tree !~ ':hasAggs true' OR tree !~ ':groupClause [^<]'
            THEN 'Include at least one aggregate function and a GROUP BY clause with time bucket.'
    END;
BEGIN
    IF detail IS NOT NULL THEN
        RAISE EXCEPTION 'invalid continuous aggregate query' USING ERRCODE = 'feature_not_supported', DETAIL = detail;
    END IF;
END
$$;

-- The bucket of a view that groups by one: its column, and its width where that is a constant. From the definition as the server prints it:
-- the line of an output column that is a call of time_bucket.
CREATE FUNCTION _timescaledb_functions.bucket_of(view regclass, source int4) RETURNS TABLE (attnum int2, width interval, integers int8)
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    definition CONSTANT text := pg_get_viewdef(view);
    keys CONSTANT text := regexp_replace(substring(definition FROM '\n  GROUP BY (.*)$'), '\n +(HAVING|ORDER BY) .*$', '');
    buckets CONSTANT int8 := (SELECT count(*) FROM regexp_matches(keys, '\mtime_bucket\(', 'g'));
    name CONSTANT text := '(?:"(?:[^"]|"")*"|\w+)';
    found text[];
    output text;
BEGIN
    IF buckets > 1 THEN
        RAISE EXCEPTION 'continuous aggregate view cannot contain multiple time bucket functions' USING ERRCODE = 'feature_not_supported';
    END IF;
    found := regexp_match(
        definition,
        format(
            '(?n)^ *(?:SELECT )?(?:%1$s\.)?time_bucket\((?:\w+ => )?((?:''(?:[^'']|'''')*''|\(\d+\)|\d+)(?:::\w+)?), '
                '(?:\w+ => )?(?:%1$s\.)?(%1$s)?(.*\)) AS (%1$s),?$',
            name));
    IF found IS NULL OR COALESCE(buckets, 0) = 0 THEN
        RAISE EXCEPTION 'continuous aggregate view must include a valid time bucket function' USING ERRCODE = 'feature_not_supported';
    ELSIF found[2] IS NULL OR found[3] !~ '^[,)]' OR NOT EXISTS (
        SELECT FROM _timescaledb_catalog.hypertable AS h
        JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = h.id AND d.interval_length IS NOT NULL
        JOIN pg_attribute AS a ON a.attrelid = h.relation AND a.attnum = d.attnum
        WHERE h.id = source AND a.attname = (parse_ident(found[2]))[1]
    ) THEN
        RAISE EXCEPTION 'time bucket function must reference the primary hypertable dimension column' USING ERRCODE = 'feature_not_supported';
    END IF;
    output := (parse_ident(found[4]))[1];
    SELECT a.attnum INTO bucket_of.attnum FROM pg_attribute AS a WHERE a.attrelid = view AND a.attname = output;
    EXECUTE 'SELECT ' || found[1] INTO output;
    IF found[1] ~ '::interval$' THEN
        width := output;
    ELSE
        integers := output;
    END IF;
    IF width <= '0'::interval OR integers <= 0 THEN
        RAISE EXCEPTION 'time bucket width must be greater than zero' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN NEXT;
END
$$;

-- Refuses buckets of an aggregate over another one that do not hold whole buckets of that one.
CREATE FUNCTION _timescaledb_functions.check_bucket_over_bucket(view regclass, source int4, width interval, integers int8) RETURNS void
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    below record;
    ours int8 := COALESCE(integers, _timescaledb_functions.interval_length(width));
    theirs int8;
    wanted text;
BEGIN
    SELECT h.relation, a.bucket_width, a.bucket_integers INTO below
    FROM _timescaledb_catalog.continuous_agg AS a
    JOIN _timescaledb_catalog.hypertable AS h ON h.id = a.hypertable_id
    WHERE a.hypertable_id = source;
    theirs := COALESCE(below.bucket_integers, _timescaledb_functions.interval_length(below.bucket_width));
    IF _timescaledb_functions.interval_months(below.bucket_width) > 0 AND _timescaledb_functions.interval_months(width) = 0 THEN
        RAISE EXCEPTION 'cannot create continuous aggregate with fixed-width bucket on top of one using variable-width bucket'
            USING ERRCODE = 'feature_not_supported', DETAIL = 'The variance can lead to the fixed width one not being a multiple of the variable width one.';
    ELSIF ours < theirs THEN
        wanted := 'greater or equal than';
    ELSIF ours % theirs <> 0 THEN
        wanted := 'multiple of';
    END IF;
    IF wanted IS NOT NULL THEN
        RAISE EXCEPTION 'cannot create continuous aggregate with incompatible bucket width' USING ERRCODE = 'feature_not_supported',
            DETAIL = format('Time bucket width of "%s" [%s] should be %s the time bucket width of "%s" [%s].',
                view, COALESCE(width::text, integers::text), wanted,
                below.relation, COALESCE(below.bucket_width::text, below.bucket_integers::text));
    END IF;
END
$$;

-- Refuses a hypertable of numbers that does not tell which of them is now.
CREATE FUNCTION _timescaledb_functions.check_integer_now(source int4) RETURNS void
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    dimension record;
BEGIN
    SELECT h.relation, d.integer_now_func INTO dimension
    FROM _timescaledb_catalog.dimension AS d
    JOIN _timescaledb_catalog.hypertable AS h ON h.id = d.hypertable_id
    WHERE d.hypertable_id = source AND d.interval_length IS NOT NULL
    ORDER BY d.id
    LIMIT 1;
    IF dimension.integer_now_func IS NULL AND _timescaledb_functions.hypertable_id(dimension.relation) IS NOT NULL THEN
        RAISE EXCEPTION 'custom time function required on hypertable "%"', _timescaledb_functions.relation_name(dimension.relation)
            USING ERRCODE = 'feature_not_supported',
                DETAIL = 'An integer-based hypertable requires a custom time function to support continuous aggregates.',
                HINT = 'Set a custom time function on the hypertable.';
    END IF;
END
$$;

-- A view's query, with the names that the session's search path calls for. pg_get_viewdef itself asks a query in that session, whose
-- operators would come from whatever schema stands before pg_catalog there.
CREATE FUNCTION _timescaledb_functions.view_definition(view regclass) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    path CONSTANT pg_catalog.text := pg_catalog.current_setting('search_path');
    definition pg_catalog.text;
BEGIN
    PERFORM pg_catalog.set_config(
        'search_path', CASE WHEN pg_catalog.length(path) OPERATOR(pg_catalog.>) 0 THEN pg_catalog.concat('pg_catalog, ', path) ELSE 'pg_catalog' END, true);
    definition := pg_catalog.pg_get_viewdef(view);
    PERFORM pg_catalog.set_config('search_path', path, true);
    RETURN definition;
END
$$;

-- CREATE MATERIALIZED VIEW ... WITH (timescaledb.continuous, ...): `statement` makes the view.
CREATE PROCEDURE _timescaledb_functions.create_continuous_aggregate(
    view_name text, if_not_exists bool, options jsonb, statement text
)
LANGUAGE plpgsql
AS $$
DECLARE
    view CONSTANT pg_catalog.regclass := pg_catalog.to_regclass(view_name);
    known CONSTANT pg_catalog.jsonb := _timescaledb_functions.known_options(options, 'aggregate');
BEGIN
    IF (known OPERATOR(pg_catalog.->>) 'continuous')::pg_catalog.bool IS NOT TRUE THEN
        PERFORM _timescaledb_functions.refuse_namespace(options);
    END IF;
    IF view IS NOT NULL AND if_not_exists THEN
        RAISE NOTICE '% "%" already exists, skipping',
            CASE WHEN _timescaledb_functions.continuous_agg_id(view) IS NULL THEN 'relation' ELSE 'continuous aggregate' END,
            _timescaledb_functions.relation_name(view) USING ERRCODE = 'duplicate_table';
        RETURN;
    END IF;
    IF _timescaledb_functions.continuous_agg_id(view) IS NOT NULL THEN
        RAISE EXCEPTION 'continuous aggregate "%" already exists', _timescaledb_functions.relation_name(view) USING ERRCODE = 'duplicate_table';
    END IF;
    EXECUTE statement;
    PERFORM _timescaledb_functions.record_continuous_aggregate(view_name::pg_catalog.regclass, known);
END
$$;

CREATE FUNCTION _timescaledb_functions.record_continuous_aggregate(view regclass, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    source int4;
    bucket record;
    aggregate int4;
    length int8;
BEGIN
    IF options ? 'columnstore' THEN
        RAISE EXCEPTION 'cannot enable compression while creating a continuous aggregate' USING ERRCODE = 'feature_not_supported',
            HINT = 'Use ALTER MATERIALIZED VIEW to enable compression.';
    END IF;
    PERFORM _timescaledb_functions.check_aggregate_query(view);
    source := _timescaledb_functions.source_of(view);
    SELECT * INTO bucket FROM _timescaledb_functions.bucket_of(view, source);
    PERFORM _timescaledb_functions.check_integer_now(source) WHERE bucket.integers IS NOT NULL;
    PERFORM _timescaledb_functions.check_bucket_over_bucket(view, source, bucket.width, bucket.integers);
    SELECT d.interval_length INTO length
    FROM _timescaledb_catalog.dimension AS d
    WHERE d.hypertable_id = source AND d.interval_length IS NOT NULL
    ORDER BY d.id
    LIMIT 1;
    INSERT INTO _timescaledb_catalog.hypertable (relation) VALUES (view) RETURNING id INTO aggregate;
    INSERT INTO _timescaledb_catalog.continuous_agg (hypertable_id, source_id, materialized_only, bucket_width, bucket_integers)
    VALUES (aggregate, source, COALESCE((options ->> 'materialized_only')::bool, true), bucket.width, bucket.integers);
    INSERT INTO _timescaledb_catalog.dimension (hypertable_id, attnum, interval_length)
    VALUES (aggregate, bucket.attnum, COALESCE(
        _timescaledb_functions.interval_length((options ->> 'chunk_interval')::interval),
        -- Ten times the source's, as TimescaleDB chooses; an aggregate over an aggregate has the same as that one.
        length * CASE WHEN EXISTS (
            SELECT FROM _timescaledb_catalog.continuous_agg AS a WHERE a.hypertable_id = source
        ) THEN 1 ELSE 10 END));
    PERFORM _timescaledb_functions.create_storage(aggregate, (options ->> 'create_group_indexes')::bool IS NOT FALSE);
END
$$;

-- The columnstore of an aggregate is ordered by the bucket and whatever else it is grouped by, unless it is told otherwise.
CREATE FUNCTION _timescaledb_functions.set_aggregate_columnstore(aggregate int4, view regclass, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    segments text[];
    ordering text;
BEGIN
    IF (options ->> 'columnstore')::bool IS NOT FALSE AND NOT options ? 'orderby' THEN
        segments := ARRAY(SELECT c.column_name FROM _timescaledb_functions.parse_columns(view, options ->> 'segmentby', 'segmentby') AS c);
        SELECT string_agg(quote_ident(g.name), ',' ORDER BY g.attnum <> d.attnum, g.n) INTO ordering
        FROM _timescaledb_functions.grouping_columns(view) WITH ORDINALITY AS g (attnum, name, n)
        JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = aggregate
        WHERE g.attnum = d.attnum OR g.name <> ALL (segments);
        options := options || jsonb_build_object('orderby', ordering);
        RAISE NOTICE 'defaulting compress_orderby to %', ordering;
    END IF;
    PERFORM _timescaledb_functions.set_columnstore(aggregate, view, options);
END
$$;

-- The output columns that a view groups by, in the order of its GROUP BY, from the query tree: the target list and the GROUP BY of the
-- outermost query come last in it, and entries without a name are arguments of an aggregate.
CREATE FUNCTION _timescaledb_functions.grouping_columns(view regclass) RETURNS TABLE (attnum int2, name name)
LANGUAGE sql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT a.attnum, a.attname
    FROM pg_rewrite AS w
    CROSS JOIN LATERAL substring(w.ev_action::text FROM '.*:targetList (.*)$') AS tree
    CROSS JOIN LATERAL regexp_matches(substring(tree FROM '.*:groupClause \(([^)]*)\)'), ':tleSortGroupRef (\d+)', 'g')
        WITH ORDINALITY AS grouped (ref, n)
    CROSS JOIN LATERAL regexp_match(
        tree, ':resno (\d+) :resname (?!<> )(?:\\.|[^ ])+ :ressortgroupref ' || grouped.ref[1] || ' :resorigtbl \d+ :resorigcol \d+ :resjunk false') AS m
    JOIN pg_attribute AS a ON a.attrelid = view AND a.attnum = m[1]::int2
    WHERE w.ev_class = view
    ORDER BY grouped.n
$$;

-- ALTER MATERIALIZED VIEW of what may be a continuous aggregate, action by action; columns are added first.
CREATE PROCEDURE _timescaledb_functions.alter_materialized_view(view_name text, actions jsonb[], otherwise text)
LANGUAGE plpgsql
AS $$
DECLARE
    view CONSTANT pg_catalog.regclass := pg_catalog.to_regclass(view_name);
    aggregate CONSTANT pg_catalog.int4 := _timescaledb_functions.continuous_agg_id(view);
    action pg_catalog.jsonb;
BEGIN
    IF aggregate IS NULL THEN
        EXECUTE otherwise;
        RETURN;
    END IF;
    PERFORM _timescaledb_functions.check_owner(view, 'continuous aggregate');
    PERFORM _timescaledb_functions.add_columns(aggregate, view, actions);
    FOREACH action IN ARRAY actions LOOP
        IF action OPERATOR(pg_catalog.?) 'set' AND (action OPERATOR(pg_catalog.->>) 'has_others')::pg_catalog.bool THEN
            RAISE EXCEPTION 'only timescaledb parameters allowed in WITH clause for continuous aggregate'
                USING ERRCODE = 'feature_not_supported';
        ELSIF action OPERATOR(pg_catalog.?) 'set' THEN
            PERFORM _timescaledb_functions.set_aggregate_options(aggregate, view, action OPERATOR(pg_catalog.->) 'set');
        ELSIF action OPERATOR(pg_catalog.?) 'owner' THEN
            EXECUTE pg_catalog.format('ALTER VIEW %s OWNER TO ', view) OPERATOR(pg_catalog.||) (action OPERATOR(pg_catalog.->>) 'owner');
            PERFORM _timescaledb_functions.give_storage(aggregate);
        ELSIF action OPERATOR(pg_catalog.?) 'tablespace' THEN
            EXECUTE pg_catalog.format('ALTER TABLE %s SET TABLESPACE ', _timescaledb_functions.storage(aggregate)) OPERATOR(pg_catalog.||) (action OPERATOR(pg_catalog.->>) 'tablespace');
        ELSIF NOT action OPERATOR(pg_catalog.?) 'add' THEN
            RAISE EXCEPTION 'cannot alter only SET options of a continuous aggregate' USING ERRCODE = 'feature_not_supported';
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION _timescaledb_functions.set_aggregate_options(aggregate int4, view regclass, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    options := _timescaledb_functions.known_options(options, 'aggregate');
    IF options ? 'continuous' THEN
        RAISE EXCEPTION 'cannot disable continuous aggregates' USING ERRCODE = 'internal_error';
    END IF;
    IF options ? 'materialized_only' THEN
        UPDATE _timescaledb_catalog.continuous_agg
        SET materialized_only = (options ->> 'materialized_only')::bool
        WHERE hypertable_id = aggregate;
    END IF;
    IF options ? 'chunk_interval' THEN
        UPDATE _timescaledb_catalog.dimension
        SET interval_length = _timescaledb_functions.interval_length((options ->> 'chunk_interval')::interval)
        WHERE hypertable_id = aggregate;
    END IF;
    IF options ? 'create_group_indexes' THEN
        RAISE EXCEPTION 'cannot alter create_group_indexes option for continuous aggregates' USING ERRCODE = 'feature_not_supported';
    END IF;
    IF options ?| '{columnstore,segmentby,orderby,compress_interval}' THEN
        PERFORM _timescaledb_functions.set_aggregate_columnstore(aggregate, view, options);
    END IF;
END
$$;

-- ADD COLUMN ... GENERATED ALWAYS AS (...) STORED: the view's query with more behind the last of its output columns.
CREATE FUNCTION _timescaledb_functions.add_columns(aggregate int4, view regclass, actions jsonb[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    definition CONSTANT pg_catalog.text := _timescaledb_functions.view_definition(view);
    -- Up to the first FROM at the beginning of a line, which is in no string and no quoted name.
    head CONSTANT pg_catalog.text := (pg_catalog.regexp_match(
        definition, '^((?:[^''"]|''(?:[^'']|'''')*''|"(?:[^"]|"")*")*?)\n   FROM '))[1];
    added pg_catalog.text := '';
    names pg_catalog.text[] := ARRAY(
        SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute AS a WHERE a.attrelid OPERATOR(pg_catalog.=) view);
    action pg_catalog.jsonb;
BEGIN
    FOREACH action IN ARRAY actions LOOP
        CONTINUE WHEN NOT action OPERATOR(pg_catalog.?) 'add';
        IF NOT action OPERATOR(pg_catalog.?) 'expression' THEN
            RAISE EXCEPTION 'ADD COLUMN on a continuous aggregate must use GENERATED ALWAYS AS (<aggregate>) STORED'
                USING ERRCODE = 'feature_not_supported';
        ELSIF (action OPERATOR(pg_catalog.->>) 'has_constraints')::pg_catalog.bool THEN
            RAISE EXCEPTION 'only the GENERATED ALWAYS AS (...) STORED clause is supported on this ADD COLUMN; column "%" has additional constraints',
                action OPERATOR(pg_catalog.->>) 'add'
                USING ERRCODE = 'feature_not_supported',
                    HINT = 'Drop the additional constraints (NOT NULL / COLLATE / STORAGE / COMPRESSION / etc.) on this column.';
        ELSIF action OPERATOR(pg_catalog.->>) 'add' OPERATOR(pg_catalog.=) ANY (names) THEN
            -- The first of TimescaleDB's own relations that gets the column.
            RAISE EXCEPTION 'column "%" of relation "_partial_view_%" already exists', action OPERATOR(pg_catalog.->>) 'add', aggregate
                USING ERRCODE = 'duplicate_column';
        END IF;
        names := pg_catalog.array_append(names, action OPERATOR(pg_catalog.->>) 'add');
        added := added OPERATOR(pg_catalog.||) pg_catalog.format(
            E',\n    CAST((%s\n) AS %s) %s AS %I', action OPERATOR(pg_catalog.->>) 'expression', action OPERATOR(pg_catalog.->>) 'type',
            action OPERATOR(pg_catalog.->>) 'collation', action OPERATOR(pg_catalog.->>) 'add');
    END LOOP;
    IF added OPERATOR(pg_catalog.=) '' THEN
        RETURN;
    END IF;
    EXECUTE pg_catalog.format('CREATE OR REPLACE VIEW %s AS ', view) OPERATOR(pg_catalog.||) head OPERATOR(pg_catalog.||) added
        OPERATOR(pg_catalog.||) pg_catalog.substr(definition, pg_catalog.length(head) OPERATOR(pg_catalog.+) 1);
    PERFORM _timescaledb_functions.tend_storage(aggregate);
END
$$;

-- A statement about a MATERIALIZED VIEW that may be a continuous aggregate: one of the two texts is carried out.
CREATE PROCEDURE _timescaledb_functions.on_materialized_view(view_name text, on_aggregate text, otherwise text)
LANGUAGE plpgsql
AS $$
DECLARE
    view CONSTANT pg_catalog.regclass := pg_catalog.to_regclass(view_name);
    aggregate CONSTANT pg_catalog.int4 := _timescaledb_functions.continuous_agg_id(view);
BEGIN
    IF aggregate IS NULL THEN
        EXECUTE otherwise;
    ELSE
        EXECUTE on_aggregate;
        PERFORM _timescaledb_functions.tend_storage(aggregate);
    END IF;
END
$$;

-- REFRESH MATERIALIZED VIEW of a continuous aggregate.
CREATE PROCEDURE _timescaledb_functions.refuse_refresh()
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'operation not supported on continuous aggregate' USING ERRCODE = 'feature_not_supported';
END
$$;

-- DROP MATERIALIZED VIEW of continuous aggregates or of others.
CREATE PROCEDURE _timescaledb_functions.drop_materialized_views(view_names text[], if_exists bool, is_cascade bool)
LANGUAGE plpgsql
AS $$
DECLARE
    aggregates CONSTANT pg_catalog.int8 := (
        SELECT pg_catalog.count(_timescaledb_functions.continuous_agg_id(pg_catalog.to_regclass(v))) FROM pg_catalog.unnest(view_names) AS v);
    statement CONSTANT pg_catalog.text := pg_catalog.format(
        'DROP %s %s %s %s',
        CASE WHEN aggregates OPERATOR(pg_catalog.=) 0 THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
        CASE WHEN if_exists THEN 'IF EXISTS' END,
        pg_catalog.array_to_string(view_names, ', '),
        CASE WHEN is_cascade THEN 'CASCADE' END);
BEGIN
    IF aggregates OPERATOR(pg_catalog.<>) ALL (ARRAY[0, pg_catalog.cardinality(view_names)]) THEN
        RAISE EXCEPTION 'mixing continuous aggregates and other objects not allowed' USING ERRCODE = 'feature_not_supported',
            HINT = 'Drop continuous aggregates and other objects in separate statements.';
    END IF;
    IF aggregates OPERATOR(pg_catalog.>) 0 AND is_cascade THEN
        CALL _timescaledb_functions.drop_cascade(view_names, statement);
    ELSIF aggregates OPERATOR(pg_catalog.>) 1 AND (
        SELECT pg_catalog.cardinality(c.aggregates)
        FROM _timescaledb_functions.cascade_of(ARRAY(
            SELECT pg_catalog.to_regclass(v)::pg_catalog.oid FROM pg_catalog.unnest(view_names) AS v)) AS c
    ) OPERATOR(pg_catalog.>) 0 THEN
        -- Of one of them there are views that depend on another one.
        RAISE EXCEPTION 'cannot drop desired object(s) because other objects depend on them'
            USING ERRCODE = 'dependent_objects_still_exist', HINT = 'Use DROP ... CASCADE to drop the dependent objects too.';
    ELSE
        EXECUTE statement;
    END IF;
    PERFORM _timescaledb_functions.tend_storages();
END
$$;

-- DROP VIEW, which TimescaleDB refuses for continuous aggregates.
CREATE PROCEDURE _timescaledb_functions.drop_views(view_names text[], statement text)
LANGUAGE plpgsql
AS $$
DECLARE
    view_name pg_catalog.text;
BEGIN
    FOREACH view_name IN ARRAY view_names LOOP
        IF _timescaledb_functions.continuous_agg_id(pg_catalog.to_regclass(view_name)) IS NOT NULL THEN
            RAISE EXCEPTION 'cannot drop continuous aggregate using DROP VIEW' USING ERRCODE = 'feature_not_supported',
                HINT = 'Use DROP MATERIALIZED VIEW to drop a continuous aggregate.';
        END IF;
    END LOOP;
    EXECUTE statement;
END
$$;

-- ALTER VIEW, which TimescaleDB refuses for continuous aggregates, but for the names of their columns.
CREATE PROCEDURE _timescaledb_functions.alter_view(view_name text, statement text)
LANGUAGE plpgsql
AS $$
BEGIN
    IF _timescaledb_functions.continuous_agg_id(pg_catalog.to_regclass(view_name)) IS NOT NULL THEN
        RAISE EXCEPTION 'cannot alter continuous aggregate using ALTER VIEW' USING ERRCODE = 'feature_not_supported',
            HINT = 'Use ALTER MATERIALIZED VIEW to alter a continuous aggregate.';
    END IF;
    EXECUTE statement;
END
$$;
