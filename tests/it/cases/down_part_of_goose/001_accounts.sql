-- +goose Up
-- +goose StatementBegin
CREATE TABLE IF NOT EXISTS accounts (account_id bigint PRIMARY KEY);
-- +goose StatementEnd

-- +goose Down
DROP TABLE accounts;
