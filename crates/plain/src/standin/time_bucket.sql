-- time_bucket in all its overloads.
--
-- Each is a single expression, which the planner puts in place of the call. Where the width is a constant, what it asks about the width
-- is answered once, while planning, and only date_bin or a few operators are left for each row. Everything else (months that begin before
-- the year 1, widths that are refused, offsets of days in a time zone, a server without date_bin) goes to the function `...bucket_exactly`,
-- which counts microseconds one row at a time.
--
-- None is STRICT, although the null of any argument gives null: a STRICT function with a CASE in it is not put in place.

-- Whether each bucket of this width is as long as any other, which is what date_bin and the operators on numbers can do. Years and
-- widths that are refused are for the function that goes by months and raises errors.
CREATE FUNCTION _timescaledb_functions.is_fixed_width(width pg_catalog.interval) RETURNS pg_catalog.bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT pg_catalog.date_trunc('month', width) = '0'::pg_catalog.interval
        AND width > '0'::pg_catalog.interval
        AND width < '100 years'::pg_catalog.interval
$$;

-- The same for dates, whose buckets hold whole days.
CREATE FUNCTION _timescaledb_functions.is_fixed_width_of_days(width pg_catalog.interval) RETURNS pg_catalog.bool
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RETURN _timescaledb_functions.is_fixed_width(width)
        AND _timescaledb_functions.interval_microseconds(width) % 86400000000 = 0;
END
$$;

CREATE FUNCTION _timescaledb_functions.is_month_width(width pg_catalog.interval) RETURNS pg_catalog.bool
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    months CONSTANT pg_catalog.int4 := _timescaledb_functions.interval_months(width);
BEGIN
    RETURN months BETWEEN 1 AND 1200
        AND pg_catalog.date_part('day', width) = 0
        AND _timescaledb_functions.interval_microseconds(width) = 0;
END
$$;

-- The bucket of so many months from 2000-01-01 on, for timestamps that are far from the ends and from the year 1.
CREATE FUNCTION _timescaledb_functions.month_bucket(months pg_catalog.int4, ts pg_catalog.timestamp) RETURNS pg_catalog.timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT '2000-01-01'::pg_catalog.timestamp + '1 mon'::pg_catalog.interval * (months * pg_catalog.floor(
        (pg_catalog.date_part('year', ts) * 12 + pg_catalog.date_part('month', ts) - 24001) / months
    ))
$$;

-- What date_trunc calls a width, where it knows it.
CREATE FUNCTION _timescaledb_functions.unit_of_width(width pg_catalog.interval) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT _timescaledb_functions.is_month_width(width) THEN
        RETURN NULL;
    END IF;
    RETURN CASE _timescaledb_functions.interval_months(width) WHEN 1 THEN 'month' WHEN 3 THEN 'quarter' WHEN 12 THEN 'year' END;
END
$$;

-- An offset that is the same length at every time of the year, in whatever time zone.
CREATE FUNCTION _timescaledb_functions.is_time_only(span pg_catalog.interval) RETURNS pg_catalog.bool
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RETURN _timescaledb_functions.interval_months(span) = 0 AND pg_catalog.date_part('day', span) = 0
        AND span BETWEEN '-1000 hours'::pg_catalog.interval AND '1000 hours'::pg_catalog.interval;
END
$$;

-- An origin from which every timestamp can be reached without leaving the range of bigint.
CREATE FUNCTION _timescaledb_functions.is_near(origin pg_catalog.timestamp) RETURNS pg_catalog.bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT origin BETWEEN '1900-01-01'::pg_catalog.timestamp AND '2100-01-01'::pg_catalog.timestamp
$$;


