CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 hour', time) AS hour, device, avg(value) AS value, count(*) AS n FROM readings GROUP BY 1, 2 WITH NO DATA;
