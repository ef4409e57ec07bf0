//! The folder in which everything is measured: removed at the end, and what a killed run left of it at the next start.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The folder's name in the system's temporary one; it is always the same, so that nothing of a killed run stays for long.
const NAME: &str = "analytics-bench";

/// Variables that would lead a command to another database, or a server to other settings, than the bench means.
const FOREIGN: [&str; 8] = [
    "DATABASE_URL",
    "PGOPTIONS",
    "PGSERVICE",
    "PGHOSTADDR",
    "PGPASSFILE",
    "PSQLRC",
    "COMPOSE_FILE",
    "COMPOSE_PROFILES",
];

/// A separate folder, empty at first.
pub struct Scratch {
    dir: PathBuf,
    // Held as long as the bench runs: two at once would measure each other.
    _lock: File,
}

impl Scratch {
    /// Makes the folder; fails while another bench runs.
    pub fn new() -> Result<Scratch> {
        let temporary = std::env::temp_dir();
        // Docker labels a project with the folder's real path.
        let temporary = temporary.canonicalize().unwrap_or(temporary);
        let path = temporary.join(format!("{NAME}.lock"));
        let lock =
            File::create(&path).with_context(|| format!("failed to write {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("another bench runs on this machine"),
            Err(TryLockError::Error(error)) => {
                return Err(error).context(format!("failed to lock {}", path.display()));
            }
        }
        let dir = temporary.join(NAME);
        // It is there only if the last run was killed.
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir(&dir).with_context(|| format!("failed to create {}", dir.display()))?;
        Ok(Scratch { dir, _lock: lock })
    }

    /// Makes a folder in it and returns its path.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.dir.join(name);
        fs::create_dir_all(&path)
            .with_context(|| format!("failed to create {}", path.display()))?;
        Ok(path)
    }

    /// Makes a project folder with nothing but a place for the snapshot.
    pub fn project(&self, name: &str) -> Result<PathBuf> {
        self.folder(&format!("{name}/migrations"))?;
        self.folder(&format!("{name}/analytics-schema"))?;
        Ok(self.dir.join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next start.
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Writes `count` migrations that do next to nothing to `folder`, which it makes.
pub fn trivial_migrations(folder: &Path, count: usize) -> Result<()> {
    fs::create_dir_all(folder)?;
    for number in 1..=count {
        fs::write(
            folder.join(format!("{number:03}_trivial.sql")),
            "SELECT 1;\n",
        )?;
    }
    Ok(())
}

/// A program that runs in `dir` and sees only the databases that it is given.
pub fn command(program: impl AsRef<std::ffi::OsStr>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir);
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
}