-- Timestamps -----------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.timestamp) RETURNS pg_catalog.timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.is_fixed_width(bucket_width) THEN _timescaledb_functions.bin(bucket_width, ts, '2000-01-03')
        WHEN _timescaledb_functions.unit_of_width(bucket_width) IS NOT NULL AND ts > '0001-01-01'
            THEN pg_catalog.date_trunc(_timescaledb_functions.unit_of_width(bucket_width), ts)
        WHEN _timescaledb_functions.is_month_width(bucket_width) AND ts BETWEEN '0200-01-01' AND '100000-01-01'
            THEN _timescaledb_functions.month_bucket(_timescaledb_functions.interval_months(bucket_width), ts)
        ELSE _timescaledb_functions.bucket_exactly(bucket_width, ts)
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.timestamptz) RETURNS pg_catalog.timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.is_fixed_width(bucket_width)
            THEN _timescaledb_functions.bin(bucket_width, ts, '2000-01-03 00:00:00+00')
        WHEN _timescaledb_functions.unit_of_width(bucket_width) IS NOT NULL AND ts > '0001-01-01 00:00:00+00'
            THEN pg_catalog.timezone('0'::pg_catalog.interval, pg_catalog.date_trunc(
                _timescaledb_functions.unit_of_width(bucket_width), pg_catalog.timezone('0'::pg_catalog.interval, ts)))
        WHEN _timescaledb_functions.is_month_width(bucket_width)
            AND ts BETWEEN '0200-01-01 00:00:00+00' AND '100000-01-01 00:00:00+00'
            THEN pg_catalog.timezone('0'::pg_catalog.interval, _timescaledb_functions.month_bucket(
                _timescaledb_functions.interval_months(bucket_width), pg_catalog.timezone('0'::pg_catalog.interval, ts)))
        ELSE pg_catalog.timezone('0'::pg_catalog.interval, _timescaledb_functions.bucket_exactly(
            bucket_width, pg_catalog.timezone('0'::pg_catalog.interval, ts)))
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.timestamp, origin pg_catalog.timestamp)
RETURNS pg_catalog.timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.is_fixed_width(bucket_width) AND _timescaledb_functions.is_near(origin)
            THEN _timescaledb_functions.bin(bucket_width, ts, origin)
        ELSE _timescaledb_functions.bucket_exactly(bucket_width, ts, origin)
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.timestamptz, origin pg_catalog.timestamptz)
RETURNS pg_catalog.timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.is_fixed_width(bucket_width)
            AND _timescaledb_functions.is_near(pg_catalog.timezone('0'::pg_catalog.interval, origin))
            THEN _timescaledb_functions.bin(bucket_width, ts, origin)
        ELSE pg_catalog.timezone('0'::pg_catalog.interval, _timescaledb_functions.bucket_exactly(
            bucket_width, pg_catalog.timezone('0'::pg_catalog.interval, ts), pg_catalog.timezone('0'::pg_catalog.interval, origin)))
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.timestamp, "offset" pg_catalog.interval)
RETURNS pg_catalog.timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.is_fixed_width(bucket_width) AND _timescaledb_functions.is_time_only("offset")
            THEN _timescaledb_functions.bin(bucket_width, ts, '2000-01-03'::pg_catalog.timestamp + "offset")
        ELSE _timescaledb_functions.offset_bucket_exactly(bucket_width, ts, "offset")
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.timestamptz, "offset" pg_catalog.interval)
RETURNS pg_catalog.timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.is_fixed_width(bucket_width) AND _timescaledb_functions.is_time_only("offset")
            THEN _timescaledb_functions.bin(
                bucket_width, ts, pg_catalog.timezone('0'::pg_catalog.interval, '2000-01-03'::pg_catalog.timestamp + "offset"))
        ELSE _timescaledb_functions.offset_bucket_exactly(bucket_width, ts, "offset")
    END
$$;

