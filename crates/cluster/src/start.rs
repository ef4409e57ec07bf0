//! Starting a cluster's server, or joining the running one.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::files;
use super::keeper::Keeper;
use super::safe::Folder;
use super::socket_dir;
use super::{Cluster, DATA, Error, LOG, TIMESCALEDB, USER, Worth};

/// How long a server may take to get ready. Recovery after a crash is what takes long.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether the server is ready.
const POLL: Duration = Duration::from_millis(2);
/// Another process may take a free port before the server does.
const PORTS_TO_TRY: usize = 8;
/// The file with the port that the server last had.
const PORT: &str = "port";
/// What a server says about itself while it runs.
const PID_FILE: &str = "postmaster.pid";

/// A server that accepts connections.
///
/// On drop, the server is stopped if no other command uses it, and a temporary cluster removed. The
/// same happens, with no help from this process, when it is killed.
#[derive(Debug)]
pub struct Running {
    address: Address,
    password: String,
    keeper: Option<Keeper>,
    remove: Option<PathBuf>,
}

impl Running {
    /// The connection URL of a database, over TCP on the loopback interface, as the superuser. It
    /// holds the password.
    pub fn url(&self, database: &str) -> String {
        let database = crate::percent::encoded(database);
        format!(
            "postgresql://{USER}:{}@127.0.0.1:{}/{database}",
            self.password, self.address.port
        )
    }

    /// The directory of the server's unix socket, where the superuser [`USER`](super::USER) needs
    /// no password.
    pub fn socket_dir(&self) -> &Path {
        &self.address.socket_dir
    }

    /// The server's port, for TCP and as part of the socket's name.
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// The password of the superuser [`USER`](super::USER).
    pub fn password(&self) -> &str {
        &self.password
    }

    fn at(address: Address, password: String, keeper: Keeper) -> Self {
        Self {
            address,
            password,
            keeper: Some(keeper),
            remove: None,
        }
    }

    /// Ties the life of a temporary cluster to this guard.
    pub(super) fn removing(mut self, dir: PathBuf) -> Self {
        self.remove = Some(dir);
        self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.keeper.take());
        if let Some(dir) = &self.remove {
            // The keeper has removed what the server's account may remove.
            let _best_effort = files::remove_dir_all(dir);
        }
    }
}

/// Joins or starts the server. The gate must be held.
pub(super) fn start(cluster: &Cluster, remove: Option<&Path>) -> Result<Running, Error> {
    let folder = cluster.folder()?;
    folder.folder(Path::new(DATA))?;
    let password = folder.read("password")?;
    if let Some(found) = Postmaster::read(&folder) {
        if found.serves(cluster)
            && let Some(keeper) = Keeper::join(cluster, &folder, remove)?
        {
            return Ok(Running::at(found.address, password, keeper));
        }
        found.make_way(cluster, &folder);
    }
    let keeper = Keeper::begin(cluster, &folder, remove)?;
    let (address, keeper) = launch(cluster, &folder, keeper)?;
    Ok(Running::at(address, password, keeper))
}

/// Joins the server if it is running and will keep running; starts none.
pub(super) fn join(cluster: &Cluster, remove: &Path) -> Result<Option<Running>, Error> {
    let folder = cluster.folder()?;
    let password = folder.read("password")?;
    let Some(found) = Postmaster::read(&folder).filter(|found| found.serves(cluster)) else {
        return Ok(None);
    };
    let keeper = Keeper::join(cluster, &folder, Some(remove))?;
    Ok(keeper.map(|keeper| Running::at(found.address, password, keeper)))
}

/// Whether the server's process exists.
pub(super) fn is_alive(cluster: &Cluster, folder: &Folder) -> bool {
    Postmaster::read(folder).is_some_and(|found| found.is_alive(cluster))
}

/// Stops the server of an unused cluster, if it is running. The gate must be held.
pub(super) fn stop(cluster: &Cluster, folder: &Folder) {
    if let Some(found) = Postmaster::read(folder) {
        found.make_way(cluster, folder);
    }
}

