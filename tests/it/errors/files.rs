//! Files that cannot be migrations. No server is needed to say so.

use crate::support::{Sandbox, test_name};

/// What `migrate` says to these files, once it is sure that nothing was done because of them.
fn refused(files: &[(&str, &[u8])]) -> String {
    let project = Sandbox::new();
    for (name, content) in files {
        project.write(&format!("migrations/{name}"), content);
    }
    let before = project.files();
    let screen = project.run("migrate --target embedded");
    assert_eq!(project.files(), before);
    assert!(!project.dir().join("target").exists());
    screen
}

/// The same for one file.
fn refused_text(text: &str) -> String {
    refused(&[("001_a.sql", text.as_bytes())])
}

macro_rules! refuses {
    ($($name:ident: $screen:expr;)+) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!($screen);
        }
    )+};
}

refuses! {
    a_name_of_another_form: refused(&[("001_a.sql", b"SELECT 1"), ("002-Add Users.sql", b"SELECT 1")]);
    a_name_without_number: refused(&[("users.sql", b"SELECT 1")]);
    a_gap: refused(&[("001_a.sql", b"SELECT 1"), ("003_c.sql", b"SELECT 1")]);
    a_repeat: refused(&[("001_a.sql", b"SELECT 1"), ("002_b.sql", b"SELECT 1"), ("002_c.sql", b"SELECT 1")]);
    many_names: refused(&[("1_a.sql", b""), ("2-It's here.sql", b""), ("c.sql", b""), ("004_d.down.sql", b"")]);
    names_of_another_tool: refused(&[("20240101120000_a.up.sql", b""), ("20240101120000_a.down.sql", b"")]);
    a_file_that_goes_down: refused(&[("001_a.sql", b""), ("001_a.down.sql", b"")]);
    invalid_utf_8: refused(&[("001_a.sql", b"SELECT 1;\nSELECT 'caf\xe9';\n")]);
    utf_16: refused(&[("001_a.sql", b"\xff\xfeS\0E\0L\0E\0C\0T\0")]);
    a_nul_byte: refused(&[("001_a.sql", b"SELECT 1;\nSELECT '\0';\n")]);
    a_meta_command: refused_text("CREATE TABLE t ();\n\\i other.sql\n");
    a_meta_command_behind_a_statement: refused_text("SELECT 1 \\gexec\n");
    data_for_copy: refused_text("CREATE TABLE t (a int, b text);\nCOPY t FROM stdin;\n1\tit's\n\\.\n");
    a_string_without_end: refused_text("SELECT 1;\nSELECT 'it;\nSELECT 2;\n");
    a_dollar_quote_without_end: refused_text("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT 1 $$;\n");
    a_comment_without_end: refused_text("SELECT 1;\n/* /* one of two */\nSELECT 2;\n");
    a_parenthesis_without_end: refused_text("CREATE TABLE t (a int;\nCREATE TABLE u (a int);\n");
    a_transaction_without_end: refused_text("BEGIN;\nCREATE TABLE t ();\n");
    a_commit_without_transaction: refused_text("CREATE TABLE t ();\nCOMMIT;\n");
    a_rollback: refused_text("BEGIN;\nCREATE TABLE t ();\nROLLBACK;\n");
    another_meaning_of_strings: refused_text("SET standard_conforming_strings = off;\nSELECT 'C:\\';\n");
    a_lone_statement_inside_a_transaction: refused_text("BEGIN;\nVACUUM;\nCOMMIT;\n");
    a_folder_with_a_migration_s_name: {
        let project = Sandbox::new().file("migrations/001_a.sql/README", "");
        project.run("migrate --target embedded")
    };
    a_name_in_a_repository: {
        let project = Sandbox::new().file("migrations/1_a.sql", "").file("migrations/2_b.sql", "");
        for arguments in [&["init", "--quiet"][..], &["add", "migrations/1_a.sql"]] {
            assert!(project.command("git").args(arguments).status().unwrap().success());
        }
        project.run("migrate --target embedded")
    };
    a_folder_of_folders: {
        let project = Sandbox::new().file("migrations/2024/001_a.sql", "").file("migrations/2025/001_b.sql", "");
        project.run("migrate --target embedded")
    };
    no_migration_at_all: Sandbox::new().run("migrate --target embedded");
    a_named_pipe_with_a_migration_s_name: {
        let project = Sandbox::new();
        let made = project.command("mkfifo").arg(project.dir().join("migrations/001_a.sql")).status();
        assert!(made.unwrap().success());
        project.run("migrate --target embedded")
    };
    a_link_to_a_device: {
        let project = Sandbox::new().file("migrations/001_a.sql", "");
        std::os::unix::fs::symlink("/dev/zero", project.dir().join("migrations/002_b.sql")).unwrap();
        project.run("migrate --target embedded")
    };
    a_file_without_an_end: {
        let project = Sandbox::new();
        project.write("migrations/001_a.sql", "");
        let file = std::fs::File::create(project.dir().join("migrations/002_b.sql")).unwrap();
        file.set_len(1 << 40).unwrap();
        project.run("migrate --target embedded")
    };
    a_folder_that_is_not_there: Sandbox::new().run("migrate --target embedded --migrations elsewhere");
}

