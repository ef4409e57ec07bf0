//! Who the server runs as.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::fs::{Gid, Uid};

use super::Error;

/// The account that runs the server: ours, unless we are root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    Ours,
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// A command that runs as this account, in `dir`, and unmoved by the caller's PostgreSQL
    /// variables and by keys pressed at its terminal.
    pub(super) fn command(self, program: &Path, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(dir)
            .stdin(Stdio::null())
            .process_group(0)
            .env("LC_ALL", "C");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Whether this account can work in `dir`. It is tried, since only the system knows about
    /// access lists and namespaces.
    pub(super) fn reaches(self, dir: &Path) -> bool {
        let mut command = self.command(Path::new("/bin/sh"), dir);
        command
            .args(["-c", ":"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Makes this account the owner of what the handle is open on.
    pub(super) fn own(self, handle: &File, path: &Path) -> Result<(), Error> {
        let Self::Other { uid, gid } = self else {
            return Ok(());
        };
        let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
        rustix::fs::fchown(handle, Some(uid), Some(gid))
            .map_err(|cause| Error::io("change the owner of", path)(cause.into()))
    }

    pub(super) fn uid(self) -> u32 {
        match self {
            Self::Ours => our_uid(),
            Self::Other { uid, .. } => uid,
        }
    }

    /// Whether what belongs to this user is the account's. Nobody is kept out of what they run themselves, whoever owns it.
    pub(super) fn is_owner(self, uid: u32) -> bool {
        self == Self::Ours || uid == self.uid()
    }
}

/// The account in the text of `/etc/passwd` that a server runs as when we are root.
pub(super) fn unprivileged(passwd: &str) -> Option<Account> {
    ["postgres", "nobody"].iter().find_map(|wanted| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            (name == *wanted && uid != 0).then_some(Account::Other { uid, gid })
        })
    })
}

/// The user that we act as.
pub(super) fn our_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_runs_the_server_as_postgres_or_else_as_nobody() {
        let nobody = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533:nobody:/:/bin/false\n";
        let both = format!("{nobody}postgres:x:101:104::/var/lib/postgresql:/bin/bash\n");
        assert_eq!(
            unprivileged(&both),
            Some(Account::Other { uid: 101, gid: 104 })
        );
        assert_eq!(
            unprivileged(nobody),
            Some(Account::Other {
                uid: 65534,
                gid: 65533
            })
        );
        assert_eq!(unprivileged("postgres:x:0:0::/:/bin/sh\nnonsense\n"), None);
    }
}
