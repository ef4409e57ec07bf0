ALTER TYPE shop.state ADD VALUE 'lost';
CREATE TABLE shop.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, data jsonb);
