CREATE TABLE orders (order_id int);
CREATE TYPE state AS ENUM ('open');
