//! Roles, sessions and jobs whose names would begin a line of ours, or steer the terminal: they stay in the line that they are shown in.

use postgres::{Client, NoTls};
use sql::quote::identifier as quoted;

use super::jobs::{idle, reader};
use super::{value, with};
use crate::support::{Database, Sandbox, eventually, test_name};

/// A name with a line break, a terminal's command and a bidirectional control.
const EVIL: &str = "me\nerror: forged\u{1b}[2J\u{202e}";

/// Nothing in a screen begins with what was planted, and nothing steers the terminal.
#[track_caller]
fn is_harmless(screen: &str) {
    let forged = screen
        .lines()
        .any(|line| line.trim_start().starts_with("error: forged"));
    assert!(!forged, "{screen}");
    let steers = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202e}';
    assert!(!screen.contains(steers), "{screen:?}");
}

/// The document on a screen's standard output.
#[track_caller]
fn document(screen: &str) -> serde_json::Value {
    let (_, rest) = screen.split_once("----- stdout -----\n").unwrap();
    let (stdout, _) = rest.split_once("----- stderr -----").unwrap();
    // The screen shows no times.
    let stdout = stdout.replace(": [time]", ": 0");
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {screen}"))
}

/// A session of the role that is called so.
fn session(project: &Sandbox, role: &str) -> Client {
    let mut config: postgres::Config = project.own_database().url().parse().unwrap();
    config.user(role).password("unused").application_name(EVIL);
    config.connect(NoTls).unwrap()
}

#[test]
fn a_role_forges_no_line_of_migrate_status_and_doctor() {
    let files = [
        ("001_notes", "CREATE TABLE notes (id int);\n"),
        ("002_rooms", "ALTER TABLE notes ADD COLUMN room int;\n"),
    ];
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let url = database.url();
    let project = with(&files).on(database);
    let role = format!("{} {EVIL}", project.own_database().name());
    let mut client = project.own_database().client();
    let create = format!(
        "CREATE ROLE {} SUPERUSER LOGIN PASSWORD 'unused'",
        quoted(&role)
    );
    client.batch_execute(&create).unwrap();
    let (_, place) = url.split_once('@').unwrap();
    let user: String = role.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let target = format!("postgresql://{user}:unused@{place}");
    let screen = project.run(&format!("migrate --no-snapshot --to 1 --target {target}"));
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    is_harmless(&screen);
    let mut holder = session(&project, &role);
    holder
        .batch_execute("BEGIN; SELECT FROM notes LIMIT 1")
        .unwrap();
    for arguments in ["", "--json "] {
        let blocked = "migrate --no-snapshot --lock-timeout 1 --patience 1";
        let screen = project.run(&format!("{blocked} {arguments}--target {target}"));
        assert!(screen.starts_with("exit 1\n"), "{screen}");
        assert!(
            screen.contains("me\\nerror: forged") || screen.contains("me\u{fffd}error: forged"),
            "{screen}"
        );
        is_harmless(&screen);
        if !arguments.is_empty() {
            assert!(
                document(&screen)["error"]["blocker"].is_string(),
                "{screen}"
            );
        }
    }
    for command in ["status", "doctor"] {
        let screen = project.run(&format!("{command} --target {target}"));
        assert!(screen.starts_with("exit 3\n"), "{screen}");
        assert!(screen.contains("me\\nerror: forged"), "{screen}");
        is_harmless(&screen);
        let json = project.run(&format!("{command} --json --target {target}"));
        is_harmless(&json);
        let document = document(&json).to_string();
        assert!(document.contains("me\\nerror: forged"), "{document}");
    }
    drop(holder);
    let drop = format!("DROP OWNED BY {0} CASCADE; DROP ROLE {0}", quoted(&role));
    client.batch_execute(&drop).unwrap();
}

#[test]
fn a_paused_job_forges_no_line() {
    let alter = ("002_rooms", "ALTER TABLE events ADD COLUMN room int;\n");
    let Some((project, mut client)) = idle(test_name!(), alter) else {
        return;
    };
    let rename = "UPDATE _timescaledb_config.bgw_job SET application_name = $1 WHERE proc_name = 'policy_retention'";
    client.execute(rename, &[&EVIL]).unwrap();
    let mut reader = reader(&project);
    let mut run = project.start("migrate --no-snapshot --pause-jobs");
    run.says("waiting for a lock");
    for command in ["status", "status --json", "doctor", "doctor --json"] {
        is_harmless(&project.run(command));
    }
    assert_eq!(document(&project.run("status --json"))["paused_jobs"], true);
    reader.batch_execute("COMMIT").unwrap();
    let screen = run.screen();
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(screen.contains("me\\nerror: forged"), "{screen}");
    is_harmless(&screen);
    let paused = "SELECT count(*) FROM timescaledb_information.jobs WHERE NOT scheduled";
    eventually("they run again", || value(&mut client, paused) == "0");
}
