//! A snapshot that is not what the database holds: `migrate --frozen` says why, `migrate` repairs it.

use super::project;
use crate::support::{Sandbox, skip, test_name};

const A: (&str, &str) = (
    "001_users",
    "CREATE TABLE users (user_id int NOT NULL, name text);\n",
);
const B: (&str, &str) = (
    "002_logins",
    "CREATE TABLE logins (user_id int, at timestamptz);\n",
);
const SNAPSHOT: &str = "analytics-schema/schema.json";

/// The output of `migrate --frozen` after `spoil` has changed the good snapshot; `migrate` repairs it.
fn spoilt(test: &str, spoil: impl FnOnce(&str) -> Option<String>) -> Option<String> {
    let project = project(&[A, B]).plain(test)?;
    assert!(project.run("migrate").starts_with("exit 0\n"));
    let good = project.read(SNAPSHOT);
    match spoil(&good) {
        Some(bad) => project.write(SNAPSHOT, bad),
        None => std::fs::remove_file(project.dir().join(SNAPSHOT)).unwrap(),
    }
    let before = project.files();
    let frozen = project.run("migrate --frozen");
    assert_eq!(project.files(), before);
    let repair = project.run("migrate");
    assert!(repair.contains("schema.json written"), "{repair}");
    assert_eq!(project.read(SNAPSHOT), good);
    assert!(project.run("migrate --frozen").starts_with("exit 0\n"));
    Some(frozen)
}

macro_rules! spoils {
    ($($name:ident: $spoil:expr;)+) => {$(
        #[test]
        fn $name() {
            if let Some(screen) = spoilt(test_name!(), $spoil) {
                insta::assert_snapshot!(screen);
            }
        }
    )+};
}

spoils! {
    missing: |_| None;
    empty: |_| Some(String::new());
    truncated: |good| Some(good[..good.len() / 2].to_owned());
    no_json: |_| Some("schema\n".to_owned());
    edited_by_hand: |good| Some(good.replace("\"timestamptz\"", "\"timestamp\""));
    of_another_format: |good| Some(good.replace("\"format\": 1", "\"format\": 7"));
    with_a_merge_conflict: |good| Some(good.replacen("    {\n", "<<<<<<< HEAD\n    {\n=======\n    {\n>>>>>>> topic\n", 1));
    reformatted: |good| Some(good.replace("  ", "    "));
}

#[testkit::test(|test| project(&[A]).plain(test))]
fn a_checkout_on_windows_is_no_change(project: Sandbox) {
    project.run("migrate --snapshot schema.json");
    let windows = project.read("schema.json").replace('\n', "\r\n");
    project.write("schema.json", windows);
    let screen = project.run("migrate --frozen --snapshot schema.json");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[test]
fn of_other_migrations() {
    let other = "CREATE TABLE users (user_id bigint, mail text, name text NOT NULL);\n";
    let Some(theirs) =
        project(&[("001_users", other), ("002_teams", "SELECT 1;\n")]).plain(test_name!())
    else {
        return;
    };
    theirs.run("migrate --snapshot schema.json");
    let snapshot = theirs.read("schema.json");
    if let Some(screen) = spoilt(test_name!(), |_| Some(snapshot)) {
        insta::assert_snapshot!(screen);
    }
}

#[testkit::test(|test| project(&[A, B]).plain(test))]
fn of_a_database_that_was_changed_by_hand(project: Sandbox) {
    project.run("migrate --snapshot schema.json");
    let sql = "ALTER TABLE users ALTER name SET NOT NULL; DROP TABLE logins; CREATE TABLE extra ()";
    project.own_database().client().batch_execute(sql).unwrap();
    insta::assert_snapshot!(project.run("migrate --frozen --snapshot schema.json"));
}

#[testkit::test(|test| project(&[A]).plain(test))]
fn frozen_while_migrations_are_pending(project: Sandbox) {
    project.run("migrate --snapshot schema.json");
    project.write("migrations/002_logins.sql", B.1);
    insta::assert_snapshot!(project.run("migrate --frozen --snapshot schema.json"));
}

#[testkit::test(|test| project(&[A]).plain(test))]
fn in_a_folder_that_is_not_there(project: Sandbox) {
    insta::assert_snapshot!(project.run("migrate --snapshot no/such/folder/schema.json"));
}

#[test]
fn in_a_folder_that_takes_no_files() {
    let Some(project) = project(&[A]).plain(test_name!()) else {
        return;
    };
    if !std::path::Path::new("/sys/kernel").is_dir() {
        return skip(test_name!(), "there is no folder that takes no files");
    }
    for command in ["migrate", "reset --yes", "migrate --baseline 1"] {
        let screen = project.run(&format!("{command} --snapshot /sys/kernel/schema.json"));
        assert!(screen.starts_with("exit 2\n"), "{command}: {screen}");
        let said = "error: the snapshot /sys/kernel/schema.json cannot be written: ";
        assert!(screen.contains(said), "{command}: {screen}");
        assert!(
            screen.contains("= state: nothing was run"),
            "{command}: {screen}"
        );
        assert!(!screen.contains("dropped"), "{command}: {screen}");
    }
    assert!(project.run("status").contains("1 pending"));
}

#[testkit::test(|test| project(&[A, B]).plain(test))]
fn that_is_not_written_may_be_anywhere(project: Sandbox) {
    for snapshot in ["no/such/folder/schema.json", "/sys/kernel/schema.json"] {
        let screen = project.run(&format!("migrate --to 1 --snapshot {snapshot}"));
        assert!(screen.starts_with("exit 0\n"), "{screen}");
        let screen = project.run(&format!("migrate --to 2 --snapshot {snapshot}"));
        assert!(screen.starts_with("exit 2\n"), "{screen}");
    }
    assert!(project.run("status").contains("1 pending"));
}

#[test]
fn one_of_these_migrations_need_not_be_written() {
    use std::os::unix::fs::PermissionsExt as _;

    let Some(project) = project(&[A]).plain(test_name!()) else {
        return;
    };
    project.run("migrate");
    let sql = "DROP TABLE users, schema_migrations";
    project.own_database().client().batch_execute(sql).unwrap();
    let folder = project.dir().join("analytics-schema");
    for (path, mode) in [(folder.join("schema.json"), 0o444), (folder, 0o555)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let screen = project.run("migrate");
    assert!(screen.contains("applied 1 migration"), "{screen}");
    let folder = project.dir().join("analytics-schema");
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn where_a_folder_stands() {
    let project = Sandbox::new().file("schema.json/README", "");
    let Some(project) = project
        .file("migrations/001_a.sql", A.1)
        .plain(test_name!())
    else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --snapshot schema.json"));
}
