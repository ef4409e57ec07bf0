-- The tables that the views read. What may be null is null in some filling, and each table is empty in one.
CREATE EXTENSION timescaledb;
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('low', 'high');
CREATE TYPE pair AS (a integer, b text);
CREATE TABLE t (id integer PRIMARY KEY, title text NOT NULL, motto text, parent integer);
CREATE TABLE p (
    id integer PRIMARY KEY, n integer NOT NULL, x integer, s text NOT NULL, u text, at timestamptz NOT NULL, seen timestamptz,
    j jsonb NOT NULL, k jsonb, l integer[] NOT NULL, m integer[], flag boolean, team integer, d positive NOT NULL, o mood NOT NULL,
    r int4range NOT NULL
);
CREATE TABLE e (p_id integer NOT NULL, kind text, v double precision, w integer NOT NULL, at timestamptz NOT NULL);
SELECT create_hypertable('e', by_range('at', INTERVAL '1 day'));
CREATE TABLE loose (id integer NOT NULL);
CREATE TABLE loose_child () INHERITS (loose);
DO $$ BEGIN
  IF current_setting('server_version_num')::integer >= 180000 THEN
    EXECUTE 'ALTER TABLE loose ALTER CONSTRAINT loose_id_not_null NO INHERIT';
  END IF;
END $$;
ALTER TABLE loose_child ALTER COLUMN id DROP NOT NULL;
-- A function that is STRICT and gives null all the same, one that is not STRICT, and one that never gives the same twice.
CREATE FUNCTION odd(integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT CASE WHEN $1 % 2 = 1 THEN $1 END';
CREATE FUNCTION any_true(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE SEQUENCE turn;
CREATE FUNCTION every_other() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT CASE WHEN nextval(''turn'') % 2 = 1 THEN 1 END';
-- A type of one column, whose casts and operators give null; a cast between two types of PostgreSQL's own that does; and a function in a
-- schema that is called like an extension.
CREATE TYPE single AS (f integer);
CREATE FUNCTION single_text(single) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT NULL::text';
CREATE CAST (single AS text) WITH FUNCTION single_text(single);
CREATE FUNCTION single_equals(single, single) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT NULL::boolean';
CREATE OPERATOR = (LEFTARG = single, RIGHTARG = single, FUNCTION = single_equals);
CREATE FUNCTION uuid_bytes(uuid) RETURNS bytea LANGUAGE sql IMMUTABLE AS 'SELECT NULL::bytea';
CREATE CAST (uuid AS bytea) WITH FUNCTION uuid_bytes(uuid) AS IMPLICIT;
CREATE FUNCTION zero_for(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT COALESCE($1, 0)';
CREATE SCHEMA pgcrypto;
CREATE FUNCTION pgcrypto.digest(text) RETURNS bytea LANGUAGE sql IMMUTABLE AS 'SELECT NULL::bytea';