CREATE FUNCTION public.time_bucket(
    bucket_width pg_catalog.interval,
    ts           pg_catalog.timestamptz,
    timezone     pg_catalog.text,
    origin       pg_catalog.timestamptz DEFAULT NULL,
    "offset"     pg_catalog.interval    DEFAULT NULL
) RETURNS pg_catalog.timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.is_fixed_width(bucket_width) AND origin IS NULL AND "offset" IS NULL
            AND pg_catalog.timezone($3, _timescaledb_functions.bin(bucket_width, pg_catalog.timezone($3, ts), '2000-01-03')) <= ts
            THEN pg_catalog.timezone($3, _timescaledb_functions.bin(bucket_width, pg_catalog.timezone($3, ts), '2000-01-03'))
        ELSE _timescaledb_functions.zone_bucket_exactly(bucket_width, ts, $3, origin, "offset")
    END
$$;


-- Dates ----------------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.date) RETURNS pg_catalog.date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.is_fixed_width_of_days(bucket_width)
            THEN _timescaledb_functions.bin(bucket_width, ts::pg_catalog.timestamp, '2000-01-03')::pg_catalog.date
        WHEN _timescaledb_functions.unit_of_width(bucket_width) IS NOT NULL AND ts > '0001-01-01'
            THEN pg_catalog.date_trunc(_timescaledb_functions.unit_of_width(bucket_width), ts::pg_catalog.timestamp)::pg_catalog.date
        WHEN _timescaledb_functions.is_month_width(bucket_width) AND ts BETWEEN '0200-01-01' AND '100000-01-01'
            THEN _timescaledb_functions.month_bucket(
                _timescaledb_functions.interval_months(bucket_width), ts::pg_catalog.timestamp)::pg_catalog.date
        ELSE _timescaledb_functions.date_bucket_exactly(bucket_width, ts)
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.date, origin pg_catalog.date) RETURNS pg_catalog.date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN _timescaledb_functions.is_fixed_width_of_days(bucket_width) AND _timescaledb_functions.is_near(origin::pg_catalog.timestamp)
            THEN _timescaledb_functions.bin(bucket_width, ts::pg_catalog.timestamp, origin::pg_catalog.timestamp)::pg_catalog.date
        WHEN origin IS NOT NULL THEN _timescaledb_functions.date_bucket_exactly(bucket_width, ts, origin)
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.date, "offset" pg_catalog.interval)
RETURNS pg_catalog.date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT _timescaledb_functions.offset_date_bucket_exactly(bucket_width, ts, "offset")
$$;


-- UUIDs of version 7, by the millisecond in their first 48 bits --------------------------------------------------------------------------

CREATE FUNCTION _timescaledb_functions.uuid_time(id pg_catalog.uuid) RETURNS pg_catalog.timestamptz
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    digits CONSTANT pg_catalog.text := pg_catalog.replace(id::pg_catalog.text, '-', '');
    milliseconds pg_catalog.int8;
BEGIN
    IF digits !~ '^.{12}7.{3}[89ab]' THEN
        RAISE EXCEPTION 'not a version 7 UUID: %', id USING ERRCODE = 'invalid_parameter_value';
    END IF;
    milliseconds := ('x' || pg_catalog.substr(digits, 1, 12))::pg_catalog.bit(48)::pg_catalog.int8;
    RETURN pg_catalog.timezone('0'::pg_catalog.interval, _timescaledb_functions.from_microseconds(milliseconds * 1000 - 946684800000000));
END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.uuid) RETURNS pg_catalog.timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN bucket_width IS NOT NULL THEN public.time_bucket(bucket_width, _timescaledb_functions.uuid_time(ts)) END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.uuid, origin pg_catalog.timestamptz)
RETURNS pg_catalog.timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN bucket_width IS NOT NULL AND origin IS NOT NULL
            THEN public.time_bucket(bucket_width, _timescaledb_functions.uuid_time(ts), origin)
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.interval, ts pg_catalog.uuid, "offset" pg_catalog.interval)
RETURNS pg_catalog.timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN bucket_width IS NOT NULL AND "offset" IS NOT NULL
            THEN public.time_bucket(bucket_width, _timescaledb_functions.uuid_time(ts), "offset")
    END
