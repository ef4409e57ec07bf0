//! What the server's account can plant in its folder does root no harm.
#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cluster::{Cluster, Error, Server, Settings};
use sha2::{Digest as _, Sha256};

const SECRET: &str = "root alone reads this\n";

#[testkit::test]
fn what_is_planted_for_a_file_that_is_written_is_replaced(root: Root) {
    let cluster = root.cluster();
    for name in ["log", "port"] {
        for kind in [Planted::Link, Planted::HardLink, Planted::Pipe] {
            let path = cluster.dir().join(name);
            root.plant(kind, &path);
            drop(cluster.start().unwrap());
            root.assert_untouched(&format!("{name}, {kind:?}"));
            let found = fs::symlink_metadata(&path).unwrap();
            assert!(found.is_file(), "{name}, {kind:?}");
            assert_eq!((found.uid(), found.nlink()), (root.account(), 1));
            assert_eq!(found.mode() & 0o777, 0o600);
        }
    }
}

#[testkit::test]
fn what_is_planted_for_the_password_is_refused(root: Root) {
    let cluster = root.cluster();
    let path = cluster.dir().join("password");
    let password = fs::read(&path).unwrap();
    let mut errors = String::new();
    for kind in [
        Planted::Link,
        Planted::HardLink,
        Planted::Pipe,
        Planted::Folder,
    ] {
        root.plant(kind, &path);
        errors += &root.told(&cluster.start().unwrap_err());
        root.assert_untouched(&format!("{kind:?}"));
    }
    insta::assert_snapshot!(errors);
    remove(&path);
    fs::write(&path, password).unwrap();
    std::os::unix::fs::chown(&path, Some(root.account()), None).unwrap();
    cluster.start().unwrap();
}

#[testkit::test]
fn a_folder_in_the_place_of_a_file_is_named(root: Root) {
    let cluster = root.cluster();
    root.plant(Planted::Folder, &cluster.dir().join("log"));
    insta::assert_snapshot!(root.told(&cluster.start().unwrap_err()));
    let left = fs::read_dir(cluster.dir()).unwrap().flatten();
    let names = left.map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert_eq!(names.filter(|name| name.contains(".new-")).count(), 0);
}

#[testkit::test]
fn links_for_folders_of_the_cluster_are_refused_or_replaced(root: Root) {
    let cluster = root.cluster();
    // Tickets: the link goes.
    symlink(root.closed(), cluster.dir().join("open")).unwrap();
    drop(cluster.start().unwrap());
    root.assert_untouched("open");
    let mut errors = String::new();
    for name in ["run", "data"] {
        let path = cluster.dir().join(name);
        let aside = root.dir.join("aside");
        fs::rename(&path, &aside).unwrap();
        symlink(root.closed(), &path).unwrap();
        errors += &root.told(&cluster.start().unwrap_err());
        root.assert_untouched(name);
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
    }
    // The cluster itself, of an account that may write beside it.
    let aside = root.dir.join("aside");
    fs::rename(cluster.dir(), &aside).unwrap();
    symlink(&aside, cluster.dir()).unwrap();
    errors += &root.told(&cluster.start().unwrap_err());
    insta::assert_snapshot!(errors);
}

#[testkit::test]
fn a_socket_folder_that_the_account_has_opened_is_closed(root: Root) {
    let cluster = root.cluster();
    let run = cluster.dir().join("run");
    fs::create_dir(&run).unwrap();
    fs::set_permissions(&run, fs::Permissions::from_mode(0o777)).unwrap();
    std::os::unix::fs::chown(&run, Some(root.account()), None).unwrap();
    let running = cluster.start().unwrap();
    assert_eq!(fs::metadata(&run).unwrap().mode() & 0o777, 0o700);
    drop(running);
}

