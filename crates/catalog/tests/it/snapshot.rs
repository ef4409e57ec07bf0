//! The committed file: canonical, and suspicious of everything that did not write it.

use catalog::{Catalog, Migration, Snapshot};

fn migration(version: u32, name: &str, checksum: char) -> Migration {
    Migration {
        version,
        name: name.to_owned(),
        checksum: checksum.to_string().repeat(64),
    }
}

fn small() -> Snapshot {
    let catalog = Catalog {
        extensions: vec!["timescaledb".to_owned()],
        ..Catalog::default()
    };
    Snapshot {
        migrations: vec![migration(1, "first", 'a'), migration(2, "second", 'b')],
        catalog,
    }
}

fn error(text: &str) -> String {
    Snapshot::parse(text).unwrap_err().to_string()
}

#[test]
fn the_text() {
    insta::assert_snapshot!(small().to_text());
}

#[test]
fn a_snapshot_survives_its_text() {
    let snapshot = small();
    let text = snapshot.to_text();
    assert_eq!(Snapshot::parse(&text).unwrap(), snapshot);
    assert_eq!(Snapshot::parse(&text).unwrap().to_text(), text);
    assert_eq!(
        Snapshot::parse(&text.replace('\n', "\r\n")).unwrap(),
        snapshot,
        "as git checks it out on Windows"
    );
    assert!(text.ends_with("}\n"));
}

#[test]
fn every_damage_is_told_apart() {
    let text = small().to_text();
    let conflict = text.replace(
        "  \"fingerprint\"",
        "<<<<<<< HEAD\n  \"fingerprint\": \"1\",\n=======\n  \"fingerprint\": \"2\",\n>>>>>>> branch\n  \"fingerprint\"",
    );
    let cases = [
        ("empty", String::new()),
        ("blank", "\n \n".to_owned()),
        ("conflict", conflict),
        ("half a file", text[..text.len() / 2].to_owned()),
        ("no last brace", text[..text.len() - 2].to_owned()),
        ("not JSON", text.replace("\"format\": 1", "\"format\" 1")),
        ("something else", "[1, 2]".to_owned()),
        ("no format", "{}".to_owned()),
        (
            "other format",
            text.replace("\"format\": 1", "\"format\": 2"),
        ),
        (
            "unknown field",
            text.replace("\"extensions\"", "\"extras\""),
        ),
        (
            "a label edited",
            text.replace("\"timescaledb\"", "\"timescale\""),
        ),
        ("a checksum edited", text.replace("aaaa", "aaab")),
        (
            "the fingerprint edited",
            text.replace(&small().fingerprint(), &"0".repeat(64)),
        ),
    ];
    let report: Vec<String> = cases
        .iter()
        .map(|(what, text)| format!("{what}: {}", error(text)))
        .collect();
    assert!(
        report
            .iter()
            .all(|line| line.ends_with("`cargo xtask migrate`")),
        "{report:#?}"
    );
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn other_migrations_are_named() {
    let (one, two) = (migration(1, "first", 'a'), migration(2, "second", 'b'));
    let three = migration(3, "third", 'c');
    assert_eq!(small().check(&[one.clone(), two.clone()]), Ok(()));
    let cases: [&[Migration]; 6] = [
        &[one.clone(), two.clone(), three.clone()],
        std::slice::from_ref(&one),
        &[one.clone(), migration(2, "second", 'x')],
        &[one.clone(), migration(2, "renamed", 'b')],
        &[migration(1, "first", 'x'), three],
        &[],
    ];
    let report: Vec<String> = cases
        .iter()
        .map(|files| small().check(files).unwrap_err().to_string())
        .collect();
    assert!(
        report
            .iter()
            .all(|line| line.ends_with("`cargo xtask migrate`")),
        "{report:#?}"
    );
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn two_branches_with_one_number_conflict() {
    let branch = |name, checksum| {
        let mut snapshot = small();
        snapshot.migrations.push(migration(3, name, checksum));
        snapshot.to_text()
    };
    let base = small().to_text();
    let (ours, theirs) = (branch("ours", 'c'), branch("theirs", 'd'));
    // What git merges is lines: both branches changed the same line of the base, and not into the same.
    let changed = |text: &str| {
        base.lines()
            .zip(text.lines())
            .position(|(old, new)| old != new)
    };
    assert_eq!(changed(&ours), changed(&theirs));
    let line = changed(&ours).unwrap();
    assert_ne!(ours.lines().nth(line), theirs.lines().nth(line));
}
