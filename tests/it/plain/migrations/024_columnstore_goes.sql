SELECT remove_compression_policy('readings');
ALTER TABLE readings SET (timescaledb.compress = false);
