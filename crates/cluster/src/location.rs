//! Where a cluster is kept: a place that the account of its server can reach.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Error;
use super::account::{Account, our_uid, unprivileged};
use super::files::hex;
use super::safe::{Folder, is_missing};

/// What the names of clusters begin with that are kept elsewhere than they were wanted.
pub(super) const PREFIX: &str = "pg-";

/// Where a cluster that is wanted in `wanted` goes, and who runs its server.
///
/// For users other than root that is the wanted place and themselves. For root it is the owner of the existing cluster, or else the first
/// account that [`unprivileged`] finds, and a place that this account can reach.
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
            // A file in a shared folder with a guessable name may be somebody else's.
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
