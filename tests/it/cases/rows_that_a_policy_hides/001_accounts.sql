CREATE TABLE accounts (account_id bigint, tenant integer);
INSERT INTO accounts VALUES (1, 10), (2, 20);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON accounts USING (tenant = current_setting('app.tenant', true)::integer);
