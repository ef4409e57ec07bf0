CREATE SCHEMA ledger;
CREATE TABLE ledger.entries (entry_id int);
INSERT INTO ledger.entries VALUES (1);
