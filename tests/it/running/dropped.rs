//! Files that drop, rename or move this tool's history.

use super::{value, with};
use crate::support::{Sandbox, test_name};

const FIRST: (&str, &str) = (
    "001_first",
    "CREATE TABLE kept (id int);\nINSERT INTO kept VALUES (1);\n",
);

/// Ways of a file to do away with it, with what makes the schema usable again.
const WAYS: &[(&str, &str)] = &[
    ("table", "DROP TABLE schema_migrations;\n"),
    (
        "cascade",
        "DROP TABLE IF EXISTS kept, schema_migrations CASCADE;\n",
    ),
    (
        "schema",
        "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n",
    ),
    ("schema_alone", "DROP SCHEMA public CASCADE;\n"),
    ("owned", "DROP OWNED BY CURRENT_USER CASCADE;\n"),
    ("renamed", "ALTER TABLE schema_migrations RENAME TO old;\n"),
    (
        "moved",
        "CREATE SCHEMA old;\nALTER TABLE schema_migrations SET SCHEMA old;\n",
    ),
    (
        "in_a_do",
        "DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'schema_migrations'; END $$;\n",
    ),
    ("half", "VACUUM kept;\nDROP TABLE schema_migrations;\n"),
];

/// Whoever owns the database, so that `DROP OWNED` drops nothing of anybody else's.
fn as_owner(project: Sandbox) -> (Sandbox, String) {
    let database = project.own_database();
    let (name, url) = (database.name().to_owned(), database.url());
    let owner = format!("{name}_owner");
    let mut client = database.client();
    for sql in [
        format!("CREATE ROLE {owner} LOGIN PASSWORD 'unused'"),
        format!("ALTER DATABASE {name} OWNER TO {owner}"),
        format!("ALTER SCHEMA public OWNER TO {owner}"),
    ] {
        client.batch_execute(&sql).unwrap();
    }
    let at = url.find('@').unwrap();
    let url = format!("postgres://{owner}:unused{}", &url[at..]);
    (project.env("DATABASE_URL", url), owner)
}

/// Takes what [`as_owner`] has given.
fn give_back(project: &Sandbox, owner: &str) {
    let back = format!(
        "ALTER DATABASE {} OWNER TO CURRENT_USER; REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP OWNED BY {owner}; DROP ROLE {owner}",
        project.own_database().name()
    );
    project
        .own_database()
        .client()
        .batch_execute(&back)
        .unwrap();
}

#[test]
fn a_file_that_drops_the_history_is_told_so_and_nothing_is_lost() {
    for (name, text) in WAYS {
        let Some(project) =
            with(&[FIRST, ("002_drops", text)]).plain(&format!("{}_{name}", test_name!()))
        else {
            return;
        };
        let (project, owner) = as_owner(project);
        let screen = project
            .run("migrate --no-snapshot")
            .replace(&owner, "[owner]");
        let mut client = project.own_database().client();
        let history = value(
            &mut client,
            "SELECT string_agg(version || ' ' || steps_done, ', ' ORDER BY version) FROM public.schema_migrations",
        );
        let kept = value(&mut client, "SELECT count(*) FROM public.kept");
        give_back(&project, &owner);
        assert!(screen.starts_with("exit 1\n"), "{name}: {screen}");
        assert!(
            screen.contains("this tool's history, schema_migrations"),
            "{name}: {screen}"
        );
        assert!(screen.contains("nothing is lost"), "{name}: {screen}");
        let expected = match *name {
            "half" => "1 1, 2 1",
            _ => "1 1",
        };
        assert_eq!((history.as_str(), kept.as_str()), (expected, "1"), "{name}");
        if matches!(*name, "table" | "half") {
            insta::assert_snapshot!(*name, screen);
        }
    }
}

