//! The lock that says who may create, start and join a cluster.
//!
//! It is a file that is locked. Root's is in a folder that only root can enter: one in the cluster's folder, or beside it in a shared
//! folder, could be replaced or held for ever by others. For other users it is `<directory>.lock` beside the cluster. If root runs a
//! cluster in another user's folder, and that user may run it too, both locks are taken, the user's for a limited time.

use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::Error;
use super::account::{Account, our_uid};
use super::files::{hex, with_suffix};
use super::safe::{Folder, system};

/// Where root's folder of locks can be, first those that a restart of the machine empties.
const PLACES: [&str; 4] = ["/run", "/var/run", "/var/lib", "/root"];
/// Its name.
const NAME: &str = "pg-gates";
/// How long root waits for a user's lock: longer than a server may take to start.
const PATIENCE: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(10);

/// The lock, for as long as the value lives, or its process.
#[derive(Debug)]
pub(super) struct Gate {
    _held: Vec<Held>,
}

impl Gate {
    /// Waits for the lock of the cluster in `dir`.
    pub(super) fn wait(dir: &Path, account: Account) -> Result<Self, Error> {
        let Account::Other { uid, .. } = account else {
            let lock = beside(dir)?;
            return Ok(Self {
                _held: vec![lock.wait(Account::Ours)?],
            });
        };
        let mut held = vec![root_s(dir)?.wait(Account::Ours)?];
        let lock = beside(dir)?;
        // Elsewhere only root creates a cluster.
        if lock.folder.owner()? == uid {
            held.push(lock.wait_for(account, PATIENCE)?);
        }
        Ok(Self { _held: held })
    }

    /// The lock of root's cluster in `dir`, in a shared folder, if it is free.
    pub(super) fn if_free(dir: &Path, account: Account) -> Result<Option<Self>, Error> {
        let Account::Other { .. } = account else {
            return Ok(None);
        };
        let held = root_s(dir)?.now()?;
        Ok(held.map(|held| Self { _held: vec![held] }))
    }
}

/// Removes the files of root's free locks: a killed process leaves its file. Such a file does no harm, because the next process locks it as
/// it is.
pub(super) fn sweep(account: Account) {
    if let Account::Other { .. } = account
        && let Ok(folder) = root_s_folder(&PLACES.map(Path::new))
    {
        sweep_folder(&folder);
    }
}

fn sweep_folder(folder: &Folder) {
    let is_lock = |name: &String| name.len() == 32 && name.bytes().all(|it| it.is_ascii_hexdigit());
    for name in folder.names().into_iter().filter(is_lock) {
        // The holder removes a held one; a free one is removed with the value.
        let _next_time = Held::in_folder_if_free(folder, &name);
    }
}

/// A file to be locked.
#[derive(Debug)]
struct Lock {
    folder: Folder,
    name: String,
    /// Whether the file goes when the lock is given up: where others cannot put anything in its place.
    is_removed: bool,
}

/// A lock that is held.
#[derive(Debug)]
pub(super) struct Held {
    lock: Lock,
    file: File,
}

impl Held {
    /// Waits for the lock of this name in a folder that only we can enter.
    pub(super) fn in_folder(folder: &Folder, name: &str) -> Result<Self, Error> {
        closed(folder, name)?.wait(Account::Ours)
    }

    /// The same if the lock is free.
    pub(super) fn in_folder_if_free(folder: &Folder, name: &str) -> Result<Option<Self>, Error> {
        closed(folder, name)?.now()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Who waits for it notices, and makes another.
        if self.lock.is_removed {
            let _stays = self.lock.folder.remove(&self.lock.name);
        }
        // Closing is not enough: a process that another thread is just forking still holds the
        // file, and the lock with it, until it has become another program.
        let _closing_unlocks_too = self.file.unlock();
    }
}

