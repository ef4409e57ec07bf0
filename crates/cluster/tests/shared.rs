//! A cluster that the processes of a test run share.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, Running, Server, Settings};
use testkit::Folder;

/// The variable by which a test knows that it is one of the processes that share a cluster; the cluster's name.
const NAME: &str = "CLUSTER_TO_SHARE";

/// The test's own name, and a folder for its clusters.
struct Shared {
    name: String,
    folder: Folder,
}

impl Shared {
    fn new(test: &str) -> Option<Self> {
        testkit::server(test)?;
        let folder = Folder::new("shared");
        // As temporary folders are: a server's account that is not ours removes what it has made in there.
        let everybody = std::fs::Permissions::from_mode(0o1777);
        std::fs::set_permissions(folder.path(), everybody).unwrap();
        Some(Self {
            name: folder.path().display().to_string(),
            folder,
        })
    }

    /// A process that shares the cluster until it is killed, and where its server's socket is.
    fn process(&self, test: &str) -> (Child, PathBuf) {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(NAME, &self.name)
            .env("TMPDIR", self.folder.path())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let started = lines.find_map(|line| Some(line.unwrap().strip_prefix("joined ")?.into()));
        (process, started.unwrap())
    }

    /// Whether no cluster is left.
    fn is_empty(&self) -> bool {
        let entries = self.folder.path().read_dir().unwrap();
        let mut names = entries.map(|entry| entry.unwrap().file_name());
        // The folder that says where clusters are stays.
        names.all(|name| name.to_string_lossy().starts_with("pg-shared-"))
    }
}

fn join(name: &str, stay: u64) -> Running {
    let server = Server::find().unwrap();
    let settings = Settings::throwaway().stays_for(Duration::from_secs(stay));
    Cluster::shared(name, &server, settings).unwrap()
}

/// What a process of the test does.
fn stay(stay: u64) {
    if let Ok(name) = std::env::var(NAME) {
        let running = join(&name, stay);
        let line = format!("joined {}\n", running.socket_dir().display());
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        loop {
            thread::sleep(Duration::from_secs(1));
        }
    }
}

fn kill(mut process: Child) {
    process.kill().unwrap();
    process.wait().unwrap();
}

fn is_up(socket_dir: &Path) -> bool {
    socket_dir.join("../data/postmaster.pid").exists()
}

fn eventually(mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "it did not happen within 30 s");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn processes_share_one_server_and_the_last_one_that_is_killed_leaves_nothing() {
    const TEST: &str = "processes_share_one_server_and_the_last_one_that_is_killed_leaves_nothing";
    stay(0);
    let Some(shared) = Shared::new(TEST) else {
        return;
    };
    // Four at once make it once.
    let joined: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| shared.process(TEST)))
            .collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let (processes, places): (Vec<_>, Vec<_>) = joined.into_iter().unzip();
    let place = &places[0];
    assert!(places.iter().all(|it| it == place), "{places:?}");
    let mut processes = processes.into_iter();
    let last = processes.next_back().unwrap();
    processes.for_each(kill);
    assert!(is_up(place));
    kill(last);
    eventually(|| shared.is_empty());
}

#[test]
fn a_server_waits_for_the_next_process_and_not_for_ever() {
    const TEST: &str = "a_server_waits_for_the_next_process_and_not_for_ever";
    stay(5);
    let Some(shared) = Shared::new(TEST) else {
        return;
    };
    let (first, place) = shared.process(TEST);
    kill(first);
    let (second, next) = shared.process(TEST);
    assert_eq!(place, next);
    kill(second);
    eventually(|| shared.is_empty());
}

#[test]
fn a_server_that_was_killed_is_replaced_and_what_it_left_is_removed() {
    const TEST: &str = "a_server_that_was_killed_is_replaced_and_what_it_left_is_removed";
    stay(3);
    let Some(shared) = Shared::new(TEST) else {
        return;
    };
    let (first, place) = shared.process(TEST);
    let file = std::fs::read_to_string(place.join("../data/postmaster.pid")).unwrap();
    let pid = file.lines().next().unwrap();
    let killed = Command::new("kill").args(["-KILL", pid]).status().unwrap();
    assert!(killed.success());
    eventually(|| !Path::new("/proc").join(pid).exists());
    kill(first);
    let (second, next) = shared.process(TEST);
    assert_ne!(place, next);
    assert!(!place.exists());
    kill(second);
    eventually(|| shared.is_empty());
}
