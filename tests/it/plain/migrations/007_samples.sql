CREATE TABLE samples (at timestamptz NOT NULL, device text, v int)
    WITH (tsdb.hypertable, tsdb.partition_column = 'at', tsdb.segmentby = 'device', tsdb.orderby = 'at DESC', tsdb.chunk_interval = '12 hours');
