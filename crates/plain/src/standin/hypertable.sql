-- create_hypertable: a plain table, which is recorded with what it would be partitioned by. Checks stand in TimescaleDB's order, so that of
-- two mistakes the same one is named.

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
