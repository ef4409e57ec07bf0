//! Migration files at random that leave in their session, and change for later ones, whatever they can.
//!
//! Most statements succeed at any place; one that may not is caught in a `DO`, and its error becomes a row. Names are few, so
//! that a temporary table often has the name of a real one, and the schema that an unqualified name means matters.

use super::database::Names;

use testkit::Random;

/// A folder of migrations; each is a list of statements or transaction blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Folder {
    /// Whether a superuser applies it, or the database's owner.
    pub is_superuser: bool,
    pub files: Vec<Vec<String>>,
}

impl Folder {
    /// The files with their numbers, without what the first one makes in every folder.
    pub fn shown(&self) -> String {
        let file = |(at, units): (usize, &Vec<String>)| {
            format!("-- {:03}_file.sql\n{}\n", at + 1, units.join("\n"))
        };
        let who = if self.is_superuser {
            "a superuser"
        } else {
            "the database's owner"
        };
        let files: String = self.files.iter().enumerate().skip(1).map(file).collect();
        format!("applied by {who}, after 001_file.sql:\n{files}")
    }

    /// The folder without one file, and without one statement.
    pub fn smaller(&self) -> Vec<Folder> {
        let mut smaller = Vec::new();
        // The first file makes what all others use.
        for at in 1..self.files.len() {
            let mut folder = self.clone();
            folder.files.remove(at);
            smaller.push(folder);
        }
        for at in 1..self.files.len() {
            for unit in 0..self.files[at].len() {
                let mut folder = self.clone();
                folder.files[at].remove(unit);
                smaller.push(folder);
            }
        }
        smaller
    }
}

/// What all other files use. `see` records what a session is.
const FIRST: &str = "
CREATE SCHEMA app;
CREATE SCHEMA other;
CREATE TYPE public.mood AS ENUM ('ok');
CREATE TABLE public.moods (mood public.mood);
CREATE TABLE public.seen (number bigserial, what text);
DO $$
DECLARE home text; at int;
BEGIN
  FOREACH home IN ARRAY ARRAY['public', 'app', 'other'] LOOP
    FOR at IN 0..3 LOOP
      EXECUTE format('CREATE TABLE %I.t%s (id int, note text)', home, at);
      EXECUTE format('CREATE SEQUENCE %I.s%s', home, at);
    END LOOP;
    EXECUTE format('GRANT ALL ON SCHEMA %I TO {other}', home);
    EXECUTE format('GRANT ALL ON ALL TABLES IN SCHEMA %I TO {other}', home);
    EXECUTE format('GRANT ALL ON ALL SEQUENCES IN SCHEMA %I TO {other}', home);
  END LOOP;
END $$;
CREATE FUNCTION public.named(relation regclass) RETURNS text LANGUAGE sql AS
  $$SELECT CASE WHEN c.relpersistence = 't' THEN 'temporary' ELSE n.nspname END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation$$;
CREATE FUNCTION public.current(sequence text) RETURNS text LANGUAGE plpgsql AS
  $$BEGIN RETURN currval(sequence); EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END$$;
