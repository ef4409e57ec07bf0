//! Signals to the program while it runs migrations, and what is left of a statement whose program was killed.

use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use crate::faults::plan::Plan;
use crate::faults::program::Program;
use crate::faults::proxy::{Deed, Fault, Moment, Proxy};
use crate::faults::target::{CaseDatabase, Target};
use crate::support::{Database, PATIENCE, Sandbox, eventually, on_each_target, test_name};

/// How soon an interrupted run ends, and nothing of a killed one is at work: far less than what they wait for, on a busy machine too.
const SOON: Duration = Duration::from_secs(10);

const FIRST: &str = "CREATE TABLE first_one ();\n";
const SECOND: &str = "CREATE TABLE second_one ();\n";
const SLOW: &str = "CREATE TABLE third_one ();\nSELECT pg_sleep(60);\n";
const QUICK: &str = "CREATE TABLE third_one ();\nSELECT pg_sleep(0);\n";

/// Statements that sleep, and runner's locks that are held.
const AT_WORK: &str = "SELECT (SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()) \
                       + (SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                       WHERE locktype = 'advisory' AND objid = 1835097965 AND datname = current_database())";

/// A program in its own process group, as a shell starts one.
struct Job {
    program: Program,
    output: PathBuf,
}

impl Job {
    fn start(project: &Sandbox, name: &str) -> Self {
        let job = Self {
            program: Program::default(),
            output: project.dir().join(format!("home/{name}.log")),
        };
        let mut command = project.xtask();
        command.args(["migrate", "--no-snapshot"]).process_group(0);
        job.program.start(&mut command, &job.output);
        job
    }

    fn end(&self) -> (ExitStatus, String) {
        let status = self.program.wait(PATIENCE);
        let screen = read(&self.output);
        (
            status.unwrap_or_else(|| panic!("it hangs: {screen}")),
            screen,
        )
    }
}

fn read(file: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()
}

/// Replaces the project's migrations with three others, and applies the first.
fn begin(project: &Sandbox) {
    let folder = project.dir().join("migrations");
    std::fs::remove_dir_all(&folder).unwrap();
    project.write("migrations/001_first.sql", FIRST);
    project.write("migrations/002_second.sql", SECOND);
    project.write("migrations/003_third.sql", SLOW);
    let first = project.run("migrate --to 1 --no-snapshot");
    assert!(first.starts_with("exit 0\n"), "{first}");
}

