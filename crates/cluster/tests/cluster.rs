//! Private clusters, as commands meet them: started, shared, killed, in odd places.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, Error, Running, Server, Settings};
use testkit::Folder;

#[testkit::test(setup)]
fn a_fresh_cluster_answers_on_its_socket_and_over_tcp_and_stops_with_its_guard(
    (server, temp): (Server, Folder),
) {
    let cluster = open(&server, &temp.path().join("pg"));
    let running = cluster.start().unwrap();
    assert_eq!(query(&server, &running, "SHOW server_encoding"), "UTF8");
    assert_eq!(query(&server, &running, "SHOW timezone"), "UTC");
    assert_eq!(query(&server, &running, "SHOW fsync"), "off");
    let over_socket = Command::new(server.program("psql"))
        .args([
            "-XAtc",
            "SELECT current_user",
            "-U",
            "postgres",
            "-d",
            "postgres",
        ])
        .arg("-h")
        .arg(running.socket_dir())
        .args(["-p", &running.port().to_string()])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&over_socket.stdout), "postgres\n");

    let port = running.port();
    drop(running);
    assert!(!is_up(&cluster));
    // Who has bookmarked the port finds the server again.
    assert_eq!(cluster.start().unwrap().port(), port);
}

#[testkit::test(setup)]
fn nobody_gets_in_over_tcp_without_the_password((server, temp): (Server, Folder)) {
    let cluster = open(&server, &temp.path().join("pg"));
    let running = cluster.start().unwrap();
    let url = running.url("postgres").replace(running.password(), "wrong");
    let refused = Command::new(server.program("psql"))
        .args(["-Xw", "-c", "SELECT 1", &url])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("password authentication failed"));
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(cluster.dir().join("password")), 0o600);
    assert_eq!(mode(cluster.dir().to_owned()), 0o700);
    assert_eq!(mode(running.socket_dir().to_owned()), 0o700);
}

#[testkit::test(setup)]
fn a_second_user_shares_the_server_and_the_last_one_stops_it((server, temp): (Server, Folder)) {
    let dir = temp.path().join("pg");
    let (first, second) = (open(&server, &dir), open(&server, &dir));
    let one = first.start().unwrap();
    let pid = query(&server, &one, "SELECT pg_postmaster_start_time()");
    let two = second.start().unwrap();
    assert_eq!(
        query(&server, &two, "SELECT pg_postmaster_start_time()"),
        pid
    );
    drop(one);
    assert_eq!(query(&server, &two, "SELECT 1"), "1");
    drop(two);
    assert!(!is_up(&second));
}

#[testkit::test(setup)]
fn many_who_come_and_go_at_once_always_meet_a_server((server, temp): (Server, Folder)) {
    let dir = temp.path().join("pg");
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..4 {
                    let running = open(&server, &dir).start().unwrap();
                    assert_eq!(query(&server, &running, "SELECT 1"), "1");
                }
            });
        }
    });
    assert!(!is_up(&open(&server, &dir)));
}

/// The test runs itself as the process that is killed.
#[test]
fn the_server_of_a_killed_command_is_stopped_and_its_data_is_there() {
    const TEST: &str = "the_server_of_a_killed_command_is_stopped_and_its_data_is_there";
    if let Some(dir) = std::env::var_os(VICTIM) {
        let server = Server::find().unwrap();
        wait_to_be_killed(&open(&server, Path::new(&dir)).start().unwrap());
    }
    let Some((server, temp)) = setup(TEST) else {
        return;
    };
    let dir = temp.path().join("pg");
    let (mut owner, _) = victim(TEST, &dir);
    let cluster = open(&server, &dir);
    {
        let joined = cluster.start().unwrap();
        query(&server, &joined, "CREATE TABLE kept AS SELECT 42 AS answer");
        owner.kill().unwrap();
        owner.wait().unwrap();
        assert_eq!(query(&server, &joined, "SELECT answer FROM kept"), "42");
    }
    // Both are gone; the killed one's keeper may be the last.
    eventually(|| !is_up(&cluster));
    assert_eq!(
        query(
            &server,
            &cluster.start().unwrap(),
            "SELECT answer FROM kept"
        ),
        "42"
    );
}

/// The test runs itself as the process that is killed.
#[test]
fn a_temporary_cluster_of_a_killed_command_is_removed() {
    const TEST: &str = "a_temporary_cluster_of_a_killed_command_is_removed";
    if std::env::var_os(VICTIM).is_some() {
        let server = Server::find().unwrap();
        wait_to_be_killed(&Cluster::temporary(&server, Settings::throwaway()).unwrap());
    }
    let Some((_server, temp)) = setup(TEST) else {
        return;
    };
    let (mut owner, socket_dir) = victim(TEST, temp.path());
    let data = socket_dir.parent().unwrap().join("data");
    assert!(data.join("postmaster.pid").exists());
    owner.kill().unwrap();
    owner.wait().unwrap();
    eventually(|| !data.exists());
}