CREATE FUNCTION public.see(at text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.seen (what) SELECT concat_ws(' ', at, current_user, session_user, current_schema(),
    (SELECT string_agg(concat(name, '=', current_setting(name, true)), ' ') FROM unnest(ARRAY['search_path', 'work_mem', 'my.flag', 'my.mark',
      'DateStyle', 'TimeZone', 'IntervalStyle', 'client_encoding', 'client_min_messages', 'default_transaction_isolation', 'transaction_isolation',
      'default_transaction_read_only', 'row_security', 'standard_conforming_strings', 'session_replication_role', 'check_function_bodies',
      'lock_timeout', 'statement_timeout', 'idle_session_timeout', 'constraint_exclusion', 'default_toast_compression', 'role']) AS name),
    (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors), (SELECT count(*) FROM pg_listening_channels()),
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
    (SELECT string_agg(coalesce(public.named(to_regclass(name)), 'none'), ' ') FROM unnest(ARRAY['t0', 't1', 't2', 't3', 's0', 'v0']) AS name),
    public.current('public.s0'), public.current('app.s1'));
END $$;
GRANT ALL ON TABLE public.seen, public.moods TO {other};
GRANT ALL ON SEQUENCE public.seen_number_seq TO {other};
";

/// The statements of files: `{n}` is a small number, `{new}` one that no other statement has, `{home}` a schema. Those in the first list
/// succeed at any place.
const SAFE: &[&str] = &[
    "CREATE TEMP TABLE IF NOT EXISTS t{n} (id int, note text);",
    "CREATE TEMP TABLE IF NOT EXISTS t{n} (id int, note text) ON COMMIT DELETE ROWS;",
    "CREATE TEMP SEQUENCE IF NOT EXISTS s{n};",
    "CREATE TEMP VIEW v{new} AS SELECT 1 AS one;",
    "DECLARE c{new} CURSOR WITH HOLD FOR SELECT {n};",
    "LISTEN news{n};",
    "LISTEN news{n}; NOTIFY news{n}, 'here';",
    "SELECT pg_advisory_lock({n});",
    "SELECT pg_advisory_lock_shared({n}), pg_advisory_lock({n}, -{n});",
    "SELECT pg_advisory_xact_lock(-{n});",
    "SELECT nextval('public.s0');",
    "SELECT setval('app.s1', {new});",
    "PREPARE q{new} AS SELECT {n};",
    "SET search_path = {home};",
    "SET search_path = {home}, public;",
    "SET LOCAL search_path = {home};",
    "SELECT set_config('search_path', '{home}', false);",
    "SELECT set_config('search_path', '{home}', true);",
    "DO $$ BEGIN PERFORM set_config('search_path', '{home}', false); END $$;",
    "SET my.flag = '{n}';",
    "SET LOCAL my.mark = '{n}';",
    "SELECT set_config('my.mark', '{n}', false);",
    "DO $$ BEGIN PERFORM set_config('my.flag', '{n}', false); END $$;",
    "SET work_mem = '{new}MB';",
    "SET DateStyle = 'German, DMY';",
    "SET TIME ZONE 'Asia/Kathmandu';",
    "SET IntervalStyle = 'iso_8601';",
    "SET client_min_messages = 'error';",
    "SET check_function_bodies = off;",
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ;",
    "SET lock_timeout = '{new}s';",
    "SET row_security = on;",
    "RESET search_path;",
    "RESET work_mem;",
    "RESET ALL;",
    "DISCARD PLANS;",
    "DISCARD SEQUENCES;",
    "DEALLOCATE ALL;",
    "CLOSE ALL;",
    "UNLISTEN *;",
    "CREATE TABLE IF NOT EXISTS {home}.made{n} (id int);",
    "CREATE TABLE {home}.own{new} (id int PRIMARY KEY, other int DEFAULT {n});",
    "CREATE TYPE public.kind{new} AS ENUM ('one', 'two');",
    "CREATE OR REPLACE FUNCTION public.f{n}() RETURNS int LANGUAGE sql AS 'SELECT {new}';",
    "CREATE FUNCTION pg_temp.f{new}() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    "INSERT INTO public.t{n} VALUES ({new}, current_setting('my.flag', true));",
    "BEGIN;\nSET LOCAL search_path = {home};\nSELECT public.see('in a block');\nINSERT INTO public.t{n} VALUES ({new});\nCOMMIT;",
    "BEGIN ISOLATION LEVEL SERIALIZABLE;\nCREATE TEMP TABLE gone{new} ON COMMIT DROP AS SELECT 1;\nSELECT public.see('serializable');\nCOMMIT;",
    "ALTER TYPE public.mood ADD VALUE 'mood{new}';\nINSERT INTO public.moods VALUES ('mood{new}');",
    "VACUUM public.moods;",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS slow{n} ON public.moods (mood);",
    "-- nothing but this",
];

/// Those whose names depend on `search_path` and the temporary tables. They fail if the role that applies them lacks the privilege.
const UNQUALIFIED: &[&str] = &[
    "CREATE TABLE made{new} (id int)",
    "CREATE TABLE IF NOT EXISTS made{n} (id int)",
    "CREATE TABLE copy{new} AS SELECT * FROM t{n}",
    "CREATE INDEX ON t{n} (id)",
    "CREATE INDEX IF NOT EXISTS i{n} ON t{n} (note)",
    "CREATE TYPE pair{new} AS (a int, b int)",
    "CREATE SEQUENCE made_s{new}",
    "CREATE VIEW look{new} AS SELECT id FROM t{n}",
    "CREATE FUNCTION g{new}() RETURNS bigint LANGUAGE sql AS ''SELECT count(*) FROM t{n}''",
    "ALTER TABLE t{n} ADD COLUMN c{new} int",
    "ALTER TABLE t{n} ADD COLUMN IF NOT EXISTS c int DEFAULT {new}",
    "INSERT INTO t{n} VALUES ({new})",
    "INSERT INTO t{n} SELECT nextval(''s{n}'')",
    "INSERT INTO t{n} (id, note) SELECT {new}, (interval ''1 day 2 hours'')::text",
    "UPDATE t{n} SET note = ''{new}''",
    "DROP TABLE IF EXISTS made{n}",
    "COMMENT ON TABLE t{n} IS ''{new}''",
    "SET ROLE {other}",
    "SET ROLE NONE",
    "RESET ROLE",
];

/// Those that depend on preceding statements of their file.
const DEPENDENT: &[&str] = &[
    "CREATE TABLE t{n} (id int)",
    "CREATE OR REPLACE VIEW v{n} AS SELECT id FROM t{n}",
    "INSERT INTO t{n} SELECT currval(''public.s0'')",
    "INSERT INTO t{n} SELECT currval(''s{n}'')",
    "INSERT INTO t{n} SELECT lastval()",
    "DROP VIEW IF EXISTS v{n}",
    "EXECUTE q{n}",
    "DEALLOCATE q{n}",
    "PREPARE q{n} AS SELECT 1",
    "DECLARE c{n} CURSOR WITH HOLD FOR SELECT 1",
    "CLOSE c{n}",
    "ALTER TABLE t{n} SET SCHEMA {home}",
    "GRANT SELECT ON t{n} TO {other}",
];

/// What changes settings of later sessions.
const FOR_LATER: &[&str] = &[
    "ALTER DATABASE {database} SET search_path = {home}",
    "ALTER DATABASE {database} SET search_path = {home}, public",
    "ALTER DATABASE {database} RESET search_path",
    "ALTER DATABASE {database} RESET ALL",
    "ALTER DATABASE {database} SET work_mem = ''{new}MB''",
    "ALTER DATABASE {database} SET my.flag = ''stored{n}''",
    "ALTER DATABASE {database} SET DateStyle = ''SQL, DMY''",
    "ALTER DATABASE {database} SET default_transaction_isolation = ''serializable''",
    "ALTER DATABASE {database} SET default_transaction_read_only = on",
    "ALTER DATABASE {database} SET statement_timeout = ''{new}min''",
    "ALTER ROLE {role} SET search_path = {home}",
    "ALTER ROLE {role} SET my.mark = ''stored{n}''",
    "ALTER ROLE {role} RESET ALL",
    "ALTER ROLE {role} IN DATABASE {database} SET search_path = {home}",
    "ALTER ROLE {role} IN DATABASE {database} SET check_function_bodies = off",
    "ALTER ROLE CURRENT_USER SET TimeZone = ''Asia/Tokyo''",
];

/// A folder of ten files.
pub fn folder(random: &mut Random, names: &Names) -> Folder {
    let mut maker = Maker {
        random,
        names,
        count: 10,
    };
    let is_superuser = maker.random.below(3) > 0;
    let first = vec![maker.filled(FIRST)];
    let rest = (1..10).map(|_| maker.file(is_superuser));
    let files = std::iter::once(first).chain(rest.collect::<Vec<_>>());
    Folder {
        is_superuser,
        files: files.collect(),
    }
}

struct Maker<'r> {
    random: &'r mut Random,
    names: &'r Names,
    /// The last number that a statement has to itself.
    count: usize,
}

