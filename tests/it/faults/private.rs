//! A test's own server, which may be crashed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, Once};
use std::thread;

use cluster::{Cluster, Running, Settings, throwaway_dir};
use postgres::{Client, NoTls};

use super::plan::Plan;
use super::target::Target;
use crate::support::{eventually, is_gone};

/// The name of each server's folder begins so, followed by the test process's pid.
const PREFIX: &str = "it-pg-";

static REMOVED_ABANDONED: Once = Once::new();

/// Removes what killed test runs have left; their servers have stopped.
fn remove_abandoned() {
    for entry in fs::read_dir(throwaway_dir())
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('-').next());
        if pid.is_some_and(is_gone) {
            let _somebody_else_does = fs::remove_dir_all(entry.path());
        }
    }
}

/// A private server, removed at the end.
pub struct Private {
    cluster: Cluster,
    running: Mutex<Option<Running>>,
    dir: PathBuf,
    url: String,
}

impl Private {
    /// A server, or nothing and a word about it when none is installed.
    pub fn start(test: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let installed = testkit::server(test)?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        REMOVED_ABANDONED.call_once(remove_abandoned);
        let dir = throwaway_dir().join(format!("{PREFIX}{}-{count}", std::process::id()));
        // A commit that was acknowledged has to survive the crash of the server.
        let settings = Settings::throwaway().option("synchronous_commit", "on");
        let cluster = Cluster::open(&dir.join("cluster"), &installed, settings).unwrap();
        let running = cluster.start().unwrap();
        Some(Self {
            url: running.url("postgres"),
            cluster,
            running: Mutex::new(Some(running)),
            dir,
        })
    }

    /// The URL of its database `postgres`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder that holds it.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The target for every kind of step on this server.
    pub fn target(&self) -> Target {
        let plan = Plan::every_step(&mut self.client());
        Target::by_url(&self.url, plan)
    }

    /// A connection to its database `postgres`.
    pub fn client(&self) -> Client {
        Client::connect(&self.url, NoTls).unwrap()
    }

    /// What `pg_ctl stop -m immediate` does, which itself refuses to run as root; then a start.
    pub fn crash(&self) {
        self.restart("QUIT");
    }

    /// What `pg_ctl restart -m fast` does.
    pub fn restart_fast(&self) {
        self.restart("INT");
    }

    fn restart(&self, by: &str) {
        let file = self.cluster.dir().join("data/postmaster.pid");
        let text = fs::read_to_string(&file).unwrap();
        signal(by, text.lines().next().unwrap().parse().unwrap());
        // It is the last thing that a server removes.
        eventually("the server stops", || !file.exists());
        let mut running = self.running.lock().unwrap();
        let again = self.cluster.start().unwrap();
        assert_eq!(again.url("postgres"), self.url);
        // The first one's keeper leaves the new server alone.
        *running = Some(again);
    }

    /// Kills one backend, at which the server ends all the others and starts over.
    pub fn kill_backend(&self, pid: u32) {
        let mut witness = self.client();
        signal("KILL", pid);
        eventually("the server notices", || {
            witness.batch_execute("SELECT 1").is_err()
        });
        eventually("the server comes back", || {
            Client::connect(&self.url, NoTls).is_ok()
        });
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        drop(self.running.lock().unwrap().take());
        let removed = fs::remove_dir_all(&self.dir);
        // A panic on top of a failed test's would end the whole run.
        assert!(removed.is_ok() || thread::panicking(), "{removed:?}");
    }
}

/// Sends a signal, which the standard library has no call for.
pub fn signal(name: &str, pid: u32) {
    let status = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success(), "kill -{name} {pid}: {status}");
}
