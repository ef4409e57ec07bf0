CREATE TABLE numbers (number_id serial, number integer);
CREATE TEMP TABLE loaded AS SELECT 1 AS number;
INSERT INTO numbers (number) SELECT number FROM loaded;
PREPARE one AS SELECT 1;
SET app.loaded = 'yes';
