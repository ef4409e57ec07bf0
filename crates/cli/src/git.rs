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

/// The full name of the commit that a revision is; `None` if it is none, or without git.
pub fn commit(folder: &Path, revision: &str) -> Option<String> {
    let commit = format!("{revision}^{{commit}}");
    let asked = [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &commit,
    ];
    answer(folder, &asked).map(|it| it.trim().to_owned())
}

/// Where the current branch left the main one.
pub struct LeftMain {
    /// The main branch.
    pub main: &'static str,
    pub commit: String,
}

/// Where a main branch may be, the server's first.
const MAIN: &[&str] = &[
    "origin/HEAD",
    "origin/main",
    "origin/master",
    "main",
    "master",
];

/// `None` without git or a main branch.
pub fn left_main_at(folder: &Path) -> Option<LeftMain> {
    MAIN.iter().find_map(|main| {
        let commit = answer(folder, &["merge-base", "HEAD", main])?;
        Some(LeftMain {
            main,
            commit: commit.trim().to_owned(),
        })
    })
}

/// The files of a folder that differ from the main branch.
pub struct Changed {
    /// The main branch.
    pub main: &'static str,
    /// New and changed files.
    pub files: Vec<PathBuf>,
}

/// What is new or changed in a folder since its branch left the main one, committed or not; `None` without git or a main branch.
pub fn changed_since_main(folder: &Path) -> Option<Changed> {
    let left = left_main_at(folder)?;
    let since = [
        "diff",
        "--name-only",
        "-z",
        "--relative",
        &left.commit,
        "--",
        ".",
    ];
    let mut names = answer(folder, &since)?;
    names += &answer(
        folder,
        &["ls-files", "-z", "--others", "--exclude-standard"],
    )?;
    let names = names.split('\0').filter(|name| !name.is_empty());
    Some(Changed {
        main: left.main,
        files: names.map(|name| folder.join(name)).collect(),
    })
}

/// The text of a file as it is in a revision, by its path in a folder that is here; `None` if it is not there.
pub fn text_at(revision: &str, folder: &Path, file: &Path) -> Option<String> {
    let name = file.to_str()?;
    answer(
        folder,
        &["show", "--end-of-options", &format!("{revision}:./{name}")],
    )
}

/// The files with this extension in a folder of a revision: names and texts. Those that are not UTF-8 are left out.
pub fn texts_at(revision: &str, folder: &Path, extension: &str) -> Vec<(String, String)> {
    let list = [
        "ls-tree",
        "--name-only",
        "-z",
        "--end-of-options",
        revision,
        "./",
    ];
    let names = answer(folder, &list).unwrap_or_default();
    let is_wanted = |name: &&str| Path::new(name).extension() == Some(OsStr::new(extension));
    let names = names.split('\0').filter(is_wanted);
    let text = |name: &str| Some((name.to_owned(), text_at(revision, folder, Path::new(name))?));
    names.filter_map(text).collect()
}

/// The path that a file had in a revision, if it was moved since. Both are paths in a folder that is here.
pub fn moved_since(revision: &str, folder: &Path, file: &Path) -> Option<PathBuf> {
    let moved = [
        "diff",
        "-z",
        "--relative",
        "--name-status",
        "--find-renames=30%",
        "--diff-filter=R",
        revision,
        "--",
    ];
    let listed = answer(folder, &moved)?;
    let mut words = listed.split('\0');
    while let (Some(_), Some(from), Some(to)) = (words.next(), words.next(), words.next()) {
        if Path::new(to) == file {
            return Some(from.into());
        }
    }
    None
}

/// What a git command prints in a folder; `None` if it fails.
fn answer(folder: &Path, arguments: &[&str]) -> Option<String> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let all = [OsStr::new("-C"), folder.as_os_str()];
    let all = all.into_iter().chain(arguments.iter().map(OsStr::new));
    let asked = duct::cmd("git", all)
        .stderr_null()
        .stdout_capture()
        .unchecked()
        .run();
    let output = asked.ok().filter(|it| it.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// Where a folder is below the root of its repository; `None` without git, or outside a repository.
pub fn path_in_repository(folder: &Path) -> Option<PathBuf> {
    let prefix = answer(folder, &["rev-parse", "--show-prefix"])?;
    Some(PathBuf::from(prefix.strip_suffix('\n').unwrap_or(&prefix)))
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
