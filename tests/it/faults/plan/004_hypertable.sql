INSERT INTO done VALUES ('004 hypertable');
CREATE TABLE readings (time timestamptz NOT NULL, device int NOT NULL, value double precision);
SELECT create_hypertable('readings', 'time', chunk_time_interval => INTERVAL '1 day');
INSERT INTO readings SELECT timestamptz '2026-01-01 00:00Z' + n * interval '1 hour', n % 5, n FROM generate_series(0, 47) n;
CREATE INDEX readings_device ON readings (device, time) WITH (timescaledb.transaction_per_chunk);
CREATE MATERIALIZED VIEW by_day WITH (timescaledb.continuous) AS
SELECT time_bucket('1 day', time) AS day, device, sum(value) AS total
FROM readings
GROUP BY 1, 2
WITH DATA;
-- The first half is refreshed; what came later stays for the policy.
INSERT INTO readings VALUES ('2026-01-01 12:30Z', 1, 1000), ('2026-01-02 12:30Z', 1, 1000);
CALL refresh_continuous_aggregate('by_day', '2026-01-01 00:00Z', '2026-01-02 00:00Z');
