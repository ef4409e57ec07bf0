//! PgBouncer in between: in session mode a session is a session; in transaction mode it is not, and a run refuses.

use std::net::TcpStream;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::cases;
use super::plan::Plan;
use super::program::Program;
use super::state::State;
use super::target::{Place, Target};
use crate::support::{Database, PATIENCE, Sandbox, eventually, free_port, skip};

/// A running pooler in front of one database.
struct Pooler {
    child: Child,
    port: u16,
    /// Holds its configuration.
    _project: Sandbox,
}

impl Pooler {
    /// The pooler in a mode, or nothing and a word about it when it is not installed.
    fn start(test: &str, program: &Path, place: &Place<'_>, mode: &str) -> Option<Self> {
        let project = Sandbox::new();
        // Only root may become somebody else, and must, as the pooler refuses to run as root.
        let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
        let user = ["postgres", "nobody"].into_iter().find(|name| {
            passwd
                .lines()
                .any(|line| line.starts_with(&format!("{name}:")))
        });
        let user = match (is_root, user) {
            (false, _) => String::new(),
            (true, Some(user)) => format!("user = {user}\n"),
            (true, None) => {
                skip(test, "there is no account to run PgBouncer as");
                return None;
            }
        };
        let port = free_port();
        let config: postgres::Config = place.url.parse().unwrap();
        let password = config.get_password().map(String::from_utf8_lossy);
        let password = password.map_or_else(String::new, |it| format!(" password={it}"));
        let server = place.target.server();
        let name = &place.name;
        project.write(
            "pgbouncer.ini",
            format!(
                "[databases]\n{name} = host={} port={} dbname={name} user={}{password}\n\
                 [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
                 auth_type = any\npool_mode = {mode}\nlogfile =\n{user}",
                server.ip(),
                server.port(),
                config.get_user().unwrap(),
            ),
        );
        let child = Command::new(program)
            .arg("-q")
            .arg(project.dir().join("pgbouncer.ini"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pooler = Self {
            child,
            port,
            _project: project,
        };
        eventually("the pooler listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Some(pooler)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ended_by_itself = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The installed pooler, or nothing and a word about it.
fn installed(test: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian's is where only root's PATH leads.
    let dirs = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = dirs
        .map(|dir| dir.join("pgbouncer"))
        .find(|file| file.is_file());
    if found.is_none() {
        skip(test, "PgBouncer is not installed");
    }
    found
}

/// A run through a pooler; its exit code, what it wrote, and what is in the database.
fn run(test: &str, mode: &str) -> Option<(Option<i32>, String, bool)> {
    let program = installed(test)?;
    let database = Database::new(test)?;
    let plan = Plan::every_step(&mut database.client());
    let target = Target::by_url(&database.url(), plan);
    let (clean, _) = cases::clean_run(&target);
    let place = target.place();
    let pooler = Pooler::start(test, &program, &place, mode)?;
    let run = Program::default();
    run.start(&mut place.migrate(Some(pooler.port)), &place.output());
    let status = run.wait(PATIENCE);
    drop(pooler);
    let same = State::read(&place).differences(&clean).is_empty();
    let output = std::fs::read_to_string(place.output()).unwrap();
    Some((status.and_then(|status| status.code()), output, same))
}

#[testkit::test(|test| run(test, "session"))]
fn through_a_pooler_in_session_mode_every_step_works(
    (code, output, same): (Option<i32>, String, bool),
) {
    assert_eq!(code, Some(0), "{output}");
    assert!(same, "{output}");
}

#[testkit::test(|test| run(test, "transaction"))]
fn a_pooler_in_transaction_mode_is_refused((code, output, _): (Option<i32>, String, bool)) {
    assert_eq!(code, Some(1), "{output}");
    let (_, error) = output.split_once("error: ").unwrap();
    insta::assert_snapshot!(error);
}
