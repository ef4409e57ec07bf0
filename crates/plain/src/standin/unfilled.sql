-- Views in which plain mode has nothing to show: there are no chunks, and nobody runs jobs by the clock.

CREATE FUNCTION _timescaledb_functions.nothing() RETURNS SETOF record
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN;
END
$$;

DO $do$
DECLARE
    view text;
BEGIN
    FOREACH view IN ARRAY ARRAY[
        'chunks (hypertable_schema name, hypertable_name name, chunk_schema name, chunk_name name, primary_dimension name,
            primary_dimension_type regtype, range_start timestamptz, range_end timestamptz, range_start_integer int8, range_end_integer int8,
            is_compressed bool, chunk_tablespace name, chunk_creation_time timestamptz)',
        'chunk_columnstore_settings (hypertable regclass, chunk regclass, segmentby text, orderby text, index jsonb)',
        'chunk_compression_settings (hypertable regclass, chunk regclass, segmentby text, orderby text, index jsonb)',
        'job_errors (job_id int4, proc_schema text, proc_name text, pid int4, start_time timestamptz, finish_time timestamptz,
            sqlerrcode text, err_message text)',
        'job_history (id int8, job_id int4, succeeded bool, proc_schema text, proc_name text, pid int4, start_time timestamptz,
            finish_time timestamptz, config jsonb, sqlerrcode text, err_message text)',
        'job_stats (hypertable_schema name, hypertable_name name, job_id int4, last_run_started_at timestamptz,
            last_successful_finish timestamptz, last_run_status text, job_status text, last_run_duration interval, next_start timestamptz,
            total_runs int8, total_successes int8, total_failures int8)',
        'stat_chunk_activity (chunk regclass, compressed_chunk regclass, chunk_id int4, hypertable_id int4, hypertable name,
            compressed_batch_count int8, compressed_block_count int8, compressed_batch_rows_min int8, compressed_batch_rows_max int8,
            compressed_batch_rows_avg int8, compressed_batch_rows_stddev float8, compressed_batch_bytes_min int8,
            compressed_batch_bytes_max int8, compressed_batch_bytes_avg int8, compressed_batch_bytes_stddev float8,
            compressed_block_bytes_min int8, compressed_block_bytes_max int8, compressed_block_bytes_avg int8,
            compressed_block_bytes_stddev float8, total_batches_deleted int8, total_batches_decompressed int8,
            total_tuples_decompressed int8, total_batches_scanned int8, total_batches_checked_by_bloom int8,
            total_batches_pruned_by_bloom int8, total_batches_without_bloom int8, total_batches_bloom_false_positives int8,
            total_batches_filtered_compressed int8, total_batches_filtered_decompressed int8, last_op_batches_deleted int8,
            last_op_batches_decompressed int8, last_op_tuples_decompressed int8, last_op_batches_scanned int8,
            last_op_batches_checked_by_bloom int8, last_op_batches_pruned_by_bloom int8, last_op_batches_without_bloom int8,
            last_op_batches_bloom_false_positives int8, last_op_batches_filtered_compressed int8,
            last_op_batches_filtered_decompressed int8, n_selects int8, n_inserts int8, n_updates int8, n_deletes int8,
            first_update timestamptz, last_update timestamptz)'
    ] LOOP
        EXECUTE pg_catalog.format(
            'CREATE VIEW timescaledb_information.%s AS SELECT * FROM _timescaledb_functions.nothing() AS v %s',
            pg_catalog.split_part(view, ' ', 1), pg_catalog.substr(view, pg_catalog.strpos(view, '(')));
    END LOOP;
END
$do$;

GRANT SELECT ON ALL TABLES IN SCHEMA timescaledb_information TO PUBLIC;
