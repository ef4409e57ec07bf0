-- Hypertables: a plain table, and what it would be partitioned by. Checks stand in TimescaleDB's order, so that of two mistakes the same one
-- is named.

CREATE FUNCTION _timescaledb_functions.relation_name(relation regclass) RETURNS name
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$ SELECT relname FROM pg_class WHERE oid = relation $$;

CREATE FUNCTION _timescaledb_functions.hypertable_id(relation regclass) RETURNS int4
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT h.id
    FROM _timescaledb_catalog.hypertable AS h
    WHERE h.relation = $1 AND NOT EXISTS (SELECT FROM _timescaledb_catalog.continuous_agg AS a WHERE a.hypertable_id = h.id)
$$;

CREATE FUNCTION _timescaledb_functions.continuous_agg_id(relation regclass) RETURNS int4
LANGUAGE sql STABLE STRICT SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT h.id
    FROM _timescaledb_catalog.hypertable AS h
    JOIN _timescaledb_catalog.continuous_agg AS a ON a.hypertable_id = h.id
    WHERE h.relation = $1
$$;

-- The number of a table that has to be a hypertable of the caller's.
CREATE FUNCTION _timescaledb_functions.own_hypertable(relation regclass) RETURNS int4
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    found int4;
BEGIN
    IF relation IS NULL THEN
        RAISE EXCEPTION 'hypertable cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    found := _timescaledb_functions.hypertable_id(relation);
    IF found IS NULL THEN
        RAISE EXCEPTION 'table "%" is not a hypertable', _timescaledb_functions.relation_name(relation) USING ERRCODE = 'TS001';
    END IF;
    PERFORM _timescaledb_functions.check_owner(relation);
    RETURN found;
END
$$;

CREATE FUNCTION _timescaledb_functions.check_owner(relation regclass, kind text DEFAULT 'hypertable') RETURNS void
LANGUAGE plpgsql STABLE SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = relation) THEN
        RAISE EXCEPTION 'must be owner of % "%"', kind, _timescaledb_functions.relation_name(relation)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;


-- Dimensions -----------------------------------------------------------------------------------------------------------------------------

-- What the stand-in itself calls has no argument of any type: a function of somebody else's in `public` for the very type would be taken.
CREATE FUNCTION _timescaledb_functions.range_of(column_name name, length text, length_type regtype, partition_func regproc)
RETURNS _timescaledb_internal.dimension_info
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF column_name IS NULL THEN
        RAISE EXCEPTION 'column_name cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN ROW(column_name, true, length, CASE WHEN length IS NOT NULL THEN length_type END, NULL::int4, partition_func);
END
$$;

CREATE FUNCTION public.by_range(
    column_name        name,
    partition_interval anyelement DEFAULT NULL::int8,
    partition_func     regproc    DEFAULT NULL
) RETURNS _timescaledb_internal.dimension_info
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RETURN _timescaledb_functions.range_of(column_name, partition_interval::text, pg_typeof(partition_interval), partition_func);
END
$$;

CREATE FUNCTION public.by_hash(column_name name, number_partitions int4, partition_func regproc DEFAULT NULL)
RETURNS _timescaledb_internal.dimension_info
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF column_name IS NULL THEN
        RAISE EXCEPTION 'column_name cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN ROW(column_name, false, NULL::text, NULL::regtype, number_partitions, partition_func);
END
$$;

-- The length of a range as TimescaleDB keeps it: microseconds for a time, a number for a number. Null asks for the default.
-- An interval in microseconds, where a month has 30 days.
CREATE FUNCTION _timescaledb_functions.interval_length(span interval) RETURNS int8
LANGUAGE sql IMMUTABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT _timescaledb_functions.interval_microseconds(span) + _timescaledb_functions.interval_months(span) * 2592000000000
$$;

