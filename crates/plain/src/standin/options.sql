-- TimescaleDB's options in lists of options, read as it reads them: by name, with a value of the type that each has.

-- The names by which each statement knows an option, and the type of its value. A table is one that is created, a hypertable one that is altered (`sql::timescaledb`).
CREATE FUNCTION _timescaledb_functions.option_named(name text, statement text) RETURNS TABLE (known text, type text)
LANGUAGE sql IMMUTABLE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT o.known, o.type
    FROM (VALUES
        <options>
    ) AS o (known, type, names, statements)
    WHERE name = ANY (o.names::text[]) AND statement = ANY (o.statements::text[])
$$;

-- Refuses a value that is not of the type of its option. A list that resets options has no values.
CREATE FUNCTION _timescaledb_functions.check_option(option text, type text, value text) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    is_valid bool := true;
BEGIN
    IF value IS NULL AND type <> 'bool' THEN
        RAISE EXCEPTION 'parameter "%" must have a value', option USING ERRCODE = 'invalid_parameter_value';
    ELSIF type = 'bool' THEN
        is_valid := value ~* '^(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)$';
    ELSIF type = 'interval' THEN
        BEGIN
            PERFORM value::interval;
        EXCEPTION WHEN data_exception THEN
            is_valid := false;
        END;
    END IF;
    IF NOT is_valid THEN
        RAISE EXCEPTION 'invalid value for % ''%''', option, value USING ERRCODE = 'invalid_parameter_value',
            HINT = format('%s must be a valid %s', option, type);
    END IF;
END
$$;

-- PostgreSQL's words for a list of options that is none of TimescaleDB's.
CREATE FUNCTION _timescaledb_functions.refuse_namespace(options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'unrecognized parameter namespace "%"', split_part(options ->> 0, '.', 1) USING ERRCODE = 'invalid_parameter_value';
END
$$;

-- Whether rows are compressed as they are written changes nothing that can be seen here; the policies that come with it would be seen.
CREATE FUNCTION _timescaledb_functions.check_direct_compress(options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF options ? 'direct_compress_interval' AND NOT options ? 'direct_compress' THEN
        RAISE EXCEPTION '"direct_compress_schedule_interval" requires "direct_compress" to be set in the same clause'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF (options ->> 'direct_compress')::bool THEN
        RAISE EXCEPTION 'plain mode cannot turn direct_compress on' USING ERRCODE = 'feature_not_supported',
            DETAIL = 'It adds a policy that compacts chunks, and there are no chunks here.',
            HINT = 'Leave it out, or run the migrations on TimescaleDB.';
    END IF;
END
$$;

-- The options of a list, names and values by turns, under the one name that each has here; one without a value is on. Refuses those that
-- TimescaleDB does not know in such a statement.
CREATE FUNCTION _timescaledb_functions.known_options(options jsonb, statement text, has_values bool DEFAULT true) RETURNS jsonb
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    result jsonb := '{}';
    option record;
    found record;
BEGIN
    FOR option IN
        SELECT options ->> n AS name, options ->> (n + 1) AS value FROM generate_series(0, jsonb_array_length(options) - 2, 2) AS n
    LOOP
        SELECT * INTO found FROM _timescaledb_functions.option_named(substring(option.name FROM '\.(.*)'), statement);
        IF found.known IS NULL THEN
            RAISE EXCEPTION 'unrecognized parameter "%"', option.name USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Valid timescaledb parameters are: ' || CASE statement
                    WHEN 'table' THEN 'hypertable, columnstore, partition_column, chunk_interval, create_default_indexes, associated_schema, '
                        'associated_table_prefix, orderby, segmentby, compress_index'
                    WHEN 'hypertable' THEN 'chunk_interval, compress, compress_segmentby, compress_orderby, compress_chunk_interval, compress_index'
                    WHEN 'index' THEN 'transaction_per_chunk'
                    ELSE 'continuous, create_group_indexes, materialized_only, columnstore, chunk_interval, segmentby, orderby, '
                        'compress_chunk_interval' END;
        ELSIF result ? found.known THEN
            RAISE EXCEPTION 'duplicate parameter "%"', option.name USING ERRCODE = 'ambiguous_parameter';
        END IF;
        PERFORM _timescaledb_functions.check_option(option.name, found.type, option.value) WHERE has_values;
        result := result || jsonb_build_object(found.known, COALESCE(option.value, 'true'));
    END LOOP;
    PERFORM _timescaledb_functions.check_direct_compress(result) WHERE has_values;
    RETURN result;
END
$$;
