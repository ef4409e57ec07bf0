//! Our own files, each written to lead a splitter astray. Those named `stops_…` cannot be split to their end.

use std::fs;
use std::path::Path;

use crate::compare::Expected;
use crate::{psql, say};

/// Names and texts.
pub fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/split/sql");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Each file as it is, and with the line ends of Windows and of old Macs.
#[test]
fn nasty_files_are_split_as_psql_splits_them() {
    if let Err(reason) = psql::is_usable() {
        return testkit::skip(testkit::test_name!(), &reason);
    }
    let mut statements = 0;
    let files = files();
    for line_end in ["\n", "\r\n", "\r"] {
        let texts: Vec<String> = files
            .iter()
            .map(|(_, text)| text.replace('\n', line_end))
            .collect();
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let sends = psql::sends(&borrowed);
        for (((name, _), text), sent) in files.iter().zip(&texts).zip(sends) {
            let expected = Expected::of(text);
            statements += expected.statements;
            assert_eq!(expected.difference(&sent), None, "{name} with {line_end:?}");
        }
    }
    say(&format!(
        "{} files with three line ends, {statements} statements, 0 differences from psql",
        files.len()
    ));
}
