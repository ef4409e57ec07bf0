//! The watchdog that stops a server when nobody uses it any more.
//!
//! Each user of a cluster has a *ticket*, a file in `open/`, and a small shell process, its
//! *keeper*, that waits for the end of its standard input. That end comes when the user is done and
//! closes it, and just the same when the user is killed: so there is one way of stopping, and it is
//! always taken. The keeper removes its ticket and then the directory. Removing a directory
//! succeeds only when it is empty, and for one process only: that one is the last, and stops the
//! server.
//!
//! Whoever starts a server makes `open/`, whoever joins only adds a ticket. When that fails because
//! the directory is gone, the server is about to stop, and must not be joined.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use super::files::{create_private_dir, random_hex, remove_dir_all};
use super::{Cluster, Error};

/// Arguments: the data directory, `open/`, the ticket, and what to remove at the end, or nothing.
///
/// A line on standard input is the pid of a server that may not have written its `postmaster.pid`
/// yet. If the starter was killed before it could send that, the file is there a moment later. That
/// file, which a server removes as the last thing it does, also tells when the server is gone: a
/// pid would not, as it stays until the parent has asked for it.
const SCRIPT: &str = r#"
data=$1 open=$2 ticket=$3 remove=$4 server=
trap '' INT HUP TERM
while read -r line; do server=$line; done
rm -f "$open/$ticket"
rmdir "$open" 2>/dev/null || exit 0
[ -n "$server" ] || [ -e "$data/postmaster.pid" ] || sleep 1
[ ! -e "$data/postmaster.pid" ] || read -r server <"$data/postmaster.pid"
if [ -n "$server" ] && kill -INT "$server" 2>/dev/null; then
    while [ -e "$data/postmaster.pid" ] && kill -0 "$server" 2>/dev/null; do sleep 0.01; done
fi
[ -z "$remove" ] || rm -rf "$remove"
"#;

/// Keeps the server running as long as it lives, and stops it on drop if nobody else does.
#[derive(Debug)]
pub(super) struct Keeper {
    shell: Child,
    ticket: File,
}

impl Keeper {
    /// The first user's keeper. The gate must be held, and no server run.
    pub(super) fn begin(cluster: &Cluster, remove: Option<&Path>) -> Result<Self, Error> {
        let open = open_dir(cluster);
        // A crash of the machine leaves tickets.
        remove_dir_all(&open)?;
        create_private_dir(&open)?;
        cluster.account.own(&open)?;
        let (name, ticket) = ticket(&open)?;
        Self::spawn(cluster, &name, ticket, remove)
    }

    /// A further user's keeper; nothing when the server is about to stop. The gate must be held.
    pub(super) fn join(cluster: &Cluster) -> Result<Option<Self>, Error> {
        let open = open_dir(cluster);
        let (name, ticket) = match ticket(&open) {
            Err(Error::Io { cause, .. }) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        remove_abandoned(&open, &name);
        Self::spawn(cluster, &name, ticket, None).map(Some)
    }

    fn spawn(
        cluster: &Cluster,
        name: &str,
        ticket: File,
        remove: Option<&Path>,
    ) -> Result<Self, Error> {
        let program = PathBuf::from("/bin/sh");
        let mut command = cluster.account.command(&program, Path::new("/"));
        command
            .args(["-c", SCRIPT, "keeper"])
            .arg(cluster.data())
            .arg(open_dir(cluster))
            .arg(name);
        command.arg(remove.unwrap_or(Path::new("")));
        // It outlives us by a moment: whoever reads our output to its end must not wait for it.
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let shell = command
            .spawn()
            .map_err(|cause| Error::Run { program, cause })?;
        Ok(Self { shell, ticket })
    }

    /// Says which process to stop.
    pub(super) fn watch(&mut self, server: u32) -> Result<(), Error> {
        let Some(stdin) = self.shell.stdin.as_mut() else {
            return Ok(());
        };
        writeln!(stdin, "{server}")
            .map_err(Error::io("write to the keeper, ", Path::new("/bin/sh")))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // Whether the server has stopped shows at the next start; there is nobody to tell now.
        let _ended = self.shell.wait();
        let _unlocked = self.ticket.unlock();
    }
}

fn open_dir(cluster: &Cluster) -> PathBuf {
    cluster.dir.join("open")
}

/// A new ticket, locked for as long as its user lives.
fn ticket(open: &Path) -> Result<(String, File), Error> {
    let name = random_hex(8)?;
    let path = open.join(&name);
    let file = File::create_new(&path).map_err(Error::io("create", &path))?;
    file.lock().map_err(Error::io("lock", &path))?;
    Ok((name, file))
}

/// Removes the tickets of users that were killed together with their keepers. Best effort: a keeper
/// may be doing the same.
fn remove_abandoned(open: &Path, own: &str) {
    let Ok(entries) = fs::read_dir(open) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name() != own
            && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
        {
            let _keeper_was_faster = fs::remove_file(entry.path());
        }
    }
}
