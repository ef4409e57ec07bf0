//! Answers of TimescaleDB, kept.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

const RENEW: &str = "RENEW_PLAIN_ANSWERS=1 cargo test -p timeschema-plain --test it";

/// The lines of `recorded/<name>.txt`, which are compared with `lines` where those came from TimescaleDB, or written with
/// `RENEW_PLAIN_ANSWERS`.
///
/// # Panics
/// When TimescaleDB of the version that is recorded answered something else.
pub fn lines(name: &str, fresh: Option<(&str, &[String])>) -> Vec<String> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/it/recorded", name]
        .iter()
        .collect::<PathBuf>()
        .with_extension("txt");
    if let Some((version, lines)) = fresh
        && std::env::var_os("RENEW_PLAIN_ANSWERS").is_some()
    {
        let mut text = format!("# TimescaleDB {version}. Renew with: {RENEW}\n");
        for line in lines {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{}", line.replace('\\', r"\\").replace('\n', r"\n"));
        }
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; renew with: {RENEW}", path.display()));
    let (head, body) = text.split_once('\n').unwrap();
    let recorded: Vec<String> = body
        .lines()
        .map(|line| line.replace(r"\n", "\n").replace(r"\\", r"\"))
        .collect();
    if let Some((version, lines)) = fresh
        && head.starts_with(&format!("# TimescaleDB {version}."))
    {
        assert!(
            recorded == lines,
            "{name} is not what this TimescaleDB answers; renew with: {RENEW}"
        );
    }
    recorded
}

/// Compares the lines of plain mode with TimescaleDB's, and prints how many they are.
///
/// # Panics
/// When they differ.
pub fn compare(name: &str, timescaledb: &[String], plain: &[String]) {
    let pairs = timescaledb.iter().zip(plain);
    let different: Vec<String> = pairs
        .filter(|(timescaledb, plain)| timescaledb != plain)
        .map(|(timescaledb, plain)| format!("{timescaledb}\n{plain}"))
        .collect();
    let count = different.len() + timescaledb.len().abs_diff(plain.len());
    // Past libtest, which would keep it to itself.
    let line = format!(
        "plain mode: {name}: {} answers, {count} differences\n",
        plain.len()
    );
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert_eq!(
        count,
        0,
        "{name}: TimescaleDB's first:\n{}",
        different.join("\n")
    );
}
