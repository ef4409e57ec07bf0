ALTER TABLE accounts ADD balance numeric;
UPDATE accounts SET balance = 0;
