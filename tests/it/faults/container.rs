//! Faults of a real container: its runner is killed, or it is.

use std::time::{Duration, Instant};

use super::cases;
use super::halfway::waiting;
use super::plan::Plan;
use super::program::Program;
use super::target::{CaseDatabase, Target};
use crate::support::{PATIENCE, eventually};

/// How soon nothing of a killed runner may be at work in the container.
const SOON: Duration = Duration::from_secs(10);

/// The second waits for a writer in its midst, and so does the third, for the row that the writer holds.
const FILES: &[(&str, &str)] = &[
    (
        "001_tables.sql",
        "CREATE TABLE done (step text NOT NULL);\nCREATE TABLE devices (id int PRIMARY KEY, name text);\n\
         INSERT INTO devices VALUES (0, 'zero');\nINSERT INTO done VALUES ('tables');\n",
    ),
    (
        "002_index.sql",
        "INSERT INTO done VALUES ('before');\nCREATE INDEX CONCURRENTLY devices_name ON devices (name);\n\
         INSERT INTO done VALUES ('behind');\n",
    ),
    (
        "003_rows.sql",
        "INSERT INTO done VALUES ('rows');\nUPDATE devices SET name = name || ' changed' WHERE id = 0;\n",
    ),
];

/// How far a run comes before its fault: the migration that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum During {
    Index,
    Transaction,
}

/// Runs the migrations until one of them waits for a writer, lets something happen, and ends the writer's wait.
fn die(place: &CaseDatabase<'_>, during: During, death: impl FnOnce(&Program)) {
    cases::run_to(place, if during == During::Index { 1 } else { 2 });
    let mut writer = place.client();
    writer
        .batch_execute("BEGIN; UPDATE devices SET name = 'held' WHERE id = 0")
        .unwrap();
    let program = cases::start(place);
    match during {
        During::Index => drop(waiting(place)),
        During::Transaction => eventually("the transaction waits", || at_work(place) == 1),
    }
    death(&program);
    // The server may be a new one.
    let _gone = writer.batch_execute("ROLLBACK");
    program.wait(PATIENCE);
}

/// How many statements wait for the writer.
fn at_work(place: &CaseDatabase<'_>) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'migrate' \
               AND state = 'active' AND wait_event_type = 'Lock'";
    place.client().query_one(sql, &[]).unwrap().get(0)
}

#[testkit::test(|test| Target::in_container(test, Plan::of(FILES)))]
fn a_run_in_a_container_is_finished_by_the_next_one_whoever_was_killed(target: Target) {
    let (clean, _) = cases::clean_run(&target);
    let mut wrong = Vec::new();
    for during in [During::Index, During::Transaction] {
        for whole_container in [false, true] {
            let place = target.place();
            die(&place, during, |program| {
                if whole_container {
                    target.kill_container()
                } else {
                    program.kill();
                    let killed = Instant::now();
                    eventually("nothing is at work", || at_work(&place) == 0);
                    let after = killed.elapsed();
                    assert!(after < SOON, "something was at work for {after:?}");
                }
            });
            for finding in cases::rerun(&place, &clean) {
                wrong.push(format!(
                    "{during:?}, container {whole_container}: {finding}"
                ));
            }
            let left = target.inside("ls -d /tmp/*migrat* /tmp/.*migrat*");
            if !left.is_empty() {
                wrong.push(format!(
                    "{during:?}, container {whole_container}: left {left}"
                ));
            }
        }
    }
    let processes = target.inside("ps -o comm | grep -cE '^(psql|cat)$'");
    assert_eq!(processes.trim(), "0", "a psql is left in the container");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
