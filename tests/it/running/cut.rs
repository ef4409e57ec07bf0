//! Connections that break during a step, and servers that go down: what the run handles itself, and what it leaves to a person.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use postgres::Client;

use super::{before_the_last, value, with};
use crate::faults::private::Private;
use crate::faults::program::Program;
use crate::faults::proxy::{Deed, Fault, Moment, Proxy};
use crate::faults::target::through;
use crate::support::{Background, PATIENCE, Sandbox, eventually, test_name};

const NOTES: (&str, &str) = ("001_notes", "CREATE TABLE notes (id int);\n");

const SHORT: (&str, &str) = (
    "002_short",
    "INSERT INTO notes VALUES (1);\nSELECT pg_sleep(0.3);\n",
);

const LONG: (&str, &str) = (
    "002_long",
    "INSERT INTO notes VALUES (1);\nSELECT pg_sleep(60);\n",
);

/// The second migration's step is the message before the last, which says goodbye.
fn fault_in_its_step(project: &Sandbox, moment: Moment, deed: Deed) -> Fault {
    let other = with(&[NOTES, SHORT]).on(crate::support::Database::new("counting").unwrap());
    let screen = other.run("migrate --no-snapshot --to 1");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let proxy = Proxy::start(server(project), &Program::default(), None);
    let (status, said) = other.start_command(by_proxy(&other, &proxy, "60")).end();
    assert!(status.success(), "{said}");
    Fault {
        at: proxy.count() - 1,
        moment,
        deed,
    }
}

fn server(project: &Sandbox) -> SocketAddr {
    let config: postgres::Config = project.own_database().url().parse().unwrap();
    SocketAddr::from(([127, 0, 0, 1], config.get_ports()[0]))
}

/// A run through a proxy.
fn by_proxy(project: &Sandbox, proxy: &Proxy, patience: &str) -> Command {
    let url = through(&project.own_database().url(), proxy.port()) + "&connect_timeout=1";
    let mut command = project.xtask();
    command
        .args(["migrate", "--no-snapshot", "--patience", patience])
        .env("DATABASE_URL", url);
    command
}

/// The rows of the second migration, and how often the history has it.
fn rows(project: &Sandbox) -> String {
    let sql = "SELECT (SELECT count(*) FROM notes) || ' ' || count(*) FROM schema_migrations WHERE version = 2 AND steps_done = steps";
    value(&mut project.own_database().client(), sql)
}

/// Waits until the run's statement sleeps.
fn sleeps(client: &mut Client) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    eventually("the statement runs", || value(client, sql) == "1");
}

/// How many of a command's messages decide how it ends: what `status` says beside the history, and drift, do not.
const LOOKS: [(&str, usize); 4] = [
    ("status", 1),
    ("drift", 2),
    ("doctor", 2),
    ("migrate --dry-run", 1),
];

#[testkit::test(|test| before_the_last(test, &[NOTES, SHORT]))]
fn a_command_that_looks_says_that_the_server_cannot_be_reached(project: Sandbox) {
    let at_each = LOOKS.iter().flat_map(|(command, messages)| {
        let each = 1..=*messages;
        each.map(move |at| (*command, at))
    });
    for (command, at) in at_each {
        let fault = Fault {
            at,
            moment: Moment::InFlight,
            deed: Deed::Reset,
        };
        let proxy = Proxy::start(server(&project), &Program::default(), Some(fault));
        let url = through(&project.own_database().url(), proxy.port()) + "&connect_timeout=1";
        let screen = project.run(&format!("{command} --target {url}"));
        let said = format!("{command} {at}: {screen}");
        assert!(screen.starts_with("exit 4\n"), "{said}");
        assert!(screen.contains("the connection was lost: "), "{said}");
        assert!(!screen.contains("whether the last step ran"), "{said}");
    }
}

#[testkit::test(|test| before_the_last(test, &[NOTES, SHORT]))]
fn a_run_goes_on_by_itself_after_its_connection_was_reset(project: Sandbox) {
    let fault = fault_in_its_step(&project, Moment::InFlight, Deed::Reset);
    let proxy = Proxy::start(server(&project), &Program::default(), Some(fault));
    let screen = project
        .start_command(by_proxy(&project, &proxy, "60"))
        .screen();
    assert!(proxy.fired());
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    assert!(screen.contains("the connection was lost: "), "{screen}");
    assert!(screen.contains("connecting again\n"), "{screen}");
    assert!(screen.contains("applied 1 migration in"), "{screen}");
    assert_eq!(rows(&project), "1 1");
}

