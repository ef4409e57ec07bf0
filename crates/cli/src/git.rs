//! What git knows about the project's files, for advice that depends on it. Nothing without git, or outside a repository.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The files below a folder that git tracks.
pub fn tracked(folder: &Path) -> Vec<PathBuf> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let listed = duct::cmd!("git", "-C", folder, "ls-files", "-z")
        .stderr_null()
        .stdout_capture()
        .unchecked()
        .run();
    let Ok(output) = listed else {
        return Vec::new();
    };
    let names = output.stdout.split(|&byte| byte == 0);
    let names = names.filter(|name| output.status.success() && !name.is_empty());
    names.map(|name| folder.join(os_str(name))).collect()
}

/// Whether the current folder is in a repository, and git is installed.
pub fn is_here() -> bool {
    let asked = duct::cmd!("git", "rev-parse", "--is-inside-work-tree")
        .stderr_null()
        .stdout_null()
        .unchecked()
        .run();
    asked.is_ok_and(|output| output.status.success())
}

/// Whether git tracks a file.
pub fn tracks(file: &Path) -> bool {
    let folder = file.parent().unwrap_or(Path::new(""));
    let name = file.file_name();
    tracked(folder)
        .iter()
        .any(|tracked| tracked.file_name() == name && name.is_some())
}

#[cfg(unix)]
fn os_str(bytes: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}