#[testkit::test(|test| Sandbox::new().plain(test))]
fn a_byte_order_mark_and_crlf_are_no_change(project: Sandbox) {
    let migration = "migrations/001_a.sql";
    project.write(migration, "\u{feff}CREATE TABLE t ();\r\nSELECT 1;\r\n");
    let applied = project.run("migrate --no-snapshot");
    assert!(applied.contains("applied 1 migration"), "{applied}");
    project.write(migration, "CREATE TABLE t ();\nSELECT 1;\n");
    insta::assert_snapshot!(project.run("migrate --no-snapshot"));
}

/// What `migrate` says to a file of another tool with both of its sections, once it is sure that nothing of it was run.
fn refused_section(test: &str, text: &str) -> Option<String> {
    let project = Sandbox::new().plain(test)?;
    project.write("migrations/001_first.sql", "CREATE TABLE first ();\n");
    project.write("migrations/002_second.sql", text);
    let screen = project.run("migrate --no-snapshot");
    let status = project.run("status");
    assert!(
        status.contains("nothing is applied") || status.contains("2 pending"),
        "{status}"
    );
    Some(screen)
}

macro_rules! refuses_section {
    ($($name:ident: $text:expr;)+) => {$(
        #[test]
        fn $name() {
            if let Some(screen) = refused_section(test_name!(), $text) {
                insta::assert_snapshot!(screen);
            }
        }
    )+};
}

refuses_section! {
    a_section_of_dbmate_that_goes_down:
        "-- migrate:up\nCREATE TABLE IF NOT EXISTS t (id int);\n\n-- migrate:down\nDROP TABLE t;\n";
    a_section_of_goose_that_goes_down:
        "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE t (id int);\n-- +goose StatementEnd\n\n-- +goose Down\nDROP TABLE t;\n";
    a_section_of_tern_that_goes_down:
        "CREATE TABLE t (id int);\n\n---- create above / drop below ----\n\nDROP TABLE t;\n";
    a_section_of_node_pg_migrate_that_goes_down:
        "-- Up Migration\nCREATE TABLE t (id int);\n\n-- Down Migration\nDROP TABLE t;\n";
}

#[testkit::test(|test| Sandbox::new().plain(test))]
fn a_file_of_another_tool_without_such_a_section_runs(project: Sandbox) {
    let text =
        "-- migrate:up transaction:false\nCREATE TABLE t (id int);\n-- migrate:down\n-- nothing\n";
    project.write("migrations/001_a.sql", text);
    let applied = project.run("migrate --no-snapshot");
    assert!(applied.contains("applied 1 migration"), "{applied}");
}

