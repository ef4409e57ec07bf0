CREATE MATERIALIZED VIEW shop.weekly WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 week', at) AS week, state, sum(amount) AS amount FROM shop.orders GROUP BY 1, 2 WITH NO DATA;
