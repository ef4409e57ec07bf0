//! A statement that runs alone and dies half-way, at a moment that is held: it has begun, and waits for a writer's transaction.

use std::sync::Arc;

use super::cases;
use super::plan::Plan;
use super::private::Private;
use super::program::Program;
use super::target::{CaseDatabase, Target};
use crate::support::{PATIENCE, eventually};

const TABLES: &str = "CREATE TABLE done (step text NOT NULL);\n\
                      CREATE TABLE devices (id int PRIMARY KEY, name text);\n\
                      CREATE INDEX devices_old ON devices (name);\n\
                      INSERT INTO devices SELECT n, 'device ' || n FROM generate_series(1, 100) n;\n";

/// Each with one statement that commits in its midst and then waits for those who write to the table.
const PLANS: [&[(&str, &str)]; 4] = [
    &[
        ("001_tables.sql", TABLES),
        (
            "002_named.sql",
            "INSERT INTO done VALUES ('named');\nCREATE INDEX CONCURRENTLY devices_name ON devices (name);",
        ),
    ],
    &[
        ("001_tables.sql", TABLES),
        (
            "002_nameless.sql",
            "INSERT INTO done VALUES ('nameless');\nCREATE INDEX CONCURRENTLY ON devices (name, id);",
        ),
    ],
    &[
        ("001_tables.sql", TABLES),
        (
            "002_drop.sql",
            "INSERT INTO done VALUES ('drop');\nDROP INDEX CONCURRENTLY devices_old;",
        ),
    ],
    &[
        ("001_tables.sql", TABLES),
        (
            "002_reindex.sql",
            "INSERT INTO done VALUES ('reindex');\nREINDEX TABLE CONCURRENTLY devices;",
        ),
    ],
];

/// What a statement dies of, given its client and the pid of its backend.
type Death = (&'static str, Box<dyn Fn(&Program, u32)>);

#[testkit::test(Private::start)]
fn a_statement_that_dies_half_way_is_finished_by_the_next_run_whatever_it_died_of(
    private: Private,
) {
    let private = Arc::new(private);
    let clone = || Arc::clone(&private);
    let (terminated, killed, stopped) = (clone(), clone(), clone());
    let deaths: [Death; 4] = [
        ("client killed", Box::new(|client, _| client.kill())),
        (
            "backend terminated",
            Box::new(move |_, pid| {
                let sql = format!("SELECT pg_terminate_backend({pid})");
                terminated.client().batch_execute(&sql).unwrap();
            }),
        ),
        (
            "backend killed -9",
            Box::new(move |_, pid| killed.kill_backend(pid)),
        ),
        (
            "server stopped, immediate",
            Box::new(move |_, _| stopped.crash()),
        ),
    ];
    let mut wrong = Vec::new();
    for files in PLANS {
        let target = Target::by_url(private.url(), Plan::of(files));
        let (clean, _) = cases::clean_run(&target);
        for (name, death) in &deaths {
            let place = target.place();
            die(&place, death);
            for finding in cases::rerun(&place, &clean) {
                wrong.push(format!("{}, {name}: {finding}", files[1].0));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs the second migration until its statement waits, then lets it die.
fn die(place: &CaseDatabase<'_>, death: &dyn Fn(&Program, u32)) {
    cases::run_to(place, 1);
    let mut writer = place.client();
    let write = "BEGIN; UPDATE devices SET name = 'held' WHERE id = 0";
    writer.batch_execute(write).unwrap();
    let client = cases::start(place);
    let pid = waiting(place);
    death(&client, pid);
    // The abandoned session would wait for it; after a crash no session is left to roll back.
    let _gone = writer.batch_execute("ROLLBACK");
    client.wait(PATIENCE);
}

/// Waits until a statement has left something half done and is waiting; returns its backend.
pub fn waiting(place: &CaseDatabase<'_>) -> u32 {
    let mut client = place.client();
    let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' \
               AND wait_event = 'virtualxid' AND EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)";
    let mut pid = None;
    eventually("the statement waits", || {
        pid = client
            .query(sql, &[])
            .unwrap()
            .first()
            .map(|row| row.get::<_, i32>(0));
        pid.is_some()
    });
    pid.unwrap().try_into().unwrap()
}