#[testkit::test(|test| Sandbox::new().plain(test))]
fn an_applied_file_with_such_a_section_is_no_obstacle(project: Sandbox) {
    let text = "CREATE TABLE t (id int);\n-- Down Migration\nDROP TABLE t;\n";
    project.write(
        "migrations/001_a.sql",
        text.replace("-- Down", "-- The down"),
    );
    let applied = project.run("migrate --no-snapshot");
    assert!(applied.contains("applied 1 migration"), "{applied}");
    // As a version that did not know such sections has recorded it.
    project.write("migrations/001_a.sql", text);
    let checksum = migrator::source::checksum(text);
    let update = format!("UPDATE schema_migrations SET checksum = '{checksum}'");
    project
        .own_database()
        .client()
        .batch_execute(&update)
        .unwrap();
    let again = project.run("migrate --no-snapshot");
    assert!(again.contains("nothing to do"), "{again}");
}

/// Files without a statement, as a generator or a version control system leaves them.
const WITHOUT_STATEMENT: [(&str, &str); 4] = [
    ("001_empty", ""),
    ("002_comments", "-- nothing yet\n/* nor here */\n;\n"),
    ("004_block", "BEGIN;\nCOMMIT;\n"),
    ("005_blanks", " \n\t\r\n"),
];

/// A project with such files around one that creates a table.
fn without_statement(test: &str) -> Option<Sandbox> {
    let project = Sandbox::new().plain(test)?;
    for (name, text) in WITHOUT_STATEMENT {
        project.write(&format!("migrations/{name}.sql"), text);
    }
    project.write("migrations/003_table.sql", "CREATE TABLE t (id int);\n");
    Some(project)
}

#[testkit::test(without_statement)]
fn a_file_without_a_statement_is_recorded_with_a_warning(project: Sandbox) {
    insta::assert_snapshot!(
        "without_statement_the_plan",
        project.run("migrate --dry-run")
    );
    insta::assert_snapshot!(
        "without_statement_applied",
        project.run("migrate --snapshot schema.json")
    );
    assert!(
        project.read("schema.json").contains("005_blanks")
            || project.read("schema.json").contains("\"blanks\"")
    );
    insta::assert_snapshot!(
        "without_statement_again",
        project.run("migrate --no-snapshot")
    );
    insta::assert_snapshot!("without_statement_status", project.run("status"));
    project.write("migrations/002_comments.sql", "CREATE TABLE u ();\n");
    insta::assert_snapshot!(
        "without_statement_edited",
        project.run("migrate --no-snapshot")
    );
}

/// The settings of a session and its one transaction hold whichever file is the first and the last.
#[testkit::test(without_statement)]
fn files_without_a_statement_share_the_transaction_of_all_or_nothing(project: Sandbox) {
    project.write("migrations/004_block.sql", "CREATE TABLE t (id int);\n");
    let failed = project.run("migrate --no-snapshot --all-or-nothing");
    assert!(failed.contains("42P07"), "{failed}");
    let status = project.run("status");
    assert!(status.contains("5 pending"), "{status}");
    project.write("migrations/004_block.sql", "");
    insta::assert_snapshot!(project.run("migrate --no-snapshot --all-or-nothing"));
    let status = project.run("status");
    assert!(status.contains("5 applied"), "{status}");
}

#[testkit::test(|test| Sandbox::new().plain(test))]
fn the_rest_of_a_half_applied_file_may_become_empty(project: Sandbox) {
    project.write("migrations/001_a.sql", "VACUUM nowhere;\n");
    project.write("migrations/002_b.sql", "CREATE TABLE t (id int);\n");
    let failed = project.run("migrate --no-snapshot");
    assert!(failed.contains("42P01"), "{failed}");
    project.write("migrations/001_a.sql", "-- not needed\n");
    let applied = project.run("migrate --no-snapshot");
    assert!(applied.contains("applied 2 migrations"), "{applied}");
    let again = project.run("migrate --no-snapshot");
    assert!(again.contains("nothing to do"), "{again}");
}

#[testkit::test(without_statement)]
fn a_file_without_a_statement_may_be_taken_over(project: Sandbox) {
    if project.is_plain() {
        return;
    }
    let database = project.own_database();
    database
        .client()
        .batch_execute("CREATE TABLE t (id int)")
        .unwrap();
    let taken = project.run("migrate --no-snapshot --baseline 4");
    assert!(taken.contains("applied 1 migration"), "{taken}");
    let status = project.run("status");
    assert!(status.contains("5 applied"), "{status}");
}
