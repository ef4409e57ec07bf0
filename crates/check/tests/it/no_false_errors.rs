//! What migrates fine is no error: this repository's migrations and schemas.

use std::fs;
use std::path::{Path, PathBuf};

use check::{File, NOT_CHECKED, Severity, rules};

use crate::options;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn texts(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(repository().join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    paths.sort();
    let is_sql = |path: &PathBuf| path.extension().is_some_and(|it| it == "sql");
    let sql = paths.into_iter().filter(is_sql);
    sql.map(|path| {
        (
            path.display().to_string(),
            fs::read_to_string(path).unwrap(),
        )
    })
    .collect()
}

#[test]
fn this_repository_has_no_finding() {
    let texts = texts("migrations");
    assert!(texts.len() >= 3);
    let file = |(_, text): &'static (String, String)| File {
        text,
        is_checked: true,
    };
    let texts: &'static [(String, String)] = texts.leak();
    let files: Vec<File<'_>> = texts.iter().map(file).collect();
    let found = check::check(&files, &options()).unwrap();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn schemas_that_a_server_takes_have_no_error_and_parse() {
    let texts = texts("crates/fixtures/schemas");
    assert!(texts.len() > 60);
    for (name, text) in &texts {
        let file = File {
            text,
            is_checked: true,
        };
        let found = check::check(&[file], &options()).unwrap();
        let wrong = found
            .iter()
            .find(|it| it.severity == Severity::Error || it.rule == NOT_CHECKED);
        assert!(wrong.is_none(), "{name}: {wrong:#?}");
    }
}

#[test]
fn what_passes_is_no_error_of_another_rule_either() {
    for rule in rules::ALL {
        for example in rule.passing {
            let file = |text: &&'static str| File {
                text,
                is_checked: true,
            };
            let files: Vec<File<'_>> = example.files.iter().map(file).collect();
            let found = check::check(&files, &options()).unwrap();
            let wrong = found
                .iter()
                .find(|it| it.severity == Severity::Error || it.rule == NOT_CHECKED);
            assert!(
                wrong.is_none(),
                "{}: {:?}: {wrong:#?}",
                rule.name,
                example.files
            );
        }
    }
}
