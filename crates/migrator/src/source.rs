//! Migration files: finding them, reading them, refusing what cannot be one.
//!
//! A file is named `NNN_snake_case.sql`; the numbers run from 001 without gap or repeat. What the text says is not read here.

use std::fs;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use sha2::{Digest, Sha256};

/// The fewest files that are worth a thread.
const SHARE: usize = 500;

/// One migration file, read and normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The number at the start of the file's name.
    pub version: u32,
    /// The rest of the name without `.sql`: `initial_schema`.
    pub name: String,
    /// Where the file lies, as it should be shown to a person.
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
        let (version, name) = parse_name(&file_name).ok_or_else(|| Error::Name {
            path: path.to_owned(),
            expected: suggest_name(&file_name),
        })?;
        let text = normalise(path, content)?;
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
    /// A `.sql` file that is not named as a migration is.
    #[error("{} is not a migration's name: expected {expected}", path.display())]
    Name {
        /// The file.
        path: PathBuf,
        /// The name that it should have, as far as that can be told.
        expected: String,
    },
    /// Two files have the same number.
    #[error("{} and {} have the same number; the next that is free is {:03}", first.display(), second.display(), next)]
    Repeat {
        /// The first of them by name.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// The next number that is free.
        next: u32,
    },
    /// A number is missing.
    #[error("{} leaves a gap: {:03}_… is missing before it", path.display(), missing)]
    Gap {
        /// The file behind the gap.
        path: PathBuf,
        /// The first number that is missing.
        missing: u32,
    },
    /// A file holds nothing but white space.
    #[error("{} is empty: a migration holds at least one statement", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
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
/// Other files and dot files are left alone; a `.sql` file whose name is not `NNN_snake_case.sql` is an error, as are a gap, a repeat, an
/// empty file, invalid UTF-8 and a NUL byte.
pub fn read_dir(dir: &Path) -> Result<Vec<File>, Error> {
    let read_error = |source| Error::Read {
        path: dir.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(read_error)? {
        let entry = entry.map_err(read_error)?;
        let path = entry.path();
        if is_sql(&path) {
            check_kind(&entry)?;
            paths.push(path);
        }
    }
    // They differ in their last component only: as bytes they compare several times faster than as paths.
    paths.sort_unstable_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
    let mut files = read_all(&paths)?;
    files.sort_by_key(|file| file.version);
    check_numbers(&files)?;
    Ok(files)
}

/// Refuses what reading would not come to an end of, such as a named pipe.
fn check_kind(entry: &fs::DirEntry) -> Result<(), Error> {
    let read_error = |source| Error::Read {
        path: entry.path(),
        source,
    };
    // Most systems tell it with the name.
    let kind = entry.file_type().map_err(read_error)?;
    if kind.is_file() || kind.is_dir() || kind.is_symlink() {
        return Ok(());
    }
    let message = "not a regular file";
    Err(read_error(io::Error::other(message)))
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

fn read_share(paths: &[PathBuf]) -> Result<Vec<File>, Error> {
    let read = |path: &PathBuf| {
        let content = fs::read(path).map_err(|source| Error::Read {
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

/// Refuses a repeat or a gap in the numbers of sorted files.
pub fn check_numbers(files: &[File]) -> Result<(), Error> {
    let next = files
        .last()
        .map_or(1, |file| file.version.saturating_add(1));
    for (index, file) in files.iter().enumerate() {
        let expected = index as u32 + 1;
        if file.version < expected {
            return Err(Error::Repeat {
                first: files[index - 1].path.clone(),
                second: file.path.clone(),
                next,
            });
        }
        if file.version > expected {
            return Err(Error::Gap {
                path: file.path.clone(),
                missing: expected,
            });
        }
    }
    Ok(())
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

/// The name that a migration with these words gets: lower case, words joined by `_`; `None` when nothing is left.
pub fn clean_name(words: &str) -> Option<String> {
    let mut name = String::new();
    for word in words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(&word.to_ascii_lowercase());
    }
    (!name.is_empty()).then_some(name)
}

fn is_sql(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') && name.to_ascii_lowercase().ends_with(".sql")
}

fn parse_name(file_name: &str) -> Option<(u32, String)> {
    let (number, name) = file_name.strip_suffix(".sql")?.split_once('_')?;
    let digits = number.len() >= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = number.len() == 3 || !number.starts_with('0');
    let version: u32 = number.parse().ok()?;
    // The history keeps the number as a PostgreSQL integer.
    let stored = (1..=i32::MAX as u32).contains(&version);
    let snake = clean_name(name).as_deref() == Some(name);
    (digits && canonical && stored && snake).then(|| (version, name.to_owned()))
}

fn suggest_name(file_name: &str) -> String {
    let stem = &file_name[..file_name.len().saturating_sub(".sql".len())];
    let digits = stem
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(stem.len());
    let (number, words) = stem.split_at(digits);
    let name = clean_name(words).unwrap_or_else(|| "what_it_does".to_owned());
    match number.parse::<u32>() {
        Ok(version) if (1..=i32::MAX as u32).contains(&version) => {
            format!("{version:03}_{name}.sql")
        }
        _ => format!("NNN_{name}.sql, NNN being the next number"),
    }
}

fn normalise(path: &Path, content: Vec<u8>) -> Result<String, Error> {
    let mut text = String::from_utf8(content).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let (line, column) = position(&String::from_utf8_lossy(valid));
        Error::Utf8 {
            path: path.to_owned(),
            line,
            column,
        }
    })?;
    if let Some(at) = text.find('\0') {
        let (line, column) = position(&text[..at]);
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
    if text.trim().is_empty() {
        return Err(Error::Empty {
            path: path.to_owned(),
        });
    }
    Ok(text)
}

/// Line and column, both from 1 and in characters, of the place that follows `before`.
pub fn position(before: &str) -> (usize, usize) {
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
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
            ("001_a.sql", b" \n\t"),
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
    fn a_gap_and_a_repeat_name_the_files() {
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
            check_numbers(&files(&["001_a.sql", "002_b.sql", "002_c.sql"])),
        ]
        .map(|result| result.unwrap_err().to_string());
        insta::assert_snapshot!(messages.join("\n"));
    }
}
