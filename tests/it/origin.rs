//! `drift` names the statement that made an object: just before it the object does not exist, right after it the object does.
//!
//! Everything that can be dropped or altered is, by hand; then the statements are run again, one by one, in another database.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, Difference, DifferenceKind, ObjectKind, Snapshot};
use migrator::plan::Migration;
use migrator::source::{self, Lines};
use postgres::Client;
use serde_json::Value;

use crate::support::{Database, Sandbox, test_name};

/// What is the user's.
const OWN: &str =
    "n.nspname !~ '^(pg_|_timescaledb|timescaledb)' AND n.nspname <> 'information_schema'";

/// Statements that alter, as far as the server lets them.
const ALTER: &[&str] = &[
    "SELECT format('COMMENT ON COLUMN %s.%I IS ''by hand''', c.oid::regclass, a.attname) FROM c JOIN pg_attribute a ON a.attrelid = c.oid \
     WHERE a.attnum > 0 AND NOT a.attisdropped",
    "SELECT format('ALTER TABLE %s ALTER %I DROP NOT NULL', c.oid::regclass, a.attname) FROM c JOIN pg_attribute a ON a.attrelid = c.oid \
     WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND c.relkind = 'r'",
    "SELECT format('ALTER TABLE %s ALTER %I SET DEFAULT NULL', c.oid::regclass, a.attname) FROM c JOIN pg_attribute a ON a.attrelid = c.oid \
     WHERE a.attnum > 0 AND NOT a.attisdropped AND a.atthasdef AND a.attgenerated = ''",
    "SELECT format('COMMENT ON %s %s IS ''by hand''', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, \
     c.oid::regclass) FROM c",
    "SELECT format('ALTER TYPE %s ADD VALUE ''by hand''', t.oid::regtype) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
     WHERE t.typtype = 'e' AND OWN",
    "SELECT format('ALTER DOMAIN %s SET DEFAULT NULL', t.oid::regtype) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
     WHERE t.typtype = 'd' AND OWN",
    "SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', c.oid::regclass, t.tgname) FROM pg_trigger t JOIN c ON c.oid = t.tgrelid \
     WHERE NOT t.tgisinternal",
    "SELECT format('CREATE OR REPLACE FUNCTION %s(%s) RETURNS %s LANGUAGE plpgsql AS ''BEGIN END''', p.oid::regproc, \
     pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
     WHERE p.prokind = 'f' AND OWN AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
];

/// Statements that drop parts, those that others need last.
const DROP_PARTS: &[&str] = &[
    "SELECT format('SELECT delete_job(%s)', job_id) FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL",
    "SELECT format('DROP TRIGGER %I ON %s', t.tgname, c.oid::regclass) FROM pg_trigger t JOIN c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal",
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', c.oid::regclass, k.conname) FROM pg_constraint k JOIN c ON c.oid = k.conrelid \
     ORDER BY k.contype <> 'f'",
    "SELECT format('ALTER DOMAIN %s DROP CONSTRAINT %I', k.contypid::regtype, k.conname) FROM pg_constraint k \
     JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.contypid <> 0 AND OWN",
    "SELECT format('DROP INDEX %s', i.indexrelid::regclass) FROM pg_index i JOIN c ON c.oid = i.indrelid",
    "SELECT format('ALTER TABLE %s DROP COLUMN %I', c.oid::regclass, a.attname) FROM c JOIN pg_attribute a ON a.attrelid = c.oid \
     WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')",
];

/// Statements that drop the rest.
const DROP: &[&str] = &[
    "SELECT format('DROP %s IF EXISTS %s CASCADE', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, \
     c.oid::regclass) FROM c",
    "SELECT format('DROP MATERIALIZED VIEW IF EXISTS %I.%I CASCADE', view_schema, view_name) FROM timescaledb_information.continuous_aggregates",
    "SELECT format('DROP TYPE IF EXISTS %s CASCADE', t.oid::regtype) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
     WHERE t.typtype IN ('e', 'd') AND OWN",
    "SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
     WHERE OWN AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
];