/// Starts the server on its last port, or else on a free one.
fn launch(
    cluster: &Cluster,
    folder: &Folder,
    mut keeper: Keeper,
) -> Result<(Address, Keeper), Error> {
    let socket_dir = socket_dir::make(cluster, folder)?;
    // Anything else there is not a port, and is replaced.
    let mut wanted = folder
        .read(PORT)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let mut tries = 0;
    loop {
        tries += 1;
        let port = free_port(wanted.take())?;
        let address = Address {
            port,
            socket_dir: socket_dir.clone(),
        };
        let server = spawn(cluster, folder, &address)?;
        keeper.watch(server.id())?;
        match wait_until_ready(folder, server)? {
            None => {
                folder.write(PORT, &port.to_string())?;
                return Ok((address, keeper));
            }
            Some(reason) => {
                let log = cluster.log();
                let tail = tail(&folder.read(LOG).unwrap_or_default());
                // The words of every PostgreSQL; the cluster's messages are in English.
                if tries == PORTS_TO_TRY || !tail.contains("could not create any TCP/IP sockets") {
                    return Err(Error::Start { reason, tail, log });
                }
            }
        }
    }
}

/// Runs `postgres` in the background, with its output in the cluster's log.
fn spawn(cluster: &Cluster, folder: &Folder, address: &Address) -> Result<Child, Error> {
    let log = folder.create(LOG)?;
    let errors = log.try_clone().map_err(Error::io("open", &cluster.log()))?;
    let program = cluster.server.program("postgres");
    let mut command = cluster.account.command(&program, &cluster.dir);
    command
        .arg("-D")
        .arg(cluster.data())
        .stdout(log)
        .stderr(errors);
    for (name, value) in parameters(cluster, address) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command
        .spawn()
        .map_err(|cause| Error::Run { program, cause })
}

/// The server's parameters; of two with one name the later one counts.
fn parameters(cluster: &Cluster, address: &Address) -> Vec<(String, String)> {
    let socket_dir = address.socket_dir.to_string_lossy().replace('"', "\"\"");
    let mut all = vec![
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("port", address.port.to_string()),
        ("unix_socket_directories", format!("\"{socket_dir}\"")),
        ("logging_collector", "off".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
    ];
    let throwaway = cluster.settings.worth == Worth::Throwaway;
    if throwaway {
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            all.push((name, "off".to_owned()));
        }
        // It may be in memory, and would grow to 1 GB.
        all.push(("min_wal_size", "32MB".to_owned()));
        all.push(("max_wal_size", "128MB".to_owned()));
        all.push(("checkpoint_warning", "0".to_owned()));
    }
    if cluster.server.has_extension(TIMESCALEDB) {
        all.push(("shared_preload_libraries", TIMESCALEDB.to_owned()));
        all.push(("timescaledb.telemetry_level", "off".to_owned()));
        // A transaction over a hypertable locks each of its chunks.
        all.push(("max_locks_per_transaction", "256".to_owned()));
        if throwaway {
            all.push(("timescaledb.max_background_workers", "0".to_owned()));
        }
    }
    let ours = all
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    ours.chain(cluster.settings.options.iter().cloned())
        .collect()
}

