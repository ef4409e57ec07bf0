//! `cargo xtask rehearse`: new migrations on scratch databases with rows.

use crate::support::Sandbox;

const BEFORE: &str = "CREATE TABLE projects (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 40)
);
CREATE TABLE orders (
    id      bigint PRIMARY KEY,
    project bigint NOT NULL REFERENCES projects,
    price   integer NOT NULL CHECK (price >= 0),
    note    text
);
CREATE VIEW expensive AS SELECT id, price FROM orders WHERE price > 100;
";

const HYPERTABLE: &str = "CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE TABLE events (
    time   timestamptz NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('view', 'click')),
    amount double precision CHECK (amount >= 0),
    note   text
);
SELECT create_hypertable('events', 'time', chunk_time_interval => INTERVAL '1 day');
ALTER TABLE events SET (timescaledb.enable_columnstore);
";

const QUERIES: &str = "-- name: dear
SELECT id, price FROM orders WHERE price > :least;
";

/// Rehearses a second migration behind the first, on the server of the sandbox's database.
fn rehearsed(project: &Sandbox, second: &str) -> String {
    project.write("migrations/002_second.sql", second);
    let scratch = project.own_database().url();
    project.run(&format!(
        "rehearse --after 1 --rows 500 --scratch {scratch}"
    ))
}

fn plain(test: &str) -> Option<Sandbox> {
    Sandbox::new()
        .file("migrations/001_first.sql", BEFORE)
        .file("analytics-schema/queries/orders.sql", QUERIES)
        .plain(test)
}

fn timescale(test: &str) -> Option<Sandbox> {
    Sandbox::new()
        .file("migrations/001_first.sql", HYPERTABLE)
        .needs_timescaledb_for("chunks and the columnstore")
        .url(test)
}

fn assert_says(screen: &str, lines: &[&str]) {
    for line in lines {
        assert!(screen.contains(line), "{line}\n{screen}");
    }
}

#[test]
fn what_works_shows_its_locks_and_what_it_breaks() {
    let Some(project) = plain("a rehearsal") else {
        return;
    };
    let second = "DROP VIEW expensive;
ALTER TABLE orders ALTER COLUMN price TYPE bigint;
CREATE INDEX IF NOT EXISTS orders_note ON orders (note);
UPDATE orders SET note = 'none' WHERE note IS NULL;
ALTER TABLE orders RENAME COLUMN price TO cents;
CREATE TABLE later (id int);
";
    insta::assert_snapshot!(rehearsed(&project, second));
}

#[test]
fn markdown_and_a_document_say_the_same() {
    let Some(project) = plain("a rehearsal's documents") else {
        return;
    };
    project.write(
        "migrations/002_second.sql",
        "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;\n",
    );
    let scratch = project.own_database().url();
    let rehearse = format!("rehearse --after 1 --rows 500 --scratch {scratch}");
    insta::assert_snapshot!(
        "the_comment_of_a_rehearsal",
        project.run(&format!("{rehearse} --markdown"))
    );
    insta::assert_snapshot!(
        "the_document_of_a_rehearsal",
        project.run(&format!("{rehearse} --json"))
    );
}

/// Each of these passes a dry run, and all but the first an empty database.
#[test]
fn what_rows_refuse_is_refused_here() {
    let Some(project) = plain("a rehearsal of what rows refuse") else {
        return;
    };
    let screen = rehearsed(
        &project,
        "ALTER TABLE orders ALTER COLUMN price TYPE numeric;",
    );
    assert_says(
        &screen,
        &[
            "exit 3\n",
            "refused: cannot alter type of a column used by a view or rule (0A000)",
            "1 migration rehearsed: 1 error",
        ],
    );
    let screen = rehearsed(
        &project,
        "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
    );
    assert_says(
        &screen,
        &[
            "exit 3\n",
            "refused: column \"note\" of relation \"orders\" contains null values (23502)",
            "an empty database takes it",
        ],
    );
    let screen = rehearsed(
        &project,
        "ALTER TABLE orders ADD CHECK (price < 10) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT orders_price_check1;",
    );
    assert_says(&screen, &["exit 3\n", "is violated by some row (23514)"]);
}