/// Runs what these queries write. What the server refuses stays.
fn by_hand(client: &mut Client, queries: &[&str]) {
    for query in queries {
        let relations = format!(
            "WITH c AS (SELECT c.oid, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OWN} \
             AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname <> 'schema_migrations')"
        );
        let query = format!("{relations} {}", query.replace("OWN", OWN));
        let Ok(rows) = client.query(&query, &[]) else {
            assert!(query.contains("timescaledb_information"), "{query}");
            continue;
        };
        for row in rows {
            let _refused = client.batch_execute(row.get(0));
        }
    }
}

/// A difference that `drift` prints.
struct Named {
    object: String,
    owner: Option<(String, String)>,
    /// For what differs, not for what is missing.
    property: Option<String>,
    /// The index of the file, and the line.
    place: Option<(usize, usize)>,
}

fn drift(project: &Sandbox, files: &[Migration]) -> Vec<Named> {
    let output = project.xtask().args(["drift", "--json"]).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let differences = document["differences"].as_array().unwrap();
    let named = differences.iter().filter(|it| it["change"] != "extra");
    named
        .map(|it| {
            let text = |key: &str| it[key].as_str().map(str::to_owned);
            let is_column = it["column"].is_string();
            let owner = if is_column { text("name") } else { text("of") };
            let place = it["made_by"]["file"].as_str().map(|name| {
                let index = files.iter().position(|it| it.file.path.ends_with(name));
                let line = it["made_by"]["line"].as_u64().unwrap();
                (index.unwrap(), usize::try_from(line).unwrap())
            });
            Named {
                object: text("object").unwrap(),
                owner: text("schema").zip(owner),
                property: text("property"),
                place,
            }
        })
        .collect()
}

impl Named {
    /// Whether it is as the migrations make it, where `differences` are those from what all make.
    fn is_made(&self, differences: &[Difference]) -> bool {
        !differences.iter().any(|it| match it.kind {
            DifferenceKind::Missing => it.object == self.object || self.is_part_of(it),
            DifferenceKind::Changed { property } => {
                it.object == self.object && self.property.as_deref() == Some(property)
            }
            DifferenceKind::Extra => false,
        })
    }

    fn is_part_of(&self, missing: &Difference) -> bool {
        let subject = &missing.subject;
        let is_top = matches!(
            subject.kind,
            ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::ContinuousAggregate
                | ObjectKind::Domain
                | ObjectKind::Composite
        );
        is_top && subject.schema.clone().zip(Some(subject.name.clone())) == self.owner
    }

    fn title(&self) -> String {
        match &self.property {
            Some(property) => format!("{property} of {}", self.object),
            None => self.object.clone(),
        }
    }
}

fn introspect(client: &mut Client) -> Catalog {
    let mut ask = |sql: &str| -> String {
        let sql = sql::qualified::qualified(sql);
        let messages = client.simple_query(&sql).unwrap();
        let mut values = messages.iter().filter_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        values.next_back().unwrap()
    };
    let probe = ask(catalog::probe_query());
    let query = catalog::query(&probe, &catalog::Scope::default()).unwrap();
    catalog::parse(&ask(&query)).unwrap()
}

