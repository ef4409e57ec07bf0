//! A private PostgreSQL cluster, run from the server binaries that are installed: no Docker, no
//! root, no set-up.
//!
//! [`Server::find`] finds the binaries, [`Cluster::open`] creates the data directory if there is none yet, and [`Cluster::start`] returns a
//! [`Running`] guard. Commands that run at the same time share one server; the last one stops it, or a watchdog if the last one was killed.
//! [`Cluster::temporary`] is for one process, [`Cluster::shared`] for the processes of a test run. What happens *in* the database is not
//! this crate's concern: it returns a URL.
//!
//! A cluster directory holds
//!
//! | entry | what it is |
//! |---|---|
//! | `data/` | PostgreSQL's data directory |
//! | `password` | the superuser's password for TCP, mode 0600 |
//! | `log` | what the server wrote since it was last started |
//! | `open/` | one locked file for each command that has the cluster open; exists only while the server runs |
//! | `port` | the port that the server last had |
//! | `run/` | the unix socket, unless the path would be too long for one |
//!
//! and a lock is held while the cluster is created, joined or started: `<directory>.lock` beside it, or root's.
//!
//! # As root
//! PostgreSQL refuses to run as root, so the server then runs as `postgres`, or else `nobody`, and owns its directory. If that account
//! cannot reach the wanted directory (a checkout below `/root`), the cluster is kept in `/var/tmp` or the temporary folder under a name
//! derived from the wanted path; [`Cluster::dir`] says where it is. Such a cluster is removed when the next one is opened after its
//! [checkout](Settings::belongs_to) was deleted (`sweep`).
//!
//! That account controls its directory, so root follows no link there, changes owners only through handles (`safe`), and keeps its locks
//! where nobody else can reach them (`gate`).

mod account;
mod create;
mod error;
mod files;
mod gate;
mod guard;
mod keeper;
mod location;
mod memory;
pub mod percent;
mod safe;
mod server;
mod shared;
mod socket_dir;
mod start;
mod sweep;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use error::Error;
pub use memory::throwaway_dir;
pub use server::Server;
pub use start::Running;

use account::Account;
use gate::Gate;
use safe::Folder;

/// The superuser of every cluster.
pub const USER: &str = "postgres";

/// The extension that is preloaded when the server has it.
const TIMESCALEDB: &str = "timescaledb";

/// PostgreSQL's data directory, in the cluster's.
const DATA: &str = "data";
/// What the server wrote.
const LOG: &str = "log";
/// The directory of a temporary cluster, in a separate folder.
const TEMPORARY: &str = "cluster";

/// How durable the data in a cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    Kept,
    Throwaway,
}

/// How the server of a cluster runs.
#[derive(Clone, Debug)]
pub struct Settings {
    worth: Worth,
    options: Vec<(String, String)>,
    checkout: Option<PathBuf>,
    stay: Duration,
}

impl Settings {
    /// For data that must survive a crash: PostgreSQL's defaults.
    pub fn durable() -> Self {
        Self {
            worth: Worth::Kept,
            options: Vec::new(),
            checkout: None,
            stay: Duration::ZERO,
        }
    }

    /// For tests: nothing is flushed to disk, as little of the write-ahead log as possible is kept, and
    /// TimescaleDB starts no background workers, so that a database can always be dropped or copied.
    /// A crash of the machine may destroy the cluster.
    pub fn throwaway() -> Self {
        Self {
            worth: Worth::Throwaway,
            options: Vec::new(),
            checkout: None,
            stay: Duration::ZERO,
        }
    }

    /// The checkout that the cluster belongs to. If root's cluster is kept elsewhere, it is removed some time after the checkout.
    #[must_use]
    pub fn belongs_to(mut self, checkout: &Path) -> Self {
        self.checkout = std::path::absolute(checkout).ok();
        self
    }

    /// How long the server keeps running when nothing uses it, in whole seconds: for processes that follow each other.
    #[must_use]
    pub fn stays_for(mut self, time: Duration) -> Self {
        self.stay = time;
        self
    }

    /// Sets a server parameter. It overrides what this module sets, and takes effect when the server is next started.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.push((name.into(), value.into()));
        self
    }
}

/// A data directory that is ready to be started.
#[derive(Clone, Debug)]
pub struct Cluster {
    dir: PathBuf,
    server: Server,
    settings: Settings,
    account: Account,
}

impl Cluster {
    /// Opens the cluster in `dir`, and creates it first if there is none: encoding UTF8, locale C,
    /// superuser [`USER`].
    ///
    /// A cluster appears complete or not at all, whenever this is killed, and two processes may
    /// call it at once.
    ///
    /// # Errors
    /// When the directory cannot be written, belongs to a server of another major version
    /// ([`Error::OtherVersion`]), or `initdb` fails.
    pub fn open(dir: &Path, server: &Server, settings: Settings) -> Result<Self, Error> {
        let wanted = std::path::absolute(dir).map_err(Error::io("find", dir))?;
        let (dir, account) = location::place(&wanted)?;
        let parent = Folder::trusted(dir.parent().unwrap_or(&dir), account)?;
        let cluster = Self {
            dir,
            server: server.clone(),
            settings,
            account,
        };
        let gate = cluster.gate()?;
        cluster.complete(&parent)?;
        if cluster.dir != wanted {
            sweep::record(&cluster)?;
            drop(gate);
            sweep::sweep(&cluster);
            gate::sweep(account);
        }
        Ok(cluster)
    }

