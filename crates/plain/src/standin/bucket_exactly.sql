-- Buckets as TimescaleDB counts them, one row at a time: what time_bucket does where no single expression can do it, and its errors.
--
-- Each has COST 1, as a function of TimescaleDB: the planner adds up all branches of a CASE, and would have a query compiled for those that
-- are hardly ever taken.

-- Microseconds since 2000-01-01, as the server stores it. Infinity is the end of the range of bigint.
CREATE FUNCTION _timescaledb_functions.to_microseconds(ts pg_catalog.timestamp) RETURNS pg_catalog.int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    since pg_catalog.interval;
BEGIN
    IF NOT pg_catalog.isfinite(ts) THEN
        RETURN CASE WHEN ts > '2000-01-01'::pg_catalog.timestamp THEN 9223372036854775807 ELSE -9223372036854775808 END;
    END IF;
    since := ts - '2000-01-01'::pg_catalog.timestamp;
    RETURN _timescaledb_functions.interval_microseconds(since);
END
$$;

-- Microseconds of the days and the time of an interval, without its months. In numeric: an interval holds more than bigint does.
CREATE FUNCTION _timescaledb_functions.interval_microseconds(span pg_catalog.interval) RETURNS pg_catalog.int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RETURN pg_catalog.date_part('day', span)::pg_catalog.numeric * 86400000000
        + pg_catalog.date_part('hour', span)::pg_catalog.numeric * 3600000000
        + pg_catalog.date_part('minute', span)::pg_catalog.numeric * 60000000
        + pg_catalog.date_part('microseconds', span)::pg_catalog.numeric;
END
$$;

CREATE FUNCTION _timescaledb_functions.from_microseconds(count pg_catalog.int8) RETURNS pg_catalog.timestamp
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RETURN '2000-01-01'::pg_catalog.timestamp
        + pg_catalog.make_interval(days => (count / 86400000000)::pg_catalog.int4)
        + (count % 86400000000) * '1 microsecond'::pg_catalog.interval;
END
$$;

-- Months of an interval; its years count.
CREATE FUNCTION _timescaledb_functions.interval_months(span pg_catalog.interval) RETURNS pg_catalog.int4
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT (pg_catalog.date_part('year', span) * 12 + pg_catalog.date_part('month', span))::pg_catalog.int4
$$;

CREATE FUNCTION _timescaledb_functions.refuse_width() RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'period must be greater than 0' USING ERRCODE = 'invalid_parameter_value';
END
$$;

-- The bucket of a number, in numeric so that nothing on the way overflows; the ends of its type are what the result may not pass.
CREATE FUNCTION _timescaledb_functions.number_bucket_exactly(
    width pg_catalog.int8, ts pg_catalog.int8, shift pg_catalog.int8, lowest pg_catalog.int8, highest pg_catalog.int8
) RETURNS pg_catalog.int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    moved pg_catalog.numeric := ts;
    result pg_catalog.numeric;
BEGIN
    IF width <= 0 THEN
        PERFORM _timescaledb_functions.refuse_width();
    END IF;
    shift := shift % width;
    IF (shift > 0 AND ts < lowest::pg_catalog.numeric + shift) OR (shift < 0 AND ts > highest::pg_catalog.numeric + shift) THEN
        RAISE EXCEPTION 'timestamp out of range' USING ERRCODE = 'numeric_value_out_of_range';
    END IF;
    moved := moved - shift;
    result := pg_catalog.div(moved, width) * width;
    IF moved < 0 AND moved % width <> 0 THEN
        IF result < lowest::pg_catalog.numeric + width THEN
            RAISE EXCEPTION 'timestamp out of range' USING ERRCODE = 'numeric_value_out_of_range';
        END IF;
        result := result - width;
    END IF;
    -- TimescaleDB adds without a look at the end of the type, and comes out at the other end.
    result := result + shift;
    RETURN CASE WHEN result < lowest THEN result + highest - lowest + 1 ELSE result END;
END
$$;

-- The month of a date as a number, in which year 0 is 1 BC. TimescaleDB takes an infinite origin for the day that its bits would be.
CREATE FUNCTION _timescaledb_functions.month_number(ts pg_catalog.timestamp) RETURNS pg_catalog.int4
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    year pg_catalog.int4;
BEGIN
    IF NOT pg_catalog.isfinite(ts) THEN
        RETURN CASE WHEN ts > '2000-01-01'::pg_catalog.timestamp THEN 70579326 ELSE 70579326 END;
    END IF;
    year := pg_catalog.date_part('year', ts);
    RETURN (year + CASE WHEN year < 0 THEN 1 ELSE 0 END) * 12 + pg_catalog.date_part('month', ts)::pg_catalog.int4 - 1;
