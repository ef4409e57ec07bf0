//! The house: which crate stands on which, and that no two rooms lean on each other.

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::support::repository;
use imports::Imports;

/// The floors from the bottom up. A crate knows those of its floor and below.
const FLOORS: [(&str, &[&str]); 4] = [
    (
        "bottom",
        &[
            "timeschema-catalog",
            "timeschema-cluster",
            "timeschema-migrator",
            "timeschema-pgtypes",
            "timeschema-plain",
            "timeschema-queries",
            "timeschema-sql",
        ],
    ),
    (
        "middle",
        &[
            "timeschema",
            "timeschema-check",
            "timeschema-codegen",
            "timeschema-rehearsal",
        ],
    ),
    ("top", &["bench", "timeschema-build", "timeschema-cli"]),
    ("project", &["analytics-schema", "xtask"]),
];

/// What stands beside the house, and only tests depend on.
const BESIDE: [&str; 3] = ["fixtures", "testkit", "testkit-macros"];

/// Each package of the workspace with those that it is built on, tests' apart.
fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(repository());
    let output = command.output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let needs = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let own = dependencies.filter(|it| it["path"].is_string() && it["kind"] != "dev");
        own.map(name).collect()
    };
    packages.iter().map(|it| (name(it), needs(it))).collect()
}

#[test]
fn every_arrow_points_down() {
    let packages = packages();
    let floor = |name: &str| FLOORS.iter().position(|(_, names)| names.contains(&name));
    let mut shown = String::new();
    for (name, needs) in &packages {
        if BESIDE.contains(&name.as_str()) {
            continue;
        }
        let stands = floor(name).unwrap_or_else(|| panic!("{name} is on no floor"));
        for need in needs {
            assert!(
                floor(need) <= Some(stands),
                "{name} depends on {need}, which is above it"
            );
            assert!(
                !BESIDE.contains(&need.as_str()),
                "{name} depends on {need}, which is for tests"
            );
        }
    }
    for (title, names) in FLOORS.iter().rev() {
        shown += &format!("{title}\n");
        for name in *names {
            let needs: Vec<&str> = packages[*name].iter().map(String::as_str).collect();
            shown += &format!("  {name}: {}\n", needs.join(", "));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_commands_do_not_need_the_schema_crate() {
    let packages = packages();
    let mut reached = BTreeSet::new();
    let mut open = vec!["xtask".to_owned()];
    while let Some(name) = open.pop() {
        open.extend(packages[&name].iter().cloned());
        reached.insert(name);
    }
    assert!(reached.contains("timeschema-cli"), "{reached:?}");
    assert!(!reached.contains("analytics-schema"), "{reached:?}");
}

#[test]
fn no_files_import_each_other() {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(repository().join("crates")).unwrap() {
        let crate_folder = entry.unwrap().path();
        let circles = Imports::read(&crate_folder.join("src")).circles();
        let circles = circles.iter();
        found.extend(circles.map(|circle| format!("{}: {circle:?}", crate_folder.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
