-- Tablespaces of hypertables, over which there are no chunks to spread; and the columns whose ranges chunks would be skipped by.

CREATE FUNCTION _timescaledb_functions.find_tablespace(tablespace name, hint text) RETURNS pg_tablespace
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    found pg_tablespace;
BEGIN
    IF tablespace IS NULL THEN
        RAISE EXCEPTION 'invalid tablespace name' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO found FROM pg_tablespace WHERE spcname = tablespace;
    IF found.oid IS NULL AND hint IS NULL THEN
        RAISE EXCEPTION 'tablespace "%" does not exist', tablespace USING ERRCODE = 'undefined_object';
    ELSIF found.oid IS NULL THEN
        RAISE EXCEPTION 'tablespace "%" does not exist', tablespace USING ERRCODE = 'undefined_object', HINT = hint;
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION public.attach_tablespace(tablespace name, hypertable regclass, if_not_attached bool DEFAULT false) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    found pg_tablespace;
    target int4;
    class pg_class;
BEGIN
    IF tablespace IS NOT NULL AND hypertable IS NULL THEN
        RAISE EXCEPTION 'invalid hypertable' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    found := _timescaledb_functions.find_tablespace(
        tablespace, 'The tablespace needs to be created before attaching it to a hypertable.');
    target := _timescaledb_functions.own_hypertable(hypertable);
    SELECT * INTO class FROM pg_class WHERE oid = hypertable;
    IF found.oid <> (SELECT dattablespace FROM pg_database WHERE datname = current_database())
        AND NOT has_tablespace_privilege(class.relowner, found.oid, 'CREATE')
    THEN
        RAISE EXCEPTION 'permission denied for tablespace "%" by table owner "%"', tablespace, pg_get_userbyid(class.relowner)
            USING ERRCODE = 'insufficient_privilege';
    ELSIF NOT EXISTS (SELECT FROM _timescaledb_catalog.tablespace AS t WHERE t.hypertable_id = target AND t.tablespace_name = tablespace) THEN
        -- The first one is the table's own.
        IF class.reltablespace = 0 THEN
            EXECUTE format('ALTER TABLE %s SET TABLESPACE %I', hypertable, tablespace);
        END IF;
        INSERT INTO _timescaledb_catalog.tablespace (hypertable_id, tablespace_name) VALUES (target, tablespace);
    ELSIF if_not_attached THEN
        RAISE NOTICE 'tablespace "%" is already attached to hypertable "%", skipping', tablespace, class.relname USING ERRCODE = 'TS140';
    ELSE
        RAISE EXCEPTION 'tablespace "%" is already attached to hypertable "%"', tablespace, class.relname USING ERRCODE = 'TS140';
    END IF;
END
$$;

-- From one hypertable, or from all that are the caller's.
CREATE FUNCTION public.detach_tablespace(tablespace name, hypertable regclass DEFAULT NULL, if_attached bool DEFAULT false) RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    found CONSTANT pg_tablespace := _timescaledb_functions.find_tablespace(tablespace, NULL);
    target int4;
    relation regclass;
    detached int4 := 0;
BEGIN
    IF hypertable IS NOT NULL THEN
        target := _timescaledb_functions.own_hypertable(hypertable);
    END IF;
    FOR relation IN
        DELETE FROM _timescaledb_catalog.tablespace AS t
        USING _timescaledb_catalog.hypertable AS h
        WHERE h.id = t.hypertable_id AND t.tablespace_name = tablespace AND COALESCE(t.hypertable_id = target, true)
        RETURNING h.relation
    LOOP
        detached := detached + 1;
        IF (SELECT reltablespace FROM pg_class WHERE oid = relation) = found.oid THEN
            EXECUTE format('ALTER TABLE %s SET TABLESPACE pg_default', relation);
        END IF;
    END LOOP;
    IF detached = 0 AND target IS NOT NULL AND if_attached THEN
        RAISE NOTICE 'tablespace "%" is not attached to hypertable "%", skipping',
            tablespace, _timescaledb_functions.relation_name(hypertable) USING ERRCODE = 'TS150';
    ELSIF detached = 0 AND target IS NOT NULL THEN
        RAISE EXCEPTION 'tablespace "%" is not attached to hypertable "%"', tablespace, _timescaledb_functions.relation_name(hypertable)
            USING ERRCODE = 'TS150';
    END IF;
    RETURN detached;
END
$$;

CREATE FUNCTION public.detach_tablespaces(hypertable regclass) RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    target int4;
    detached int4;