#[testkit::test]
fn a_socket_folder_for_a_long_path_is_no_link_and_nobody_else_s(root: Root) {
    let long = root.dir.join("l".repeat(90));
    fs::create_dir(&long).unwrap();
    let cluster = root.open(&long.join("pg"));
    let digest = Sha256::digest(cluster.dir().as_os_str().as_encoded_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let run = Path::new("/var/tmp").join(format!("pg-{}-run", &digest[..16]));
    symlink(root.closed(), &run).unwrap();
    let link = cluster.start().unwrap_err();
    fs::remove_file(&run).unwrap();
    fs::create_dir(&run).unwrap();
    std::os::unix::fs::chown(&run, Some(12345), None).unwrap();
    let other_s = cluster.start().unwrap_err();
    fs::remove_dir(&run).unwrap();
    let running = cluster.start().unwrap();
    assert_eq!(running.socket_dir(), run);
    drop(running);
    fs::remove_dir(&run).unwrap();
    root.assert_untouched("run");
    for (error, found) in [
        (link, "is a symbolic link to"),
        (other_s, "is a folder, owned by user 12345"),
    ] {
        let text = error.to_string();
        assert!(text.contains(found) && text.contains("-run"), "{text}");
    }
}

#[testkit::test]
fn planted_tickets_are_cleared_away(root: Root) {
    let cluster = root.cluster();
    let running = cluster.start().unwrap();
    let open = cluster.dir().join("open");
    for (name, kind) in [
        ("a", Planted::Link),
        ("b", Planted::HardLink),
        ("c", Planted::Pipe),
    ] {
        root.plant(kind, &open.join(name));
    }
    let joined = cluster.start().unwrap();
    root.assert_untouched("tickets");
    let names = fs::read_dir(&open).unwrap().flatten();
    assert_eq!(names.filter(|it| it.file_name().len() == 1).count(), 0);
    let owners = fs::read_dir(&open).unwrap().flatten();
    let owners: Vec<u32> = owners.map(|it| it.metadata().unwrap().uid()).collect();
    assert_eq!(owners, [root.account(); 2]);
    drop(running);
    drop(joined);
    assert!(!open.exists());
}

#[testkit::test]
fn what_others_do_with_the_name_of_a_lock_stops_nobody(root: Root) {
    let lock = root.dir.join("pg.lock");
    for kind in [
        Planted::Link,
        Planted::HardLink,
        Planted::Pipe,
        Planted::Folder,
    ] {
        root.plant(kind, &lock);
        drop(root.cluster().start().unwrap());
        root.assert_untouched(&format!("{kind:?}"));
    }
    remove(&lock);
    let held = File::create(&lock).unwrap();
    held.lock().unwrap();
    drop(root.cluster().start().unwrap());
}

#[testkit::test]
fn a_link_for_the_lock_of_a_user_whose_cluster_it_is_is_refused(root: Root) {
    let account = root.cluster_owner();
    // The folder is the account's, as a user's checkout is.
    std::os::unix::fs::chown(&root.dir, Some(account), None).unwrap();
    let lock = root.dir.join("pg.lock");
    drop(root.cluster().start().unwrap());
    assert_eq!(fs::metadata(&lock).unwrap().uid(), account);
    root.plant(Planted::Link, &lock);
    let error = Cluster::open(&root.dir.join("pg"), &root.server, Settings::throwaway());
    root.assert_untouched("the lock");
    insta::assert_snapshot!(root.told(&error.unwrap_err()));
}

#[testkit::test]
fn a_folder_that_was_made_beforehand_is_taken_only_if_it_is_the_account_s(root: Root) {
    let account = root.cluster_owner();
    let closed = root.closed().join("pg");
    let digest = Sha256::digest(closed.as_os_str().as_encoded_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let fallback = Path::new("/var/tmp").join(format!("pg-{}", &digest[..16]));
    let open = || Cluster::open(&closed, &root.server, Settings::throwaway());

    symlink(root.closed(), &fallback).unwrap();
    let link = open().unwrap_err().to_string();
    fs::remove_file(&fallback).unwrap();
    fs::create_dir(&fallback).unwrap();
    std::os::unix::fs::chown(&fallback, Some(12345), None).unwrap();
    let other_s = open().unwrap_err().to_string();
    std::os::unix::fs::chown(&fallback, Some(account), None).unwrap();
    let cluster = open().unwrap();
    assert_eq!(cluster.dir(), fallback);
    drop(cluster.start().unwrap());
    fs::remove_dir_all(&fallback).unwrap();
    root.assert_untouched("the folder");
    assert!(link.contains("is a symbolic link to"), "{link}");
    assert!(other_s.contains("owned by user 12345"), "{other_s}");
}

#[testkit::test]
fn clusters_of_deleted_checkouts_are_removed(root: Root) {
    // The account cannot reach it, so that the clusters are kept in a folder for everybody.
    let projects = root.dir.join("projects");
    fs::create_dir(&projects).unwrap();
    fs::set_permissions(&projects, fs::Permissions::from_mode(0o700)).unwrap();
    let checkout = |name: &str| {
        let checkout = projects.join(name);
        fs::create_dir_all(&checkout).unwrap();
        let settings = Settings::throwaway().belongs_to(&checkout);
        Cluster::open(&checkout.join("target/pg"), &root.server, settings).unwrap()
    };
    let (running, idle) = (checkout("running"), checkout("idle"));
    let (living, elsewhere, in_use) = (checkout("living"), checkout("elsewhere"), checkout("used"));
    // As an earlier version made it.
    let older = checkout("older");
    fs::remove_file(older.dir().join("checkout")).unwrap();
    // As a process leaves it that is killed.
    let left = Path::new("/run/pg-gates").join("0".repeat(32));
    let has_gates = left.parent().unwrap().is_dir();
    if has_gates {
        fs::write(&left, "").unwrap();
    }
    // A server whose users and keepers were all killed.
    let forgotten = running.start().unwrap();
    let pid_file = fs::read_to_string(running.dir().join("data/postmaster.pid")).unwrap();
    fs::remove_dir_all(running.dir().join("open")).unwrap();
    let used = in_use.start().unwrap();
    // As if its disk were not mounted.
    let record = elsewhere.dir().join("checkout");
    let text = fs::read_to_string(&record).unwrap();
    let (device, path) = text.split_once(' ').unwrap();
    let device: u64 = device.parse().unwrap();
    fs::write(&record, format!("{} {path}", device + 1)).unwrap();
    for name in ["running", "idle", "elsewhere", "used", "older"] {
        fs::remove_dir_all(projects.join(name)).unwrap();
    }

    let last = checkout("last");
    let is_there = [&running, &idle, &living, &elsewhere, &in_use, &older, &last]
        .map(|cluster| cluster.dir().join("data/PG_VERSION").exists());
    assert_eq!(is_there, [false, false, true, true, true, true, true]);
    assert!(!left.exists());
    let pid = pid_file.lines().next().unwrap();
    assert!(!Path::new("/proc").join(pid).exists());
    drop(forgotten);

    // What was in use goes the next time.
    drop(used);
    checkout("last");
    assert!(!in_use.dir().exists());
    for cluster in [living, elsewhere, older, last] {
        fs::remove_dir_all(cluster.dir()).unwrap();
    }
}

#[testkit::test]
fn an_account_that_swaps_files_and_links_all_the_time_gets_nothing(root: Root) {
    let cluster = root.cluster();
    let script = r#"
        cd "$1" || exit 1
        while :; do
            for name in log port open run; do
                ln -sfn "$2" "$name.swap" && mv -T "$name.swap" "$name" 2>/dev/null
                rm -f "$name" "$name.swap" 2>/dev/null
            done
        done"#;
    let swapping: Vec<Ended> = (0..2)
        .map(|_| {
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", script, "swap"]).arg(cluster.dir());
            shell.arg(root.secret()).uid(root.account());
            shell.stderr(Stdio::null());
            Ended(shell.spawn().unwrap())
        })
        .collect();
    for _ in 0..20 {
        // It may be prevented from starting, and then reports what blocks it; nothing else may happen.
        if let Err(error) = cluster.start() {
            assert!(!error.to_string().is_empty());
        }
        root.assert_untouched("swapping");
    }
    drop(swapping);
    let is_clear = || {
        for name in ["log", "port", "open", "run"] {
            remove(&cluster.dir().join(name));
        }
        cluster.start().is_ok()
    };
    assert!(is_clear() || is_clear());
}

/// A process that ends with its value.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[derive(Clone, Copy, Debug)]
enum Planted {
    Link,
    HardLink,
    Pipe,
    Folder,
}

/// A folder for one test that root runs, with a file and a folder that root owns.
struct Root {
    dir: PathBuf,
    server: Server,
}

impl Root {
    fn new(test: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = testkit::server(test)?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("of-root-{}-{count}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        fs::create_dir(&dir).unwrap();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        let root = Root { dir, server };
        if fs::metadata(&root.dir).unwrap().uid() != 0 {
            testkit::skip(test, "this user is not root");
            return None;
        }
        fs::create_dir(root.closed()).unwrap();
        fs::set_permissions(root.closed(), fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(root.secret(), SECRET).unwrap();
        fs::set_permissions(root.secret(), fs::Permissions::from_mode(0o600)).unwrap();
        Some(root)
    }

    fn open(&self, dir: &Path) -> Cluster {
        Cluster::open(dir, &self.server, Settings::throwaway()).unwrap()
    }

    fn cluster(&self) -> Cluster {
        self.open(&self.dir.join("pg"))
    }

    /// The account of the cluster, which exists.
    fn account(&self) -> u32 {
        fs::metadata(self.dir.join("pg/data")).unwrap().uid()
    }

    /// The account of the cluster, which is created if it does not exist.
    fn cluster_owner(&self) -> u32 {
        self.cluster();
        self.account()
    }

    /// A folder that only root can enter.
    fn closed(&self) -> PathBuf {
        self.dir.join("closed")
    }

    /// A file that only root can read, where a hard link to it can be made.
    fn secret(&self) -> PathBuf {
        self.closed().join("secret")
    }

    fn plant(&self, kind: Planted, path: &Path) {
        remove(path);
        match kind {
            Planted::Link => symlink(self.secret(), path).unwrap(),
            Planted::HardLink => fs::hard_link(self.secret(), path).unwrap(),
            Planted::Folder => fs::create_dir(path).unwrap(),
            Planted::Pipe => {
                let made = Command::new("mkfifo").arg(path).status().unwrap();
                assert!(made.success());
            }
        }
        if matches!(kind, Planted::Folder | Planted::Pipe) && self.dir.join("pg/data").exists() {
            std::os::unix::fs::chown(path, Some(self.account()), None).unwrap();
        }
    }

    #[track_caller]
    fn assert_untouched(&self, what: &str) {
        assert_eq!(fs::read_to_string(self.secret()).unwrap(), SECRET, "{what}");
        for (path, mode) in [(self.secret(), 0o600), (self.closed(), 0o700)] {
            let found = fs::metadata(path).unwrap();
            assert_eq!((found.uid(), found.gid()), (0, 0), "{what}");
            assert_eq!(found.mode() & 0o777, mode, "{what}");
        }
        assert_eq!(fs::read_dir(self.closed()).unwrap().count(), 1, "{what}");
    }

    /// An error as it is shown, with places and users by name.
    fn told(&self, error: &Error) -> String {
        let dir = self.dir.to_string_lossy().into_owned();
        let next = error.next().unwrap_or_default();
        let text = format!("{error}\nnext: {next}\n").replace(&dir, "[dir]");
        let account = match self.dir.join("pg/data").symlink_metadata() {
            Ok(data) if data.is_dir() => data.uid(),
            _ => 0,
        };
        match account {
            0 => text,
            account => text.replace(&format!("user {account}"), "user [account]"),
        }
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _left_after_a_failure = fs::remove_dir_all(&self.dir);
    }
}

/// Removes whatever exists. A process that was just stopped may still be ending its last command.
fn remove(path: &Path) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while let Ok(found) = fs::symlink_metadata(path) {
        let removed = if found.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
        assert!(removed.is_ok() || Instant::now() < deadline, "{removed:?}");
    }
}
