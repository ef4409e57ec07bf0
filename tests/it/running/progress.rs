//! Long statements: how far they are, on a terminal every second and elsewhere now and then.

use std::process::Command;

use postgres::Client;

use super::before_the_last;
use super::before_the_last_timescale;
use crate::support::{Sandbox, skip, test_name};

/// Each row takes a while to be indexed.
const SLOW: &str = "CREATE FUNCTION slow(value int) RETURNS int LANGUAGE plpgsql IMMUTABLE \
                    AS 'BEGIN PERFORM pg_sleep(0.01); RETURN value; END';\n";

/// Runs the last migration on a terminal, and returns what it shows there: each time that a line is written over becomes a line.
fn on_a_terminal(test: &str, project: &Sandbox) -> Option<String> {
    let has_script = Command::new("script").arg("--version").output().is_ok();
    if !has_script {
        skip(test, "there is no script(1) to make a terminal");
        return None;
    }
    let mut command = project.command("script");
    let xtask = env!("CARGO_BIN_EXE_xtask");
    let run = format!("'{xtask}' migrate --no-snapshot");
    command.args(["--quiet", "--return", "--command", &run, "/dev/null"]);
    let (status, said) = project.start_command(command).end();
    assert!(status.success(), "{said}");
    Some(said.replace("\r\u{1b}[K", "\n"))
}

/// The lines about progress, their times and percentages left out.
fn passing(screen: &str, title: &str) -> Vec<String> {
    let screen = screen.replace("\u{1b}[?7l", "").replace("\u{1b}[?7h", "");
    let lines = screen
        .lines()
        .filter(|line| line.starts_with(&format!("{title}: ")));
    let times = regex::Regex::new(r"\d+ (s|%)").unwrap();
    lines
        .map(|line| times.replace_all(line.trim(), "N $1").into_owned())
        .collect()
}

#[test]
fn an_index_of_a_plain_table_shows_every_second_how_far_it_is() {
    let tables = format!(
        "{SLOW}CREATE TABLE events (id int);\nINSERT INTO events SELECT generate_series(1, 250);\n"
    );
    let files = [
        ("001_tables", &*tables),
        (
            "002_index",
            "CREATE INDEX events_slow ON events (slow(id));\n",
        ),
    ];
    let Some(project) = before_the_last(test_name!(), &files) else {
        return;
    };
    let Some(screen) = on_a_terminal(test_name!(), &project) else {
        return;
    };
    let lines = passing(&screen, "002 index");
    assert!((2..=4).contains(&lines.len()), "{screen}");
    let expected = "002 index: N s, CREATE INDEX events, building index: scanning table, N %";
    assert!(lines.iter().all(|line| line == expected), "{screen}");
}

#[test]
fn an_index_of_a_hypertable_shows_which_chunk_it_is_at() {
    let tables = format!(
        "CREATE EXTENSION IF NOT EXISTS timescaledb;\n{SLOW}CREATE TABLE events (time timestamptz NOT NULL, id int);\n\
         SELECT create_hypertable('events', 'time', chunk_time_interval => INTERVAL '1 day');\n\
         INSERT INTO events SELECT timestamptz '2020-01-01 00:00Z' + INTERVAL '1 day' * (n % 3), n FROM generate_series(0, 239) n;\n"
    );
    let files = [
        ("001_tables", &*tables),
        (
            "002_index",
            "CREATE INDEX events_slow ON events (slow(id));\n",
        ),
    ];
    let Some(project) = before_the_last_timescale(test_name!(), "its chunks", &files) else {
        return;
    };
    let Some(screen) = on_a_terminal(test_name!(), &project) else {
        return;
    };
    let lines = passing(&screen, "002 index");
    let chunk = regex::Regex::new(
        r"^002 index: N s, CREATE INDEX events, chunk [123] of 3, building index",
    );
    let chunk = chunk.unwrap();
    assert!(lines.iter().all(|line| chunk.is_match(line)), "{screen}");
    assert!(
        lines.iter().any(|line| line.contains("chunk 3 of 3")),
        "{screen}"
    );
}

#[test]
fn a_long_line_on_a_narrow_terminal_does_not_wrap() {
    let name = "a_table_whose_name_is_as_long_as_a_name_may_be_and_not_much_less";
    let tables = format!("CREATE TABLE {name} (id int);\n");
    let wait = format!("LOCK TABLE {name};\nSELECT pg_sleep(1.5);\n");
    let files = [("001_tables", &*tables), ("002_waits", &*wait)];
    let Some(project) = before_the_last(test_name!(), &files) else {
        return;
    };
    let Some(screen) = on_a_terminal(test_name!(), &project) else {
        return;
    };
    let line = screen.lines().find(|line| line.contains("002 waits: "));
    let line = line.unwrap_or_default();
    assert!(
        screen.contains("\u{1b}[?7l002 waits: ") && screen.contains("\u{1b}[?7h"),
        "{line:?}"
    );
}

#[test]
fn elsewhere_a_statement_that_is_not_long_is_passed_over() {
    let files = [("001_waits", "SELECT pg_sleep(2.2);\n")];
    let Some(project) = before_the_last(test_name!(), &files) else {
        return;
    };
    let mut client: Client = project.own_database().client();
    let screen = project.run("migrate --no-snapshot");
    assert!(screen.ends_with("----- stderr -----\n"), "{screen}");
    assert_eq!(
        super::value(&mut client, "SELECT count(*) FROM schema_migrations"),
        "1"
    );
}
