//! The answers for generated and for tricky files. That they are true is proven against a server, in `tests/it/origin.rs`.

use std::fmt::Write as _;
use std::path::Path;

use super::*;
use crate::source::{self, File};

/// Places of everything that is named in these files, one object a line; uncertain objects have no place.
fn places(files: &[&str]) -> String {
    let files = files.iter().enumerate();
    let migrations: Vec<Migration> = files
        .map(|(index, text)| {
            let name = format!("{:03}_file.sql", index + 1);
            let file = File::new(Path::new(&name), text.as_bytes().to_vec()).unwrap();
            Migration::parse(file).unwrap()
        })
        .collect();
    let origins = read(&migrations, Some("public"));
    let mut objects: Vec<Object> = origins.0.objects().collect();
    objects.sort();
    let mut shown = String::new();
    for object in &objects {
        let owner = if object.owner.is_empty() {
            String::new()
        } else {
            format!("{}.", object.owner)
        };
        let name = format!("{}.{owner}{}", object.schema, object.name);
        let line = |place: Option<Location>| match place {
            Some(place) => {
                let text = &migrations[place.migration].file.text;
                let line = source::position(&text[..place.offset]).line;
                format!("{:03}:{line}", place.migration + 1)
            }
            None => "-".to_owned(),
        };
        let _ = write!(
            shown,
            "{:?} {name}: {}",
            object.kind,
            line(origins.of(object))
        );
        for property in origins.0.properties(object) {
            let _ = write!(
                shown,
                ", {property} {}",
                line(origins.of_property(object, property))
            );
        }
        shown.push('\n');
    }
    shown
}

#[test]
fn a_table_and_its_parts() {
    insta::assert_snapshot!(places(&[
        "CREATE TABLE a (\n  id int PRIMARY KEY,\n  \"Odd,\" text CONSTRAINT odd CHECK (\"Odd,\" <> ')'),\n  \
         exclude bool,\n  n numeric(10, 2) DEFAULT 0,\n  CONSTRAINT positive\n    CHECK (n > 0),\n  UNIQUE (n)\n);\n",
        "ALTER TABLE a\n  ADD COLUMN b int,\n  ADD c int UNIQUE,\n  DROP COLUMN n,\n  ALTER id SET DEFAULT 1;\n\
         ALTER TABLE a ADD CONSTRAINT late CHECK (b > 0);\nALTER TABLE a VALIDATE CONSTRAINT late;\n\
         COMMENT ON TABLE a IS 'a';\nCOMMENT ON COLUMN a.b IS 'b';\n\
         CREATE INDEX a_b ON a (b);\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_c ON ONLY a (c);\n",
    ]));
}

#[test]
fn if_not_exists_keeps_the_first() {
    insta::assert_snapshot!(places(&[
        "CREATE TABLE IF NOT EXISTS a (id int);\nCREATE TABLE IF NOT EXISTS a (other int);\n",
        "CREATE TABLE IF NOT EXISTS a (id int);\nALTER TABLE a ADD COLUMN IF NOT EXISTS id int;\n\
         ALTER TABLE a ADD COLUMN IF NOT EXISTS b int;\nALTER TABLE a ADD COLUMN IF NOT EXISTS b int;\n",
        "CREATE OR REPLACE VIEW v AS SELECT 1;\nCREATE OR REPLACE VIEW v AS SELECT 1, 2;\n\
         CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';\n\
         CREATE OR REPLACE FUNCTION f(a INT DEFAULT 2) RETURNS int LANGUAGE sql AS 'SELECT 2';\n\
         CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';\n\
         CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
        "DROP TABLE a;\nCREATE TABLE IF NOT EXISTS a (id int);\n",
    ]));
}

#[test]
fn what_is_dropped_or_renamed_is_forgotten() {
    insta::assert_snapshot!(places(&[
        "CREATE TABLE a (id int, n int);\nCREATE TABLE b (id int);\nCREATE TABLE c (id int);\nCREATE TABLE app.d (id int);\n\
         CREATE INDEX a_id ON a (id);\nCREATE INDEX b_id ON b (id);\nCREATE TYPE t AS ENUM ('x');\n",
        "ALTER TABLE a RENAME TO a2;\nALTER TABLE b RENAME COLUMN id TO id2;\nALTER TABLE c SET SCHEMA app;\n\
         DROP SCHEMA IF EXISTS app CASCADE;\nALTER INDEX b_id RENAME TO b_id2;\nALTER TYPE t RENAME TO t2;\n",
        "CREATE TABLE a (id int);\nCREATE TABLE IF NOT EXISTS b (id int);\n",
    ]));
}

#[test]
fn names_after_a_change_of_search_path_are_not_known() {
    insta::assert_snapshot!(places(&[
        "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCREATE TABLE c (id int);\n",
        "SET search_path = app, public;\nCREATE TABLE a (id int);\nALTER TABLE b ADD COLUMN n int;\nCREATE TABLE public.d (id int);\n",
        "SELECT set_config('search_path', '', false);\nCREATE TABLE e (id int);\n",
        "SET search_path TO public;\nCREATE TABLE f (id int);\nSET ROLE other;\nCREATE TABLE g (id int);\n",
        "CREATE TEMP TABLE c (id int);\nDROP TABLE c;\nCREATE TABLE h (id int);\n",
    ]));
}