/// Ways in which a file turns it into a different table, and the error for each.
const ALTERED: &[(&str, &str, &str)] = &[
    (
        "column",
        "ALTER TABLE schema_migrations DROP COLUMN checksum;\n",
        "altered",
    ),
    (
        "journal",
        "ALTER TABLE schema_migrations DROP COLUMN step_statement;\n",
        "altered",
    ),
    (
        "renamed_column",
        "ALTER TABLE schema_migrations RENAME COLUMN steps_done TO done;\n",
        "altered",
    ),
    (
        "type",
        "ALTER TABLE schema_migrations ALTER steps_done TYPE text;\n",
        "altered",
    ),
    (
        "short",
        "ALTER TABLE schema_migrations ALTER name TYPE varchar(5);\n",
        "altered",
    ),
    (
        "required",
        "ALTER TABLE schema_migrations ADD ticket text NOT NULL DEFAULT 'x';\nALTER TABLE schema_migrations ALTER ticket DROP DEFAULT;\n",
        "altered",
    ),
    (
        "checked",
        "ALTER TABLE schema_migrations ADD CHECK (version < 2);\n",
        "altered",
    ),
    (
        "own_row",
        "INSERT INTO schema_migrations SELECT 2, 'a', 'b', 1, 1, now(), now(), 1, 'me', mode FROM schema_migrations;\n",
        "added rows",
    ),
    (
        "unlogged",
        "ALTER TABLE schema_migrations SET UNLOGGED;\n",
        "made the history unlogged",
    ),
    (
        "owner",
        "ALTER TABLE schema_migrations OWNER TO pg_monitor;\n",
        "gave the history to pg_monitor",
    ),
    (
        "trigger",
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';\n\
         CREATE TRIGGER keep BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION keep();\n",
        "put a trigger on the history",
    ),
    (
        "rule",
        "CREATE RULE r AS ON DELETE TO schema_migrations DO INSTEAD NOTHING;\n",
        "put a rule on the history",
    ),
    (
        "rows_hidden",
        "ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n",
        "hid rows of the history",
    ),
    (
        "view",
        "ALTER TABLE schema_migrations RENAME TO old;\nCREATE VIEW schema_migrations AS SELECT * FROM old;\n",
        "put something else in the place of the history",
    ),
];

#[test]
fn a_file_that_alters_the_history_is_rolled_back() {
    let Some(project) = with(&[FIRST]).plain(test_name!()) else {
        return;
    };
    // A superuser passes every policy.
    let (project, owner) = as_owner(project);
    let other = format!("GRANT pg_monitor TO {owner}; GRANT CREATE ON SCHEMA public TO pg_monitor");
    let mut client = project.own_database().client();
    client.batch_execute(&other).unwrap();
    project.run("migrate --no-snapshot");
    let mut screens = String::new();
    for (name, text, said) in ALTERED {
        project.write("migrations/002_alters.sql", text);
        let screen = project.run("migrate --no-snapshot");
        assert!(screen.starts_with("exit 1\n"), "{name}: {screen}");
        assert!(screen.contains(said), "{name}: {screen}");
        let cause = "this tool's history, schema_migrations";
        assert!(screen.contains(cause), "{name}: {screen}");
        if matches!(*name, "column" | "unlogged" | "own_row") {
            screens += &screen.replace(&owner, "[owner]");
        }
    }
    insta::assert_snapshot!(screens);
    project.write("migrations/002_alters.sql", "SELECT 1;\n");
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    give_back(&project, &owner);
}

#[test]
fn a_history_of_another_name_is_named() {
    let files = [FIRST, ("002_drops", "DROP TABLE ledger;\n")];
    let Some(project) = with(&files).plain(test_name!()) else {
        return;
    };
    project.write("timeschema.toml", "[history]\ntable = \"ledger\"\n");
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.contains("this tool's history, ledger"), "{screen}");
}

#[test]
fn a_history_that_was_dropped_by_a_statement_alone_is_said_to_be_gone() {
    let files = [
        FIRST,
        (
            "002_drops",
            "-- migrate: alone\nDROP TABLE schema_migrations;\n",
        ),
    ];
    let Some(project) = with(&files).plain(test_name!()) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
}
