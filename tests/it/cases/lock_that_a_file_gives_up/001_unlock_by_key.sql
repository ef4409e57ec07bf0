CREATE TABLE locked (id integer);
SELECT pg_advisory_lock(42), pg_advisory_unlock(42);
