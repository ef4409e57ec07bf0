//! Migration files: finding, reading and checking them.
//!
//! A file is named `NNN_snake_case.sql`; the numbers run from 001 without gap or repeat. Their SQL is not interpreted here.

mod names;
mod text_error;

use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use sha2::{Digest, Sha256};

use names::{FileName, is_sql};
pub use names::{Misnamed, Problem, clean_name};
pub use text_error::TextError;

/// The fewest files that are worth a thread.
const SHARE: usize = 500;

/// One migration file, read and normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The number at the start of the file's name.
    pub version: u32,
    /// The rest of the name without `.sql`: `initial_schema`.
    pub name: String,
    /// The file's path, as it should be shown to a person.
    pub path: PathBuf,
    /// The SQL, without a byte order mark and with LF line ends.
    pub text: String,
    /// SHA-256 of `text`, in lower-case hexadecimal.
    pub checksum: String,
}

impl File {
    /// Makes a file from its name and content, as [`read_dir`] does for each file of a folder.
    pub fn new(path: &Path, content: Vec<u8>) -> Result<File, Error> {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        let FileName { version, name } = names::read(&file_name).map_err(|problem| {
            let path = path.to_owned();
            Error::Names(vec![Misnamed { path, problem }])
        })?;
        let text = text(path, content)?;
        let checksum = checksum(&text);
        Ok(File {
            version,
            name,
            path: path.to_owned(),
            text,
            checksum,
        })
    }

    /// The file's name in messages: `001 initial_schema`.
    pub fn title(&self) -> String {
        format!("{:03} {}", self.version, self.name)
    }
}

