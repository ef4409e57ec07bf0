//! Command lines that make no sense.

use super::project;
use crate::support::{Sandbox, test_name};

/// Three migrations; the first is applied.
fn one_of_three(test: &str) -> Option<Sandbox> {
    let texts = ["001_a", "002_b", "003_c"].map(|name| (name, "SELECT 1;\n"));
    let project = project(&texts).plain(test)?;
    project.run("migrate --no-snapshot --to 1");
    Some(project)
}

macro_rules! of_three {
    ($($name:ident: $arguments:expr;)+) => {$(
        #[test]
        fn $name() {
            if let Some(project) = one_of_three(test_name!()) {
                insta::assert_snapshot!(project.run($arguments));
            }
        }
    )+};
}

of_three! {
    only_one_that_is_not_there: "migrate --only 9";
    only_one_that_is_not_the_next: "migrate --only 3";
    only_one_that_is_applied: "migrate --only 1";
    up_to_one_that_is_not_there: "migrate --to 9 --dry-run";
    up_to_one_that_is_applied: "migrate --to 1";
}

macro_rules! says {
    ($($name:ident: $arguments:expr;)+) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(project(&[("001_a", "SELECT 1;\n")]).run($arguments));
        }
    )+};
}

says! {
    no_command: "";
    an_unknown_command: "migrat";
    an_unknown_option: "migrate --force";
    an_unknown_target: "migrate --target production";
    a_number_that_is_none: "migrate --only first";
    two_selections: "migrate --only 1 --to 2";
    no_snapshot_and_frozen: "migrate --no-snapshot --frozen";
    with_db_without_command: "with-db --target embedded";
    a_new_migration_without_name: "new-migration";
}

#[test]
fn outside_of_any_project() {
    let project = Sandbox::new();
    std::fs::remove_dir(project.dir().join("migrations")).unwrap();
    let screen = project.run("status");
    insta::assert_snapshot!(screen);
}

#[testkit::test(one_of_three)]
fn in_a_subfolder_of_the_project(project: Sandbox) {
    let mut command = project.xtask();
    command
        .args(["migrate", "--no-snapshot", "--to", "3"])
        .current_dir(project.dir().join("migrations"));
    insta::assert_snapshot!(project.show(command));
}

/// A document that its reader does not get whole is no success; a reader that went away has read what it wanted.
#[cfg(target_os = "linux")]
#[testkit::test(one_of_three)]
fn standard_output_that_takes_nothing(project: Sandbox) {
    let run = |arguments: &[&str], stdout: std::process::Stdio| {
        let run = project
            .xtask()
            .args(arguments)
            .stdout(stdout)
            .stderr(std::process::Stdio::piped())
            .spawn();
        let run = run.unwrap().wait_with_output().unwrap();
        let errors = String::from_utf8(run.stderr).unwrap();
        let errors = errors
            .lines()
            .filter(|it| it.starts_with("error") || it.contains("next:"));
        let errors: Vec<&str> = errors.collect();
        format!("exit {}\n{}", run.status.code().unwrap(), errors.join("\n"))
    };
    let full = || std::fs::File::options().write(true).open("/dev/full");
    let closed = || std::io::pipe().unwrap().1;
    let screens = [
        run(&["status", "--json"], full().unwrap().into()),
        run(&["drift"], full().unwrap().into()),
        run(&["status", "--json"], closed().into()),
    ];
    insta::assert_snapshot!(screens.join("\n"));
}
