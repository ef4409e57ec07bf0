//! Servers that are silent, and ones that never stop: what the driver waits for and keeps has a bound.
#![cfg(all(unix, feature = "cluster", feature = "postgres"))]

use std::io::Write as _;
use std::time::{Duration, Instant};

use migrator::cluster::{Cluster, Server, Settings};
use migrator::link::{Error, Link as _};
use migrator::wire::Config;

#[test]
fn a_silent_server_is_given_up_and_notices_without_end_are_counted() {
    let server = match Server::find() {
        Ok(server) => server,
        Err(error) => {
            let line = format!("skipped: a_silent_server_is_given_up: {error}\n");
            return std::io::stderr()
                .write_all(line.as_bytes())
                .expect("standard error");
        }
    };
    let running = Cluster::temporary(&server, Settings::throwaway()).unwrap();
    let mut wire = Config::exactly(&running.url("postgres"))
        .unwrap()
        .connect()
        .unwrap();
    wire.query("DO $$ BEGIN FOR i IN 1..12000 LOOP RAISE NOTICE '%', i; END LOOP; END $$")
        .unwrap();
    let notices = wire.notices();
    assert_eq!(notices.len(), 10_001);
    let last = &notices[10_000].message;
    assert_eq!(last, "2000 more messages of the server are left out");
    wire.answer_within(Duration::from_secs(1));
    let asked = Instant::now();
    let outcome = wire.query("SELECT pg_sleep(30)");
    assert!(matches!(outcome, Err(Error::Lost { .. })), "{outcome:?}");
    assert!(asked.elapsed() < Duration::from_secs(15));
    assert!(!wire.is_open());
}
