//! Commands that an error suggests are typed as printed: a shell runs each of them, whatever files and folders are called.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Database, Sandbox, free_port, succeed, with_database};

/// Names that a shell, git or an option's parser would take for something else.
const HOSTILE: [&str; 11] = [
    "my migrations",
    "it's",
    "say \"hi\"",
    "$(touch pwned)",
    "`touch pwned`",
    ";touch pwned;",
    "-rf",
    ":!x",
    "~root",
    "a\nb",
    "back\\slash \u{1b}[2J \u{202e}*",
];

/// The first line of what a screen suggests to type next, up to the text after the command.
fn next<'a>(screen: &'a str, behind: &str) -> &'a str {
    let (_, rest) = screen.split_once("= next: ").expect(screen);
    let line = rest.lines().next().unwrap();
    line.split_once(behind).map_or(line, |(command, _)| command)
}

/// Has a shell run a command in the project.
fn type_in(project: &Sandbox, command: &str) {
    let mut shell = project.command("sh");
    shell.args(["-c", command]);
    let screen = project.show(shell);
    assert!(screen.starts_with("exit 0\n"), "{command}\n{screen}");
    assert!(!project.dir().join("pwned").exists(), "{command}");
}

fn git(project: &Sandbox, arguments: &[&str]) {
    let mut git: Command = project.command("git");
    git.args(["-c", "user.name=me", "-c", "user.email=me@localhost"]);
    succeed(git.args(arguments));
}

fn run(project: &Sandbox, arguments: &[&str]) -> String {
    let mut xtask = project.xtask();
    xtask.args(arguments);
    project.show(xtask)
}

#[test]
fn a_misnamed_file_gets_its_name() {
    for is_tracked in [false, true] {
        for name in HOSTILE {
            let project = Sandbox::new().file(&format!("{name}/1_a.sql"), "SELECT 1;");
            if is_tracked {
                git(&project, &["init", "-q"]);
                git(&project, &["add", "."]);
            }
            let folder = format!("--migrations={name}");
            let screen = run(&project, &["status", &folder, "--target", "embedded"]);
            let command = next(&screen, "no more");
            assert_eq!(command.starts_with("git "), is_tracked, "{screen}");
            type_in(&project, command);
            assert!(
                project.dir().join(name).join("001_a.sql").is_file(),
                "{command}"
            );
        }
    }
}

#[testkit::test]
fn a_changed_file_is_brought_back(database: Database) {
    for name in HOSTILE {
        let project = Sandbox::new()
            .database(&database)
            .file(&format!("{name}/001_a.sql"), "SELECT 1;");
        let folder = format!("--migrations={name}");
        git(&project, &["init", "-q"]);
        git(&project, &["add", "."]);
        git(&project, &["commit", "-q", "-m", "a"]);
        let applied = run(&project, &["migrate", "--no-snapshot", &folder]);
        assert!(applied.starts_with("exit 0\n"), "{applied}");
        let file = format!("{name}/001_a.sql");
        project.write(&file, "SELECT 2;");
        let screen = run(&project, &["migrate", "--no-snapshot", &folder]);
        type_in(&project, next(&screen, ", and put"));
        assert_eq!(project.read(&file), "SELECT 1;");
    }
}

#[test]
fn a_folder_of_another_tool_is_imported() {
    for name in HOSTILE {
        let binary = env!("CARGO_BIN_EXE_xtask");
        let project = Sandbox::new().program("cargo", &format!("shift; exec {binary} \"$@\""));
        project.write(&format!("{name}/001_a.up.sql"), "SELECT 1;");
        project.write(&format!("{name}/001_a.down.sql"), "SELECT 2;");
        let folder = format!("--migrations={name}");
        let screen = run(&project, &["status", &folder, "--target", "embedded"]);
        type_in(&project, next(&screen, ", which converts"));
        let made = project.dir().join("migrations/001_a.sql");
        assert!(made.is_file(), "{screen}\n{:?}", project.files());
    }
}

#[test]
fn the_folder_of_a_snapshot_is_made() {
    for name in HOSTILE {
        let project = Sandbox::new().file("migrations/001_a.sql", "SELECT 1;");
        let file = format!("--snapshot={name}/schema.json");
        let screen = run(&project, &["migrate", &file, "--target", "embedded"]);
        type_in(&project, next(&screen, ", or --snapshot"));
        assert!(project.dir().join(name).is_dir(), "{screen}");
    }
}

