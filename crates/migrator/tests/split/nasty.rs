//! Our own files, each written to lead a splitter astray.

use std::fs;
use std::path::{Path, PathBuf};

use crate::compare::Expected;
use crate::{psql, say};

#[test]
fn nasty_files_are_split_as_psql_splits_them() {
    if let Err(reason) = psql::is_usable() {
        return say(&format!(
            "skipped: nasty::nasty_files_are_split_as_psql_splits_them: {reason}"
        ));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/split/sql");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let texts: Vec<String> = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    // Each as it is, and with the line ends of Windows and of old Macs.
    let variants: Vec<String> = ["\n", "\r\n", "\r"]
        .iter()
        .flat_map(|end| texts.iter().map(|text| text.replace('\n', end)))
        .collect();
    let borrowed: Vec<&str> = variants.iter().map(String::as_str).collect();
    let mut statements = 0;
    for ((file, text), sent) in files
        .iter()
        .cycle()
        .zip(&variants)
        .zip(psql::sends(&borrowed))
    {
        let expected = Expected::of(text);
        statements += expected.statements;
        let difference = expected.difference(&sent);
        assert_eq!(difference, None, "{}", file.display());
    }
    say(&format!(
        "{} files with three line ends, {statements} statements, 0 differences",
        files.len()
    ));
}
