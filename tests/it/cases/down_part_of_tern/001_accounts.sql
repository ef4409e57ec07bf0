CREATE TABLE IF NOT EXISTS accounts (account_id bigint PRIMARY KEY);

---- create above / drop below ----

DROP TABLE accounts;