#[test]
fn what_chunks_refuse_is_refused_here() {
    let Some(project) = timescale("a rehearsal of what chunks refuse") else {
        return;
    };
    for (second, said) in [
        (
            "ALTER TABLE events ALTER COLUMN amount TYPE numeric;",
            "operation not supported on hypertables with compressed chunks (0A000)",
        ),
        (
            "ALTER TABLE events ALTER COLUMN note SET NOT NULL;",
            "contains null values (23502)",
        ),
        (
            "ALTER TABLE events ADD COLUMN at date NOT NULL DEFAULT now();",
            "(0A000)",
        ),
    ] {
        let screen = rehearsed(&project, second);
        assert_says(&screen, &["exit 3\n", "4 of them in the columnstore", said]);
    }
}

#[test]
fn locks_of_chunks_are_counted() {
    let Some(project) = timescale("a rehearsal of an index") else {
        return;
    };
    let screen = rehearsed(&project, "CREATE INDEX ON events (kind);");
    assert_says(
        &screen,
        &[
            "exit 0\n",
            "Share on events and ",
            " chunks: blocks writes for ",
            "rows of events",
        ],
    );
}

/// Whoever may create databases may rehearse; what it creates is dropped again.
#[test]
fn nothing_stays_on_the_server() {
    let Some(project) = plain("what a rehearsal leaves") else {
        return;
    };
    let database = project.own_database();
    let role = format!("{}_rehearses", database.name());
    let mut client = database.client();
    client
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN CREATEDB PASSWORD 'secret'"
        ))
        .unwrap();
    let url = database.url();
    let (_, server) = url.split_once('@').unwrap();
    let scratch = format!("postgresql://{role}:secret@{server}");
    for (second, code) in [
        ("CREATE TABLE later ();", "exit 0\n"),
        ("CREATE TABLE orders ();", "exit 3\n"),
    ] {
        project.write("migrations/002_second.sql", second);
        let screen = project.run(&format!(
            "rehearse --after 1 --rows 10 --plain --scratch {scratch}"
        ));
        assert_says(&screen, &[code]);
        let left = "SELECT count(*) FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE r.rolname = $1";
        let left: i64 = client.query_one(left, &[&role]).unwrap().get(0);
        assert_eq!(left, 0, "{screen}");
    }
    client.batch_execute(&format!("DROP ROLE {role}")).unwrap();
}

#[test]
fn what_is_pending_in_a_live_database_is_rehearsed_with_its_numbers() {
    let Some(project) = plain("a rehearsal from a live database") else {
        return;
    };
    let database = project.own_database();
    let screen = project.run("migrate --plain --no-snapshot");
    assert_says(&screen, &["exit 0\n"]);
    let mut client = database.client();
    client
        .batch_execute(
            "INSERT INTO projects (name) SELECT 'p' || i FROM generate_series(1, 30) i;
             INSERT INTO orders SELECT i, 1 + i % 30, i FROM generate_series(1, 700) i;
             ALTER TABLE orders ADD COLUMN extra text;
             ANALYZE",
        )
        .unwrap();
    let url = database.url();
    let rehearse = format!("rehearse --from {url} --scratch {url} --rows 500 --plain");
    let screen = project.run(&rehearse);
    assert_says(
        &screen,
        &[
            "exit 0\n",
            "nothing to rehearse: every migration is applied in ",
        ],
    );
    project.write(
        "migrations/002_second.sql",
        "ALTER TABLE projects ADD COLUMN about text;\nALTER TABLE orders ALTER COLUMN note SET DEFAULT '';\n",
    );
    let mut content = || -> String {
        let sql = "SELECT concat((SELECT count(*) FROM pg_class), ' ', (SELECT max(xmin::text::bigint) FROM pg_class), ' ',
            (SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM orders o))";
        client.query_one(sql, &[]).unwrap().get(0)
    };
    let before = content();
    insta::assert_snapshot!(project.run(&rehearse));
    assert_eq!(before, content());
    let screen = project.run("rehearse --from mysql://x");
    assert_says(&screen, &["exit 2\n", "--from"]);
}