BEGIN
    IF hypertable IS NULL THEN
        RAISE EXCEPTION 'hypertable cannot be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    target := _timescaledb_functions.own_hypertable(hypertable);
    DELETE FROM _timescaledb_catalog.tablespace WHERE hypertable_id = target;
    GET DIAGNOSTICS detached = ROW_COUNT;
    EXECUTE format('ALTER TABLE %s SET TABLESPACE pg_default', hypertable);
    RETURN detached;
END
$$;

CREATE FUNCTION public.show_tablespaces(hypertable regclass) RETURNS SETOF name
LANGUAGE plpgsql STRICT SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    target CONSTANT int4 := _timescaledb_functions.own_hypertable(hypertable);
BEGIN
    RETURN QUERY SELECT t.tablespace_name FROM _timescaledb_catalog.tablespace AS t WHERE t.hypertable_id = target ORDER BY t.id;
END
$$;


-- Chunk skipping -------------------------------------------------------------------------------------------------------------------------

-- The hypertable, where chunk skipping is on.
CREATE FUNCTION _timescaledb_functions.skips_chunks(hypertable regclass, column_name name) RETURNS int4
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF NULLIF(current_setting('timescaledb.enable_chunk_skipping', true), '')::bool IS NOT TRUE THEN
        RAISE EXCEPTION 'chunk skipping functionality disabled, enable it by first setting timescaledb.enable_chunk_skipping to on'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF hypertable IS NOT NULL AND column_name IS NULL THEN
        RAISE EXCEPTION 'column name cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN _timescaledb_functions.own_hypertable(hypertable);
END
$$;

CREATE FUNCTION public.enable_chunk_skipping(hypertable regclass, column_name name, if_not_exists bool DEFAULT false)
RETURNS TABLE (column_stats_id int4, enabled bool)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    target CONSTANT int4 := _timescaledb_functions.skips_chunks(hypertable, column_name);
    type regtype;
    number int2;
BEGIN
    SELECT a.atttypid, a.attnum INTO type, number FROM pg_attribute AS a WHERE a.attrelid = hypertable AND a.attname = column_name AND NOT a.attisdropped;
    IF type IS NULL THEN
        RAISE EXCEPTION 'column "%" does not exist', column_name USING ERRCODE = 'undefined_column';
    END IF;
    SELECT s.id, true INTO column_stats_id, enabled
    FROM _timescaledb_catalog.chunk_column_stats AS s
    WHERE s.hypertable_id = target AND s.attnum = number;
    IF enabled AND if_not_exists THEN
        RAISE NOTICE 'already enabled for column "%", skipping', column_name USING ERRCODE = 'duplicate_object';
    ELSIF enabled THEN
        RAISE EXCEPTION 'already enabled for column "%"', column_name USING ERRCODE = 'duplicate_object';
    ELSIF type NOT IN (
        'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype
    ) THEN
        RAISE EXCEPTION 'data type "%" unsupported for range calculation', type USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Integer-like, timestamp-like data types supported currently';
    ELSE
        INSERT INTO _timescaledb_catalog.chunk_column_stats AS s (hypertable_id, attnum) VALUES (target, number)
        RETURNING s.id, true INTO column_stats_id, enabled;
    END IF;
    RETURN NEXT;
END
$$;

-- Whether it was on. The function that users call names a result as its argument, which only the language SQL can.
CREATE FUNCTION _timescaledb_functions.skip_no_chunks(hypertable int4, name name, if_exists bool) RETURNS bool
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM _timescaledb_catalog.chunk_column_stats AS s
    USING _timescaledb_catalog.hypertable AS h, pg_attribute AS a
    WHERE s.hypertable_id = hypertable AND h.id = hypertable AND a.attrelid = h.relation AND a.attname = name AND a.attnum = s.attnum;
    IF NOT FOUND AND if_exists THEN
        RAISE NOTICE 'statistics not enabled for column "%", skipping', name USING ERRCODE = 'duplicate_object';
        RETURN false;
    ELSIF NOT FOUND THEN
        RAISE EXCEPTION 'statistics not enabled for column "%"', name USING ERRCODE = 'duplicate_object';
    END IF;
    RETURN true;
END
$$;

CREATE FUNCTION public.disable_chunk_skipping(hypertable regclass, column_name name, if_not_exists bool DEFAULT false)
RETURNS TABLE (hypertable_id int4, column_name name, disabled bool)
LANGUAGE sql SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT h.id, $2, _timescaledb_functions.skip_no_chunks(h.id, $2, $3)
    FROM _timescaledb_functions.skips_chunks($1, $2) AS h (id)
$$;
