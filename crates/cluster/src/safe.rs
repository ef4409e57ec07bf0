//! Files in a folder that another account can write to, as root meets them.
//!
//! When root runs a cluster, its folder belongs to the server's account. That account can put a link in the place of any file in there at
//! any moment, so a path says nothing about what it leads to. Everything is therefore reached from a handle of the folder, no link is
//! followed, and owner and mode are changed on handles alone. What is written is a new file, which takes the place of whatever had its
//! name; what is read must be an ordinary file with one name, of the account.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::Error;
use super::account::{Account, our_uid};
use super::files::random_hex;

/// More than any file that is read from a cluster contains, except its log, of which only this much from the end is read.
const LONGEST: u64 = 64 << 10;

/// A handle of a folder.
#[derive(Debug)]
pub(super) struct Folder {
    handle: File,
    path: PathBuf,
    account: Account,
}

impl Folder {
    /// A folder whose place is the caller's choice: links on the way are followed, and anybody may own it.
    pub(super) fn trusted(path: &Path, account: Account) -> Result<Self, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = rustix::fs::open(path, flags, Mode::empty());
        Ok(Self {
            handle: handle.map_err(|cause| system("open", path, cause))?.into(),
            path: path.to_owned(),
            account,
        })
    }

    /// The account's folder at `path`. Where the account is not ours, a link is refused, and so is what belongs to others.
    pub(super) fn open(path: &Path, account: Account) -> Result<Self, Error> {
        let (Account::Other { .. }, Some(parent), Some(name)) =
            (account, path.parent(), path.file_name())
        else {
            return Self::trusted(path, account);
        };
        Self::trusted(parent, account)?.folder(Path::new(name))
    }

    /// The account's folder `name` in this one.
    pub(super) fn folder(&self, name: &Path) -> Result<Self, Error> {
        let folder = self.enter(name)?;
        if !self.account.is_owner(folder.owner()?) {
            return Err(self.refuse(name, FOLDER));
        }
        Ok(folder)
    }

    /// The account's folder `name` in this one, which only it can enter; created if it does not exist.
    pub(super) fn make_folder(&self, name: &Path) -> Result<Self, Error> {
        match rustix::fs::mkdirat(&self.handle, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(cause) => return Err(system("create", &self.path.join(name), cause)),
        }
        let folder = self.enter(name)?;
        // What root owns was created here, now or by a killed process: moving a folder of root requires write permission in it.
        if ![self.account.uid(), our_uid()].contains(&folder.owner()?) {
            return Err(self.refuse(name, FOLDER));
        }
        folder.account.own(&folder.handle, &folder.path)?;
        rustix::fs::fchmod(&folder.handle, Mode::RWXU)
            .map_err(|cause| system("change the mode of", &folder.path, cause))?;
        Ok(folder)
    }

    /// A new, empty file that only the account can read, in the place of whatever was called `name`: a link is replaced, and what it leads
    /// to stays as it was. A folder is refused.
    pub(super) fn create(&self, name: &str) -> Result<File, Error> {
        let path = self.path.join(name);
        let new = format!("{name}.new-{}", random_hex(6)?);
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.handle, &new, flags, Mode::RUSR | Mode::WUSR);
        let file = File::from(file.map_err(|cause| system("create", &path, cause))?);
        self.account.own(&file, &path)?;
        if let Err(cause) = rustix::fs::renameat(&self.handle, &new, &self.handle, name) {
            let _left_behind = rustix::fs::unlinkat(&self.handle, &new, AtFlags::empty());
            return Err(match cause {
                Errno::ISDIR | Errno::NOTEMPTY | Errno::EXIST => {
                    self.refuse(Path::new(name), "a file")
                }
                cause => system("create", &path, cause),
            });
        }
        Ok(file)
    }

    /// A new file with this text; see [`Folder::create`].
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        let mut file = self.create(name)?;
        file.write_all(text.as_bytes())
            .map_err(Error::io("write", &path))
    }

    /// The end of the account's file `name`, which is all of it but for a long log.
    pub(super) fn read(&self, name: &str) -> Result<String, Error> {
        let path = self.path.join(name);
        let mut file = self.file(name)?;
        let length = file.metadata().map_err(Error::io("read", &path))?.len();
        if length > LONGEST {
            std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(length - LONGEST))
                .map_err(Error::io("read", &path))?;
        }
        let mut bytes = Vec::new();
        file.take(LONGEST)
            .read_to_end(&mut bytes)
            .map_err(Error::io("read", &path))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The account's file `name`, open for reading and without waiting: a named pipe does not hold us up.
    pub(super) fn file(&self, name: &str) -> Result<File, Error> {
        let path = self.path.join(name);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            // A link, or a socket.
            Err(Errno::LOOP | Errno::MLINK | Errno::NXIO) => {
                return Err(self.refuse(Path::new(name), FILE));
            }
            Err(cause) => return Err(system("open", &path, cause)),
        };
        let found = file.metadata().map_err(Error::io("read", &path))?;
        let is_its_own = found.is_file() && found.nlink() == 1;
        if !is_its_own || !self.account.is_owner(found.uid()) {
            return Err(self.refuse(Path::new(name), FILE));
        }
        Ok(file)
    }

    /// Removes what is called `name`, and is no folder.
    pub(super) fn remove(&self, name: &str) -> Result<(), Error> {
        rustix::fs::unlinkat(&self.handle, name, AtFlags::empty())
            .map_err(|cause| system("remove", &self.path.join(name), cause))
    }

    /// Removes the folder `name` if there is one, and it is empty.
    pub(super) fn remove_empty(&self, name: &Path) -> Result<(), Error> {
        match rustix::fs::unlinkat(&self.handle, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(Errno::NOTDIR) => Err(self.refuse(name, "a folder, or nothing")),
            Err(cause) => Err(system("replace", &self.path.join(name), cause)),
        }
    }

    /// Gives what is called `from` the name `to`.
    pub(super) fn rename(&self, from: &Path, to: &Path) -> Result<(), Error> {
        rustix::fs::renameat(&self.handle, from, &self.handle, to)
            .map_err(|cause| system("create", &self.path.join(to), cause))
    }

    /// The names in here, as far as they can be read.
    pub(super) fn names(&self) -> Vec<String> {
        let Ok(entries) = Dir::read_from(&self.handle) else {
            return Vec::new();
        };
        let name = |entry: rustix::fs::DirEntry| entry.file_name().to_str().ok().map(str::to_owned);
        let names = entries.flatten().filter_map(name);
        names.filter(|name| name != "." && name != "..").collect()
    }

    /// Where it was opened.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn owner(&self) -> Result<u32, Error> {
        let found = self.handle.metadata();
        Ok(found.map_err(Error::io("read", &self.path))?.uid())
    }

    pub(super) fn handle(&self) -> &File {
        &self.handle
    }

    /// The folder `name` in here, whoever owns it.
    fn enter(&self, name: &Path) -> Result<Self, Error> {
        let path = self.path.join(name);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => Ok(Self {
                handle: handle.into(),
                path,
                account: self.account,
            }),
            Err(Errno::LOOP | Errno::MLINK | Errno::NOTDIR) => Err(self.refuse(name, FOLDER)),
            Err(cause) => Err(system("open", &path, cause)),
        }
    }

    /// The error for what is called `name`, which says what was found there.
    pub(super) fn refuse(&self, name: &Path, wanted: &'static str) -> Error {
        let found = match rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => {
                let target = rustix::fs::readlinkat(&self.handle, name, Vec::new());
                let target = target.ok().map(|it| it.to_string_lossy().into_owned());
                describe(
                    FileType::from_raw_mode(found.st_mode),
                    target.as_deref(),
                    found.st_nlink,
                    found.st_uid,
                )
            }
            Err(_) => "something that is gone now".to_owned(),
        };
        Error::Found {
            path: self.path.join(name),
            found,
            wanted,
        }
    }
}

