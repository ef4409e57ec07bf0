//! Every screen of every command when all goes well, or nothing is wrong with the input.

mod baseline;
mod check;
mod check_output;
mod doctor;
mod help;
mod migrate;
mod new_migration;
mod psql;
mod queries;
mod reads;
mod reset;
mod status;
mod with_db;

use crate::support::Sandbox;

/// Three migrations that any PostgreSQL takes; a step of the second runs alone.
const MIGRATIONS: [(&str, &str); 3] = [
    (
        "001_users",
        "CREATE TABLE users (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    name text NOT NULL\n);\n\
         COMMENT ON TABLE users IS 'One person.';\n",
    ),
    (
        "002_logins",
        "CREATE TABLE logins (\n    user_id bigint NOT NULL REFERENCES users,\n    at timestamptz NOT NULL\n);\n\n\
         -- Not to block writers.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS logins_at ON logins (at);\n\n\
         COMMENT ON TABLE logins IS 'One login of a user.';\n",
    ),
    (
        "003_login_counts",
        "CREATE VIEW login_counts AS\n    SELECT user_id, count(*) FROM logins GROUP BY user_id;\n",
    ),
];

/// A project with the three migrations and an empty database.
fn fresh(test: &str) -> Option<Sandbox> {
    let project = Sandbox::new().file("analytics-schema/README", "");
    for (name, text) in MIGRATIONS {
        project.write(&format!("migrations/{name}.sql"), text);
    }
    project.plain(test)
}

/// The same, with the migrations up to this number applied.
fn applied(test: &str, last: u32) -> Option<Sandbox> {
    let project = fresh(test)?;
    let screen = project.run(&format!("migrate --to {last}"));
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    Some(project)
}

/// The same, with the second migration stopped after its first step.
fn half_applied(test: &str) -> Option<Sandbox> {
    let project = fresh(test)?;
    let (_, text) = MIGRATIONS[1];
    let migration = "migrations/002_logins.sql";
    project.write(
        migration,
        text.replace("ON logins (at)", "ON logins (wrong)"),
    );
    let screen = project.run("migrate --to 2");
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    project.write(migration, text);
    Some(project)
}
