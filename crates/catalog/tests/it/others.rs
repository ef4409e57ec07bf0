//! What no module reads or writes: read, the same from two databases, and named where it differs.

use catalog::{Catalog, OtherKind, diff};

use crate::support::Database;

/// A role of this name, whichever test creates it first.
const ROLES: &str = "
    DO $$
    BEGIN
        CREATE ROLE others_reader;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END
    $$;
    DO $$
    BEGIN
        CREATE ROLE others_owner;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END
    $$;";

const SCHEMA: &str = r#"
    CREATE SCHEMA "Odd one";
    CREATE TABLE orders (id bigint PRIMARY KEY, tenant text NOT NULL, total numeric);
    CREATE TABLE notes (id serial, order_id bigint REFERENCES orders, note text);
    CREATE SEQUENCE "Odd one"."Number's" AS integer INCREMENT BY 5 MAXVALUE 1000 CYCLE;
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE FUNCTION secret(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION warn() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
    CREATE RULE "no deletes" AS ON DELETE TO notes DO INSTEAD NOTHING;
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    ALTER TABLE orders FORCE ROW LEVEL SECURITY;
    CREATE POLICY own_rows ON orders FOR SELECT TO others_reader, CURRENT_USER USING (tenant = current_user);
    CREATE POLICY no_gifts ON orders AS RESTRICTIVE FOR INSERT WITH CHECK (total > 0);
    GRANT SELECT, INSERT ON orders TO others_reader WITH GRANT OPTION;
    GRANT UPDATE (note) ON notes TO PUBLIC;
    GRANT ALL ON SEQUENCE notes_id_seq TO others_reader;
    GRANT USAGE ON SCHEMA "Odd one" TO others_reader;
    REVOKE EXECUTE ON FUNCTION secret(integer) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION nothing() TO others_reader;
    CREATE COLLATION "Odd one".c (provider = libc, locale = 'C');
    CREATE STATISTICS order_statistics (ndistinct, dependencies) ON tenant, total FROM orders;
    CREATE EVENT TRIGGER others_warn ON ddl_command_end WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION warn();
    ALTER EVENT TRIGGER others_warn DISABLE;
    CREATE TABLE parts (id integer, at date) PARTITION BY RANGE (at);
    CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
    CREATE TABLE heir () INHERITS (notes);
    CREATE FOREIGN DATA WRAPPER wrapper;
    CREATE SERVER elsewhere FOREIGN DATA WRAPPER wrapper OPTIONS (host 'secret.example', password 'hunter2');
    CREATE FOREIGN TABLE remote (id integer) SERVER elsewhere OPTIONS (table_name 'far', password 'hunter2');
    ALTER DEFAULT PRIVILEGES IN SCHEMA "Odd one" GRANT SELECT, INSERT ON TABLES TO others_reader;
    ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER TABLE notes ALTER note SET STORAGE EXTERNAL, ALTER note SET COMPRESSION pglz, ALTER order_id SET (n_distinct = -0.5);
    ALTER FOREIGN TABLE remote ALTER id OPTIONS (column_name 'far_id', password 'hunter2');
    CREATE PUBLICATION others_all FOR TABLE orders WHERE (total > 0), notes (note, id) WITH (publish = 'insert, update');
    CREATE PUBLICATION others_schema FOR TABLES IN SCHEMA "Odd one" WITH (publish_via_partition_root);
    COMMENT ON CONSTRAINT orders_pkey ON orders IS 'A constraint''s.';
    COMMENT ON INDEX orders_pkey IS 'An index''s.';
    COMMENT ON FUNCTION secret(integer) IS 'A function''s.';
    COMMENT ON POLICY own_rows ON orders IS 'A policy''s.';
    COMMENT ON RULE "no deletes" ON notes IS 'A rule''s.';
    COMMENT ON SEQUENCE "Odd one"."Number's" IS 'A sequence''s.';
    COMMENT ON STATISTICS order_statistics IS 'Two
lines.';
"#;

fn lines(catalog: &Catalog) -> String {
    let line = |it: &catalog::OtherObject| format!("{:?}: {}: {}", it.kind, it.name, it.definition);
    let lines: Vec<String> = catalog.others.iter().map(line).collect();
    lines.join("\n")
}

#[testkit::test(Database::empty)]
fn what_no_module_needs_is_compared_too(database: Database) {
    database.run(ROLES);
    database.run(SCHEMA);
    let found = database.catalog();
    insta::assert_snapshot!(lines(&found));
    assert!(!found.to_text().contains("hunter2"));
    assert_eq!(Catalog::parse(&found.to_text()).unwrap(), found);
    assert_eq!(database.needed(&found).others, [], "start-up reads none");
    assert_eq!(catalog::at_least(&found, &database.needed(&found)), []);
}

#[testkit::test(Database::empty)]
fn another_owner_makes_no_difference(one: Database) {
    let two = Database::empty(testkit::test_name!()).unwrap();
    one.run(ROLES);
    one.run(SCHEMA);
    two.run(&format!(
        "CREATE TABLE gone (); DROP TABLE gone;
         DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO others_owner', current_database()); END $$;
         ALTER ROLE others_owner SUPERUSER; ALTER SCHEMA public OWNER TO others_owner; SET ROLE others_owner; {SCHEMA}; RESET ROLE; ALTER ROLE others_owner NOSUPERUSER;"
    ));
    assert_eq!(diff(&one.catalog(), &two.catalog()), []);
    assert_eq!(one.catalog().to_text(), two.catalog().to_text());
}

#[testkit::test(Database::empty)]
fn what_an_extension_brings_is_not_the_schemas(database: Database) {
    let before = database.catalog();
    database.run("CREATE EXTENSION hstore");
    assert_eq!(database.catalog().others, before.others);
    assert_eq!(before.others, []);
}

#[testkit::test]
fn neither_timescaledb_nor_plain_mode_adds_any(database: Database) {
    database.run(
        "CREATE EXTENSION IF NOT EXISTS timescaledb;
         CREATE TABLE t (at timestamptz NOT NULL, v integer);
         SELECT create_hypertable('t', by_range('at'));
         INSERT INTO t VALUES ('2020-01-01', 1), ('2021-01-01', 2);",
    );
    assert_eq!(database.catalog().others, []);
}

#[testkit::test(Database::empty)]
fn a_change_is_named_in_the_words_of_postgresql(database: Database) {
    database.run(ROLES);
    database.run(SCHEMA);
    let expected = database.catalog();
    database.run(
        r#"ALTER SEQUENCE "Odd one"."Number's" NO CYCLE;
           ALTER TABLE notes DISABLE RULE "no deletes";
           ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;
           ALTER POLICY own_rows ON orders USING (true);
           DROP POLICY no_gifts ON orders;
           REVOKE INSERT ON orders FROM others_reader;
           GRANT EXECUTE ON FUNCTION secret(integer) TO PUBLIC;
           DROP COLLATION "Odd one".c;
           CREATE COLLATION "Odd one".c (provider = libc, locale = 'POSIX');
           DROP STATISTICS order_statistics;
           ALTER EVENT TRIGGER others_warn ENABLE;
           ALTER TABLE parts DETACH PARTITION parts_old;
           ALTER TABLE heir NO INHERIT notes;
           ALTER FOREIGN TABLE remote OPTIONS (SET table_name 'farther');
           ALTER SERVER elsewhere OPTIONS (ADD port '1');
           ALTER TABLE notes ALTER note SET STORAGE MAIN;
           ALTER FOREIGN TABLE remote ALTER id OPTIONS (SET column_name 'near_id');
           ALTER PUBLICATION others_all DROP TABLE notes;
           ALTER DEFAULT PRIVILEGES IN SCHEMA "Odd one" REVOKE INSERT ON TABLES FROM others_reader;
           ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
           CREATE PUBLICATION others_later FOR TABLE orders;
           COMMENT ON INDEX orders_pkey IS 'Another.';
           CREATE RULE new AS ON DELETE TO orders DO INSTEAD NOTHING;"#,
    );
    let differences = diff(&expected, &database.catalog());
    let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"));
    let is_named = |kind: OtherKind| {
        let wanted = catalog::ObjectKind::Other(kind);
        differences.iter().any(|it| it.subject.kind == wanted)
    };
    assert!(is_named(OtherKind::Privileges) && is_named(OtherKind::Comment));
}

#[testkit::test(Database::empty)]
fn privileges_are_compared_where_the_migrations_grant_some(database: Database) {
    database.run(ROLES);
    database.run(
        "CREATE TABLE ours (id integer); GRANT SELECT ON ours TO others_reader;
         CREATE TABLE theirs (id integer);",
    );
    let expected = database.catalog();
    database.run("GRANT SELECT ON theirs TO others_reader");
    assert_eq!(diff(&expected, &database.catalog()), []);
    database.run("GRANT INSERT ON ours TO others_reader");
    let differences = diff(&expected, &database.catalog());
    assert_eq!(
        differences[0].to_string(),
        "privileges on table public.ours: definition: expected others_reader: SELECT; found others_reader: INSERT, SELECT"
    );
    assert_eq!(differences.len(), 1);
    database.run("REVOKE ALL ON ours FROM others_reader");
    let differences = diff(&expected, &database.catalog());
    assert_eq!(
        differences[0].to_string(),
        "privileges on table public.ours is missing: expected others_reader: SELECT"
    );
}

/// A reader may have the same privilege of two roles: it is one.
#[testkit::test(Database::empty)]
fn a_privilege_that_two_roles_granted_is_one(database: Database) {
    database.run(ROLES);
    database.run(
        "CREATE TABLE ours (id integer); GRANT SELECT ON ours TO others_owner WITH GRANT OPTION; GRANT SELECT ON ours TO others_reader;",
    );
    let expected = database.catalog();
    database.run("SET ROLE others_owner; GRANT SELECT ON ours TO others_reader; RESET ROLE;");
    assert_eq!(diff(&expected, &database.catalog()), []);
    let privileges = &expected.others[0];
    let text = "others_owner: SELECT WITH GRANT OPTION; others_reader: SELECT";
    assert_eq!(privileges.definition, text);
}
