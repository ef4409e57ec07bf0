CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket('1 day', hour) AS day, device, sum(n) AS n FROM hourly GROUP BY 1, 2 WITH NO DATA;
