//! Settings that a role or a database gives to its sessions: none of them changes what a run, a status or a snapshot is.

use std::io::{self, Write as _};

use super::with;
use crate::support::{Sandbox, test_name};

/// Each setting with a value that would matter.
const SETTINGS: &[(&str, &str)] = &[
    // Long enough for the first statement of a session, which ends it, on a machine that is busy.
    ("statement_timeout", "'150ms'"),
    ("lock_timeout", "'1ms'"),
    ("idle_in_transaction_session_timeout", "'1ms'"),
    ("idle_session_timeout", "'1s'"),
    // PostgreSQL 17.
    ("transaction_timeout", "'150ms'"),
    ("default_transaction_isolation", "'serializable'"),
    ("default_transaction_read_only", "on"),
    ("default_transaction_deferrable", "on"),
    ("row_security", "on"),
    ("DateStyle", "'German, DMY'"),
    ("IntervalStyle", "'sql_standard'"),
    ("TimeZone", "'Asia/Kathmandu'"),
    ("extra_float_digits", "-15"),
    ("bytea_output", "'escape'"),
    ("xmlbinary", "'hex'"),
    ("quote_all_identifiers", "on"),
    ("standard_conforming_strings", "off"),
    ("backslash_quote", "on"),
    ("array_nulls", "off"),
    ("transform_null_equals", "on"),
    ("client_min_messages", "'error'"),
    ("lc_numeric", "'C'"),
    ("plan_cache_mode", "'force_generic_plan'"),
    ("search_path", "public, pg_catalog"),
    ("synchronous_commit", "off"),
];

const FILES: &[(&str, &str)] = &[
    (
        "001_kinds",
        "CREATE TABLE kinds (\n  id int PRIMARY KEY,\n  at timestamptz DEFAULT '2024-01-02 03:04:05+00',\n  took interval DEFAULT '1 day 2 hours',\n  \
         share double precision DEFAULT 0.1,\n  raw bytea DEFAULT '\\x00ff'\n);\n\
         CREATE VIEW recent AS SELECT id, at FROM kinds WHERE took > interval '3 hours';\nSELECT pg_sleep(0.2);\n",
    ),
    (
        "002_index",
        "CREATE INDEX CONCURRENTLY kinds_share ON kinds (share);\n",
    ),
];

/// The screen of `status` and the snapshot after a project's migrations were applied.
fn applied(project: &Sandbox) -> (String, String) {
    let run = project.run("migrate --snapshot schema.json");
    assert!(run.starts_with("exit 0\n"), "{run}");
    let status = project.run("status");
    assert!(status.starts_with("exit 0\n"), "{status}");
    (status, project.read("schema.json"))
}

/// Applies the migrations in a separate database for each setting that the server knows, after the statement from `set`.
fn with_each(test: &str, what: &str, set: impl Fn(&Sandbox, &str, &str) -> Given) {
    let Some(project) = with(FILES).plain(test) else {
        return;
    };
    let expected = applied(&project);
    let mut cases = 0;
    for (name, value) in SETTINGS {
        let project = with(FILES).plain(&format!("{test}_{name}")).unwrap();
        let mut client = project.own_database().client();
        let is_known = format!("SELECT count(*) FROM pg_settings WHERE name = '{name}'");
        if super::value(&mut client, &is_known) == "0" {
            continue;
        }
        let Given {
            sql,
            url,
            before,
            after,
        } = set(&project, name, value);
        client.batch_execute(&before).unwrap();
        client.batch_execute(&sql).unwrap();
        let project = match url {
            Some(url) => project.env("DATABASE_URL", url),
            None => project,
        };
        let (status, snapshot) = applied(&project);
        client.batch_execute(&after).unwrap();
        // Who applied it is the role that has the setting.
        let role = format!("by {}", role_of(&project));
        assert_eq!(status.replace(&role, "by postgres"), expected.0, "{name}");
        assert_eq!(snapshot, expected.1, "{name}");
        cases += 1;
    }
    // Past the test harness, which would keep it to itself.
    let _ = writeln!(
        io::stderr(),
        "settings of a {what}: {cases}, each with migrate, the screen of status and the snapshot's bytes"
    );
}

/// The role that a project has for itself.
fn role_of(project: &Sandbox) -> String {
    format!("{}_role", project.own_database().name())
}

/// How a setting is given to the sessions of a project.
struct Given {
    sql: String,
    /// The connection that has it, if it is not the project's.
    url: Option<String>,
    before: String,
    after: String,
}