#[test]
fn a_block_may_make_what_it_says() {
    insta::assert_snapshot!(places(&[
        "DO $$\nBEGIN\n  CREATE TYPE mood AS ENUM ('a');\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND $$;\n\
         CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n",
        "DO $$ BEGIN CREATE TYPE mood AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;\n\
         ALTER TYPE mood ADD VALUE 'b';\nALTER TYPE mood ADD VALUE IF NOT EXISTS 'a';\n",
        "DO $body$ BEGIN IF true THEN DROP TABLE b; CREATE TABLE b (n int); END IF; END $body$;\n\
         DO $$ BEGIN EXECUTE 'CREATE TABLE c ()'; END $$;\nCREATE TABLE IF NOT EXISTS d (id int);\nCREATE TABLE e (id int);\n",
    ]));
}

#[test]
fn code_that_is_known_when_it_runs_makes_everything_doubtful() {
    insta::assert_snapshot!(places(&[
        "CREATE TABLE a (id int);\n\
         CREATE FUNCTION again() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE a'; END $$;\n\
         CREATE FUNCTION quiet() RETURNS int LANGUAGE sql AS 'SELECT 1';\n\
         CREATE TABLE b (id int);\nSELECT quiet();\n",
        "SELECT again();\nCREATE TABLE c (id int);\nSELECT made_elsewhere('c');\nCREATE TABLE IF NOT EXISTS d (id int);\n",
        "SAVEPOINT s;\nCREATE TABLE e (id int);\nROLLBACK TO s;\nCREATE TABLE f (id int);\n",
    ]));
}

#[test]
fn hypertables_and_their_policies() {
    insta::assert_snapshot!(places(&[
        "CREATE EXTENSION IF NOT EXISTS timescaledb;\nCREATE TABLE m (\"time\" timestamptz, device int);\n\
         SELECT create_hypertable('m', by_range('time', INTERVAL '1 day'));\nSELECT add_dimension('public.m'::regclass, by_hash('device', 4));\n\
         CREATE INDEX IF NOT EXISTS m_time_idx ON m (time);\nCREATE INDEX IF NOT EXISTS m_device_idx ON m (device);\n\
         ALTER TABLE m SET (timescaledb.compress);\nSELECT add_compression_policy('m', INTERVAL '7 days');\n",
        "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS SELECT 1 WITH NO DATA;\n\
         SELECT add_continuous_aggregate_policy('c', NULL, NULL, INTERVAL '1 day');\n\
         SELECT add_retention_policy('m', INTERVAL '1 day');\nSELECT remove_retention_policy('m');\n\
         SELECT add_retention_policy('m', INTERVAL '2 days');\nSELECT add_retention_policy('c', INTERVAL '2 days') FROM m;\n\
         SELECT set_chunk_time_interval('m', INTERVAL '2 days');\nSELECT add_job('public.work', '1 day');\n",
    ]));
}

#[test]
fn a_name_that_is_too_long_is_cut() {
    let name = "ä".repeat(40);
    insta::assert_snapshot!(places(&[&format!("CREATE TABLE {name} (id int);\n")]));
}

#[test]
fn what_removed_an_object_is_known_if_only_one_statement_can_have() {
    let files = [
        "CREATE TABLE a (id int, n int, m int);\nCREATE TABLE b (id int);\nCREATE TABLE c (id int);\nCREATE TABLE d (id int);\n\
         CREATE INDEX a_id ON a (id);\n",
        "DROP INDEX a_id;\nALTER TABLE a DROP COLUMN n;\nALTER TABLE a RENAME COLUMN m TO k;\nDROP TABLE IF EXISTS b;\n\
         DROP TABLE c;\nCREATE TABLE c (id int);\nDO $$ BEGIN EXECUTE 'DROP TABLE d'; END $$;\n",
    ];
    let parsed = files.iter().enumerate().map(|(index, text)| {
        let name = format!("{:03}_file.sql", index + 1);
        let file = File::new(Path::new(&name), text.as_bytes().to_vec()).unwrap();
        Migration::parse(file).unwrap()
    });
    let migrations: Vec<Migration> = parsed.collect();
    let end = |kind, owner: &str, name: &str, migrations: &[Migration]| {
        let object = Object {
            kind,
            schema: "public".to_owned(),
            owner: owner.to_owned(),
            name: name.to_owned(),
        };
        let place = read(migrations, Some("public")).of_end(&object)?;
        let text = &migrations[place.migration].file.text;
        Some(source::position(&text[..place.offset]).line)
    };
    // The block may have removed anything.
    assert_eq!(end(Kind::Relation, "", "d", &migrations), None);
    assert_eq!(end(Kind::Column, "a", "n", &migrations), None);
    let text = files[1].split("DO $$").next().unwrap();
    let file = File::new(Path::new("002_file.sql"), text.as_bytes().to_vec()).unwrap();
    let certain = [migrations[0].clone(), Migration::parse(file).unwrap()];
    assert_eq!(end(Kind::Column, "a", "n", &certain), Some(2));
    assert_eq!(end(Kind::Column, "a", "m", &certain), Some(3));
    assert_eq!(end(Kind::Relation, "", "b", &certain), Some(4));
    assert_eq!(end(Kind::Index, "a", "a_id", &certain), Some(1));
    // It is there again.
    assert_eq!(end(Kind::Relation, "", "c", &certain), None);
}
