CREATE MATERIALIZED VIEW hundreds WITH (timescaledb.continuous) AS
    SELECT time_bucket(100, n) AS hundred, sum(hits) AS hits FROM counts GROUP BY 1 WITH NO DATA;
SELECT add_continuous_aggregate_policy('hundreds', 10000, 100, INTERVAL '10 minutes');
