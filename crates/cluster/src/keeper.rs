//! The watchdog that stops a server when nothing uses it any longer.
//!
//! Each user of a cluster has a *ticket*, a file in `open/`, and a small shell process, its
//! *keeper*, that waits for the end of its standard input. That end comes when the user is done and
//! closes it, and just the same when the user is killed: so there is one way of stopping, and it is
//! always taken. The keeper removes its ticket and then the directory. Removing a directory
//! succeeds only when it is empty, and for one process only: that one is the last, and stops the
//! server.
//!
//! Where a server [stays](super::Settings::stays_for) for a while, the keeper of a user that has ended keeps the ticket for that long. That
//! ticket's lock is free, so whoever joins removes it, like those of killed users, and takes over with a new ticket.
//!
//! Whoever starts a server makes `open/`, whoever joins only adds a ticket. When that fails because
//! the directory is gone, the server is about to stop, and must not be joined.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use super::account::Account;
use super::create::run;
use super::files::{random_hex, remove_dir_all};
use super::safe::{Folder, is_missing};
use super::{Cluster, Error};

/// Arguments: the data directory, `open/`, the ticket, what to remove at the end, or nothing, and for how many seconds the server stays.
///
/// A line on standard input is the pid of a server that may not have written its `postmaster.pid` yet. If the starter was killed before it
/// could send that, the file exists a moment later. A server removes that file as its last action, so it also shows when the server is
/// gone: a pid does not, because it stays until the parent has waited for it.
const SCRIPT: &str = r#"
data=$1 open=$2 ticket=$3 remove=$4 stay=$5 server=
trap '' INT HUP TERM
while read -r line; do server=$line; done
while [ "$stay" -gt 0 ] && [ -e "$open/$ticket" ]; do
    sleep 1
    stay=$((stay - 1))
done
rm -f "$open/$ticket"
rmdir "$open" 2>/dev/null || exit 0
[ -n "$server" ] || [ -e "$data/postmaster.pid" ] || sleep 1
[ ! -e "$data/postmaster.pid" ] || read -r server <"$data/postmaster.pid"
if [ -n "$server" ] && kill -INT "$server" 2>/dev/null; then
    while [ -e "$data/postmaster.pid" ] && kill -0 "$server" 2>/dev/null; do sleep 0.01; done
fi
[ -z "$remove" ] || rm -rf "$remove"
"#;

/// Keeps the server running while it lives; dropping it stops the server if nothing else uses it.
#[derive(Debug)]
pub(super) struct Keeper {
    shell: Child,
    ticket: File,
    /// Whether it continues when its user has ended.
    stays: bool,
}

impl Keeper {
    /// The first user's keeper. The gate must be held, and no server run.
    pub(super) fn begin(
        cluster: &Cluster,
        folder: &Folder,
        remove: Option<&Path>,
    ) -> Result<Self, Error> {
        // A crash of the machine leaves tickets.
        remove_tickets(cluster, folder)?;
        let (name, ticket) = ticket(&folder.make_folder(Path::new(OPEN))?)?;
        Self::spawn(cluster, &name, ticket, remove)
    }

    /// A further user's keeper; nothing when the server is about to stop. The gate must be held.
    pub(super) fn join(
        cluster: &Cluster,
        folder: &Folder,
        remove: Option<&Path>,
    ) -> Result<Option<Self>, Error> {
        let taken = folder.folder(Path::new(OPEN)).and_then(|open| {
            let (name, ticket) = ticket(&open)?;
            Ok((open, name, ticket))
        });
        let (open, name, ticket) = match taken {
            Err(error) if is_missing(&error) => return Ok(None),
            other => other?,
        };
        remove_abandoned(&open, &name);
        Self::spawn(cluster, &name, ticket, remove).map(Some)
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
            .arg(cluster.dir.join(OPEN))
            .arg(name);
        let stay = cluster.settings.stay.as_secs();
        command
            .arg(remove.unwrap_or(Path::new("")))
            .arg(stay.to_string());
        // It outlives us by a moment: whoever reads our output to its end must not wait for it.
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let shell = command
            .spawn()
            .map_err(|cause| Error::Run { program, cause })?;
        Ok(Self {
            shell,
            ticket,
            stays: stay > 0,
        })
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
        // Before the keeper continues: if the ticket is locked, others assume that its user lives.
        let _unlocked = self.ticket.unlock();
        drop(self.shell.stdin.take());
        if !self.stays {
            // Whether the server has stopped shows at the next start; there is nobody to report it to now.
            let _ended = self.shell.wait();
        }
    }
}

/// The folder of tickets.
const OPEN: &str = "open";

/// A new ticket, locked for as long as its user lives.
fn ticket(open: &Folder) -> Result<(String, File), Error> {
    let name = random_hex(8)?;
    let file = open.create(&name)?;
    file.lock()
        .map_err(Error::io("lock", &open.path().join(&name)))?;
    Ok((name, file))
}

/// Removes the folder of tickets. What another account has created, that account removes: it cannot reach anything else.
fn remove_tickets(cluster: &Cluster, folder: &Folder) -> Result<(), Error> {
    let open = cluster.dir.join(OPEN);
    if folder.remove_empty(Path::new(OPEN)).is_ok() || folder.remove(OPEN).is_ok() {
        return Ok(());
    }
    match cluster.account {
        Account::Ours => remove_dir_all(&open),
        Account::Other { .. } => {
            let program = Path::new("/bin/rm");
            let mut remove = cluster.account.command(program, Path::new("/"));
            run(remove.args(["-rf", "--"]).arg(&open), program).map(drop)
        }
    }
}

/// Removes the tickets of users that were killed together with their keepers. Best effort: a keeper
/// may be doing the same.
fn remove_abandoned(open: &Folder, own: &str) {
    for name in open.names() {
        if name != own && !is_held(open, &name) {
            let _keeper_was_faster = open.remove(&name);
        }
    }
}

/// Whether a process has the cluster open, as far as is visible.
pub(super) fn is_in_use(folder: &Folder) -> bool {
    match folder.folder(Path::new(OPEN)) {
        Ok(open) => open.names().iter().any(|name| is_held(&open, name)),
        Err(error) => !is_missing(&error),
    }
}

/// Whether a ticket's user lives. Something that is not a ticket has no user.
fn is_held(open: &Folder, name: &str) -> bool {
    match open.file(name) {
        Ok(file) => file.try_lock().is_err(),
        // It is gone, or was never one.
        Err(_) => false,
    }
}
