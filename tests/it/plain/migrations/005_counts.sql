CREATE TABLE counts (n bigint NOT NULL, shard int, hits int);
SELECT create_hypertable('counts', by_range('n', 1000));
SELECT add_dimension('counts', by_hash('shard', 4));
