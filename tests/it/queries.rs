//! The files of named queries: what a migrated database says of them is kept in `queries.json`, and what it refuses is shown where it is.

use std::process::Command;

use crate::support::{Sandbox, eventually, installed_psql, repository, test_name};

const MIGRATION: &str = "CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    mood mood,
    tags text[] NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN people.name IS 'As they say it.';
CREATE PROCEDURE forget(id bigint) LANGUAGE sql AS 'DELETE FROM people WHERE people.id = $1';
";

const QUERIES: &str = "-- name: person
-- One person.
SELECT id, name, mood FROM people WHERE id = :id;

-- name: named
SELECT * FROM people
WHERE name = :name
  AND mood = ANY(:moods) -- if :moods
ORDER BY id;

-- name: add
INSERT INTO people (id, name, mood) VALUES (:id, :name, :mood) RETURNING id;

-- name: add_many
INSERT INTO people (id, name) SELECT * FROM unnest(:ids::bigint[], :names::text[]);

-- name: count
SELECT count(*) AS people, max(name) AS last FROM people;

-- name: forget
CALL forget(:id);
";

/// A project with a migration and queries, and an empty database.
fn fresh(test: &str, queries: &str) -> Option<Sandbox> {
    Sandbox::new()
        .file("migrations/001_people.sql", MIGRATION)
        .file("analytics-schema/queries/people.sql", queries)
        .plain(test)
}

/// The same, migrated.
fn described(test: &str) -> Option<Sandbox> {
    let project = fresh(test, QUERIES)?;
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    Some(project)
}

#[testkit::test(|test| fresh(test, QUERIES))]
fn the_migrated_database_describes_each_query(project: Sandbox) {
    insta::assert_snapshot!("described", project.run("migrate"));
    let kept = project.read("analytics-schema/queries.json");
    insta::assert_snapshot!("queries_json", kept);
    insta::assert_snapshot!("described_again", project.run("migrate"));
    assert_eq!(project.read("analytics-schema/queries.json"), kept);
    insta::assert_snapshot!("checked", project.run("migrate --frozen"));
    let left = "SELECT count(*) FROM pg_proc WHERE proname ~ '^q[0-9]'";
    let mut client = project.own_database().client();
    let left: i64 = client.query_one(left, &[]).unwrap().get(0);
    assert_eq!(left, 0, "nothing stays");
}