/// Waits for the server; gives the reason when it will never be ready.
fn wait_until_ready(folder: &Folder, server: Child) -> Result<Option<String>, Error> {
    let pid = server.id();
    let ended = on_end(server);
    let deadline = Instant::now() + PATIENCE;
    loop {
        match ended.recv_timeout(POLL) {
            Ok(status) => return Ok(Some(format!("it ended with {status}"))),
            Err(RecvTimeoutError::Disconnected) => return Ok(Some("it ended".to_owned())),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if Postmaster::read(folder).is_some_and(|found| found.ready && found.pid == pid) {
            return Ok(None);
        }
        if Instant::now() > deadline {
            return Ok(Some(format!(
                "it is not ready after {} s",
                PATIENCE.as_secs()
            )));
        }
    }
}

/// Waits for a process in the background, so that it never remains as a zombie, which would look alive.
fn on_end(mut server: Child) -> Receiver<ExitStatus> {
    let (tell, ended) = mpsc::channel();
    thread::spawn(move || {
        if let Ok(status) = server.wait() {
            // Nothing listens any longer once the server was ready.
            let _heard = tell.send(status);
        }
    });
    ended
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    port: u16,
    socket_dir: PathBuf,
}

impl Address {
    fn socket(&self) -> PathBuf {
        self.socket_dir.join(format!(".s.PGSQL.{}", self.port))
    }

    fn answers(&self) -> bool {
        UnixStream::connect(self.socket()).is_ok()
    }
}

/// What a running server says about itself in `postmaster.pid`.
#[derive(Debug, PartialEq, Eq)]
struct Postmaster {
    pid: u32,
    address: Address,
    ready: bool,
}

impl Postmaster {
    fn read(folder: &Folder) -> Option<Self> {
        let data = folder.folder(Path::new(DATA)).ok()?;
        Self::parse(&data.read(PID_FILE).ok()?)
    }

    /// The lines are, by PostgreSQL's `src/include/utils/pidfile.h`: pid, data directory, start
    /// time, port, first socket directory, first address, shared memory key, status. The file grows
    /// while the server starts.
    fn parse(text: &str) -> Option<Self> {
        let line: Vec<&str> = text.lines().map(str::trim_end).collect();
        let port = line
            .get(3)
            .and_then(|port| port.parse().ok())
            .unwrap_or_default();
        let socket_dir = line.get(4).copied().unwrap_or_default().into();
        let ready = line.get(7) == Some(&"ready");
        Some(Self {
            pid: line.first()?.parse().ok()?,
            address: Address { port, socket_dir },
            ready,
        })
    }

    /// Whether the process is this cluster's server, as far as can be determined: after a crash, the pid
    /// may be another process's.
    fn is_alive(&self, cluster: &Cluster) -> bool {
        let process = PathBuf::from(format!("/proc/{}", self.pid));
        if !Path::new("/proc/self").exists() {
            return true;
        }
        // A server works in its data directory.
        match (
            fs::read_link(process.join("cwd")),
            cluster.data().canonicalize(),
        ) {
            (Ok(cwd), Ok(data)) => cwd == data,
            _ => false,
        }
    }

    /// Whether it accepts connections.
    fn serves(&self, cluster: &Cluster) -> bool {
        self.ready && self.is_alive(cluster) && self.address.answers()
    }

    /// Stops a server that nothing uses, or that is already stopping, and removes what a crashed one has left.
    ///
    /// That does not always succeed; then the new server refuses to start, and its log says why.
    fn make_way(&self, cluster: &Cluster, folder: &Folder) {
        if self.is_alive(cluster) {
            let program = cluster.server.program("pg_ctl");
            let mut stop = cluster.account.command(&program, &cluster.dir);
            stop.args(["stop", "--mode=fast", "--silent", "--wait", "--pgdata"])
                .arg(cluster.data());
            let _shows_at_start = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        } else {
            let data = folder.folder(Path::new(DATA));
            let _shows_at_start = data.and_then(|data| data.remove(PID_FILE));
        }
    }
}

/// A loopback port that is free right now: the wanted one if it is.
fn free_port(wanted: Option<u16>) -> Result<u16, Error> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let found = match wanted.map(bind) {
        Some(Ok(listener)) => listener.local_addr(),
        _ => bind(0).and_then(|listener| listener.local_addr()),
    };
    found
        .map(|address| address.port())
        .map_err(Error::io("find a free port on", Path::new("127.0.0.1")))
}

/// The last lines of a log.
fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_ready_when_its_file_says_so() {
        let text = "412\n/a/data\n1763800000\n5433\n/a/run\n127.0.0.1\n  123 456\nready   \n";
        let address = Address {
            port: 5433,
            socket_dir: "/a/run".into(),
        };
        let ready = Postmaster {
            pid: 412,
            address,
            ready: true,
        };
        assert_eq!(Postmaster::parse(text), Some(ready));
        assert!(
            !Postmaster::parse(&text.replace("ready", "starting"))
                .unwrap()
                .ready
        );
        assert_eq!(
            Postmaster::parse("412\n/a/data").map(|found| (found.pid, found.ready)),
            Some((412, false))
        );
        assert_eq!(Postmaster::parse(""), None);
    }
}
