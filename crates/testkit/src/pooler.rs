//! PgBouncer in front of a server.

use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Folder, skip};

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running pooler in front of all databases of a server; ended with this value.
#[derive(Debug)]
pub struct Pooler {
    child: Child,
    /// Holds its configuration.
    _folder: Folder,
}

/// Its server, and how the pooler connects there.
#[derive(Debug)]
pub struct Behind<'a> {
    /// Where it listens.
    pub server: SocketAddr,
    /// The role of all its sessions.
    pub user: &'a str,
    /// The role's password, if it has one.
    pub password: Option<&'a str>,
    /// How many sessions it keeps for a database at most.
    pub sessions: u32,
}

impl Pooler {
    /// A pooler at a free port of 127.0.0.1, in the mode `session` or `transaction`; nothing, and a line about the test, where that cannot be.
    pub fn start(test: &str, mode: &str, port: u16, behind: &Behind<'_>) -> Option<Self> {
        let program = installed(test)?;
        let user = account(test)?;
        let Behind { server, .. } = behind;
        let password = behind.password.map(|it| format!(" password={it}"));
        let folder = Folder::new("pooler");
        folder.write(
            "pgbouncer.ini",
            format!(
                "[databases]\n* = host={} port={} user={}{}\n\
                 [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
                 auth_type = any\npool_mode = {mode}\n\
                 default_pool_size = {}\nlogfile =\n{user}",
                server.ip(),
                server.port(),
                behind.user,
                password.unwrap_or_default(),
                behind.sessions,
            ),
        );
        let child = Command::new(program)
            .arg("-q")
            .arg(folder.path().join("pgbouncer.ini"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pooler = Self {
            child,
            _folder: folder,
        };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "the pooler does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Some(pooler)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ended_by_itself = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Only root may switch to another user, and must, because the pooler refuses to run as root.
fn account(test: &str) -> Option<String> {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return Some(String::new());
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
    let is_there = |name: &&str| {
        passwd
            .lines()
            .any(|line| line.starts_with(&format!("{name}:")))
    };
    let Some(user) = ["postgres", "nobody"].into_iter().find(is_there) else {
        skip(test, "there is no account to run PgBouncer as");
        return None;
    };
    Some(format!("user = {user}\n"))
}

/// The installed pooler, or nothing and a line about the test.
fn installed(test: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian's is where only root's PATH leads.
    let dirs = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = dirs
        .map(|dir| dir.join("pgbouncer"))
        .find(|file| file.is_file());
    if found.is_none() {
        skip(test, "PgBouncer is not installed");
    }
    found
}
