-- Beside the tables of the proofs: keys of each kind, and what is done to rows that are written. What can be doubled is.
CREATE TABLE u (a integer, b integer, c text, d integer UNIQUE DEFERRABLE INITIALLY DEFERRED, UNIQUE (a, b));
CREATE UNIQUE INDEX u_partial ON u (c) WHERE a > 0;
CREATE UNIQUE INDEX u_expression ON u ((b * 10 + a));
INSERT INTO u VALUES (1, 1, 'a', 1), (1, 2, 'b', 2), (2, 1, 'A', 3), (NULL, 1, 'a', NULL), (NULL, 1, 'a', NULL), (1, NULL, 'c', NULL), (1, NULL, 'd', 4), (-1, 5, 'a', 5);
CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE names (name text UNIQUE, folded text COLLATE ci UNIQUE, short varchar(10) UNIQUE, fixed char(3), number numeric UNIQUE, x integer);
INSERT INTO names VALUES ('a', 'a', 'a', 'a', 1, NULL), ('A', 'b', 'A', 'a', 2, 1), ('b', 'c', NULL, NULL, NULL, NULL);
CREATE TABLE par (id integer PRIMARY KEY, x integer);
CREATE TABLE chi () INHERITS (par);
INSERT INTO par VALUES (1, 1), (2, NULL);
INSERT INTO chi VALUES (1, NULL), (1, 3);
CREATE TABLE part (id integer, k integer, x integer, PRIMARY KEY (id, k)) PARTITION BY RANGE (id);
CREATE TABLE part_low PARTITION OF part FOR VALUES FROM (0) TO (2);
CREATE TABLE part_high PARTITION OF part FOR VALUES FROM (2) TO (100);
INSERT INTO part VALUES (1, 1, NULL), (1, 2, 1), (2, 1, 1);
CREATE TABLE skipping (id integer PRIMARY KEY, x integer, y integer NOT NULL DEFAULT 7);
CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.id % 2 = 1 THEN RETURN NULL; END IF; NEW.x := NULL; RETURN NEW; END $$;
CREATE TRIGGER skip BEFORE INSERT OR UPDATE ON skipping FOR EACH ROW EXECUTE FUNCTION skip();
INSERT INTO skipping VALUES (2, 1), (4, 1);
CREATE TABLE ruled (id integer PRIMARY KEY, x integer NOT NULL);
CREATE RULE twice AS ON INSERT TO ruled DO INSTEAD INSERT INTO u (a, b) VALUES (NULL, 50), (NULL, 51) RETURNING a, b;
CREATE RULE other AS ON DELETE TO ruled DO INSTEAD DELETE FROM u RETURNING a, b;
CREATE TABLE computed (id integer PRIMARY KEY, x integer, y integer GENERATED ALWAYS AS (NULLIF(x, 2)) STORED, z integer);
INSERT INTO computed VALUES (1, 1, DEFAULT, 1), (2, 2, DEFAULT, NULL), (3, 3, DEFAULT, 3);
CREATE TABLE m (at timestamptz NOT NULL, device integer NOT NULL, v integer, UNIQUE (device, at));
SELECT create_hypertable('m', by_range('at', INTERVAL '1 day'));
INSERT INTO m SELECT '2026-01-01'::timestamptz + i * INTERVAL '12 hours', d, NULLIF(i, d) FROM generate_series(0, 6) AS i, generate_series(1, 3) AS d;
CREATE VIEW some_u AS SELECT a, b, c FROM u WHERE c IS NOT NULL;
CREATE VIEW last_u AS SELECT a, b FROM u ORDER BY a LIMIT 1;
CREATE VIEW per_a AS SELECT a, count(*) AS n, max(b) AS top FROM u GROUP BY a;
CREATE VIEW twice_p AS SELECT p.id, other.id AS other FROM p CROSS JOIN p AS other;
-- Another number with each call, the same ones in each run.
CREATE SEQUENCE rolled MINVALUE 1 MAXVALUE 3 CYCLE;
CREATE FUNCTION roll() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT nextval(''rolled'')::integer';
CREATE FUNCTION lax(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > $2 - 2';
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = lax);