/// A name of another's stays in the line that it is shown in.
#[testkit::test]
fn what_others_are_called_forges_no_line(database: Database) {
    let project = Sandbox::new()
        .database(&database)
        .file("migrations/001_a.sql", "CREATE TABLE a (id int);");
    assert!(run(&project, &["migrate", "--no-snapshot"]).starts_with("exit 0\n"));
    let evil = "me\n  001 b  applied\u{1b}[2J\u{202e}";
    let mut client = database.client();
    let sql = format!("UPDATE schema_migrations SET applied_by = '{evil}'");
    client.batch_execute(&sql).unwrap();
    insta::assert_snapshot!(run(&project, &["status"]));
    // In a document it is what it is.
    let document = run(&project, &["status", "--json"]);
    assert!(
        document.contains(r#""applied_by": "me\n  001 b  applied"#),
        "{document}"
    );
    let table = "CREATE TABLE \"b\n  table public.c is missing\u{202e}\" ()";
    client.batch_execute(table).unwrap();
    client
        .batch_execute("DROP TABLE schema_migrations, a")
        .unwrap();
    insta::assert_snapshot!(run(&project, &["migrate", "--snapshot", "schema.json"]));
    let says = "DO $$ BEGIN RAISE NOTICE E'x\\nerror: y\\n  = next: rm -rf .'; RAISE EXCEPTION E'x\\nerror: y\\n  = next: rm -rf .'; END $$;";
    project.write("migrations/001_a.sql", says);
    insta::assert_snapshot!(run(&project, &["migrate", "--no-snapshot"]));
}

/// A server that accepts connections and says nothing is given up by commands that only look, as by a run.
#[test]
fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind(("127.0.0.1", free_port())).unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = with_database(&format!("postgresql://me@127.0.0.1:{port}/x"), "x");
    let url = format!("{url}?connect_timeout=2");
    let project = Sandbox::new().file("migrations/001_a.sql", "SELECT 1;");
    for command in [
        "status",
        "doctor",
        "drift",
        "migrate --no-snapshot",
        "migrate --dry-run",
    ] {
        let screen = project.run(&format!("{command} --target {url}"));
        assert!(screen.starts_with("exit 4\n"), "{command}: {screen}");
        assert!(screen.contains("does not answer"), "{command}: {screen}");
    }
}

/// A server that lets everybody in and never answers a query is given up, too.
#[test]
fn a_server_that_is_silent_after_login_is_given_up() {
    let server = TcpListener::bind(("127.0.0.1", free_port())).unwrap();
    let port = server.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in server.incoming() {
            let mut client = client.unwrap();
            thread::spawn(move || {
                let mut bytes = [0; 4096];
                let _startup = client.read(&mut bytes);
                // AuthenticationOk, ReadyForQuery.
                client
                    .write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I")
                    .unwrap();
                while client.read(&mut bytes).is_ok_and(|read| read > 0) {}
            });
        }
    });
    let target = format!("postgresql://me@127.0.0.1:{port}/x?sslmode=disable");
    let project = Sandbox::new().file("migrations/001_a.sql", "SELECT 1;");
    let commands = [
        "status",
        "doctor",
        "drift",
        "migrate --no-snapshot",
        "migrate --dry-run",
    ];
    thread::scope(|scope| {
        let runs = commands.map(|command| {
            let arguments = format!("{command} --target {target}");
            let project = &project;
            scope.spawn(move || {
                (
                    command,
                    Instant::now(),
                    project.run(&arguments),
                    Instant::now(),
                )
            })
        });
        for run in runs {
            let (command, started, screen, ended) = run.join().unwrap();
            assert!(screen.starts_with("exit 4\n"), "{command}: {screen}");
            let cause = "the connection was lost: the server no longer answers";
            assert!(screen.contains(cause), "{command}: {screen}");
            let next = "check whether the server is stopped or overloaded, and run it again";
            assert!(screen.contains(next), "{command}: {screen}");
            assert!(!screen.contains("step"), "{command}: {screen}");
            assert!(ended - started < Duration::from_secs(100), "{command}");
        }
    });
}
