//! A temporary cluster that processes of one user share under a name.
//!
//! The first process creates it, and the others join. A file in a folder that only the user can enter names the cluster, and that file's
//! lock is held meanwhile, so that two processes at once create one cluster. A cluster is never started a second time: if its server is
//! gone or about to stop, its keeper removes it, and a new one replaces it. So nothing ever needs what a keeper removes.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::account::{Account, our_uid};
use super::files::hex;
use super::gate::Held;
use super::location;
use super::memory::throwaway_dir;
use super::safe::{Folder, is_missing};
use super::start::Running;
use super::{Cluster, Error, Server, Settings, keeper, start};

/// What follows the name of a lock in the name of the file that says where its cluster is.
const PLACE: &str = ".at";

/// Joins the cluster that is shared under this name, or makes it.
pub(super) fn join_or_make(
    name: &str,
    server: &Server,
    settings: Settings,
) -> Result<Running, Error> {
    let name = digest(name);
    let names = names()?;
    let _held = Held::in_folder(&names, &name)?;
    let file = format!("{name}{PLACE}");
    if let Some(dir) = place(&names, &file) {
        if let Some(running) = join(&dir, server, &settings)? {
            return Ok(running);
        }
        remove_left_over(&dir, server, &settings);
    }
    sweep(&names, &file);
    let (dir, running) = Cluster::begin_temporary(server, settings)?;
    names.write(&file, &format!("{}\n", dir.display()))?;
    Ok(running)
}

/// The folder of the files that say where clusters are. Its place is where clusters are, so that both go when the machine restarts.
fn names() -> Result<Folder, Error> {
    let parent = Folder::trusted(&throwaway_dir(), Account::Ours)?;
    parent.make_folder(Path::new(&format!("pg-shared-{}", our_uid())))
}

/// The folder around the cluster that a file names.
fn place(names: &Folder, file: &str) -> Option<PathBuf> {
    let text = names.read(file).ok()?;
    Some(PathBuf::from(text.strip_suffix('\n')?))
}

/// Joins the cluster in `dir`, if its server is running and will keep running.
fn join(dir: &Path, server: &Server, settings: &Settings) -> Result<Option<Running>, Error> {
    let joined = at(dir, server, settings).and_then(|cluster| start::join(&cluster, dir));
    match joined {
        Err(error) if is_missing(&error) => Ok(None),
        other => other,
    }
}

/// Removes a cluster whose users and keepers were all killed, or went with the machine.
fn remove_left_over(dir: &Path, server: &Server, settings: &Settings) {
    let _stays = at(dir, server, settings).and_then(|cluster| {
        let folder = cluster.folder()?;
        if keeper::is_in_use(&folder) || start::is_alive(&cluster, &folder) {
            Ok(())
        } else {
            cluster.remove(dir)
        }
    });
    // If the server's account may not remove the folder itself, it leaves an empty one.
    let _not_empty = std::fs::remove_dir(dir);
}

/// Removes the files whose clusters are gone.
fn sweep(names: &Folder, own: &str) {
    let others = names.names().into_iter().filter(|name| name != own);
    for file in others.filter(|name| name.ends_with(PLACE)) {
        let is_gone = |names: &Folder| place(names, &file).is_none_or(|dir| !dir.exists());
        if !is_gone(names) {
            continue;
        }
        let lock = file.trim_end_matches(PLACE);
        // One that has the lock may be about to write another place.
        if let Ok(Some(_held)) = Held::in_folder_if_free(names, lock)
            && is_gone(names)
        {
            let _next_time = names.remove(&file);
        }
    }
}

fn at(dir: &Path, server: &Server, settings: &Settings) -> Result<Cluster, Error> {
    let (_, account) = location::place(&throwaway_dir().join("any"))?;
    Ok(Cluster {
        dir: dir.join(super::TEMPORARY),
        server: server.clone(),
        settings: settings.clone(),
        account,
    })
}

/// The name of a lock; every file system accepts it.
fn digest(name: &str) -> String {
    hex(&Sha256::digest(name))[..32].to_owned()
}