END
$$;

-- The first day of the month that number `bucket` is. Julian days as PostgreSQL counts them: date2j, whose arguments here may be a month
-- before January, and its answer for those is the answer.
CREATE FUNCTION _timescaledb_functions.first_of_month(bucket pg_catalog.int4) RETURNS pg_catalog.date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    year pg_catalog.int4 := bucket / 12;
    month pg_catalog.int4 := bucket % 12 + 1;
    century pg_catalog.int4;
    julian pg_catalog.int4;
BEGIN
    IF month > 2 THEN
        month := month + 1;
        year := year + 4800;
    ELSE
        month := month + 13;
        year := year + 4799;
    END IF;
    century := year / 100;
    julian := year * 365 - 32167 + year / 4 - century + century / 4 + 7834 * month / 256 + 1;
    RETURN '2000-01-01'::pg_catalog.date + (julian - 2451545);
END
$$;

CREATE FUNCTION _timescaledb_functions.month_bucket_exactly(
    width pg_catalog.interval, ts pg_catalog.timestamp, origin pg_catalog.timestamp
) RETURNS pg_catalog.date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.date_part('day', width) <> 0 OR _timescaledb_functions.interval_microseconds(width) <> 0 THEN
        RAISE EXCEPTION 'month intervals cannot have day or time component' USING ERRCODE = 'feature_not_supported';
    END IF;
    RETURN _timescaledb_functions.first_of_month(_timescaledb_functions.number_bucket_exactly(
        _timescaledb_functions.interval_months(width),
        _timescaledb_functions.month_number(ts),
        _timescaledb_functions.month_number(origin),
        -2147483648,
        2147483647
    )::pg_catalog.int4);
END
$$;

CREATE FUNCTION _timescaledb_functions.bucket_exactly(
    width pg_catalog.interval, ts pg_catalog.timestamp, origin pg_catalog.timestamp DEFAULT '2000-01-03'
) RETURNS pg_catalog.timestamp
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_catalog.isfinite(ts) THEN
        RETURN ts;
    END IF;
    IF _timescaledb_functions.interval_months(width) <> 0 THEN
        RETURN _timescaledb_functions.month_bucket_exactly(width, ts, origin);
    END IF;
    RETURN _timescaledb_functions.from_microseconds(_timescaledb_functions.number_bucket_exactly(
        _timescaledb_functions.interval_microseconds(width),
        _timescaledb_functions.to_microseconds(ts),
        _timescaledb_functions.to_microseconds(origin),
        -9223372036854775808,
        9223372036854775807
    ));
END
$$;

CREATE FUNCTION _timescaledb_functions.offset_bucket_exactly(
    width pg_catalog.interval, ts pg_catalog.timestamp, shift pg_catalog.interval
) RETURNS pg_catalog.timestamp
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_catalog.isfinite(ts) THEN
        RETURN ts;
    END IF;
    RETURN _timescaledb_functions.bucket_exactly(width, ts - shift) + shift;
END
$$;

-- What the days and months of an offset are is a matter of the session's time zone, as it is in TimescaleDB, which says IMMUTABLE, too.
CREATE FUNCTION _timescaledb_functions.offset_bucket_exactly(
    width pg_catalog.interval, ts pg_catalog.timestamptz, shift pg_catalog.interval
) RETURNS pg_catalog.timestamptz
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_catalog.isfinite(ts) THEN
        RETURN ts;
    END IF;
    RETURN shift + pg_catalog.timezone('0'::pg_catalog.interval, _timescaledb_functions.bucket_exactly(
        width, pg_catalog.timezone('0'::pg_catalog.interval, ts - shift)));
END
$$;

CREATE FUNCTION _timescaledb_functions.date_bucket_exactly(
    width pg_catalog.interval, ts pg_catalog.date, origin pg_catalog.date DEFAULT NULL
) RETURNS pg_catalog.date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    IF width IS NULL OR ts IS NULL OR NOT pg_catalog.isfinite(ts) THEN
        RETURN CASE WHEN width IS NOT NULL THEN ts END;
    END IF;
    IF _timescaledb_functions.interval_months(width) <> 0 THEN
        RETURN _timescaledb_functions.month_bucket_exactly(width, ts, COALESCE(origin, '2000-01-01'));
    END IF;
    PERFORM _timescaledb_functions.check_days(width);
    RETURN _timescaledb_functions.bucket_exactly(width, ts, COALESCE(origin, '2000-01-03'));
