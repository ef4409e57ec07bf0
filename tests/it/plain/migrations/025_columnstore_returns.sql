ALTER TABLE readings SET (tsdb.columnstore, tsdb.segmentby = 'sensor', tsdb.orderby = 'time', tsdb.sparse_index = 'bloom(note)');
CALL add_columnstore_policy('readings', after => INTERVAL '14 days');
