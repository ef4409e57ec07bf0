-- The aggregates first, last and histogram.

-- Of all rows the value of the one with the least, or greatest, second argument; of several such rows the one that is met first. Rows
-- without a second argument count for nothing.
--
-- The state of an aggregate has one type, whatever it is called with, and two values of any type have to be kept: as text, which every type
-- can be written to and read from. Arrays compare their elements as an index of the type does, whatever operators the search path holds.
CREATE FUNCTION _timescaledb_functions.first_sfunc(state text[], value anyelement, place anycompatible) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET extra_float_digits = 1
AS $$
DECLARE
    best CONSTANT place%TYPE := state[2];
BEGIN
    IF state IS NULL OR (place IS NOT NULL AND (best IS NULL OR ARRAY[place] OPERATOR(pg_catalog.<) ARRAY[best])) THEN
        RETURN ARRAY[value::pg_catalog.text, place::pg_catalog.text];
    END IF;
    RETURN state;
END
$$;

CREATE FUNCTION _timescaledb_functions.last_sfunc(state text[], value anyelement, place anycompatible) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET extra_float_digits = 1
AS $$
DECLARE
    best CONSTANT place%TYPE := state[2];
BEGIN
    IF state IS NULL OR (place IS NOT NULL AND (best IS NULL OR ARRAY[place] OPERATOR(pg_catalog.>) ARRAY[best])) THEN
        RETURN ARRAY[value::pg_catalog.text, place::pg_catalog.text];
    END IF;
    RETURN state;
END
$$;

CREATE FUNCTION _timescaledb_functions.bookend_finalfunc(state text[], value anyelement, place anycompatible) RETURNS anyelement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN CASE WHEN state[2] IS NOT NULL THEN state[1] END;
END
$$;

CREATE AGGREGATE public.first(anyelement, anycompatible) (
    SFUNC = _timescaledb_functions.first_sfunc, STYPE = text[],
    FINALFUNC = _timescaledb_functions.bookend_finalfunc, FINALFUNC_EXTRA, PARALLEL = SAFE
);

CREATE AGGREGATE public.last(anyelement, anycompatible) (
    SFUNC = _timescaledb_functions.last_sfunc, STYPE = text[],
    FINALFUNC = _timescaledb_functions.bookend_finalfunc, FINALFUNC_EXTRA, PARALLEL = SAFE
);

-- How many values lie below `min`, in each of `nbuckets` parts, and from `max` on. A null is not counted; TimescaleDB counts it where its
-- memory happens to hold another value.
CREATE FUNCTION _timescaledb_functions.hist_sfunc(state int4[], val float8, min float8, max float8, nbuckets int4) RETURNS int4[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    place pg_catalog.int4;
BEGIN
    IF min OPERATOR(pg_catalog.>) max THEN
        RAISE EXCEPTION 'lower bound cannot exceed upper bound' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    state := COALESCE(state, pg_catalog.array_fill(0, ARRAY[nbuckets OPERATOR(pg_catalog.+) 2]));
    IF (nbuckets OPERATOR(pg_catalog.+) 2) OPERATOR(pg_catalog.<>) pg_catalog.cardinality(state) THEN
        RAISE EXCEPTION 'number of buckets must not change between calls' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF val IS NULL THEN
        RETURN state;
    END IF;
    place := pg_catalog.width_bucket(val, min, max, nbuckets) OPERATOR(pg_catalog.+) 1;
    state[place] := state[place] OPERATOR(pg_catalog.+) 1;
    RETURN state;
END
$$;

CREATE AGGREGATE public.histogram(float8, float8, float8, int4) (
    SFUNC = _timescaledb_functions.hist_sfunc, STYPE = int4[], PARALLEL = SAFE
);
