//! `ALTER EXTENSION timescaledb UPDATE`, where the installed PostgreSQL has files of two versions that it leads between.

use postgres::error::SqlState;

use crate::support::{Sandbox, skip};

/// A project whose database has the hypertable `t` and an older version of the extension, and the number of the newest.
fn older(test: &str) -> Option<(Sandbox, String)> {
    let project = Sandbox::new()
        .file("analytics-schema/README", "")
        .needs_timescaledb_for("its update")
        .url(test)?;
    let mut client = project.own_database().client();
    let versions = client
        .query(
            "SELECT source, target FROM pg_extension_update_paths('timescaledb') \
             JOIN pg_available_extensions ON name = 'timescaledb' AND target = default_version \
             JOIN pg_available_extension_versions available ON available.name = 'timescaledb' AND available.version = source \
             WHERE path IS NOT NULL AND source <> target \
             ORDER BY string_to_array(substring(source FROM '^[0-9.]+[0-9]'), '.')::int[] DESC",
            &[],
        )
        .unwrap();
    // Each in a separate session, which loads the version that it creates. Not every version that has its SQL has its library.
    let installed = versions.iter().find(|row| {
        let version: &str = row.get(0);
        let create = format!("CREATE EXTENSION timescaledb VERSION '{version}'");
        match project.own_database().client().batch_execute(&create) {
            Ok(()) => true,
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_FILE) => false,
            Err(error) => panic!("{create}: {error:?}"),
        }
    });
    let Some(row) = installed else {
        skip(
            test,
            "the installed PostgreSQL has one version of timescaledb",
        );
        return None;
    };
    let new = row.get(1);
    // Apart from each other: the second statement loads what the first one chose.
    for sql in [
        "CREATE TABLE t (time timestamptz NOT NULL)",
        "SELECT create_hypertable('t', 'time')",
    ] {
        client.batch_execute(sql).unwrap();
    }
    Some((project, new))
}

#[testkit::test(older)]
fn an_update_runs_in_a_session_that_has_not_loaded_the_library((project, new): (Sandbox, String)) {
    let files = [
        ("001_before", "INSERT INTO t VALUES (now());\n"),
        (
            "002_update",
            "INSERT INTO t VALUES (now());\nALTER EXTENSION timescaledb UPDATE;\nINSERT INTO t VALUES (now());\n",
        ),
    ];
    for (name, text) in files {
        project.write(&format!("migrations/{name}.sql"), text);
    }
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let state = "SELECT extversion, (SELECT count(*) FROM t), \
         (SELECT count(*) FROM schema_migrations WHERE steps_done = steps AND step_started_at IS NULL) \
         FROM pg_extension WHERE extname = 'timescaledb'";
    let row = project
        .own_database()
        .client()
        .query_one(state, &[])
        .unwrap();
    assert_eq!(
        (row.get(0), row.get(1), row.get(2)),
        (new, 3_i64, 2_i64),
        "{screen}"
    );
}

#[testkit::test(older)]
fn an_update_whose_files_are_not_there_is_not_begun((project, _): (Sandbox, String)) {
    let text = "ALTER EXTENSION timescaledb UPDATE TO '0.0.1';\n";
    project.write("migrations/001_update.sql", text);
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    let cause = "the server has no files to update TimescaleDB [version] to 0.0.1";
    assert!(screen.contains(cause), "{screen}");
}
