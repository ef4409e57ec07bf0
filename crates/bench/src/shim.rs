//! Counting the Docker programs that a command starts: scripts that come first in the path, note the call and become the real program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The programs that are counted.
const PROGRAMS: [&str; 2] = ["docker", "docker-compose"];

/// Scripts in the place of the Docker programs.
///
/// What a plugin starts is not seen: `docker compose` of the second generation counts as one program. `docker-compose` of the first
/// starts `docker` for its `exec`, and that counts.
pub struct Shims {
    folder: PathBuf,
    log: PathBuf,
}

impl Shims {
    /// Writes the scripts to `folder`.
    pub fn new(folder: PathBuf) -> Result<Shims> {
        for program in PROGRAMS {
            let Some(real) = find(program) else { continue };
            let script = format!(
                "#!/bin/sh\nprintf '%s\\n' \"{program} $1\" >>\"$BENCH_LOG\"\nexec {} \"$@\"\n",
                quoted(&real)
            );
            let path = folder.join(program);
            fs::write(&path, script)?;
            make_executable(&path)?;
        }
        let log = folder.join("log");
        Ok(Shims { folder, log })
    }

    /// Puts the scripts before the real programs for a command and all that it starts.
    pub fn watch(&self, command: &mut Command) -> Result<()> {
        fs::write(&self.log, "")?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [self.folder.clone()]
            .into_iter()
            .chain(std::env::split_paths(&path));
        command
            .env("PATH", std::env::join_paths(folders)?)
            .env("BENCH_LOG", &self.log);
        Ok(())
    }

    /// The programs that were started since [`Shims::watch`], each with its first argument.
    pub fn started(&self) -> Result<Vec<String>> {
        let log = fs::read_to_string(&self.log).context("the scripts' log is gone")?;
        Ok(log.lines().map(str::to_owned).collect())
    }
}

/// The first program of this name in the path.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// A word for a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

fn make_executable(path: &Path) -> Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}