#[test]
fn a_temporary_cluster_whose_maker_is_killed_is_removed() {
    const TEST: &str = "a_temporary_cluster_whose_maker_is_killed_is_removed";
    if let Some(server) = std::env::var_os(VICTIM).and(Server::find().ok()) {
        let _running = Cluster::temporary(&server, Settings::throwaway());
    }
    let Some((_server, temp)) = setup(TEST) else {
        return;
    };
    let entries = |dir: &Path| -> Vec<PathBuf> {
        let found = fs::read_dir(dir).into_iter().flatten().flatten();
        found.map(|entry| entry.path()).collect()
    };
    // Some of the data, which is not complete, or it would be elsewhere.
    let has_begun = || {
        let clusters = entries(temp.path()).into_iter();
        let mut made = clusters.flat_map(|cluster| entries(&cluster));
        made.any(|it| it.join("data/base").exists())
    };
    let mut maker = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST])
        .env(VICTIM, temp.path())
        .env("TMPDIR", temp.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    eventually(has_begun);
    maker.kill().unwrap();
    maker.wait().unwrap();
    eventually(|| entries(temp.path()).is_empty());
}

#[testkit::test(setup)]
fn what_a_crashed_machine_has_left_is_in_nobody_s_way((server, temp): (Server, Folder)) {
    let cluster = open(&server, &temp.path().join("pg"));
    let running = cluster.start().unwrap();
    let pid_file = cluster.dir().join("data/postmaster.pid");
    let text = fs::read_to_string(&pid_file).unwrap();
    drop(running);
    // A ticket without a user, and a pid that is another process's now: this one's.
    fs::create_dir(cluster.dir().join("open")).unwrap();
    fs::write(cluster.dir().join("open/ticket"), "").unwrap();
    give_to_an_account(&cluster.dir().join("open"));
    let (_, rest) = text.split_once('\n').unwrap();
    fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    // An initdb that did not get to its end.
    fs::create_dir(temp.path().join("pg.new-0123")).unwrap();

    let running = cluster.start().unwrap();
    assert_eq!(query(&server, &running, "SELECT 1"), "1");
    drop(running);
    assert!(!is_up(&cluster));
}

#[testkit::test(setup)]
fn a_killed_server_is_started_again((server, temp): (Server, Folder)) {
    let cluster = open(&server, &temp.path().join("pg"));
    let running = cluster.start().unwrap();
    let pid = postmaster_pid(&cluster).unwrap();
    assert!(
        Command::new("kill")
            .args(["-9", &pid])
            .status()
            .unwrap()
            .success()
    );
    eventually(|| std::os::unix::net::UnixStream::connect(socket(&running)).is_err());
    let again = cluster.start().unwrap();
    assert_eq!(query(&server, &again, "SELECT 1"), "1");
    assert_ne!(postmaster_pid(&cluster).unwrap(), pid);
}

#[testkit::test(setup)]
fn spaces_quotes_and_long_paths_are_paths_like_others((server, temp): (Server, Folder)) {
    for name in [
        "it's a \"quoted\", spaced one".to_owned(),
        "long".repeat(40),
    ] {
        let cluster = open(&server, &temp.path().join(name).join("pg"));
        let running = cluster.start().unwrap();
        assert_eq!(query(&server, &running, "SELECT 1"), "1");
        let beside = running.socket_dir().to_owned();
        drop(running);
        if !beside.starts_with(cluster.dir()) {
            fs::remove_dir_all(beside).unwrap();
        }
    }
}

#[testkit::test(setup)]
fn a_temporary_cluster_leaves_nothing_behind((server, _temp): (Server, Folder)) {
    let running = Cluster::temporary(&server, Settings::throwaway()).unwrap();
    assert_eq!(query(&server, &running, "SELECT 1"), "1");
    let dir = running
        .socket_dir()
        .parent()
        .and_then(Path::parent)
        .unwrap()
        .to_owned();
    assert!(dir.join("cluster/data").exists());
    drop(running);
    assert!(!dir.exists());
}

#[test]
fn root_keeps_a_cluster_where_the_server_can_reach_it() {
    const TEST: &str = "root_keeps_a_cluster_where_the_server_can_reach_it";
    let Some((server, temp)) = setup(TEST) else {
        return;
    };
    if fs::metadata(temp.path()).unwrap().uid() != 0 {
        return testkit::skip(TEST, "this user is not root");
    }
    let closed = temp.path().join("closed");
    fs::DirBuilder::new().mode(0o700).create(&closed).unwrap();
    let cluster = open(&server, &closed.join("pg"));
    assert!(!cluster.dir().starts_with(&closed));
    let again = open(&server, &closed.join("pg"));
    assert_eq!(cluster.dir(), again.dir());
    let running = again.start().unwrap();
    assert_eq!(query(&server, &running, "SELECT 1"), "1");
    drop(running);
    fs::remove_dir_all(cluster.dir()).unwrap();
    // Root's lock is elsewhere, and was removed with its last holder.
    assert!(!cluster.dir().with_extension("lock").exists());
}

