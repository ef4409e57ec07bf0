//! The folder of the server's socket: in the cluster, unless a path in there is too long for a socket.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::files;
use super::location;
use super::safe::Folder;
use super::{Cluster, Error};

/// The longest path of a unix socket: macOS has room for 104 bytes with the final NUL, Linux for
/// 108.
const LONGEST_SOCKET: usize = 103;

/// Creates it if it does not exist; only the account can enter it. A folder that others have created under its name is refused.
pub(super) fn make(cluster: &Cluster, folder: &Folder) -> Result<PathBuf, Error> {
    let near = cluster.dir.join("run");
    if fits(&near) {
        folder.make_folder(Path::new("run"))?;
        return Ok(near);
    }
    let digest = Sha256::digest(cluster.dir.as_os_str().as_encoded_bytes());
    let name = format!("pg-{}-run", &files::hex(&digest)[..16]);
    let short = location::shared_dirs()
        .into_iter()
        .find(|dir| fits(&dir.join(&name)));
    let parent = short.unwrap_or_else(|| "/tmp".into());
    let made = Folder::trusted(&parent, cluster.account)?.make_folder(Path::new(&name))?;
    Ok(made.path().to_owned())
}

/// Whether a socket in this directory has a path that the system takes.
fn fits(dir: &Path) -> bool {
    dir.as_os_str().len() + "/.s.PGSQL.65535".len() <= LONGEST_SOCKET
}

/// Whether a temporary cluster below `dir` can have its socket in itself.
pub(super) fn has_room(dir: &Path) -> bool {
    fits(&dir.join("cluster/run"))
}
