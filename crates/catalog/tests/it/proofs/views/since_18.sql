-- Of PostgreSQL 18: virtual generated columns, and NOT NULL that nothing has checked.
CREATE TABLE virtual (id integer NOT NULL, x integer, twice integer GENERATED ALWAYS AS (x * 2) VIRTUAL, doubled integer NOT NULL GENERATED ALWAYS AS (id * 2) VIRTUAL, late integer);
INSERT INTO virtual VALUES (1, NULL, DEFAULT, DEFAULT, NULL);
ALTER TABLE virtual ADD CONSTRAINT late_is_there NOT NULL late NOT VALID;
CREATE VIEW of_virtual AS SELECT id AS a_never, twice AS b_maybe, doubled AS c_never, late AS d_maybe FROM virtual;
CREATE VIEW of_virtual_kept AS SELECT twice AS a_never, x AS b_maybe FROM virtual WHERE twice > 0 UNION ALL SELECT 1, NULL;
CREATE VIEW arrays_of_18 AS SELECT array_sort(l) AS a_never, array_reverse(l) AS b_never, uuidv7() AS c_never, uuid_extract_timestamp(gen_random_uuid()) AS d_maybe, casefold(s) AS e_never FROM p WHERE array_ndims(l) = 1;
