CREATE TABLE shop.orders (at timestamptz NOT NULL, id bigint NOT NULL, state shop.state NOT NULL DEFAULT 'open', amount numeric(10, 2), PRIMARY KEY (id, at));
SELECT create_hypertable('shop.orders', 'at', chunk_time_interval => INTERVAL '1 week');