    /// Creates the cluster if there is none. The gate must be held.
    fn complete(&self, parent: &Folder) -> Result<(), Error> {
        if self.data().join("PG_VERSION").exists() {
            return self.check_version();
        }
        create::create(self, parent)
    }

    /// Whether there is a cluster in `dir`, or where it is kept instead; creates nothing.
    ///
    /// # Errors
    /// When there is no account to run it as.
    pub fn exists(dir: &Path) -> Result<bool, Error> {
        let wanted = std::path::absolute(dir).map_err(Error::io("find", dir))?;
        if !wanted.parent().is_some_and(Path::is_dir) {
            return Ok(false);
        }
        let (dir, _) = location::place(&wanted)?;
        Ok(dir.join("data/PG_VERSION").exists())
    }

    /// Creates and starts a cluster in the temporary folder, or in memory if there is plenty and the data is [thrown
    /// away](Settings::throwaway). It is removed when the guard is dropped, or its process is killed.
    ///
    /// # Errors
    /// As [`Cluster::open`] and [`Cluster::start`].
    pub fn temporary(server: &Server, settings: Settings) -> Result<Running, Error> {
        let (dir, running) = Self::begin_temporary(server, settings)?;
        Ok(running.removing(dir))
    }

    /// Joins the [temporary](Cluster::temporary) cluster that processes of this user share under `name`, or creates it. It is removed when
    /// the last of them has dropped its guard or was killed, and no other has joined within the time that it [stays](Settings::stays_for).
    ///
    /// A joined cluster keeps the server and the settings that it was created with: the name must include those that matter.
    ///
    /// # Errors
    /// As [`Cluster::open`] and [`Cluster::start`].
    pub fn shared(name: &str, server: &Server, settings: Settings) -> Result<Running, Error> {
        shared::join_or_make(name, server, settings)
    }

    /// Creates and starts a temporary cluster; also returns the folder that is removed with it.
    fn begin_temporary(server: &Server, settings: Settings) -> Result<(PathBuf, Running), Error> {
        let name = format!("pg-{}", files::random_hex(6)?);
        let usual = match settings.worth {
            Worth::Kept => std::env::temp_dir(),
            Worth::Throwaway => throwaway_dir(),
        };
        let usual = usual.join(&name);
        // The socket is in there, so that it goes with the rest.
        let wanted = if socket_dir::has_room(&usual) {
            usual
        } else {
            Path::new("/tmp").join(name)
        };
        let (dir, account) = location::place(&wanted)?;
        let parent = Folder::trusted(dir.parent().unwrap_or(&dir), account)?;
        let folder = parent.make_folder(Path::new(dir.file_name().unwrap_or_default()))?;
        let cluster = Self {
            dir: dir.join(TEMPORARY),
            server: server.clone(),
            settings,
            account,
        };
        let start = || {
            // Nothing else knows of it, so there is no gate.
            guard::removed_if_killed(&dir, || create::create(&cluster, &folder))?;
            start::start(&cluster, Some(&dir))
        };
        match start() {
            Ok(running) => Ok((dir, running)),
            Err(error) => files::remove_dir_all(&dir).and(Err(error)),
        }
    }

    /// Where the cluster is. Not always in the wanted place: see the [module](self) about root.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Starts the server, or joins the one that another command has started, and returns when it
    /// accepts connections.
    ///
    /// A joined server keeps the settings it was started with.
    ///
    /// # Errors
    /// When the server cannot be started: [`Error::Start`] carries the end of its log.
    pub fn start(&self) -> Result<Running, Error> {
        let _gate = self.gate()?;
        start::start(self, None)
    }

    fn gate(&self) -> Result<Gate, Error> {
        Gate::wait(&self.dir, self.account)
    }

    fn data(&self) -> PathBuf {
        self.dir.join(DATA)
    }

    fn log(&self) -> PathBuf {
        self.dir.join(LOG)
    }

    fn folder(&self) -> Result<Folder, Error> {
        Folder::open(&self.dir, self.account)
    }

    /// The same in another directory.
    fn at(&self, dir: PathBuf) -> Self {
        Self {
            dir,
            ..self.clone()
        }
    }

    /// Removes one of the account's folders with everything in it.
    fn remove(&self, dir: &Path) -> Result<(), Error> {
        let program = Path::new("/bin/rm");
        let mut remove = self.account.command(program, Path::new("/"));
        create::run(remove.args(["-rf", "--"]).arg(dir), program).map(drop)
    }

    /// A data directory is readable only by the major version that made it.
    fn check_version(&self) -> Result<(), Error> {
        let data = self.folder()?.folder(Path::new(DATA))?;
        let found = data.read("PG_VERSION")?;
        if found.trim() == self.server.major() {
            return Ok(());
        }
        Err(Error::OtherVersion {
            dir: self.dir.clone(),
            found: found.trim().to_owned(),
            server: self.server.major().to_owned(),
        })
    }
}