#[test]
fn what_stops_a_run_is_in_the_report() {
    let Some(project) = plain("what stops a run") else {
        return;
    };
    let screen = rehearsed(&project, "SELECT pg_terminate_backend(pg_backend_pid());");
    assert_says(
        &screen,
        &[
            "exit 3\n",
            "57P01",
            "its session ended: ",
            "1 migration rehearsed",
        ],
    );
    let screen = rehearsed(&project, "DROP TABLE schema_migrations;");
    assert_says(
        &screen,
        &[
            "exit 3\n",
            "AccessExclusive on schema_migrations",
            "`cargo xtask migrate` would stop: ",
            "1 migration rehearsed",
        ],
    );
}

/// It would be taken for an empty database, where every migration is pending.
#[test]
fn a_history_that_may_not_be_read_is_an_error() {
    let Some(project) = plain("a history that may not be read") else {
        return;
    };
    let database = project.own_database();
    let screen = project.run("migrate --plain --no-snapshot");
    assert_says(&screen, &["exit 0\n"]);
    let mut client = database.client();
    let reader = format!("reader of {}", database.name());
    let revoked = format!(
        "CREATE ROLE \"{reader}\" LOGIN PASSWORD 'secret'; REVOKE ALL ON SCHEMA public FROM public"
    );
    client.batch_execute(&revoked).unwrap();
    let url = database.url();
    let (_, server) = url.split_once('@').unwrap();
    let user = reader.replace(' ', "%20");
    let from = format!("postgres://{user}:secret@{server}");
    let screen = project.run(&format!(
        "rehearse --from {from} --scratch {url} --rows 10 --plain"
    ));
    client
        .batch_execute(&format!("DROP ROLE \"{reader}\""))
        .unwrap();
    assert_says(
        &screen,
        &[
            "exit 1\n",
            " may not read the history public.schema_migrations\n",
            "= next: GRANT USAGE ON SCHEMA \"public\" TO \"reader of ",
        ],
    );
}

/// Each of these works, and nothing of it is a problem.
#[test]
fn nothing_is_made_up() {
    let Some(project) = plain("a rehearsal of what works") else {
        return;
    };
    for second in [
        "BEGIN;\nALTER TABLE orders ADD COLUMN a int;\nCOMMIT;\nBEGIN;\nUPDATE orders SET a = price;\nALTER TABLE orders ALTER a SET NOT NULL;\nCOMMIT;",
        "BEGIN;\nCREATE TABLE IF NOT EXISTS later (id int);\nINSERT INTO later VALUES (1);\nCOMMIT;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS later_id ON later (id);",
        "CREATE TYPE mood AS ENUM ('a');\nALTER TYPE mood ADD VALUE 'b';\nCREATE TABLE moods (mood mood DEFAULT 'b');",
        "CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE IF NOT EXISTS later (id int);\nCREATE INDEX IF NOT EXISTS later_id ON later (id);",
        "DELETE FROM orders WHERE random() < 0.5;\nINSERT INTO projects (name) SELECT left(random()::text, 40);",
    ] {
        let screen = rehearsed(&project, second);
        assert!(screen.starts_with("exit 0\n"), "{second}\n{screen}");
    }
}

/// Roles belong to the server, and each copy of the database finds those of the one before.
#[test]
fn roles_go_with_their_database() {
    let Some(project) = Sandbox::new()
        .file("migrations/001_first.sql", BEFORE)
        .file(
            "migrations/002_roles.sql",
            "CREATE ROLE reader;\nGRANT SELECT ON orders TO reader;\n",
        )
        .embedded("a rehearsal with roles")
    else {
        return;
    };
    let screen = project.run("rehearse --after 1 --rows 10 --plain");
    assert_says(&screen, &["exit 0\n", "rollback 2 errors"]);
}

