//! Servers that cannot be reached, refuse the user, or cannot do what is asked.

use cluster::{Cluster, Server, Settings};
use migrator::run::Lock;

use super::project;
use crate::support::{Sandbox, installed_has_timescaledb, test_name};

const A: (&str, &str) = ("001_users", "CREATE TABLE users (user_id int);\n");

/// A project whose `DATABASE_URL` is that of its own database, changed.
fn with_url(test: &str, change: impl Fn(&str) -> String) -> Option<Sandbox> {
    let project = project(&[A]).plain(test)?;
    let url = change(&project.own_database().url());
    Some(project.env("DATABASE_URL", url))
}

/// The URL with something else between `://` and `@`.
fn as_user(url: &str, user: &str) -> String {
    let (_, rest) = url.split_once('@').unwrap();
    format!("postgresql://{user}@{rest}")
}

#[testkit::test(|test| with_url(test, |url| as_user(url, "postgres:not-it")))]
fn a_wrong_password(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate"));
}

#[testkit::test(|test| with_url(test, |url| as_user(url, "postgres")))]
fn no_password(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate"));
}

#[testkit::test(|test| with_url(test, |url| as_user(url, "nobody_here:secret")))]
fn a_user_that_is_not_there(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate"));
}

#[testkit::test(|test| with_url(test, other_database))]
fn a_database_that_is_not_there(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate"));
}

#[testkit::test(|test| with_url(test, |url| format!("{url}?sslmode=require")))]
fn a_server_without_tls(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate"));
}

#[testkit::test(|test| with_url(test, |url| url.to_owned()))]
fn what_libpq_reads_in_the_environment_counts(project: Sandbox) {
    let url = project.own_database().url();
    let (user, place) = url
        .strip_prefix("postgresql://")
        .unwrap()
        .split_once('@')
        .unwrap();
    let (user, password) = user.split_once(':').unwrap();
    let (server, database) = place.split_once('/').unwrap();
    let (host, port) = server.split_once(':').unwrap();
    let project = [
        ("PGHOST", host),
        ("PGPORT", port),
        ("PGUSER", user),
        ("PGPASSWORD", password),
        ("PGDATABASE", database),
        ("PGAPPNAME", "from the environment"),
        ("PGOPTIONS", "-csearch_path=pg_temp"),
    ]
    .into_iter()
    .fold(project, |project, (name, value)| project.env(name, value));
    let status = project.run("status --target postgres://");
    assert!(
        status.starts_with("exit 0\n") || status.starts_with("exit 3\n"),
        "{status}"
    );
    let project = project.env("PGSSLMODE", "require");
    insta::assert_snapshot!(project.run("migrate --target postgres://"));
    let project = project
        .env("PGSSLMODE", "prefer")
        .env("PGREQUIREPEER", "secret");
    insta::assert_snapshot!(project.run("migrate --target postgres://"));
}

#[test]
fn a_search_path_without_schema() {
    let Some(project) = with_url(test_name!(), |url| {
        format!("{url}?options=-csearch_path%3Dnowhere")
    }) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate"));
}

/// The URL of a database that does not exist.
fn other_database(url: &str) -> String {
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/no_such_database")
}

/// What `migrate` says when `--target` is this.
fn to(url: &str) -> String {
    project(&[A]).run(&format!("migrate --target {url}"))
}

macro_rules! targets {
    ($($name:ident: $url:expr;)+) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(to($url));
        }
    )+};
}

targets! {
    a_port_where_nobody_listens: "postgres://u:secret@127.0.0.1:1/d";
    a_socket_that_is_not_there: "postgres://u:secret@%2Fnowhere/d";
    a_url_of_another_kind: "mysql://u:secret@h/d";
    a_url_without_its_scheme: "u:secret@h/d?sslmode=require";
    a_password_with_an_at_sign: "postgres://u:sec@ret@h/d";
    a_url_with_a_bad_port: "postgres://u:secret@h:port/d";
    a_url_with_what_is_not_supported: "postgres://u:secret@h/d?sslcrl=/secret.crl";
    a_url_with_a_root_certificate_that_is_not_there: "postgres://u:secret@127.0.0.1:1/d?sslmode=verify-full&sslrootcert=/nowhere/ca.pem";
    a_url_with_an_empty_root_certificate: "postgres://u:secret@127.0.0.1:1/d?sslmode=verify-ca&sslrootcert=/dev/null";
    a_url_with_a_bad_sslmode: "postgres://u:secret@h/d?sslmode=on";
}

#[test]
fn a_host_that_is_not_there() {
    let screen = to("postgres://u:secret@no-such-host.invalid:5433/d");
    // The reason is the resolver's text.
    let (before, after) = screen.split_once("failed to lookup").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    insta::assert_snapshot!(format!("{before}failed to lookup …\n{after}"));
}

#[test]
fn a_port_where_something_else_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let target = format!("postgres://u:secret@127.0.0.1:{port}/d");
    insta::assert_snapshot!(to(&target));
}

