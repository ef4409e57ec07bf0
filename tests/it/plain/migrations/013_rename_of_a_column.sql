ALTER TABLE readings RENAME COLUMN device TO sensor;
ALTER TABLE readings ADD COLUMN quality int NOT NULL DEFAULT 1;