CREATE FUNCTION _timescaledb_functions.range_length(column_name name, column_type regtype, length text, length_type regtype) RETURNS int8
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    is_time CONSTANT bool := column_type IN ('timestamp'::regtype, 'timestamptz'::regtype, 'date'::regtype);
    highest CONSTANT int8 := CASE column_type WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
        ELSE 9223372036854775807 END;
    result int8;
BEGIN
    IF NOT is_time AND column_type NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype) THEN
        RAISE EXCEPTION 'invalid type for dimension "%"', column_name
            USING ERRCODE = 'wrong_object_type', HINT = 'Use an integer, timestamp, or date type.';
    END IF;
    IF length_type IS NULL THEN
        RETURN CASE column_type WHEN 'int2'::regtype THEN 10000 WHEN 'int4'::regtype THEN 100000 WHEN 'int8'::regtype THEN 1000000
            ELSE 604800000000 END;
    ELSIF length_type = 'interval'::regtype THEN
        IF NOT is_time AND column_type <> 'uuid'::regtype THEN
            RAISE EXCEPTION 'invalid interval type for % dimension', column_type
                USING ERRCODE = 'invalid_parameter_value', HINT = 'Use an interval of type integer.';
        END IF;
        result := _timescaledb_functions.interval_length(length::interval);
        IF result <= 0 THEN
            RAISE EXCEPTION 'invalid interval for % dimension', column_type
                USING ERRCODE = 'invalid_parameter_value', HINT = 'Use a positive interval.';
        END IF;
    ELSIF length_type IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN
        result := length::int8;
        IF result < 1 OR result > highest THEN
            RAISE EXCEPTION 'invalid interval: must be between 1 and %', highest USING ERRCODE = 'invalid_parameter_value';
        ELSIF is_time AND result < 1000000 THEN
            RAISE WARNING 'unexpected interval: smaller than one second'
                USING ERRCODE = 'ambiguous_parameter', HINT = 'The interval is specified in microseconds.';
        END IF;
    ELSE
        RAISE EXCEPTION 'invalid interval type for % dimension', column_type
            USING ERRCODE = 'invalid_parameter_value', HINT = CASE WHEN is_time THEN 'Use an interval of type integer or interval.'
                ELSE 'Use an interval of type integer.' END;
    END IF;
    IF column_type = 'date'::regtype AND result % 86400000000 <> 0 THEN
        RAISE EXCEPTION 'invalid interval for % dimension', column_type
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Use an interval that is a multiple of one day.';
    END IF;
    RETURN result;
END
$$;

-- The row of a dimension that passed all checks; its number is missing and its hypertable, too.
CREATE FUNCTION _timescaledb_functions.checked_dimension(relation regclass, info _timescaledb_internal.dimension_info)
RETURNS _timescaledb_catalog.dimension
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    result _timescaledb_catalog.dimension;
    attribute pg_attribute;
    partition_type regtype;
BEGIN
    SELECT * INTO attribute FROM pg_attribute WHERE attrelid = relation AND attname = info.column_name AND NOT attisdropped;
    IF attribute.attname IS NULL THEN
        RAISE EXCEPTION 'column "%" does not exist', info.column_name USING ERRCODE = 'undefined_column';
    ELSIF attribute.attgenerated <> '' THEN
        RAISE EXCEPTION 'invalid partitioning column'
            USING ERRCODE = 'feature_not_supported', HINT = 'Generated columns cannot be used as partitioning dimensions.';
    END IF;
    partition_type := attribute.atttypid;
    IF info.partitioning_func <> 0 THEN
        SELECT prorettype INTO partition_type
        FROM pg_proc
        WHERE oid = info.partitioning_func AND provolatile = 'i' AND pronargs = 1
          AND (proargtypes[0] IN (attribute.atttypid, 'anyelement'::regtype));
        IF partition_type IS NULL OR (NOT info.is_range AND partition_type <> 'int4'::regtype) THEN
            RAISE EXCEPTION 'invalid partitioning function' USING ERRCODE = 'invalid_function_definition';
        END IF;
        result.partitioning_func := info.partitioning_func;
    END IF;
    result.attnum := attribute.attnum;
    IF info.is_range THEN
        result.interval_length := _timescaledb_functions.range_length(
            info.column_name, partition_type, info.range_length, info.range_type);
    ELSIF info.num_slices BETWEEN 1 AND 32767 THEN
        result.num_slices := info.num_slices;
    ELSE
        RAISE EXCEPTION 'invalid number of partitions for dimension "%"', info.column_name
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'A closed (space) dimension must specify between 1 and 32767 partitions.';
    END IF;
    RETURN result;