/// `<directory>.lock`, for whoever runs the cluster themselves.
fn beside(dir: &Path) -> Result<Lock, Error> {
    let path = with_suffix(dir, ".lock");
    let parent = path.parent().unwrap_or(&path);
    let name = path.file_name().unwrap_or_default();
    Ok(Lock {
        folder: Folder::trusted(parent, Account::Ours)?,
        name: name.to_string_lossy().into_owned(),
        is_removed: false,
    })
}

/// A file in a folder that only we can enter.
fn closed(folder: &Folder, name: &str) -> Result<Lock, Error> {
    Ok(Lock {
        folder: Folder::trusted(folder.path(), Account::Ours)?,
        name: name.to_owned(),
        is_removed: true,
    })
}

/// A file in the folder that only root can enter.
fn root_s(dir: &Path) -> Result<Lock, Error> {
    // One cluster has one lock, by whatever path it is reached.
    let parent = dir.parent().and_then(|it| it.canonicalize().ok());
    let dir: PathBuf = match (parent, dir.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => dir.to_owned(),
    };
    let digest = Sha256::digest(dir.as_os_str().as_encoded_bytes());
    Ok(Lock {
        folder: root_s_folder(&PLACES.map(Path::new))?,
        name: hex(&digest)[..32].to_owned(),
        is_removed: true,
    })
}