#[testkit::test(described)]
fn a_rename_breaks_each_query_that_used_it(project: Sandbox) {
    let before = project.read("analytics-schema/queries.json");
    project.write(
        "migrations/002_rename.sql",
        "ALTER TABLE people RENAME COLUMN name TO full_name;\n",
    );
    insta::assert_snapshot!("broken_as_a_plan", project.run("migrate --dry-run"));
    insta::assert_snapshot!(project.run("migrate"));
    assert_eq!(project.read("analytics-schema/queries.json"), before);
    let mut client = project.own_database().client();
    let applied = "SELECT count(*) FROM schema_migrations";
    let applied: i64 = client.query_one(applied, &[]).unwrap().get(0);
    assert_eq!(applied, 1, "nothing was applied");
    project.write("analytics-schema/queries/people.sql", renamed());
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

/// The queries after a migration that renames a column.
fn renamed() -> String {
    QUERIES
        .replace("name = :name", "full_name = :name")
        .replace("id, name", "id, full_name")
        .replace("max(name)", "max(full_name)")
}

#[testkit::test(described)]
fn queries_that_change_with_a_migration_fit(project: Sandbox) {
    project.write(
        "migrations/002_rename.sql",
        "ALTER TABLE people RENAME COLUMN name TO full_name;\n",
    );
    project.write("analytics-schema/queries/people.sql", renamed());
    insta::assert_snapshot!(project.run("migrate"));
}

/// Where there is no server for a private cluster, a migration in doubt says so.
#[testkit::test(described)]
fn only_a_doubt_about_queries_starts_a_private_cluster(project: Sandbox) {
    let project = project.env("PG_CONFIG", "/nowhere/pg_config");
    let kept = project.read("analytics-schema/queries.json");
    project.write(
        "migrations/002_other.sql",
        "CREATE TABLE other (id int, name text);\nCREATE INDEX ON people (name);\n",
    );
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(!screen.contains("not checked"), "{screen}");
    project.write(
        "migrations/003_age.sql",
        "ALTER TABLE people ADD age int;\n",
    );
    insta::assert_snapshot!("in_doubt_without_a_server", project.run("migrate"));
    // Files that already describe the result leave no doubt.
    let described = project.read("analytics-schema/queries.json");
    assert_ne!(described, kept);
    let mut client = project.own_database().client();
    let undo = "ALTER TABLE people DROP age; DELETE FROM schema_migrations WHERE version = 3";
    client.batch_execute(undo).unwrap();
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(!screen.contains("not checked"), "{screen}");
    assert_eq!(project.read("analytics-schema/queries.json"), described);
    project.write(
        "migrations/004_rename.sql",
        "ALTER TABLE people RENAME COLUMN name TO full_name;\n",
    );
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(!screen.contains("not checked"), "{screen}");
}

#[testkit::test(described)]
fn a_changed_query_is_found_by_frozen(project: Sandbox) {
    let changed = QUERIES
        .replace("ORDER BY id", "ORDER BY name")
        .replace("-- name: count", "-- name: people");
    project.write("analytics-schema/queries/people.sql", changed);
    insta::assert_snapshot!(project.run("migrate --frozen"));
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[testkit::test(|test| fresh(test, "-- name: a\nSELECT 1"))]
fn what_the_database_refuses_is_shown_where_it_is(project: Sandbox) {
    project.write(
        "analytics-schema/queries/wrong.sql",
        "-- name: syntax\nSELEC 1;\n\
         -- name: syntax_again\nSELECT 1 FRO people;\n\
         -- name: no_column\nSELECT id,\n       né FROM people;\n\
         -- name: no_type\nSELECT :a;\n\
         -- name: which_type\nSELECT :a IS NULL AS it;\n\
         -- name: no_name\nSELECT 1 + :a;\n\
         -- name: twice\nSELECT id, id FROM people;\n\
         -- name: with_filter\nSELECT id FROM people\nWHERE true\n  AND nme = :name -- if :name\n;\n",
    );
    insta::assert_snapshot!("before_the_run", project.run("migrate"));
    let text = project.read("analytics-schema/queries/wrong.sql");
    project.write(
        "analytics-schema/queries/wrong.sql",
        text.replace("SELEC 1", "SELECT 1 AS x"),
    );
    insta::assert_snapshot!("after_the_run", project.run("migrate"));
    assert!(
        !project
            .files()
            .iter()
            .any(|it| it.ends_with("queries.json"))
    );
}

#[testkit::test(described)]
fn a_file_that_is_damaged_is_written_again(project: Sandbox) {
    let kept = project.read("analytics-schema/queries.json");
    let texts = [
        String::new(),
        kept[..kept.len() / 2].to_owned(),
        kept.replace("\"queries\"", "<<<<<<< ours\n\"queries\""),
        kept.replace("bigint", "integer"),
    ];
    for text in texts {
        project.write("analytics-schema/queries.json", &text);
        let screen = project.run("migrate --frozen");
        assert!(screen.starts_with("exit 3\n"), "{screen}");
        let screen = project.run("migrate");
        assert!(screen.starts_with("exit 0\n"), "{screen}");
        assert_eq!(project.read("analytics-schema/queries.json"), kept);
    }
}

#[testkit::test(|test| fresh(test, ""))]
fn what_no_program_could_run_is_refused(project: Sandbox) {
    project.write(
        "migrations/002_shapes.sql",
        "CREATE TYPE words AS RANGE (subtype = text);\nCREATE TABLE shapes (id int, words words, shape mood[]);\n",
    );
    project.write(
        "analytics-schema/queries/wrong.sql",
        "-- name: of_a_table\nSELECT * FROM shapes;\n\
         -- name: a_record\nSELECT (id, :n::int) AS pair FROM shapes;\n\
         -- name: a_row\nSELECT p AS person FROM people AS p;\n\
         -- name: made\nSELECT é.id -- ü\n INTO TEMP other FROM shapes AS é;\n\
         -- name: right\nSELECT words::text AS words, shape[1:2] AS moods FROM shapes WHERE words = :words;\n",
    );
    insta::assert_snapshot!(project.run("migrate"));
}

/// Nothing could be proven without functions of the session's own, and `queries.json` would differ from that of others.
#[testkit::test(|test| fresh(test, QUERIES))]
fn a_role_that_may_not_make_temporary_objects_describes_nothing(project: Sandbox) {
    let mut client = project.own_database().client();
    let database = project.own_database().name();
    let role = format!("{database}_service");
    let create = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'service-secret'; GRANT CREATE ON SCHEMA public TO {role}; \
         REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
    );
    client.batch_execute(&create).unwrap();
    let url = project.own_database().url();
    let (_, rest) = url.split_once('@').unwrap();
    let target = format!("postgresql://{role}:service-secret@{rest}");
    let screen = project.run(&format!("migrate --target {target}"));
    let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    eventually("the role's last session has ended", || {
        client.batch_execute(&drop).is_ok()
    });
    insta::assert_snapshot!(screen.replace(database, "DATABASE"));
    let files = project.files();
    assert!(!files.iter().any(|it| it.ends_with("queries.json")));
}

/// The text of `queries.json` after a run in the mode that the arguments choose.
fn kept_by(project: &Sandbox, arguments: &str) -> String {
    let screen = project.run(&format!("migrate {arguments}"));
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    project.read("analytics-schema/queries.json")
}

/// The queries of this repository, gap filling among them.
#[test]
fn plain_mode_describes_the_same() {
    let queries = repository().join("analytics-schema/queries/dashboard.sql");
    let queries = std::fs::read_to_string(queries).unwrap();
    let project = || {
        Sandbox::analytics()
            .file("analytics-schema/queries/dashboard.sql", &queries)
            .needs_timescaledb_for("the comparison")
            .url(test_name!())
    };
    let (Some(timescale), Some(plain)) = (project(), project()) else {
        return;
    };
    assert_eq!(kept_by(&timescale, ""), kept_by(&plain, "--plain"));
}

/// Each parameter is a variable of psql.
#[testkit::test(described)]
fn psql_runs_the_files_as_they_are(project: Sandbox) {
    let Some(psql) = installed_psql(test_name!()) else {
        return;
    };
    let values = [
        "id=1",
        "name='Ada'",
        "mood='ok'",
        "moods='{ok}'::mood[]",
        "ids='{2,3}'",
        "names='{Bob,Eve}'",
    ];
    let mut command = Command::new(psql);
    command.args(["-X", "-At", "-v", "ON_ERROR_STOP=1"]);
    command.args(values.iter().flat_map(|it| ["-v", it]));
    command
        .arg("-f")
        .arg(project.dir().join("analytics-schema/queries/people.sql"));
    let output = command.arg(project.own_database().url()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

/// The project whose generated queries the crate `fixtures` runs.
#[testkit::test(|test| Sandbox::new().plain(test))]
fn the_fixtures_are_described(project: Sandbox) {
    let sql = "SELECT 1 FROM pg_available_extensions WHERE name IN ('citext', 'hstore', 'ltree')";
    let mut client = project.own_database().client();
    if client.query(sql, &[]).unwrap().len() < 3 {
        return testkit::skip(
            test_name!(),
            "this PostgreSQL lacks citext, hstore or ltree",
        );
    }
    let folder = repository().join("crates/fixtures");
    let names = ["columns.sql", "shapes.sql"];
    let migration = std::fs::read(folder.join("migrations/001_every.sql")).unwrap();
    project.write("migrations/001_every.sql", migration);
    for name in names {
        let text = std::fs::read(folder.join("queries").join(name)).unwrap();
        project.write(&format!("analytics-schema/queries/{name}"), text);
    }
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    for name in ["schema.json", "queries.json"] {
        let found = project.read(&format!("analytics-schema/{name}"));
        let path = folder.join(name);
        if std::env::var_os("RENEW_GOLDEN").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(
            kept == found,
            "{name}: RENEW_GOLDEN=1 cargo test -p xtask --test it fixtures_are"
        );
    }
}