/// Why the migration files cannot be used. Each message names the file and what is expected instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or a file of it could not be read.
    #[error("failed to read {}: {source}", path.display())]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Files whose names or numbers are not valid for migrations: all of them, at least one.
    #[error("{}", .0.iter().map(Misnamed::to_string).collect::<Vec<_>>().join("\n"))]
    Names(Vec<Misnamed>),
    /// A file is not UTF-8.
    #[error("{}:{line}:{column}: invalid UTF-8", path.display())]
    Utf8 {
        /// The file.
        path: PathBuf,
        /// Line of the first bad byte, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
    /// A file holds a NUL byte.
    #[error("{}:{line}:{column}: a NUL byte, which PostgreSQL's text cannot hold", path.display())]
    Nul {
        /// The file.
        path: PathBuf,
        /// Line of the byte, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
}

/// Reads every `.sql` file of `dir`, in order of their numbers.
///
/// Other files and dot files are ignored; a `.sql` file whose name is not `NNN_snake_case.sql` is an error, as are a gap, a repeat,
/// invalid UTF-8 and a NUL byte. All names are checked first.
pub fn read_dir(dir: &Path) -> Result<Vec<File>, Error> {
    let read_error = |source| Error::Read {
        path: dir.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    let mut misnamed = Vec::new();
    for entry in fs::read_dir(dir).map_err(read_error)? {
        let entry = entry.map_err(read_error)?;
        let path = entry.path();
        if !is_sql(&path) {
            continue;
        }
        match problem(&entry)? {
            Some(problem) => misnamed.push(Misnamed { path, problem }),
            None => paths.push(path),
        }
    }
    if !misnamed.is_empty() {
        misnamed.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        return Err(Error::Names(misnamed));
    }
    // They differ in their last component only: as bytes they compare several times faster than as paths.
    paths.sort_unstable_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
    let mut files = read_all(&paths)?;
    files.sort_by_key(|file| file.version);
    check_numbers(&files)?;
    Ok(files)
}

/// What is wrong with an entry that is named as an SQL file, without its content. A file that never ends, such as a named pipe, is an
/// error.
fn problem(entry: &fs::DirEntry) -> Result<Option<Problem>, Error> {
    let path = entry.path();
    let read_error = |source| Error::Read {
        path: path.clone(),
        source,
    };
    // Most systems give the kind with the name.
    let kind = entry.file_type().map_err(read_error)?;
    let is_folder = kind.is_dir() || (kind.is_symlink() && path.is_dir());
    if is_folder {
        return Ok(Some(Problem::Folder));
    }
    if !kind.is_file() && !kind.is_symlink() {
        return Err(read_error(io::Error::other("not a regular file")));
    }
    Ok(names::read(&entry.file_name().to_string_lossy()).err())
}

/// Reads files, many of them on several threads: most of the time is the system's.
fn read_all(paths: &[PathBuf]) -> Result<Vec<File>, Error> {
    if paths.len() <= SHARE {
        return read_share(paths);
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = paths.len().div_ceil(threads).max(SHARE);
    thread::scope(|scope| {
        let mut shares = paths.chunks(share);
        let own = shares.next_back().unwrap_or_default();
        let others: Vec<_> = shares
            .map(|share| scope.spawn(|| read_share(share)))
            .collect();
        let own = read_share(own);
        let mut files = Vec::with_capacity(paths.len());
        for other in others {
            files.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        files.extend(own?);
        Ok(files)
    })
}

/// The longest file that is read, because a migration is kept in memory.
const LONGEST: u64 = 2 << 30;

/// The content of an ordinary file, possibly through a link. A file that never ends, such as a device or a named pipe, is an error.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    // To open a named pipe is to wait for who writes to it.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let too_long = || io::Error::other(format!("longer than {} GB", LONGEST >> 30));
    let length = Some(metadata.len()).filter(|length| *length <= LONGEST);
    let length = usize::try_from(length.ok_or_else(too_long)?).map_err(io::Error::other)?;
    // The read that finds the end needs room as well.
    let mut content = Vec::with_capacity(length + 1);
    // Some system files report a length of 0 and never end.
    let file = fs::File::open(path)?;
    file.take(LONGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LONGEST {
        Err(too_long())
    } else {
        Ok(content)
    }
}

fn read_share(paths: &[PathBuf]) -> Result<Vec<File>, Error> {
    let read = |path: &PathBuf| {
        let content = read_file(path).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })?;
        File::new(path, content)
    };
    paths.iter().map(read).collect()
}

/// Files that are built into a program: pairs of file name and text, in order of their numbers.
pub fn embedded(files: &[(&str, &str)]) -> Result<Vec<File>, Error> {
    let files = files
        .iter()
        .map(|(name, text)| File::new(Path::new(name), text.as_bytes().to_vec()))
        .collect::<Result<Vec<_>, _>>()?;
    check_numbers(&files)?;
    Ok(files)
}

/// Refuses repeats and gaps in the numbers of sorted files.
pub fn check_numbers(files: &[File]) -> Result<(), Error> {
    let misnamed = names::numbers(files);
    if misnamed.is_empty() {
        return Ok(());
    }
    Err(Error::Names(misnamed))
}

/// SHA-256 of a normalised text, in lower-case hexadecimal.
pub fn checksum(text: &str) -> String {
    hexadecimal(&Sha256::digest(text))
}

/// The first of these ends, in ascending order, up to which a text has this checksum; its place among them.
pub(crate) fn end_of(
    text: &str,
    checksum: &str,
    ends: impl Iterator<Item = usize>,
) -> Option<usize> {
    let mut digest = Sha256::new();
    let mut hashed = 0;
    ends.enumerate().find_map(|(at, end)| {
        digest.update(&text[hashed..end]);
        hashed = end;
        (hexadecimal(&digest.clone().finalize()) == checksum).then_some(at)
    })
}

fn hexadecimal(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// The text of an SQL file, without a byte order mark and with LF line ends.
///
/// # Errors
/// If it is not UTF-8, or has a NUL byte, which no statement can have.
pub fn text(path: &Path, content: Vec<u8>) -> Result<String, Error> {
    let mut text = String::from_utf8(content).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let LineColumn { line, column } = position(&String::from_utf8_lossy(valid));
        Error::Utf8 {
            path: path.to_owned(),
            line,
            column,
        }
    })?;
    if let Some(at) = text.find('\0') {
        let LineColumn { line, column } = position(&text[..at]);
        return Err(Error::Nul {
            path: path.to_owned(),
            line,
            column,
        });
    }
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    if text.contains("\r\n") {
        text = text.replace("\r\n", "\n");
    }
    Ok(text)
}

/// A place in a text, both from 1 and in characters. `Display` is as in `file:line:column`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineColumn {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The place that follows `before`.
pub fn position(before: &str) -> LineColumn {
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    LineColumn {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// The lines that a part of a file is on, from 1. `Display` is as in a sentence: `line 3`, `lines 3 to 5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lines { first, last } = self;
        if first == last {
            write!(f, "line {first}")
        } else {
            write!(f, "lines {first} to {last}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &[u8]) -> Result<File, Error> {
        File::new(&Path::new("migrations").join(name), content.to_vec())
    }

    #[test]
    fn a_checksum_ignores_the_byte_order_mark_and_line_ends() {
        let plain = file("001_a.sql", b"SELECT 1;\nSELECT 2;\n").unwrap();
        let windows = file("001_a.sql", b"\xef\xbb\xbfSELECT 1;\r\nSELECT 2;\r\n").unwrap();
        assert_eq!(plain, windows);
    }

    #[test]
    fn names_and_contents_that_cannot_be_migrations_are_refused() {
        let refused = [
            ("1_users.sql", &b"SELECT 1"[..]),
            ("0001_users.sql", b"SELECT 1"),
            ("000_users.sql", b"SELECT 1"),
            ("004-Add Users.sql", b"SELECT 1"),
            ("004_Users.SQL", b"SELECT 1"),
            ("004_.sql", b"SELECT 1"),
            ("users.sql", b"SELECT 1"),
            ("99999999999_users.sql", b"SELECT 1"),
            ("004_übersicht.sql", b"SELECT 1"),
            ("V1_2__a.sql", b"SELECT 1"),
            ("R__views.sql", b"SELECT 1"),
            ("U1__a.sql", b"SELECT 1"),
            ("001_a.up.sql", b"SELECT 1"),
            ("001_a.down.sql", b"SELECT 1"),
            ("20240131120000_a.sql", b"SELECT 1"),
            ("001_a.sql", b"SELECT 1;\nSELECT '\xff';"),
            ("001_a.sql", b"SELECT 1;\n\nSELECT '\0';"),
        ];
        let messages: Vec<String> = refused
            .iter()
            .map(|(name, content)| file(name, content).unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(messages.join("\n"));
    }

    #[test]
    fn all_gaps_and_repeats_name_the_files() {
        let files = |names: &[&str]| -> Vec<File> {
            names
                .iter()
                .map(|name| file(name, b"SELECT 1").unwrap())
                .collect()
        };
        assert!(check_numbers(&files(&["001_a.sql", "002_b.sql"])).is_ok());
        let messages = [
            check_numbers(&files(&["001_a.sql", "003_c.sql"])),
            check_numbers(&files(&["002_b.sql"])),
            check_numbers(&files(&["003_c.sql", "004_d.sql", "007_e.sql"])),
            check_numbers(&files(&["001_a.sql", "002_b.sql", "002_c.sql"])),
            check_numbers(&files(&[
                "001_a.sql",
                "001_b.sql",
                "003_c.sql",
                "003_d.sql",
                "003_e.sql",
            ])),
        ]
        .map(|result| result.unwrap_err().to_string());
        insta::assert_snapshot!(messages.join("\n"));
    }
}
