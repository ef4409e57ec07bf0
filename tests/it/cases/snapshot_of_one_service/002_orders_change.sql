ALTER TABLE orders ADD COLUMN note text;
CREATE TABLE returns (order_id int);
