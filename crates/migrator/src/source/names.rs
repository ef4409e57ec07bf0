//! Names of migration files: which are valid, and what to do about the others. Pure.

use std::fmt;
use std::path::{Path, PathBuf};

use super::File;

/// A file or folder whose name or number keeps the folder from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misnamed {
    /// Where it lies.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: Problem,
}

impl Misnamed {
    /// The same with the paths to show.
    #[must_use]
    pub fn at(&self, shown: impl Fn(&Path) -> PathBuf) -> Misnamed {
        let problem = match &self.problem {
            Problem::Repeat { first, next } => Problem::Repeat {
                first: shown(first),
                next: *next,
            },
            other => other.clone(),
        };
        Misnamed {
            path: shown(&self.path),
            problem,
        }
    }
}

/// What is wrong with a file's name or number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The name is not of the form `NNN_snake_case.sql`.
    Form {
        /// The name that it should have; without a number that can be used, `NNN_…`.
        expected: String,
    },
    /// The name follows another tool's pattern: `V1__a.sql`, `20240101120000_a.sql`, `001_a.up.sql`.
    OtherTool,
    /// What takes a migration back: `001_a.down.sql`, Flyway's `U1__a.sql`.
    Undo,
    /// A folder.
    Folder,
    /// Another file has the number.
    Repeat {
        /// The first file with it.
        first: PathBuf,
        /// A number that is free.
        next: u32,
    },
    /// A number before this one is missing.
    Gap {
        /// The first that is missing.
        missing: u32,
    },
}

impl fmt::Display for Misnamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            Problem::Form { expected } if expected.starts_with("NNN") => write!(
                f,
                "{path} is not a migration's name: expected {expected}, NNN being the next number"
            ),
            Problem::Form { expected } => {
                write!(f, "{path} is not a migration's name: expected {expected}")
            }
            Problem::OtherTool => write!(
                f,
                "{path} is another tool's file name: expected NNN_snake_case.sql"
            ),
            Problem::Undo => write!(
                f,
                "{path} undoes a migration, and down migrations are not supported"
            ),
            Problem::Folder => write!(f, "{path} is a folder, and a migration is a file"),
            Problem::Repeat { first, next } => write!(
                f,
                "{} and {path} have the same number; the next free number is {next:03}",
                first.display()
            ),
            Problem::Gap { missing } => write!(
                f,
                "{path} leaves a gap: {missing:03}_… is missing before it"
            ),
        }
    }
}

/// Whether a file counts as a migration at all: what begins with a dot does not.
pub(super) fn is_sql(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') && name.to_ascii_lowercase().ends_with(".sql")
}

/// What the name of a migration's file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileName {
    /// The migration's number.
    pub version: u32,
    /// Its name.
    pub name: String,
}

/// Number and name, or what is wrong with them.
pub(super) fn read(file_name: &str) -> Result<FileName, Problem> {
    parse(file_name).ok_or_else(|| problem(file_name))
}

fn parse(file_name: &str) -> Option<FileName> {
    let (number, name) = file_name.strip_suffix(".sql")?.split_once('_')?;
    let digits = number.len() >= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = number.len() == 3 || !number.starts_with('0');
    let version: u32 = number.parse().ok()?;
    let snake = clean_name(name).as_deref() == Some(name);
    (digits && canonical && is_stored(version) && snake).then(|| FileName {
        version,
        name: name.to_owned(),
    })
}

/// The history keeps the number as a PostgreSQL integer.
fn is_stored(version: u32) -> bool {
    (1..=i32::MAX as u32).contains(&version)
}

fn problem(file_name: &str) -> Problem {
    let stem = &file_name[..file_name.len().saturating_sub(".sql".len())];
    let prefix = stem
        .split_once("__")
        .and_then(|(prefix, _)| prefix.split_at_checked(1));
    let is_version = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text
                .chars()
                .all(|c| c.is_ascii_digit() || ".-_".contains(c))
    };
    match prefix {
        Some(("U", version)) if is_version(version) => return Problem::Undo,
        Some(("V" | "B", version)) if is_version(version) => return Problem::OtherTool,
        Some(("R", "")) => return Problem::OtherTool,
        _ => {}
    }
    let lower = stem.to_ascii_lowercase();
    if lower.ends_with(".down") || lower == "down" {
        return Problem::Undo;
    }
    if lower.ends_with(".up") || lower == "up" {
        return Problem::OtherTool;
    }
    let digits = stem
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(stem.len());
    let (number, words) = stem.split_at(digits);
    let name = clean_name(words).unwrap_or_else(|| "what_it_does".to_owned());
    match number.parse::<u32>() {
        // A date, with or without a time.
        _ if number.len() >= 8 && !number.starts_with('0') => Problem::OtherTool,
        Ok(version) if is_stored(version) => Problem::Form {
            expected: format!("{version:03}_{name}.sql"),
        },
        _ => Problem::Form {
            expected: format!("NNN_{name}.sql"),
        },
    }
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

/// Every repeat among the numbers of sorted files, or else every gap: a repeat is often what makes the gap.
pub(super) fn numbers(files: &[File]) -> Vec<Misnamed> {
    let misnamed = |file: &File, problem| Misnamed {
        path: file.path.clone(),
        problem,
    };
    let mut next = files
        .last()
        .map_or(1, |file| file.version.saturating_add(1));
    let mut repeats = Vec::new();
    let mut first = files.first();
    for file in files.iter().skip(1) {
        match first {
            Some(first) if first.version == file.version => {
                let first = first.path.clone();
                repeats.push(misnamed(file, Problem::Repeat { first, next }));
                next = next.saturating_add(1);
            }
            _ => first = Some(file),
        }
    }
    if !repeats.is_empty() {
        return repeats;
    }
    let before = std::iter::once(0).chain(files.iter().map(|file| file.version));
    let gap = |(before, file): (u32, &File)| {
        let missing = before + 1;
        (file.version > missing).then(|| misnamed(file, Problem::Gap { missing }))
    };
    before.zip(files).filter_map(gap).collect()
}