/// A project whose user may connect and nothing more.
fn as_guest(test: &str) -> Option<(Sandbox, Guest)> {
    let project = project(&[A]).plain(test)?;
    let mut client = project.own_database().client();
    let name = format!("{}_guest", project.own_database().name());
    let create = format!(
        "CREATE ROLE {name} LOGIN PASSWORD 'guest-secret'; REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    );
    client.batch_execute(&create).unwrap();
    let url = as_user(
        &project.own_database().url(),
        &format!("{name}:guest-secret"),
    );
    Some((project.env("DATABASE_URL", url), Guest { client, name }))
}

/// A role that goes with the test.
struct Guest {
    client: postgres::Client,
    name: String,
}

impl Drop for Guest {
    fn drop(&mut self) {
        let Self { client, name } = self;
        let dropped = client.batch_execute(&format!("DROP OWNED BY {name}; DROP ROLE {name}"));
        assert!(dropped.is_ok() || std::thread::panicking(), "{dropped:?}");
    }
}

#[testkit::test(as_guest)]
fn a_user_that_may_create_nothing((project, _guest): (Sandbox, Guest)) {
    insta::assert_snapshot!(project.run("migrate"));
}

#[testkit::test(as_guest)]
fn a_user_that_may_not_read_the_history((project, _guest): (Sandbox, Guest)) {
    let owner = project.own_database().url();
    let applied = project.run(&format!("migrate --no-snapshot --target {owner}"));
    assert!(applied.starts_with("exit 0\n"), "{applied}");
    insta::assert_snapshot!(project.run("status"));
}

/// A role that a file switches to for its statements may not write the history, and need not.
#[test]
fn a_file_that_becomes_somebody_else() {
    for become_guest in ["SET ROLE", "SET SESSION AUTHORIZATION"] {
        let Some((project, mut guest)) = as_guest(test_name!()) else {
            return;
        };
        let name = &guest.name;
        let text = format!(
            "GRANT CREATE ON SCHEMA public TO {name};\n{become_guest} {name};\nCREATE TABLE t (a int);\n\
             CREATE INDEX CONCURRENTLY ON t (a);\nCOMMENT ON TABLE t IS 'theirs';\n"
        );
        project.write("migrations/002_theirs.sql", text);
        project.write("migrations/003_ours.sql", "CREATE TABLE u ();\n");
        let owner = project.own_database().url();
        let screen = project.run(&format!("migrate --no-snapshot --target {owner}"));
        assert!(screen.contains("applied 3 migrations"), "{screen}");
        let sql =
            "SELECT string_agg(tablename, ' ' ORDER BY 1) FROM pg_tables WHERE tableowner = $1";
        let theirs = guest.client.query_one(sql, &[&guest.name]).unwrap();
        assert_eq!(theirs.get::<_, &str>(0), "t");
    }
}

#[testkit::test(|test| project(&[A]).plain(test))]
fn another_runner_holds_the_lock(project: Sandbox) {
    let mut other = project.own_database().client();
    let key = Lock::of("public", "schema_migrations").key();
    let lock = format!("SET application_name = 'deploy 42'; SELECT pg_advisory_lock({key})");
    other.batch_execute(&lock).unwrap();
    insta::assert_snapshot!(project.run("migrate --patience 1"));
}

#[testkit::test(|test| project(&[A]).plain(test))]
fn another_runner_lets_the_lock_go(project: Sandbox) {
    let mut other = project.own_database().client();
    let key = Lock::of("public", "schema_migrations").key();
    let lock = format!("SET application_name = 'deploy 42'; SELECT pg_advisory_lock({key})");
    other.batch_execute(&lock).unwrap();
    let release = std::thread::spawn(move || {
        let unlock = format!("SELECT pg_sleep(0.5), pg_advisory_unlock({key})");
        other.batch_execute(&unlock).unwrap();
    });
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
    release.join().unwrap();
}

#[test]
fn no_server_installed_where_pg_config_says() {
    let project = project(&[A]).env("PG_CONFIG", "/nowhere/pg_config");
    insta::assert_snapshot!(project.run("migrate --target embedded"));
}

#[test]
fn a_server_that_does_not_preload_timescaledb() {
    if installed_has_timescaledb(test_name!()) != Some(true) {
        return;
    }
    let settings = Settings::throwaway().option("shared_preload_libraries", "");
    let server = Cluster::temporary(&Server::find().unwrap(), settings).unwrap();
    let project = Sandbox::new().env("DATABASE_URL", server.url("postgres"));
    project.write(
        "migrations/001_a.sql",
        "CREATE TABLE t ();\nCREATE EXTENSION timescaledb;\n",
    );
    let in_a_transaction = project.run("migrate --no-snapshot");
    project.write(
        "migrations/001_a.sql",
        "VACUUM;\nCREATE EXTENSION timescaledb;\n",
    );
    let in_a_later_step = project.run("migrate --no-snapshot");
    insta::assert_snapshot!(in_a_transaction + &in_a_later_step);
}