END
$$;

-- Records a dimension. The column of a range holds no nulls from then on.
CREATE FUNCTION _timescaledb_functions.insert_dimension(relation regclass, hypertable int4, dimension _timescaledb_catalog.dimension)
RETURNS int4
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    attribute pg_attribute;
    result int4;
BEGIN
    SELECT * INTO attribute FROM pg_attribute WHERE attrelid = relation AND attnum = dimension.attnum;
    IF dimension.interval_length IS NOT NULL AND NOT attribute.attnotnull THEN
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', relation, attribute.attname);
    END IF;
    INSERT INTO _timescaledb_catalog.dimension (hypertable_id, attnum, interval_length, num_slices, partitioning_func)
    VALUES (hypertable, dimension.attnum, dimension.interval_length, dimension.num_slices, dimension.partitioning_func)
    RETURNING id INTO result;
    RETURN result;
END
$$;

-- Refuses unique indexes in which a partitioning column is missing.
CREATE FUNCTION _timescaledb_functions.check_unique_indexes(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    missing name;
    index regclass;
BEGIN
    SELECT a.attname, i.indexrelid INTO missing, index
    FROM pg_index AS i
    JOIN _timescaledb_catalog.hypertable AS h ON h.relation = i.indrelid
    JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = h.id
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = d.attnum
    WHERE i.indrelid = check_unique_indexes.relation
      AND (i.indisunique OR i.indisexclusion)
      AND NOT d.attnum = ANY (i.indkey::int2[])
    ORDER BY i.indexrelid, d.id
    LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'cannot create a unique index without the column "%" (used in partitioning)', missing
            USING ERRCODE = 'TS103', DETAIL = format('The index %s of %s is one.', index, relation), HINT = 'If you''re creating a hypertable on a table with a primary key, '
                'ensure the partitioning column is part of the primary or composite key.';
    END IF;
END
$$;

-- Refuses what was dropped of the columns that a columnstore needs: at the end of a step, and before it is told that it needs others.
CREATE FUNCTION _timescaledb_functions.check_columnstore(target int4) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM _timescaledb_catalog.hypertable AS h
        JOIN pg_attribute AS a ON a.attrelid = h.relation AND a.attnum = ANY (h.segmentby || h.orderby)
        WHERE h.id = target AND a.attisdropped
    ) THEN
        RAISE EXCEPTION 'cannot drop orderby or segmentby column from a hypertable with columnstore enabled'
            USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;