/// The folder of locks in the first of these places that root alone can write to.
fn root_s_folder(places: &[&Path]) -> Result<Folder, Error> {
    let mut first = None;
    for place in places {
        let made = Folder::trusted(place, Account::Ours).and_then(|parent| {
            let found = parent.handle().metadata();
            let found = found.map_err(Error::io("read", place))?;
            if found.uid() != our_uid() || found.mode() & 0o022 != 0 {
                return Err(parent.refuse(Path::new("."), "a folder that root alone can write to"));
            }
            let folder = parent.make_folder(Path::new(NAME))?;
            if folder.owner()? == our_uid() {
                Ok(folder)
            } else {
                Err(parent.refuse(Path::new(NAME), "a folder of root's"))
            }
        });
        match made {
            Ok(folder) => return Ok(folder),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(Error::NoAccount))
}

impl Lock {
    fn wait(self, account: Account) -> Result<Held, Error> {
        let path = self.folder.path().join(&self.name);
        loop {
            let file = self.open(account)?;
            file.lock().map_err(Error::io("lock", &path))?;
            if self.is_still(&file) {
                return Ok(Held { lock: self, file });
            }
        }
    }

    fn wait_for(self, account: Account, patience: Duration) -> Result<Held, Error> {
        let path = self.folder.path().join(&self.name);
        let deadline = Instant::now() + patience;
        loop {
            let file = self.open(account)?;
            match file.try_lock() {
                Ok(()) if self.is_still(&file) => return Ok(Held { lock: self, file }),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(cause)) => return Err(Error::io("lock", &path)(cause)),
            }
            if Instant::now() > deadline {
                return Err(Error::Held { path, patience });
            }
            thread::sleep(POLL);
        }
    }

    fn now(self) -> Result<Option<Held>, Error> {
        let file = self.open(Account::Ours)?;
        let is_free = file.try_lock().is_ok() && self.is_still(&file);
        Ok(is_free.then(|| Held { lock: self, file }))
    }

    /// Opens the file, which is made for the account if needed. No link is followed, and nothing is waited for.
    fn open(&self, account: Account) -> Result<File, Error> {
        let path = self.folder.path().join(&self.name);
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let create = flags | OFlags::CREATE | OFlags::EXCL;
        let (made, is_new) =
            match rustix::fs::openat(self.folder.handle(), &self.name, create, mode) {
                Err(Errno::EXIST) => {
                    let flags = flags | OFlags::CREATE;
                    let found = rustix::fs::openat(self.folder.handle(), &self.name, flags, mode);
                    (found, false)
                }
                made => (made, true),
            };
        let wanted = "a lock file with one name";
        let file = match made {
            Ok(file) => File::from(file),
            Err(Errno::LOOP | Errno::MLINK | Errno::ISDIR | Errno::NXIO) => {
                return Err(self.folder.refuse(Path::new(&self.name), wanted));
            }
            Err(cause) => return Err(system("open", &path, cause)),
        };
        let found = file.metadata().map_err(Error::io("read", &path))?;
        if is_new {
            account.own(&file, &path)?;
        } else if !found.is_file() || found.nlink() > 1 || !account.is_owner(found.uid()) {
            return Err(self.folder.refuse(Path::new(&self.name), wanted));
        }
        Ok(file)
    }

    /// Whether the name still leads to this file, which the one who held it before may have removed.
    fn is_still(&self, file: &File) -> bool {
        let named = rustix::fs::statat(self.folder.handle(), &self.name, AtFlags::SYMLINK_NOFOLLOW);
        let ours = rustix::fs::fstat(file);
        matches!((named, ours), (Ok(a), Ok(b)) if (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::files::random_hex;

    #[test]
    fn a_lock_that_somebody_holds_is_given_up_on_and_named() {
        let dir = std::env::temp_dir().join(format!("gate-{}", random_hex(6).unwrap()));
        fs::create_dir(&dir).unwrap();
        let holder = beside(&dir.join("pg"))
            .unwrap()
            .wait(Account::Ours)
            .unwrap();
        let patience = Duration::from_millis(50);
        let error = beside(&dir.join("pg"))
            .unwrap()
            .wait_for(Account::Ours, patience)
            .unwrap_err();
        let text = format!("{error}\nnext: {}", error.next().unwrap());
        let path = dir.join("pg.lock").display().to_string();
        assert_eq!(
            text.replace(&path, "[lock]"),
            "`[lock]` has been locked by another process for 0 s\nnext: end the process that holds it: `fuser -v [lock]` shows it"
        );
        drop(holder);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn files_of_locks_that_nobody_holds_are_removed_and_others_stay() {
        let dir = std::env::temp_dir().join(format!("gates-{}", random_hex(6).unwrap()));
        fs::create_dir(&dir).unwrap();
        let lock = |name: &str| Lock {
            folder: Folder::trusted(&dir, Account::Ours).unwrap(),
            name: name.to_owned(),
            is_removed: true,
        };
        let (left, used) = ("0".repeat(32), "1".repeat(32));
        fs::write(dir.join("notes"), "").unwrap();
        lock(&left).open(Account::Ours).unwrap();
        let held = lock(&used).wait(Account::Ours).unwrap();
        sweep_folder(&Folder::trusted(&dir, Account::Ours).unwrap());
        let mut names: Vec<_> = Folder::trusted(&dir, Account::Ours).unwrap().names();
        names.sort();
        assert_eq!(names, [used.as_str(), "notes"]);
        drop(held);
        // One that a killed process left is locked as it is.
        lock(&left).open(Account::Ours).unwrap();
        drop(lock(&left).wait(Account::Ours).unwrap());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_folder_for_everybody_is_no_place_for_root_s_locks() {
        let dir = std::env::temp_dir().join(format!("gates-{}", random_hex(6).unwrap()));
        let (open, closed) = (dir.join("open"), dir.join("closed"));
        for (path, mode) in [(&dir, 0o755), (&open, 0o777), (&closed, 0o755)] {
            fs::create_dir(path).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
            fs::set_permissions(path, mode).unwrap();
        }
        let folder = root_s_folder(&[&open, &closed]).unwrap();
        assert_eq!(folder.path(), closed.join(NAME));
        assert_eq!(fs::metadata(folder.path()).unwrap().mode() & 0o777, 0o700);
        let error = root_s_folder(&[&open]).unwrap_err().to_string();
        assert!(
            error.contains("a folder that root alone can write to"),
            "{error}"
        );
        fs::remove_dir_all(&dir).unwrap();
    }
}
