ALTER MATERIALIZED VIEW hourly SET (timescaledb.compress, timescaledb.compress_segmentby = 'device');
SELECT add_compression_policy('hourly', INTERVAL '90 days');
