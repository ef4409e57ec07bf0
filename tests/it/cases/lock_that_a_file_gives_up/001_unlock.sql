CREATE TABLE locked (id integer);
SELECT pg_advisory_unlock_all();
