//! The files of queries in their folder. The crate's only contact with the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use migrator::source;

use crate::read::{ReadError, read};
use crate::text::Query;

/// A file of queries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The module that it becomes: its name without `.sql`.
    pub module: String,
    /// Its path.
    pub path: PathBuf,
    /// The text, without a byte order mark and with LF line ends.
    pub text: String,
    /// Its queries, in their order.
    pub queries: Vec<Query>,
}

/// Why a file's queries cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileError {
    /// The folder or the file cannot be read.
    Read {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The name of the file cannot be a module's.
    Name(PathBuf),
    /// The file is in a folder of the folder, where no file becomes a module.
    Nested(PathBuf),
    /// The file is no text; the message has the path.
    Text(source::Error),
    /// A query of the file is wrong.
    Query {
        /// Path of the file.
        path: PathBuf,
        /// Its text.
        text: String,
        /// What is wrong, and where.
        error: ReadError,
    },
}

/// The files of the folder, by name; none if it does not exist.
///
/// # Errors
/// All that is wrong with them.
pub fn read_dir(dir: &Path) -> Result<Vec<File>, Vec<FileError>> {
    let paths = sql_files(dir).map_err(|cause| {
        let path = dir.to_owned();
        vec![FileError::Read { path, cause }]
    })?;
    let mut files = Vec::new();
    let (paths, nested): (Vec<_>, Vec<_>) =
        paths.into_iter().partition(|it| it.parent() == Some(dir));
    let mut errors: Vec<FileError> = nested.into_iter().map(FileError::Nested).collect();
    for path in paths {
        match file(path) {
            Ok(file) => files.push(file),
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() {
        Ok(files)
    } else {
        Err(errors)
    }
}

/// The SQL files of the folder, and of those in it.
fn sql_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    add_sql_files(dir, &mut paths)?;
    paths.sort();
    Ok(paths)
}

fn add_sql_files(dir: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        // Not through links, which may lead back.
        if entry.file_type()?.is_dir() {
            add_sql_files(&path, paths)?;
        } else if path
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("sql"))
            && path.is_file()
        {
            paths.push(path);
        }
    }
    Ok(())
}

fn file(path: PathBuf) -> Result<File, Vec<FileError>> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    // `A.SQL` is refused rather than left out: its queries would be missed.
    if !is_module(&name) || path.extension().is_none_or(|it| it != "sql") {
        return Err(vec![FileError::Name(path)]);
    }
    let module = name.into_owned();
    let content = match fs::read(&path) {
        Ok(content) => content,
        Err(cause) => return Err(vec![FileError::Read { path, cause }]),
    };
    let text = source::text(&path, content).map_err(|error| vec![FileError::Text(error)])?;
    match read(&text) {
        Ok(queries) => Ok(File {
            module,
            path,
            text,
            queries,
        }),
        Err(errors) => Err(errors
            .into_iter()
            .map(|error| FileError::Query {
                path: path.clone(),
                text: text.clone(),
                error,
            })
            .collect()),
    }
}

fn is_module(name: &str) -> bool {
    let is_next = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(is_next)
        && name.len() <= 63
}

impl std::error::Error for FileError {}

/// With the place, as a build script shows it.
impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FileError::Read { path, cause } => {
                write!(f, "{} cannot be read: {cause}", path.display())
            }
            FileError::Name(path) => write!(
                f,
                "{}: the file's name becomes a module's: small letters, digits and `_`, a letter first, then `.sql`",
                path.display()
            ),
            FileError::Nested(path) => write!(
                f,
                "{}: a file in a subfolder is no module: each file becomes one by its name",
                path.display()
            ),
            FileError::Text(error) => write!(f, "{error}"),
            FileError::Query { path, text, error } => {
                let place = source::position(&text[..error.offset]);
                write!(f, "{}:{place}: {}", path.display(), error.problem)
            }
        }
    }
}
