-- UUIDs of version 7: the milliseconds since 1970 in 48 bits, the microseconds of the last one scaled to 12 bits, and bits that are random or,
-- for a boundary, 0.

CREATE FUNCTION _timescaledb_functions.uuidv7(ts timestamptz, tail text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    -- Infinity is a number, too, and what TimescaleDB adds to it goes beyond what a number can be.
    micros CONSTANT int8 := CASE ts
        WHEN 'infinity' THEN -9223372036854775808 + 946684799999999
        WHEN '-infinity' THEN -9223372036854775808 + 946684800000000
        ELSE _timescaledb_functions.to_microseconds(timezone('UTC', ts)) + 946684800000000
    END;
BEGIN
    RETURN lpad(to_hex((micros / 1000) & 281474976710655), 12, '0')
        || '7' || lpad(to_hex((micros % 1000 * 4096 / 1000) & 4095), 3, '0') || tail;
END
$$;

CREATE FUNCTION public.to_uuidv7_boundary(ts timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$ SELECT _timescaledb_functions.uuidv7(ts, '8000000000000000') $$;

-- The random part is that of a UUID of version 4, which has the same variant.
CREATE FUNCTION public.to_uuidv7(ts timestamptz) RETURNS uuid
LANGUAGE sql VOLATILE STRICT PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$ SELECT _timescaledb_functions.uuidv7(ts, substr(replace(gen_random_uuid()::text, '-', ''), 17)) $$;

CREATE FUNCTION public.generate_uuidv7() RETURNS uuid
LANGUAGE sql VOLATILE STRICT PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$ SELECT public.to_uuidv7(clock_timestamp()) $$;

CREATE FUNCTION public.uuid_version(uuid uuid) RETURNS int4
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN substr($1::text, 20, 1) IN ('8', '9', 'a', 'b') THEN ('x' || substr($1::text, 15, 1))::bit(4)::int4 END
$$;

CREATE FUNCTION public.uuid_timestamp_micros(uuid uuid) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT timezone('UTC', _timescaledb_functions.from_microseconds(
        ('x' || substr(hex, 1, 12))::bit(48)::int8 * 1000 - 946684800000000
            + (('x' || substr(hex, 14, 3))::bit(12)::int8 + 1) * 1000 / 4096))
    FROM replace($1::text, '-', '') AS hex
    WHERE public.uuid_version($1) = 7
$$;

CREATE FUNCTION public.uuid_timestamp(uuid uuid) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path TO pg_catalog, pg_temp
AS $$
    SELECT timezone('UTC', _timescaledb_functions.from_microseconds(('x' || substr(hex, 1, 12))::bit(48)::int8 * 1000 - 946684800000000))
    FROM replace($1::text, '-', '') AS hex
    WHERE public.uuid_version($1) = 7
$$;
