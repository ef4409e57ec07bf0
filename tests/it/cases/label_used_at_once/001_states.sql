CREATE TYPE state AS ENUM ('open', 'closed');
CREATE TABLE tickets (ticket_id bigint PRIMARY KEY, state state NOT NULL);