$$;

-- TimescaleDB gives the origin to the bucket, and not the offset.
CREATE FUNCTION public.time_bucket(
    bucket_width pg_catalog.interval,
    ts           pg_catalog.uuid,
    timezone     pg_catalog.text,
    origin       pg_catalog.timestamptz DEFAULT NULL,
    "offset"     pg_catalog.interval    DEFAULT NULL
) RETURNS pg_catalog.timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN bucket_width IS NOT NULL AND $3 IS NOT NULL
            THEN public.time_bucket(bucket_width, _timescaledb_functions.uuid_time(ts), $3, origin)
    END
$$;


-- Numbers --------------------------------------------------------------------------------------------------------------------------------

-- The bucket of a number that is moved by less than a width and far from the ends of its type.
CREATE FUNCTION _timescaledb_functions.shifted_bucket(width pg_catalog.int8, ts pg_catalog.int8, shift pg_catalog.int8)
RETURNS pg_catalog.int8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ts - ((ts - shift) % width + width) % width
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.int2, ts pg_catalog.int2) RETURNS pg_catalog.int2
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN bucket_width > 0
            THEN (ts::pg_catalog.int4 - (ts % bucket_width + bucket_width::pg_catalog.int4) % bucket_width)::pg_catalog.int2
        ELSE _timescaledb_functions.number_bucket_exactly(bucket_width, ts, 0, -32768, 32767)::pg_catalog.int2
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.int4, ts pg_catalog.int4) RETURNS pg_catalog.int4
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN bucket_width BETWEEN 1 AND 1000000000
            THEN ts - (ts % bucket_width + bucket_width) % bucket_width
        ELSE _timescaledb_functions.number_bucket_exactly(bucket_width, ts, 0, -2147483648, 2147483647)::pg_catalog.int4
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.int8, ts pg_catalog.int8) RETURNS pg_catalog.int8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN bucket_width BETWEEN 1 AND 4000000000000000000
            THEN ts - (ts % bucket_width + bucket_width) % bucket_width
        ELSE _timescaledb_functions.number_bucket_exactly(bucket_width, ts, 0, -9223372036854775808, 9223372036854775807)
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.int2, ts pg_catalog.int2, "offset" pg_catalog.int2) RETURNS pg_catalog.int2
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN bucket_width BETWEEN 1 AND 10000 AND ts BETWEEN -10000 AND 10000
            THEN _timescaledb_functions.shifted_bucket(bucket_width, ts, "offset" % bucket_width)::pg_catalog.int2
        ELSE _timescaledb_functions.number_bucket_exactly(bucket_width, ts, "offset", -32768, 32767)::pg_catalog.int2
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.int4, ts pg_catalog.int4, "offset" pg_catalog.int4) RETURNS pg_catalog.int4
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN bucket_width BETWEEN 1 AND 70000000 AND ts BETWEEN -2000000000 AND 2000000000
            THEN _timescaledb_functions.shifted_bucket(bucket_width, ts, "offset" % bucket_width)::pg_catalog.int4
        ELSE _timescaledb_functions.number_bucket_exactly(bucket_width, ts, "offset", -2147483648, 2147483647)::pg_catalog.int4
    END
$$;

CREATE FUNCTION public.time_bucket(bucket_width pg_catalog.int8, ts pg_catalog.int8, "offset" pg_catalog.int8) RETURNS pg_catalog.int8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN bucket_width BETWEEN 1 AND 1000000000000000000 AND ts BETWEEN -8000000000000000000 AND 8000000000000000000
            THEN _timescaledb_functions.shifted_bucket(bucket_width, ts, "offset" % bucket_width)
        ELSE _timescaledb_functions.number_bucket_exactly(bucket_width, ts, "offset", -9223372036854775808, 9223372036854775807)
    END
$$;
