ALTER MATERIALIZED VIEW shop.weekly SET (timescaledb.materialized_only = false);
ALTER TABLE shop.orders SET SCHEMA public;
