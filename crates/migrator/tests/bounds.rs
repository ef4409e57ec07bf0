//! Servers that are silent, and ones that never stop: what the driver waits for and keeps has a bound.
#![cfg(all(unix, feature = "postgres"))]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, Server, Settings};
use migrator::link::{Error, Link as _};
use migrator::wire::Config;

#[testkit::test(testkit::server)]
fn a_silent_server_is_given_up_and_notices_without_end_are_counted(server: Server) {
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

/// A message of the protocol.
fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[tag], &length.to_be_bytes()[..], body].concat()
}

/// What a server says before the first query: it lets everybody in, and is ready.
fn welcome() -> Vec<u8> {
    let ready = message(b'Z', b"I");
    [message(b'R', &0_u32.to_be_bytes()), ready].concat()
}

/// One row of one column.
fn row(value: &[u8]) -> Vec<u8> {
    let mut column = vec![0, 1];
    column.extend(b"c\0");
    column.extend([0; 18]);
    let length = u32::try_from(value.len()).unwrap();
    let data = [&[0, 1], &length.to_be_bytes()[..], value].concat();
    [message(b'T', &column), message(b'D', &data)].concat()
}

/// A server that answers the first query with these bytes, and then stays silent as long as it has a client. Its URL.
fn answering(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        read(&mut client);
        client.write_all(&welcome()).unwrap();
        read(&mut client);
        client.write_all(&answer).unwrap();
        while client.read(&mut [0]).is_ok_and(|read| read > 0) {}
    });
    format!("postgresql://me@127.0.0.1:{port}/x?sslmode=disable")
}

fn read(client: &mut TcpStream) {
    assert!(client.read(&mut [0; 4096]).unwrap() > 0);
}

/// The most memory that this process has had, in kilobytes.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[test]
fn a_length_of_gigabytes_is_no_memory_until_they_come() {
    let mut header = vec![b'D'];
    header.extend(0x7fff_ffff_u32.to_be_bytes());
    let url = answering([row(b"1"), header].concat());
    let mut wire = Config::exactly(&url).unwrap().connect().unwrap();
    wire.answer_within(Duration::from_secs(1));
    let before = most_memory();
    let outcome = wire.query("SELECT 1");
    assert!(matches!(outcome, Err(Error::Lost { .. })), "{outcome:?}");
    assert!(!wire.is_open());
    assert!(
        most_memory() < before + 500_000,
        "{before} {}",
        most_memory()
    );
}

#[test]
fn bytes_that_are_no_text_are_an_error() {
    let end = [message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat();
    let url = answering([row(b"\xff\xfe"), end].concat());
    let mut wire = Config::exactly(&url).unwrap().connect().unwrap();
    wire.answer_within(Duration::from_secs(5));
    let outcome = wire.query("SELECT 1");
    assert!(
        matches!(&outcome, Err(Error::Server(error)) if error.code == "22021"),
        "{outcome:?}"
    );
    assert!(wire.is_open());
}
