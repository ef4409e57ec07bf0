-- Filling gaps makes up rows, which takes a part in the server's planner: no function can do it. These say so.

DO $do$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'time_bucket_gapfill(bucket_width int2, ts int2, start int2 DEFAULT NULL, finish int2 DEFAULT NULL) RETURNS int2',
        'time_bucket_gapfill(bucket_width int4, ts int4, start int4 DEFAULT NULL, finish int4 DEFAULT NULL) RETURNS int4',
        'time_bucket_gapfill(bucket_width int8, ts int8, start int8 DEFAULT NULL, finish int8 DEFAULT NULL) RETURNS int8',
        'time_bucket_gapfill(bucket_width interval, ts date, start date DEFAULT NULL, finish date DEFAULT NULL) RETURNS date',
        'time_bucket_gapfill(bucket_width interval, ts timestamp, start timestamp DEFAULT NULL, finish timestamp DEFAULT NULL) RETURNS timestamp',
        'time_bucket_gapfill(bucket_width interval, ts timestamptz, start timestamptz DEFAULT NULL, finish timestamptz DEFAULT NULL) RETURNS timestamptz',
        'time_bucket_gapfill(bucket_width interval, ts timestamptz, timezone text, start timestamptz DEFAULT NULL, finish timestamptz DEFAULT NULL) RETURNS timestamptz',
        'locf(value anyelement, prev anyelement DEFAULT NULL, treat_null_as_missing bool DEFAULT false) RETURNS anyelement',
        'interpolate(value float8) RETURNS float8',
        'interpolate(value float4) RETURNS float4',
        'interpolate(value int8) RETURNS int8',
        'interpolate(value int4) RETURNS int4',
        'interpolate(value int2) RETURNS int2'
    ] LOOP
        EXECUTE pg_catalog.format(
            $sql$
                CREATE FUNCTION public.%s LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $body$
                BEGIN
                    RAISE EXCEPTION 'plain mode cannot stand for %s: no function can make up rows'
                        USING ERRCODE = 'feature_not_supported', HINT = 'Join with generate_series instead.';
                END
                $body$
            $sql$,
            signature, pg_catalog.split_part(signature, '(', 1));
    END LOOP;
END
$do$;
