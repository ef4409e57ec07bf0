CREATE INDEX orders_state ON shop.orders (state, at);
SELECT add_reorder_policy('shop.orders', 'orders_state');
