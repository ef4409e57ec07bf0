//! A server that `TEST_DATABASE_URL` names, which also has other databases.

use cluster::{Cluster, Running, Settings};
use migrator::wire::Config;
use testkit::test_name;

use crate::process::Process;
use crate::project;

/// A server whose background workers run if it has TimescaleDB, as in a service container.
fn given(test: &str) -> Option<Running> {
    let server = testkit::server(test)?;
    let mut settings = Settings::throwaway();
    if server.has_extension("timescaledb") {
        settings = settings
            .option("timescaledb.max_background_workers", "8")
            .option("max_worker_processes", "16");
    }
    Some(Cluster::temporary(&server, settings).unwrap())
}

/// The databases of a server that are not its own.
fn databases(server: &Running) -> Vec<String> {
    let config = Config::exactly(&server.url("postgres")).unwrap();
    let sql = "SELECT datname FROM pg_database WHERE datname NOT LIKE 'template_' AND datname <> 'postgres' ORDER BY 1";
    let rows = config.client().unwrap().query(sql, &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[testkit::test(given)]
fn what_a_killed_run_left_is_removed_and_what_another_uses_is_not(server: Running) {
    let project = project(&["one"]);
    if has_timescaledb(&server) {
        // Its scheduler is connected to each database that has the extension.
        let text = "CREATE EXTENSION IF NOT EXISTS timescaledb;\nCREATE TABLE one (id int);\n";
        project.write("migrations/001_one.sql", text);
    }
    let folder = project.path().join("migrations").display().to_string();
    let url = server.url("postgres");
    let start = || Process::start(&folder, Some(&url));
    let name = |process: &Process| process.url.rsplit_once('/').unwrap().1.to_owned();
    let client = Config::exactly(&url).unwrap().client();
    client
        .unwrap()
        .batch_execute("CREATE DATABASE timeschema_of_mine")
        .unwrap();

    let (killed, running) = (start(), start());
    let (left, used) = (name(&killed), name(&running));
    assert_eq!(killed.row, running.row);
    killed.kill();
    // A later run's.
    let later = start();
    let own = name(&later);
    let found = databases(&server);
    assert!(!found.contains(&left), "{found:?}");
    assert!(found.contains(&used) && found.contains(&own), "{found:?}");
    running.end();
    later.end();

    let templates: Vec<String> = databases(&server);
    // The migrated one and the seeded one are kept for the next run.
    assert_eq!(templates.len(), 3, "{templates:?}");
    assert_eq!(templates[0], "timeschema_of_mine");
    for template in &templates[1..] {
        assert!(template.starts_with("timeschema_template_"), "{template}");
    }
}

#[testkit::test(given)]
fn a_template_that_is_a_day_old_and_not_in_use_is_removed(server: Running) {
    let project = project(&["one"]);
    let folder = project.path().join("migrations").display().to_string();
    let url = server.url("postgres");
    Process::start(&folder, Some(&url)).end();
    let old = databases(&server);
    let mut client = Config::exactly(&url).unwrap().client().unwrap();
    for template in &old {
        let comment = "template of test databases, made at 1000";
        client
            .batch_execute(&format!("COMMENT ON DATABASE {template} IS '{comment}'"))
            .unwrap();
    }
    project.write("migrations/002_two.sql", "CREATE TABLE two ();\n");
    Process::start(&folder, Some(&url)).end();
    let found = databases(&server);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(!found.iter().any(|it| old.contains(it)), "{found:?}");
}

/// As TimescaleDB's scheduler is, where template1 has the extension.
#[testkit::test(given)]
fn somebody_who_is_connected_to_template1_is_not_in_the_way(server: Running) {
    let template1 = Config::exactly(&server.url("template1")).unwrap();
    let _connected = template1.client().unwrap();
    let project = project(&["one"]);
    let folder = project.path().join("migrations").display().to_string();
    Process::start(&folder, Some(&server.url("postgres"))).end();
}

/// Its locks would outlive a process, and a database in use would look left over.
#[testkit::test(given)]
fn a_pooler_in_transaction_mode_is_refused_before_any_lock(server: Running) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let direct: postgres::Config = server.url("postgres").parse().unwrap();
    let behind = testkit::Behind {
        server: ([127, 0, 0, 1], direct.get_ports()[0]).into(),
        user: direct.get_user().unwrap(),
        password: direct
            .get_password()
            .map(|it| std::str::from_utf8(it).unwrap()),
        sessions: 20,
    };
    let Some(_pooler) = testkit::Pooler::start(test_name!(), "transaction", port, &behind) else {
        return;
    };
    let project = project(&["one"]);
    let folder = project.path().join("migrations").display().to_string();
    let through = format!("postgresql://anybody@127.0.0.1:{port}/postgres");
    let refused = Process::refused(&folder, &through);
    assert!(refused.contains("transaction-mode pooler"), "{refused}");
    let config = Config::exactly(&server.url("postgres")).unwrap();
    let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
    let locks: i64 = config.client().unwrap().query_one(sql, &[]).unwrap().get(0);
    assert_eq!((locks, databases(&server).len()), (0, 0));
}

fn has_timescaledb(server: &Running) -> bool {
    let config = Config::exactly(&server.url("postgres")).unwrap();
    let sql = "SELECT count(*) FROM pg_available_extensions WHERE name = 'timescaledb'";
    let found: i64 = config.client().unwrap().query_one(sql, &[]).unwrap().get(0);
    found > 0
}