/// Drops and alters by hand what these migrations make, and checks each place that is named. Returns those without a place.
fn check(test: &str, project: Sandbox) -> Option<(usize, String)> {
    let again = Database::new(test)?;
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let text = project.read("analytics-schema/schema.json");
    let expected = Snapshot::parse(&text).unwrap().catalog;
    let files = source::read_dir(&project.dir().join("migrations")).unwrap();
    let files: Vec<Migration> = files
        .into_iter()
        .map(|file| Migration::parse(file).unwrap())
        .collect();
    let mut named = Vec::new();
    for queries in [ALTER, DROP_PARTS, DROP] {
        by_hand(&mut project.own_database().client(), queries);
        named.extend(drift(&project, &files));
    }
    let mut nameless = BTreeSet::new();
    let mut by_statement: BTreeMap<(usize, usize), Vec<&Named>> = BTreeMap::new();
    for one in &named {
        let Some((file, line)) = one.place else {
            nameless.insert(one.title());
            continue;
        };
        let statements = statements(&files[file]);
        let on_line: Vec<usize> = (0..statements.len())
            .filter(|&at| (statements[at].1..=statements[at].2).contains(&line))
            .collect();
        assert_eq!(on_line.len(), 1, "{} at line {line}", one.title());
        by_statement
            .entry((file, on_line[0]))
            .or_default()
            .push(one);
    }
    for (index, migration) in files.iter().enumerate() {
        // Each migration has its own session.
        let mut client = again.client();
        let mut observer = again.client();
        for (at, (sql, first, _)) in statements(migration).iter().enumerate() {
            let made = by_statement.get(&(index, at));
            let before = made.map(|_| catalog::diff(&expected, &introspect(&mut observer)));
            client.batch_execute(sql).unwrap();
            let (Some(made), Some(before)) = (made, before) else {
                continue;
            };
            let after = catalog::diff(&expected, &introspect(&mut observer));
            for one in made {
                let place = format!("{:03}:{first}", migration.file.version);
                assert!(!one.is_made(&before), "{} before {place}", one.title());
                assert!(one.is_made(&after), "{} after {place}", one.title());
            }
        }
    }
    let nameless: Vec<String> = nameless.into_iter().collect();
    Some((named.len(), nameless.join("\n")))
}

/// The text of each statement, its first and its last line.
fn statements(migration: &Migration) -> Vec<(&str, usize, usize)> {
    let ranges = migration.steps.iter().flat_map(|step| &step.statements);
    ranges
        .map(|range| {
            let Lines { first, last } = migration.lines_of(range);
            (&migration.file.text[range.clone()], first, last)
        })
        .collect()
}

#[test]
fn of_the_repository_s_own_migrations() {
    let project = Sandbox::analytics().needs_timescaledb_for("hypertables");
    let Some(project) = project.url(test_name!()) else {
        return;
    };
    let Some((count, nameless)) = check(test_name!(), project) else {
        return;
    };
    assert!(count > 150, "{count}");
    insta::assert_snapshot!("nothing_of_the_repository_has_no_place", nameless);
}