#[test]
fn what_only_few_rows_refuse_is_shown() {
    let Some(project) = plain("a rehearsal that few rows refuse") else {
        return;
    };
    let second = "DO $$ BEGIN IF (SELECT count(*) FROM orders) < 2500 THEN RAISE EXCEPTION 'few'; END IF; END $$;";
    project.write("migrations/002_second.sql", second);
    let scratch = project.own_database().url();
    let screen = project.run(&format!(
        "rehearse --after 1 --rows 3000 --scratch {scratch}"
    ));
    assert_says(&screen, &["exit 3\n", "refused: few (P0001)"]);
}

#[test]
fn what_cannot_be_rehearsed_is_said() {
    let Some(project) = plain("a rehearsal of nothing") else {
        return;
    };
    insta::assert_snapshot!(project.run("rehearse --after 7"));
    let screen = project.run("rehearse --after 1");
    assert_says(&screen, &["exit 0\n", "nothing to rehearse"]);
    let screen = project.run("rehearse --after 0 --scratch mysql://x");
    assert_says(&screen, &["exit 2\n", "--scratch"]);
}

#[test]
fn a_private_server_is_the_default() {
    let Some(project) = Sandbox::new()
        .file("migrations/001_first.sql", BEFORE)
        .embedded("a rehearsal on a private server")
    else {
        return;
    };
    let screen = project.run("rehearse --rows 10 --plain");
    assert_says(
        &screen,
        &[
            "exit 0\n",
            "scratch  a private server",
            "there is no main branch",
        ],
    );
}

/// The scratch databases on a server of others, by the database that the server was named with.
fn scratch_databases(client: &mut postgres::Client) -> Vec<String> {
    let sql = "SELECT datname::text FROM pg_database WHERE starts_with(datname, 'timeschema_rehearsal_' || \
        (SELECT oid FROM pg_database WHERE datname = current_database()) || '_') ORDER BY 1";
    let rows = client.query(sql, &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn a_rehearsal_that_is_ended_leaves_no_database() {
    let Some(project) = plain("a rehearsal that is ended") else {
        return;
    };
    let mut client = project.own_database().client();
    project.write("migrations/002_second.sql", "SELECT pg_sleep(60);");
    let scratch = project.own_database().url();
    let rehearse = format!("rehearse --plain --after 1 --rows 10 --scratch {scratch}");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut running = project.start(&rehearse);
        running.says("measuring each statement");
        assert!(!scratch_databases(&mut client).is_empty());
        running.signal(signal);
        let (status, said) = running.end();
        assert_eq!(status.code(), Some(code), "{said}");
        assert!(
            said.contains("interrupted; the scratch databases are dropped"),
            "{said}"
        );
        assert_eq!(scratch_databases(&mut client), [""; 0]);
    }

    // What is killed leaves its databases to the next one, which leaves those of a rehearsal that goes on.
    let mut killed = project.start(&rehearse);
    killed.says("measuring each statement");
    let left = scratch_databases(&mut client);
    assert!(!left.is_empty());
    killed.signal("KILL");
    killed.end();
    let mut running = project.start(&rehearse);
    running.says("measuring each statement");
    let own = scratch_databases(&mut client);
    assert!(left.iter().all(|it| !own.contains(it)), "{left:?} {own:?}");
    project.write("migrations/002_second.sql", "SELECT 1;");
    let screen = project.run(&rehearse);
    assert_says(&screen, &["exit 0\n"]);
    let still = scratch_databases(&mut client);
    let said = running.said();
    assert!(
        own.iter().all(|it| still.contains(it)),
        "{own:?} {still:?} {said}"
    );
    running.signal("TERM");
    running.end();
    // The server may have been creating one more for the killed one.
    project.run(&rehearse);
    assert_eq!(scratch_databases(&mut client), [""; 0]);
}