#[testkit::test(setup)]
fn a_server_that_does_not_start_shows_its_log((server, temp): (Server, Folder)) {
    let settings = Settings::throwaway().option("max_connections", "many");
    let cluster = Cluster::open(&temp.path().join("pg"), &server, settings).unwrap();
    let error = cluster.start().unwrap_err();
    let path = temp.path().to_string_lossy().into_owned();
    let text = format!("{error}\nnext: {}", error.next().unwrap()).replace(&path, "[dir]");
    insta::with_settings!({ filters => [(r"(?m)^\d{4}-.* UTC \[\d+\] ", "[when] ")] }, {
        insta::assert_snapshot!(text);
    });
    // The failed attempt blocks nothing.
    open(&server, &temp.path().join("pg")).start().unwrap();
}

#[testkit::test(setup)]
fn a_cluster_of_another_major_version_is_named((server, temp): (Server, Folder)) {
    let data = temp.path().join("pg/data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "9.6\n").unwrap();
    for path in [
        temp.path().join("pg"),
        data.clone(),
        data.join("PG_VERSION"),
    ] {
        give_to_an_account(&path);
    }
    let error = Cluster::open(&temp.path().join("pg"), &server, Settings::durable()).unwrap_err();
    assert!(
        matches!(&error, Error::OtherVersion { found, .. } if found == "9.6"),
        "{error}"
    );
}

#[test]
fn timescaledb_is_preloaded_when_it_is_installed() {
    const TEST: &str = "timescaledb_is_preloaded_when_it_is_installed";
    let Some((server, _temp)) = setup(TEST) else {
        return;
    };
    let Some(version) = server.extension("timescaledb") else {
        return testkit::skip(TEST, "PostgreSQL has no extension timescaledb to preload");
    };
    let running = Cluster::temporary(&server, Settings::throwaway()).unwrap();
    query(&server, &running, "CREATE EXTENSION timescaledb");
    let installed = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'";
    assert_eq!(query(&server, &running, installed), version);
}

/// The server and a directory for one test; nothing, and a word about it, when there is no server.
fn setup(test: &str) -> Option<(Server, Folder)> {
    Some((testkit::server(test)?, Folder::new("cluster")))
}

/// The variable that marks a test process as the one to be killed.
const VICTIM: &str = "CLUSTER_TO_BE_KILLED_IN";

/// Runs this test once more, as a process to be killed, and returns when that one's server runs;
/// with the directory of its socket.
fn victim(test: &str, dir: &Path) -> (Child, PathBuf) {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(VICTIM, dir)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let socket_dir = lines
        .find_map(|line| line.unwrap().strip_prefix("started ").map(PathBuf::from))
        .unwrap();
    (process, socket_dir)
}

/// What the victim does.
fn wait_to_be_killed(running: &Running) -> ! {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "started {}", running.socket_dir().display()).unwrap();
    loop {
        thread::sleep(Duration::from_secs(1));
    }
}

fn open(server: &Server, dir: &Path) -> Cluster {
    Cluster::open(dir, server, Settings::throwaway()).unwrap()
}

/// One value, asked for over TCP.
fn query(server: &Server, running: &Running, sql: &str) -> String {
    let output = Command::new(server.program("psql"))
        .args(["-XAtqc", sql, &running.url("postgres")])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

fn socket(running: &Running) -> PathBuf {
    running
        .socket_dir()
        .join(format!(".s.PGSQL.{}", running.port()))
}

/// What root makes belongs to an account that a server can run as, here to that of the folder `pg` beside it or above it, or else `nobody`.
fn give_to_an_account(path: &Path) {
    let found = fs::metadata(path).unwrap();
    let above = path.ancestors().skip(1).find(|it| it.ends_with("pg"));
    let owner = above.map_or(0, |above| fs::metadata(above).unwrap().uid());
    if found.uid() == 0 {
        let owner = if owner == 0 { 65534 } else { owner };
        std::os::unix::fs::chown(path, Some(owner), None).unwrap();
    }
}

fn postmaster_pid(cluster: &Cluster) -> Option<String> {
    let text = fs::read_to_string(cluster.dir().join("data/postmaster.pid")).ok()?;
    text.lines().next().map(str::to_owned)
}

fn is_up(cluster: &Cluster) -> bool {
    postmaster_pid(cluster).is_some()
}

fn eventually(mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "it did not happen within 20 s");
        thread::sleep(Duration::from_millis(10));
    }
}
