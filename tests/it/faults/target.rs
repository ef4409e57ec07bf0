//! Where the cases run: databases that are alike and empty, and the command that migrates one of them.

use std::cell::RefCell;
use std::ffi::OsString;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

use postgres::{Client, NoTls};

use super::plan::Plan;
use super::shim;
use crate::support::{Sandbox, eventually, succeed, with_database};

/// What the program migrates with.
enum Driver {
    /// PostgreSQL's protocol, to a URL.
    Wire,
    /// psql, as in a container; with the `PATH` on which programs play the engine.
    Psql(OsString),
    /// psql in a container.
    Container,
}

/// A server that is reached by URL, and a project with the migrations.
pub struct Target {
    url: String,
    driver: Driver,
    project: Sandbox,
    /// The migrations.
    pub plan: Plan,
    /// The databases that were made.
    made: Mutex<Vec<String>>,
    /// Those that no case has.
    free: Mutex<Vec<String>>,
    /// The snapshot that the first whole run wrote.
    committed: OnceLock<String>,
}

impl Target {
    /// The server of this URL, where the target creates its databases.
    pub fn by_url(url: &str, plan: Plan) -> Self {
        Self {
            url: url.to_owned(),
            driver: Driver::Wire,
            project: plan.project(),
            plan,
            made: Mutex::default(),
            free: Mutex::default(),
            committed: OnceLock::new(),
        }
    }

    /// The same server, whose databases are migrated through psql.
    pub fn by_psql(url: &str, plan: Plan, psql: &Path) -> Self {
        let mut target = Self::by_url(url, plan);
        target.driver = Driver::Psql(shim::install(&target.project, psql));
        target
    }

    /// The database of a running container; `None`, and a message, if there is no engine.
    pub fn in_container(test: &str, plan: Plan) -> Option<Self> {
        const NAME: &str = "faults";
        let project = plan.project().compose(test)?;
        let port = project.variable("POSTGRES_PORT").to_owned();
        project.write(
            "docker-compose.yml",
            include_str!("../../../docker-compose.yml"),
        );
        project.write(
            ".env",
            format!("POSTGRES_USER=me\nPOSTGRES_PASSWORD=secret\nPOSTGRES_DB={NAME}\n"),
        );
        let target = Self {
            url: format!("postgres://me:secret@127.0.0.1:{port}/postgres"),
            driver: Driver::Container,
            project,
            plan,
            made: Mutex::default(),
            free: Mutex::new(vec![NAME.to_owned()]),
            committed: OnceLock::new(),
        };
        succeed(&mut target.project.docker_compose("up -d"));
        target.answers();
        let mut client = target.client(NAME);
        let path = format!("ALTER DATABASE {NAME} SET search_path = app, public");
        client.batch_execute("CREATE SCHEMA app").unwrap();
        client.batch_execute(&path).unwrap();
        Some(target)
    }

    /// Kills the container and starts it again.
    pub fn kill_container(&self) {
        for command in ["kill", "start"] {
            let mut docker = self.project.command("docker");
            docker.args([command, self.project.variable("TIMESCALEDB_CONTAINER")]);
            succeed(&mut docker);
        }
        self.answers();
    }

    /// What a command in the container prints.
    pub fn inside(&self, command: &str) -> String {
        let mut exec = self.project.command("docker");
        exec.args(["exec", self.project.variable("TIMESCALEDB_CONTAINER")]);
        exec.args(["sh", "-c"]);
        let output = exec.arg(command).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn answers(&self) {
        let database = match self.driver {
            Driver::Container => "faults",
            _ => "postgres",
        };
        let url = with_database(&self.url, database);
        eventually("the server answers", || {
            Client::connect(&url, NoTls).is_ok()
        });
    }

    /// An untouched database, except for the extension that the plan needs.
    ///
    /// Its schema `app` is empty. It has been dropped and made again since the last case, which takes a tenth of the time of a new
    /// database.
    pub fn place(&self) -> CaseDatabase<'_> {
        let free = self.free.lock().unwrap().pop();
        let name = free.unwrap_or_else(|| self.make());
        let url = with_database(&self.url, &name);
        let place = CaseDatabase {
            target: self,
            name,
            url,
            looked: RefCell::default(),
        };
        // As it is committed with the migrations: a run that was cut leaves the next one nothing else to compare with.
        if let Some(committed) = self.committed.get() {
            std::fs::write(place.snapshot(), committed).unwrap();
        }
        place
    }

