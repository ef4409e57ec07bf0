-- What plain mode does not support: each of these functions says so, and why.

DO $do$
DECLARE
    refused record;
BEGIN
    FOR refused IN
        SELECT r.kind, r.signature, pg_catalog.split_part(r.signature, '(', 1) AS name, w.reason, w.hint
        FROM (VALUES
            ('rows', 'CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width int2, ts int2, start int2 DEFAULT NULL, finish int2 DEFAULT NULL) RETURNS int2'),
            ('rows', 'CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width int4, ts int4, start int4 DEFAULT NULL, finish int4 DEFAULT NULL) RETURNS int4'),
            ('rows', 'CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width int8, ts int8, start int8 DEFAULT NULL, finish int8 DEFAULT NULL) RETURNS int8'),
            ('rows', 'CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width interval, ts date, start date DEFAULT NULL, finish date DEFAULT NULL) RETURNS date'),
            ('rows', 'CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width interval, ts timestamp, start timestamp DEFAULT NULL, finish timestamp DEFAULT NULL) RETURNS timestamp'),
            ('rows', 'CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width interval, ts timestamptz, start timestamptz DEFAULT NULL, finish timestamptz DEFAULT NULL) RETURNS timestamptz'),
            ('rows', 'CREATE FUNCTION', 'public.time_bucket_gapfill(bucket_width interval, ts timestamptz, timezone text, start timestamptz DEFAULT NULL, finish timestamptz DEFAULT NULL) RETURNS timestamptz'),
            ('rows', 'CREATE FUNCTION', 'public.locf(value anyelement, prev anyelement DEFAULT NULL, treat_null_as_missing bool DEFAULT false) RETURNS anyelement'),
            ('rows', 'CREATE FUNCTION', 'public.interpolate(value float8, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS float8'),
            ('rows', 'CREATE FUNCTION', 'public.interpolate(value float4, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS float4'),
            ('rows', 'CREATE FUNCTION', 'public.interpolate(value int8, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS int8'),
            ('rows', 'CREATE FUNCTION', 'public.interpolate(value int4, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS int4'),
            ('rows', 'CREATE FUNCTION', 'public.interpolate(value int2, prev record DEFAULT NULL, next record DEFAULT NULL) RETURNS int2'),
            ('chunks', 'CREATE PROCEDURE', 'public.attach_chunk(hypertable regclass, chunk regclass, slices jsonb)'),
            ('chunks', 'CREATE PROCEDURE', 'public.detach_chunk(chunk regclass)'),
            ('chunks', 'CREATE PROCEDURE', 'public.merge_chunks(chunk1 regclass, chunk2 regclass, "concurrently" bool DEFAULT false)'),
            ('chunks', 'CREATE PROCEDURE', 'public.merge_chunks(chunks regclass[])'),
            ('chunks', 'CREATE PROCEDURE', 'public.merge_chunks_concurrently(chunks regclass[])'),
            ('chunks', 'CREATE FUNCTION', 'public.move_chunk(chunk regclass, destination_tablespace name, index_destination_tablespace name DEFAULT NULL, reorder_index regclass DEFAULT NULL, "verbose" bool DEFAULT false) RETURNS void'),
            ('chunks', 'CREATE PROCEDURE', 'public.recompress_chunk(chunk regclass, if_not_compressed bool DEFAULT true)'),
            ('chunks', 'CREATE FUNCTION', 'public.reorder_chunk(chunk regclass, index regclass DEFAULT NULL, "verbose" bool DEFAULT false) RETURNS void'),
            ('chunks', 'CREATE PROCEDURE', 'public.split_chunk(chunk regclass, split_at anyelement DEFAULT NULL::int8)'),
            ('chunks', 'CREATE PROCEDURE', 'public.split_chunk(chunk regclass, split_at text)'),
            ('telemetry', 'CREATE FUNCTION', 'public.get_telemetry_report() RETURNS jsonb'),
            ('restore', 'CREATE FUNCTION', 'public.timescaledb_pre_restore() RETURNS bool'),
            ('restore', 'CREATE FUNCTION', 'public.timescaledb_post_restore() RETURNS bool'),
            ('policies', 'CREATE FUNCTION', 'timescaledb_experimental.add_policies(relation regclass, if_not_exists bool DEFAULT false, refresh_start_offset interval DEFAULT NULL, refresh_end_offset interval DEFAULT NULL, compress_after interval DEFAULT NULL, drop_after interval DEFAULT NULL) RETURNS bool'),
            ('policies', 'CREATE FUNCTION', 'timescaledb_experimental.add_policies(relation regclass, if_not_exists bool, refresh_start_offset int8, refresh_end_offset int8, compress_after int8 DEFAULT NULL, drop_after int8 DEFAULT NULL) RETURNS bool'),
            ('policies', 'CREATE FUNCTION', 'timescaledb_experimental.alter_policies(relation regclass, if_exists bool DEFAULT false, refresh_start_offset interval DEFAULT NULL, refresh_end_offset interval DEFAULT NULL, compress_after interval DEFAULT NULL, drop_after interval DEFAULT NULL) RETURNS bool'),
            ('policies', 'CREATE FUNCTION', 'timescaledb_experimental.alter_policies(relation regclass, if_exists bool, refresh_start_offset int8, refresh_end_offset int8, compress_after int8 DEFAULT NULL, drop_after int8 DEFAULT NULL) RETURNS bool'),
            ('policies', 'CREATE FUNCTION', 'timescaledb_experimental.remove_policies(relation regclass, if_exists bool DEFAULT false, VARIADIC policy_names text[] DEFAULT NULL) RETURNS bool'),
            ('policies', 'CREATE FUNCTION', 'timescaledb_experimental.remove_all_policies(relation regclass, if_exists bool DEFAULT false) RETURNS bool'),
            ('policies', 'CREATE FUNCTION', 'timescaledb_experimental.show_policies(relation regclass) RETURNS SETOF jsonb')
        ) AS r (why, kind, signature)
        JOIN (VALUES
            ('rows', 'no function can make up rows', 'Join with generate_series instead.'),
            ('chunks', 'a plain table has no chunks', NULL),
            ('telemetry', 'nothing is reported', NULL),
            ('restore', 'a dump of this database is restored without it', NULL),
            ('policies', 'it is experimental', 'Use the functions for one policy each, add_retention_policy and the like.')
        ) AS w (why, reason, hint) ON w.why = r.why
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