/// The result of a query of one value, through the target's psql; not through compose, which takes a second to start.
fn ask(project: &Sandbox, sql: &str) -> String {
    let mut command = match project.container() {
        Some(container) => {
            let mut docker = project.command("docker");
            docker.args(["exec", container, "sh", "-c"]);
            docker.args([r#"psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" "$@""#, "sh"]);
            docker
        }
        None => {
            let mut psql = project.xtask();
            psql.args(["psql", "--"]);
            psql
        }
    };
    let output = command.args(["-XAtqc", sql]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Starts a run and waits until it sleeps.
fn sleeping(project: &Sandbox, name: &str) -> Job {
    let job = Job::start(project, name);
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    eventually("the statement runs", || {
        assert!(job.program.ended().is_none(), "{}", read(&job.output));
        ask(project, sql) == "1"
    });
    job
}

/// What is left when a run was stopped in its last migration; then a run that finishes it.
fn finish(project: &Sandbox) {
    let third = ask(
        project,
        "SELECT count(*) FROM pg_class WHERE relname = 'third_one'",
    );
    assert_eq!(third, "0", "a part of the step is there");
    project.write("migrations/003_third.sql", QUICK);
    let rerun = project.run("migrate --no-snapshot");
    assert!(rerun.contains("applied 1 migration in"), "{rerun}");
}

on_each_target! {
    fn a_signal_cancels_the_statement_and_the_next_run_finishes(project) {
        begin(project);
        for (name, code, to_group) in [("INT", 130, true), ("TERM", 143, false), ("HUP", 129, false)] {
            let job = sleeping(project, name);
            if to_group {

                // As the terminal does at Ctrl-C.
                job.program.signal_group(name)
} else {
job.program.signal(name)
}
            let (status, screen) = job.end();
            assert_eq!(status.code(), Some(code), "SIG{name}: {screen}");
            assert!(screen.contains(&format!("stopped by SIG{name}")), "{screen}");
            let state = "003 third is not applied; its step 1 was cancelled";
            assert!(screen.contains(state), "{screen}");
            let is_first = name == "INT";
            assert_eq!(screen.contains("002 is applied; "), is_first, "{screen}");
            assert_eq!(ask(project, AT_WORK), "0");
        }
        finish(project);
        let log = project.dir().join("target/embedded/log");
        let crashed = log.exists() && read(&log).contains("not properly shut down");
        assert!(!crashed, "the private server was not stopped in order");
    }

    fn a_statement_ends_soon_after_its_program_was_killed(project) {
        begin(project);
        let job = sleeping(project, "killed");
        job.program.kill();
        let killed = Instant::now();
        eventually("nothing is at work", || ask(project, AT_WORK) == "0");
        let after = killed.elapsed();
        assert!(after < SOON, "something was at work for {after:?}");
        finish(project);
    }
}

/// A run by URL, its target's place, and the signal that it is to end with.
fn plain(test: &str, files: &'static [(&'static str, &'static str)]) -> Option<(Database, Target)> {
    let database = Database::new(test)?;
    let target = Target::by_url(&database.url(), Plan::of(files));
    Some((database, target))
}

/// Interrupts a run when its screen shows a text; returns its screen.
fn interrupt_at(place: &CaseDatabase<'_>, arguments: &[&str], text: &str) -> String {
    let program = Program::default();
    let output = place.output();
    program.start(place.migrate(None).args(arguments), &output);
    eventually(text, || {
        let screen = read(&output);
        let is_shown = screen.contains(text);
        assert!(is_shown || program.ended().is_none(), "{screen}");
        is_shown
    });
    let asked = Instant::now();
    program.signal("INT");
    let status = program.wait(PATIENCE).unwrap();
    let screen = read(&output);
    assert_eq!(status.code(), Some(130), "{screen}");
    assert!(asked.elapsed() < SOON, "{screen}");
    screen
}

#[test]
fn a_role_with_one_session_is_cancelled_without_a_second() {
    let files: &[_] = &[("001_first.sql", FIRST), ("002_slow.sql", SLOW)];
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let role = format!("{}_single", database.name());
    let mut client = database.client();
    let create = format!("CREATE ROLE {role} LOGIN CREATEDB PASSWORD 'single'");
    client.batch_execute(&create).unwrap();
    let url = database.url();
    let (_, server) = url.split_once('@').unwrap();
    let target = Target::by_url(
        &format!("postgresql://{role}:single@{server}"),
        Plan::of(files),
    );
    let place = target.place();
    let limit = format!("ALTER ROLE {role} CONNECTION LIMIT 1");
    client.batch_execute(&limit).unwrap();
    // A session that has just been closed counts until its backend is gone.
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
    eventually("the role has no session", || {
        client
            .query_one(sessions, &[&role])
            .unwrap()
            .get::<_, i64>(0)
            == 0
    });
    let screen = interrupt_at(&place, &[], "no second session is possible");
    assert!(screen.contains("too many connections for role"), "{screen}");
    let state = "002 slow is not applied; its step 1 was cancelled";
    assert!(screen.contains(state), "{screen}");
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND wait_event = 'PgSleep'";
    let at_work: i64 = client.query_one(sql, &[&role]).unwrap().get(0);
    assert_eq!(at_work, 0, "{screen}");
    let limit = format!("ALTER ROLE {role} CONNECTION LIMIT -1");
    client.batch_execute(&limit).unwrap();
    drop(place);
    drop(target);
    client.batch_execute(&format!("DROP ROLE {role}")).unwrap();
}

#[testkit::test(|test| plain(test, &[("001_first.sql", FIRST)]))]
fn an_interrupted_run_waits_no_longer_for_the_runner_s_lock(
    (_database, target): (Database, Target),
) {
    let place = target.place();
    let mut other = place.client();
    let key = migrator::run::Lock::of("app", "schema_migrations").key();
    other
        .batch_execute(&format!("SELECT pg_advisory_lock({key})"))
        .unwrap();
    let screen = interrupt_at(&place, &[], "waiting for another run");
    assert!(screen.contains("nothing was running"), "{screen}");
}

#[test]
fn an_interrupted_run_waits_no_longer_before_it_asks_for_a_table_again() {
    const FILES: &[(&str, &str)] = &[
        ("001_first.sql", "CREATE TABLE first_one ();\n"),
        ("002_alter.sql", "ALTER TABLE first_one ADD COLUMN a int;\n"),
    ];
    let Some((_database, target)) = plain(test_name!(), FILES) else {
        return;
    };
    let place = target.place();
    crate::faults::cases::run_to(&place, 1);
    let mut reader = place.client();
    reader
        .batch_execute("BEGIN; SELECT FROM first_one")
        .unwrap();
    let screen = interrupt_at(&place, &["--lock-timeout", "1"], "trying again");
    assert!(screen.contains("002 alter is not applied"), "{screen}");
    drop(reader);
    crate::faults::cases::finish(&crate::faults::cases::start(&place), &place);
}

/// Starts a run whose network swallows everything from a message on; returns when that is so, with what holds its screen.
fn in_the_dark(place: &CaseDatabase<'_>, program: &Program, at: usize) -> (PathBuf, Proxy) {
    let fault = Fault {
        at,
        moment: Moment::Unsent,
        deed: Deed::SwallowAll,
    };
    let proxy = Proxy::start(place.target.server(), program, Some(fault));
    let output = place.output();
    program.start(&mut place.migrate(Some(proxy.port())), &output);
    eventually("the run is in the dark", || proxy.fired());
    (output, proxy)
}

#[test]
fn after_the_last_migration_an_interrupt_ends_the_program_at_once() {
    let files: &[_] = &[("001_first.sql", FIRST)];
    let Some((_counted, counted)) = plain(test_name!(), files) else {
        return;
    };
    let place = counted.place();
    let proxy = Proxy::start(counted.server(), &Program::default(), None);
    let program = Program::default();
    program.start(&mut place.migrate(Some(proxy.port())), &place.output());
    assert!(program.wait(PATIENCE).unwrap().success());

    let Some((_database, target)) = plain(test_name!(), files) else {
        return;
    };
    let (place, program) = (target.place(), Program::default());
    // The last message reads the catalog for the snapshot.
    let (output, _proxy) = in_the_dark(&place, &program, proxy.count());
    program.signal("INT");
    let status = program.wait(Duration::from_secs(5)).unwrap();
    let screen = read(&output);
    assert_eq!(status.signal(), Some(2), "{status}: {screen}");
    assert!(screen.contains("001 first"), "{screen}");
}

#[testkit::test(|test| plain(test, &[("001_first.sql", FIRST)]))]
fn a_second_interrupt_ends_the_program_at_once((_database, target): (Database, Target)) {
    let (place, program) = (target.place(), Program::default());
    let (output, _proxy) = in_the_dark(&place, &program, 4);
    program.signal("INT");
    eventually("it says so", || read(&output).contains("stopping"));
    assert!(program.ended().is_none(), "it cannot have heard");
    program.signal("INT");
    let status = program.wait(Duration::from_secs(1)).unwrap();
    assert_eq!(status.signal(), Some(2), "{status}");
}

#[test]
fn before_anything_runs_an_interrupt_ends_the_program_at_once() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let project = Sandbox::new().file("migrations/001_first.sql", FIRST);
    let project = project.env(
        "DATABASE_URL",
        format!("postgresql://u:p@127.0.0.1:{port}/d"),
    );
    let job = Job::start(&project, "connecting");
    // It connects, and gets no answer.
    let _connection = listener.accept().unwrap();
    // Not SIGINT: a shell that runs the tests in the background has that ignored.
    job.program.signal_group("TERM");
    let (status, screen) = job.end();
    assert_eq!(status.signal(), Some(15), "{status}: {screen}");
}