-- The same of every hypertable, and of its dimensions, at the end of a step: what is made or altered later is no call of ours.
CREATE PROCEDURE _timescaledb_functions.check_hypertables()
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    dimension record;
BEGIN
    FOR dimension IN
        SELECT a.attname, a.atttypid::regtype AS type, a.attnotnull, a.attisdropped, d.interval_length IS NOT NULL AS is_range,
            d.partitioning_func IS NULL AS is_by_value
        FROM _timescaledb_catalog.hypertable AS h
        JOIN pg_class AS c ON c.oid = h.relation AND c.relkind = 'r'
        JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = h.id
        JOIN pg_attribute AS a ON a.attrelid = h.relation AND a.attnum = d.attnum
        ORDER BY h.id, d.id
    LOOP
        IF dimension.attisdropped THEN
            RAISE EXCEPTION 'cannot drop column named in partition key' USING ERRCODE = 'invalid_table_definition',
                DETAIL = 'Cannot drop column that is a hypertable partitioning (space or time) dimension.';
        ELSIF dimension.is_range AND dimension.is_by_value AND dimension.type NOT IN (
            'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'uuid'::regtype
        ) THEN
            RAISE EXCEPTION 'cannot change data type of hypertable column "%" to %', dimension.attname, dimension.type
                USING ERRCODE = 'invalid_table_definition', HINT = 'Use an integer, timestamp, or date type.';
        ELSIF dimension.is_range AND NOT dimension.attnotnull THEN
            RAISE EXCEPTION 'cannot drop not-null constraint from a time-partitioned column' USING ERRCODE = 'TS101';
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM pg_inherits AS i JOIN _timescaledb_catalog.hypertable AS h ON h.relation = i.inhparent) THEN
        RAISE EXCEPTION 'hypertables do not support inheritance' USING ERRCODE = 'feature_not_supported';
    ELSIF EXISTS (
        SELECT FROM pg_trigger AS t
        JOIN _timescaledb_catalog.hypertable AS h ON h.relation = t.tgrelid
        JOIN _timescaledb_catalog.continuous_agg AS a ON a.hypertable_id = h.id
    ) THEN
        RAISE EXCEPTION 'triggers are not supported on continuous aggregate' USING ERRCODE = 'feature_not_supported';
    ELSIF EXISTS (
        SELECT FROM pg_rewrite AS w
        JOIN _timescaledb_catalog.hypertable AS h ON h.relation = w.ev_class
        JOIN pg_class AS c ON c.oid = w.ev_class AND c.relkind = 'r'
    ) THEN
        RAISE EXCEPTION 'hypertables do not support rules' USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM _timescaledb_functions.check_columnstore(id) FROM _timescaledb_catalog.hypertable;
    PERFORM _timescaledb_functions.check_unique_indexes(h.relation)
    FROM _timescaledb_catalog.hypertable AS h JOIN pg_class AS c ON c.oid = h.relation;
    PERFORM _timescaledb_functions.tend_storages();
END
$$;


-- create_hypertable ----------------------------------------------------------------------------------------------------------------------

-- Refuses what no hypertable can be made of.
CREATE FUNCTION _timescaledb_functions.check_table(relation regclass, migrate_data bool, warns bool) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    class pg_class;
    attribute record;
    foreign_key record;
    has_rows bool;
