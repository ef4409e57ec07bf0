//! A project folder for each test, and the commands run in it.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::iter;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::engine::Engine;
use super::{Database, PATIENCE, free_port, installed_has_timescaledb, screen, skip};
use testkit::skip_without_timescaledb;

/// What of the caller's environment the commands may see: how to find programs, the temporary
/// folder, the Docker engine and the PostgreSQL installation. Everything else would make a test
/// depend on who runs it.
const INHERITED: [&str; 9] = [
    "PATH",
    "TMPDIR",
    "LLVM_PROFILE_FILE",
    "PG_CONFIG",
    "LD_LIBRARY_PATH",
    "DOCKER_HOST",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "XDG_RUNTIME_DIR",
];

/// A shell script that prints what Docker's client prints if no engine answers.
pub const NO_ENGINE: &str = "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; exit 1";

/// A project in a temporary folder, removed at the end with the containers that belong to it.
pub struct Sandbox {
    dir: PathBuf,
    /// What is removed at the end: the project's folder, or one around it.
    around: PathBuf,
    env: Vec<(OsString, OsString)>,
    compose_project: Option<(&'static Engine, String)>,
    /// Dropped with the project.
    database: Option<Database>,
    needs_timescaledb_for: Option<&'static str>,
    is_plain: bool,
}

impl Sandbox {
    /// A project with an empty `migrations/`, and no Docker engine in sight.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("it-{}-{count}", std::process::id()));
        fs::create_dir_all(dir.join("migrations")).unwrap();
        let dir = dir.canonicalize().unwrap();
        let sandbox = Self {
            around: dir.clone(),
            dir,
            env: Vec::new(),
            compose_project: None,
            database: None,
            needs_timescaledb_for: None,
            is_plain: false,
        };
        sandbox.env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    }

    /// A project with this repository's migrations, compose file, `.env.example` and snapshot.
    pub fn analytics() -> Self {
        let sandbox = Self::new();
        let repository = repository();
        for file in [
            "docker-compose.yml",
            ".env.example",
            "analytics-schema/schema.json",
        ] {
            if let Ok(text) = fs::read_to_string(repository.join(file)) {
                sandbox.write(file, text);
            }
        }
        for entry in fs::read_dir(repository.join("migrations")).unwrap() {
            let entry = entry.unwrap();
            let to = sandbox.dir.join("migrations").join(entry.file_name());
            fs::copy(entry.path(), to).unwrap();
        }
        sandbox
    }

    /// Adds a file; missing folders are made.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    /// Puts a shell script in front of whatever program of this name the commands would find.
    #[must_use]
    pub fn program(self, name: &str, script: &str) -> Self {
        self.write(
            &format!("home/bin/{name}"),
            format!("#!/bin/sh\n{script}\n"),
        );
        let bin = self.dir.join("home/bin");
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let folders = iter::once(bin).chain(std::env::split_paths(&inherited));
        let path = std::env::join_paths(folders).unwrap();
        self.env("PATH", path)
    }