impl Maker<'_> {
    /// What a session is before and after the statements of each file becomes rows.
    fn file(&mut self, is_superuser: bool) -> Vec<String> {
        let mut units = vec!["SELECT public.see('first');".to_owned()];
        for _ in 0..1 + self.random.below(6) {
            units.push(self.unit(is_superuser));
        }
        units.push("SELECT public.see('last');".to_owned());
        units
    }

    fn unit(&mut self, is_superuser: bool) -> String {
        match self.random.below(20) {
            0..8 => self.one_of(SAFE),
            8..11 => self.caught(UNQUALIFIED),
            11..15 => self.plain(UNQUALIFIED),
            15..17 => self.caught(DEPENDENT),
            17..19 => self.caught(FOR_LATER),
            _ if is_superuser => {
                let text = self.random.pick(&[
                    "SET SESSION AUTHORIZATION {other};",
                    "SET session_replication_role = replica;",
                    "DISCARD ALL;",
                    "DISCARD TEMP;",
                ]);
                self.filled(text)
            }
            _ => self.plain(FOR_LATER),
        }
    }

    fn one_of(&mut self, list: &[&str]) -> String {
        let text = self.random.pick(list);
        self.filled(text)
    }

    /// As a statement of the file.
    fn plain(&mut self, list: &[&str]) -> String {
        self.one_of(list).replace("''", "'") + ";"
    }

    /// In a `DO`, where an error becomes a row.
    fn caught(&mut self, list: &[&str]) -> String {
        let text = self.one_of(list);
        format!(
            "DO $do$ BEGIN EXECUTE '{text}'; EXCEPTION WHEN OTHERS THEN PERFORM public.see(concat(SQLSTATE, ' ', SQLERRM)); END $do$;"
        )
    }

    fn filled(&mut self, text: &str) -> String {
        self.count += 1;
        let home = self.random.pick(&["public", "app", "other"]);
        text.replace("{n}", &self.random.below(4).to_string())
            .replace("{new}", &self.count.to_string())
            .replace("{home}", home)
            .replace("{database}", &self.names.database)
            .replace("{role}", &self.names.role)
            .replace("{other}", &self.names.other)
    }
}
