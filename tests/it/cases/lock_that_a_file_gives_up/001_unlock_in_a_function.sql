CREATE FUNCTION let_go() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_unlock_all(); END';
CREATE TABLE locked (id integer);
SELECT let_go();