END
$$;

-- Refuses a width or an offset of dates that is no number of days.
CREATE FUNCTION _timescaledb_functions.check_days(span pg_catalog.interval) RETURNS void
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    microseconds CONSTANT pg_catalog.int8 := _timescaledb_functions.interval_microseconds(span);
BEGIN
    IF _timescaledb_functions.interval_months(span) <> 0 THEN
        RAISE EXCEPTION 'interval defined in terms of month, year, century etc. not supported'
            USING ERRCODE = 'feature_not_supported';
    ELSIF microseconds < 86400000000 THEN
        RAISE EXCEPTION 'interval must not have sub-day precision' USING ERRCODE = 'feature_not_supported';
    ELSIF microseconds % 86400000000 <> 0 THEN
        RAISE EXCEPTION 'interval must be a multiple of a day' USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;

CREATE FUNCTION _timescaledb_functions.offset_date_bucket_exactly(
    width pg_catalog.interval, ts pg_catalog.date, shift pg_catalog.interval
) RETURNS pg_catalog.date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM _timescaledb_functions.check_days(shift);
    IF NOT pg_catalog.isfinite(ts) THEN
        RETURN ts;
    END IF;
    RETURN (_timescaledb_functions.date_bucket_exactly(width, (ts - shift)::pg_catalog.date) + shift)::pg_catalog.date;
END
$$;

-- In the hour that the clocks repeat, the wall clock's bucket may begin after the timestamp: the one before it is meant then.
CREATE FUNCTION _timescaledb_functions.zone_bucket_exactly(
    width pg_catalog.interval, ts pg_catalog.timestamptz, zone pg_catalog.text, origin pg_catalog.timestamptz, shift pg_catalog.interval
) RETURNS pg_catalog.timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 SET search_path TO pg_catalog, pg_temp
AS $$
DECLARE
    moved pg_catalog.timestamptz := ts;
    result pg_catalog.timestamptz;
BEGIN
    IF width IS NULL OR ts IS NULL OR zone IS NULL THEN
        RETURN NULL;
    END IF;
    IF shift IS NOT NULL THEN
        moved := moved - shift;
    END IF;
    result := pg_catalog.timezone(zone, _timescaledb_functions.bucket_exactly(
        width, pg_catalog.timezone(zone, moved), COALESCE(pg_catalog.timezone(zone, origin), '2000-01-03')));
    WHILE result > moved LOOP
        result := result - width;
    END LOOP;
    RETURN CASE WHEN shift IS NULL THEN result ELSE result + shift END;
END
$$;


-- date_bin, or what does the same where the server has none (before PostgreSQL 14) or one that is mistaken about timestamps before the
-- origin (the first releases of 14).
DO $do$
DECLARE
    has_bin pg_catalog.bool := pg_catalog.to_regprocedure('pg_catalog.date_bin(interval, timestamp, timestamp)') IS NOT NULL;
BEGIN
    IF has_bin THEN
        EXECUTE $sql$
            SELECT pg_catalog.date_bin('1 day', '1999-12-31', '2000-01-03'::pg_catalog.timestamp) = '1999-12-31'::pg_catalog.timestamp
        $sql$ INTO has_bin;
    END IF;
    EXECUTE pg_catalog.format(
        $sql$
            CREATE FUNCTION _timescaledb_functions.bin(
                width pg_catalog.interval, ts pg_catalog.timestamp, origin pg_catalog.timestamp
            ) RETURNS pg_catalog.timestamp
            LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT %s(width, ts, origin)'
        $sql$,
        CASE WHEN has_bin THEN 'pg_catalog.date_bin' ELSE '_timescaledb_functions.bucket_exactly' END);
    EXECUTE pg_catalog.format(
        $sql$
            CREATE FUNCTION _timescaledb_functions.bin(
                width pg_catalog.interval, ts pg_catalog.timestamptz, origin pg_catalog.timestamptz
            ) RETURNS pg_catalog.timestamptz
            LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L
        $sql$,
        CASE
            WHEN has_bin THEN 'SELECT pg_catalog.date_bin(width, ts, origin)'
            ELSE $sql$
                SELECT pg_catalog.timezone('0'::pg_catalog.interval, _timescaledb_functions.bucket_exactly(
                    width, pg_catalog.timezone('0'::pg_catalog.interval, ts), pg_catalog.timezone('0'::pg_catalog.interval, origin)))
            $sql$
        END);
END
$do$;