#[test]
fn no_setting_of_a_database_changes_run_status_or_snapshot() {
    with_each(test_name!(), "database", |project, name, value| {
        let database = project.own_database().name();
        Given {
            sql: format!("ALTER DATABASE {database} SET {name} = {value}"),
            url: None,
            before: String::new(),
            after: String::new(),
        }
    });
}

#[test]
fn no_setting_of_a_role_changes_run_status_or_snapshot() {
    with_each(test_name!(), "role", |project, name, value| {
        let database = project.own_database();
        let role = role_of(project);
        let url = database.url();
        let at = url.find('@').unwrap();
        Given {
            sql: format!("ALTER ROLE {role} SET {name} = {value}"),
            url: Some(format!("postgres://{role}:role-secret{}", &url[at..])),
            before: format!("CREATE ROLE {role} SUPERUSER LOGIN PASSWORD 'role-secret'"),
            after: format!("REASSIGN OWNED BY {role} TO CURRENT_USER; DROP ROLE {role}"),
        }
    });
}

#[test]
fn a_policy_never_hides_rows_from_a_migration() {
    let hidden = (
        "001_tenants",
        "CREATE TABLE tenants (id int, tenant int);\nINSERT INTO tenants VALUES (1, 1), (2, 2);\n\
         ALTER TABLE tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n\
         CREATE POLICY own ON tenants USING (tenant = current_setting('app.tenant', true)::int);\n",
    );
    let changes = (
        "002_changes",
        "ALTER TABLE tenants ADD b int;\nUPDATE tenants SET b = 1;\n",
    );
    let Some(project) = with(&[hidden, changes]).plain(test_name!()) else {
        return;
    };
    let database = project.own_database();
    let owner = format!("{}_owner", database.name());
    let mut client = database.client();
    let create = format!(
        "CREATE ROLE {owner} LOGIN PASSWORD 'owner-secret'; GRANT ALL ON SCHEMA public TO {owner}; ALTER ROLE {owner} SET row_security = on"
    );
    client.batch_execute(&create).unwrap();
    let url = database.url();
    let at = url.find('@').unwrap();
    let url = format!("postgres://{owner}:owner-secret{}", &url[at..]);
    let project = project.env("DATABASE_URL", url);
    let screen = project.run("migrate --no-snapshot");
    let left = super::value(&mut client, "SELECT count(*) FROM schema_migrations");
    let drop = format!("DROP OWNED BY {owner}; DROP ROLE {owner}");
    client.batch_execute(&drop).unwrap();
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    assert!(screen.contains("row-level security policy"), "{screen}");
    assert_eq!(left, "1");
}

#[test]
fn a_role_that_begins_its_sessions_as_another_one_migrates_as_that_one() {
    const GRANT: (&str, &str) = ("001_one", "CREATE TABLE one (id int);\n");
    const INDEX: (&str, &str) = (
        "002_index",
        "CREATE INDEX CONCURRENTLY one_id ON one (id);\n",
    );
    const TWO: (&str, &str) = (
        "003_two",
        "SET ROLE NONE;\nRESET ROLE;\nCREATE TABLE two (id int);\n",
    );
    let Some(database) = crate::support::Database::new(test_name!()) else {
        return;
    };
    let (login, owner) = (
        format!("{}_login", database.name()),
        format!("{}_owner", database.name()),
    );
    let mut client = database.client();
    let roles = format!(
        "CREATE ROLE {owner}; CREATE ROLE {login} LOGIN PASSWORD 'uncommon' IN ROLE {owner}; GRANT CREATE ON SCHEMA public TO {owner}; \
         ALTER ROLE {login} SET role = '{owner}'"
    );
    client.batch_execute(&roles).unwrap();
    let url = database.url();
    let (_, server) = url.split_once('@').unwrap();
    let project = with(&[GRANT, INDEX, TWO]);
    let project = project.env(
        "DATABASE_URL",
        format!("postgresql://{login}:uncommon@{server}"),
    );
    // Each in a separate run, then nothing: every session starts as the owner.
    for to in ["1", "2", "3"] {
        let run = project.run(&format!("migrate --no-snapshot --to {to}"));
        assert!(run.starts_with("exit 0\n"), "{run}");
    }
    let status = project.run("status");
    assert!(status.starts_with("exit 0\n"), "{status}");
    let owned = format!(
        "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relowner = '{owner}'::regrole"
    );
    let owned: i64 = client.query_one(&owned, &[]).unwrap().get(0);
    assert_eq!(owned, 3, "one, two and the history: {status}");
    drop(project);
    let gone = format!("DROP OWNED BY {owner}; DROP ROLE {login}; DROP ROLE {owner}");
    client.batch_execute(&gone).unwrap();
}