BEGIN
    SELECT * INTO class FROM pg_class WHERE oid = relation;
    FOR attribute IN
        SELECT attname, atttypid, format_type(atttypid, NULL) AS type,
            CASE atttypid WHEN 'timestamp'::regtype THEN 'TIMESTAMPTZ' ELSE 'TEXT' END AS better
        FROM pg_attribute
        WHERE warns AND attrelid = relation AND attnum > 0 AND NOT attisdropped
          AND atttypid IN ('"char"'::regtype, 'varchar'::regtype, 'timestamp'::regtype)
        ORDER BY attnum
    LOOP
        RAISE WARNING 'column type "%" used for "%" does not follow best practices', attribute.type, attribute.attname
            USING HINT = format('Use datatype %s instead.', attribute.better);
    END LOOP;
    PERFORM _timescaledb_functions.check_owner(relation);
    IF class.relkind = 'p' THEN
        RAISE EXCEPTION 'table "%" is already partitioned', class.relname USING ERRCODE = 'wrong_object_type',
            DETAIL = 'It is not possible to turn partitioned tables into hypertables.';
    ELSIF class.relkind NOT IN ('r', 'm') THEN
        RAISE EXCEPTION 'invalid relation type' USING ERRCODE = 'wrong_object_type';
    ELSIF EXISTS (SELECT FROM pg_publication_tables WHERE schemaname = class.relnamespace::regnamespace::text
                  AND tablename = class.relname) THEN
        RAISE EXCEPTION 'cannot create hypertable for table "%" because it is part of a publication', class.relname
            USING ERRCODE = 'TS101';
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = relation AND contype = 'f'
               AND _timescaledb_functions.hypertable_id(confrelid) IS NOT NULL) THEN
        RAISE EXCEPTION 'hypertables cannot be used as foreign key references of hypertables' USING ERRCODE = 'feature_not_supported';
    ELSIF EXISTS (SELECT FROM pg_constraint WHERE conrelid = relation AND contype = 'c' AND connoinherit) THEN
        RAISE EXCEPTION 'cannot have NO INHERIT constraints on hypertable "%"', class.relname
            USING ERRCODE = 'invalid_table_definition', HINT = format(
                'Remove all NO INHERIT constraints from table "%s" before making it a hypertable.', class.relname);
    ELSIF EXISTS (SELECT FROM pg_constraint WHERE confrelid = relation AND contype = 'f'
                  AND _timescaledb_functions.hypertable_id(conrelid) IS NOT NULL) THEN
        RAISE EXCEPTION 'cannot have FOREIGN KEY constraints to hypertable "%"', class.relname
            USING ERRCODE = 'invalid_table_definition', HINT = format(
                'Remove all FOREIGN KEY constraints to table "%s" before making it a hypertable.', class.relname);
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s)', relation) INTO has_rows;
    IF has_rows AND NOT migrate_data THEN
        RAISE EXCEPTION 'table "%" is not empty', class.relname USING ERRCODE = 'feature_not_supported',
            HINT = 'You can migrate data by specifying ''migrate_data => true'' when calling this function.';
    ELSIF EXISTS (SELECT FROM pg_inherits WHERE relation IN (inhrelid, inhparent)) THEN
        RAISE EXCEPTION 'table "%" is already partitioned', class.relname USING ERRCODE = 'feature_not_supported',
            DETAIL = 'It is not possible to turn tables that use inheritance into hypertables.';
    ELSIF class.relpersistence = 't' THEN
        RAISE EXCEPTION 'table "%" cannot be temporary', class.relname USING ERRCODE = 'feature_not_supported',
            DETAIL = 'It is not supported to turn temporary tables into hypertables.';
    ELSIF class.relhasrules THEN
        RAISE EXCEPTION 'hypertables do not support rules' USING ERRCODE = 'feature_not_supported',
            DETAIL = format('Table "%s" has attached rules, which do not work on hypertables.', class.relname),
            HINT = 'Remove the rules before creating a hypertable.';
    END IF;
END
$$;

-- Whether a hypertable was made; the table's number among them is to be asked for behind it.
CREATE FUNCTION _timescaledb_functions.create_hypertable(
    relation               regclass,
    range                  _timescaledb_internal.dimension_info,
    hash                   _timescaledb_internal.dimension_info,
    create_default_indexes bool,
    if_not_exists          bool,
    migrate_data           bool,
    warns                  bool DEFAULT true
) RETURNS bool
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    table_name CONSTANT name := _timescaledb_functions.relation_name(relation);
    first_dimension _timescaledb_catalog.dimension;
    second_dimension _timescaledb_catalog.dimension;
    hypertable int4;
    has_rows bool;
BEGIN
    IF _timescaledb_functions.hypertable_id(relation) IS NOT NULL THEN
        IF NOT COALESCE(if_not_exists, false) THEN
            RAISE EXCEPTION 'table "%" is already a hypertable', table_name USING ERRCODE = 'TS110';
        END IF;
        RAISE NOTICE 'table "%" is already a hypertable, skipping', table_name USING ERRCODE = 'TS110';
        RETURN false;
    END IF;
    PERFORM _timescaledb_functions.check_table(relation, COALESCE(migrate_data, false), warns);
    first_dimension := _timescaledb_functions.checked_dimension(relation, range);
    IF hash.column_name IS NOT NULL THEN
        second_dimension := _timescaledb_functions.checked_dimension(relation, hash);
    END IF;
    INSERT INTO _timescaledb_catalog.hypertable (relation) VALUES (relation) RETURNING id INTO hypertable;
    PERFORM _timescaledb_functions.insert_dimension(relation, hypertable, first_dimension);
    IF hash.column_name IS NOT NULL THEN
        PERFORM _timescaledb_functions.insert_dimension(relation, hypertable, second_dimension);
    END IF;
    PERFORM _timescaledb_functions.check_unique_indexes(relation);
    IF COALESCE(create_default_indexes, false) THEN
        PERFORM _timescaledb_functions.create_default_indexes(relation, range.column_name, hash.column_name);
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s)', relation) INTO has_rows;
    IF has_rows THEN
        RAISE NOTICE 'migrating data to chunks' USING DETAIL = 'Migration might take a while depending on the amount of data.';
    END IF;
    RETURN true;
