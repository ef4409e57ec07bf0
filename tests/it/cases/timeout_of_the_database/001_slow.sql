CREATE TABLE slow (done_at timestamptz);
SELECT pg_sleep(0.5);
INSERT INTO slow VALUES (now());
