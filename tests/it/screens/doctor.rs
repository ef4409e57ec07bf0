//! `doctor`.

use super::applied;
use crate::support::{NO_ENGINE, Sandbox};

/// A project whose database is as it should be.
fn migrated(project: Sandbox, arguments: &str) -> Sandbox {
    let screen = project.run(&format!("migrate --no-snapshot {arguments}"));
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    project
}

/// The same in plain mode, which any server can have.
fn plain(test: &str) -> Option<Sandbox> {
    Some(migrated(Sandbox::analytics().plain(test)?, "--plain"))
}

/// An empty database of a server with TimescaleDB.
fn timescale(test: &str) -> Option<Sandbox> {
    let project = Sandbox::analytics().needs_timescaledb_for("what is said of it");
    project.url(test)
}

#[testkit::test(timescale)]
fn all_is_well(project: Sandbox) {
    let project = migrated(project, "");
    insta::assert_snapshot!(project.run("doctor"));
    insta::assert_snapshot!("all_is_well_as_a_document", project.run("doctor --json"));
}

#[testkit::test(timescale)]
fn nothing_is_applied(project: Sandbox) {
    insta::assert_snapshot!(project.run("doctor"));
}

/// Chunks are in the schema that the hypertable names for them.
#[testkit::test(timescale)]
fn chunks_in_a_schema_of_the_users(project: Sandbox) {
    project.write(
        "migrations/004_readings.sql",
        "CREATE SCHEMA storage;
CREATE TABLE readings (at timestamptz NOT NULL, value integer);
SELECT create_hypertable('readings', 'at', associated_schema_name => 'storage');
ALTER TABLE readings SET (timescaledb.compress);
INSERT INTO readings VALUES ('2026-01-01', 1), ('2026-02-01', 2);
SELECT compress_chunk(chunk) FROM show_chunks('readings', older_than => '2026-01-15'::timestamptz) AS chunk;
",
    );
    let project = migrated(project, "");
    insta::assert_snapshot!(project.run("doctor"));
}

#[testkit::test(plain)]
fn the_files_are_wrong(project: Sandbox) {
    project.write("migrations/005_gap.sql", "SELECT 1;\n");
    insta::assert_snapshot!(project.run("doctor"));
}

#[testkit::test(plain)]
fn a_file_was_changed(project: Sandbox) {
    project.write("migrations/001_initial_schema.sql", "SELECT 1;\n");
    insta::assert_snapshot!(project.run("doctor"));
}

#[testkit::test(|test| applied(test, 2))]
fn timescaledb_is_not_installed(project: Sandbox) {
    let text = "DO $$ BEGIN IF false THEN CREATE EXTENSION timescaledb; END IF; END $$;\n";
    project.write("migrations/003_login_counts.sql", text);
    let screen = project.run("migrate");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    insta::assert_snapshot!(project.run("doctor"));
}

#[testkit::test(|test| applied(test, 3))]
fn timescaledb_is_not_needed(project: Sandbox) {
    insta::assert_snapshot!(project.run("doctor"));
}

/// What `doctor` prints for a database's URL, changed.
fn with_url(test: &str, change: impl Fn(&str) -> String) -> Option<String> {
    let project = Sandbox::analytics().plain(test)?;
    let url = change(&project.own_database().url());
    Some(project.env("DATABASE_URL", url).run("doctor"))
}

#[testkit::test(|test| with_url(test, |url| url.replacen("@", "x@", 1)))]
fn the_password_is_wrong(screen: String) {
    insta::assert_snapshot!(screen);
}

#[testkit::test(plain)]
fn what_a_variable_has_set_is_called_by_its_name(project: Sandbox) {
    let url = project.own_database().url();
    let with = |url: &str, variable: &str, value: &str| {
        let project = Sandbox::analytics().env("DATABASE_URL", url);
        let project = project.env(variable, value);
        ["status", "doctor"].map(|command| project.run(command))
    };
    let (before, after) = url.split_once("127.0.0.1:").unwrap();
    let without_port = format!("{before}127.0.0.1/{}", after.split_once('/').unwrap().1);
    for screen in with(&without_port, "PGPORT", "1") {
        let next = "start the server, or correct the port (from PGPORT)";
        let same = "start the server, or correct host and port (from PGPORT)";
        assert!(screen.contains(next) || screen.contains(same), "{screen}");
    }
    for screen in with(&url, "PGTARGETSESSIONATTRS", "read-only") {
        let next = "name a host that satisfies target_session_attrs (from PGTARGETSESSIONATTRS), or correct target_session_attrs (from \
            PGTARGETSESSIONATTRS)";
        assert!(screen.contains(next), "{screen}");
    }
}

#[testkit::test(|test| with_url(test, |url| url.replacen('@', "@127.0.0.1:1,", 1)))]
fn one_of_two_hosts_takes_connections(screen: String) {
    let [first, second] = ["refuses connections", "accepts connections"].map(|it| screen.find(it));
    assert!(first.is_some() && first < second, "{screen}");
    let port = screen.lines().find(|line| line.contains("  port  "));
    assert!(port.unwrap().starts_with("  ok "), "{screen}");
}

#[testkit::test(|test| with_url(test, elsewhere))]
fn the_database_is_not_there(screen: String) {
    insta::assert_snapshot!(screen);
}

fn elsewhere(url: &str) -> String {
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/no_such_database")
}

/// What `doctor` prints for a target that needs no server.
fn of(target: &str) -> String {
    Sandbox::analytics().run(&format!("doctor --target {target}"))
}

macro_rules! says {
    ($($name:ident: $target:expr;)+) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(of($target));
        }
    )+};
}

says! {
    the_port_is_closed: "postgres://u:secret@127.0.0.1:1/d";
    the_host_is_not_there: "postgres://u:secret@no-such-host.invalid/d";
    the_socket_is_not_there: "postgres://u:secret@%2Fnowhere/d";
    the_url_is_none: "postgres://u:secret@h:port/d";
}

#[test]
fn no_engine_answers() {
    let project = Sandbox::analytics().program("docker", NO_ENGINE);
    insta::assert_snapshot!(project.run("doctor --target compose"));
}

#[test]
fn there_is_no_cluster() {
    let project = Sandbox::analytics();
    let screen = project.run("doctor --target embedded");
    assert!(!project.dir().join("target").exists());
    let server = screen
        .lines()
        .find(|line| line.contains("server"))
        .unwrap_or_default();
    insta::assert_snapshot!(screen.replace(server, "  [server]"));
}
