CREATE TABLE orders (order_id bigint PRIMARY KEY);
SELECT information_schema.shut();