#[testkit::test(|test| before_the_last(test, &[NOTES, LONG]))]
fn a_statement_whose_session_was_ended_by_somebody_is_not_sent_again(project: Sandbox) {
    let run = project.start("migrate --no-snapshot");
    let mut client = project.own_database().client();
    sleeps(&mut client);
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    client.batch_execute(end).unwrap();
    insta::assert_snapshot!(run.screen());
    assert_eq!(rows(&project), "0 0");
}

/// A run on a separate server that is restarted during the second migration; what it prints, and what the next one finds.
fn restarted(test: &str, restart: impl Fn(&Private)) -> Option<String> {
    let private = Private::start(test)?;
    let project = with(&[NOTES, LONG]).env("DATABASE_URL", private.url());
    let screen = project.run("migrate --no-snapshot --to 1");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
    let run = project.start("migrate --no-snapshot");
    let mut client = private.client();
    sleeps(&mut client);
    restart(&private);
    let screen = run.screen();
    project.write("migrations/002_long.sql", LONG.1.replace("60", "0"));
    let next = project.run("migrate --no-snapshot");
    assert!(next.contains("applied 1 migration in"), "{next}");
    let mut client = private.client();
    assert_eq!(value(&mut client, "SELECT count(*) FROM notes"), "1");
    Some(screen)
}

#[testkit::test(|test| restarted(test, Private::restart_fast))]
fn a_statement_is_not_sent_again_to_a_server_that_was_restarted_under_it(screen: String) {
    insta::assert_snapshot!(screen);
}

#[testkit::test(|test| restarted(test, Private::crash))]
fn a_statement_is_not_sent_again_to_a_server_that_crashed_under_it(screen: String) {
    insta::assert_snapshot!(screen);
}

/// Waits for the end of a run behind a black hole; returns how long that took.
fn from_the_dark(started: Instant, run: Background<'_>) -> (String, Duration) {
    (run.screen(), started.elapsed())
}

#[testkit::test(|test| before_the_last(test, &[NOTES, SHORT]))]
fn a_run_whose_connection_goes_dark_does_not_hang(one: Sandbox) {
    let Some(all) = before_the_last(test_name!(), &[NOTES, SHORT]) else {
        return;
    };
    let dark = |project: &Sandbox, deed: Deed| {
        let fault = fault_in_its_step(project, Moment::Unanswered, deed);
        Arc::new(Proxy::start(
            server(project),
            &Program::default(),
            Some(fault),
        ))
    };
    let (proxy_of_one, proxy_of_all) = (dark(&one, Deed::Swallow), dark(&all, Deed::SwallowAll));
    let started = Instant::now();
    let ((goes_on, _), (ends, took)) = thread::scope(|scope| {
        let run = one.start_command(by_proxy(&one, &proxy_of_one, "10"));
        let goes_on = scope.spawn(move || from_the_dark(started, run));
        let run = all.start_command(by_proxy(&all, &proxy_of_all, "1"));
        let ends = scope.spawn(move || from_the_dark(started, run));
        (goes_on.join().unwrap(), ends.join().unwrap())
    });
    // Where the server can still be asked, it says that it has nothing to do for the session.
    assert!(goes_on.starts_with("exit 0\n"), "{goes_on}");
    assert!(goes_on.contains("connecting again\n"), "{goes_on}");
    assert_eq!(rows(&one), "1 1");
    insta::assert_snapshot!(ends);
    assert!(took < Duration::from_secs(25), "{took:?}");
    assert_eq!(rows(&all), "1 1");
}

#[test]
fn what_became_of_a_step_is_called_unknown_where_the_server_answers_neither_to_it_nor_to_a_cancel_request()
 {
    let Some(project) = before_the_last(test_name!(), &[NOTES, SHORT]) else {
        return;
    };
    let fault = fault_in_its_step(&project, Moment::Unanswered, Deed::SwallowAll);
    let program = Program::default();
    let proxy = Proxy::start(server(&project), &program, Some(fault));
    let output = project.dir().join("home/unknown.log");
    program.start(&mut by_proxy(&project, &proxy, "60"), &output);
    eventually("the run is in the dark", || proxy.fired());
    program.signal("INT");
    let status = program.wait(PATIENCE).unwrap();
    let screen = std::fs::read_to_string(&output).unwrap();
    assert_eq!(status.code(), Some(130), "{screen}");
    let state = "cannot determine whether step 1 of 002 short was applied";
    assert!(screen.contains(state), "{screen}");
    assert_eq!(rows(&project), "1 1", "the server had applied it: {screen}");
    let rerun = project.run("migrate --no-snapshot");
    assert!(rerun.contains("nothing to do"), "{rerun}");
}
