DROP TABLE samples;
ALTER TABLE readings DROP COLUMN quality;
