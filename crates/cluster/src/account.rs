//! Who the server runs as, and a place that this account can reach.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest as _, Sha256};

use super::Error;
use super::files::hex;
use super::safe::{Folder, is_missing, our_uid};

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
    fn reaches(self, dir: &Path) -> bool {
        let mut command = self.command(Path::new("/bin/sh"), dir);
        command
            .args(["-c", ":"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

/// What the names of clusters begin with that are kept elsewhere than they were wanted.
pub(super) const PREFIX: &str = "pg-";

/// Where a cluster that is wanted in `wanted` goes, and who runs its server.
///
/// For anybody but root that is the wanted place and themselves. For root it is the owner of the
/// cluster that is there, or else the first account that [`unprivileged`] finds, and a place that
/// this account can reach.
pub(super) fn place(wanted: &Path) -> Result<(PathBuf, Account), Error> {
    let parent = wanted.parent().unwrap_or(wanted);
    fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
    if our_uid() != 0 {
        return Ok((wanted.to_owned(), Account::Ours));
    }
    if let Ok(found) = fs::symlink_metadata(wanted.join("data"))
        && found.is_dir()
        && found.uid() != 0
    {
        return Ok((
            wanted.to_owned(),
            Account::Other {
                uid: found.uid(),
                gid: found.gid(),
            },
        ));
    }
    let passwd =
        fs::read_to_string("/etc/passwd").map_err(Error::io("read", Path::new("/etc/passwd")))?;
    let account = unprivileged(&passwd).ok_or(Error::NoAccount)?;
    if account.reaches(parent) {
        return Ok((wanted.to_owned(), account));
    }
    let digest = Sha256::digest(wanted.as_os_str().as_encoded_bytes());
    let name = format!("{PREFIX}{}", &hex(&digest)[..16]);
    for shared in shared_dirs() {
        if account.reaches(&shared) {
            let dir = shared.join(&name);
            // What is in a folder for everybody, under a name that can be guessed, may be somebody else's.
            return match Folder::open(&dir, account) {
                Err(error) if !is_missing(&error) => Err(error),
                _ => Ok((dir, account)),
            };
        }
    }
    Err(Error::Io {
        action: "find a place that PostgreSQL's account can reach instead of",
        path: wanted.to_owned(),
        cause: io::ErrorKind::PermissionDenied.into(),
    })
}

/// The folders that everybody can write to, those first that survive a restart of the machine.
pub(super) fn shared_dirs() -> [PathBuf; 3] {
    ["/var/tmp".into(), std::env::temp_dir(), "/tmp".into()]
}

/// The account in the text of `/etc/passwd` that a server runs as when we are root.
fn unprivileged(passwd: &str) -> Option<Account> {
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
