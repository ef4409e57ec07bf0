-- What plain mode does not support: each of these functions says so, and why (`lacking.rs`).

DO $do$
DECLARE
    refused record;
BEGIN
    FOR refused IN
        SELECT r.kind, r.signature, pg_catalog.split_part(r.signature, '(', 1) AS name, w.reason, w.hint
        FROM (VALUES
            ('CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width int2, ts int2, start int2 DEFAULT NULL, finish int2 DEFAULT NULL) RETURNS int2'),
            ('CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width int4, ts int4, start int4 DEFAULT NULL, finish int4 DEFAULT NULL) RETURNS int4'),
            ('CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width int8, ts int8, start int8 DEFAULT NULL, finish int8 DEFAULT NULL) RETURNS int8'),
            ('CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width interval, ts date, start date DEFAULT NULL, finish date DEFAULT NULL) RETURNS date'),
            ('CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width interval, ts timestamp, start timestamp DEFAULT NULL, finish timestamp DEFAULT NULL) RETURNS timestamp'),
            ('CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width interval, ts timestamptz, start timestamptz DEFAULT NULL, finish timestamptz DEFAULT NULL) RETURNS timestamptz'),
            ('CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width interval, ts timestamptz, timezone text, start timestamptz DEFAULT NULL, finish timestamptz DEFAULT NULL) RETURNS timestamptz'),
            ('CREATE FUNCTION', 'public.locf(value anyelement, prev anyelement DEFAULT NULL, treat_null_as_missing bool DEFAULT false) RETURNS anyelement'),
            ('CREATE FUNCTION', 'public.interpolate(value float8, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS float8'),
            ('CREATE FUNCTION', 'public.interpolate(value float4, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS float4'),
            ('CREATE FUNCTION', 'public.interpolate(value int8, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS int8'),
            ('CREATE FUNCTION', 'public.interpolate(value int4, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS int4'),
            ('CREATE FUNCTION', 'public.interpolate(value int2, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS int2'),
            ('CREATE PROCEDURE', 'public.attach_chunk(hypertable regclass, chunk regclass, slices jsonb)'),
            ('CREATE PROCEDURE', 'public.detach_chunk(chunk regclass)'),
            ('CREATE PROCEDURE', 'public.merge_chunks(chunk1 regclass, chunk2 regclass, "concurrently" bool DEFAULT false)'),
            ('CREATE PROCEDURE', 'public.merge_chunks(chunks regclass[])'),
            ('CREATE PROCEDURE', 'public.merge_chunks_concurrently(chunks regclass[])'),
            ('CREATE FUNCTION', 'public.move_chunk(chunk regclass, destination_tablespace name, index_destination_tablespace name DEFAULT NULL, reorder_index regclass DEFAULT NULL, "verbose" bool DEFAULT false) RETURNS void'),
            ('CREATE PROCEDURE', 'public.recompress_chunk(chunk regclass, if_not_compressed bool DEFAULT true)'),
            ('CREATE FUNCTION', 'public.reorder_chunk(chunk regclass, index regclass DEFAULT NULL, "verbose" bool DEFAULT false) RETURNS void'),
            ('CREATE PROCEDURE', 'public.split_chunk(chunk regclass, split_at anyelement DEFAULT NULL::int8)'),
            ('CREATE PROCEDURE', 'public.split_chunk(chunk regclass, split_at text)'),
            ('CREATE FUNCTION', 'public.get_telemetry_report() RETURNS jsonb'),
            ('CREATE FUNCTION', 'public.timescaledb_pre_restore() RETURNS bool'),
            ('CREATE FUNCTION', 'public.timescaledb_post_restore() RETURNS bool'),
            ('CREATE FUNCTION', 'timescaledb_experimental.add_policies(relation regclass, if_not_exists bool DEFAULT false, refresh_start_offset interval DEFAULT NULL, refresh_end_offset interval DEFAULT NULL, compress_after interval DEFAULT NULL, drop_after interval DEFAULT NULL) RETURNS bool'),
            ('CREATE FUNCTION', 'timescaledb_experimental.add_policies(relation regclass, if_not_exists bool, refresh_start_offset int8, refresh_end_offset int8, compress_after int8 DEFAULT NULL, drop_after int8 DEFAULT NULL) RETURNS bool'),
            ('CREATE FUNCTION', 'timescaledb_experimental.alter_policies(relation regclass, if_exists bool DEFAULT false, refresh_start_offset interval DEFAULT NULL, refresh_end_offset interval DEFAULT NULL, compress_after interval DEFAULT NULL, drop_after interval DEFAULT NULL) RETURNS bool'),
            ('CREATE FUNCTION', 'timescaledb_experimental.alter_policies(relation regclass, if_exists bool, refresh_start_offset int8, refresh_end_offset int8, compress_after int8 DEFAULT NULL, drop_after int8 DEFAULT NULL) RETURNS bool'),
            ('CREATE FUNCTION', 'timescaledb_experimental.remove_policies(relation regclass, if_exists bool DEFAULT false, VARIADIC policy_names text[] DEFAULT NULL) RETURNS bool'),
            ('CREATE FUNCTION', 'timescaledb_experimental.remove_all_policies(relation regclass, if_exists bool DEFAULT false) RETURNS bool'),
            ('CREATE FUNCTION', 'timescaledb_experimental.show_policies(relation regclass) RETURNS SETOF jsonb')
        ) AS r (kind, signature)
        JOIN (VALUES
            <lacking>
        ) AS w (name, reason, hint) ON w.name = pg_catalog.split_part(pg_catalog.split_part(r.signature, '(', 1), '.', 2)
    LOOP
        EXECUTE pg_catalog.format(
            $sql$
                %s %s LANGUAGE plpgsql %s AS $body$
                BEGIN
                    RAISE EXCEPTION 'plain mode does not support %s: %s' USING ERRCODE = 'feature_not_supported' %s;
                END
                $body$
            $sql$,
            refused.kind, refused.signature, CASE WHEN refused.reason LIKE '%rows' THEN 'PARALLEL SAFE' END,
            pg_catalog.regexp_replace(refused.name, '^public\.', ''), refused.reason, ', HINT = ' || pg_catalog.quote_literal(refused.hint));
    END LOOP;
END
$do$;
