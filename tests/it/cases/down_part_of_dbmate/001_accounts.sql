-- migrate:up
CREATE TABLE IF NOT EXISTS accounts (account_id bigint PRIMARY KEY);

-- migrate:down
DROP TABLE accounts;
