SELECT set_chunk_time_interval('readings', INTERVAL '2 days');
SELECT set_chunk_time_interval('counts', 5000);
SELECT set_number_partitions('counts', 8);