    /// Sets an environment variable for the commands.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        let value = value.into();
        self.env.retain(|(present, _)| present != name);
        self.env.push((name.into(), value));
        self
    }

    /// Makes a database the target, by `DATABASE_URL`.
    #[must_use]
    pub fn database(self, database: &Database) -> Self {
        self.env("DATABASE_URL", database.url())
    }

    /// Says what the test needs TimescaleDB for: it is skipped where the target's server lacks it.
    #[must_use]
    pub fn needs_timescaledb_for(mut self, what: &'static str) -> Self {
        self.needs_timescaledb_for = Some(what);
        self
    }

    /// Makes a new empty database the target, by `DATABASE_URL`, for [`Sandbox::migrate`]. `None`, and a message, if there is no server, or
    /// it lacks what the test needs.
    pub fn url(mut self, test: &str) -> Option<Self> {
        let database = match self.needs_timescaledb_for {
            Some(what) => Database::timescale(test, what)?,
            None => Database::new(test)?,
        };
        self.is_plain = !database.has_timescaledb();
        Some(self.on(database))
    }

    /// Makes a new empty database the target, by `DATABASE_URL`, on a server of the test's choice.
    pub fn on(self, database: Database) -> Self {
        let mut sandbox = self.database(&database);
        sandbox.database = Some(database);
        sandbox
    }

    /// Makes a new empty database the target, on any PostgreSQL: for migrations that need no TimescaleDB.
    pub fn plain(self, test: &str) -> Option<Self> {
        Some(self.on(Database::new(test)?))
    }

    /// Leaves the commands nothing but an embedded cluster. Nothing, and a word about it, when no server is installed, or it lacks what
    /// the test needs.
    pub fn embedded(mut self, test: &str) -> Option<Self> {
        self.is_plain = !installed_has_timescaledb(test)?;
        match self.needs_timescaledb_for {
            Some(what) if self.is_plain => {
                skip_without_timescaledb(test, what);
                None
            }
            _ => Some(self),
        }
    }

    /// Lets the commands see the Docker engine, with the test's own compose project, image, container name and port. `None`, and a message,
    /// if there is no engine or no image can be built.
    pub fn compose(mut self, test: &str) -> Option<Self> {
        let engine = Engine::get().map_err(|reason| skip(test, reason)).ok()?;
        let image = super::image::get(engine)
            .map_err(|reason| skip(test, reason))
            .ok()?;
        let project = engine.new_project();
        self.env.retain(|(name, _)| name != "DOCKER_HOST");
        self.compose_project = Some((engine, project.clone()));
        Some(
            self.env("COMPOSE_PROJECT_NAME", &project)
                .env("TIMESCALEDB_CONTAINER", &project)
                .env("TIMESCALEDB_IMAGE", image)
                .env("POSTGRES_PORT", free_port().to_string()),
        )
    }

    /// As [`Sandbox::compose`], but nothing names the compose project and the container: they follow from the folder, which is called the
    /// same for every checkout with this name.
    pub fn checkout(self, test: &str, name: &str) -> Option<Self> {
        let mut sandbox = self.compose(test)?;
        sandbox.env.retain(|(variable, _)| {
            variable != "COMPOSE_PROJECT_NAME" && variable != "TIMESCALEDB_CONTAINER"
        });
        let (engine, _) = sandbox.compose_project.take()?;
        sandbox.compose_project = Some((engine, name.to_owned()));
        let around = sandbox.dir.with_extension("checkout");
        fs::create_dir(&around).unwrap();
        let dir = around.join(name);
        fs::rename(&sandbox.dir, &dir).unwrap();
        sandbox.dir = dir;
        sandbox.around = around;
        Some(sandbox)
    }

    /// A name for checkouts, which no other test has.
    pub fn checkout_name(test: &str) -> Option<String> {
        let engine = Engine::get().map_err(|reason| skip(test, reason)).ok()?;
        Some(engine.new_project())
    }

    /// The project's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The project's own database.
    pub fn own_database(&self) -> &Database {
        self.database.as_ref().unwrap()
    }

    /// Writes a file in the project.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Reads a file of the project.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.dir.join(path)).unwrap()
    }

    /// The paths of all files in the project, sorted, without what is under `target/`.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.dir.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let shown = path
                    .strip_prefix(&self.dir)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                if shown == "target" || shown == "home" {
                } else if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(shown);
                }
            }
        }
        found.sort();
        found
    }

    /// Runs `cargo xtask` with arguments separated by spaces, and shows everything that it did as one text for a snapshot.
    pub fn run(&self, arguments: &str) -> String {
        let mut command = self.xtask();
        command.args(arguments.split_whitespace());
        self.show(command)
    }

    /// Runs `cargo xtask migrate`, in plain mode if the target's server has no TimescaleDB: an embedded one chooses that itself.
    pub fn migrate(&self, arguments: &str) -> String {
        let plain = if self.is_plain && self.database.is_some() {
            "--plain"
        } else {
            ""
        };
        self.run(&format!("migrate {arguments} {plain}"))
    }

    /// Whether the target's server has no TimescaleDB, so that [`Sandbox::migrate`] is in plain mode.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// The xtask binary in this project, without arguments yet; its input is empty.
    pub fn xtask(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_xtask"))
    }

    /// A program in this project and its environment; its input is empty.
    pub fn command(&self, program: &str) -> Command {
        let home = self.dir.join("home");
        fs::create_dir_all(&home).unwrap();
        let mut command = Command::new(program);
        command
            .current_dir(&self.dir)
            .stdin(Stdio::null())
            .env_clear()
            .env("HOME", home);
        for name in INHERITED {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A compose command for this project, with arguments that are separated by blanks.
    /// [`Sandbox::compose`] comes first.
    pub fn docker_compose(&self, arguments: &str) -> Command {
        let (engine, _) = self.compose_project.as_ref().unwrap();
        let (program, first) = engine.compose().split_first().unwrap();
        let mut command = self.command(program);
        command.args(first).args(arguments.split_whitespace());
        command
    }

    /// The name of the service's container, where compose is the target.
    pub fn container(&self) -> Option<&str> {
        let project = self.compose_project.as_ref();
        project.map(|_| self.variable("TIMESCALEDB_CONTAINER"))
    }

    /// The value that the commands see of an environment variable which the sandbox sets.
    pub fn variable(&self, name: &str) -> &str {
        let found = self.env.iter().find(|(present, _)| present == name);
        found.unwrap().1.to_str().unwrap()
    }

    /// Runs a command to its end, and shows its exit status, output and errors. No password may be
    /// among them.
    pub fn show(&self, command: Command) -> String {
        self.stable(&self.show_as_it_is(command))
    }

    /// As [`Sandbox::run`], with what differs between machines and runs: to replace that in megabytes takes minutes.
    pub fn run_as_it_is(&self, arguments: &str) -> String {
        let mut command = self.xtask();
        command.args(arguments.split_whitespace());
        self.show_as_it_is(command)
    }

    fn show_as_it_is(&self, command: Command) -> String {
        let secrets = self.secrets(&command);
        let (status, stdout, stderr) = finish(command);
        for secret in secrets {
            let shown = stdout.contains(&secret) || stderr.contains(&secret);
            assert!(!shown, "the screen shows a password\n{stdout}{stderr}");
        }
        let code = status
            .code()
            .map_or_else(|| status.to_string(), |code| format!("exit {code}"));
        format!("{code}\n----- stdout -----\n{stdout}----- stderr -----\n{stderr}")
    }

    /// What a command of this project printed, made the same for every machine and run.
    pub fn stable(&self, text: &str) -> String {
        let text = text.replace(&*self.dir.to_string_lossy(), "[project]");
        screen::stable(&match &self.database {
            Some(database) => as_private(&text, &database.url()),
            None => text,
        })
    }

    /// The passwords that a command knows: of its URLs, of `.env`, and of an embedded cluster.
    fn secrets(&self, command: &Command) -> Vec<String> {
        let variables = command.get_envs().filter_map(|(_, value)| value);
        let in_urls = command.get_args().chain(variables).filter_map(|word| {
            let (user, _) = word.to_str()?.split_once("://")?.1.split_once('@')?;
            let (user, password) = user.split_once(':')?;
            // A password that is the user's name stands on every screen.
            (password != user).then(|| password.to_owned())
        });
        let dotenv = fs::read_to_string(self.dir.join(".env")).unwrap_or_default();
        let in_dotenv = dotenv
            .lines()
            .filter_map(|line| line.split_once("PASSWORD"))
            .map(|(_, value)| value.trim_matches(['=', ':', ' ', '"', '\'']).to_owned());
        let embedded = fs::read_to_string(self.dir.join("target/embedded/password"));
        let secrets = in_urls.chain(in_dotenv).chain(embedded);
        let secrets = secrets.map(|secret| secret.trim().to_owned());
        secrets.filter(|secret| !secret.is_empty()).collect()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some((engine, project)) = &self.compose_project {
            engine.remove_projects(project);
        }
        let removed = fs::remove_dir_all(&self.around);
        // A panic on top of a failed test's would end the whole run.
        assert!(removed.is_ok() || thread::panicking(), "{removed:?}");
    }
}

/// A text about the server of this URL, as it would be of a private one.
fn as_private(text: &str, url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    let (user, rest) = rest.split_once('@').unwrap();
    let user = user.split_once(':').map_or(user, |(user, _)| user);
    let server = rest.split('/').next().unwrap();
    let mut text = text.replace(server, "127.0.0.1:5432");
    for place in [" by {}", "\"{}\"", "{} on database", "  {} \"deploy"] {
        text = text.replace(&place.replace("{}", user), &place.replace("{}", "postgres"));
    }
    text
}

/// This repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Runs a command to its end, or kills it when it hangs.
fn finish(mut command: Command) -> (ExitStatus, String, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = collect(child.stdout.take().unwrap());
    let stderr = collect(child.stderr.take().unwrap());
    let status = wait(&mut child);
    let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
    let status = status.unwrap_or_else(|| panic!("{command:?} hangs\n{stdout}{stderr}"));
    (status, stdout, stderr)
}

fn wait(child: &mut Child) -> Option<ExitStatus> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[test]
fn commands_see_nothing_of_the_caller_s_environment() {
    let sandbox = Sandbox::new().env("GIVEN", "yes");
    let mut command = sandbox.command("sh");
    command.args([
        "-c",
        "echo $GIVEN $CARGO_MANIFEST_DIR; pwd; echo to stderr >&2; exit 3",
    ]);
    insta::assert_snapshot!(sandbox.show(command));
}

#[test]
fn a_project_is_a_copy_of_this_repository_s() {
    let sandbox = Sandbox::analytics().file("migrations/notes.md", "not here");
    let migration = "migrations/001_initial_schema.sql";
    assert!(sandbox.files().iter().any(|file| file == migration));
    assert_eq!(
        sandbox.read(migration),
        fs::read_to_string(repository().join(migration)).unwrap()
    );
    let dir = sandbox.dir().to_owned();
    drop(sandbox);
    assert!(!dir.exists());
    assert!(!repository().join("migrations/notes.md").exists());
}
