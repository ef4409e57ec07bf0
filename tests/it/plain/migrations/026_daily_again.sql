DROP MATERIALIZED VIEW daily;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', hour, 'Europe/Vienna') AS day, max(value) AS value FROM by_hour GROUP BY 1 WITH NO DATA;