END
$$;

-- The indexes that TimescaleDB makes unless it is told not to: on the time, and on the hashed column and the time.
CREATE FUNCTION _timescaledb_functions.create_default_indexes(relation regclass, range name, hash name) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    columns name[];
BEGIN
    FOREACH columns SLICE 1 IN ARRAY CASE
        WHEN hash IS NULL THEN ARRAY[[NULL, range]]
        ELSE ARRAY[[NULL, range], [hash, range]]
    END LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_index AS i
            WHERE i.indrelid = relation
              AND array_remove(columns, NULL) = ARRAY(
                  SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = i.indexrelid ORDER BY a.attnum)
        );
        EXECUTE format('CREATE INDEX ON %s (%s%I DESC)', relation, COALESCE(quote_ident(columns[1]) || ', ', ''), columns[2]);
    END LOOP;
END
$$;

CREATE FUNCTION public.create_hypertable(
    relation               regclass,
    dimension              _timescaledb_internal.dimension_info,
    create_default_indexes bool DEFAULT true,
    if_not_exists          bool DEFAULT false,
    migrate_data           bool DEFAULT false
) RETURNS TABLE (hypertable_id int4, created bool)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF dimension IS NULL THEN
        RAISE EXCEPTION 'dimension cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT dimension.is_range THEN
        RAISE EXCEPTION 'cannot partition using a closed dimension on primary column'
            USING ERRCODE = 'wrong_object_type', HINT = 'Use range partitioning on the primary column.';
    END IF;
    created := _timescaledb_functions.create_hypertable(
        relation, dimension, NULL, create_default_indexes, if_not_exists, migrate_data);
    hypertable_id := _timescaledb_functions.hypertable_id(relation);
    RETURN NEXT;
END
$$;

CREATE FUNCTION public.create_hypertable(
    relation                regclass,
    time_column_name        name,
    partitioning_column     name       DEFAULT NULL,
    number_partitions       int4       DEFAULT NULL,
    associated_schema_name  name       DEFAULT NULL,
    associated_table_prefix name       DEFAULT NULL,
    chunk_time_interval     anyelement DEFAULT NULL::int8,
    create_default_indexes  bool       DEFAULT true,
    if_not_exists           bool       DEFAULT false,
    partitioning_func       regproc    DEFAULT NULL,
    migrate_data            bool       DEFAULT false,
    time_partitioning_func  regproc    DEFAULT NULL
) RETURNS TABLE (hypertable_id int4, schema_name name, table_name name, created bool)
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF relation IS NULL THEN
        RAISE EXCEPTION 'relation cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    ELSIF time_column_name IS NULL THEN
        RAISE EXCEPTION 'partition column cannot be NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    created := _timescaledb_functions.create_hypertable(
        relation,
        _timescaledb_functions.range_of(
            time_column_name, chunk_time_interval::text, pg_typeof(chunk_time_interval), time_partitioning_func),
        CASE WHEN partitioning_column IS NOT NULL THEN public.by_hash(partitioning_column, number_partitions, partitioning_func) END,
        create_default_indexes,
        if_not_exists,
        migrate_data
    );
    hypertable_id := _timescaledb_functions.hypertable_id(relation);
    SELECT n.nspname, c.relname INTO schema_name, table_name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = relation;
    RETURN NEXT;
END
$$;