const FILE: &str = "a file of the server's account with one name";
const FOLDER: &str = "a folder of the server's account";

/// What was found, in words.
fn describe(kind: FileType, target: Option<&str>, names: impl Into<u64>, owner: u32) -> String {
    let names = names.into();
    let what = match (kind, target) {
        (FileType::Symlink, Some(target)) => {
            format!("a symbolic link to `{}`", target.escape_debug())
        }
        (FileType::Symlink, None) => "a symbolic link".to_owned(),
        (FileType::Directory, _) => "a folder".to_owned(),
        (FileType::Fifo, _) => "a named pipe".to_owned(),
        (FileType::Socket, _) => "a socket".to_owned(),
        (FileType::RegularFile, _) if names > 1 => format!("a file with {names} names"),
        (FileType::RegularFile, _) => "a file".to_owned(),
        _ => "a device".to_owned(),
    };
    format!("{what}, owned by user {owner}")
}

/// Whether an error says that there is nothing of this name.
pub(super) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Io { cause, .. } if cause.kind() == ErrorKind::NotFound)
}

pub(super) fn system(action: &'static str, path: &Path, cause: Errno) -> Error {
    Error::io(action, path)(cause.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_described() {
        assert_eq!(
            describe(FileType::Symlink, Some("/etc/shadow\n"), 1_u64, 104),
            r"a symbolic link to `/etc/shadow\n`, owned by user 104"
        );
        assert_eq!(
            describe(FileType::RegularFile, None, 2_u64, 0),
            "a file with 2 names, owned by user 0"
        );
        assert_eq!(
            describe(FileType::Fifo, None, 1_u64, 104),
            "a named pipe, owned by user 104"
        );
    }
}
