//! `new-migration`.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use super::MIGRATIONS;
use crate::support::Sandbox;

fn project() -> Sandbox {
    let project = Sandbox::new();
    for (name, text) in MIGRATIONS {
        project.write(&format!("migrations/{name}.sql"), text);
    }
    project
}

#[test]
fn the_next_one() {
    let project = project();
    insta::assert_snapshot!(project.run("new-migration add user segments"));
    insta::assert_snapshot!(
        "the_next_one_s_text",
        project.read("migrations/004_add_user_segments.sql")
    );
}

#[test]
fn the_first_one() {
    let project = Sandbox::new();
    insta::assert_snapshot!(project.run("new-migration Initial-Schema!"));
    assert_eq!(project.files(), ["migrations/001_initial_schema.sql"]);
}

macro_rules! refuses {
    ($($name:ident: $arguments:expr;)+) => {$(
        #[test]
        fn $name() {
            let project = project();
            let before = project.files();
            insta::assert_snapshot!(project.run($arguments));
            assert_eq!(project.files(), before);
        }
    )+};
}

refuses! {
    a_name_that_is_taken: "new-migration users";
    a_name_of_nothing: "new-migration ///";
    a_name_that_is_not_ascii: "new-migration größe";
}

#[test]
fn behind_a_gap() {
    let project = project().file("migrations/009_late.sql", "SELECT 1;\n");
    insta::assert_snapshot!(project.run("new-migration later"));
}

#[test]
fn in_another_folder() {
    let project = Sandbox::new().file("db/001_a.sql", "SELECT 1;\n");
    insta::assert_snapshot!(project.run("new-migration --migrations db more"));
    assert_eq!(project.files(), ["db/001_a.sql", "db/002_more.sql"]);
}

#[test]
fn with_an_editor() {
    let project = project().file(
        "home/ed",
        "#!/bin/sh\necho \"$1\" in \"$(basename \"$2\")\"\necho SELECT 4 >\"$2\"\n",
    );
    let editor = project.dir().join("home/ed");
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let project = project.env("EDITOR", format!("{} --wait", editor.display()));
    insta::assert_snapshot!(project.run("new-migration --edit add more"));
    assert_eq!(project.read("migrations/004_add_more.sql"), "SELECT 4\n");
}

#[test]
fn with_an_editor_that_fails() {
    insta::assert_snapshot!(
        project()
            .env("EDITOR", "false")
            .run("new-migration --edit add more")
    );
}

#[test]
fn with_an_editor_that_is_not_there() {
    let project = project().env("EDITOR", "no-such-editor");
    let screen = project.run("new-migration --edit add more");
    // What the shell says is the shell's.
    let lines = screen.lines().filter(|line| !line.starts_with("sh: "));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn without_an_editor() {
    let project = project();
    insta::assert_snapshot!(project.run("new-migration --edit add more"));
}

/// The next run would apply an empty file, and it could then no longer be edited.
#[test]
fn on_a_full_disk_no_file_is_made() {
    let project = Sandbox::new();
    let mut command = project.command("sh");
    let script = format!(
        "trap '' XFSZ; ulimit -f 0; exec {} new-migration a",
        env!("CARGO_BIN_EXE_xtask")
    );
    command.args(["-c", &script]);
    let screen = project.show(command);
    assert!(
        screen.contains("error: failed to write into migrations"),
        "{screen}"
    );
    assert_eq!(project.files(), [""; 0]);
}

#[test]
fn twenty_at_once_get_twenty_numbers() {
    let project = Sandbox::new();
    let start = |index: usize| {
        let mut command = project.xtask();
        command.args(["new-migration", &format!("number {index}")]);
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let children: Vec<_> = (1..=20).map(start).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let numbers = project
        .files()
        .into_iter()
        .map(|file| file["migrations/".len()..][..3].to_owned());
    let expected = (1..=20).map(|number| format!("{number:03}"));
    assert_eq!(numbers.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}
