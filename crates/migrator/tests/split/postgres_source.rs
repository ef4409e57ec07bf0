//! PostgreSQL's SQL: the scripts that the installed server creates its databases and extensions with, and, as its source package holds
//! them, thousands of statements that were written to be difficult.
//!
//! Those are not part of this project. Where `POSTGRES_SOURCE` names a folder, every `.sql` file below it is compared, whatever project it
//! is of:
//!
//! ```text
//! apt-get source postgresql-15
//! POSTGRES_SOURCE=$PWD/postgresql-15-15.18 cargo test -p timeschema-migrator --test split
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use sql::lexer::{self, Problem};
use sql::statement::{self, Kind, Refusal};

use crate::compare::Expected;
use crate::{psql, say};

#[test]
fn postgresql_s_own_sql_is_split_as_psql_splits_it() {
    const TEST: &str = "postgres_source::postgresql_s_own_sql_is_split_as_psql_splits_it";
    if let Err(reason) = psql::is_usable() {
        return testkit::skip(TEST, &reason);
    }
    let mut files = installed();
    if let Some(folder) = std::env::var_os("POSTGRES_SOURCE") {
        let installed = files.len();
        find_sql(Path::new(&folder), &mut files);
        assert!(files.len() > installed, "no .sql file is below {folder:?}");
    }
    if files.is_empty() {
        return testkit::skip(
            TEST,
            "no scripts of a server are found (feature `cluster`), and POSTGRES_SOURCE names no folder",
        );
    }
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| only_sql(file)).collect();
    let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut counts = Counts::default();
    let mut differences = Vec::new();
    for ((file, text), sent) in files.iter().zip(&texts).zip(psql::sends(&borrowed)) {
        let expected = Expected::of(text);
        counts.sends += sent.len();
        counts.statements += expected.statements;
        counts.cut += usize::from(expected.stop.is_some());
        if let Some(difference) = expected.difference(&sent) {
            differences.push(format!("{}: {difference}", file.display()));
        }
    }
    say(&format!(
        "{} files, {} statements, {} sends of psql, {} files cut short, {} differences from psql",
        files.len(),
        counts.statements,
        counts.sends,
        counts.cut,
        differences.len()
    ));
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// Variables that have a value in a psql which was told of none.
const PSQLS_OWN: [&str; 10] = [
    "DBNAME",
    "ENCODING",
    "ERROR",
    "HOST",
    "LAST_ERROR_MESSAGE",
    "LAST_ERROR_SQLSTATE",
    "PORT",
    "ROW_COUNT",
    "SQLSTATE",
    "USER",
];

#[derive(Default)]
struct Counts {
    statements: usize,
    sends: usize,
    /// Files of which only the beginning can be split.
    cut: usize,
}

/// The installed server's scripts. Those of TimescaleDB are left out: they are many times as long, and much the same for each version.
fn installed() -> Vec<PathBuf> {
    let mut files = Vec::new();
    if let Some(folder) = share_dir() {
        find_sql(&folder, &mut files);
    }
    files.retain(|file| !file.to_string_lossy().contains("timescaledb"));
    files
}

fn share_dir() -> Option<PathBuf> {
    let server = cluster::Server::find().ok()?;
    server.share_dir().map(Path::to_owned)
}

fn find_sql(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_sql(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
}

/// A file's text with what is not SQL taken out: meta-commands to the end of their line (a semicolon stands for one that sends the
/// statement before it), the data after `COPY … FROM stdin`, variables that psql sets itself, NUL bytes, bytes that are not UTF-8.
fn only_sql(file: &Path) -> String {
    let bytes = fs::read(file).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let mut text = text.trim_start_matches('\u{feff}').replace('\0', "");
    for variable in PSQLS_OWN {
        for before in [":", ":'", ":\""] {
            let is_set = format!("{before}{variable}");
            text = text.replace(&is_set, &is_set.to_lowercase());
        }
    }
    // psql puts TRUE or FALSE for it.
    text = text.replace(":{?", ": {?");
    let mut start = 0;
    while let Some(statement) = lexer::statements(&text[start..]).next() {
        match statement {
            Ok(statement) => {
                let range = start + statement.range().start..start + statement.range().end;
                start = range.end;
                if is_copy_from_stdin(&text[range.clone()]) {
                    remove_data(&mut text, range.end);
                    // Some psql look for data after such a statement even if the server asks for none.
                    let elsewhere = text[range.clone()]
                        .to_ascii_lowercase()
                        .replace("std", "fil");
                    text.replace_range(range, &elsewhere);
                }
            }
            Err(error) if error.problem == Problem::MetaCommand => {
                let at = start + error.offset;
                let line = text[at..]
                    .find('\n')
                    .map_or(text.len(), |length| at + length);
                let command = text[at..line].to_ascii_lowercase();
                if command.starts_with("\\copy") && command.contains("from stdin") {
                    remove_data(&mut text, at);
                }
                let sends = ["\\g", "\\crosstabview", "\\;"];
                let sends = sends.iter().any(|sends| command.starts_with(sends));
                text.replace_range(at..line, if sends { ";" } else { "" });
            }
            Err(_) => break,
        }
    }
    text
}

fn is_copy_from_stdin(statement: &str) -> bool {
    let read = statement::read(statement).unwrap_or_default();
    let copy = Kind::Refused(Refusal::CopyFromStdin);
    read.first().is_some_and(|statement| statement.kind == copy)
}

/// Removes the lines after the one that `end` is in, up to the one with `\.`.
fn remove_data(text: &mut String, end: usize) {
    let Some(first) = text[end..].find('\n').map(|length| end + length + 1) else {
        return;
    };
    let Some(last) = text[first..].find("\\.\n").map(|length| first + length) else {
        return;
    };
    if last == first || text[..last].ends_with('\n') {
        text.replace_range(first..last + 3, "");
    }
}
