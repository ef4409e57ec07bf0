//! The help of every command.

use crate::support::Sandbox;

macro_rules! helps {
    ($($name:ident: $arguments:expr;)+) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(Sandbox::new().run($arguments));
        }
    )+};
}

helps! {
    all_commands: "--help";
    migrate: "migrate --help";
    all_commands_asked_for_as_one: "help";
    one_command_asked_for: "help import";
    import: "import --help";
    check: "check --help";
    new_migration: "new-migration --help";
    status: "status --help";
    drift: "drift --help";
    diff: "diff --help";
    doctor: "doctor --help";
    with_db: "with-db --help";
    psql: "psql --help";
    queries: "queries --help";
    rehearse: "rehearse --help";
    reset: "reset --help";
    bench: "bench --help";
}