    /// Commits with its migrations what the clean run on another target has written, before a first case here leaves nothing to compare
    /// with.
    pub fn commit_as(&self, other: &Target) {
        if let Some(committed) = other.committed.get() {
            self.committed.get_or_init(|| committed.clone());
        }
    }

    fn make(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("it_fault_{}_{count}", std::process::id());
        let mut maintenance = self.client("postgres");
        maintenance
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        self.made.lock().unwrap().push(name.clone());
        let path = format!("ALTER DATABASE {name} SET search_path = app, public");
        maintenance.batch_execute(&path).unwrap();
        let mut client = self.client(&name);
        client.batch_execute("CREATE SCHEMA app").unwrap();
        client.batch_execute(self.plan.prepare).unwrap();
        name
    }

    /// Where the server listens.
    pub fn server(&self) -> SocketAddr {
        let config: postgres::Config = self.url.parse().unwrap();
        let postgres::config::Host::Tcp(host) = &config.get_hosts()[0] else {
            panic!("a proxy needs a server over TCP");
        };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let mut found = (host.as_str(), port).to_socket_addrs().unwrap();
        found.next().unwrap()
    }

    /// A connection to one of the server's databases.
    pub fn client(&self, database: &str) -> Client {
        Client::connect(&with_database(&self.url, database), NoTls).unwrap()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let made = self.made.lock().unwrap();
        let drop = |client: &mut Client| {
            let mut all = made
                .iter()
                .map(|name| format!("DROP DATABASE {name} WITH (FORCE)"));
            all.try_for_each(|sql| client.batch_execute(&sql))
        };
        let maintenance = with_database(&self.url, "postgres");
        let dropped = Client::connect(&maintenance, NoTls).and_then(|mut client| drop(&mut client));
        // A panic on top of a failed test's would end the whole run.
        assert!(dropped.is_ok() || thread::panicking(), "{dropped:?}");
    }
}

/// A database of one case. On drop it is emptied for the next one.
pub struct CaseDatabase<'a> {
    /// The target that it is on.
    pub target: &'a Target,
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// The connection of who looked at it last, kept for who empties it.
    pub looked: RefCell<Option<Client>>,
}

impl CaseDatabase<'_> {
    /// A connection.
    pub fn client(&self) -> Client {
        Client::connect(&self.url, NoTls).unwrap()
    }

    /// The command that migrates it, through a proxy on this port if there is one.
    pub fn migrate(&self, proxy: Option<u16>) -> Command {
        let url = match proxy {
            Some(port) => through(&self.url, port),
            None => self.url.clone(),
        };
        let mut command = self.target.project.xtask();
        command.args(["migrate", "--snapshot"]).arg(self.snapshot());
        command.args(self.target.plan.arguments);
        match &self.target.driver {
            Driver::Wire => command.env("DATABASE_URL", url),
            Driver::Psql(path) => command
                .args(["--target", "compose"])
                .envs(shim::variables(&url))
                .env("PATH", path),
            Driver::Container => command.args(["--target", "compose"]),
        };
        command
    }

    /// The snapshot that a run writes.
    pub fn snapshot(&self) -> PathBuf {
        let name = format!("{}.json", self.name);
        self.target.project.dir().join(name)
    }

    /// A file for what a run writes.
    pub fn output(&self) -> PathBuf {
        let name = format!("{}.log", self.name);
        self.target.project.dir().join(name)
    }
}

impl Drop for CaseDatabase<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        // There is none if no run got that far.
        if let Ok(snapshot) = std::fs::read_to_string(self.snapshot()) {
            self.target.committed.get_or_init(|| snapshot);
            std::fs::remove_file(self.snapshot()).unwrap();
        }
        let sql = "SET client_min_messages = warning; \
                   SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid(); \
                   DROP SCHEMA app CASCADE; CREATE SCHEMA app";
        let mut client = self.looked.take().unwrap_or_else(|| self.client());
        client.batch_execute(sql).unwrap();
        client.batch_execute(self.target.plan.clean).unwrap();
        drop(client);
        self.target.free.lock().unwrap().push(self.name.clone());
    }
}

/// The URL with the loopback interface and this port for a server, and without encryption, which a proxy cannot read.
pub fn through(url: &str, port: u16) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (server, database) = rest.split_once('/').unwrap();
    let user = server.rsplit_once('@').map(|(user, _)| format!("{user}@"));
    let user = user.unwrap_or_default();
    let database = database.split('?').next().unwrap();
    format!("{scheme}://{user}127.0.0.1:{port}/{database}?sslmode=disable")
}
