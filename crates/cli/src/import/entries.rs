//! What lies below a folder, read within bounds: a folder that was named by mistake, or a file without an end, comes to an end at once.

use std::fs;
use std::path::{Path, PathBuf};

use migrator::source;

use super::folder::Entry;
use crate::failure::{Code, Failure};

/// How many files and folders are looked at.
const MOST: usize = 20_000;

/// How many folders lie in one another: Flyway's are the deepest. A link to a folder above would have no end.
const DEEPEST: usize = 8;

/// A file: where it is, and its path below the folder, with `/`.
struct Found {
    path: PathBuf,
    shown: String,
}

/// The files below a folder in the order of their paths, with the texts of those that may be migrations; names that begin with a dot are
/// ignored. Files that cannot be read as text are problems.
pub fn collect(dir: &Path, problems: &mut Vec<String>) -> Result<Vec<Entry>, Failure> {
    let mut walk = Walk {
        dir,
        left: MOST,
        found: Vec::new(),
    };
    walk.list(dir, "", DEEPEST)?;
    let entry = |Found { path, shown }| match text(&path) {
        Ok(text) => Some(Entry { path: shown, text }),
        Err(problem) => {
            problems.push(format!("{shown}{problem}"));
            None
        }
    };
    Ok(walk.found.into_iter().filter_map(entry).collect())
}

struct Walk<'a> {
    dir: &'a Path,
    /// How many more files and folders are looked at.
    left: usize,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn list(&mut self, dir: &Path, below: &str, deep: usize) -> Result<(), Failure> {
        let failed = |error| unreadable(Code::Failed, dir, &format!("{error}"));
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(dir).map_err(failed)? {
            self.left = self.left.checked_sub(1).ok_or_else(|| {
                let why =
                    format!("more than {MOST} files and folders: it is not a folder of migrations");
                unreadable(Code::Usage, self.dir, &why)
            })?;
            paths.push(entry.map_err(failed)?.path());
        }
        paths.sort_unstable();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            let shown = format!("{below}{name}");
            if path.is_dir() {
                let deep = deep.checked_sub(1).ok_or_else(|| {
                    let why = format!("folders are nested more than {DEEPEST} deep");
                    unreadable(Code::Usage, &path, &why)
                })?;
                self.list(&path, &format!("{shown}/"), deep)?;
            } else {
                self.found.push(Found { path, shown });
            }
        }
        Ok(())
    }
}

/// A folder that is not searched; one that was named by mistake is wrong usage.
fn unreadable(code: Code, path: &Path, why: &str) -> Failure {
    Failure::new(code, format!("{}: {why}", path.display()))
        .note("state", "no file was created")
        .next("name the folder of the other tool's files")
}

/// The text as a migration has it, of what may be one; the error is a place and what is wrong there.
fn text(path: &Path) -> Result<String, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    if !name.ends_with(".sql") && name != "metadata.toml" {
        return Ok(String::new());
    }
    let content = source::read_file(path).map_err(|error| format!(": {error}"))?;
    let file = source::File::new(Path::new("001_a.sql"), content);
    file.map(|file| file.text).map_err(|error| match error {
        source::Error::Utf8 { line, column, .. } => format!(":{line}:{column}: invalid UTF-8"),
        source::Error::Nul { line, column, .. } => {
            format!(":{line}:{column}: a NUL byte, which PostgreSQL's text cannot hold")
        }
        other => format!(": {other}"),
    })
}
