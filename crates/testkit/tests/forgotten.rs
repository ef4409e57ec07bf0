//! No file of tests is forgotten: each is part of a test binary or of another target.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::forgotten_files;

#[test]
fn a_test_binary_has_every_file_of_tests() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let repository = repository.canonicalize().unwrap();
    let packages = packages(&repository);
    let roots: Vec<PathBuf> = packages.iter().flat_map(|it| roots(it)).collect();
    let mut folders: Vec<PathBuf> = packages.iter().map(|it| it.join("tests")).collect();
    folders.push(repository.join("tests"));
    folders.retain(|folder| folder.is_dir());
    assert!(folders.len() > 5 && roots.len() > 10, "{folders:?}");
    for folder in folders {
        let forgotten = forgotten_files(&folder, &roots);
        assert!(
            forgotten.is_empty(),
            "no `mod` names these files, so nothing in them runs: {forgotten:#?}"
        );
    }
}

/// The folders of the workspace that have a manifest.
fn packages(repository: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path())
    };
    let all = below(repository).chain(below(&repository.join("crates")));
    all.filter(|folder| folder.join("Cargo.toml").is_file())
        .collect()
}

/// The files that cargo compiles as targets of a package: those of tests that it finds itself, and those that the manifest names.
fn roots(package: &Path) -> Vec<PathBuf> {
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let named = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"")?.strip_suffix('"'))
        .map(|path| package.join(path));
    let mut roots: Vec<PathBuf> = named.filter(|path| path.is_file()).collect();
    let Ok(entries) = fs::read_dir(package.join("tests")) else {
        return roots;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            roots.push(path.join("main.rs"))
        } else {
            roots.push(path)
        }
    }
    roots.retain(|root| root.extension().is_some_and(|it| it == "rs"));
    roots
}