/// What makes it hard to say where something comes from.
const HARD: [(&str, &str); 8] = [
    (
        "001_tables",
        "CREATE SCHEMA app;\nCREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE DOMAIN positive AS int DEFAULT 1\n    CONSTRAINT above_zero CHECK (value > 0)\n    CHECK (value < 100);\n\
         CREATE TABLE IF NOT EXISTS a (\n    id bigint PRIMARY KEY,\n    n positive NOT NULL UNIQUE,\n    mood mood DEFAULT 'ok',\n    \"Odd, name\" text\n        CONSTRAINT odd CHECK (\"Odd, name\" <> ')'),\n    exclude bool,\n    \
         CONSTRAINT together\n        CHECK (n > 0 AND id > 0),\n    CHECK (n < 1000)\n);\n\
         CREATE TABLE b (id int PRIMARY KEY, a_id bigint REFERENCES a, gone int, old int);\n\
         CREATE TABLE app.c (LIKE a INCLUDING ALL);\nCREATE TABLE d AS SELECT 1 AS one, 2 AS two;\n\
         CREATE INDEX ON a (mood);\nCREATE INDEX a_exclude ON a (exclude);\nCREATE INDEX b_old ON b (old);\n\
         COMMENT ON TABLE a IS 'first';\nCOMMENT ON COLUMN a.id IS 'first';\n",
    ),
    (
        "002_changes",
        "ALTER TABLE a\n    ADD COLUMN late int NOT NULL DEFAULT 0,\n    ADD COLUMN later text DEFAULT 'x',\n    ALTER COLUMN exclude SET DEFAULT true;\n\
         ALTER TABLE a ADD COLUMN IF NOT EXISTS late text;\nALTER TABLE IF EXISTS a ADD COLUMN IF NOT EXISTS latest text;\n\
         ALTER TABLE a ADD CONSTRAINT by_hand CHECK (late >= 0) NOT VALID;\nALTER TABLE a VALIDATE CONSTRAINT by_hand;\n\
         ALTER TYPE mood ADD VALUE 'happy';\nALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad';\n\
         ALTER TABLE b DROP COLUMN gone, ADD COLUMN gone text;\nALTER TABLE b ALTER COLUMN gone SET NOT NULL;\n\
         COMMENT ON TABLE a IS 'second';\nCOMMENT ON COLUMN public.a.id IS 'second';\n\
         CREATE TABLE IF NOT EXISTS a (other int);\nCREATE INDEX IF NOT EXISTS a_exclude ON a (exclude);\nCREATE INDEX IF NOT EXISTS a_late ON a (late);\n",
    ),
    (
        "003_code",
        "CREATE OR REPLACE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;\n\
         CREATE OR REPLACE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;\n\
         CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql AS 'SELECT a * 2';\nCREATE FUNCTION twice(a text) RETURNS text LANGUAGE sql AS 'SELECT a || a';\n\
         CREATE TRIGGER quietly BEFORE UPDATE OF id ON a FOR EACH ROW EXECUTE FUNCTION quiet();\n\
         CREATE OR REPLACE VIEW v AS SELECT id FROM a;\nCREATE OR REPLACE VIEW v AS SELECT id, n FROM a;\nCREATE VIEW w AS SELECT id FROM b;\n\
         CREATE MATERIALIZED VIEW m AS SELECT id FROM b;\nCREATE INDEX m_id ON m (id);\n",
    ),
    (
        "004_renames",
        "ALTER TABLE b RENAME TO e;\nALTER TABLE a RENAME COLUMN later TO even_later;\nALTER TABLE d SET SCHEMA app;\nALTER INDEX b_old RENAME TO e_old;\n\
         CREATE TABLE b (id int);\nCREATE INDEX b_old ON b (id);\nALTER TABLE a ADD COLUMN later int;\nALTER TABLE a RENAME CONSTRAINT by_hand TO by_name;\n",
    ),
    (
        "005_blocks",
        "DO $$\nBEGIN\n    CREATE TYPE once AS ENUM ('a');\n    CREATE TABLE made_in_block (id int);\nEXCEPTION\n    WHEN duplicate_object THEN NULL;\nEND $$;\n\
         DO $$\nBEGIN\n    IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'perhaps') THEN\n        CREATE TABLE perhaps (id int);\n    END IF;\nEND $$;\n\
         CREATE TABLE IF NOT EXISTS perhaps (id int);\n\
         DO $$\nBEGIN\n    DROP TABLE made_in_block;\n    CREATE TABLE made_in_block (id int, n int);\nEND $$;\n",
    ),
    (
        "006_path",
        "SET search_path = app;\nCREATE TABLE f (id int);\nCREATE TABLE public.f (id int, n int);\nALTER TABLE c ADD COLUMN more int;\nRESET search_path;\n",
    ),
    (
        "007_partitions",
        "CREATE TABLE p (at date, n int) PARTITION BY RANGE (at);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');\n\
         ALTER TABLE p ADD COLUMN late int;\nCREATE INDEX p_n ON p (n);\nCREATE TEMP TABLE a (id int);\nDROP TABLE a;\nALTER TABLE a ADD COLUMN last int;\n",
    ),
    (
        "008_execute",
        "DO $$ BEGIN EXECUTE 'CREATE TABLE g (id int)'; END $$;\nCREATE TABLE IF NOT EXISTS g (id int);\nCREATE TABLE h (id int);\nSELECT 1 AS one INTO i;\n\
         DROP TABLE h;\nCREATE TABLE h (id int, again int);\nCREATE TABLE IF NOT EXISTS h (id int, third int);\nCREATE INDEX ON h (again);\n",
    ),
];

#[test]
fn of_a_hard_folder() {
    let mut project = Sandbox::new().file("analytics-schema/README", "");
    for (name, text) in HARD {
        project = project.file(&format!("migrations/{name}.sql"), text);
    }
    let Some(project) = project.plain(test_name!()) else {
        return;
    };
    let Some((count, nameless)) = check(test_name!(), project) else {
        return;
    };
    assert!(count > 80, "{count}");
    insta::assert_snapshot!("of_a_hard_folder_these_have_no_place", nameless);
}
