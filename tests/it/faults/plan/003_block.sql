-- A migration that begins with a statement that runs alone.
VACUUM devices;
BEGIN;
INSERT INTO done VALUES ('003 block');
ALTER TABLE devices ADD COLUMN seen timestamptz;
COMMIT;
INSERT INTO done VALUES ('003 behind the block');
